//! Databases that have a user of their own: `databases = { NAME = { user, password } }`.
//!
//! After this step the setting is a plain list of names; the logins are kept separately.

use super::draft::Login;
use crate::{
    catalog::{Kind, SettingType},
    diag::{Code, Diagnostic, Sink, nearest},
    source::Span,
    syntax::{Key, Node, Table, Value},
};

/// The logins of a component, and its tables with lists of names.
pub(super) fn split(user: &mut Table, kind: &Kind, sink: &mut Sink) -> Vec<Login> {
    let mut logins = Vec::new();
    let settings = kind
        .settings
        .iter()
        .filter(|setting| setting.kind == SettingType::Databases);
    for setting in settings {
        let Some(node) = user
            .table_mut("settings")
            .and_then(|settings| settings.get_mut(&setting.name))
        else {
            continue;
        };
        let Value::Table(databases) = &node.value else {
            continue;
        };
        let mut names = Vec::new();
        for (key, written) in databases.iter().filter(|(_, written)| !written.is_false()) {
            names.push(Node {
                span: key.span,
                value: Value::String(key.name.clone()),
            });
            logins.extend(login(key, written, sink));
        }
        node.value = Value::Array(names.into());
    }
    logins
}

/// Nothing where the database belongs to the store's own user.
fn login(key: &Key, written: &Node, sink: &mut Sink) -> Option<Login> {
    let Some(table) = written.as_table() else {
        if !written.is_broken() {
            sink.push(
                Diagnostic::new(
                    Code::WrongType,
                    format!(
                        "database `{}`: expected a table, found {}",
                        key.name,
                        written.value.type_name()
                    ),
                )
                .label(written.span, "does not fit")
                .help(format!(
                    "write `{} = {{ user = \"{}\", password = \"${{secrets.NAME}}\" }}`, or `{{}}` for the store's own user",
                    key.name, key.name
                )),
            );
        }
        return None;
    };
    for (other, _) in table.iter() {
        if !["user", "password"].contains(&other.name.as_str()) {
            sink.push(unknown(other));
        }
    }
    match (table.get("user"), table.get("password")) {
        (Some(user), Some(password)) => Some(Login {
            database: key.name.clone(),
            user: user.clone(),
            password: password.clone(),
        }),
        (None, None) => None,
        (Some(_), None) => missing("password", key.span, sink),
        (None, Some(_)) => missing("user", key.span, sink),
    }
}

fn unknown(key: &Key) -> Diagnostic {
    Diagnostic::new(
        Code::UnknownKey,
        format!("a database has no key `{}`", key.name),
    )
    .label(key.span, "unknown key")
    .misspelled(&key.name, nearest(&key.name, ["user", "password"]), || {
        "known keys: `user` and `password`".to_string()
    })
}

fn missing(what: &str, span: Span, sink: &mut Sink) -> Option<Login> {
    sink.push(
        Diagnostic::new(
            Code::MissingKey,
            format!("a database with a user of its own needs the key `{what}`"),
        )
        .label(span, "missing here")
        .help("write both, as `{ user = \"mlflow\", password = \"${secrets.NAME}\" }`, or neither"),
    );
    None
}
