//! Stores elsewhere that a program sends to: `remote_write = ["https://...", { url, user, password }, { url, token }]`.

use super::{
    draft::Declared,
    settings::{is_secret, phrase, wrong_type},
};
use crate::{
    catalog::{SettingSpec, SettingType},
    diag::{Code, Diagnostic, Sink, nearest},
    syntax::{Entry, Node, Table, Value},
    text::all_of,
};

/// The keys of one store.
const KEYS: [&str; 4] = ["url", "user", "password", "token"];

/// What a single URL's login is written as, after the setting's name.
const LOGIN: [&str; 3] = ["user", "password", "token"];

/// Reports what can't be one of the stores of a list.
pub(super) fn check(spec: &SettingSpec, item: &Node, sink: &mut Sink) {
    let table = match &item.value {
        Value::String(_) | Value::Broken => return,
        Value::Table(table) => table,
        _ => return sink.push(wrong_type(spec, item, "a URL, or a table with `url`")),
    };
    for Entry { key, value } in &table.entries {
        if !KEYS.contains(&key.name.as_str()) {
            let known = || format!("a store has the keys {}", all_of(&KEYS));
            sink.push(
                Diagnostic::new(
                    Code::UnknownKey,
                    format!("a store has no key `{}`", key.name),
                )
                .label(key.span, "unknown key")
                .misspelled(&key.name, nearest(&key.name, KEYS), known),
            );
        } else if value.as_str().is_none() && !value.is_broken() {
            sink.push(wrong_type(spec, value, "a string"));
        }
    }
    if table.get("url").is_none() {
        sink.push(
            Diagnostic::new(Code::MissingKey, "a store needs the key `url`")
                .label(item.span, "where is it?")
                .help("say where it is, as `url = \"https://store.example.com/push\"`"),
        );
    }
    check_one_login(table, item, sink);
}

/// A user with a password, or a token, and both as secrets.
fn check_one_login(table: &Table, item: &Node, sink: &mut Sink) {
    for name in ["password", "token"] {
        let Some(node) = table.get(name).filter(|node| node.as_str().is_some()) else {
            continue;
        };
        if !is_secret(&phrase(node)) {
            sink.push(
                Diagnostic::new(Code::SecretRequired, format!("`{name}` must be a secret"))
                    .label(node.span, "written out")
                    .help(format!(
                        "declare a secret and write `{name} = \"${{secrets.NAME}}\"`"
                    )),
            );
        }
    }
    let has = |name: &str| table.get(name).is_some();
    if has("token") && (has("user") || has("password")) {
        sink.push(
            Diagnostic::new(Code::ConflictingKeys, "a store has two ways to log in")
                .label(item.span, "a token, and a user")
                .help("write `token`, or `user` and `password`"),
        );
    } else if has("user") != has("password") {
        let missing = if has("user") { "password" } else { "user" };
        sink.push(
            Diagnostic::new(
                Code::MissingKey,
                format!("a login at a store needs the key `{missing}`"),
            )
            .label(item.span, "a login needs both keys")
            .help("write both, as `{ url = \"...\", user = \"team\", password = \"${secrets.NAME}\" }`"),
        );
    }
}

/// Where there is a list, each store has its login beside its URL.
pub(super) fn check_login(declared: &Declared, sink: &mut Sink) {
    let stores = declared.kind.settings.iter();
    for spec in stores.filter(|spec| spec.kind == SettingType::Stores) {
        let Some(list) = declared
            .setting(&spec.name)
            .filter(|it| it.as_array().is_some())
        else {
            continue;
        };
        for key in LOGIN {
            let Some(node) = declared.setting(&format!("{}_{key}", spec.name)) else {
                continue;
            };
            sink.push(
                Diagnostic::new(
                    Code::ConflictingKeys,
                    format!("`{0}_{key}` is for a single `{0}`", spec.name),
                )
                .label(node.span, "does not say for which store")
                .label(list.span, "a list")
                .help(format!(
                    "write it in the list, as `{{ url = \"...\", {key} = ... }}`"
                )),
            );
        }
    }
}
