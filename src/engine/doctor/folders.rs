//! Folders and files of the host that containers mount: whether they are there, and whether the container's user may read,
//! or write, what is mounted.

use std::path::{Path, PathBuf};

use crate::{
    model::{Account, Accounts, FileContent, Mount, Piece, Purpose, Text, Workload},
    plan::Failure,
    source::Span,
    text::{all_of, shell_word},
};

use super::{Case, Finding};
use crate::engine::host::{self, Access, User};

pub(super) fn findings(case: &Case<'_>) -> Result<Vec<Finding>, Failure> {
    let root = case.running.root()?;
    let mut found = Vec::new();
    let mut variables = Vec::new();
    for workload in case.selection.workloads() {
        let user = user(case, workload)?;
        for mount in &workload.mounts {
            let Some(path) = mount.source.on_host() else {
                continue;
            };
            let path = path.as_str();
            let fault = match root.join(path) {
                place if place.exists() => forbidden(mount, path, &place, user.as_ref()),
                _ => absent(case, mount, path, user.as_ref()),
            };
            let at = Some(mount.path.as_str());
            found.extend(
                fault.map(|fault| Found::new("folder", path, workload, at, mount.span, fault)),
            );
        }
        variables.extend(without_variables(case, workload));
        for (shown, place, span) in files(case, workload, &root) {
            let Some(user) = &user else { continue };
            if host::has_access(user, &place, Access::Read) {
                continue;
            }
            let fault = Fault {
                is: format!("is not readable by its user {user}"),
                help: format!("chmod -R a+rX {}", shell_word(&shown)),
            };
            found.push(Found::new("file", &shown, workload, None, span, fault));
        }
    }
    let found = said_once(found);
    let mut findings: Vec<Finding> = found.iter().map(|it| it.finding(case)).collect();
    findings.extend(variables);
    findings.extend(of_pipelines(case, &root));
    Ok(findings)
}

/// What is wrong with a folder or a file, and what to do.
#[derive(PartialEq)]
struct Fault {
    is: String,
    help: String,
}

/// A folder or a file of the host that something is wrong with, and who mounts it.
struct Found<'a> {
    what: &'static str,
    path: String,
    by: Vec<&'a str>,
    at: Option<&'a str>,
    span: Span,
    fault: Fault,
}

impl<'a> Found<'a> {
    fn new(
        what: &'static str,
        path: &str,
        workload: &'a Workload,
        at: Option<&'a str>,
        span: Span,
        fault: Fault,
    ) -> Self {
        Self {
            what,
            path: path.to_string(),
            by: vec![&workload.name],
            at,
            span,
            fault,
        }
    }

    fn finding(&self, case: &Case<'_>) -> Finding {
        let Self { path, fault, .. } = self;
        let who = all_of(&self.by);
        let mounts = match (self.by.as_slice(), self.at) {
            ([_], Some(at)) => format!("mounts at `{at}`"),
            ([_], None) => "mounts".to_string(),
            _ => "mount".to_string(),
        };
        let message = format!("`{path}`, which {who} {mounts}, {}", fault.is);
        Finding::warning(self.what, message, fault.help.clone()).at(case.running, self.span)
    }
}

/// Each once: the workloads of a component share its mounts, and components share folders.
fn said_once(found: Vec<Found<'_>>) -> Vec<Found<'_>> {
    let mut out: Vec<Found<'_>> = Vec::new();
    for it in found {
        let same = |known: &&mut Found<'_>| known.path == it.path && known.fault == it.fault;
        match out.iter_mut().find(same) {
            Some(known) => {
                if !known.by.contains(&it.by[0]) {
                    known.by.extend(it.by);
                }
            }
            None => out.push(it),
        }
    }
    out
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
fn absent(case: &Case<'_>, mount: &Mount, path: &str, user: Option<&User>) -> Option<Fault> {
    let source = case.running.sources.file(mount.span.source);
    if mount.only.is_some() || source.name.starts_with("templates/") {
        return None;
    }
    let who = match user {
        Some(user) => format!(", and the container's user is {user}"),
        None => String::new(),
    };
    Some(Fault {
        is: format!("does not exist: the engine would make it, as root{who}"),
        help: match user {
            Some(user) => {
                let path = shell_word(path);
                format!("mkdir -p {path} && chown {user} {path}")
            }
            None => "make it yourself, so that the container's user may write there".to_string(),
        },
    })
}

fn forbidden(mount: &Mount, path: &str, place: &Path, user: Option<&User>) -> Option<Fault> {
    let user = user?;
    let (wanted, verb) = match mount.read_only {
        true => (Access::Read, "readable"),
        false => (Access::Write, "writable"),
    };
    if mount.only.is_some() || host::has_access(user, place, wanted) {
        return None;
    }
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
    let is = format!("is not {verb} by its user {user}");
    Some(Fault { is, help })
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
                FileContent::Generated(it) => generated(it.path()),
                FileContent::Project { path, .. } | FileContent::Folder { path, .. } => {
                    (path.clone(), root.join(path))
                }
                FileContent::Secret(_) | FileContent::Stubs => return None,
            };
            path.exists().then_some((shown, path, file.span))
        })
        .collect()
}

/// Tasks are started by the engine with mounts that make nothing. Each folder once, though several pipelines mount it.
fn of_pipelines(case: &Case<'_>, root: &Path) -> Vec<Finding> {
    let pipelines = &case.running.output.platform.pipelines;
    let runs_them = case
        .selection
        .components()
        .iter()
        .any(|it| it.purpose == Some(Purpose::Pipelines));
    if !runs_them {
        return Vec::new();
    }
    let mut missing: Vec<(&str, Span, Vec<&str>)> = Vec::new();
    for pipeline in pipelines {
        for mount in &pipeline.volumes {
            let Some(path) = mount.source.on_host() else {
                continue;
            };
            if root.join(path.as_str()).exists() {
                continue;
            }
            match missing
                .iter_mut()
                .find(|(known, ..)| *known == path.as_str())
            {
                Some((_, _, by)) if by.contains(&pipeline.name.as_str()) => {}
                Some((_, _, by)) => by.push(&pipeline.name),
                None => missing.push((path.as_str(), mount.span, vec![&pipeline.name])),
            }
        }
    }
    let missing = missing.into_iter();
    missing
        .map(|(path, span, by)| {
            let (pipelines, theirs) = match by.as_slice() {
                [one] => (format!("the pipeline `{one}` mounts"), "its"),
                all => (format!("the pipelines {} mount", all_of(all)), "their"),
            };
            let message =
                format!("`{path}`, which {pipelines}, does not exist: {theirs} tasks would fail");
            let command = format!("mkdir -p {}", shell_word(path));
            Finding::warning("folder", message, command).at(case.running, span)
        })
        .collect()
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
