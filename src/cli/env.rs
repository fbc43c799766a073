//! `mlopsgen env init`: strong values for the secrets that have none.

use clap::{Args, Subcommand};
use mlopsgen::{
    disk::{Lock, write_dotenv},
    engine::{entropy, missing, strong},
    files::GITIGNORE,
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

/// What lies beside `.env` where the platform has no Compose files.
const IGNORED: &str = ".env\n";

pub fn run(args: &EnvArgs, context: &Context) -> Result<u8, Failure> {
    match args.command {
        EnvCommand::Init => init(context),
    }
}

fn init(context: &Context) -> Result<u8, Failure> {
    let Some(running) = running::open(context)? else {
        return Ok(1);
    };
    let place = &running.project.place;
    // Two of them would make up two values for one secret.
    let lock = Lock::acquire(place, |holder| {
        let line = format!("waiting for another `mlopsgen` that writes in this folder: {holder}\n");
        context.terminal.err(&line);
    })?;
    let mut dotenv = running.dotenv()?;
    let values = running.values()?;
    let absent = missing(&running.output.platform.secrets, &values);
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
    let files = &running.output.files.files;
    let ignored = files
        .get(GITIGNORE)
        .map_or(IGNORED, |file| file.text.as_str());
    write_dotenv(place, &dotenv, ignored, &lock)?;
    let mut text = format!(
        "Wrote {} to {}/compose/.env:\n",
        count(written.len(), "secret"),
        place.folder()
    );
    for name in written {
        text.push_str(&format!("  {name}\n"));
    }
    context.terminal.out(&text)?;
    Ok(0)
}
