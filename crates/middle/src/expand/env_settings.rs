//! Settings that are said as variables of the program: `env.POSTGRES_USER = "app"` is `settings.user = "app"`.
//!
//! Who knows an image knows its variables. A kind fills them from its settings, which its outputs, exporters and clients read
//! too: what is said in `env` alone would reach the program, and nobody else.

use super::edits::{edit, key};
use crate::{
    catalog::{Kind, SettingType},
    reference::{self, Mode, Piece, Words},
    syntax::{Node, Table},
};

/// Gives a component the settings that its `env` says, where nothing else says them.
pub(super) fn read(user: &mut Table, kind: &Kind) {
    let variables = kind.table.get_path(&["workload", "env"]);
    let variables = variables.and_then(Node::as_table);
    for (variable, filled) in variables.into_iter().flat_map(Table::iter) {
        let Some(setting) = whole_setting(filled) else {
            continue;
        };
        let written = user.get_path(&["env", &variable.name]);
        let Some(written) = written.filter(|node| says(kind, setting, node)).cloned() else {
            continue;
        };
        if user.get_path(&["settings", setting]).is_none() {
            let place = written.span;
            edit(user, "settings", place, |settings| {
                settings.set(key(setting, place), written);
            });
        }
    }
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
        Some(SettingType::Secret) => {
            let phrase = reference::of_node(written, Words::Platform, Mode::Strict);
            let pieces = phrase.pieces.as_slice();
            matches!(pieces, [Piece::Reference(one)] if one.segments.first() == Some(&"secrets"))
        }
        _ => false,
    }
}
