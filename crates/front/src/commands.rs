//! Commands of this program, as texts tell people to type them: with the flags that make them about the same platform.
//!
//! Texts name commands as for the base, in the current folder (`mlopsgen env init`). Before they are shown or written,
//! [`CommandFlags::in_text`] completes them.

use std::borrow::Cow;

use crate::{files::PLATFORM_FILE, text::shell_word};

/// The program, as it is typed.
const PROGRAM: &str = "mlopsgen ";

/// Commands about one platform, and whether there is one of each environment. Others, such as `kinds`, are about none.
pub const COMMANDS: [(&str, bool); 17] = [
    ("add", false),
    ("apply", true),
    ("check", true),
    ("coverage", true),
    ("doctor", true),
    ("down", true),
    ("env init", true),
    ("env secret", true),
    ("fmt", false),
    ("graph", true),
    ("logs", true),
    ("plan", true),
    ("restart", true),
    ("show", true),
    ("status", true),
    ("up", true),
    ("validate", true),
];

/// Flags that say already which platform a command is about.
const TOLD: [&str; 4] = [" --env ", " --all-envs", " -C ", " --file "];

/// Where a command in a text ends at the latest.
const ENDS: [char; 7] = ['`', '|', '\n', ';', ')', '}', '"'];

/// The flags that say which platform a command is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandFlags {
    /// `-C` and `--file`, each behind a space.
    place: String,
    /// `--env`, behind a space.
    environment: String,
    /// The environment, in words behind a command.
    in_words: String,
}

impl CommandFlags {
    /// `directory` is what `-C` says; `file` the platform file, which no flag names if it has the usual name.
    pub fn new(directory: Option<&str>, file: &str, environment: Option<&str>) -> Self {
        let flag = |name: &str, value: &str| format!(" {name} {}", shell_word(value));
        let mut place = directory.map_or(String::new(), |it| flag("-C", it));
        if file != PLATFORM_FILE {
            place.push_str(&flag("--file", file));
        }
        let words = |it: &str| format!(" for the environment {}", it.replace("--", "- -"));
        Self {
            place,
            in_words: environment.map_or(String::new(), words),
            environment: environment.map_or(String::new(), |it| flag("--env", it)),
        }
    }

    /// Those that a generated file can tell of: a name that is no plain word stays out, so that it breaks nothing.
    pub fn of_files(file: &str, environment: Option<&str>) -> Self {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        let file = match file.chars().all(is_plain) {
            true => file,
            false => PLATFORM_FILE,
        };
        Self::new(None, file, environment)
    }

    /// Whether commands stay as they are.
    pub fn is_empty(&self) -> bool {
        self.place.is_empty() && self.environment.is_empty()
    }

    /// A command to type, such as `env init`.
    pub fn line(&self, command: &str) -> String {
        self.in_text(&format!("{PROGRAM}{command}")).into_owned()
    }

    /// A text in which commands in code spans say the environment without a flag, for places that can hold no `--`.
    pub fn in_words(&self, text: &str) -> String {
        COMMANDS.iter().filter(|(_, has_it)| *has_it).fold(
            text.to_string(),
            |text, (command, _)| {
                let span = format!("`{PROGRAM}{command}`");
                text.replace(&span, &format!("{span}{}", self.in_words))
            },
        )
    }

    /// A text in which each command has the flags. A command that has some already stays.
    pub fn in_text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.is_empty() || !text.contains(PROGRAM) {
            return Cow::Borrowed(text);
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(PROGRAM) {
            let (before, from) = rest.split_at(at + PROGRAM.len());
            out.push_str(before);
            rest = from;
            let Some((command, has_environment)) = command_of(from) else {
                continue;
            };
            let whole = from.split(ENDS).next().unwrap_or(from);
            if TOLD.iter().any(|flag| whole.contains(flag)) {
                continue;
            }
            out.push_str(command);
            out.push_str(&self.place);
            if has_environment {
                out.push_str(&self.environment);
            }
            rest = &from[command.len()..];
        }
        out.push_str(rest);
        Cow::Owned(out)
    }
}

/// The command that a text begins with.
fn command_of(text: &str) -> Option<(&'static str, bool)> {
    let begins = |(command, _): &&(&str, bool)| {
        let behind = text.strip_prefix(command);
        let next = behind.map(|it| it.chars().next());
        next.is_some_and(|next| next.is_none_or(|c| !c.is_alphanumeric() && !"-_.".contains(c)))
    };
    COMMANDS.iter().find(begins).copied()
}

#[cfg(test)]
mod tests {
    use super::CommandFlags;

    #[test]
    fn a_command_gets_the_flags_behind_its_name() {
        let flags = CommandFlags::new(Some("my dir"), "platform.toml", Some("p"));
        for (text, expected) in [
            (
                "`mlopsgen env init` or `mlopsgen plan --out FILE`",
                "`mlopsgen env init -C 'my dir' --env p` or `mlopsgen plan -C 'my dir' --env p --out FILE`",
            ),
            (
                "mlopsgen env secret | kubectl apply",
                "mlopsgen env secret -C 'my dir' --env p | kubectl apply",
            ),
            (
                "`mlopsgen validate --all-envs`, `mlopsgen up --env q`",
                "`mlopsgen validate --all-envs`, `mlopsgen up --env q`",
            ),
            ("`mlopsgen add kafka`", "`mlopsgen add -C 'my dir' kafka`"),
            (
                "mlopsgen follows no link, mlopsgen updates",
                "mlopsgen follows no link, mlopsgen updates",
            ),
            ("`mlopsgen kinds` lists them", "`mlopsgen kinds` lists them"),
        ] {
            assert_eq!(flags.in_text(text), expected);
        }
        let files = CommandFlags::of_files("*/ x.toml", Some("p"));
        assert_eq!(files.line("apply"), "mlopsgen apply --env p");
        assert_eq!(
            CommandFlags::of_files("platform.toml", None).line("up"),
            "mlopsgen up"
        );
    }
}
