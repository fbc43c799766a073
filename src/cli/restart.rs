//! `mlopsgen restart`: stops and starts the containers that run, as they are.

use clap::Args;
use mlopsgen::{plan::Failure, run::select};

use super::{Context, engine::Engine, running::Running};

/// Restart what runs of these groups; without GROUP, of all
///
/// The same containers start again: what changed in platform.toml comes with `mlopsgen up`. Jobs that are done are not
/// repeated. Needs no secrets. Exits as Compose does.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mlopsgen restart
  mlopsgen restart serving")]
pub struct RestartArgs {
    #[arg(value_name = "GROUP")]
    groups: Vec<String>,
}

pub fn run(args: &RestartArgs, context: &Context) -> Result<u8, Failure> {
    let Some(running) = Running::open(context)? else {
        return Ok(1);
    };
    let output = &running.output;
    let selection = select(&output.platform, &output.graph, &args.groups)?;
    let engine = Engine::find()?;
    let containers = engine.containers(running.name())?;
    let workloads = selection.workloads();
    let services: Vec<&str> = workloads
        .iter()
        .filter(|workload| !workload.is_job())
        .map(|workload| workload.name.as_str())
        .filter(|name| {
            containers
                .iter()
                .any(|container| container.service == *name)
        })
        .collect();
    if services.is_empty() {
        context
            .terminal
            .err("Nothing of it runs: `mlopsgen up` starts it.\n");
        return Ok(0);
    }
    engine.compose(&running.by_name(["restart"].into_iter().chain(services)))
}
