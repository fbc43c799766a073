//! Settings that are said as variables of the program: `env.POSTGRES_USER = "app"` is `settings.user = "app"`.
//!
//! Who knows an image knows its variables. A kind fills them from its settings, which its outputs, exporters and clients read
//! too: what is said in `env` alone would reach the program, and nobody else.

use super::edits::{edit, key};
use crate::{
    catalog::{Kind, SettingType},
    diag::{Code, Diagnostic, Sink},
    reference::{self, Mode, Piece, Words},
    syntax::{Entry, Node, Table, Value, places},
};

/// Gives a component the settings that its `env` says, where nothing else says them. What says something else is an error: the
/// program would get the one, and all who ask it the other.
pub(super) fn read(user: &mut Table, kind: &Kind, sink: &mut Sink) {
    let variables = kind.table.get_path(&["workload", "env"]);
    let variables = variables.and_then(Node::as_table);
    for (variable, filled) in variables.into_iter().flat_map(Table::iter) {
        let Some(setting) = whole_setting(filled) else {
            continue;
        };
        let env = user.table("env");
        let Some(written) = env.and_then(|env| env.entry(&variable.name)).cloned() else {
            continue;
        };
        let said = user.get_path(&["settings", setting]);
        // What runs elsewhere gets no variables: that is said of all of them.
        let is_told = user.get("external").is_none();
        if let Some(said) = said.filter(|said| is_told && differ(said, &written.value)) {
            sink.push(said_otherwise(&written, setting, said));
        } else if said.is_none() && says(kind, setting, &written.value) {
            let place = written.value.span;
            edit(user, "settings", place, |settings| {
                settings.set(key(setting, place), written.value);
            });
        }
    }
}

/// The variable of the program by which a setting was said.
pub(super) fn variable_of<'a>(user: &'a Table, said: &Node) -> Option<&'a str> {
    let env = user.table("env")?;
    let found = env.iter().find(|(_, node)| node.span == said.span);
    found.map(|(key, _)| key.name.as_str())
}

/// Whether two values are other ones: two words, or two secrets. A setting that is taken away, and a variable that is unset, say
/// nothing, and other references may stand for the same word.
fn differ(said: &Node, written: &Node) -> bool {
    let are_alike = [is_word, is_secret]
        .iter()
        .any(|is| is(said) && is(written));
    are_alike && said.scalar() != written.scalar()
}

fn is_word(node: &Node) -> bool {
    match &node.value {
        Value::Integer(_) | Value::Float(_) => true,
        Value::String(_) => {
            let phrase = reference::of_node(node, Words::Platform, Mode::Strict);
            phrase.literal().is_some()
        }
        _ => false,
    }
}

fn is_secret(node: &Node) -> bool {
    let phrase = reference::of_node(node, Words::Platform, Mode::Strict);
    let pieces = phrase.pieces.as_slice();
    matches!(pieces, [Piece::Reference(one)] if one.segments.first() == Some(&"secrets"))
}

fn said_otherwise(written: &Entry, setting: &str, said: &Node) -> Diagnostic {
    let variable = &written.key.name;
    Diagnostic::new(
        Code::ConflictingKeys,
        format!("`env.{variable}` is not what `settings.{setting}` says"),
    )
    .label(written.value.span, "the program would get this")
    .label(
        said.span,
        "health check, exporters and clients would use this",
    )
    .help(format!(
        "remove `env.{variable}`: the kind fills it from `settings.{setting}`"
    ))
    .removing(places(&written.key, &written.value))
}

/// The setting that a variable of the kind is filled from, if from nothing else.
fn whole_setting(filled: &Node) -> Option<&str> {
    match reference::of_node(filled, Words::Kind, Mode::Strict)
        .pieces
        .as_slice()
    {
        [Piece::Reference(reference)] => match reference.segments.as_slice() {
            ["settings", setting] => Some(*setting),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the setting takes such a value. One that takes nothing but a secret is left to say so itself.
fn says(kind: &Kind, setting: &str, written: &Node) -> bool {
    let mut specs = kind.settings.iter();
    let spec = specs.find(|spec| spec.name == setting);
    match spec.map(|spec| spec.kind) {
        Some(SettingType::String) => written.as_str().is_some(),
        Some(SettingType::Secret) => is_secret(written),
        _ => false,
    }
}
