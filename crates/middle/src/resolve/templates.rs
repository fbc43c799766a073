//! Files of the project in which references are resolved, read before anything refers to them: each is a source, so that
//! a message can show the line.

use std::collections::BTreeMap;

use super::{Inputs, project_files};
use crate::{
    catalog::{FileForm, SettingSpec, SettingType},
    diag::{Code, Diagnostic, Sink},
    expand::{Draft, read},
    model::FileContent,
    reference::{self, Mode, Words},
    source::SourceId,
    syntax::Node,
};

/// The files, by path.
pub(super) type ProjectTemplates = BTreeMap<String, ProjectTemplate>;

/// A file of the project in which references are resolved.
#[derive(Clone, Copy)]
pub(super) struct ProjectTemplate {
    pub source: SourceId,
    /// A configuration that a setting names: its comments are for people, and no reference in them is one.
    pub is_configuration: bool,
}

/// Reads what `files."/path" = { template = "..." }` of a component or a preset names (a kind's templates are others), and the
/// configuration files of settings that hold references.
pub(super) fn read_all(
    draft: &Draft,
    inputs: &mut Inputs<'_>,
    sink: &mut Sink,
) -> ProjectTemplates {
    let mut known = ProjectTemplates::new();
    let workloads = draft.components.iter().flat_map(|draft| &draft.workloads);
    let named = workloads
        .flat_map(|workload| read::tables(&workload.table, "files"))
        .filter_map(|(_, file)| file.get("template"))
        .filter(|node| !draft.names.is_kind_text(node));
    for node in named {
        let Some(path) = node.as_str().filter(|path| !known.contains_key(*path)) else {
            continue;
        };
        if let Some(text) = text_of(node, inputs, sink) {
            let file = ProjectTemplate {
                source: inputs.sources.add(path, text),
                is_configuration: false,
            };
            known.insert(path.to_string(), file);
        }
    }
    for (draft, spec) in draft
        .components
        .iter()
        .flat_map(|draft| draft.kind.settings.iter().map(move |spec| (draft, spec)))
    {
        let Some(node) = draft.setting(&spec.name).filter(|_| is_configuration(spec)) else {
            continue;
        };
        for item in node.items() {
            let Some(path) = item.as_str().filter(|path| !known.contains_key(*path)) else {
                continue;
            };
            // What can't be read is reported where the setting is.
            let content = project_files::project(inputs.world, item, &mut Sink::default());
            if let Some(FileContent::Project { bytes, .. }) = content
                && let Ok(text) = String::from_utf8(bytes)
                && holds_references(item, &text)
            {
                let file = ProjectTemplate {
                    source: inputs.sources.add(path, text),
                    is_configuration: true,
                };
                known.insert(path.to_string(), file);
            }
        }
    }
    known
}

/// Whether references may stand in the files of a setting. A dashboard and rules have variables of their own.
fn is_configuration(spec: &SettingSpec) -> bool {
    let is_file = matches!(spec.kind, SettingType::File | SettingType::Files);
    let is_other = matches!(
        spec.holds,
        Some(FileForm::Dashboard | FileForm::Rules | FileForm::Pem)
    );
    is_file && !is_other
}

fn holds_references(place: &Node, text: &str) -> bool {
    let is_read = |line: &&str| !is_comment(line);
    text.lines().filter(is_read).any(|line| {
        let phrase = reference::of_text(line, place.span, Words::Platform, Mode::Shell);
        phrase.references().next().is_some()
    })
}

/// Whether a line of a configuration is a comment as a whole.
pub(super) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with(['#', ';'])
}

fn text_of(node: &Node, inputs: &Inputs<'_>, sink: &mut Sink) -> Option<String> {
    let refused = match project_files::project(inputs.world, node, sink)? {
        FileContent::Project { bytes, .. } => match String::from_utf8(bytes) {
            Ok(text) => return Some(text),
            Err(_) => "it is not text",
        },
        _ => "it is a folder",
    };
    sink.push(
        Diagnostic::new(Code::BadValue, "no reference can stand in this file")
            .label(node.span, refused)
            .help("mount it as it is: `{ source = \"...\" }`"),
    );
    None
}
