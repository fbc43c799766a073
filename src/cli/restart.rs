//! `mlopsgen restart`: restarts the same containers, or recreates them.

use clap::Args;
use mlopsgen::{
    engine::{Engine, Running, Selection, select},
    plan::Failure,
};

use super::{
    Context,
    down::{self, DownArgs},
    engine, running,
    up::{self, UpArgs},
};

/// Restart the running containers of groups
///
/// Restarts the same containers: `mlopsgen up` applies what changed in platform.toml. Completed jobs do not run again. Needs
/// no secrets. With `--build`, `--volumes` or `--wait` it does `mlopsgen down` and then `mlopsgen up`. Exits with the status of
/// Compose.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mlopsgen restart
  mlopsgen restart serving --build
  mlopsgen restart feast --volumes")]
pub struct RestartArgs {
    /// The groups to restart [default: all]
    #[arg(value_name = "GROUP")]
    groups: Vec<String>,

    /// Build images first, and recreate the containers
    #[arg(long)]
    build: bool,

    /// Delete named volumes before the start, so that it begins with empty ones
    #[arg(long)]
    volumes: bool,

    /// Wait until everything is healthy; report the cause if something is not
    #[arg(long)]
    wait: bool,

    /// Don't ask
    #[arg(long, short)]
    yes: bool,
}

pub fn run(args: &RestartArgs, context: &Context) -> Result<u8, Failure> {
    let Some(running) = running::open(context)? else {
        return Ok(1);
    };
    let output = &running.output;
    let selection = select(&output.platform, &output.graph, &args.groups)?;
    if args.build || args.volumes || args.wait {
        return recreate(args, &running, &selection, context);
    }
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
        let text = "Nothing of it runs: `mlopsgen up` starts it.\n";
        context.terminal.say(text);
        return Ok(0);
    }
    let words = ["restart"].into_iter().chain(services);
    engine::run(&engine, &running.by_name(words), context)
}

/// `down`, then `up`. What would prevent the start is reported before anything stops. Groups that `down` stops as well,
/// because they depend on these, are started again.
fn recreate(
    args: &RestartArgs,
    running: &Running,
    selection: &Selection,
    context: &Context,
) -> Result<u8, Failure> {
    let output = &running.output;
    let engine = Engine::find()?;
    let mut groups = args.groups.clone();
    if !selection.is_everything {
        let disturbed = down::stopped_too(running, selection, &engine)?;
        groups.extend(disturbed.iter().map(|workload| workload.group.clone()));
    }
    let wanted = select(&output.platform, &output.graph, &groups)?.with_needed();
    let mut engine = up::ready(running, &wanted, context)?;
    let down = DownArgs {
        groups: args.groups.clone(),
        volumes: args.volumes,
        purge: false,
        yes: args.yes,
    };
    let status = down::stop(&down, running, selection, &engine, context)?;
    if status != 0 {
        return Ok(status);
    }
    let up = UpArgs {
        groups,
        build: args.build,
        wait: args.wait,
    };
    up::start(&up, running, &wanted, &mut engine, context)
}
