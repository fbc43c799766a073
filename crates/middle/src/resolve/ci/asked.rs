//! The parameters of an entry, and when Jenkins starts it automatically.

use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::{read, unknown},
    model::{CiAnswer, CiParameter, CiTriggers},
    resolve::texts::Texts,
    syntax::{Key, Node, Table, Value},
};

pub(super) fn triggers(table: &Table) -> CiTriggers {
    let triggers = table.table("triggers");
    let read = |key: &str| triggers.and_then(|it| read::owned(it, key));
    CiTriggers {
        cron: read("cron"),
        poll: read("poll"),
    }
}

pub(super) fn parameters(at: Texts<'_>, table: &Table, sink: &mut Sink) -> Vec<CiParameter> {
    let all = table.entries_of("parameters");
    all.filter_map(|(key, node)| parameter(at, key, node, sink))
        .collect()
}

fn parameter(at: Texts<'_>, key: &Key, node: &Node, sink: &mut Sink) -> Option<CiParameter> {
    let whole = node.as_table();
    let description = whole.and_then(|table| at.key(table, "description", sink));
    let choices = match (&node.value, whole) {
        (Value::Array(items), _) => Some(items.as_slice()),
        (_, Some(table)) => table.array("choices"),
        _ => None,
    };
    let default = whole.map_or(Some(node), |table| table.get("default"));
    let answer = match (choices, default.map(|node| &node.value)) {
        (Some(items), _) => {
            let written = items.iter().map(|item| at.constant(item, sink));
            let mut choices: Vec<String> = written.collect();
            if choices.is_empty() {
                let nothing = Diagnostic::new(Code::BadValue, "there is nothing to choose from")
                    .label(node.span, "no choice")
                    .help("list what may be answered: `choices = [\"staging\", \"production\"]`");
                sink.push(nothing);
                return None;
            }
            // Jenkins takes the first for the default.
            let first = whole.and_then(|table| at.key(table, "default", sink));
            if let Some(first) = first {
                let Some(index) = choices.iter().position(|choice| *choice == first) else {
                    let place = default.map_or(node.span, |node| node.span);
                    let known: Vec<&str> = choices.iter().map(String::as_str).collect();
                    sink.push(unknown("choice", &first, place, &known));
                    return None;
                };
                let default = choices.remove(index);
                choices.insert(0, default);
            }
            CiAnswer::Choice(choices)
        }
        (None, Some(Value::Boolean(switch))) => CiAnswer::Switch(*switch),
        (None, Some(_)) => CiAnswer::Text(at.constant(default?, sink)),
        (None, None) => CiAnswer::Text(String::new()),
    };
    Some(CiParameter {
        name: key.name.clone(),
        description,
        answer,
    })
}
