//! `mlopsgen env init`: strong values for the secrets that have none.

use clap::{Args, Subcommand};
use mlopsgen::{
    disk::{Readers, replace},
    engine::{entropy, missing, strong},
    plan::Failure,
    text::count,
};

use super::{Context, running};

/// Values for secrets
#[derive(Args)]
pub struct EnvArgs {
    #[command(subcommand)]
    command: EnvCommand,
}

#[derive(Subcommand)]
enum EnvCommand {
    /// Write the secrets that are missing to generated/compose/.env
    ///
    /// Each gets a strong random value; one that is set there or in the environment stays. Git ignores the file, and
    /// only you may read it.
    #[command(after_help = "\
Examples:
  mlopsgen env init
  mlopsgen env init --env prod")]
    Init,
}

pub fn run(args: &EnvArgs, context: &Context) -> Result<u8, Failure> {
    match args.command {
        EnvCommand::Init => init(context),
    }
}

fn init(context: &Context) -> Result<u8, Failure> {
    let Some(running) = running::open(context)? else {
        return Ok(1);
    };
    let mut dotenv = running.dotenv()?;
    let values = running.values()?;
    let absent = missing(&running.output.platform.secrets, &values);
    let path = running.dotenv_path();
    let mut written = Vec::new();
    for secret in absent {
        // Two secrets may be of one variable.
        if written.contains(&secret.env) {
            continue;
        }
        dotenv.set(&secret.env, &strong(secret.form, &entropy()?));
        written.push(secret.env.clone());
    }
    if written.is_empty() {
        context.terminal.out("No secret is missing.\n")?;
        return Ok(0);
    }
    replace(&path, dotenv.text(), Readers::Owner)?;
    let mut text = format!(
        "Wrote {} to {}/compose/.env:\n",
        count(written.len(), "secret"),
        running.project.place.folder()
    );
    for name in written {
        text.push_str(&format!("  {name}\n"));
    }
    context.terminal.out(&text)?;
    Ok(0)
}
