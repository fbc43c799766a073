//! `mlopsgen logs`: what containers have written.

use clap::Args;
use mlopsgen::{
    engine::{Engine, select_workloads},
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
    let workloads = select_workloads(&running.output.platform, &args.names)?;
    let engine = Engine::find()?;
    let tail = args.tail.map(|lines| lines.to_string());
    let mut words = vec!["logs"];
    words.extend(args.follow.then_some("--follow"));
    if let Some(lines) = &tail {
        words.extend(["--tail", lines]);
    }
    if !args.names.is_empty() {
        words.extend(workloads.iter().map(|workload| workload.name.as_str()));
    }
    engine::logs(&engine, running.by_name(words), context)
}
