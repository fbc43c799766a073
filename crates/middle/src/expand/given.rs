//! The flags that a user gives the program of a kind.

use super::flags;
use crate::{
    catalog::Kind,
    source::Span,
    syntax::{Node, Table},
};

/// A flag as it is written, and where the line with it stands.
pub(super) struct Given {
    pub name: String,
    pub value: String,
    pub span: Span,
}

/// The flags in `args`, in a command of the user's own that starts the kind's program, from a shell too, and in the variables in
/// which the program takes flags.
pub(super) fn flags(user: &Table, kind: &Kind) -> Vec<Given> {
    let command = user.get("command");
    let in_shell = command.and_then(|command| {
        let mut all = programs(kind).into_iter().filter(|it| !it.starts_with('-'));
        let words = all.find_map(|it| flags::words_in_shell(command, &it))?;
        Some((command, words))
    });
    if in_shell.is_none() && command.is_some_and(|it| !starts_the_program(user, kind, it)) {
        return Vec::new();
    }
    let lines = [command, user.get("args")].into_iter().flatten();
    let lines = match in_shell {
        Some(line) => vec![line],
        None => lines.map(|line| (line, flags::words(line))).collect(),
    };
    let variables = in_variables(user, kind).map(|line| (line, flags::words(line)));
    let flags = lines.into_iter().chain(variables);
    flags
        .flat_map(|(line, words)| among(&words, line.span))
        .collect()
}

/// The flags among the words of a line that stands at `span`.
pub(super) fn among(words: &[String], span: Span) -> Vec<Given> {
    let flags = flags::flags_with_values(words).into_iter();
    let all = flags
        .chain(flags::settings_with_values(words))
        .chain(flags::joined_with_values(words));
    all.map(|(name, value)| Given { name, value, span })
        .collect()
}

/// The variables of the user's that hold flags of the program.
fn in_variables<'a>(user: &'a Table, kind: &'a Kind) -> impl Iterator<Item = &'a Node> {
    let names = kind.table.array("flag_variables");
    let names = names.unwrap_or_default().iter().filter_map(Node::as_str);
    names.filter_map(|name| user.get_path(&["env", name]))
}

/// Whether a command of the user's begins as the kind's does: with the same word, or with a flag where the image names the program.
fn starts_the_program(user: &Table, kind: &Kind, command: &Node) -> bool {
    if user.get("entrypoint").is_some() {
        return false;
    }
    let is_flag = |word: &String| word.starts_with('-');
    let Some(own) = flags::first_word(command) else {
        return false;
    };
    let of_kind = programs(kind);
    let names_none =
        commands(kind).all(|it| flags::first_word(it).is_none_or(|it| flags::is_shell(&it)));
    let is_first = |it: &String| own == *it || is_flag(&own) && is_flag(it);
    names_none && is_flag(&own) || of_kind.iter().any(is_first)
}

/// The programs that the kind's commands start: a version may be started by another word than the next.
fn programs(kind: &Kind) -> Vec<String> {
    let words = commands(kind).filter_map(|command| {
        let first = flags::first_word(command)?;
        match flags::is_shell(&first) {
            true => flags::handed_to_script(command),
            false => Some(first),
        }
    });
    words.collect()
}

fn commands(kind: &Kind) -> impl Iterator<Item = &Node> {
    let workloads = kind.tables().filter_map(|table| table.table("workload"));
    workloads.filter_map(|workload| workload.get("command"))
}
