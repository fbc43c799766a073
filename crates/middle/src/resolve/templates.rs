//! Files of the project in which references are resolved, read before anything refers to them: each is a source, so that
//! a message can show the line.

use std::collections::BTreeMap;

use super::{Inputs, files};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::{Draft, read},
    model::FileContent,
    source::SourceId,
    syntax::Node,
};

/// The sources, by path.
pub(super) type ProjectTemplates = BTreeMap<String, SourceId>;

/// Reads what `files."/path" = { template = "..." }` of a component or a preset names. A kind's templates are others.
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
            known.insert(path.to_string(), inputs.sources.add(path, text));
        }
    }
    known
}

fn text_of(node: &Node, inputs: &Inputs<'_>, sink: &mut Sink) -> Option<String> {
    let refused = match files::project(inputs.world, node, sink)? {
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
