//! `--format json`: one document on stdout, with the same keys whatever happened.
//!
//! `validate` prints `diagnostics` and `summary`; `plan`, `check` and `apply` print a [`Report`]. What stops a command
//! besides diagnostics is `{ "error": { "message", "help" } }`.

use mlopsgen::{
    compile::Compilation,
    diag::{
        Severity,
        render::{self, JsonDiagnostic},
    },
    disk::{Outcome, Project, ignored_files},
    plan::{Action, Counts, DataPlan, Failure, Notice, Plan, Refusal},
};
use serde::Serialize;

use super::{
    chart_secret::{self, JsonSecret},
    data::{self, JsonData},
    fixed::{self, JsonFixed},
    printed::for_json,
    terminal::Terminal,
};

/// A plan for programs. Paths are relative to the project.
#[derive(Serialize)]
struct Report {
    diagnostics: Vec<JsonDiagnostic>,
    changes: Vec<JsonChange>,
    /// Files that are created once and then the user's.
    stubs: Vec<String>,
    #[serde(flatten)]
    data: JsonData,
    /// Objects of a cluster that can't become what the chart says.
    objects_fixed: Vec<JsonFixed>,
    /// What of an upgrade is up to a person besides.
    notices: Vec<Notice>,
    /// The Secret of the chart, where it has to be made again.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<JsonSecret>,
    /// Of ten files nine go: `apply` wants `--accept-removal`.
    removes_nearly_all: bool,
    /// Files that are left alone.
    foreign: Vec<String>,
    /// What stops `apply` until it is moved away: a file of others among its working files.
    #[serde(skip_serializing_if = "Option::is_none")]
    obstacle: Option<String>,
    /// Files that git ignores: a clone lacks them.
    ignored: Vec<JsonIgnored>,
    /// The manifest is written, with or without changes to files.
    manifest_changes: bool,
    /// `apply` would write nothing. Absent after errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    up_to_date: Option<bool>,
    summary: Counts,
}

#[derive(Serialize)]
struct JsonChange {
    path: String,
    action: Action,
    /// Why it is not done, or not without `--force`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Serialize)]
struct JsonIgnored {
    path: String,
    /// As it is written.
    rule: String,
    /// The file of the rule and its line.
    place: String,
}

#[derive(Serialize)]
struct Verdict {
    diagnostics: Vec<JsonDiagnostic>,
    summary: Severities,
}

#[derive(Serialize)]
struct Severities {
    errors: usize,
    warnings: usize,
}

/// What `plan`, `check` and `apply` print; without a plan there were errors.
pub fn report(outcome: &Outcome, project: &Project, terminal: &Terminal) -> String {
    let folder = project.place.folder();
    let ignored = |plan| ignored_files(plan, &project.place).into_iter();
    let plan = outcome.plan.as_ref().ok();
    let full = |path: &String| format!("{folder}/{path}");
    let changes = plan.map_or(&[][..], |plan| &plan.changes);
    text(&Report {
        diagnostics: render::json(
            &terminal.all_with_flags(&outcome.diagnostics),
            &outcome.sources,
        ),
        changes: changes
            .iter()
            .map(|change| JsonChange {
                path: full(&change.path),
                action: change.action,
                reason: change.refusal.as_ref().map(Refusal::name),
            })
            .collect(),
        stubs: plan.map_or(Vec::new(), |plan| {
            plan.stubs.iter().map(|stub| stub.path.clone()).collect()
        }),
        data: data::json(
            plan.map_or(&DataPlan::default(), |plan| &plan.data),
            terminal,
        ),
        objects_fixed: plan.map_or(Vec::new(), |plan| fixed::json(&plan.fixed)),
        notices: plan.map_or(Vec::new(), |plan| plan.notices.clone()),
        secret: plan.and_then(|plan| plan.secret.as_ref().map(chart_secret::json)),
        removes_nearly_all: plan.is_some_and(|plan| plan.emptied.is_some()),
        foreign: plan.map_or(Vec::new(), |plan| plan.foreign.iter().map(full).collect()),
        obstacle: plan.and_then(|plan| plan.obstacle.clone()),
        ignored: plan.map_or(Vec::new(), |plan| {
            let files = ignored(plan).map(|file| JsonIgnored {
                path: file.path,
                rule: file.rule,
                place: file.place,
            });
            files.collect()
        }),
        manifest_changes: plan.is_some_and(|plan| plan.manifest_changes),
        up_to_date: plan.map(Plan::is_empty),
        summary: plan.map(Plan::counts).unwrap_or_default(),
    })
}

/// What `validate` prints.
pub fn verdict(compilation: &Compilation, terminal: &Terminal) -> String {
    text(&Verdict {
        diagnostics: render::json(
            &terminal.all_with_flags(&compilation.diagnostics),
            &compilation.sources,
        ),
        summary: Severities {
            errors: compilation.count(Severity::Error),
            warnings: compilation.count(Severity::Warning),
        },
    })
}

/// What stopped a command.
pub fn failure(failure: &Failure, terminal: &Terminal) -> String {
    let help = failure
        .help
        .as_deref()
        .map(|help| terminal.with_flags(help));
    text(&serde_json::json!({
        "error": { "message": terminal.with_flags(&failure.message), "help": help }
    }))
}

/// A value as a document of its own.
pub fn text(value: &impl Serialize) -> String {
    match serde_json::to_string_pretty(value) {
        Ok(text) => for_json(&(text + "\n")).into_owned(),
        Err(error) => unreachable!("plain data: {error}"),
    }
}
