//! `mlopsgen up`: starts groups with all that they wait for.

use clap::Args;
use mlopsgen::{
    engine::{Selection, select},
    files::Target,
    plan::Failure,
    text::count,
};

use super::{
    Context,
    doctor::{self, Finding},
    engine::Engine,
    launch::Launch,
    post_mortem,
    running::Running,
};

/// Where the generated files mount the engine from.
#[cfg(unix)]
const SOCKET: &str = "/var/run/docker.sock";

/// Start groups and what they depend on
///
/// Gives Compose the generated files of these groups and of those that they wait for; without GROUP, of all. Before
/// anything starts it says what would stop it: stale files, busy ports, missing secrets. Exits as Compose does.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mlopsgen env init && mlopsgen up
  mlopsgen up mlflow --wait")]
pub struct UpArgs {
    #[arg(value_name = "GROUP")]
    pub groups: Vec<String>,

    /// Build images first
    #[arg(long)]
    pub build: bool,

    /// Wait until everything is healthy, and say why if something is not
    #[arg(long)]
    pub wait: bool,
}

pub fn run(args: &UpArgs, context: &Context) -> Result<u8, Failure> {
    let Some(running) = Running::open(context)? else {
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

/// The engine, after a look at what would stop a start. Errors: something would; nothing was started.
pub fn ready(
    running: &Running,
    selection: &Selection,
    context: &Context,
) -> Result<Engine, Failure> {
    refuse_stale(running, context)?;
    if !running.output.platform.targets.contains(&Target::Compose) {
        return Err(Failure::new(
            "this platform has no Compose files: `platform.targets` leaves `compose` out",
        )
        .help("add \"compose\" to it, then type `mlopsgen apply`"));
    }
    let engine = Engine::find()?;
    let findings = doctor::before_start(running, selection, &engine)?;
    let fatal: Vec<&Finding> = findings.iter().filter(|finding| finding.is_error).collect();
    if !fatal.is_empty() {
        context.terminal.err(&doctor::human(&fatal, context));
        return Err(Failure::new("nothing was started"));
    }
    Ok(engine)
}

/// Starts what was found ready; Compose's exit status. With `--wait`, 1 where something is not well in the end.
pub fn start(
    args: &UpArgs,
    running: &Running,
    selection: &Selection,
    engine: &mut Engine,
    context: &Context,
) -> Result<u8, Failure> {
    set_start_variables(running, engine)?;
    let launch = Launch {
        running,
        selection,
        engine,
        build: args.build,
        wait: args.wait,
    };
    let status = launch.run(context)?;
    let broken = post_mortem::tell(running, selection, engine, context)?;
    Ok(match status {
        0 => u8::from(args.wait && broken > 0),
        status => status,
    })
}

fn refuse_stale(running: &Running, context: &Context) -> Result<(), Failure> {
    if running.plan.is_empty() {
        return Ok(());
    }
    let folder = running.project.place.folder();
    let counts = running.plan.counts();
    let files = count(counts.add + counts.change + counts.remove, "file");
    Err(Failure::new(format!(
        "`{folder}/` is not what platform.toml says: {files} would change; nothing was started"
    ))
    .help(format!(
        "look at it with `{}`, then type `{}`",
        context.global.command_line("plan"),
        context.global.command_line("apply")
    )))
}

/// What only this machine knows, unless somebody has said it already.
fn set_start_variables(running: &Running, engine: &mut Engine) -> Result<(), Failure> {
    let dotenv = running.dotenv()?.values();
    let is_set = |name: &str| {
        let given = std::env::var(name).ok();
        let given = given.or_else(|| dotenv.get(name).cloned());
        given.is_some_and(|value| !value.is_empty())
    };
    if !is_set("PROJECT_DIR") {
        let root = running.root()?;
        engine.set("PROJECT_DIR", root.to_string_lossy().into_owned());
    }
    #[cfg(unix)]
    if !is_set("DOCKER_GID")
        && let Ok(socket) = std::fs::metadata(SOCKET)
    {
        use std::os::unix::fs::MetadataExt;
        engine.set("DOCKER_GID", socket.gid().to_string());
    }
    Ok(())
}
