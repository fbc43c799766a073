//! `mlopsgen down`: stops groups; deletes data only with `--volumes` or `--purge`.

use clap::Args;
use mlopsgen::{
    Workload,
    disk::{Purge, examine, purge},
    engine::{Container, Engine, Running, Selection, mounted, select},
    plan::Failure,
    text::visible,
};

use super::{Context, engine, project, running};

/// Stop groups, and the groups that depend on them
///
/// Data stays, unless `--volumes` or `--purge` is given: both list what they delete, and ask first. Needs no secrets. Exits
/// with the status of Compose.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mlopsgen down
  mlopsgen down mlflow
  mlopsgen down --volumes --yes")]
pub struct DownArgs {
    /// The groups to stop [default: all]
    #[arg(value_name = "GROUP")]
    pub groups: Vec<String>,

    /// Also delete named volumes
    #[arg(long)]
    pub volumes: bool,

    /// Delete named volumes and the contents of bind-mounted folders marked `data = true`
    #[arg(long)]
    pub purge: bool,

    /// Don't ask
    #[arg(long, short)]
    pub yes: bool,
}

pub fn run(args: &DownArgs, context: &Context) -> Result<u8, Failure> {
    let Some(running) = running::open(context)? else {
        return Ok(1);
    };
    let output = &running.output;
    let selection = select(&output.platform, &output.graph, &args.groups)?;
    let engine = Engine::find()?;
    stop(args, &running, &selection, &engine, context)
}

/// Stops a selection. Asks first where data is deleted or workloads of other groups stop too. Errors: the engine does not
/// answer, a question can't be asked, or data can't be removed.
pub fn stop(
    args: &DownArgs,
    running: &Running,
    selection: &Selection,
    engine: &Engine,
    context: &Context,
) -> Result<u8, Failure> {
    let mut keep = selection.kept(running.project.reads());
    if args.purge {
        keep.extend(kept_for_environments(running, selection)?);
    }
    let loss = Loss::of(args, running, selection, engine, &keep)?;
    let disturbed = stopped_too(running, selection, engine)?;
    if !is_agreed(args, &loss, &disturbed, context)? {
        context.terminal.err("Nothing was stopped.\n");
        return Ok(1);
    }
    if selection.workloads().is_empty() && !selection.is_everything {
        context.terminal.err("Nothing to stop.\n");
        return Ok(0);
    }
    let words = removal(running, selection, &disturbed, &loss, engine)?;
    let status = engine::run(engine, &running.by_name(words), context)?;
    if status != 0 {
        return Ok(status);
    }
    remove_volumes(&loss.volumes, engine)?;
    let root = running.root()?;
    for folder in &loss.purge.folders {
        purge(&root, folder, &keep)?;
    }
    Ok(0)
}

/// What Compose is told to remove the containers and their networks. If the whole platform stops, Compose also removes the
/// volumes if asked to.
fn removal<'a>(
    running: &Running,
    selection: &Selection<'a>,
    disturbed: &[&'a Workload],
    loss: &Loss,
    engine: &Engine,
) -> Result<Vec<&'a str>, Failure> {
    if selection.is_everything {
        let mut words = vec!["down", "--remove-orphans"];
        words.extend((!loss.volumes.is_empty()).then_some("--volumes"));
        return Ok(words);
    }
    let workloads = selection.workloads();
    let names: Vec<&str> = workloads
        .iter()
        .chain(disturbed)
        .map(|workload| workload.name.as_str())
        .collect();
    let containers = engine.containers(running.name())?;
    // Compose removes every network without a running container, so a stopped container would lose its network.
    let is_resting = |container: &Container| {
        container.state != "running" && !names.contains(&container.service.as_str())
    };
    let words: &[&str] = match containers.iter().any(is_resting) {
        true => &["rm", "--stop", "--force"],
        false => &["down"],
    };
    Ok(words.iter().chain(&names).copied().collect())
}

/// What is deleted besides containers.
#[derive(Default)]
struct Loss {
    /// Real names.
    volumes: Vec<String>,
    purge: Purge,
    /// Folders of other projects whose containers have the same project's name.
    others: Vec<String>,
}

impl Loss {
    fn of(
        args: &DownArgs,
        running: &Running,
        selection: &Selection,
        engine: &Engine,
        keep: &[String],
    ) -> Result<Self, Failure> {
        let mut loss = Loss {
            others: running.started_elsewhere(&engine.containers(running.name())?),
            ..Loss::default()
        };
        if args.volumes || args.purge {
            let volumes = selection.volumes().into_iter();
            loss.volumes = volumes.map(|volume| volume.real_name.clone()).collect();
        }
        // Compose removes all that carry the project's label, whoever made them.
        if !loss.volumes.is_empty() && selection.is_everything {
            let mut labelled = engine.volumes_of(running.name());
            labelled.retain(|name| !loss.volumes.contains(name));
            loss.volumes.append(&mut labelled);
        }
        if args.purge {
            loss.purge = examine(&running.root()?, &selection.data_folders(), keep);
        }
        Ok(loss)
    }

    fn describe(&self) -> String {
        let mut text = String::new();
        for volume in &self.volumes {
            text.push_str(&format!("  - volume {}\n", visible(volume)));
        }
        for folder in &self.purge.folders {
            text.push_str(&format!("  - everything in {folder}/\n"));
        }
        if !text.is_empty() {
            text.insert_str(0, "This data is deleted:\n");
        }
        for refusal in &self.purge.refusals {
            text.push_str(&format!(
                "`{}` stays as it is: {}\n",
                refusal.folder, refusal.reason
            ));
        }
        for folder in &self.others {
            text.push_str(&format!(
                "Containers of a project of this name were started from `{}`: they stop, too\n",
                visible(folder)
            ));
        }
        text
    }
}

/// What other environments mount, but for folders that are data here as well: those they share. Errors: one of them has
/// errors, so that nobody knows what it mounts.
fn kept_for_environments(running: &Running, selection: &Selection) -> Result<Vec<String>, Failure> {
    let shared = selection.data_folders();
    let mut kept = Vec::new();
    for (name, other) in project::others(&running.project)? {
        let compilation = other.compile();
        let Ok(output) = compilation.output else {
            return Err(Failure::new(format!(
                "{name} has errors, so nobody knows which folders it mounts: nothing was stopped"
            ))
            .help("`mlopsgen validate --all-envs` shows the errors; without `--purge` it does not matter"));
        };
        kept.extend(mounted(&output.platform));
    }
    kept.retain(|path| !shared.contains(&path.as_str()));
    Ok(kept)
}

/// Running workloads of other groups that stop too, because they depend on these. Errors: the engine does not list its
/// containers.
pub fn stopped_too<'a>(
    running: &Running,
    selection: &Selection<'a>,
    engine: &Engine,
) -> Result<Vec<&'a Workload>, Failure> {
    let disturbed = selection.stopped_too();
    if disturbed.is_empty() {
        return Ok(Vec::new());
    }
    let containers = engine.containers(running.name())?;
    let is_up = |name: &str| {
        let mut containers = containers.iter();
        containers.any(|container| container.service == name && container.is_running())
    };
    Ok(disturbed
        .into_iter()
        .filter(|workload| is_up(&workload.name))
        .collect())
}

/// Errors: a question is needed, and there is no terminal to ask on.
fn is_agreed(
    args: &DownArgs,
    loss: &Loss,
    disturbed: &[&Workload],
    context: &Context,
) -> Result<bool, Failure> {
    let terminal = &context.terminal;
    let mut text = loss.describe();
    if !disturbed.is_empty() {
        text.push_str("These depend on it and stop, too:\n");
        for workload in disturbed {
            let Workload { name, group, .. } = workload;
            text.push_str(&format!("  - {name} (group {group})\n"));
        }
    }
    terminal.out(&text)?;
    let deletes = !loss.volumes.is_empty() || !loss.purge.folders.is_empty();
    if args.yes || (!deletes && disturbed.is_empty() && loss.others.is_empty()) {
        return Ok(true);
    }
    if !terminal.interactive {
        return Err(
            Failure::new("there is no terminal to ask on; nothing was stopped")
                .help("to go on without being asked, add `--yes`"),
        );
    }
    terminal.ask("Go on?")
}

/// Removes volumes by their names, with the engine. For a part of the platform Compose would delete all volumes of the
/// project, and it does not know volumes that it did not create.
fn remove_volumes(volumes: &[String], engine: &Engine) -> Result<(), Failure> {
    let failed = |words: String| Failure::new(format!("the volumes stay: {words}"));
    if volumes.is_empty() {
        return Ok(());
    }
    let there = engine.ask(&["volume", "ls", "--quiet"]).map_err(failed)?;
    for volume in there
        .lines()
        .filter(|name| volumes.iter().any(|it| it == name))
    {
        engine.ask(&["volume", "rm", volume]).map_err(failed)?;
    }
    Ok(())
}
