//! `mlopsgen up`: starts groups with all that they wait for.

use clap::Args;
use mlopsgen::{
    plan::Failure,
    run::{Selection, select},
    text::count,
};

use super::{
    Context,
    doctor::{self, Finding},
    engine::Engine,
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
    groups: Vec<String>,

    /// Build images first
    #[arg(long)]
    build: bool,

    /// Wait until everything is healthy, and say why if something is not
    #[arg(long)]
    wait: bool,
}

pub fn run(args: &UpArgs, context: &Context) -> Result<u8, Failure> {
    let Some(running) = Running::open(context)? else {
        return Ok(1);
    };
    let output = &running.output;
    let asked = select(&output.platform, &output.graph, &args.groups)?;
    let selection = asked.with_needed();
    refuse_stale(&running, context)?;
    if selection.workloads().is_empty() {
        context.terminal.err("Nothing to start.\n");
        return Ok(0);
    }
    let mut engine = Engine::find()?;
    let findings = doctor::before_start(&running, &selection, &engine)?;
    let fatal: Vec<&Finding> = findings.iter().filter(|finding| finding.is_error).collect();
    if !fatal.is_empty() {
        context.terminal.err(&doctor::human(&fatal, context));
        return Err(Failure::new("nothing was started"));
    }
    set_start_variables(&running, &mut engine)?;
    let status = start(args, &running, &selection, &engine)?;
    if status != 0 {
        explain(&running, &selection, &engine, context)?;
    }
    Ok(status)
}

fn start(
    args: &UpArgs,
    running: &Running,
    selection: &Selection,
    engine: &Engine,
) -> Result<u8, Failure> {
    let root = running.project.place.root();
    let mut files = Vec::new();
    for file in selection.files() {
        files.push("-f".to_string());
        files.push(root.join(file).to_string_lossy().into_owned());
    }
    let compose = |words: &[&str], services: &[&str]| {
        let mut arguments = files.clone();
        arguments.extend(words.iter().chain(services).map(ToString::to_string));
        engine.compose(&arguments)
    };
    let mut words = vec!["up", "--detach"];
    if args.build {
        words.push("--build");
    }
    let jobs = selection.unawaited_jobs();
    if !args.wait || jobs.is_empty() {
        words.extend(args.wait.then_some("--wait"));
        return compose(&words, &[]);
    }
    // Compose takes the end of a job that nothing waits for as a failure, so it waits for the others.
    let status = compose(&words, &[])?;
    if status != 0 {
        return Ok(status);
    }
    let others: Vec<&str> = selection
        .workloads()
        .into_iter()
        .filter(|workload| workload.profiles.is_empty())
        .map(|workload| workload.name.as_str())
        .filter(|name| !jobs.contains(name))
        .collect();
    match others.is_empty() {
        true => Ok(0),
        // Without what they depend on: jobs among it would run again.
        false => compose(
            &["up", "--detach", "--wait", "--no-recreate", "--no-deps"],
            &others,
        ),
    }
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

/// Why it did not come up: what is broken, its last words, and who waits for it.
fn explain(
    running: &Running,
    selection: &Selection,
    engine: &Engine,
    context: &Context,
) -> Result<(), Failure> {
    let workloads = selection.workloads();
    for container in engine.containers(running.name())? {
        let is_ours = workloads.iter().any(|w| w.name == container.service);
        if !is_ours || !container.is_broken() {
            continue;
        }
        let service = container.service.as_str();
        let mut text = format!("\n`{service}` is not well: {}\n", container.status);
        let waiting: Vec<&str> = workloads
            .iter()
            .filter(|w| w.depends_on.iter().any(|d| d.workload == service))
            .map(|workload| workload.name.as_str())
            .collect();
        if !waiting.is_empty() {
            text.push_str(&format!("  waiting for it: {}\n", waiting.join(", ")));
        }
        let check = "{{if .State.Health}}{{range .State.Health.Log}}{{.Output}}\n{{end}}{{end}}";
        let check = engine.ask(&["inspect", "--format", check, &container.id]);
        if let Some(last) = check.iter().flat_map(|said| said.lines()).last() {
            text.push_str(&format!("  its health check says: {}\n", last.trim()));
        }
        text.push_str("  its last words:\n");
        context.terminal.err(&text);
        engine.compose(&running.by_name(["logs", "--no-color", "--tail", "10", service]))?;
    }
    Ok(())
}
