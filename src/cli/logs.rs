//! `mlopsgen logs`: what containers have written.

use clap::Args;
use mlopsgen::{
    engine::{Engine, NamedWorkloads, Running, select, select_workloads},
    plan::Failure,
};

use super::{Context, engine, running};

/// Show the logs of components or groups
///
/// Needs no secrets. Exits with the status of Compose.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mlopsgen logs mlflow
  mlopsgen logs airflow --follow
  mlopsgen logs --tail 20")]
pub struct LogsArgs {
    /// The components, parts of components, or groups [default: all]
    #[arg(value_name = "COMPONENT")]
    names: Vec<String>,

    /// Keep printing new lines as they are written
    #[arg(short, long)]
    follow: bool,

    /// Print only this many lines of each container, the last ones
    #[arg(long, value_name = "LINES")]
    tail: Option<u32>,
}

pub fn run(args: &LogsArgs, context: &Context) -> Result<u8, Failure> {
    let Some(running) = running::open(context)? else {
        return Ok(1);
    };
    let platform = &running.output.platform;
    let named = NamedWorkloads::of(platform, &args.names);
    let gone = &named.unknown;
    let workloads = match gone.is_empty() || is_gone(&running, gone)? {
        true => named.workloads,
        // It says which name is wrong.
        false => select_workloads(platform, &args.names)?,
    };
    let engine = Engine::find()?;
    let tail = args.tail.map(|lines| lines.to_string());
    let mut words = vec!["logs"];
    words.extend(args.follow.then_some("--follow"));
    if let Some(lines) = &tail {
        words.extend(["--tail", lines]);
    }
    if !args.names.is_empty() {
        words.extend(workloads.iter().map(|workload| workload.name.as_str()));
        words.extend(gone.iter().map(String::as_str));
    }
    engine::logs(&engine, running.by_name(words), context)
}

/// Whether all of these are components that platform.toml has no longer, and that have left containers: those may still have something
/// to say.
fn is_gone(running: &Running, names: &[String]) -> Result<bool, Failure> {
    let Ok(engine) = Engine::find() else {
        return Ok(false);
    };
    let output = &running.output;
    let everything = select(&output.platform, &output.graph, &[])?;
    let containers = engine.containers(running.name())?;
    let orphans = running.orphans(&everything, &containers, &engine)?;
    let is_orphan = |name: &String| orphans.iter().any(|it| it.service == *name);
    Ok(names.iter().all(is_orphan))
}
