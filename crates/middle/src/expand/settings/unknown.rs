//! A setting that a kind does not have: what it was meant to be.

use crate::{
    catalog::Role,
    diag::{Code, Diagnostic, nearest},
    expand::draft::Declared,
    language::component_key,
    reference::{self, Mode, Piece, Words},
    syntax::Key,
    text::all_of,
};

/// Words of other tools for what settings of stores and log-ins are called here.
const SYNONYMS: [(&str, &str); 8] = [
    ("db", "database"),
    ("dbname", "database"),
    ("db_name", "database"),
    ("username", "user"),
    ("login", "user"),
    ("pass", "password"),
    ("passwd", "password"),
    ("pwd", "password"),
];

/// The setting of the kind that was most likely meant: `name` is nearly its name, the program's own variable for it, or another
/// tool's word for it.
pub(in crate::expand) fn meant<'a>(declared: &'a Declared, name: &str) -> Option<&'a str> {
    let known = || declared.kind.settings.iter().map(|spec| spec.name.as_str());
    let variable = declared.kind.table.get_path(&["workload", "env", name]);
    let of_variable = || {
        let value = reference::of_node(variable?, Words::Kind, Mode::Shell);
        match value.pieces.as_slice() {
            [Piece::Reference(only)] => match only.segments.as_slice() {
                ["settings", setting] => known().find(|known| known == setting),
                _ => None,
            },
            _ => None,
        }
    };
    let by_another_word = || {
        let lower = name.to_ascii_lowercase();
        let (_, here) = SYNONYMS.iter().find(|(word, _)| *word == lower)?;
        known().find(|known| known == here)
    };
    nearest(name, known())
        .or_else(of_variable)
        .or_else(by_another_word)
}

/// The role whose description has the word in it.
fn about<'a>(declared: &'a Declared, word: &str) -> Option<&'a Role> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut roles = declared.kind.roles.iter();
    roles.find(|role| {
        let mut words = role.description.split(|c| !is_part(c));
        words.any(|it| it == word)
    })
}

pub(super) fn unknown_setting(declared: &Declared, key: &Key) -> Diagnostic {
    let kind = &declared.kind.name;
    let settings = declared.kind.settings.iter();
    let known: Vec<&str> = settings.map(|spec| spec.name.as_str()).collect();
    let mut roles = declared.kind.roles.iter().map(|role| &role.name);
    let role = roles.find(|role| key.name.starts_with(role.as_str()));
    let otherwise = || match (role, known.as_slice()) {
        (None, _) if component_key(&key.name).is_some() => format!(
            "move it out of `settings`: `{}` is a key of the component",
            key.name
        ),
        (Some(role), _) => format!(
            "that is the role `{role}`, which a component fills: `uses = {{ {role} = \"COMPONENT\" }}`; one that runs elsewhere is declared with `external`"
        ),
        (None, []) => format!("kind `{kind}` has no settings: use `env` or `args`"),
        (None, known) => {
            let settings = format!("kind `{kind}` has the settings {}", all_of(known));
            match about(declared, &key.name) {
                Some(role) => format!("{settings}; the role `{}`: {}", role.name, role.description),
                None => settings,
            }
        }
    };
    Diagnostic::new(
        Code::UnknownName,
        format!("kind `{kind}` has no setting `{}`", key.name),
    )
    .label(key.span, "no such setting")
    .misspelled(&key.name, meant(declared, &key.name), otherwise)
}
