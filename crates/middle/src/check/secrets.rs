//! Secrets that are written out where everybody reads them.

use std::collections::BTreeSet;

use super::{
    Facts,
    copied::{self, CopiedFile},
    credentials::{self, Credential},
    headers::written_login,
    strings::{Owner, StringUse, UserString, is_the_users, strings},
    written,
};
use crate::{
    diag::{Code, Diagnostic, Sink, Subject},
    model::{Platform, Workload},
    reference::{sounds_secret, sounds_secret_as_number, without_parameters},
    source::Span,
    syntax::key_text,
};

/// Where something was reported that surely is a secret: the place in platform.toml, the name in the folder there, and the line.
type Told<'a> = BTreeSet<(Span, Option<&'a str>, Option<usize>)>;

/// A string that sounds like a secret and has its value written out, or that holds a URL with a password. What surely is one, by its
/// form, is an error where nothing gives it another level.
pub(super) fn plaintext(facts: Facts<'_>, sink: &mut Sink) {
    let told = in_copied_files(facts.platform, sink);
    let mut seen = BTreeSet::new();
    let strings = strings(facts);
    let read = strings
        .iter()
        .filter(|it| !matches!(it.how, StringUse::Mounted(_)));
    written::elsewhere(facts, &read.map(|it| it.span).collect(), sink);
    for (number, string) in strings.iter().enumerate() {
        let at = match string.how {
            StringUse::Mounted(at) => Some(at),
            _ => None,
        };
        if at.is_some_and(|at| told.contains(&(string.span, at.below, Some(at.line)))) {
            continue;
        }
        let next = strings.get(number + 1);
        let behind = next.filter(|next| next.span == string.span);
        if at.is_none()
            && let Some(what) = credentials::in_text(string.text, behind.map(|it| it.text))
        {
            if seen.insert(string.place()) {
                sink.push(written_out(what, string));
            }
            continue;
        }
        let what = secret_in(string).or_else(|| again(facts, string));
        let Some(what) = what.filter(|_| seen.insert(string.place())) else {
            continue;
        };
        let owner = string.owner.describe();
        let line = at.map_or_else(String::new, |at| format!(" ({at})"));
        let diagnostic = Diagnostic::new(
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
        sink.push(diagnostic.of(Some(string.owner.subject())));
    }
}

/// What files hold that are copied into what is generated. A folder or a file of the host, which a volume mounts, is copied nowhere.
fn in_copied_files<'a>(platform: &'a Platform, sink: &mut Sink) -> Told<'a> {
    let mut told = Told::new();
    for workload in platform.workloads() {
        let files = copied::of_workload(platform, workload).into_iter();
        for file in files.filter(|file| is_the_users(platform, file.span)) {
            for Credential { what, line } in credentials::in_file(file.name(), file.bytes) {
                if told.insert((file.span, file.below, line)) {
                    sink.push(held(what, line, &file, workload));
                }
            }
        }
    }
    told
}

fn held(what: &str, line: Option<usize>, file: &CopiedFile<'_>, workload: &Workload) -> Diagnostic {
    let (path, name) = (file.full_path(), &workload.name);
    let (at, convert) = match line {
        Some(line) => (format!("line {line}; "), ""),
        None => (
            String::new(),
            "encode it as text (a key as PEM, else as base64 that the program decodes), ",
        ),
    };
    surely(
        format!("`{path}`, which `{name}` gets, holds {what}"),
        Some(Owner::Workload(workload).subject()),
        &format!("{convert}{MOUNT}"),
    )
    .label(
        file.span,
        format!("{at}it is copied into what is generated"),
    )
}

/// How a file that is a secret comes into a container.
const MOUNT: &str = "declare a secret and mount it: `files.\"/path\" = { secret = \"NAME\" }`";

fn written_out(what: &str, string: &UserString<'_>) -> Diagnostic {
    let write = match string.how {
        StringUse::File => MOUNT.to_string(),
        _ => help(string),
    };
    let owner = string.owner.describe();
    let message = format!("{what} of {owner} is written out");
    let label = match string.how {
        StringUse::OfFile(_, at) => format!("{at}, in plain text"),
        _ => "in plain text".to_string(),
    };
    surely(message, Some(string.owner.subject()), &write).label(string.span, label)
}

/// What is no guess: an error where nothing gives it another level. `write`: what to do instead.
pub(super) fn surely(message: String, subject: Option<Subject>, write: &str) -> Diagnostic {
    let accept = Subject::accept(subject.as_ref(), Code::PlaintextSecret);
    Diagnostic::new(Code::PlaintextSecret, message)
        .denied()
        .of(subject)
        .help(format!(
            "{write}; if all may know it, accept it with {accept}"
        ))
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
            let is_one = sounds(name, string.text) && is_value(string.text);
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
    let line = without_parameters(line);
    let entries = line.split(['{', '}', ',']).filter(|_| line.contains('{'));
    std::iter::once(line.as_str())
        .chain(entries)
        .filter_map(assigned)
        .find(|(name, value)| sounds(name, value) && is_written_out(value))
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
    let value = without_comment(value.trim())
        .trim()
        .trim_end_matches([',', ';'])
        .trim_matches(quotes);
    (!name.is_empty() && name.chars().all(is_name)).then_some((name, value))
}

/// A value without the comment behind it. In quotes a `#` begins none.
fn without_comment(value: &str) -> &str {
    let comment = value.match_indices(" #").find(|(at, _)| {
        ['"', '\'']
            .iter()
            .all(|it| value[..*at].matches(*it).count() % 2 == 0)
    });
    comment.map_or(value, |(at, _)| &value[..at])
}

/// Whether a name is that of a secret whose value may be this one.
fn sounds(name: &str, value: &str) -> bool {
    match value.parse::<f64>() {
        Ok(_) => sounds_secret_as_number(name),
        Err(_) => sounds_secret(name),
    }
}

/// Whether a value is a secret itself: no switch, and nothing that says where the secret is.
fn is_value(text: &str) -> bool {
    is_literal(text)
        && !ELSEWHERE.iter().any(|start| text.starts_with(start))
        && !NO_VALUES.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether a value of a configuration file or a script is a secret itself: one word, no variable, no path, no list, no switch.
fn is_written_out(value: &str) -> bool {
    is_value(value)
        && !value.contains(char::is_whitespace)
        && !FILLED_IN.iter().any(|start| value.starts_with(start))
        && !names_variable(value)
}

/// How a value begins that programs resolve at start.
const ELSEWHERE: [&str; 9] = [
    "os.environ",
    "env.",
    "env:",
    "vault:",
    "file:",
    "arn:",
    "ref+",
    "secret:",
    "ENC(",
];

/// How a value of a configuration file begins that says where the secret is: variables of templates, and paths.
const FILLED_IN: [&str; 14] = [
    "{", "(", "%", "<", "/", "[", "|", ">", "~", "./", "../", "!", "&", "*",
];

const NO_VALUES: [&str; 16] = [
    "0", "1", "null", "none", "nil", "yes", "no", "on", "off", "required", "optional", "enabled",
    "disabled", "auto", "never", "always",
];

/// `OPENAI_API_KEY`: the variable that has the secret.
fn names_variable(value: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    value.contains('_') && value.chars().all(is_of_name) && sounds_secret(value)
}

/// `--password=x`, `PASSWORD=x`, or what follows `--password`.
fn secret_word(before: &str, word: &str) -> Option<String> {
    let flag = |text: &str| text.starts_with('-') && sounds_secret(text);
    if let Some((name, value)) = word.split_once('=') {
        let is_name = !name.contains(|c: char| !c.is_ascii_alphanumeric() && !"_-.".contains(c));
        let value = value.trim_matches(['"', '\'']);
        return (is_name && sounds(name, value) && is_value(value)).then(|| format!("`{name}`"));
    }
    (flag(before) && !before.contains('=') && !word.starts_with('-') && is_value(word))
        .then(|| format!("`{before}`"))
}

/// Whether a value is written out: no reference, no variable of a shell's, no file or command that holds it.
fn is_literal(text: &str) -> bool {
    !text.is_empty() && !matches!(text, "true" | "false") && !text.contains(['$', '`'])
}

/// `scheme://user:password@host` with the password written out.
pub(super) fn holds_password(text: &str) -> bool {
    text.match_indices("://").any(|(at, _)| {
        let rest = &text[at + 3..];
        let end = rest.find(|c: char| "/?\"'`".contains(c) || c.is_whitespace());
        rest[..end.unwrap_or(rest.len())]
            .rsplit_once('@')
            .and_then(|(login, _)| login.split_once(':'))
            .is_some_and(|(_, password)| is_literal(password))
    })
}
