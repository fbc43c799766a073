//! Settings that take one of some words.

use super::phrase;
use crate::{
    catalog::SettingSpec,
    diag::{Code, Diagnostic, Sink},
    syntax::Node,
    text::one_of,
};

/// Words of a setting's choices that people mean by `false`.
const OFF: [&str; 2] = ["no", "off"];

/// Whether a setting is switched off by one of its words and is on without it: `false`, which takes away what is written, would switch
/// it on.
pub(super) fn is_switch(spec: &SettingSpec) -> bool {
    let is_off = |word: &str| OFF.contains(&word);
    let default = spec.default.as_ref().and_then(Node::as_str);
    default.is_some_and(|default| !is_off(default)) && spec.choices.iter().any(|it| is_off(it))
}

/// Reports a value that is none of a setting's words.
pub(super) fn choice(spec: &SettingSpec, text: &str, node: &Node, sink: &mut Sink) {
    if spec.choices.iter().any(|choice| choice == text) {
        return;
    }
    // What the kind makes of it is decided when compiling.
    let is_open = phrase(node).references().next().is_some();
    let (message, label) = match is_open {
        true => (
            format!("setting `{}` can't be chosen at start", spec.name),
            "not known when compiling",
        ),
        false => (
            format!("setting `{}` can't be `{text}`", spec.name),
            "does not fit",
        ),
    };
    sink.push(
        Diagnostic::new(Code::BadValue, message)
            .label(node.span, label)
            .help(format!("write {}", one_of(&spec.choices))),
    );
}
