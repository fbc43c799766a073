//! What names, values and texts say of a secret that is written out in them. No form is sure here: a name is read for what it says.

use super::{
    connections::connection_password,
    flags::{password_argument, password_flag},
    headers::{written_header, written_login},
    strings::{StringUse, UserString, is_comment, words},
};
use crate::{
    reference::{
        names_entry_of_secret, sounds_secret, sounds_secret_as_number, without_parameters,
    },
    syntax::Node,
};

/// What in a string is a secret, in words.
pub(super) fn secret_in(string: &UserString<'_>) -> Option<String> {
    match string.how {
        StringUse::Variable(name) | StringUse::Named(name) | StringUse::OfFile(name, _) => {
            let is_one = is_secret_of(name, string.text) || in_value(string.text).is_some();
            is_one.then(|| format!("`{name}`"))
        }
        StringUse::Word { program, ahead, .. } => {
            let words = string.words();
            // A list goes on in a text that is one word. Others are commands of their own.
            let ahead = if words.len() == 1 { ahead } else { &[] };
            in_words(program, ahead, &words, string.text)
        }
        StringUse::Line => in_words("", &[], &string.words(), string.text),
        StringUse::File | StringUse::Mounted(_) => in_line(string.text),
    }
}

/// What in a text is a secret, whatever it is for. `before`: what stands before it in a list.
pub(super) fn secret_in_text(text: &str, before: &str) -> Option<String> {
    match text.contains('\n') {
        true => in_value(text),
        false => in_words("", &[], &words(text, before), text),
    }
}

/// What in the value of a variable is a secret, whatever the variable is called. Several lines are those of a file.
fn in_value(text: &str) -> Option<String> {
    match text.contains('\n') {
        true => text
            .lines()
            .filter(|line| !is_comment(line))
            .find_map(in_line),
        false => login_in(text),
    }
}

/// `program`: what the words are for, if that is none of them. `ahead`: those of a list before them.
fn in_words(program: &str, ahead: &[Node], words: &[(&str, &str)], text: &str) -> Option<String> {
    let mut all = words.iter();
    let argument = || {
        let before = ahead.iter().map(|node| node.as_str().unwrap_or_default());
        let all = before.chain(words.iter().map(|(_, word)| *word));
        let found = password_argument(program, all)?;
        (found.at >= ahead.len() && is_value(found.password)).then_some(found.subcommand)
    };
    all.find_map(|(before, word)| secret_word(before, word))
        .or_else(|| password_flag(program, words))
        .or_else(argument)
        .or_else(|| login_in(text))
}

fn in_line(line: &str) -> Option<String> {
    if is_argument(line) {
        return None;
    }
    secret_in_line(line).or_else(|| held_as("a URL in a file", line))
}

/// What holds a login in any text: a URL, a header, the parameters of a connection.
fn login_in(text: &str) -> Option<String> {
    held_as("a URL", text)
}

/// The same, with these words for a URL.
fn held_as(url: &str, text: &str) -> Option<String> {
    holds_password(text)
        .then(|| url.to_string())
        .or_else(|| written_login(text).map(|scheme| format!("a header `{scheme} ...`")))
        .or_else(|| written_header(text).map(|name| format!("the header `{name}`")))
        .or_else(|| connection_password(text))
}

/// Whether a name is that of a secret, and this value the secret itself.
pub(super) fn is_secret_of(name: &str, value: &str) -> bool {
    sounds(name, value)
        && is_value(value)
        && !names_entry_of_secret(name, value)
        && !is_of_java(name, value)
}

/// The password of the authorities that come with Java: it keeps nothing secret, and everybody knows it.
fn is_of_java(name: &str, value: &str) -> bool {
    value == "changeit" && name.to_ascii_lowercase().contains("trust")
}

/// The same in a language of another program, where a value may be filled in.
pub(super) fn is_secret_of_key(name: &str, value: &str) -> bool {
    is_secret_of(name, value) && !is_filled_in(value)
}

/// The name of a secret that a line of a configuration file writes out: of the line itself, or of an entry between its braces.
fn secret_in_line(line: &str) -> Option<String> {
    let line = without_parameters(line);
    let entries = line.split(['{', '}', ',']).filter(|_| line.contains('{'));
    std::iter::once(line.as_str())
        .chain(entries)
        .filter_map(assigned)
        .find(|(name, value)| is_secret_of(name, value) && is_one_word(value) && !is_code(value))
        .map(|(name, _)| format!("`{name}`"))
}

/// `password=password,`: a line of a call, in which a variable stands. It is called after what it holds: others are passwords.
fn is_argument(line: &str) -> bool {
    let value = line.trim().strip_suffix(',');
    let value = value.and_then(|line| line.split_once('='));
    value.is_some_and(|(_, value)| is_name_of_secret(value.trim()))
}

/// Whether a value of a line is a part of a program that may go on in the next one: `login(`, `answer.json()["token"]`, `args.password`.
fn is_code(text: &str) -> bool {
    let call = text
        .find(['(', '['])
        .filter(|_| text.ends_with([')', ']', '(', '[', '{']));
    let is_call = call.is_some_and(|at| is_path_of_names(&text[..at]));
    is_call || text.contains('.') && is_name_of_secret(text)
}

/// Whether a variable or an attribute of a program has this name, and a secret in it. Digits are those of a password.
fn is_name_of_secret(text: &str) -> bool {
    let last = text.rsplit('.').next().unwrap_or(text);
    sounds_secret(last) && is_path_of_names(text) && !text.contains(|c: char| c.is_ascii_digit())
}

/// Whether a text is a name of a program, or names with dots between them: `args.password`.
fn is_path_of_names(text: &str) -> bool {
    let is_name = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    text.split('.').all(is_name)
}

/// The name and the value of a line of a configuration file: `name: value`, `name = value`.
pub(super) fn assigned(line: &str) -> Option<(&str, &str)> {
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
        && !stands_for_one(text)
        && !is_file_name(text)
        && !is_program_text(text)
}

/// Parts of a pattern.
const PATTERNS: [&str; 7] = [".*", ".+", "[^", "\\w", "\\S", "\\d", "\\s"];

/// Whether a value is a part of a program, a pattern or a whole file, whose lines are read one by one: `getenv("PW")`, `(\w+)`, `.*`.
fn is_program_text(text: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "_.".contains(c);
    let call = text.strip_suffix(')').and_then(|it| it.split_once('('));
    let is_call = call.is_some_and(|(name, _)| name.chars().all(is_of_name));
    is_call || is_pattern(text) || text.contains('\n') || !text.contains(char::is_alphanumeric)
}

/// Whether a value begins or ends as a pattern does. In the middle, what looks like one may be a password's.
fn is_pattern(text: &str) -> bool {
    let is_repeated = text.ends_with(['*', '+']);
    let mut parts = PATTERNS.iter();
    parts.any(|part| text.starts_with(part) || is_repeated && text.contains(part))
}

/// `credentials.json`: the file that has the secret.
fn is_file_name(text: &str) -> bool {
    let (name, ending) = text.rsplit_once('.').unwrap_or_default();
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "_-/.".contains(c);
    !name.is_empty() && name.chars().all(is_of_name) && FILES.contains(&ending)
}

/// How files end in which programs keep secrets.
const FILES: [&str; 14] = [
    "cfg",
    "conf",
    "crt",
    "env",
    "ini",
    "jks",
    "json",
    "key",
    "p12",
    "pem",
    "properties",
    "txt",
    "yaml",
    "yml",
];

/// `xxxx`, `...`: one sign again and again, as examples have it. `1111` and `aaaa` are somebody's password.
fn stands_for_one(text: &str) -> bool {
    let first = text.chars().next().unwrap_or_default();
    let is_mask = matches!(first, 'x' | 'X') || !first.is_ascii_alphanumeric();
    text.len() > 2 && is_mask && text.chars().all(|c| c == first)
}

/// Whether a value of a configuration file or a script is a secret itself: one word, no variable, no path, no list, no switch.
pub(super) fn is_one_word(value: &str) -> bool {
    !value.contains(char::is_whitespace) && !is_filled_in(value)
}

/// Whether a value says where the secret is.
fn is_filled_in(value: &str) -> bool {
    FILLED_IN.iter().any(|start| value.starts_with(start)) || names_variable(value)
}

/// How a value begins that programs resolve at start.
const ELSEWHERE: [&str; 11] = [
    "os.environ",
    "env.",
    "env:",
    "vault:",
    "file:",
    "arn:",
    "ref+",
    "secret:",
    "ENC(",
    "ENC[",
    "process.env",
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
        return (is_name && is_secret_of(name, value)).then(|| format!("`{name}`"));
    }
    (flag(before) && !before.contains('=') && !word.starts_with('-') && is_value(word))
        .then(|| format!("`{before}`"))
}

/// Whether a value is written out: no reference, no variable of a shell's, no file or command that holds it.
pub(super) fn is_literal(text: &str) -> bool {
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
            .is_some_and(|(_, password)| is_literal(password) && !is_example(password))
    })
}

/// Whether a password in a URL is that of a manual, or one that a program fills in. `%40` is a character of a real one.
fn is_example(password: &str) -> bool {
    let starts = ["{", "<", "[", "%(", "%s", "***"];
    starts.iter().any(|start| password.starts_with(start)) || names_variable(password)
}
