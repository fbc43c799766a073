//! Keys of a component, a pipeline or a CI entry that stand below the heading of one of its tables of free names: in TOML a line
//! belongs to the heading above it.

use super::{
    context::{Context, Owner},
    dotted::is_right_behind,
    key::KeyShape,
    misplaced::{inner_keys, is_component},
    shape::Shape,
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    syntax::{Entry, Node, Table, Value, key_text},
    text::all_of,
};

/// The table with the keys among its own that a table of free names has swallowed, which is reported. `None`: there are none.
///
/// Only where a table or a list is among them, which no variable and no label is: what else is one of both is not known.
pub(super) fn freed(
    table: &Table,
    keys: &[KeyShape],
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Table> {
    let mut freed: Option<Table> = None;
    for holder in ["env", "labels"] {
        let is_known = keys.iter().any(|shape| shape.name == holder);
        let Some(entry) = table.entry(holder).filter(|_| is_known) else {
            continue;
        };
        let swallowed = swallowed(entry, table, keys);
        if !swallowed.iter().any(|it| is_certain(it, keys)) {
            continue;
        }
        let right = freed.get_or_insert_with(|| table.clone());
        let owner = match is_component(keys) {
            true => "the component".to_string(),
            false => context.owner.to_string().replacen("a ", "the ", 1),
        };
        sink.push(report(&swallowed, holder, &owner, context));
        for entry in swallowed {
            if let Some(inner) = right.table_mut(holder) {
                inner.remove(&entry.key.name);
            }
            free(entry, right);
        }
    }
    freed
}

/// Puts an entry where it belongs: a table goes into the one of that name.
fn free(entry: &Entry, component: &mut Table) {
    let Entry { key, value } = entry;
    match (component.table_mut(&key.name), value.as_table()) {
        (Some(own), Some(more)) => {
            let more = more.entries.iter().cloned();
            more.for_each(|Entry { key, value }| own.set(key, value));
        }
        _ => component.set(key.clone(), value.clone()),
    }
}

/// The entries below a table's own heading that are keys of the component: it has them not itself, or in tables as well.
fn swallowed<'a>(holder: &'a Entry, table: &Table, keys: &[KeyShape]) -> Vec<&'a Entry> {
    let Some(inner) = holder.value.as_table() else {
        return Vec::new();
    };
    let is_meant = |entry: &&Entry| {
        let Entry { key, value } = entry;
        let shape = keys.iter().find(|shape| shape.name == key.name);
        let is_below = !is_right_behind(holder.key.span, key.span) && !is_inside(holder, entry);
        let fits = |shape: &KeyShape| shape.shape.takes(&value.value);
        is_below && stands_beside(value, table.get(&key.name)) && shape.is_some_and(fits)
    };
    inner.entries.iter().filter(is_meant).collect()
}

/// Whether a component can have this value beside what stands above: keys of one table may stand in several places.
fn stands_beside(value: &Node, own: Option<&Node>) -> bool {
    own.is_none_or(|own| own.as_table().is_some() && value.as_table().is_some())
}

/// Whether an entry stands in the braces of the table.
fn is_inside(holder: &Entry, entry: &Entry) -> bool {
    let (whole, place) = (holder.value.span, entry.key.span);
    whole.source == place.source && whole.start < place.start && place.end < whole.end
}

/// Whether it can be no variable and no label: a list, or a table with keys that this key has.
fn is_certain(entry: &Entry, keys: &[KeyShape]) -> bool {
    let inner = match &entry.value.value {
        Value::Table(inner) => inner,
        Value::Array(_) => return true,
        _ => return false,
    };
    let shape = keys.iter().find(|shape| shape.name == entry.key.name);
    shape.is_some_and(|shape| match &shape.shape {
        Shape::Map(rule, item) => {
            let mut all = inner.iter();
            !inner.entries.is_empty()
                && all.all(|(key, node)| rule.accepts(&key.name) && item.takes(&node.value))
        }
        shape => {
            let known = inner_keys(shape);
            inner
                .keys()
                .any(|name| known.iter().any(|it| it.name == name))
        }
    })
}

fn report(swallowed: &[&Entry], holder: &str, owner: &str, context: &Context<'_>) -> Diagnostic {
    let names: Vec<&str> = swallowed.iter().map(|it| it.key.name.as_str()).collect();
    // The tables around a part are not known here.
    let heading = match (context.owner, context.entry) {
        (_, "") => format!("[....{holder}]"),
        (Owner::Words("a component"), name) => {
            format!("[components.{}.{holder}]", key_text(name))
        }
        (_, name) => format!("[....{}.{holder}]", key_text(name)),
    };
    let message = match names.as_slice() {
        [one] => format!("`{one}` is a key of {owner}, and stands below `{heading}`"),
        all => format!(
            "{} are keys of {owner}, and stand below `{heading}`",
            all_of(all)
        ),
    };
    let diagnostic = Diagnostic::new(Code::UnknownKey, message);
    let diagnostic = swallowed.iter().fold(diagnostic, |diagnostic, entry| {
        diagnostic.label(entry.key.span, "a line belongs to the heading above it")
    });
    diagnostic.help(format!(
        "move {} above `{heading}`",
        match names.len() {
            1 => "it",
            _ => "them",
        }
    ))
}
