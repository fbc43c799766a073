//! Rules for names of the user's choice.

use super::Form;
use crate::{
    names::is_of_the_shell,
    value::{self, ContainerPath},
};

/// A rule for names of the user's choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameRule {
    /// A lower-case letter, then lower-case letters, digits and `-`; at most 40 (63 - what is added to it elsewhere).
    Resource,
    /// The same, at most 15: what Kubernetes takes as the name of a port.
    Port,
    /// A letter, then letters, digits, `_` and `-`.
    Identifier,
    /// What Kubernetes takes as the name of an environment variable, dots too.
    Environment,
    /// A variable that a shell and Compose can read: letters, digits and `_`.
    Variable,
    /// A label of an alert, beside those that every alert has.
    AlertLabel,
    /// An absolute path inside a container.
    ContainerPath,
    /// The host of a registry, with a port where it has one.
    Registry,
    /// What a process may be limited in, as Docker calls it.
    Limit,
    /// A label of a container, beside those of this program.
    Label,
    /// A lower-case letter, then letters of both cases, digits and `-`; at most 40: of what no consumer's names are made.
    Plain,
    /// The same of a secret. A kind calls its own after the component, so that one of these names may be longer: whether it is one is
    /// known once kinds are.
    Secret,
    /// The variable of a secret or of a value that may change at start: none that a shell or Compose has for itself.
    StartVariable,
    /// A name in `/etc/hosts`.
    HostName,
    /// What a path of a URL starts with, in characters that no configuration reads as its own.
    WebPath,
    /// Any text that is not empty.
    Free,
}

/// What Docker can limit a process in.
const LIMITS: [&str; 15] = [
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
];

/// The longest name of a secret: a component's, and that of a key of its kind.
const LONGEST_SECRET: usize = 81;

impl NameRule {
    /// Whether the rule holds for a name.
    pub fn accepts(self, name: &str) -> bool {
        let resource = |limit: usize| {
            name.len() <= limit
                && name.starts_with(|c: char| c.is_ascii_lowercase())
                && value::is_dns_label(name)
        };
        let plain = |limit: usize| {
            name.len() <= limit
                && name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        match self {
            NameRule::Resource => resource(40),
            NameRule::Port => resource(15) && !name.contains("--"),
            NameRule::Identifier => {
                name.starts_with(|c: char| c.is_ascii_alphabetic())
                    && name
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
            }
            NameRule::Environment => {
                name.starts_with(|c: char| c.is_ascii_alphabetic() || "_.-".contains(c))
                    && name != "."
                    && name != ".."
                    && !name.starts_with("..")
                    && name
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
            }
            NameRule::Variable => {
                name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                    && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            }
            NameRule::AlertLabel => {
                NameRule::Variable.accepts(name)
                    && !name.starts_with("__")
                    && !["alertname", "severity", "component", "group", "down"].contains(&name)
            }
            NameRule::ContainerPath => ContainerPath::of_file(name).is_some(),
            NameRule::Registry => Form::Registry.accepts(name) && !name.contains('/'),
            NameRule::Limit => LIMITS.contains(&name),
            NameRule::Label => !name.is_empty() && !name.starts_with("io.mlopsgen."),
            NameRule::Plain => plain(40),
            NameRule::Secret => plain(LONGEST_SECRET),
            NameRule::StartVariable => NameRule::Variable.accepts(name) && !is_of_the_shell(name),
            NameRule::HostName => value::is_alias(name),
            NameRule::WebPath => {
                let plain = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
                name.chars().all(plain) && value::is_url_path(name)
            }
            NameRule::Free => !name.is_empty(),
        }
    }

    /// The rule in words, as a message says it.
    pub fn describe(self) -> &'static str {
        match self {
            NameRule::Resource => {
                "a lower-case letter, then lower-case letters, digits and `-`, at most 40, no `-` at the end"
            }
            NameRule::Port => {
                "a lower-case letter, then lower-case letters, digits and single `-`, at most 15, no `-` at the end"
            }
            NameRule::Identifier => "a letter, then letters, digits, `_` and `-`",
            NameRule::Environment => "letters, digits, `_`, `-` and `.`, not starting with a digit",
            NameRule::Variable => "letters, digits and `_`, not starting with a digit",
            NameRule::AlertLabel => {
                "letters, digits and `_`, not starting with a digit or `__`, and none of `alertname`, `severity`, `component`, `group` and `down`"
            }
            NameRule::ContainerPath => {
                "an absolute path such as `/etc/app/app.conf`: one `/` between names, no `.` or `..`, and only names that \
                 every system has (at most 255 bytes, no `\\`, `:`, `*`, `?`, `\"`, `<`, `>`, `|`, no hidden character), and none that git keeps for itself (`.git`)"
            }
            NameRule::Registry => {
                "the host of a registry, such as `docker.io` or `registry.example.com:5000`"
            }
            NameRule::Limit => {
                "one of `core`, `cpu`, `data`, `fsize`, `locks`, `memlock`, `msgqueue`, `nice`, `nofile`, `nproc`, `rss`, `rtprio`, `rttime`, `sigpending` and `stack`"
            }
            NameRule::Label => {
                "any text that is not empty and does not start with `io.mlopsgen.`, which this program writes itself"
            }
            NameRule::Plain | NameRule::Secret => {
                "a lower-case letter, then letters, digits and `-`, at most 40"
            }
            NameRule::StartVariable => {
                "letters, digits and `_`, not starting with a digit, and none that a shell, Docker or Compose has for itself, such as `PATH` or `COMPOSE_PROJECT_NAME`"
            }
            NameRule::HostName => "a host name: letters, digits, `.`, `_` and `-`",
            NameRule::WebPath => {
                "a path such as `/mlflow`: letters, digits, `-`, `.`, `_`, `~` and single `/`, without `.` and `..`"
            }
            NameRule::Free => "any text that is not empty",
        }
    }
}
