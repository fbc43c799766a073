//! From the command line to a project: where it is and what to compile of it.

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
    thread,
};

use mlopsgen::{
    compile::{Failed, Output, Request},
    disk::{Lock, Outcome, Project, ProjectPlace, environments},
    files::PLATFORM_FILE,
    plan::{Failure, Plan},
    project::{bad_environment, environment_file},
    text::{one_of, shell_word, visible},
};

use super::{
    Context,
    args::{Format, Global},
    cache, json,
    terminal::Terminal,
};

/// Where the platform file of these flags is: its folder, and its name there. Errors: there is none.
pub fn find(global: &Global) -> Result<(PathBuf, String), Failure> {
    let path = global.directory().join(&global.file);
    let file = path.file_name().map(|name| name.to_string_lossy());
    let (Some(file), true) = (file, path.is_file()) else {
        return Err(missing(&path, global));
    };
    let root = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    Ok((root, file.to_string()))
}

/// The project of these flags. Errors: there is no platform file, or `--env` is no name of an environment.
pub fn open(global: &Global) -> Result<Project, Failure> {
    if let Some(problem) = global.environment.as_deref().and_then(bad_environment) {
        return Err(Failure::new(problem.message).help(problem.help.unwrap_or_default()));
    }
    let (root, file) = find(global)?;
    if let Some(environment) = &global.environment {
        find_environment(&root, &file, environment)?;
    }
    let request = Request {
        // A name that can't be read is reported by the commands that are for all environments.
        environments: environments(&root, &file).unwrap_or_default(),
        file,
        environment: global.environment.clone(),
        targets: global.selected(),
        deny_warnings: global.deny_warnings,
        recorded: Vec::new(),
        threads: thread::available_parallelism().map_or(1, NonZeroUsize::get),
    };
    Ok(Project::new(&root, request)?.with_proofs(cache::proofs(global)))
}

/// What the project of these flags compiles to, after everything that the compiler had to say was printed; as JSON that is the verdict
/// of `validate`, where there are errors. `None`: there are. Errors: those of [`open`], or stdout is closed.
pub fn compiled(context: &Context) -> Result<Option<Output>, Failure> {
    let compilation = open(&context.global)?.compile();
    let terminal = &context.terminal;
    if compilation.has_errors() && context.global.format == Some(Format::Json) {
        terminal.out(&json::verdict(&compilation, terminal))?;
    } else {
        terminal.diagnostics(&compilation.diagnostics, &compilation.sources);
    }
    Ok(compilation.output.ok())
}

/// Takes the lock of the output folder; who has to wait for it is told so. Errors: the folder can't be locked.
pub fn lock(place: &ProjectPlace, terminal: &Terminal) -> Result<Lock, Failure> {
    Lock::acquire(place, |holder| {
        let line = format!("waiting for another `mlopsgen` that writes in this folder: {holder}\n");
        terminal.err(&line);
    })
}

/// The same project in every other environment, the base included, each with words for it. Errors: the folder can't be listed.
pub fn others(project: &Project) -> Result<Vec<(String, Project)>, Failure> {
    let root = project.place.project();
    let named = environments(root, &project.request.file)?;
    let all = [None].into_iter().chain(named.into_iter().map(Some));
    all.filter(|environment| *environment != project.request.environment)
        .map(|environment| {
            let name = match &environment {
                None => format!("`{}` without an environment", project.request.file),
                Some(environment) => format!("environment `{}`", visible(environment)),
            };
            let request = Request {
                environment,
                ..project.request.clone()
            };
            Ok((name, Project::new(root, request)?))
        })
        .collect()
}

/// The plan, after everything that the compiler had to say was printed. Errors: there is no plan, because the platform has
/// errors.
pub fn report<'a>(outcome: &'a Outcome, context: &Context) -> Result<&'a Plan, Failed> {
    let terminal = &context.terminal;
    terminal.diagnostics(&outcome.diagnostics, &outcome.sources);
    outcome.plan.as_ref().map_err(|failed| *failed)
}

fn missing(path: &Path, global: &Global) -> Failure {
    let looked = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let init = match &global.directory {
        None => "mlopsgen init".to_string(),
        Some(directory) => format!("mlopsgen init {}", shell_word(&directory.to_string_lossy())),
    };
    let failure = Failure::new(format!("there is no `{}`", looked.display()));
    match global.named_file() {
        // Nothing starts a file of another name.
        Some(_) if global.directory().join(PLATFORM_FILE).is_file() => failure.help(format!(
            "write that file, or leave `--file` out: `{PLATFORM_FILE}` is there"
        )),
        Some(_) => {
            failure.help("write that file, or say where it is with `-C DIR` or `--file FILE`")
        }
        None => failure.help(format!(
            "type `{init}` to start one, or say where it is with `-C DIR` or `--file FILE`"
        )),
    }
}

fn find_environment(root: &Path, file: &str, environment: &str) -> Result<(), Failure> {
    let wanted = environment_file(file, environment);
    // What it is if it is no file, the compiler says.
    if root.join(&wanted).symlink_metadata().is_ok() {
        return Ok(());
    }
    let known = environments(root, file)?;
    Err(
        Failure::new(format!("there is no `{wanted}`")).help(match known.as_slice() {
            [] => format!("write what is different in `{environment}` to that file"),
            known => format!("write that file, or `--env` with {}", one_of(known)),
        }),
    )
}
