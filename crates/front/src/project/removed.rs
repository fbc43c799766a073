//! What an environment takes away with `false`, and what the platform does not have: a misspelled name would change nothing.

use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    language::{PLATFORM_FILE, Shape},
    syntax::{Entry, Key, Node, Table, Value},
    text::all_of,
};

/// Tables whose entries merge with presets and kinds too: what is taken away inside of them is looked for later.
const OF_COMPONENTS: [&str; 2] = [COMPONENTS, "presets"];

const COMPONENTS: &str = "components";

/// The environment without the entries that take away nothing, which are reported.
pub(super) fn only_what_is_there(platform: &Table, environment: Table, sink: &mut Sink) -> Table {
    let mut kept = Table::default();
    for mut entry in environment.entries {
        let name = entry.key.name.as_str();
        let Some(known) = PLATFORM_FILE.iter().find(|shape| shape.name == name) else {
            kept.push(entry);
            continue;
        };
        let below = platform.get(name);
        if entry.value.is_false() && known.required {
            sink.push(needed(name, &entry.key));
            continue;
        }
        if entry.value.is_false() && below.is_none() {
            sink.push(nothing_to_remove(name, &entry.key, &[]));
            continue;
        }
        if let Value::Table(table) = &mut entry.value.value {
            let below = below.and_then(|node| node.as_table());
            let path = known.name;
            let depth = match OF_COMPONENTS.contains(&path) {
                true => Depth::EntriesAlone,
                false => Depth::AllTables,
            };
            *table = without_unknown(below, table, &known.shape, (path, depth), sink);
        }
        kept.push(entry);
    }
    kept
}

/// The platform without components and presets that are `false` in its own files, which are reported: nothing lies below them.
pub(super) fn nothing_below(platform: &mut Table, sink: &mut Sink) {
    for name in OF_COMPONENTS {
        let Some(table) = platform.table_mut(name) else {
            continue;
        };
        let is_off = |entry: &&Entry| entry.value.is_false();
        let off: Vec<Key> = table
            .entries
            .iter()
            .filter(is_off)
            .map(|it| it.key.clone())
            .collect();
        for key in off {
            table.remove(&key.name);
            sink.push(
                Diagnostic::new(
                    Code::UnknownName,
                    format!("`{name}.{} = false` takes nothing away", key.name),
                )
                .label(key.span, "not there")
                .help("remove the line: an environment takes away what this file declares"),
            );
        }
    }
}

/// How far a table is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    EntriesAlone,
    /// The tables inside of it, too.
    AllTables,
}

/// `path` is where the table stands.
fn without_unknown(
    below: Option<&Table>,
    written: &Table,
    shape: &Shape,
    (path, depth): (&str, Depth),
    sink: &mut Sink,
) -> Table {
    let mut kept = Table::default();
    for Entry { key, value } in &written.entries {
        let mut value = value.clone();
        let inner = shape_of(shape, &key.name);
        let is_component = path == COMPONENTS;
        let path = format!("{path}.{}", key.name);
        let under = below.and_then(|below| below.get(&key.name));
        let is_name = matches!(table_shape(shape), Some(Shape::Map(..)));
        let is_no_value = inner.is_some_and(|inner| !inner.takes(&value.value));
        if value.is_false() && is_required(shape, &key.name) && below.is_some() {
            sink.push(needed(&path, key));
            continue;
        }
        if value.is_false() && is_no_value && under.is_none() {
            let known = below.into_iter().flat_map(Table::keys);
            let known: Vec<&str> = known.filter(|_| is_name).collect();
            sink.push(nothing_to_remove(&path, key, &known));
            continue;
        }
        if let (Value::Table(table), Some(inner)) = (&mut value.value, inner)
            && depth == Depth::AllTables
        {
            let under = under.and_then(|node| node.as_table());
            *table = without_unknown(under, table, inner, (&path, depth), sink);
        }
        if let (Value::Table(table), Depth::EntriesAlone) = (&mut value.value, depth)
            && let Some(entry) = table.entry("kind").filter(|it| it.value.is_false())
            && is_component
            && !says_what_runs(table, under)
        {
            // Without it nothing else of the component fits.
            let help = "remove the line, write another kind, or say with `image` or `build` what runs without one";
            sink.push(needed(&format!("{path}.kind"), &entry.key).help(help));
            table.remove("kind");
        }
        let key = key.clone();
        kept.push(Entry { key, value });
    }
    kept
}

/// Whether a component needs no kind: one brings an image. What its presets bring is not known here.
fn says_what_runs(written: &Table, below: Option<&Node>) -> bool {
    let below = below.and_then(Node::as_table);
    ["image", "build", "external", "presets"].iter().any(|key| {
        let said = written.get(key).or_else(|| below?.get(key));
        said.is_some_and(|said| !said.is_false())
    })
}

/// The one of several shapes that is a table.
fn table_shape(shape: &Shape) -> Option<&Shape> {
    match shape {
        Shape::Map(..) | Shape::Table(_) => Some(shape),
        Shape::Either(shapes) => shapes.iter().find_map(table_shape),
        _ => None,
    }
}

/// What an entry of this name may hold.
fn shape_of<'a>(shape: &'a Shape, name: &str) -> Option<&'a Shape> {
    match table_shape(shape)? {
        Shape::Map(_, item) => Some(item),
        Shape::Table(keys) => {
            let mut keys = keys.iter();
            keys.find(|key| key.name == name).map(|key| &key.shape)
        }
        _ => None,
    }
}

fn is_required(shape: &Shape, name: &str) -> bool {
    match table_shape(shape) {
        Some(Shape::Table(keys)) => keys.iter().any(|key| key.name == name && key.required),
        _ => false,
    }
}

fn needed(path: &str, key: &Key) -> Diagnostic {
    Diagnostic::new(Code::MissingKey, format!("`{path}` can't be taken away"))
        .label(key.span, "needed")
        .help("remove the line, or write another value")
}

fn nothing_to_remove(path: &str, key: &Key, known: &[&str]) -> Diagnostic {
    let near = nearest(&key.name, known.iter().copied());
    Diagnostic::new(
        Code::UnknownName,
        format!("the platform has no `{path}` for this environment to remove"),
    )
    .label(key.span, "not there")
    .misspelled(&key.name, near, || match known {
        [] => "remove the line: there is nothing that it could take away".to_string(),
        known => format!("remove the line, or name one of {}", all_of(known)),
    })
}
