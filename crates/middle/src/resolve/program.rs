//! What a program is started with: the words of its command and its environment.

use super::{
    Scene,
    reference::{Scope, text},
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{EnvironmentVariable, Text},
    syntax::{Key, Node, Table, Value},
};

/// The words of the keys, one after the other; `None` where the table has none of them.
pub(super) fn command(
    scene: &Scene<'_>,
    table: &Table,
    keys: &[&str],
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Option<Vec<Text>> {
    let mut words = None;
    for key in keys {
        // A `false` that had nothing to take away stays: it is no word.
        let Some(node) = table.get(key).filter(|node| !node.is_false()) else {
            continue;
        };
        let more = words.get_or_insert_with(Vec::new);
        match &node.value {
            Value::Array(items) => {
                more.extend(items.iter().map(|item| text(scene, item, scope, sink)));
            }
            Value::String(line) => match shlex::split(line) {
                Some(parts) => {
                    let mut read = 0;
                    for part in parts {
                        // A word without quotes of the shell's stands in the line as it is.
                        let found = line[read..].find(&part).map(|at| read + at);
                        let span = match found {
                            Some(start) => {
                                read = start + part.len();
                                node.part(start, read)
                            }
                            None => node.span,
                        };
                        let word = Node {
                            span,
                            value: Value::String(part),
                        };
                        more.push(text(scene, &word, scope, sink));
                    }
                }
                None => sink.push(
                    Diagnostic::new(Code::BadValue, format!("`{key}` has an open quote"))
                        .label(node.span, "can't be split as a shell splits it")
                        .help("close the quote, or write a list of words"),
                ),
            },
            _ => {}
        }
    }
    words
}

/// Variables in order; `{ unset = true }` takes one away.
pub(super) fn environment(
    scene: &Scene<'_>,
    table: &Table,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Vec<EnvironmentVariable> {
    table
        .entries_of("env")
        .filter_map(|(key, node)| {
            if let Some(table) = node.as_table() {
                refuse_false_unset(key, table, sink);
                return None;
            }
            Some(EnvironmentVariable {
                name: key.name.clone(),
                value: text(scene, node, scope, sink),
                span: key.span,
            })
        })
        .collect()
}

/// Names of the variables that `{ unset = true }` takes away.
pub(super) fn unset(table: &Table) -> Vec<String> {
    let variables = table.entries_of("env");
    variables
        .filter(|(_, node)| node.as_table().is_some())
        .map(|(key, _)| key.name.clone())
        .collect()
}

/// `unset = false` could only mean the value that it stands over, and has replaced.
fn refuse_false_unset(key: &Key, table: &Table, sink: &mut Sink) {
    if let Some(node) = table.get("unset").filter(|node| node.is_false()) {
        sink.push(
            Diagnostic::new(
                Code::BadValue,
                format!("`unset = false` has no meaning for `{}`", key.name),
            )
            .label(node.span, "does not fit")
            .replacing(node.span, "true")
            .help("write `{ unset = true }` to remove the variable, or leave the line out"),
        );
    }
}
