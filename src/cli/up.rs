//! `mlopsgen up`: starts groups with all that they wait for.

use clap::Args;
use mlopsgen::{
    engine::{
        Engine, Launch, Running, Selection, broken,
        doctor::{Finding, before_start, known_secrets, other_folder},
        select, start_variables,
    },
    files::Target,
    plan::Failure,
    text::{count, visible},
};

use super::{Context, broken as report, doctor, engine::run as run_compose, live::Live, running};

/// Start groups and what they depend on
///
/// Runs Compose with the generated files of these groups and of the groups that they depend on. Before anything starts it
/// reports what prevents the start: stale files, busy ports, missing secrets. Exits with the status of Compose.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mlopsgen env init && mlopsgen up
  mlopsgen up tracking --wait")]
pub struct UpArgs {
    /// The groups to start [default: all]
    #[arg(value_name = "GROUP")]
    pub groups: Vec<String>,

    /// Build images first
    #[arg(long)]
    pub build: bool,

    /// Wait until everything is healthy; report the cause if something is not
    #[arg(long)]
    pub wait: bool,
}

pub fn run(args: &UpArgs, context: &Context) -> Result<u8, Failure> {
    let Some(running) = running::open(context)? else {
        return Ok(1);
    };
    let output = &running.output;
    let asked = select(&output.platform, &output.graph, &args.groups)?;
    let selection = asked.with_needed();
    if selection.workloads().is_empty() {
        refuse_stale(&running, context)?;
        context.terminal.err("Nothing to start.\n");
        return Ok(0);
    }
    let mut engine = ready(&running, &selection, context)?;
    start(args, &running, &selection, &mut engine, context)
}

/// Nothing of the platform runs on an engine.
pub fn without_compose() -> Failure {
    Failure::new("this platform has no Compose files: `platform.targets` leaves `compose` out")
        .help("add \"compose\" to it, then type `mlopsgen apply`")
}

/// Checks what would prevent the start, and returns the engine. Errors: something prevents it; nothing was started.
pub fn ready(
    running: &Running,
    selection: &Selection,
    context: &Context,
) -> Result<Engine, Failure> {
    refuse_stale(running, context)?;
    if !running.output.platform.targets.contains(&Target::Compose) {
        return Err(without_compose());
    }
    let engine = Engine::find()?;
    let findings = before_start(running, selection, &engine)?;
    let fatal: Vec<&Finding> = findings.iter().filter(|finding| finding.is_error).collect();
    if !fatal.is_empty() {
        context.terminal.err(&doctor::human(&fatal, context));
        return Err(Failure::new("nothing was started"));
    }
    let warning = known_secrets(running);
    let other = other_folder(running, &engine.containers(running.name())?);
    let warnings: Vec<&Finding> = warning.iter().chain(&other).collect();
    context.terminal.err(&doctor::human(&warnings, context));
    Ok(engine)
}

/// Starts what [`ready`] has checked, and returns Compose's exit status. With `--wait` it is 1 if something is not healthy.
/// Errors: the engine does not answer, or Compose can't be started.
pub fn start(
    args: &UpArgs,
    running: &Running,
    selection: &Selection,
    engine: &mut Engine,
    context: &Context,
) -> Result<u8, Failure> {
    let status = clear_the_way(running, selection, engine, context)?;
    if status != 0 {
        return Ok(status);
    }
    for (name, value) in start_variables(running)? {
        engine.set(name, value);
    }
    let launch = Launch {
        running,
        selection,
        engine,
        build: args.build,
        wait: args.wait,
    };
    let mut live = Live::new(context, selection);
    let launched = launch.run(&mut live)?;
    live.finish(&launched);
    let broken = broken(running, selection, engine)?;
    report::print(&broken, context);
    Ok(match launched.status {
        0 => u8::from(args.wait && !broken.is_empty()),
        status => status,
    })
}

/// Stops what runs of components that platform.toml has no longer, where it holds data or ports of what is to start: two programs
/// that write to one folder at once corrupt its data. Names the rest. Returns Compose's exit status.
fn clear_the_way(
    running: &Running,
    selection: &Selection,
    engine: &Engine,
    context: &Context,
) -> Result<u8, Failure> {
    let containers = engine.containers(running.name())?;
    let orphans = running.orphans(selection, &containers, engine)?;
    let mut stopped: Vec<&str> = Vec::new();
    for orphan in orphans.iter().filter(|orphan| orphan.is_running) {
        let name = visible(&orphan.container);
        let text = match &orphan.in_the_way {
            Some(what) => format!(
                "`{name}` is stopped first: no component `{}` is left, and it holds {}.\n",
                visible(&orphan.service),
                visible(what)
            ),
            None => format!(
                "`{name}` goes on running, and no component `{}` is left: `mlopsgen doctor` says how to remove it.\n",
                visible(&orphan.service)
            ),
        };
        context.terminal.say(&text);
        if orphan.in_the_way.is_some() && !stopped.contains(&orphan.service.as_str()) {
            stopped.push(&orphan.service);
        }
    }
    if stopped.is_empty() {
        return Ok(0);
    }
    let words = ["rm", "--stop", "--force"].into_iter().chain(stopped);
    run_compose(engine, &running.by_name(words), context)
}

fn refuse_stale(running: &Running, context: &Context) -> Result<(), Failure> {
    if running.plan.is_empty() {
        return Ok(());
    }
    let folder = running.project.place.folder();
    let counts = running.plan.counts();
    let files = count(counts.add + counts.change + counts.remove, "file");
    Err(Failure::new(format!(
        "`{folder}/` is not what {} says: {files} would change; nothing was started",
        context.global.file_name()
    ))
    .help(format!(
        "look at it with `{}`, then type `{}`",
        context.global.command_line("plan"),
        context.global.command_line("apply")
    )))
}
