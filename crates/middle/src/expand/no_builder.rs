//! CI entries in containers, beside a program whose part that starts these was taken away. A setting of its kind says that agents
//! are one's own.

use super::{Declarations, read};
use crate::{
    diag::{Code, Diagnostic, Sink},
    syntax::{Key, Node, Table},
};

pub(super) fn check(all: &Declarations, tree: &Table, sink: &mut Sink) {
    for declared in &all.components {
        let builder = declared.kind.builder.as_ref();
        let part = builder.and_then(|part| declared.user.get_path(&["parts", part]));
        let Some(removed) = part.filter(|it| it.is_false()) else {
            continue;
        };
        let Some(entry) = first_in_container(tree) else {
            continue;
        };
        sink.push(
            Diagnostic::new(
                Code::Unused,
                format!(
                    "no agent of `{}` runs the CI entry `{}` in its container",
                    declared.name, entry.name
                ),
            )
            .about(&declared.name)
            .label(removed.span, "the part that starts containers is taken away")
            .label(entry.span, "runs in a container")
            .help("keep the part; or, where an agent of your own has an engine, write its label as `agent = { label = \"...\" }`"),
        );
    }
}

fn first_in_container(tree: &Table) -> Option<&Key> {
    let mut entries = read::tables(tree, "ci");
    entries.find_map(|(key, entry)| runs_in_container(entry).then_some(key))
}

/// Whether an entry, or a stage, or one inside of it, names an image.
fn runs_in_container(table: &Table) -> bool {
    let inner = |key| table.array(key).unwrap_or_default();
    let mut inner = inner("stages").iter().chain(inner("parallel"));
    table.get_path(&["agent", "docker"]).is_some()
        || inner.any(|it: &Node| it.as_table().is_some_and(runs_in_container))
}
