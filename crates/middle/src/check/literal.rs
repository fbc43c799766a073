//! Texts that look as if something read them, and that stay as they are: no shell runs the command, no reference begins there.

use std::collections::BTreeMap;

use super::{
    Facts,
    strings::{Owner, StringUse, UserString, is_the_users, strings},
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{FileContent, FileMount, Platform, SecretOrigin, Workload},
    reference::{self, Mode, Unreadable, Words},
    syntax::{Node, Table, Value, quoted},
};

/// Strings of platform.toml, each by itself.
pub(super) fn texts(facts: Facts<'_>, sink: &mut Sink) {
    let of_start = VariablesOfStart::of(facts.platform);
    for string in strings(facts) {
        let found = match string.how {
            StringUse::Variable(_) => in_variable(facts.platform, &of_start, string, facts.strings),
            // What a check of a container says is for whatever shell its image has.
            StringUse::Line if !matches!(string.owner, Owner::Workload(_)) => in_line(string),
            StringUse::Line => None,
            StringUse::Named(_)
            | StringUse::Word { .. }
            | StringUse::File
            | StringUse::Mounted(_)
            | StringUse::OfFile(..) => None,
        };
        if let Some(diagnostic) = found {
            sink.push(diagnostic.of(Some(string.owner.subject())));
        }
    }
}

/// Commands and checks that no shell runs.
pub(super) fn commands(facts: Facts<'_>, sink: &mut Sink) {
    for workload in facts.platform.workloads() {
        for (key, node, words) in run(workload) {
            if is_the_users(facts.platform, node.span)
                && let Some(diagnostic) = joined_by_operator((workload, key), node, &words)
                    .or_else(|| line_as_program((workload, key), node))
            {
                sink.push(diagnostic.about(&workload.component));
            }
        }
    }
}

/// Files of the project that are mounted as they are, with references to what the platform has.
pub(super) fn files(facts: Facts<'_>, sink: &mut Sink) {
    for workload in facts.platform.workloads() {
        for file in &workload.files {
            if let Some(diagnostic) = unfilled(facts.platform, workload, file) {
                sink.push(diagnostic.about(&workload.component));
            }
        }
    }
}

/// A file whose references nothing fills in: programs have variables of the same form, but not of these names.
fn unfilled(platform: &Platform, workload: &Workload, file: &FileMount) -> Option<Diagnostic> {
    let FileContent::Project { path, bytes } = &file.content else {
        return None;
    };
    if file.setting.is_some() || file.template.is_some() {
        return None;
    }
    let written = workload.written.get_path(&["files", &file.path])?;
    let source = written.as_table()?.entry("source")?;
    let text = std::str::from_utf8(bytes).ok()?;
    let text = without_comments(text);
    let phrase = reference::of_text(&text, file.span, Words::Platform, Mode::Shell);
    let found = phrase
        .references()
        .find(|it| match it.segments.as_slice() {
            ["components", name, _, ..] => platform.components.find(name).is_some(),
            ["secrets", name] => platform.secrets.find(name).is_some(),
            // `vars` is a word of other languages' own, such as OmegaConf's.
            _ => false,
        })?;
    let reference = format!("${{{}}}", found.segments.join("."));
    let message = format!(
        "`{path}` holds `{reference}`, and `{}` gets it as it stands",
        workload.name
    );
    Some(
        lint(message)
            .label(source.value.span, "mounted without a change")
            .help("write `template` in the place of `source`: references in the file are then filled in")
            .replacing(source.key.span, "template"),
    )
}

/// The lines that are no comments, and in which no backslash keeps anything from being filled in.
fn without_comments(text: &str) -> String {
    let is_left_out = |line: &&str| {
        let start = line.trim_start();
        start.starts_with(['#', ';']) || start.starts_with("//") || line.contains("\\$")
    };
    let lines = text.lines().filter(|line| !is_left_out(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// What a container runs without a shell: the key, its value and the words in it.
fn run(workload: &Workload) -> Vec<(&'static str, &Node, Vec<String>)> {
    let table = &workload.written;
    let own = ["entrypoint", "command", "args"].into_iter();
    let mut out: Vec<_> = own
        .filter_map(|key| table.get(key).map(|node| (key, node, words(node))))
        .collect();
    if out.iter().any(|(.., words)| runs_shell(words)) {
        out.clear();
    }
    let check = table.table("health").and_then(|it| it.get("command"));
    let check = check.map(|node| (CHECK, node, words(node)));
    out.extend(check.filter(|(.., words)| !runs_shell(words)));
    out
}

/// What this file calls the command of a check.
const CHECK: &str = "health.command";

fn lint(message: String) -> Diagnostic {
    Diagnostic::new(Code::LiteralText, message)
}

/// The words of a command, as its program gets them.
fn words(node: &Node) -> Vec<String> {
    match &node.value {
        Value::String(line) => shlex::split(line).unwrap_or_default(),
        _ => {
            let items = node.as_array().unwrap_or_default().iter();
            items
                .filter_map(|it| it.as_str().map(str::to_string))
                .collect()
        }
    }
}

/// Programs that read their arguments as a line of a shell, beside those that end in `sh`.
const READ_LINES: [&str; 8] = [
    "ssh",
    "su",
    "eval",
    "watch",
    "script",
    "parallel",
    "cmd",
    "powershell",
];

/// Whether a word may be a shell, or what hands a line to one.
fn runs_shell(words: &[String]) -> bool {
    words.iter().any(|word| {
        let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
        let name = name.to_lowercase();
        let name = name.strip_suffix(".exe").unwrap_or(&name);
        name.ends_with("sh") || READ_LINES.contains(&name)
    })
}

/// Words by which a shell joins commands.
const OPERATORS: [&str; 2] = ["&&", "||"];

/// `a && b`, of which a program gets `&&` as an argument.
fn joined_by_operator(
    (workload, key): (&Workload, &str),
    node: &Node,
    words: &[String],
) -> Option<Diagnostic> {
    let is_operator = |word: &str| OPERATORS.contains(&word);
    // At either end nothing is joined.
    let inner = words.get(1..words.len().saturating_sub(1))?;
    let operator = inner.iter().find(|word| is_operator(word))?;
    let line = match &node.value {
        Value::String(line) => line.clone(),
        _ => {
            let spelled = words.iter().map(|word| match is_operator(word) {
                true => Some(word.clone()),
                false => shlex::try_quote(word).ok().map(|it| it.to_string()),
            });
            spelled.collect::<Option<Vec<String>>>()?.join(" ")
        }
    };
    let whole = of_shell(&line);
    let message = format!(
        "a command of `{}` has `{operator}`, and no shell reads it",
        workload.name
    );
    let diagnostic = lint(message).label(node.span, format!("`{operator}` is an argument here"));
    // They follow a command, or stand in its place.
    if key == "args" {
        return Some(diagnostic.help(format!(
            "what a shell is to run is its argument: `{whole}` as `command` runs this line"
        )));
    }
    Some(
        diagnostic
            .help(format!("write `{whole}`"))
            .replacing(node.span, whole),
    )
}

fn of_shell(line: &str) -> String {
    format!("[\"sh\", \"-c\", {}]", quoted(line))
}

/// A whole line where the name of a program stands: `["python -m app"]`.
fn line_as_program((workload, key): (&Workload, &str), node: &Node) -> Option<Diagnostic> {
    // What `command` begins with may be an argument of the image's own program.
    if !["entrypoint", CHECK].contains(&key) {
        return None;
    }
    let items = node.as_array()?;
    let line = items.first()?.as_str().filter(|_| items.len() == 1)?;
    let (program, rest) = line.split_once(' ')?;
    // A path may have a blank in it.
    let is_program = !program.is_empty() && !program.contains(['/', '\\', '$']);
    if !is_program || rest.trim().is_empty() {
        return None;
    }
    let needs_shell = line.contains(['|', '&', ';', '<', '>', '$', '*', '(', '`']);
    let list = match shlex::split(line).filter(|_| !needs_shell) {
        Some(words) => {
            let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            format!("[{}]", words.join(", "))
        }
        None => of_shell(line),
    };
    let message = format!("`{}` looks for a program called `{line}`", workload.name);
    Some(
        lint(message)
            .label(node.span, "one word: its blanks are part of the name")
            .help(format!("write `{list}`"))
            .replacing(node.span, list),
    )
}

/// What a variable of a container is given, where that is no value of it.
fn in_variable(
    platform: &Platform,
    of_start: &VariablesOfStart<'_>,
    string: &UserString<'_>,
    strings: &[UserString<'_>],
) -> Option<Diagnostic> {
    match string.owner {
        Owner::Ci(_) => credentials(string).or_else(|| bare_reference(platform, string)),
        Owner::Workload(_) | Owner::Pipeline(_) => variable_of_start(of_start, string, strings)
            .or_else(|| bare_reference(platform, string)),
    }
}

/// The variables that a platform is started with.
struct VariablesOfStart<'a>(BTreeMap<&'a str, VariableOfStart<'a>>);

#[derive(Clone, Copy)]
struct VariableOfStart<'a> {
    /// Secrets come first, each in the order of the platform.
    place: usize,
    /// The reference to it.
    segments: [&'a str; 2],
    what: &'static str,
}

impl<'a> VariablesOfStart<'a> {
    fn of(platform: &'a Platform) -> Self {
        let declared = platform.secrets.iter();
        let declared = declared.filter(|it| it.origin == SecretOrigin::Declared);
        let secrets = declared.map(|it| (it.env.as_str(), ["secrets", &it.name], "secret"));
        let variables = platform.variables.iter();
        let variables =
            variables.filter_map(|it| Some((it.env.as_deref()?, ["vars", &it.name], "variable")));
        let mut out = BTreeMap::new();
        for (place, (name, segments, what)) in secrets.chain(variables).enumerate() {
            out.entry(name).or_insert(VariableOfStart {
                place,
                segments,
                what,
            });
        }
        Self(out)
    }

    /// The first of those that a text names.
    fn named_in<'t>(&self, text: &'t str) -> Option<(&'t str, VariableOfStart<'a>)> {
        let named = named_variables(text).filter_map(|name| Some((name, *self.0.get(name)?)));
        named.min_by_key(|(_, variable)| variable.place)
    }
}

/// `$DB_PASSWORD`, the variable of a secret that the container has not: nothing puts the value there.
fn variable_of_start(
    of_start: &VariablesOfStart<'_>,
    string: &UserString<'_>,
    strings: &[UserString<'_>],
) -> Option<Diagnostic> {
    let (name, VariableOfStart { segments, what, .. }) = of_start.named_in(string.text)?;
    let (spelled, reference) = (format!("${name}"), reference::written(&segments));
    let is_of_text = string.text.contains(&format!("{name}="));
    let has_it = is_of_text || has_variable(string.owner, name, strings);
    if has_it || is_set_by_command(string.owner, name, strings) {
        return None;
    }
    let message = format!(
        "{} gets the text `{spelled}`: nothing puts a value there",
        string.owner.describe()
    );
    Some(
        lint(message)
            .label(string.span, "stays as it is")
            .help(format!("write `{reference}`: that {what} is this variable"))
            .renaming(&spelled, reference),
    )
}

/// The names that a text has as `$NAME`. `$NAME[0]` and `$NAME.key` are of programs with variables of their own.
fn named_variables(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices('$').filter_map(move |(at, _)| {
        let after = &text[at + 1..];
        let (name, rest) = after.split_at(after.find(|c: char| !is_part(c)).unwrap_or(after.len()));
        let is_alone = !text[..at].ends_with(['$', '\\']);
        (is_alone && !rest.starts_with(['[', '.'])).then_some(name)
    })
}

/// Whether a command, or a script that is its file, gives a value to a variable of this name.
fn is_set_by_command(owner: Owner<'_>, name: &str, strings: &[UserString<'_>]) -> bool {
    let subject = owner.subject();
    let of_owner = strings.iter().filter(|it| it.owner.subject() == subject);
    let mut commands = of_owner.filter(|it| match it.how {
        StringUse::Word { .. } | StringUse::Line | StringUse::File | StringUse::Mounted(_) => true,
        StringUse::Variable(_) | StringUse::Named(_) | StringUse::OfFile(..) => false,
    });
    commands.any(|it| sets(it.text, name))
}

/// Whether a text of a shell may set this variable: `NAME=`, or the name alone, as `read NAME` has it.
fn sets(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = text.match_indices(name).filter(|(at, _)| {
        let (before, after) = (&text[..*at], &text[at + name.len()..]);
        let is_whole = !before.ends_with(is_part) && !after.starts_with(is_part);
        is_whole && !before.ends_with(['$', '{'])
    });
    found.next().is_some()
}

/// Whether a program there may find a variable of this name, and read it itself.
fn has_variable(owner: Owner<'_>, name: &str, strings: &[UserString<'_>]) -> bool {
    let subject = owner.subject();
    let of_owner = strings.iter().filter(|it| it.owner.subject() == subject);
    let mut names = of_owner.filter_map(|it| match it.how {
        StringUse::Variable(name) | StringUse::OfFile(name, _) => Some(name),
        _ => None,
    });
    let of_kind = match owner {
        Owner::Workload(workload) => workload.written.table("env"),
        Owner::Pipeline(_) | Owner::Ci(_) => None,
    };
    let mut of_kind = of_kind.into_iter().flat_map(Table::keys);
    names.any(|it| it == name) || of_kind.any(|it| it == name)
}

/// What references to a component end in, as people write it without the signs around it.
const ENDS: [&str; 6] = ["host", "port", "address", "url", "public_url", "image"];

/// `components.redis.redis.url` and `{{ secrets.db-password }}`: the whole value is a reference, without its signs.
fn bare_reference(platform: &Platform, string: &UserString<'_>) -> Option<Diagnostic> {
    let text = string.text.trim();
    let inner = text
        .strip_prefix("{{")
        .and_then(|rest| rest.strip_suffix("}}"));
    let inner = inner.unwrap_or(text).trim();
    let segments: Vec<&str> = inner.split('.').collect();
    let is_declared = match segments.as_slice() {
        ["secrets", name] => platform.secrets.iter().any(|it| it.name == *name),
        ["vars", name] => platform.variables.iter().any(|it| it.name == *name),
        ["components", name, .., end] => {
            let component = platform.component(name);
            let is_output =
                |it: &str| component.is_some_and(|c| c.outputs.iter().any(|o| o.name == it));
            component.is_some() && (ENDS.contains(end) || is_output(end))
        }
        _ => false,
    };
    if !is_declared {
        return None;
    }
    let reference = reference::written(&segments);
    let message = format!(
        "{} gets the text `{}`, which looks like a reference to this platform",
        string.owner.describe(),
        string.text
    );
    Some(
        lint(message)
            .label(string.span, "stays as it is")
            .help(format!("write `{reference}`"))
            .renaming(string.text, reference),
    )
}

/// `credentials('docker')`, which is a call in a Jenkinsfile that people write.
fn credentials(string: &UserString<'_>) -> Option<Diagnostic> {
    let StringUse::Variable(variable) = string.how else {
        return None;
    };
    let inner = string.text.trim().strip_prefix("credentials(")?;
    let id = match inner.strip_suffix(')')?.trim_matches(['\'', '"']) {
        "" => "NAME",
        id => id,
    };
    let message = format!(
        "{} gets the text `{}`: Jenkins calls nothing in it",
        string.owner.describe(),
        string.text
    );
    Some(lint(message).label(string.span, "stays as it is").help(format!(
        "declare `{id}` in `[secrets]`, and give it to the stage: `secrets = {{ {variable} = \"{id}\" }}` instead of `env.{variable}`"
    )))
}

/// A line of a shell with what no shell can read.
fn in_line(string: &UserString<'_>) -> Option<Diagnostic> {
    let all = reference::unreadable(string.text);
    let is_template = matches!(string.owner, Owner::Pipeline(_));
    // In a task Airflow fills in double braces before the shell reads the rest.
    let found = all.into_iter().find(|it| !(is_template && it.doubled))?;
    let message = format!(
        "{} has `{}`, which no shell can read",
        string.owner.describe(),
        found.whole
    );
    let diagnostic = lint(message).label(string.span, "a shell stops there: bad substitution");
    Some(match instead(string.owner, &found) {
        Some(new) => diagnostic
            .help(format!("write `{new}`"))
            .renaming(found.whole, new),
        None => diagnostic.help(
            "a variable of the shell is `$NAME`; a `${` that another program reads stands in single quotes",
        ),
    })
}

/// Words of references that are nearly ours.
const NEARLY: [(&str, &str); 2] = [("component", "components"), ("var", "vars")];

fn instead(owner: Owner<'_>, found: &Unreadable<'_>) -> Option<String> {
    let (word, rest) = found.inner.split_once('.')?;
    let is_variable = !rest.is_empty()
        && !rest.starts_with(|c: char| c.is_ascii_digit())
        && rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match (word, owner) {
        // Jenkins gives both to a shell as variables of the environment.
        ("env", _) | ("params", Owner::Ci(_)) if is_variable => Some(format!("${{{rest}}}")),
        ("params", Owner::Pipeline(_)) if is_variable => Some(format!("{{{{ params.{rest} }}}}")),
        _ => {
            let (_, ours) = NEARLY.iter().find(|(known, _)| *known == word)?;
            Some(format!("${{{ours}.{rest}}}"))
        }
    }
}
