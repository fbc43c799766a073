//! `mlopsgen down`: stops groups, and deletes their data only where it is told to.

use clap::Args;
use mlopsgen::{
    model::{FileContent, MountSource, Platform},
    plan::Failure,
    run::{Purge, Selection, examine, purge, select},
};

use super::{Context, engine::Engine, running::Running};

/// Stop groups; without GROUP, all
///
/// Data stays, unless `--volumes` or `--purge` is given; both list what goes and ask. Needs no secrets. Exits as Compose
/// does.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mlopsgen down
  mlopsgen down mlflow
  mlopsgen down --volumes --yes")]
pub struct DownArgs {
    #[arg(value_name = "GROUP")]
    groups: Vec<String>,

    /// Delete named volumes, too
    #[arg(long)]
    volumes: bool,

    /// Delete named volumes and what is in bind folders marked `data = true`
    #[arg(long)]
    purge: bool,

    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

pub fn run(args: &DownArgs, context: &Context) -> Result<u8, Failure> {
    let Some(running) = Running::open(context)? else {
        return Ok(1);
    };
    let output = &running.output;
    let selection = select(&output.platform, &output.graph, &args.groups)?;
    let engine = Engine::find()?;
    let keep = kept(&output.platform, &context.global.file.to_string_lossy());
    let loss = Loss::of(args, &running, &selection, &keep)?;
    let disturbed = disturbed(&running, &selection, &engine)?;
    if !is_agreed(args, &loss, &disturbed, context)? {
        context.terminal.err("Nothing was stopped.\n");
        return Ok(1);
    }
    let mut words = vec!["down"];
    let workloads = selection.workloads();
    if selection.is_everything {
        words.push("--remove-orphans");
        words.extend((!loss.volumes.is_empty()).then_some("--volumes"));
    } else {
        words.extend(workloads.iter().map(|workload| workload.name.as_str()));
    }
    if !selection.is_everything && workloads.is_empty() {
        context.terminal.err("Nothing to stop.\n");
        return Ok(0);
    }
    let status = engine.compose(&running.by_name(words))?;
    if status != 0 {
        return Ok(status);
    }
    if !selection.is_everything {
        remove_volumes(&loss.volumes, &engine)?;
    }
    let root = running.root()?;
    for folder in &loss.purge.folders {
        purge(&root, folder, &keep)?;
    }
    Ok(0)
}

/// What goes besides containers.
#[derive(Default)]
struct Loss {
    /// Real names.
    volumes: Vec<String>,
    purge: Purge,
}

impl Loss {
    fn of(
        args: &DownArgs,
        running: &Running,
        selection: &Selection,
        keep: &[String],
    ) -> Result<Self, Failure> {
        let mut loss = Loss::default();
        if args.volumes || args.purge {
            let volumes = selection.volumes().into_iter();
            loss.volumes = volumes.map(|volume| volume.real_name.clone()).collect();
        }
        if args.purge {
            loss.purge = examine(&running.root()?, &selection.data_folders(), keep);
        }
        Ok(loss)
    }

    fn describe(&self) -> String {
        let mut text = String::new();
        for volume in &self.volumes {
            text.push_str(&format!("  - volume {volume}\n"));
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
        text
    }
}

/// Paths of the project that platform.toml reads, or mounts without calling them data.
fn kept(platform: &Platform, file: &str) -> Vec<String> {
    let mut kept = vec![file.to_string()];
    kept.extend(["generated", "mlopsgen", "dags"].map(ToString::to_string));
    for workload in platform.workloads() {
        kept.extend(
            workload
                .mounts
                .iter()
                .filter_map(|mount| match &mount.source {
                    MountSource::Bind { path, data: false } => Some(path.clone()),
                    _ => None,
                }),
        );
        kept.extend(
            workload
                .files
                .iter()
                .filter_map(|file| match &file.content {
                    FileContent::Project { path, .. } | FileContent::Folder { path, .. } => {
                        Some(path.clone())
                    }
                    _ => None,
                }),
        );
        kept.extend(workload.build.iter().map(|build| build.context.clone()));
    }
    let pipelines = platform.pipelines.iter().flat_map(|p| &p.volumes);
    kept.extend(pipelines.filter_map(|mount| match &mount.source {
        MountSource::Bind { path, data: false } => Some(path.clone()),
        _ => None,
    }));
    kept
}

/// Running workloads of other groups that stop too, because they can't do without these.
fn disturbed(
    running: &Running,
    selection: &Selection,
    engine: &Engine,
) -> Result<Vec<String>, Failure> {
    let disturbed = selection.disturbed();
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
        .map(|workload| format!("{} (group {})", workload.name, workload.group))
        .collect())
}

/// Errors: there is something to ask and nobody to be asked.
fn is_agreed(
    args: &DownArgs,
    loss: &Loss,
    disturbed: &[String],
    context: &Context,
) -> Result<bool, Failure> {
    let terminal = &context.terminal;
    let mut text = loss.describe();
    if !disturbed.is_empty() {
        text.push_str("These depend on it and stop, too:\n");
        for workload in disturbed {
            text.push_str(&format!("  - {workload}\n"));
        }
    }
    terminal.out(&text)?;
    let deletes = !loss.volumes.is_empty() || !loss.purge.folders.is_empty();
    if args.yes || (!deletes && disturbed.is_empty()) {
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

/// Of a part of the platform Compose would delete all volumes, so the engine is told by name.
fn remove_volumes(volumes: &[String], engine: &Engine) -> Result<(), Failure> {
    for volume in volumes {
        let words = ["volume", "ls", "--quiet", "--filter"];
        let filter = format!("name=^{volume}$");
        let words: Vec<&str> = words.into_iter().chain([filter.as_str()]).collect();
        let failed = |words: String| Failure::new(format!("volume `{volume}` stays: {words}"));
        if engine.ask(&words).map_err(failed)?.is_empty() {
            continue;
        }
        engine.ask(&["volume", "rm", volume]).map_err(failed)?;
    }
    Ok(())
}
