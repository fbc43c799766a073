//! Keys of a component that nothing reads: those of a part that does not run, and what is to be watched where nobody watches.

use super::{Declarations, Layers, draft::Declared, layers::Layered, read};
use crate::{
    diag::{Code, Diagnostic, Sink},
    language::{COMPONENT, Reader},
    model::Purpose,
    syntax::{Entry, Key, Node, Table, Value, places},
    text::all_of,
};

pub(super) fn check(all: &Declarations, layers: &[Layers], tree: &Table, sink: &mut Sink) {
    let is_watched = all.has(Purpose::Metrics);
    let watched = COMPONENT
        .iter()
        .filter(|it| it.reader == Reader::Monitoring);
    let watched: Vec<&str> = watched.map(|it| it.name).collect();
    for (declared, layers) in all.components.iter().zip(layers) {
        for (key, node) in declared.user.entries_of("parts") {
            let runs = |it: &Layered| it.part.as_deref() == Some(key.name.as_str());
            if !layers.workloads.iter().any(runs)
                && let Some(diagnostic) = idle_part(declared, key, node)
            {
                sink.push(diagnostic.about(&declared.name));
            }
        }
        if !is_watched && let Some(diagnostic) = unwatched(&declared.name, &declared.user, &watched)
        {
            sink.push(diagnostic.about(&declared.name));
        }
    }
    let pipelines = read::tables(tree, "pipelines").filter(|_| !is_watched);
    for (key, table) in pipelines {
        if let Some(diagnostic) = unwatched(&key.name, table, &["alerts"]) {
            sink.push(diagnostic);
        }
    }
}

/// Keys of a part that the kind has under another condition than holds here.
fn idle_part(declared: &Declared, key: &Key, node: &Node) -> Option<Diagnostic> {
    let of_kind = declared.kind.table.get_path(&["parts", &key.name])?;
    let written = node.as_table().filter(|table| !table.entries.is_empty())?;
    let why = match of_kind.as_table()?.string("if") {
        Some(condition) => format!("it runs where this holds of the kind: `{condition}`"),
        None if declared.external.is_some() => format!("`{}` runs elsewhere", declared.name),
        None => "it has nothing to do here".to_string(),
    };
    let keys: Vec<&str> = written.keys().collect();
    let message = format!(
        "the part `{}` of `{}` does not run: nothing reads {}",
        key.name,
        declared.name,
        all_of(&keys)
    );
    Some(
        Diagnostic::new(Code::Unused, message)
            .label(key.span, why)
            .help(format!("remove `parts.{}`", key.name))
            .removing(places(key, node)),
    )
}

/// Keys that are for a Prometheus that the platform does not have.
fn unwatched(owner: &str, table: &Table, watched: &[&str]) -> Option<Diagnostic> {
    let entries = watched.iter().filter_map(|name| table.entry(name));
    let entries: Vec<&Entry> = entries.filter(|it| says_something(&it.value)).collect();
    let first = entries.first()?;
    let names: Vec<&str> = entries.iter().map(|it| it.key.name.as_str()).collect();
    let message = format!(
        "the platform has no Prometheus: nothing reads {} of `{owner}`",
        all_of(&names)
    );
    let diagnostic = Diagnostic::new(Code::Unused, message).label(first.key.span, "for Prometheus");
    let rest = entries.iter().skip(1);
    let diagnostic = rest.fold(diagnostic, |it, entry| it.label(entry.key.span, ""));
    Some(diagnostic.help(format!(
        "add a component of the kind `prometheus`, with `external` where it runs elsewhere, or remove {}",
        all_of(&names)
    )))
}

/// Whether a key asks for more than to leave out what a kind has.
fn says_something(node: &Node) -> bool {
    match &node.value {
        Value::Table(table) => table.iter().any(|(_, inner)| !inner.is_false()),
        _ => !node.is_false(),
    }
}
