//! Names of variables of a CI entry that are not its own.

use crate::{
    diag::{Code, Diagnostic, Sink},
    model::SET_BY_JENKINS,
    syntax::{Key, Table},
};

/// What the shell and the programs of a step read. An answer of a person or a secret there breaks each step; `env` may set them.
const SHELL: [&str; 10] = [
    "HOME",
    "IFS",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "LOGNAME",
    "PATH",
    "PWD",
    "SHELL",
    "TMPDIR",
    "USER",
];

/// Reports variables of an entry or a stage that Jenkins or the shell sets, and parameters that `env` or `secrets` replace.
pub(super) fn check(table: &Table, sink: &mut Sink) {
    for place in ["parameters", "secrets", "env"] {
        for key in keys(table, place) {
            let name = key.name.as_str();
            let owner = match () {
                () if SET_BY_JENKINS.contains(&name) => "Jenkins sets it for each build",
                () if place != "env" && SHELL.contains(&name) => "the shell of each step reads it",
                () => continue,
            };
            sink.push(
                Diagnostic::new(
                    Code::BadName,
                    format!("a CI entry can't set the variable `{name}`"),
                )
                .label(key.span, owner)
                .help(format!("take another name, such as `MY_{name}`"))
                .renaming(name, format!("MY_{name}")),
            );
        }
    }
    for parameter in keys(table, "parameters") {
        let mut others = ["env", "secrets"]
            .into_iter()
            .flat_map(|place| keys(table, place));
        if let Some(other) = others.find(|other| other.name == parameter.name) {
            sink.push(
                Diagnostic::new(
                    Code::ConflictingKeys,
                    format!(
                        "the answer to the parameter `{}` is never read",
                        parameter.name
                    ),
                )
                .label(parameter.span, "a person answers this")
                .label(other.span, "and this replaces the answer")
                .help("keep one of the two, or give them two names"),
            );
        }
    }
    for secret in keys(table, "secrets") {
        if let Some(other) = keys(table, "env").find(|other| other.name == secret.name) {
            sink.push(
                Diagnostic::new(
                    Code::ConflictingKeys,
                    format!("the variable `{}` has two values", secret.name),
                )
                .label(secret.span, "a secret")
                .label(other.span, "and a text")
                .help("keep one of the two, or give them two names"),
            );
        }
    }
}

fn keys<'a>(table: &'a Table, place: &str) -> impl Iterator<Item = &'a Key> {
    let entries = table.entries_of(place);
    entries.map(|(key, _)| key)
}
