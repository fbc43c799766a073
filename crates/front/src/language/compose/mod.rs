//! Keys of a Compose service on a component: what each is called here, with the user's own value rewritten.
//!
//! The [`table`] says which keys there are and how each is rewritten; the rewriting is in [`rewrite`], [`lists`] and
//! [`mounted`].

mod file;
mod lists;
mod mounted;
mod rewrite;
mod table;
mod variables;

use super::Owner;
use crate::{
    diag::{Code, Diagnostic},
    reference::Declared,
    source::Span,
    syntax::{Key, Node, Value},
    text::all_of,
};

pub(super) use file::{
    Said, external_network, key_of_file, key_of_network, key_of_secret, key_of_volume,
    network_of_its_own, services_as_components,
};
pub(super) use rewrite::host_path;
use table::{FORMS, Here, KEYS};
pub(super) use variables::filled;

/// How a key of a Compose service is written here: lines of TOML, what they need elsewhere, and a word on what they mean.
#[derive(Default)]
pub(super) struct Rewritten {
    pub lines: Vec<String>,
    pub declared: Vec<Declared>,
    pub why: String,
}

/// A key that Compose has and a component does not.
pub(super) struct ComposeKey {
    here: &'static Here,
}

impl ComposeKey {
    /// The key here that says the same, whose absence is nothing more to report.
    pub(super) fn stands_for(&self) -> Option<&'static str> {
        match self.here {
            Here::Key { name, .. } => Some(name),
            Here::Raw { .. } | Here::RawAs { .. } | Here::Needless { .. } => None,
        }
    }

    /// What to say of it.
    pub(super) fn diagnostic(&self, key: &Key, value: &Node, owner: Owner<'_>) -> Diagnostic {
        let message = match self.here {
            Here::Key { name, .. } => {
                format!("{owner} has no key `{}`: here it is `{name}`", key.name)
            }
            Here::Raw { .. } | Here::RawAs { .. } => format!(
                "{owner} has no key `{}`: it goes to Compose alone, in `compose`",
                key.name
            ),
            Here::Needless { .. } => format!("{owner} has no key `{}`", key.name),
        };
        let diagnostic =
            Diagnostic::new(Code::UnknownKey, message).label(key.span, "Compose's key");
        let rewritten = self.here.rewrite(&key.name, value);
        with_rewrite(diagnostic, rewritten, key.span, value)
    }
}

/// What a key of Compose's is called here.
pub(super) fn compose_key(name: &str) -> Option<ComposeKey> {
    let found = KEYS.iter().find(|(known, _)| *known == name);
    found.map(|(_, here)| ComposeKey { here })
}

fn is_service_key(name: &str) -> bool {
    KEYS.iter().any(|(known, _)| *known == name)
}

/// What to say of a key that both have, where its value is written as Compose has it.
pub(super) fn compose_form(key: &Key, value: &Node) -> Option<Diagnostic> {
    let (_, rewrite) = FORMS.iter().find(|(known, _)| *known == key.name)?;
    let (value_here, declared) = match key.name.as_str() {
        "env" | "labels" => variables::referred(value, key.name == "env"),
        _ => (value.clone(), Vec::new()),
    };
    let mut rewritten = rewrite(&value_here)?;
    rewritten.declared.extend(declared);
    let diagnostic = Diagnostic::new(
        Code::WrongType,
        format!("`{}` is written as Compose has it", key.name),
    )
    .label(value.span, "Compose's form");
    Some(with_rewrite(diagnostic, Some(rewritten), key.span, value))
}

/// The key here of a port that Compose's long form calls otherwise.
pub(super) fn compose_port_key(name: &str) -> Option<&'static str> {
    match name {
        "target" => Some("container"),
        "published" => Some("host"),
        "host_ip" => Some("bind"),
        _ => None,
    }
}

/// What to say of a port, which is `key` here, that is written as Compose's `8080:80`: itself, or its `host`.
pub(super) fn compose_port(owner: Owner<'_>, key: &Key, value: &Node) -> Option<Diagnostic> {
    let table = value.as_table();
    let node = match table {
        Some(table) => table.get("host")?,
        None => value,
    };
    let port = lists::ComposePort::of_pair(node.as_str()?)?;
    let is_port = owner == Owner::Words("a port");
    let diagnostic = Diagnostic::new(
        Code::WrongType,
        format!("port `{}` is written as Compose has it", key.name),
    )
    .label(node.span, "Compose's form");
    let Some(table) = table.filter(|_| is_port) else {
        let inner = format!("{{ {} }}", port.entries().join(", "));
        let help = format!("write `ports.{} = {inner}`", key.name);
        return is_port.then(|| diagnostic.help(help).replacing(node.span, inner));
    };
    let entries = port.entries();
    let is_new = |entry: &&String| {
        let key = entry.split(' ').next().unwrap_or_default();
        key != "host" && table.get(key).is_none()
    };
    let more: Vec<&String> = entries.iter().filter(is_new).collect();
    let host = entries.iter().find(|entry| entry.starts_with("host"))?;
    let help = format!("write {}", all_of(&entries));
    let diagnostic = diagnostic.help(help);
    let number = host.trim_start_matches("host = ");
    let diagnostic = diagnostic.replacing(node.span, number);
    Some(more.into_iter().fold(diagnostic, |diagnostic, entry| {
        diagnostic.adding(key.span, entry.as_str())
    }))
}

/// The help, and the edit where the key and its value stand beside each other.
fn with_rewrite(
    diagnostic: Diagnostic,
    rewritten: Option<Rewritten>,
    key: Span,
    value: &Node,
) -> Diagnostic {
    let Some(Rewritten {
        lines,
        declared,
        why,
    }) = rewritten
    else {
        return diagnostic
            .help("`mlopsgen schema` and docs/language.md list the keys of a component");
    };
    let beside = key.source == value.span.source
        && value.span.start > key.end
        && !matches!(value.value, Value::Broken);
    let mut help = why;
    if !lines.is_empty() {
        let colon = if help.is_empty() { "" } else { ": " };
        help = format!(
            "write {}{}{colon}{help}",
            all_of(&lines),
            elsewhere(&declared)
        );
    }
    let diagnostic = diagnostic.help(help);
    if !beside || lines.is_empty() {
        return diagnostic;
    }
    let whole = Span::new(key.source, key.start..value.span.end);
    let diagnostic = diagnostic.replacing(whole, lines.join("\n"));
    declared.iter().fold(diagnostic, |diagnostic, found| {
        diagnostic.declaring(key, found.table, found.line())
    })
}

/// What is written in other tables, in words: `, and in `[vars]` ...`.
pub fn elsewhere(declared: &[Declared]) -> String {
    let tables = ["vars", "secrets"].map(|table| {
        let of_table = declared.iter().filter(|found| found.table == table);
        (table, of_table.map(Declared::line).collect::<Vec<_>>())
    });
    tables
        .iter()
        .filter(|(_, lines)| !lines.is_empty())
        .map(|(table, lines)| format!(", and in `[{table}]` {}", all_of(lines)))
        .collect()
}

/// A line of TOML.
fn line(key: &str, value: impl std::fmt::Display) -> String {
    format!("{key} = {value}")
}

impl Rewritten {
    fn lines(lines: Vec<String>) -> Option<Self> {
        (!lines.is_empty()).then(|| Self {
            lines,
            ..Self::default()
        })
    }

    /// There is nothing to write in its place.
    fn why(why: &str) -> Self {
        Self {
            why: why.to_string(),
            ..Self::default()
        }
    }

    fn line(key: &str, value: impl std::fmt::Display) -> Option<Self> {
        Self::lines(vec![line(key, value)])
    }

    fn because(mut self, why: &str) -> Self {
        self.why = why.to_string();
        self
    }

    fn declaring(mut self, declared: Vec<Declared>) -> Self {
        self.declared = declared;
        self
    }
}
