//! Variables of the environment as Compose and shells write them, and what stands for them in platform.toml.

use super::sounds_secret;
use crate::{names::is_of_the_shell, syntax::quoted};

/// The longest name of a variable or a secret of platform.toml.
const LONGEST_NAME: usize = 40;

/// `HOME`, `HOME:-/root`, `HOME:?missing`: what stands between `${` and `}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable<'a> {
    pub name: &'a str,
    /// What it is where the environment does not set it.
    pub default: Option<&'a str>,
    /// What is said where the environment has to set it and does not: `:?missing`.
    pub required: Option<&'a str>,
}

/// Whether a text holds a variable of the environment as Compose writes it. Those are named in capitals: `${c}` may well be a
/// part of the name of a file.
pub fn names_environment(text: &str) -> bool {
    let is_capital = |rest: &str| rest.starts_with(|c: char| c.is_ascii_uppercase() || c == '_');
    text.match_indices("${").any(|(start, found)| {
        is_capital(&text[start + found.len()..]) && !text[..start].ends_with('$')
    })
}

/// A variable of the environment as platform.toml has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// `vars` or `secrets`.
    pub table: &'static str,
    pub name: String,
    /// As TOML.
    pub value: String,
}

impl<'a> Variable<'a> {
    /// `None` where it is something else, or where its default holds a variable again.
    pub fn parse(inner: &'a str) -> Option<Self> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = inner.find(|c| !is_name(c)).unwrap_or(inner.len());
        let (name, rest) = inner.split_at(end);
        let after = rest.strip_prefix(':').unwrap_or(rest);
        let required = after.strip_prefix('?');
        let default = match after {
            "" if rest.is_empty() => None,
            _ if required.is_some() => None,
            rest => Some(rest.strip_prefix('-')?),
        };
        let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let is_plain = default.is_none_or(|default| !default.contains("${"));
        (starts_well && is_plain).then_some(Self {
            name,
            default,
            required,
        })
    }

    /// How it is declared: as a secret if it sounds like one, or if it has to be set, as every secret has.
    pub fn declared(&self) -> Declared {
        match sounds_secret(self.name) || self.required.is_some() {
            true => self.as_secret(),
            false => self.as_variable(),
        }
    }

    /// How it is declared where no secret may stand.
    pub fn as_variable(&self) -> Declared {
        Declared {
            table: "vars",
            name: name_of(self.name),
            value: format!(
                "{{ env = {}, default = {} }}",
                self.own_name(),
                quoted(self.default.unwrap_or_default())
            ),
        }
    }

    /// How it is declared as a secret.
    pub fn as_secret(&self) -> Declared {
        Declared {
            table: "secrets",
            name: name_of(self.name),
            value: match self.required.filter(|why| !why.is_empty()) {
                Some(why) => format!(
                    "{{ env = {}, description = {} }}",
                    self.own_name(),
                    quoted(why)
                ),
                None => format!("{{ env = {} }}", self.own_name()),
            },
        }
    }

    /// By which name it can be set for a platform, as TOML: one that a shell has for itself gets another.
    fn own_name(&self) -> String {
        match is_of_the_shell(self.name) {
            true => quoted(&format!("MY_{}", self.name)),
            false => quoted(self.name),
        }
    }
}

impl Declared {
    /// One line of TOML in its table.
    pub fn line(&self) -> String {
        format!("{} = {}", self.name, self.value)
    }

    /// What to write in the place of the variable.
    pub fn reference(&self) -> String {
        format!("${{{}.{}}}", self.table, self.name)
    }
}

/// The name of a variable of the environment as one of platform.toml; without its first words where it is too long.
fn name_of(variable: &str) -> String {
    let lower = variable.to_lowercase().replace('_', "-");
    let is_start = |c: char| c.is_ascii_lowercase();
    let mut name = lower.trim_start_matches(|c: char| !is_start(c));
    while let Some((_, rest)) = name.split_once('-')
        && name.len() > LONGEST_NAME
    {
        name = rest.trim_start_matches(|c: char| !is_start(c));
    }
    let name = name[..name.len().min(LONGEST_NAME)].trim_matches('-');
    match name {
        "" => "value".to_string(),
        name => name.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::Variable;

    #[test]
    fn a_variable_has_a_name_and_a_default() {
        let parsed = |text| Variable::parse(text).map(|found| (found.name, found.default));
        assert_eq!(parsed("HOME"), Some(("HOME", None)));
        assert_eq!(parsed("HOME:-/root"), Some(("HOME", Some("/root"))));
        assert_eq!(parsed("HOME-"), Some(("HOME", Some(""))));
        assert_eq!(parsed("HOME:?set it"), Some(("HOME", None)));
        for text in ["", "1A", "A:+b", "A B", "A:-${B", "components.x"] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    #[test]
    fn a_variable_is_declared_under_a_name_that_platform_toml_takes() {
        let declared = |text| {
            let variable = Variable::parse(text).expect("a variable");
            let found = variable.declared();
            (found.table, found.line(), found.reference())
        };
        let owned =
            |table, line: &str, reference: &str| (table, line.to_string(), reference.to_string());
        assert_eq!(
            declared("REDIS_PORT:-6379"),
            owned(
                "vars",
                "redis-port = { env = \"REDIS_PORT\", default = \"6379\" }",
                "${vars.redis-port}"
            )
        );
        assert_eq!(
            declared("_DB_PASSWORD_:-x"),
            owned(
                "secrets",
                "db-password = { env = \"_DB_PASSWORD_\" }",
                "${secrets.db-password}"
            )
        );
        assert_eq!(
            declared("LANGFUSE_S3_EVENT_UPLOAD_SECRET_ACCESS_KEY").2,
            "${secrets.s3-event-upload-secret-access-key}"
        );
        assert_eq!(declared("__").2, "${vars.value}");
    }
}
