//! Secrets that are written out where everybody reads them.

use std::collections::BTreeSet;

use super::{
    Facts,
    copied::{self, CopiedFile},
    credentials::{self, Credential},
    strings::{Owner, StringUse, UserString, is_the_users},
    telling::{is_literal, is_secret_of_key, secret_in},
    variables::{self, Filled},
    written,
};
use crate::{
    diag::{Code, Diagnostic, Sink, Subject},
    model::{Platform, Workload},
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
    let strings = facts.strings;
    let read = strings
        .iter()
        .filter(|it| !matches!(it.how, StringUse::Mounted(_)));
    written::report_other_places(facts, &read.map(|it| it.span).collect(), sink);
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
            // Files of kinds are read as a whole.
            if is_the_users(facts.platform, string.span) && seen.insert(string.place()) {
                sink.push(written_out(what, string));
            }
            continue;
        }
        if let Some(found) = sounding(facts, string).filter(|_| seen.insert(string.place())) {
            sink.push(lint(facts, string, &found));
        }
    }
}

/// What sounds like a secret that is written out.
struct Sounding {
    what: String,
    /// The place of the variable that has it, where the string takes it from one.
    variable: Option<Span>,
}

fn sounding(facts: Facts<'_>, string: &UserString<'_>) -> Option<Sounding> {
    if let Some(what) = secret_in(string).or_else(|| variable_of_same_secret(facts, string)) {
        let variable = None;
        return Some(Sounding { what, variable });
    }
    let (what, place) = behind_variable(facts, string)?;
    let variable = Some(place);
    Some(Sounding { what, variable })
}

fn lint(facts: Facts<'_>, string: &UserString<'_>, found: &Sounding) -> Diagnostic {
    let at = match string.how {
        StringUse::Mounted(at) => Some(at),
        _ => None,
    };
    let line = at.map_or_else(String::new, |at| format!(" ({at})"));
    let owner = string.owner.describe();
    let message = format!(
        "{} of {owner} looks like a secret that is written out{line}",
        found.what
    );
    let label = match (string.how, found.variable) {
        (StringUse::Mounted(at) | StringUse::OfFile(_, at), _) => format!("{at}, in plain text"),
        (_, Some(_)) => "takes it from a variable".to_string(),
        (_, None) => "in plain text".to_string(),
    };
    let mut diagnostic = Diagnostic::new(Code::PlaintextSecret, message).label(string.span, label);
    if let Some(place) = found.variable {
        diagnostic = diagnostic.label(place, "in plain text");
    }
    let help = match is_the_users(facts.platform, string.span) {
        true => help(string),
        false => IN_KIND.to_string(),
    };
    diagnostic.help(help).of(Some(string.owner.subject()))
}

/// A secret that a string takes from a variable of the platform: what it is, and where the variable has it. A variable whose own name
/// tells it is reported there.
fn behind_variable(facts: Facts<'_>, string: &UserString<'_>) -> Option<(String, Span)> {
    let Filled { text, place } =
        variables::filled(facts, string, |name, value| !is_secret_of_key(name, value))?;
    let text = text.as_str();
    let what = secret_in(&UserString { text, ..*string })?;
    Some((what, place))
}

/// What files hold that are copied into what is generated. A folder or a file of the host, which a volume mounts, is copied nowhere.
fn in_copied_files<'a>(platform: &'a Platform, sink: &mut Sink) -> Told<'a> {
    let mut told = Told::new();
    for workload in platform.workloads() {
        let files = copied::of_workload(platform, workload).into_iter();
        for file in files.filter(|file| is_the_users(platform, file.span)) {
            for Credential { what, line } in credentials::in_file(file.name(), file.bytes) {
                if told.insert((file.span, file.below, line)) {
                    sink.push(secret_in_copied_file(what, line, &file, workload));
                }
            }
        }
    }
    told
}

fn secret_in_copied_file(
    what: &str,
    line: Option<usize>,
    file: &CopiedFile<'_>,
    workload: &Workload,
) -> Diagnostic {
    let (path, name) = (file.full_path(), &workload.name);
    let (at, convert) = match line {
        Some(line) => (format!("line {line}; "), ""),
        None => (
            String::new(),
            "encode it as text (a key as PEM, else as base64 that the program decodes), ",
        ),
    };
    certain_secret(
        format!("`{path}`, which `{name}` gets, holds {what}"),
        Some(Owner::Workload(workload).subject()),
        &format!("{convert}{MOUNT}"),
    )
    .label(
        file.span,
        format!("{at}it is copied into what is generated"),
    )
}

/// Where a kind of the user's own gets a secret from.
const IN_KIND: &str = "a kind takes a secret from who uses it: declare a setting, `settings.NAME = { type = \"secret\" }`, and write \
                       `${settings.NAME}`";

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
    certain_secret(message, Some(string.owner.subject()), &write).label(string.span, label)
}

/// What is no guess: an error where nothing gives it another level. `write`: what to do instead.
pub(super) fn certain_secret(message: String, subject: Option<Subject>, write: &str) -> Diagnostic {
    Diagnostic::new(Code::PlaintextSecret, message)
        .denied()
        .of(subject)
        .help_to_accept(|accept| format!("{write}; if all may know it, accept it with {accept}"))
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
fn variable_of_same_secret(facts: Facts<'_>, string: &UserString<'_>) -> Option<String> {
    let StringUse::OfFile(name, _) = string.how else {
        return None;
    };
    let mut secrets = facts.platform.secrets.iter();
    let secret = secrets.find(|secret| secret.env == name)?;
    is_literal(string.text).then(|| format!("`{name}` (the secret `{}`)", secret.name))
}
