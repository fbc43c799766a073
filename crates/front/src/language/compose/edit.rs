//! Where the lines that stand for a key of Compose's are written: in its place, or in the tables that are there already.

use super::{Rewritten, elsewhere};
use crate::{
    diag::{Diagnostic, Sink},
    source::{Sources, Span},
    syntax::{Key, Node, Table, Value, inline, key_text, parse, places},
    text::all_of,
};

/// What a key of Compose's stands in.
#[derive(Clone, Copy)]
pub(in crate::language) struct EnclosingTable<'a> {
    /// All of the table.
    pub table: &'a Table,
    /// The table's own place.
    pub place: Span,
    /// The networks that the platform declares, where that is known.
    pub networks: Option<&'a [String]>,
    /// The same of the volumes that several components mount.
    pub volumes: Option<&'a [String]>,
}

/// The help, and the edit.
pub(super) fn with_rewrite(
    diagnostic: Diagnostic,
    rewritten: Option<Rewritten>,
    (key, value): (&Key, &Node),
    enclosing: EnclosingTable<'_>,
) -> Diagnostic {
    let Some(rewritten) = rewritten else {
        return diagnostic.help("`mlopsgen schema` lists the keys of a component");
    };
    let diagnostic = match rewritten.lines.as_slice() {
        [] => {
            let is_needless = rewritten.why.starts_with("remove it");
            let diagnostic = diagnostic.help(with_aliases(&rewritten, &rewritten.why));
            match is_needless {
                true => diagnostic.removing(places(key, value)),
                false => diagnostic,
            }
        }
        lines => {
            let is_beside = key.span.source == value.span.source
                && value.span.start > key.span.end
                && !matches!(value.value, Value::Broken);
            let is_new = |line: &String| {
                let head = line.split([' ', '.']).next().unwrap_or_default();
                head == key.name || enclosing.table.get(head).is_none()
            };
            match is_beside && lines.iter().all(is_new) {
                true => in_place(diagnostic, &rewritten, (key, value)),
                false => among_others(diagnostic, &rewritten, (key, value), enclosing),
            }
        }
    };
    let declared = rewritten.declared.iter();
    let diagnostic = declared.fold(diagnostic, |diagnostic, found| {
        diagnostic.declaring(key.span, found.table, found.line())
    });
    let aliases = rewritten.aliases.iter();
    aliases.fold(diagnostic, |diagnostic, (other, alias)| {
        let table = format!("components.{}", key_text(other));
        diagnostic.declaring(key.span, table, alias_line(alias))
    })
}

fn alias_line(alias: &str) -> String {
    format!("aliases = [{}]", crate::syntax::quoted(alias))
}

/// A help, and what goes to other components.
fn with_aliases(rewritten: &Rewritten, help: &str) -> String {
    let aliases = rewritten.aliases.iter();
    let aliases = aliases.map(|(other, alias)| {
        let line = alias_line(alias);
        format!("; on `{other}` write `{line}`, by which it is reached, too")
    });
    format!("{help}{}", aliases.collect::<String>())
}

/// The help that shows what is written.
fn written(rewritten: &Rewritten, shown: &str, removed: &str) -> String {
    let why = match rewritten.why.as_str() {
        "" => String::new(),
        why => format!(": {why}"),
    };
    let declared = elsewhere(&rewritten.declared);
    with_aliases(rewritten, &format!("write {shown}{declared}{removed}{why}"))
}

/// The lines stand where the key stood.
fn in_place(
    diagnostic: Diagnostic,
    rewritten: &Rewritten,
    (key, value): (&Key, &Node),
) -> Diagnostic {
    let whole = key.span.through(value.span);
    diagnostic
        .help(written(rewritten, &all_of(&rewritten.lines), ""))
        .replacing(whole, rewritten.lines.join("\n"))
}

/// What is laid into the tables that are there.
#[derive(Default)]
struct MergedLines {
    /// A table's place, and one line for it.
    added: Vec<(Span, String)>,
    /// The same, as the help shows it.
    shown: Vec<String>,
    /// What is said there already.
    kept: Vec<String>,
}

fn among_others(
    diagnostic: Diagnostic,
    rewritten: &Rewritten,
    (key, value): (&Key, &Node),
    enclosing: EnclosingTable<'_>,
) -> Diagnostic {
    let mut others = enclosing.table.clone();
    others.remove(&key.name);
    let mut sources = Sources::default();
    let source = sources.add("", rewritten.lines.join("\n"));
    let new = parse(&sources, source, &mut Sink::default());
    let mut merged = MergedLines::default();
    merge_lines(&new, &others, enclosing.place, ("", ""), &mut merged);
    let removed = match new.get(&key.name) {
        Some(_) => String::new(),
        None => format!(", and remove `{}`", key.name),
    };
    let help = match merged.shown.as_slice() {
        [] => with_aliases(
            rewritten,
            &format!("remove it: {} is set, too", all_of(&merged.kept)),
        ),
        shown => written(rewritten, &shown.join(", "), &removed),
    };
    let added = merged.added.into_iter();
    added
        .fold(diagnostic.help(help), |diagnostic, (table, line)| {
            diagnostic.adding(table, line)
        })
        .removing(places(key, value))
}

/// Lays new entries into a table at `place`. `prefix`: the keys from there to here; `path`: all of them.
fn merge_lines(
    new: &Table,
    old: &Table,
    place: Span,
    (prefix, path): (&str, &str),
    merged: &mut MergedLines,
) {
    for (key, node) in new.iter() {
        let name = key_text(&key.name);
        let (line, full) = (format!("{prefix}{name}"), format!("{path}{name}"));
        let inner = (format!("{line}."), format!("{full}."));
        let is_dotted = node.span.start <= key.span.end;
        match (old.entry(&key.name), &node.value) {
            (None, Value::Table(table)) if is_dotted => {
                merge_lines(
                    table,
                    &Table::default(),
                    place,
                    (&inner.0, &inner.1),
                    merged,
                );
            }
            (None, _) => {
                merged
                    .added
                    .push((place, format!("{line} = {}", inline(node))));
                merged.shown.push(format!("`{full} = {}`", inline(node)));
            }
            (Some(there), value) => match (&there.value.value, value) {
                (Value::Table(old), Value::Table(new)) => {
                    merge_lines(new, old, there.key.span, ("", &inner.1), merged);
                }
                (Value::Array(old), Value::Array(new)) => {
                    let known: Vec<String> = old.iter().map(inline).collect();
                    let items = new.iter().map(inline);
                    for item in items.filter(|item| !known.contains(item)) {
                        merged.shown.push(format!("`{item}` in `{full}`"));
                        merged.added.push((there.key.span, item));
                    }
                }
                _ => merged.kept.push(full),
            },
        }
    }
}
