//! Keys of the top of the file that stand below a heading: in TOML a line belongs to the heading above it.

use super::{
    context::{Context, Owner},
    misplaced::inner_keys,
    platform::PLATFORM_FILE,
    shape::Shape,
};
use crate::{
    diag::{Code, Diagnostic},
    syntax::{Entry, Key, Node, Value, inline, key_text, places},
    text::all_of,
};

/// The tables that hold what a message calls by these words.
const HOLDERS: [(&str, &str); 4] = [
    ("a component", "components"),
    ("a pipeline", "pipelines"),
    ("a CI entry", "ci"),
    ("a preset", "presets"),
];

/// What tables of this name hold in files of other tools: a value that is a table is no slip.
const OF_OTHERS: [&str; 3] = ["deploy", "volumes", "networks"];

/// `groups.ops = "Ops"` below `[components.a]`.
pub(super) fn of_the_top(entry: &Entry, context: &Context<'_>) -> Option<Diagnostic> {
    let Entry { key, value } = entry;
    let Owner::Words(words) = context.owner else {
        return None;
    };
    let (_, holder) = HOLDERS.iter().find(|(known, _)| *known == words)?;
    let top = PLATFORM_FILE.iter().find(|it| it.name == key.name)?;
    let Value::Table(inner) = &value.value else {
        return None;
    };
    // The name of a preset or of what a kind's file describes may not be known.
    if context.entry.is_empty()
        || OF_OTHERS.contains(&key.name.as_str())
        || inner.entries.is_empty()
    {
        return None;
    }
    let is_own = |name: &str| match &top.shape {
        Shape::Map(rule, _) => rule.accepts(name),
        shape => inner_keys(shape).iter().any(|it| it.name == name),
    };
    if !inner.keys().all(is_own) {
        return None;
    }
    let name = &key.name;
    let heading = format!("[{holder}.{}]", key_text(context.entry));
    let line = |(key, value): (&Key, &Node)| format!("{} = {}", key_text(&key.name), inline(value));
    let lines: Vec<String> = inner.iter().map(line).collect();
    let diagnostic = Diagnostic::new(
        Code::UnknownKey,
        format!("{words} has no key `{name}`: this line is still in `{heading}`"),
    )
    .label(key.span, format!("below `{heading}`"))
    .help(format!(
        "write {} below `[{name}]`: a line belongs to the heading above it",
        all_of(&lines)
    ))
    .removing(places(key, value));
    let lines = lines.into_iter();
    Some(lines.fold(diagnostic, |diagnostic, line| {
        diagnostic.declaring(key.span, name, line)
    }))
}

/// Whether a value of a key that components have, too, is the table of this name: `platform.version = "1.0.0"`.
pub(super) fn is_platform(entry: &Entry, context: &Context<'_>) -> bool {
    let platform = PLATFORM_FILE.iter().find(|it| it.name == "platform");
    let known = platform.map_or(&[][..], |it| inner_keys(&it.shape));
    let table = entry.value.as_table();
    entry.key.name == "platform"
        && context.owner == Owner::Words("a component")
        && table.is_some_and(|table| {
            let mut names = table.keys();
            !table.entries.is_empty() && names.all(|name| known.iter().any(|it| it.name == name))
        })
}
