//! Blocks of YAML, whose lines belong together by their indentation, and JSON, as the tables of TOML.

use super::loose::{Loose, MOST_NESTED, Reader, is_of_key};

/// A line with something on it.
struct Line<'a> {
    indent: usize,
    text: &'a str,
}

/// What stands in a block, and how many bytes of `text` it takes. `text` begins behind the line that opens it; `indent` is that
/// of this line. Without a value: the block is there, and something in it can't be read.
pub(super) fn below(text: &str, indent: usize) -> Option<(Option<Loose>, usize)> {
    let mut lines = Vec::new();
    let (mut at, mut end) = (0, 0);
    for line in text.split_inclusive('\n') {
        at += line.len();
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let own = line.len() - line.trim_start().len();
        let is_item = trimmed == "-" || trimmed.starts_with("- ");
        if own < indent || own == indent && !is_item || trimmed.starts_with('[') {
            break;
        }
        lines.push(Line {
            indent: own,
            text: trimmed,
        });
        end = at - (line.len() - line.trim_end().len());
    }
    if lines.is_empty() {
        return None;
    }
    let mut lines = lines.into_iter().peekable();
    let value = block(&mut lines, 0).filter(|_| lines.peek().is_none());
    Some((value, end))
}

type Lines<'a> = std::iter::Peekable<std::vec::IntoIter<Line<'a>>>;

/// `depth`: how many blocks this one is in.
fn block(lines: &mut Lines<'_>, depth: usize) -> Option<Loose> {
    let first = lines.peek().filter(|_| depth < MOST_NESTED)?;
    let indent = first.indent;
    match first.text == "-" || first.text.starts_with("- ") {
        true => list(lines, indent, depth + 1),
        false => table(lines, indent, depth + 1),
    }
}

fn list(lines: &mut Lines<'_>, indent: usize, depth: usize) -> Option<Loose> {
    let mut items = Vec::new();
    while let Some(line) = lines.next_if(|line| line.indent == indent && line.text.starts_with('-'))
    {
        let item = line.text[1..].trim_start();
        let inner = indent + line.text.len() - item.len();
        if item.is_empty() {
            items.push(block(lines, depth)?);
        } else if entry(item).is_some() {
            let mut all = vec![Line {
                indent: inner,
                text: item,
            }];
            while let Some(next) = lines.next_if(|next| next.indent > indent) {
                all.push(next);
            }
            items.push(table(&mut all.into_iter().peekable(), inner, depth)?);
        } else {
            items.push(scalar(item)?);
        }
    }
    Some(Loose::List(items))
}

fn table(lines: &mut Lines<'_>, indent: usize, depth: usize) -> Option<Loose> {
    let mut entries = Vec::new();
    while let Some(line) = lines.next_if(|line| line.indent == indent) {
        let (key, value) = entry(line.text)?;
        let value = match value.is_empty() || value.starts_with('#') {
            false => scalar(value)?,
            true => match lines.peek() {
                Some(next)
                    if next.indent > indent
                        || next.indent == indent && next.text.starts_with("- ") =>
                {
                    block(lines, depth)?
                }
                _ => Loose::Nothing,
            },
        };
        entries.push((key, value));
    }
    // Deeper than the first line, without a key above.
    let is_read = lines.peek().is_none_or(|next| next.indent < indent);
    is_read.then_some(Loose::Table(entries))
}

/// The key of a line in TOML, and what stands behind its colon.
fn entry(line: &str) -> Option<(String, &str)> {
    let mut reader = Reader::new(line, 0);
    let quoted = line.starts_with(['"', '\'']);
    let bare = line.find([':', '=']).map(|at| line[..at].trim_end());
    let is_bare = bare.is_some_and(|key| !key.is_empty() && key.chars().all(is_of_key));
    if !quoted && !is_bare {
        return None;
    }
    let key = reader.key()?;
    let sign = reader.rest().trim_start();
    let behind = sign.strip_prefix([':', '='])?;
    let is_word = !behind.is_empty() && !behind.starts_with([' ', '\t']);
    (!is_word).then_some((key, behind.trim_start()))
}

fn scalar(text: &str) -> Option<Loose> {
    let mut reader = Reader::new(text, 0);
    let value = reader.value()?;
    reader.skip(&[' ', '\t']);
    let is_read = reader.rest().is_empty() || reader.rest().starts_with('#');
    is_read.then_some(value)
}

/// A document of JSON, in the lines of TOML.
pub(super) fn json(text: &str) -> Option<Vec<String>> {
    let mut reader = Reader::new(text, text.len() - text.trim_start().len());
    let value = reader.value().filter(|_| reader.rest().trim().is_empty())?;
    match value {
        Loose::Table(entries) => Some(top(&entries)),
        _ => None,
    }
}

/// Tables at the top of a file, each below its heading. What is no table stands first.
pub(super) fn top(entries: &[(String, Loose)]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut tables = Vec::new();
    for (key, value) in entries {
        match value {
            Loose::Nothing => {}
            Loose::Table(inner) => tables.extend(sections(key, inner)),
            _ => lines.push(format!("{key} = {}", value.inline())),
        }
    }
    lines.extend(tables);
    lines
}

/// `[path]` and its keys; a table that holds nothing but tables is one of named things, each with a heading.
fn sections(path: &str, entries: &[(String, Loose)]) -> Vec<String> {
    let is_table = |value: &Loose| matches!(value, Loose::Table(_));
    if !entries.is_empty()
        && entries.iter().all(|(_, value)| is_table(value))
        && !path.contains('.')
    {
        let inner = entries.iter().filter_map(|(key, value)| match value {
            Loose::Table(inner) => Some((key, inner)),
            _ => None,
        });
        return inner
            .flat_map(|(key, inner)| sections(&format!("{path}.{key}"), inner))
            .collect();
    }
    let written = entries.iter().filter(|(_, value)| *value != Loose::Nothing);
    let keys = written.map(|(key, value)| format!("{key} = {}", value.inline()));
    std::iter::once(format!("[{path}]")).chain(keys).collect()
}
