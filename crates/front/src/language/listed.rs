//! Lists of tables in the place of a table: `[[secrets]]`.

use super::{
    dotted::is_right_behind,
    meant::{is_in_braces, meant},
    shape::Shape,
};
use crate::{
    diag::Diagnostic,
    source::Span,
    syntax::{Node, Table, Value, key_text},
    text::all_of,
};

/// The table that the tables of a list are together, so that what stands in them is known. Nothing where they say one key twice, or
/// where the list holds something else.
pub(super) fn as_table(node: &Node, shape: &Shape) -> Option<Node> {
    // What is plainly meant otherwise, such as a list of `{ name, value }`, is not such a table.
    let is_other = meant(shape, node).is_some();
    let items = node.as_array().filter(|it| !it.is_empty() && !is_other)?;
    let fits = |value: &Node| match shape {
        Shape::Map(_, item) => item.takes(&value.value),
        Shape::Table(_) => true,
        _ => false,
    };
    let mut all = Table::default();
    for entry in items.iter().map(|item| Some(&item.as_table()?.entries)) {
        for entry in entry? {
            if all.get(&entry.key.name).is_some() || !fits(&entry.value) {
                return None;
            }
            all.push(entry.clone());
        }
    }
    let is_empty = all.entries.is_empty();
    (!is_empty).then_some(Node {
        span: node.span,
        value: Value::Table(all),
    })
}

/// The help to write the only table of a list without the list's brackets.
pub(super) fn without_brackets(diagnostic: &Diagnostic, node: &Node) -> Option<Diagnostic> {
    let [item] = node.as_array()? else {
        return None;
    };
    let diagnostic = diagnostic.clone();
    Some(match is_in_braces(item, item.as_table()?) {
        true => diagnostic
            .help("remove the brackets around it")
            .replacing(before(node, item.span.start), "")
            .replacing(behind(node, item.span.end), ""),
        false => diagnostic
            .help("write its heading in single brackets, `[` and `]`: double ones make a list")
            .replacing(before(node, node.span.start + 2), "[")
            .replacing(behind(node, node.span.end - 2), "]"),
    })
}

/// The help for tables under headings of one name, each with its own name in it. No value of one line can take their place.
pub(super) fn named_by_headings(
    diagnostic: &Diagnostic,
    node: &Node,
    shape: &Shape,
) -> Option<Diagnostic> {
    let (Shape::Map(..), items) = (shape, node.as_array()?) else {
        return None;
    };
    let mut all = diagnostic.clone();
    let (mut ends, mut keys) = (Vec::new(), Vec::new());
    for item in items {
        let table = item.as_table()?;
        let mut words = ["name", "alert"].iter();
        let named = words.find_map(|key| table.entry(key))?;
        let name = key_text(named.value.as_str()?);
        if is_in_braces(item, table) || table.iter().any(|(key, it)| has_heading(key.span, it)) {
            return None;
        }
        let entry = named.key.span.start..named.value.span.end;
        all = all
            .replacing(before(item, item.span.start + 2), "[")
            .replacing(behind(item, item.span.end - 2), format!(".{name}]"))
            .removing(vec![Span::new(named.key.span.source, entry)]);
        ends.push(format!(".{name}]"));
        keys.push(named.key.name.as_str());
    }
    let key = keys.first()?;
    Some(all.help(format!(
        "let each heading begin with a single `[` and end in its name, {}, and remove each `{key}`",
        all_of(&ends)
    )))
}

/// Whether a table is opened by a heading of its own: neither in braces nor by dotted keys.
fn has_heading(key: Span, node: &Node) -> bool {
    let Some(table) = node.as_table() else {
        return false;
    };
    let mut inner = table.iter();
    !is_in_braces(node, table) && !inner.any(|(inner, _)| is_right_behind(key, inner.span))
}

fn before(node: &Node, end: usize) -> Span {
    Span::new(node.span.source, node.span.start..end)
}

fn behind(node: &Node, start: usize) -> Span {
    Span::new(node.span.source, start..node.span.end)
}
