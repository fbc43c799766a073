//! Folders and files of the host that containers mount: whether they are there, and whether the container's user may read,
//! or write, what is mounted.

use std::path::{Path, PathBuf};

use crate::{
    model::{Account, Accounts, FileContent, Mount, Piece, Purpose, Text, Workload},
    plan::Failure,
    source::Span,
    text::shell_word,
};

use super::{Case, Finding};
use crate::engine::host::{self, Access, User};

pub(super) fn findings(case: &Case<'_>) -> Result<Vec<Finding>, Failure> {
    let root = case.running.root()?;
    let mut findings = Vec::new();
    for workload in case.selection.workloads() {
        let user = user(case, workload)?;
        for mount in &workload.mounts {
            let Some(path) = mount.source.on_host() else {
                continue;
            };
            let path = path.as_str();
            let found = match root.join(path) {
                place if place.exists() => forbidden(workload, mount, path, &place, user.as_ref()),
                _ => absent(case, workload, mount, path, user.as_ref()),
            };
            findings.extend(found.map(|finding| finding.at(case.running, mount.span)));
        }
        findings.extend(without_variables(case, workload));
        for (shown, place, span) in files(case, workload, &root) {
            let Some(user) = &user else { continue };
            if host::has_access(user, &place, Access::Read) {
                continue;
            }
            let message = format!(
                "`{shown}`, which `{}` mounts, is not readable by its user {user}",
                workload.name
            );
            let help = format!("chmod -R a+rX {}", shell_word(&shown));
            findings.push(Finding::warning("file", message, help).at(case.running, span));
        }
    }
    findings.extend(of_pipelines(case, &root));
    Ok(findings)
}

/// Files of variables that are not there: Compose starts nothing without them.
fn without_variables(case: &Case<'_>, workload: &Workload) -> Vec<Finding> {
    let files = workload.env_files.iter();
    let missing = files.filter(|file| file.variables.is_none());
    missing
        .map(|file| {
            let message = format!(
                "`{}`, which `{}` reads as `env_file`, does not exist: Compose starts nothing without it",
                file.path, workload.name
            );
            let help = "make it, or say that it may be missing: `{ path = \"...\", required = false }`".to_string();
            Finding::new("file", message, help).at(case.running, file.span)
        })
        .collect()
}

/// The engine makes a folder that is missing, as root; what a kind mounts of the host's own is the host's matter.
fn absent(
    case: &Case<'_>,
    workload: &Workload,
    mount: &Mount,
    path: &str,
    user: Option<&User>,
) -> Option<Finding> {
    let source = case.running.sources.file(mount.span.source);
    if mount.compose_only || source.name.starts_with("templates/") {
        return None;
    }
    let (name, at) = (&workload.name, &mount.path);
    let who = match user {
        Some(user) => format!(", and the container's user is {user}"),
        None => String::new(),
    };
    Some(Finding::warning(
        "folder",
        format!(
            "`{path}`, which `{name}` mounts at `{at}`, does not exist: the engine would make it, as root{who}"
        ),
        match user {
            Some(user) => {
                let path = shell_word(path);
                format!("mkdir -p {path} && chown {user} {path}")
            }
            None => "make it yourself, so that the container's user may write there".to_string(),
        },
    ))
}

fn forbidden(
    workload: &Workload,
    mount: &Mount,
    path: &str,
    place: &Path,
    user: Option<&User>,
) -> Option<Finding> {
    let user = user?;
    let (wanted, verb) = match mount.read_only {
        true => (Access::Read, "readable"),
        false => (Access::Write, "writable"),
    };
    if mount.compose_only || host::has_access(user, place, wanted) {
        return None;
    }
    let message = format!(
        "`{path}`, which `{}` mounts at `{}`, is not {verb} by its user {user}",
        workload.name, mount.path
    );
    // What lies outside of the project is others' too: nobody should be led to give it away.
    let is_ours = !Path::new(path).is_absolute() && !path.split('/').any(|name| name == "..");
    let path = shell_word(path);
    let help = match (mount.read_only, is_ours) {
        (true, true) => format!("chmod -R a+rX {path}"),
        (true, false) => format!("let {user} read there, or mount another folder"),
        (false, true) => {
            format!("chown -R {user} {path}, or say `read_only = true` if it only reads")
        }
        (false, false) => format!(
            "let {user} write there, mount another folder, or say `read_only = true` if it only reads"
        ),
    };
    Some(Finding::warning("folder", message, help))
}

/// Files that a workload mounts from the disk: how the user knows them, where they are, where platform.toml says so.
fn files(case: &Case<'_>, workload: &Workload, root: &Path) -> Vec<(String, PathBuf, Span)> {
    let place = &case.running.project.place;
    let generated = |path: &str| {
        let shown = format!("{}/{path}", place.folder());
        (shown, place.root().join(path))
    };
    workload
        .files
        .iter()
        .filter_map(|file| {
            let (shown, path) = match &file.content {
                FileContent::Text { name, .. } => {
                    generated(&format!("config/{}/{name}", workload.component))
                }
                FileContent::Generated(path) => generated(path),
                FileContent::Project { path, .. } | FileContent::Folder { path, .. } => {
                    (path.clone(), root.join(path))
                }
                FileContent::Secret(_) | FileContent::Stubs => return None,
            };
            path.exists().then_some((shown, path, file.span))
        })
        .collect()
}

/// Tasks are started by the engine with mounts that make nothing.
fn of_pipelines(case: &Case<'_>, root: &Path) -> Vec<Finding> {
    let pipelines = &case.running.output.platform.pipelines;
    let mut findings = Vec::new();
    for pipeline in pipelines.iter().filter(|_| {
        case.selection
            .components()
            .iter()
            .any(|it| it.purpose == Some(Purpose::Pipelines))
    }) {
        for mount in &pipeline.volumes {
            let Some(path) = mount.source.on_host() else {
                continue;
            };
            if root.join(path.as_str()).exists() {
                continue;
            }
            let message = format!(
                "`{path}`, which the pipeline `{}` mounts, does not exist: its tasks would fail",
                pipeline.name
            );
            let command = format!("mkdir -p {}", shell_word(path.as_str()));
            let finding = Finding::warning("folder", message, command);
            findings.push(finding.at(case.running, mount.span));
        }
    }
    findings
}

/// Whom the container runs as; `None`: root, the image's own choice, or a name that only the image knows.
fn user(case: &Case<'_>, workload: &Workload) -> Result<Option<User>, Failure> {
    let Some(user) = &workload.runtime.user else {
        return Ok(None);
    };
    let values = case.running.values()?;
    let platform = &case.running.output.platform;
    let spoken = |text: &Text| {
        text.render(|piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Variable(name) => platform.variable(name).map_or(String::new(), |variable| {
                let set = variable.env.as_ref().and_then(|env| values.get(env));
                let set = set.filter(|value| !value.is_empty());
                set.unwrap_or(&variable.default).clone()
            }),
            _ => String::new(),
        })
    };
    let groups = workload.runtime.group_add.iter();
    let groups = groups.filter_map(|group| Account::parse(&spoken(&group.text)));
    let accounts = Accounts::parse(&spoken(&user.text));
    Ok(accounts.and_then(|accounts| User::new(&accounts, groups)))
}
