//! Secrets that are written out where everybody reads them.

use std::collections::BTreeSet;

use super::{
    Facts,
    headers::written_login,
    private_keys::begins_private_key,
    strings::{Delivery, Owner, StringUse, UserString, strings},
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    reference::sounds_secret,
    syntax::key_text,
};

/// A string that sounds like a secret and has its value written out, or that holds a URL with a password. A private key surely is one:
/// an error where nothing gives it another level.
pub(super) fn plaintext(facts: Facts<'_>, sink: &mut Sink) {
    let mut seen = BTreeSet::new();
    let strings = strings(facts);
    for (number, string) in strings.iter().enumerate() {
        let next = strings.get(number + 1);
        if is_private_key(string, next) {
            if seen.insert(string.place()) {
                sink.push(private_key(string));
            }
            continue;
        }
        let what = secret_in(string).or_else(|| again(facts, string));
        let Some(what) = what.filter(|_| seen.insert(string.place())) else {
            continue;
        };
        let owner = string.owner.describe();
        let line = match string.how {
            StringUse::Mounted(at) => format!(" ({at})"),
            _ => String::new(),
        };
        let mut diagnostic = Diagnostic::new(
            Code::PlaintextSecret,
            format!("{what} of {owner} looks like a secret that is written out{line}"),
        )
        .label(
            string.span,
            match string.how {
                StringUse::Mounted(at) | StringUse::OfFile(_, at) => {
                    format!("{at}, in plain text")
                }
                _ => "in plain text".to_string(),
            },
        )
        .help(help(string));
        diagnostic.component = string.owner.component().map(ToString::to_string);
        sink.push(diagnostic);
    }
}

/// Whether a private key begins in it. A folder or a file of the host, which a volume mounts, is copied nowhere.
fn is_private_key(string: &UserString<'_>, next: Option<&UserString<'_>>) -> bool {
    let is_copied = match string.how {
        StringUse::Mounted(at) => matches!(at.by, Delivery::Source | Delivery::Template),
        _ => true,
    };
    let behind = next.filter(|next| next.span == string.span);
    is_copied && begins_private_key(string.text, behind.map(|it| it.text))
}

fn private_key(string: &UserString<'_>) -> Diagnostic {
    let owner = string.owner.describe();
    let (what, label) = match string.how {
        StringUse::Mounted(at) => (
            format!("`{}`, which {owner} gets, holds a private key", at.path()),
            format!("line {}; it is copied into what is generated", at.line),
        ),
        _ => (
            format!("a private key of {owner} is written out"),
            "in plain text".to_string(),
        ),
    };
    let component = string.owner.component();
    let accept = match component {
        Some(_) => "`allow = [\"plaintext-secret\"]`",
        None => "`[lints]` `plaintext-secret = \"allow\"`",
    };
    let write = match string.how {
        StringUse::File | StringUse::Mounted(_) => {
            "declare a secret and mount it: `files.\"/path\" = { secret = \"NAME\" }`".to_string()
        }
        _ => help(string),
    };
    let mut diagnostic = Diagnostic::new(Code::PlaintextSecret, what)
        .denied()
        .label(string.span, label)
        .help(format!(
            "{write}; if all may know the key, accept it with {accept}"
        ));
    diagnostic.component = component.map(ToString::to_string);
    diagnostic
}

fn help(string: &UserString<'_>) -> String {
    match (string.owner, string.how) {
        (Owner::Workload(_), StringUse::Variable(name)) => {
            format!("declare a secret and write `env.{name} = \"${{secrets.NAME}}\"`")
        }
        (Owner::Ci(_), _) => {
            "declare a secret and bind it: `secrets = { VARIABLE = \"NAME\" }`".to_string()
        }
        (Owner::Pipeline(_), StringUse::Line) => {
            "declare a secret, write `env.X = \"${secrets.NAME}\"`, and read `$X` here".to_string()
        }
        (_, StringUse::Named(_)) => {
            "it stays in the image for all to read: remove it, or mount it when it runs: `files.\"/path\" = { secret = \"NAME\" }`".to_string()
        }
        (_, StringUse::File | StringUse::Mounted(_)) => {
            "declare a secret and hand it over in `env`, or mount the whole file: `files.\"/path\" = { secret = \"NAME\" }`".to_string()
        }
        (_, StringUse::OfFile(name, _)) => format!(
            "take the line out of the file, declare a secret and write `env.{} = \"${{secrets.NAME}}\"`: `mlopsgen env init` \
             keeps its value where git never sees it, and the chart gets it, too",
            key_text(name)
        ),
        _ => "declare a secret and write `\"${secrets.NAME}\"`".to_string(),
    }
}

/// The variable of a secret, which a file of variables gives a second value.
fn again(facts: Facts<'_>, string: &UserString<'_>) -> Option<String> {
    let StringUse::OfFile(name, _) = string.how else {
        return None;
    };
    let mut secrets = facts.platform.secrets.iter();
    let secret = secrets.find(|secret| secret.env == name)?;
    is_literal(string.text).then(|| format!("`{name}` (the secret `{}`)", secret.name))
}

/// What in a string is a secret, in words.
fn secret_in(string: &UserString<'_>) -> Option<String> {
    match string.how {
        StringUse::Variable(name) | StringUse::Named(name) | StringUse::OfFile(name, _) => {
            let is_one = sounds_secret(name) && is_literal(string.text);
            (is_one || holds_password(string.text) || written_login(string.text).is_some())
                .then(|| format!("`{name}`"))
        }
        StringUse::Word(_) | StringUse::Line => string
            .words()
            .into_iter()
            .find_map(|(before, word)| secret_word(before, word))
            .or_else(|| holds_password(string.text).then(|| "a URL".to_string()))
            .or_else(|| header(string.text)),
        StringUse::File | StringUse::Mounted(_) => secret_in_line(string.text)
            .or_else(|| holds_password(string.text).then(|| "a URL in a file".to_string()))
            .or_else(|| header(string.text)),
    }
}

fn header(text: &str) -> Option<String> {
    written_login(text).map(|scheme| format!("a header `{scheme} ...`"))
}

/// The name of a secret that a line of a configuration file writes out: of the line itself, or of an entry between its braces.
fn secret_in_line(line: &str) -> Option<String> {
    let entries = line.split(['{', '}', ',']).filter(|_| line.contains('{'));
    std::iter::once(line)
        .chain(entries)
        .filter_map(assigned)
        .find(|(name, value)| sounds_secret(name) && is_written_out(value))
        .map(|(name, _)| format!("`{name}`"))
}

/// The name and the value of a line of a configuration file: `name: value`, `name = value`.
fn assigned(line: &str) -> Option<(&str, &str)> {
    let line = line.trim().trim_start_matches("- ").trim_start();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once(['=', ':'])?;
    let quotes: &[char] = &['"', '\'', ' '];
    let name = name.trim_matches(quotes);
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let value = value
        .trim()
        .trim_end_matches([',', ';'])
        .trim_matches(quotes);
    (!name.is_empty() && name.chars().all(is_name)).then_some((name, value))
}

/// Whether a value of a configuration file is a secret itself: one word, no variable, no path.
fn is_written_out(value: &str) -> bool {
    let filled_in = ["{", "%", "<", "/", "[", "|", ">", "null", "~"];
    is_literal(value)
        && !value.contains(char::is_whitespace)
        && !filled_in.iter().any(|start| value.starts_with(start))
}

/// `--password=x`, `PASSWORD=x`, or what follows `--password`.
fn secret_word(before: &str, word: &str) -> Option<String> {
    let flag = |text: &str| text.starts_with('-') && sounds_secret(text);
    if let Some((name, value)) = word.split_once('=') {
        let is_name = !name.contains(|c: char| !c.is_ascii_alphanumeric() && !"_-.".contains(c));
        return (is_name && sounds_secret(name) && is_literal(value.trim_matches(['"', '\''])))
            .then(|| format!("`{name}`"));
    }
    (flag(before) && !before.contains('=') && !word.starts_with('-') && is_literal(word))
        .then(|| format!("`{before}`"))
}

/// Whether a value is written out: no reference, no variable of a shell's, no file or command that holds it.
fn is_literal(text: &str) -> bool {
    !text.is_empty() && !matches!(text, "true" | "false") && !text.contains(['$', '`'])
}

/// `scheme://user:password@host` with the password written out.
fn holds_password(text: &str) -> bool {
    text.match_indices("://").any(|(at, _)| {
        let rest = &text[at + 3..];
        let end = rest.find(|c: char| "/?\"'`".contains(c) || c.is_whitespace());
        rest[..end.unwrap_or(rest.len())]
            .rsplit_once('@')
            .and_then(|(login, _)| login.split_once(':'))
            .is_some_and(|(_, password)| is_literal(password))
    })
}
