//! `--format github` and `--format sarif`: the results of `validate` and `check` for reviewers of a change.

use std::path::{Component, Path};

use mlopsgen::{
    diag::{
        Diagnostic, Severity,
        annotate::{self, Note, NotePlace},
    },
    disk::{Ignored, Project, ignored_files},
    plan::{Action, Failure, MANIFEST, Plan},
    source::Sources,
};

use super::{Context, args::Format, json, repository};

/// Whether the run speaks to reviewers.
pub fn is_wanted(context: &Context) -> bool {
    matches!(context.global.format, Some(Format::Github | Format::Sarif))
}

/// Prints the diagnostics and, of a stale tree, each file. Errors: stdout can't be written.
pub fn report(
    context: &Context,
    diagnostics: &[Diagnostic],
    sources: &Sources,
    plan: Option<(&Plan, &Project)>,
) -> Result<(), Failure> {
    let folder = folder(context);
    let told = context.terminal.all_with_flags(diagnostics);
    let mut notes = annotate::notes(&told, sources, &folder);
    if context.terminal.quiet {
        notes.retain(|note| note.severity == Severity::Error);
    }
    if let Some((plan, project)) = plan {
        notes.extend(stale(context, plan, project.place.folder(), &folder));
        if !context.terminal.quiet {
            notes.extend(ignored(context, plan, project, &folder));
        }
    }
    let text = match context.global.format {
        Some(Format::Github) => annotate::github(&notes),
        _ => json::text(&annotate::sarif(&notes, env!("CARGO_PKG_VERSION"))),
    };
    context.terminal.document(&text)
}

/// The code of what `check` says of a file.
pub const STALE: &str = "stale";

fn stale(context: &Context, plan: &Plan, generated: &str, folder: &str) -> Vec<Note> {
    let command = context.global.command_line("apply");
    let note = |path: &str, message: String| Note {
        code: STALE,
        severity: Severity::Error,
        message,
        places: vec![NotePlace::file(annotate::in_folder(
            folder,
            &format!("{generated}/{path}"),
        ))],
        help: Some(format!("run: {command}")),
    };
    let mut notes: Vec<Note> = plan
        .changes
        .iter()
        .map(|change| {
            let message = match (&change.refusal, change.action) {
                (Some(refusal), _) => refusal.reason(),
                (None, Action::Create) => "this file is missing".to_string(),
                (None, Action::Change) => {
                    format!("this file is not what {} says", context.global.file_name())
                }
                (None, Action::Remove) => "this file is not generated any more".to_string(),
            };
            note(&change.path, message)
        })
        .collect();
    if notes.is_empty() && !plan.is_empty() {
        notes.push(note(MANIFEST, "the manifest is stale".to_string()));
    }
    notes
}

/// Files that git ignores are stale in every clone.
fn ignored(context: &Context, plan: &Plan, project: &Project, folder: &str) -> Vec<Note> {
    let files = ignored_files(plan, &project.place).into_iter();
    let note = |file: Ignored| Note {
        code: STALE,
        severity: Severity::Warning,
        message: format!(
            "git ignores this file (`{}` in {}): a clone lacks it, and `check` fails there",
            file.rule, file.place
        ),
        places: vec![NotePlace::file(annotate::in_folder(folder, &file.path))],
        help: Some(repository::how_to_take_in(context)),
    };
    files.take(repository::SHOWN).map(note).collect()
}

/// The project's folder as the repository calls it: the path that the user gave, if it leads down from here.
fn folder(context: &Context) -> String {
    let file = context.global.directory().join(&context.global.file);
    let parts: Option<Vec<String>> = file
        .parent()
        .unwrap_or(Path::new(""))
        .components()
        .filter(|part| *part != Component::CurDir)
        .map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            _ => None,
        })
        .collect();
    parts.unwrap_or_default().join("/")
}
