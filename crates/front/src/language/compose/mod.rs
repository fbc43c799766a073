//! Keys of a Compose service on a component: what each is called here, with the user's own value rewritten.
//!
//! The [`table`] says which keys there are and how each is rewritten; [`lookup`] in which table of ours each may be found;
//! [`edit`] where what is rewritten goes; the other modules rewrite.

mod edit;
mod entry;
mod file;
mod health;
mod lists;
mod lookup;
mod mounted;
mod ports;
mod resources;
mod rewrite;
mod table;
mod variables;
mod volumes;

use super::Owner;
use crate::{
    diag::{Code, Diagnostic, nearest},
    reference::Declared,
    syntax::{Key, Node, Table},
    text::all_of,
};

use edit::{EnclosingTable, with_rewrite};
pub(super) use file::NO_NETWORKS;
pub(super) use lookup::{
    entry_of_compose, form_of_compose, key_of_compose, misspelled_key_of_compose,
    services_as_components,
};
pub use ports::usual_port_name;
pub(super) use resources::{amount, cores, gpu_of_compose};
pub(super) use rewrite::host_path;
use table::{FORMS, Here, KEYS};
pub(super) use variables::{filled, has_variable};

/// How a key of a Compose service is written here: lines of TOML, what they need elsewhere, and a word on what they mean.
#[derive(Default)]
pub(super) struct Rewritten {
    pub lines: Vec<String>,
    pub declared: Vec<Declared>,
    /// Components, each with a name by which it is reached, too.
    pub aliases: Vec<(String, String)>,
    pub why: String,
}

/// What to say of a key of Compose's, and the key here that is not missing then.
pub(super) struct KeyReport {
    pub diagnostic: Diagnostic,
    pub stands_for: Option<&'static str>,
}

impl From<Diagnostic> for KeyReport {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic,
            stands_for: None,
        }
    }
}

/// A key that Compose has and a component does not.
struct ComposeKey {
    here: &'static Here,
}

impl ComposeKey {
    /// The key here that says the same, whose absence is nothing more to report.
    fn stands_for(&self) -> Option<&'static str> {
        match self.here {
            Here::Key { name, .. } => Some(name),
            Here::Raw { .. } | Here::RawAs { .. } | Here::Needless { .. } => None,
        }
    }

    /// What to say of it.
    fn diagnostic(
        &self,
        key: &Key,
        value: &Node,
        owner: Owner<'_>,
        enclosing: EnclosingTable<'_>,
    ) -> Diagnostic {
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
        let rewritten = self.here.rewrite(&key.name, value, enclosing);
        with_rewrite(diagnostic, rewritten, (key, value), enclosing)
    }
}

/// What a key of Compose's is called here.
fn component_key(name: &str) -> Option<ComposeKey> {
    let found = KEYS.iter().find(|(known, _)| *known == name);
    found.map(|(_, here)| ComposeKey { here })
}

/// The key of Compose's that a word is nearly.
fn nearest_key(name: &str) -> Option<&'static str> {
    nearest(name, KEYS.iter().map(|(known, _)| *known))
}

fn is_service_key(name: &str) -> bool {
    KEYS.iter().any(|(known, _)| *known == name)
}

/// What to say of a key that both have, where its value is written as Compose has it.
fn component_form(key: &Key, value: &Node, enclosing: EnclosingTable<'_>) -> Option<Diagnostic> {
    let (_, rewrite) = FORMS.iter().find(|(known, _)| *known == key.name)?;
    if let Some(diagnostic) = short_form(key, value, enclosing) {
        return Some(diagnostic);
    }
    let (value_here, declared) = match key.name.as_str() {
        "env" => variables::referred_with_secrets(&rewrite::passed_on(value)),
        // Without Compose's first word the table is ours, and so are its references.
        "health" if health::command_of_compose(value).is_some() => (value.clone(), Vec::new()),
        "labels" | "health" => variables::referred(value),
        _ => (value.clone(), Vec::new()),
    };
    let mut rewritten = rewrite(&value_here, enclosing)?;
    rewritten.declared.extend(declared);
    let diagnostic = Diagnostic::new(
        Code::WrongType,
        format!("`{}` is written as Compose has it", key.name),
    )
    .label(value.span, "Compose's form");
    Some(with_rewrite(
        diagnostic,
        Some(rewritten),
        (key, value),
        enclosing,
    ))
}

/// Words for a check that is switched off.
const OFF: [&str; 6] = ["none", "NONE", "off", "no", "false", "disabled"];

/// What to say of a value that is shorter than it is here, and in Compose: a path for a check, a condition behind a name.
fn short_form(key: &Key, value: &Node, enclosing: EnclosingTable<'_>) -> Option<Diagnostic> {
    let (message, label, new) = match key.name.as_str() {
        "health" if value.as_str().is_some_and(|text| OFF.contains(&text)) => (
            "`health` is a table, or `false`",
            "a word of other tools",
            "false".to_string(),
        ),
        "health" => (
            "`health` is a table: what is asked, and where",
            "a path alone",
            health::of_path(value, enclosing)?,
        ),
        "depends_on" => (
            "a list of `depends_on` has names alone: conditions stand in a table",
            "with conditions",
            lists::with_conditions(value)?,
        ),
        _ => return None,
    };
    Some(
        Diagnostic::new(Code::WrongType, message)
            .label(value.span, label)
            .help(format!("write `{} = {new}`", key.name))
            .replacing(value.span, new),
    )
}

/// A check by one text, where a list of words is asked for: a shell runs it.
fn command_text(key: &Key, value: &Node, table: &Table) -> Option<Diagnostic> {
    let text = value.as_str().filter(|_| key.name == "command")?;
    if table.get("shell").is_some() || key.span.source != value.span.source {
        return None;
    }
    let new = line("shell", crate::syntax::quoted(text));
    let whole = key.span.through(value.span);
    Some(
        Diagnostic::new(
            Code::WrongType,
            "`command` is a list of words, and no shell reads it",
        )
        .label(value.span, "this is a string")
        .help(format!("write `{new}`"))
        .replacing(whole, new),
    )
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

    fn with_reason(mut self, why: &str) -> Self {
        self.why = why.to_string();
        self
    }

    fn declaring(mut self, declared: Vec<Declared>) -> Self {
        self.declared = declared;
        self
    }
}
