//! `mlopsgen env init`: strong values for the secrets that have none.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
};

use clap::{Args, Subcommand};
use mlopsgen::{
    engine::{missing, strong},
    plan::Failure,
    text::count,
};

use super::{Context, running::Running};

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
    let Some(running) = Running::open(context)? else {
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
    replace(&path, dotenv.text())?;
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

fn entropy() -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::new(format!("this machine gives no random numbers: {error}")))?;
    Ok(bytes)
}

/// Writes the file in one step, so that a run that is killed leaves the old one; readable by its owner only.
fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::io("write", path, &error);
    if path.symlink_metadata().is_ok_and(|file| file.is_symlink()) {
        return Err(
            Failure::new(format!("`{}` is a symbolic link", path.display()))
                .help("write the secrets where it points to, or remove it"),
        );
    }
    let fresh = path.with_file_name(".env.mlopsgen");
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    if fresh.symlink_metadata().is_ok() {
        fs::remove_file(&fresh).map_err(failed)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(&fresh).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    fs::rename(&fresh, path).map_err(failed)
}
