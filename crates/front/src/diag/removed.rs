//! What goes from a file with an entry that is taken out: its line, its comma, its heading.

use crate::source::{Sources, Span};

/// What is cut out of the file. `None` for the name of a table that its keys make.
pub(super) fn removed(span: Span, sources: &Sources) -> Option<Span> {
    let text = &sources.file(span.source).text;
    let line_start = text[..span.start].rfind('\n').map_or(0, |end| end + 1);
    let line_end = |from: usize| {
        text[from..]
            .find('\n')
            .map_or(text.len(), |at| from + at + 1)
    };
    let before = &text[line_start..span.start];
    if before.trim_start().starts_with('[') && !before.contains('=') {
        return Some(Span::new(span.source, line_start..line_end(span.end)));
    }
    let after = text[span.end..].trim_start_matches([' ', '\t', '"', '\'']);
    if after.starts_with(['.', '=']) {
        return None;
    }
    // A dotted key begins before its last name.
    let start = before.rfind(['{', '[', ',']).map_or(0, |at| at + 1);
    let indent = before[start..].len() - before[start..].trim_start().len();
    let start = line_start + start + indent;
    let rest = text[span.end..].trim_start();
    if let Some(next) = rest.strip_prefix(',') {
        let end = text.len() - next.trim_start_matches([' ', '\t']).len();
        return Some(Span::new(span.source, start..end));
    }
    let earlier = text[..start].trim_end();
    if earlier.ends_with(',') && rest.starts_with([']', '}']) {
        return Some(Span::new(span.source, earlier.len() - 1..span.end));
    }
    let is_alone = text[line_start..start].trim().is_empty() && !rest.starts_with([']', '}']);
    Some(match is_alone {
        true => Span::new(span.source, line_start..line_end(span.end)),
        false => Span::new(span.source, start..span.end),
    })
}
