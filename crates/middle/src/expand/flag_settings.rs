//! Settings that are said as flags of the program: `args = ["--requirepass", "${secrets.cache}"]` is `settings.password`.
//!
//! A flag reaches the program, as a variable does, and nobody else: neither the health check nor clients.

use std::collections::BTreeMap;

use super::{
    edits::{edit, key, text},
    env_settings::as_setting,
    env_values::differ,
    given::{self, Given},
    settings,
};
use crate::{
    catalog::{Kind, SettingSpec},
    diag::{Code, Diagnostic, Sink},
    reference::{self, Constants, Mode, Piece, Words},
    syntax::{Node, Table},
};

/// Gives a component the settings that its flags say, where nothing else says them. What says something else is an error: the
/// program would get the one, and all who ask the setting the other.
pub(super) fn read(user: &mut Table, kind: &Kind, constants: &Constants, sink: &mut Sink) {
    if kind.settings.iter().all(|spec| spec.flags.is_empty()) || user.get("external").is_some() {
        return;
    }
    // Behind an entry point of the user's own the flags may be those of another program.
    if user.get("entrypoint").is_some_and(|it| !it.is_false()) {
        return;
    }
    // Programs take the last of two.
    let mut said: BTreeMap<usize, Given> = BTreeMap::new();
    for given in given::flags(user, kind) {
        let says = |spec: &SettingSpec| spec.flags.contains(&given.name);
        if let Some(setting) = kind.settings.iter().position(says) {
            said.insert(setting, given);
        }
    }
    for (setting, given) in said {
        let spec = &kind.settings[setting];
        let written = text(&given.value, given.span);
        if given.value.is_empty() || is_open(&written) {
            continue;
        }
        match user.get_path(&["settings", &spec.name]) {
            Some(said) if differ(said, &written, spec) => {
                sink.push(said_otherwise(&given, spec, said));
            }
            Some(_) => {}
            None => say(user, kind, spec, &written, constants),
        }
    }
}

/// Whether a shell fills something in, which is not known.
fn is_open(written: &Node) -> bool {
    let phrase = reference::of_node(written, Words::Platform, Mode::Strict);
    let mut pieces = phrase.pieces.iter();
    pieces.any(|piece| matches!(piece, Piece::Literal(text) if text.contains(['$', '`'])))
}

fn say(user: &mut Table, kind: &Kind, spec: &SettingSpec, written: &Node, constants: &Constants) {
    let value = as_setting(kind, spec, written);
    let place = written.span;
    let value = value.map(|value| Node { span: place, value });
    // What the setting does not take the program may.
    if let Some(value) = value.filter(|value| settings::takes(spec, value, constants)) {
        edit(user, "settings", place, |settings| {
            settings.set(key(&spec.name, place), value);
        });
    }
}

fn said_otherwise(given: &Given, spec: &SettingSpec, said: &Node) -> Diagnostic {
    let (flag, setting) = (&given.name, &spec.name);
    Diagnostic::new(
        Code::ConflictingKeys,
        format!("`{flag}` is not what `settings.{setting}` says"),
    )
    .label(given.span, "the program would get what stands here")
    .label(said.span, "and all else that reads the setting this")
    .help(format!(
        "leave `{flag}` out: the kind tells the program what `settings.{setting}` says"
    ))
}
