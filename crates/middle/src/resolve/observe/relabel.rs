//! How labels are changed before and after a scrape. Each action wants some keys and refuses others: prometheus/prometheus,
//! model/relabel/relabel.go, `Config.Validate`.

use super::label_names::{LabelNames, texts};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::read,
    model::{Relabel, RelabelAction},
    syntax::{Entry, Node, Table, places},
    text::all_of,
    value::pattern_fault,
};

/// The steps of `relabel` or `metric_relabel`, checked.
pub(super) fn steps(table: &Table, key: &str, names: LabelNames, sink: &mut Sink) -> Vec<Relabel> {
    if let Some(entry) = table.entry(key) {
        for item in entry.value.as_array().unwrap_or_default() {
            check(item, names, sink);
        }
    }
    let steps = table.one_or_many_tables(key).into_iter();
    steps
        .map(|step| Relabel {
            source_labels: read::strings(step, "source_labels"),
            separator: read::owned(step, "separator"),
            regex: read::owned(step, "regex"),
            modulus: read::unsigned(step, "modulus"),
            target_label: read::owned(step, "target_label"),
            replacement: read::owned(step, "replacement"),
            action: action(step),
        })
        .collect()
}

fn action(step: &Table) -> Option<RelabelAction> {
    step.string("action").and_then(RelabelAction::parse)
}

fn check(item: &Node, names: LabelNames, sink: &mut Sink) {
    let Some(step) = item.as_table() else { return };
    // What is wrong with the word was reported.
    if step.get("action").is_some_and(Node::is_broken) {
        return;
    }
    let action = action(step).unwrap_or(RelabelAction::Replace);
    refused(step, action, sink);
    let target = step.entry("target_label");
    if wants_target(action) && target.is_none() {
        sink.push(missing(item, action, "target_label = \"tier\""));
    }
    if action == RelabelAction::HashMod && step.get("modulus").is_none() {
        sink.push(missing(item, action, "modulus = 4"));
    }
    // With `replace`, groups of the expression may stand in the label.
    let target = target.filter(|it| action != RelabelAction::Replace || !holds_group(it));
    let replacement = step
        .entry("replacement")
        .filter(|_| action == RelabelAction::LabelMap);
    for entry in target.into_iter().chain(replacement) {
        let text = entry.value.as_str().unwrap_or_default();
        let written = match action {
            RelabelAction::LabelMap => without_groups(text),
            _ => text.to_string(),
        };
        if !entry.value.is_broken() {
            names.check_filled(&entry.value, &written, sink);
        }
    }
    for node in step.get("source_labels").into_iter().flat_map(texts) {
        names.check(node, sink);
    }
    if let Some(regex) = step.get("regex")
        && let Some(fault) = regex.as_str().and_then(pattern_fault)
    {
        sink.push(
            Diagnostic::new(
                Code::BadValue,
                format!("Prometheus does not take this regular expression: {fault}"),
            )
            .label(regex.span, "not understood")
            .help("write it as Go takes it (RE2): without look-around and references back; `\\\\(` is a bracket"),
        );
    }
}

/// Whether the action writes a label, or compares one, that the step has to name.
fn wants_target(action: RelabelAction) -> bool {
    match action {
        RelabelAction::Replace
        | RelabelAction::HashMod
        | RelabelAction::Lowercase
        | RelabelAction::Uppercase
        | RelabelAction::KeepEqual
        | RelabelAction::DropEqual => true,
        RelabelAction::Keep
        | RelabelAction::Drop
        | RelabelAction::LabelMap
        | RelabelAction::LabelDrop
        | RelabelAction::LabelKeep => false,
    }
}

/// Reports keys that the action does not take.
fn refused(step: &Table, action: RelabelAction, sink: &mut Sink) {
    let takes: &[&str] = match action {
        RelabelAction::LabelDrop | RelabelAction::LabelKeep => &["action", "regex"],
        RelabelAction::KeepEqual | RelabelAction::DropEqual => {
            &["action", "source_labels", "target_label"]
        }
        RelabelAction::Lowercase | RelabelAction::Uppercase => &[
            "action",
            "source_labels",
            "separator",
            "regex",
            "modulus",
            "target_label",
        ],
        RelabelAction::Replace
        | RelabelAction::Keep
        | RelabelAction::Drop
        | RelabelAction::HashMod
        | RelabelAction::LabelMap => return,
    };
    let needless = step.entries.iter();
    let needless: Vec<&Entry> = needless
        .filter(|entry| !takes.contains(&entry.key.name.as_str()) && !entry.value.is_broken())
        .collect();
    if needless.is_empty() {
        return;
    }
    let names: Vec<&str> = needless.iter().map(|it| it.key.name.as_str()).collect();
    let (names, action) = (all_of(&names), action.name());
    let message = format!("the action `{action}` does not take {names}");
    let mut diagnostic = Diagnostic::new(Code::ConflictingKeys, message);
    let mut gone = Vec::new();
    for entry in &needless {
        diagnostic = diagnostic.label(entry.key.span, "Prometheus refuses it here");
        gone.extend(places(&entry.key, &entry.value));
    }
    sink.push(diagnostic.help(format!("remove {names}")).removing(gone));
}

fn missing(item: &Node, action: RelabelAction, line: &str) -> Diagnostic {
    let action = action.name();
    let key = line.split(' ').next().unwrap_or_default();
    Diagnostic::new(
        Code::MissingKey,
        format!("the action `{action}` needs the key `{key}`"),
    )
    .label(item.span, "a step without it")
    .help(format!("say it too: `{line}`"))
}

fn holds_group(entry: &Entry) -> bool {
    entry.value.as_str().is_some_and(|text| text.contains('$'))
}

/// The text with a letter in the place of `$1` and `${name}`.
fn without_groups(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        out.push('x');
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        rest = match after.strip_prefix('{').and_then(|it| it.split_once('}')) {
            Some((_, rest)) => rest,
            None => after.trim_start_matches(is_name),
        };
    }
    out + rest
}
