//! Names with dots in them, written without quotes: TOML reads `labels.traefik.enable = "x"` as tables in tables.

use super::{form::NameRule, shape::Shape};
use crate::{
    diag::{Code, Diagnostic, nearest},
    source::Span,
    syntax::{Key, Node, Table, quoted},
};

/// The error of an entry whose key is only the first piece of such a name. `rule`: of the names, `item`: what such an entry takes.
pub(super) fn unquoted(
    key: &Key,
    value: &Node,
    rule: NameRule,
    item: &Shape,
) -> Option<Diagnostic> {
    // A value may stand here, or a table, and not one with such a key.
    let takes_both = matches!(item, Shape::Either(_));
    let opens_another = takes_both
        && value.as_table().is_some_and(|table| {
            let first = table.iter().next().map(|(inner, _)| inner);
            let is_behind = |inner: &Key| is_right_behind(key.span, inner.span);
            first.is_some_and(|inner| is_behind(inner) && goes_on(key, inner, item))
        });
    if item.takes(&value.value) && rule.accepts(&key.name) && !opens_another {
        return None;
    }
    let mut name = key.name.clone();
    let (mut last, mut node) = (key, value);
    while let Some((inner, below)) = node.as_table().and_then(|table| table.iter().next()) {
        if !is_right_behind(last.span, inner.span) || is_key_of(item, &inner.name) {
            break;
        }
        name = format!("{name}.{}", inner.name);
        (last, node) = (inner, below);
    }
    let mut names = [name.clone(), format!("/{name}")].into_iter();
    let name = names.find(|name| rule.accepts(name))?;
    if last.span == key.span || !item.takes(&node.value) {
        return None;
    }
    let place = key.span.through(last.span);
    let others = match value.as_table().is_some_and(has_several) {
        true => ", and so in the other lines that begin with it",
        false => "",
    };
    let name = quoted(&name);
    let message = format!(
        "`{}` is only the beginning of a name: without quotes a dot opens a table",
        key.name
    );
    Some(
        Diagnostic::new(Code::BadName, message)
            .label(place, "a name with dots")
            .help(format!("write `{name}`{others}"))
            .replacing(place, name),
    )
}

/// Keys that people write for a value, as other programs have them.
const KEYS_OF_OTHERS: [&str; 6] = ["value", "valueFrom", "secret", "from", "file", "default"];

/// Whether the name of a setting goes on with a key, as in `spring.redis`: not one of a variable, and no key that is meant as such.
fn goes_on(first: &Key, inner: &Key, item: &Shape) -> bool {
    let is_setting = !first.name.contains(|c: char| c.is_ascii_uppercase());
    is_setting
        && !KEYS_OF_OTHERS.contains(&inner.name.as_str())
        && nearest(&inner.name, keys_of(item)).is_none()
}

/// Whether more than one value stands in a table, and in the tables in it.
fn has_several(table: &Table) -> bool {
    let mut entries = table.iter();
    match (entries.next(), entries.next()) {
        (Some((_, only)), None) => only.as_table().is_some_and(has_several),
        (first, _) => first.is_some(),
    }
}

fn is_key_of(shape: &Shape, name: &str) -> bool {
    keys_of(shape).contains(&name)
}

fn keys_of(shape: &Shape) -> Vec<&'static str> {
    match shape {
        Shape::Table(keys) => keys.iter().map(|key| key.name).collect(),
        Shape::Either(shapes) => shapes.iter().flat_map(keys_of).collect(),
        _ => Vec::new(),
    }
}

/// Whether a key stands in the same line, or the same heading, as the one before it: `web` of `[components.web]`.
pub(super) fn is_right_behind(first: Span, second: Span) -> bool {
    first.source == second.source && second.start == first.end + 1
}
