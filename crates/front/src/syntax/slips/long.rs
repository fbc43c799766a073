//! A text over several lines as YAML, a shell, or a person writes it.

use toml::de::DeTable;

use super::{Place, Said, loose::Reader, written};
use crate::{
    diag::{Code, Diagnostic},
    syntax::quoted,
};

/// Lines that a text goes on for.
struct Block<'a> {
    lines: Vec<&'a str>,
    /// Where the last of them ends.
    end: usize,
    is_folded: bool,
    label: &'static str,
}

/// `key = |`, `key = <<EOF`, `key = "one` with its quote in another line.
pub(super) fn text(place: &Place<'_>) -> Said {
    let (key, block) = block_at(place)?;
    let lines = dedented(&block.lines);
    let new = match block.is_folded {
        true => format!("{key} = {}", quoted(&lines.join(" "))),
        false => {
            let body = lines.join("\n");
            let quotes = match body.contains('\\') || body.contains("\"\"\"") {
                true => "'''",
                false => "\"\"\"",
            };
            format!("{key} = {quotes}\n{body}\n{quotes}")
        }
    };
    DeTable::parse(&new).ok()?;
    let diagnostic = Diagnostic::new(
        Code::TomlSyntax,
        "a text of several lines stands between `\"\"\"`",
    )
    .label(place.span(place.trimmed()), block.label);
    let new: Vec<String> = new.lines().map(str::to_string).collect();
    let diagnostic = written(diagnostic, &new, place.span(place.start()..block.end));
    // The parser loses a block behind another one, and complains of its lines alone.
    let mut end = block.end;
    while let Some(next) = block_at(&place.at((end + 1).min(place.text.len()))) {
        end = next.1.end;
    }
    Some((diagnostic, end))
}

/// The key of a line, and the text that goes on below it.
fn block_at<'a>(place: &Place<'a>) -> Option<(String, Block<'a>)> {
    let mut reader = Reader::new(&place.text[..place.line.end], place.start());
    let key = reader.key()?;
    reader.assignment()?;
    let value = reader.rest().trim_end();
    let block = indented(place, value)
        .or_else(|| here_document(place, value))
        .or_else(|| quoted_over_lines(place, value))?;
    Some((key, block))
}

/// The lines below, each with the place where it ends.
fn below<'a>(place: &Place<'a>) -> impl Iterator<Item = (&'a str, usize)> {
    let mut at = (place.line.end + 1).min(place.text.len());
    let text = place.text;
    text[at..].split_inclusive('\n').map(move |line| {
        let bare = line.trim_end();
        let end = at + bare.len();
        at += line.len();
        (bare, end)
    })
}

/// The block of YAML behind `|` or `>`.
fn indented<'a>(place: &Place<'a>, value: &str) -> Option<Block<'a>> {
    let sign = value.chars().next().filter(|c| matches!(c, '|' | '>'))?;
    if !value[1..]
        .chars()
        .all(|c| matches!(c, '-' | '+' | '1'..='9'))
    {
        return None;
    }
    let indent = place.start() - place.line.start;
    let is_deeper = |line: &str| line.len() - line.trim_start().len() > indent;
    let (mut lines, mut end) = (Vec::new(), place.line.end);
    for (line, at) in below(place).take_while(|(line, _)| line.is_empty() || is_deeper(line)) {
        lines.push(line);
        if !line.is_empty() {
            end = at;
        }
    }
    let used = lines.iter().rposition(|line| !line.is_empty())? + 1;
    lines.truncate(used);
    Some(Block {
        lines,
        end,
        is_folded: sign == '>',
        label: "a block of YAML begins",
    })
}

fn here_document<'a>(place: &Place<'a>, value: &str) -> Option<Block<'a>> {
    let marker = value.strip_prefix("<<")?;
    let marker = marker.trim_matches(['-', '~', '"', '\'', ' ']);
    let is_name = !marker.is_empty()
        && marker
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name {
        return None;
    }
    let mut lines = Vec::new();
    for (line, end) in below(place) {
        if line.trim() == marker {
            return Some(Block {
                lines,
                end,
                is_folded: false,
                label: "as in a shell or in Terraform",
            });
        }
        lines.push(line);
    }
    None
}

/// The most lines that a text between single quotes may go on for.
const MOST_LINES: usize = 40;

fn quoted_over_lines<'a>(place: &Place<'a>, value: &str) -> Option<Block<'a>> {
    let inner = value
        .strip_prefix('"')
        .filter(|inner| !inner.contains('"'))?;
    let begin =
        place.line.end - (inner.len() + place.written().len() - place.written().trim_end().len());
    let mut lines = vec![&place.text[begin..begin + inner.len()]];
    for (line, end) in below(place).take(MOST_LINES) {
        // The next key or heading: the quote is missing in the first line.
        let is_next = line.starts_with('[') || line.contains('=') && line.contains('"');
        if is_next {
            return None;
        }
        if let Some(last) = line.strip_suffix('"').filter(|last| !last.contains('"')) {
            lines.push(last);
            return Some(Block {
                lines,
                end,
                is_folded: false,
                label: "goes on in the next line",
            });
        }
        lines.push(line);
    }
    None
}

/// The lines without the spaces that all of them begin with. The first may stand behind a quote.
fn dedented(lines: &[&str]) -> Vec<String> {
    let full = lines.iter().filter(|line| !line.trim().is_empty());
    let indent = full.map(|line| line.len() - line.trim_start().len()).min();
    let cut = |line: &&str| {
        line.get(indent.unwrap_or(0)..)
            .unwrap_or_default()
            .to_string()
    };
    lines.iter().map(cut).collect()
}
