//! What a setting of the right type holds: the form, the length and the characters of its strings, the range of its number.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{Declarations, draft::Declared},
    fits, phrase, with_defaults,
};
use crate::{
    catalog::{SettingForm, SettingSpec, SettingType},
    diag::{Code, Diagnostic, Sink},
    source::Span,
    syntax::{Node, Value, quoted},
};

/// Reports the first fault of each string, and a number out of range.
pub(super) fn check(
    all: &Declarations,
    declared: &Declared,
    spec: &SettingSpec,
    node: &Node,
    sink: &mut Sink,
) {
    if let Value::Integer(number) = node.value {
        in_range(spec, number, node, sink);
        return;
    }
    let strings = strings(node);
    let mut fitting = Vec::new();
    let mut misfits = BTreeSet::new();
    for item in &strings {
        let errors = sink.errors();
        // What is wrong with a string was reported where it stands first.
        if misfits.contains(&item.as_str()) {
            continue;
        }
        reserved(all, declared, spec, item, sink);
        if let Some(form) = spec.form {
            of_form(all, spec, form, item, sink);
        }
        if sink.errors() == errors {
            held_characters(all, spec, item, sink);
        }
        if sink.errors() == errors {
            filled(all, spec, item, sink);
            short(all, spec, item, sink);
        }
        if sink.errors() == errors {
            fitting.push(*item);
        } else {
            misfits.insert(item.as_str());
        }
    }
    if let (Some(form), true) = (spec.form, node.as_array().is_some()) {
        report_written_twice(all, (form, spec), &fitting, sink);
    }
}

/// The strings of a setting: itself, the items of a list, the URLs of stores.
fn strings(node: &Node) -> Vec<&Node> {
    let items = node.items().iter();
    let strings = items.filter_map(|item| match &item.value {
        Value::Table(store) => store.get("url"),
        _ => Some(item),
    });
    strings.filter(|item| item.as_str().is_some()).collect()
}

fn in_range(spec: &SettingSpec, number: i64, node: &Node, sink: &mut Sink) {
    let (nearest, help) = match (spec.min, spec.max) {
        (Some(min), Some(max)) if number < min || number > max => (
            number.clamp(min, max),
            format!("write a number from {min} to {max}"),
        ),
        (Some(min), None) if number < min => (min, format!("write {min} or more")),
        (None, Some(max)) if number > max => (max, format!("write {max} or less")),
        _ => return,
    };
    sink.push(
        Diagnostic::new(
            Code::BadValue,
            format!("setting `{}` can't be `{number}`", spec.name),
        )
        .label(node.span, "out of range")
        .help(help)
        .replacing(node.span, nearest.to_string()),
    );
}

fn of_form(
    all: &Declarations,
    spec: &SettingSpec,
    form: SettingForm,
    item: &Node,
    sink: &mut Sink,
) {
    if fits(&all.names.constants, item, |text| form.accepts(text)) {
        return;
    }
    let text = item.as_str().unwrap_or_default();
    let message = match text {
        "" => format!("setting `{}` is empty", spec.name),
        text => format!(
            "setting `{}`: `{}` is not {}",
            spec.name,
            text.escape_debug(),
            form.noun()
        ),
    };
    let diagnostic = Diagnostic::new(Code::BadValue, message).label(item.span, "does not fit");
    // An address of IPv6 that lacks its brackets.
    let bracketed = format!("[{text}]");
    let is_address = form == SettingForm::Host && form.accepts(&bracketed);
    sink.push(match is_address {
        true => diagnostic
            .help(format!("write `{}`", quoted(&bracketed)))
            .replacing(item.span, quoted(&bracketed)),
        false => diagnostic.help(format!("write {}", form.describe())),
    });
}

/// A string that has a default, or that the program needs, says something.
fn filled(all: &Declarations, spec: &SettingSpec, item: &Node, sink: &mut Sink) {
    let default = spec.default.as_ref().and_then(Node::as_str);
    let is_needed = spec.required || default.is_some_and(|text| !text.is_empty());
    if spec.kind != SettingType::String || !is_needed {
        return;
    }
    if !fits(&all.names.constants, item, |text| !text.trim().is_empty()) {
        sink.push(
            Diagnostic::new(Code::BadValue, format!("setting `{}` is empty", spec.name))
                .label(item.span, "this is empty")
                .help(match default {
                    Some(default) => {
                        format!("write what it is, or remove it: then it is `{default}`")
                    }
                    None => "write what it is".to_string(),
                }),
        );
    }
}

/// Bytes, which is how programs count the length of a name.
fn short(all: &Declarations, spec: &SettingSpec, item: &Node, sink: &mut Sink) {
    let Some(most) = spec.max_length else {
        return;
    };
    if !fits(&all.names.constants, item, |text| text.len() <= most) {
        sink.push(
            Diagnostic::new(
                Code::BadValue,
                format!("setting `{}` is too long", spec.name),
            )
            .label(item.span, format!("the program takes {most} bytes at most"))
            .help("write a shorter one"),
        );
    }
}

/// A string with the defaults of variables; with anything else in it, as it is written.
fn written(all: &Declarations, item: &Node) -> String {
    let text = item.as_str().unwrap_or_default();
    all.names.constants.with_defaults(text, item.span)
}

/// Strings of a list that mean the same thing.
fn report_written_twice(
    all: &Declarations,
    (form, spec): (SettingForm, &SettingSpec),
    strings: &[&Node],
    sink: &mut Sink,
) {
    let mut firsts: BTreeMap<String, Span> = BTreeMap::new();
    for item in strings {
        let text = written(all, item);
        let name = form.identity(&text);
        let first = *firsts.entry(name.to_string()).or_insert(item.span);
        if first != item.span {
            sink.push(
                Diagnostic::new(
                    Code::DuplicateName,
                    format!("`{name}` is twice in `{}`", spec.name),
                )
                .label(first, "first here")
                .label(item.span, "and again here")
                .help("remove one of them"),
            );
        }
    }
}

/// Reports a string that the program has for itself. An external server has its own.
fn reserved(
    all: &Declarations,
    declared: &Declared,
    spec: &SettingSpec,
    node: &Node,
    sink: &mut Sink,
) {
    let text = written(all, node);
    if declared.external.is_none() && spec.reserved.contains(&text) {
        sink.push(
            Diagnostic::new(
                Code::BadValue,
                format!("setting `{}` can't be `{text}`", spec.name),
            )
            .label(node.span, "the program has this one for itself")
            .help("write another name"),
        );
    }
}

/// Reports what a string of the setting may not hold, because it would mean something where it ends up.
fn held_characters(all: &Declarations, spec: &SettingSpec, item: &Node, sink: &mut Sink) {
    let Some(characters) = &spec.characters else {
        return;
    };
    let text = with_defaults(all, &phrase(item));
    let misfit = text
        .chars()
        .find(|c| !c.is_ascii_alphanumeric() && !characters.contains(*c));
    let (message, label) = match misfit {
        Some(c) => (
            format!("setting `{}` can't hold {}", spec.name, shown(c)),
            "this character has a meaning of its own there".to_string(),
        ),
        None if text.is_empty() => (
            format!("setting `{}` is empty", spec.name),
            "this is empty".to_string(),
        ),
        None => return,
    };
    let holds = |c: char| c.is_ascii_alphanumeric() || characters.contains(c);
    let trimmed = text.trim();
    let is_whole = item.as_str() == Some(text.as_str());
    if is_whole && !trimmed.is_empty() && trimmed.chars().all(holds) {
        let meant = quoted(trimmed);
        return sink.push(
            Diagnostic::new(Code::BadValue, message)
                .label(item.span, "a space at an end of it")
                .help(format!("write `{meant}`"))
                .replacing(item.span, meant),
        );
    }
    let beside = match characters.as_str() {
        "" => String::new(),
        characters => format!(" and `{characters}`"),
    };
    sink.push(
        Diagnostic::new(Code::BadValue, message)
            .label(item.span, label)
            .help(format!("write letters, digits{beside}")),
    );
}

fn shown(c: char) -> String {
    match c {
        c if c.is_control() || c.is_whitespace() => format!("U+{:04X}", c as u32),
        c => format!("`{c}`"),
    }
}
