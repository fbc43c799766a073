//! The change that a help describes, as edits of files: a program that applies them gets the same result as a person.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::removed::removed;
use crate::source::{SourceId, Sources, Span};

/// One change to a file of the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Edit {
    /// What stands at `span` becomes `text`.
    Replace {
        /// From its first byte to behind its last; empty where something is inserted.
        span: Span,
        /// TOML, as it is to stand there.
        text: String,
    },
    /// The name `old`, which stands somewhere in `within`, becomes `new`.
    Rename {
        /// A value or a heading.
        within: Span,
        /// A whole name in it.
        old: String,
        /// What it becomes.
        new: String,
    },
    /// The table whose name or whose braces stand at `table` gets one more line of TOML; a list one more item.
    Add {
        /// A heading, a key or what stands in braces.
        table: Span,
        /// One line of TOML, without a line end.
        line: String,
    },
    /// An entry, from its key to its value, or an item of a list goes; of a table that stands below a heading, the heading.
    Remove {
        /// A key and its value, an item, or the name of a table.
        span: Span,
    },
    /// A table at the top of a file gets another name, wherever a heading or a dotted key has it.
    RenameTable {
        /// The file.
        source: SourceId,
        /// As in `services`.
        old: String,
        /// What it becomes.
        new: String,
    },
    /// A table at the top of a file gets one more line. It is written at the end of the file where there is none. A table inside
    /// of another one gets it where it has a heading.
    Declare {
        /// Any file of the platform that has the place of the mistake.
        source: SourceId,
        /// As in `secrets`.
        table: String,
        /// One line of TOML, without a line end.
        line: String,
    },
}

/// A change as `--format json` prints it: lines and columns count from 1, the end is exclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JsonEdit {
    /// Relative to the project.
    pub file: String,
    /// Of the first character.
    pub line: usize,
    /// Of the first character, in characters.
    pub column: usize,
    /// Of the place behind the last character.
    pub end_line: usize,
    /// Of the place behind the last character, in characters.
    pub end_column: usize,
    /// What to write in the place of what stands there.
    pub text: String,
}

impl Edit {
    /// The file that it changes.
    pub(super) fn source(&self) -> SourceId {
        match self {
            Edit::Replace { span, .. } | Edit::Remove { span } => span.source,
            Edit::Rename { within, .. } => within.source,
            Edit::Add { table, .. } => table.source,
            Edit::Declare { source, .. } | Edit::RenameTable { source, .. } => *source,
        }
    }

    /// The places in the file, each empty where something is inserted, and what is to stand there.
    pub fn resolve(&self, sources: &Sources) -> Vec<(Span, String)> {
        match self {
            Edit::Replace { span, text } => vec![(*span, replacing(*span, text, sources))],
            Edit::Rename { within, old, new } => {
                vec![(name_in(*within, old, sources), new.clone())]
            }
            Edit::RenameTable { source, old, new } => headings(*source, old, sources)
                .into_iter()
                .map(|place| (place, new.clone()))
                .collect(),
            Edit::Add { table, line } => vec![added(*table, line, sources)],
            Edit::Remove { span } => removed(*span, sources)
                .map(|place| (place, String::new()))
                .into_iter()
                .collect(),
            Edit::Declare {
                source,
                table,
                line,
            } => declared(*source, table, line, sources)
                .into_iter()
                .collect(),
        }
    }

    pub(super) fn json(edits: &[Edit], sources: &Sources) -> Vec<JsonEdit> {
        let resolved = resolve_all(edits, sources).into_iter();
        resolved
            .map(|(span, text)| {
                let (line, column) = sources.position(span);
                let end = Span::new(span.source, span.end..span.end);
                let (end_line, end_column) = sources.position(end);
                JsonEdit {
                    file: sources.file(span.source).name.clone(),
                    line,
                    column,
                    end_line,
                    end_column,
                    text,
                }
            })
            .collect()
    }
}

/// The places of several edits. What two of them declare in a table that is not there yet stands below one heading.
fn resolve_all<'a>(
    edits: impl IntoIterator<Item = &'a Edit>,
    sources: &Sources,
) -> Vec<(Span, String)> {
    let mut places: Vec<(Span, String)> = Vec::new();
    let mut opened: Vec<(SourceId, &str, usize)> = Vec::new();
    for edit in edits {
        for (span, text) in edit.resolve(sources) {
            if let Edit::Declare {
                source,
                table,
                line,
            } = edit
                && span.start == sources.file(*source).text.len()
                && text.contains(&format!("[{table}]\n"))
            {
                let found = opened
                    .iter()
                    .find(|(known, name, _)| known == source && *name == table.as_str());
                if let Some((_, _, at)) = found {
                    let open = &mut places[*at].1;
                    let line = format!("{line}\n");
                    if !open.contains(&line) {
                        open.push_str(&line);
                    }
                    continue;
                }
                opened.push((*source, table, places.len()));
            }
            places.push((span, text));
        }
    }
    places
}

/// The files that change, each with its new text. Of two changes to one place the first is made.
pub fn apply<'a>(
    edits: impl IntoIterator<Item = &'a Edit>,
    sources: &Sources,
) -> BTreeMap<String, String> {
    let mut places: Vec<(Span, String)> = Vec::new();
    for (span, text) in resolve_all(edits, sources) {
        let is_new = !places.contains(&(span, text.clone()));
        let overlaps = |other: &Span| {
            other.source == span.source && other.start < span.end && span.start < other.end
        };
        if is_new && !places.iter().any(|(other, _)| overlaps(other)) {
            places.push((span, text));
        }
    }
    // From the end on, so that what stands before keeps its place.
    places.sort_by_key(|(span, _)| (span.source, span.start));
    let mut files = BTreeMap::new();
    for (span, text) in places.iter().rev() {
        let file = sources.file(span.source);
        files
            .entry(file.name.clone())
            .or_insert_with(|| file.text.clone())
            .replace_range(span.start..span.end, text);
    }
    files
}

/// Lines in the place of a key stand below each other, within braces beside each other.
fn replacing(span: Span, new: &str, sources: &Sources) -> String {
    let text = &sources.file(span.source).text;
    let line_start = text[..span.start].rfind('\n').map_or(0, |end| end + 1);
    match text[line_start..span.start].contains('{') {
        true => new.replace('\n', ", "),
        false => new.to_string(),
    }
}

/// Where a name stands in a place: not as a part of a longer one. The whole place where it is not there as written.
fn name_in(within: Span, name: &str, sources: &Sources) -> Span {
    let text = sources.text(within);
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    // A variable such as `${X}` ends where it ends.
    let (starts, ends) = (name.starts_with(is_part), name.ends_with(is_part));
    let found = text.match_indices(name).find(|(start, _)| {
        let is_behind_more = starts && text[..*start].ends_with(is_part);
        let is_before_more = ends && text[start + name.len()..].starts_with(is_part);
        !is_behind_more && !is_before_more
    });
    match found {
        Some((start, _)) => {
            let start = within.start + start;
            Span::new(within.source, start..start + name.len())
        }
        None => within,
    }
}

/// A line in a table: after its heading, within its braces, or beside the dotted key that makes it.
fn added(table: Span, line: &str, sources: &Sources) -> (Span, String) {
    let text = &sources.file(table.source).text;
    let at = |place: usize| Span::new(table.source, place..place);
    let after = &text[table.end..];
    if let Some(inside) = text[table.start..].strip_prefix('{') {
        return (
            at(table.start + 1),
            format!(" {line}{}", comma_before(inside, '}')),
        );
    }
    let line_start = text[..table.start].rfind('\n').map_or(0, |end| end + 1);
    if text[line_start..].trim_start().starts_with('[') {
        // The heading goes on: the table itself has none.
        if after.trim_start_matches(['"', '\'']).starts_with('.') {
            let path = text[line_start..table.end].trim_start_matches(['[', ' ']);
            return (at(line_start), format!("[{path}]\n{line}\n\n"));
        }
        return match after.find('\n') {
            Some(end) => (at(table.end + end + 1), format!("{line}\n")),
            None => (at(text.len()), format!("\n{line}\n")),
        };
    }
    let value = after.trim_start_matches(['"', '\'', ' ']);
    if let Some(value) = value.strip_prefix('=').map(str::trim_start) {
        if let Some(inside) = value.strip_prefix('{') {
            let comma = comma_before(inside, '}');
            return (at(text.len() - inside.len()), format!(" {line}{comma}"));
        }
        if let Some(inside) = value.strip_prefix('[') {
            let comma = comma_before(inside, ']');
            return (at(text.len() - inside.len()), format!("{line}{comma}"));
        }
    }
    let path = text[line_start..table.end].trim_start();
    (at(line_start), format!("{path}.{line}\n"))
}

/// What stands between a first entry and what follows it within brackets.
fn comma_before(inside: &str, end: char) -> &'static str {
    match (inside.trim_start().starts_with(end), end) {
        (true, '}') => " ",
        (true, _) => "",
        (false, '}') => ",",
        (false, _) => ", ",
    }
}

/// Where a table's name stands first in a heading, or in a dotted key above all headings.
fn headings(source: SourceId, table: &str, sources: &Sources) -> Vec<Span> {
    let text = &sources.file(source).text;
    let mut places = Vec::new();
    let (mut start, mut in_a_table) = (0, false);
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let is_heading = trimmed.starts_with('[');
        let name = trimmed.trim_start_matches(['[', ' ']);
        let after = name.strip_prefix(table).map(str::trim_start);
        let is_name = after.is_some_and(|after| after.starts_with(['.', ']', '=']));
        if is_name && (is_heading || !in_a_table) {
            let at = start + line.len() - name.len();
            places.push(Span::new(source, at..at + table.len()));
        }
        in_a_table |= is_heading;
        start += line.len();
    }
    places
}

/// A line in a table at the top, which is opened where there is none. Nothing where the table has that entry.
fn declared(
    source: SourceId,
    table: &str,
    line: &str,
    sources: &Sources,
) -> Option<(Span, String)> {
    let text = &sources.file(source).text;
    let heading = format!("[{table}]");
    let name = line.split([' ', '=', '.']).next().unwrap_or_default();
    let at = |place: usize| Span::new(source, place..place);
    let mut start = 0;
    let mut found = None;
    for old in text.split_inclusive('\n') {
        start += old.len();
        let trimmed = old.trim_end().split('#').next().unwrap_or_default().trim();
        let is_heading = trimmed.starts_with('[');
        if found.is_none() && trimmed == heading {
            let newline = if old.ends_with('\n') { "" } else { "\n" };
            found = Some((true, (at(start), format!("{newline}{line}\n"))));
        } else if let Some((is_open, _)) = &mut found {
            *is_open &= !is_heading;
        }
        let own = found.as_ref().is_some_and(|(is_open, _)| *is_open);
        let key = match is_heading {
            true => trimmed.strip_prefix(&format!("[{table}.")),
            false if own => Some(trimmed),
            false => None,
        };
        let after = key.and_then(|key| key.strip_prefix(name));
        if after.is_some_and(|after| after.starts_with([' ', '=', '.', ']'])) {
            return None;
        }
    }
    if found.is_none() && is_written_otherwise(text, table) {
        return None;
    }
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    let opened = (at(text.len()), format!("{newline}\n{heading}\n{line}\n"));
    Some(found.map_or(opened, |(_, place)| place))
}

/// Whether a table is written by dotted keys, or inside of braces, so that a heading of its own would be a second one.
fn is_written_otherwise(text: &str, table: &str) -> bool {
    let begins_with = |long: &str, short: &str| {
        let rest = long.strip_prefix(short);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let mut heading = String::new();
    text.lines().map(str::trim).any(|line| {
        if let Some(inner) = line.strip_prefix('[') {
            heading = inner.split(']').next().unwrap_or_default().to_string();
            return false;
        }
        let Some((key, _)) = line.split_once('=') else {
            return false;
        };
        let key: String = key.split_whitespace().collect();
        let whole = match heading.as_str() {
            "" => key,
            heading => format!("{heading}.{key}"),
        };
        begins_with(&whole, table) || begins_with(table, &whole)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_may_be_written_without_a_heading_of_its_own() {
        for text in [
            "[raw.compose]\nvolumes.data = {}\n",
            "raw.compose.volumes = { data = {} }\n",
            "[raw]\ncompose = { volumes = {} }\n",
        ] {
            assert!(is_written_otherwise(text, "raw.compose.volumes"), "{text}");
        }
        for text in [
            "[raw.compose]\nnetworks.data = {}\n",
            "[raw.compose.services.a]\nvolumes = []\n",
            "[components.a]\ncompose.volumes = []\n",
        ] {
            assert!(!is_written_otherwise(text, "raw.compose.volumes"), "{text}");
        }
    }

    fn changed(text: &str, edit: impl Fn(SourceId) -> Edit) -> String {
        let mut sources = Sources::default();
        let id = sources.add("a.toml", text);
        apply(&[edit(id)], &sources)["a.toml"].clone()
    }

    fn added_to(text: &str, table: &str) -> String {
        let start = text.find(table).expect("the table's name");
        changed(text, |id| Edit::Add {
            table: Span::new(id, start..start + table.len()),
            line: "x = 1".to_string(),
        })
    }

    #[test]
    fn a_line_is_added_to_a_table_however_it_is_written() {
        assert_eq!(
            added_to("[a.b] # c\ny = 2\n", "b"),
            "[a.b] # c\nx = 1\ny = 2\n"
        );
        assert_eq!(added_to("[a.b]", "b"), "[a.b]\nx = 1\n");
        assert_eq!(added_to("[a.b.c]\n", "b"), "[a.b]\nx = 1\n\n[a.b.c]\n");
        assert_eq!(added_to("b = { y = 2 }\n", "b"), "b = { x = 1, y = 2 }\n");
        assert_eq!(added_to("b = {}\n", "b"), "b = { x = 1 }\n");
        assert_eq!(added_to("a.b.y = 2\n", "b"), "a.b.x = 1\na.b.y = 2\n");
    }

    #[test]
    fn a_table_is_opened_where_there_is_none() {
        let declare = |source| Edit::Declare {
            source,
            table: "a".to_string(),
            line: "x = 1".to_string(),
        };
        assert_eq!(
            changed("[a] # c\ny = 2\n", declare),
            "[a] # c\nx = 1\ny = 2\n"
        );
        assert_eq!(changed("[b]\n", declare), "[b]\n\n[a]\nx = 1\n");
    }

    #[test]
    fn what_is_declared_is_not_declared_again() {
        let declare = |source| Edit::Declare {
            source,
            table: "a".to_string(),
            line: "x = 1".to_string(),
        };
        for text in ["[a]\ny = 2\nx = 3\n", "[a]\nx.y = 1\n", "[b]\n[a.x]\n"] {
            let mut sources = Sources::default();
            let id = sources.add("a.toml", text);
            assert!(apply(&[declare(id)], &sources).is_empty(), "{text}");
        }
        assert_eq!(
            changed("[a]\n[b]\nx = 3\n", declare),
            "[a]\nx = 1\n[b]\nx = 3\n"
        );
    }

    #[test]
    fn a_table_is_renamed_in_all_its_headings() {
        let rename = |source| Edit::RenameTable {
            source,
            old: "a".to_string(),
            new: "c".to_string(),
        };
        assert_eq!(
            changed("a.x = 1\n[a.y]\na = 2\n[ab.a]\n[[a.z]]\n[a]\n", rename),
            "c.x = 1\n[c.y]\na = 2\n[ab.a]\n[[c.z]]\n[c]\n"
        );
    }

    #[test]
    fn a_name_is_replaced_where_it_is_a_whole_one() {
        let rename = |source| Edit::Rename {
            within: Span::new(source, 4..12),
            old: "db".to_string(),
            new: "store".to_string(),
        };
        assert_eq!(changed("x = 'db-1.db'\n", rename), "x = 'db-1.store'\n");
    }
}
