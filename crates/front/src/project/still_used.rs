//! What an environment takes away although others still name it: one mistake, at the line that takes it away.
//!
//! `named` says which keys hold which names.

mod named;
mod tls;

use std::collections::BTreeSet;

use named::{Named, uses};

use super::merge::lay_over;
use crate::{
    diag::{Code, Diagnostic, Sink},
    source::Span,
    syntax::{Key, Table},
};

/// The most places that a message shows.
const SHOWN: usize = 3;

/// Tables of names that others use, and what one entry is called.
const TABLES: [(&str, Named<'static>); 8] = [
    ("groups", Named::Group),
    ("components", Named::Component),
    ("secrets", Named::Secret),
    ("vars", Named::Variable),
    ("presets", Named::Preset),
    ("volumes", Named::Volume),
    ("networks", Named::Network),
    ("actors", Named::Actor),
];

/// Something that an environment takes away: what it is, its names, and the place of the `false`.
struct Removed<'a> {
    named: Named<'a>,
    names: Vec<&'a str>,
    path: Vec<&'a str>,
    line: &'a Key,
}

/// The environment without what it takes away in vain, which is reported. `platform` is what it is laid over.
pub(super) fn without_needed(platform: &Table, environment: Table, sink: &mut Sink) -> Table {
    let merged = lay_over(platform, &environment);
    let mut kept = environment.clone();
    let mut is_whole = true;
    for removed in removals(platform, &environment) {
        let places = places_of(&merged, &removed);
        if !places.is_empty() {
            sink.push(needed(&removed, &places));
            put_back(&mut kept, &removed.path);
            is_whole = false;
        }
    }
    for lost in tls::lost(platform, &merged, &environment) {
        sink.push(lost.report());
        put_back(&mut kept, &lost.path);
        is_whole = false;
    }
    // An entry that was put back may need others that are taken away too. They are put back without a second error.
    while !is_whole {
        let merged = lay_over(platform, &kept);
        let before = kept.clone();
        let again = removals(platform, &before);
        let again = again.iter().filter(|it| !places_of(&merged, it).is_empty());
        is_whole = true;
        for removed in again {
            put_back(&mut kept, &removed.path);
            is_whole = false;
        }
    }
    kept
}

fn places_of(merged: &Table, removed: &Removed<'_>) -> Vec<Span> {
    let mut places = Vec::new();
    for name in &removed.names {
        uses(merged, removed.named, name, &mut places);
    }
    let mut seen = BTreeSet::new();
    places.retain(|place| seen.insert(*place));
    places
}

fn removals<'a>(platform: &'a Table, environment: &'a Table) -> Vec<Removed<'a>> {
    let mut out = Vec::new();
    let mut add = |path: &[&'a str], named| {
        of_table(platform, environment, path, named, &mut out);
    };
    for (table, named) in TABLES {
        add(&[table], named);
    }
    add(&["notify", "receivers"], Named::Receiver);
    let entries = |table: &str| environment.table(table).into_iter().flat_map(Table::keys);
    for component in entries("components") {
        add(&["components", component, "ports"], Named::Port(component));
    }
    for pipeline in entries("pipelines") {
        add(&["pipelines", pipeline, "tasks"], Named::Task(pipeline));
    }
    out
}

/// The entries of a table that the environment takes away, or all of it.
fn of_table<'a>(
    platform: &'a Table,
    environment: &'a Table,
    path: &[&'a str],
    named: Named<'a>,
    out: &mut Vec<Removed<'a>>,
) {
    let Some((table, above)) = path.split_last() else {
        return;
    };
    let above = match above {
        [] => Some(environment),
        above => environment.get_path(above).and_then(|it| it.as_table()),
    };
    let Some(entry) = above.and_then(|above| above.entry(table)) else {
        return;
    };
    if entry.value.is_false() {
        let names = platform.get_path(path).and_then(|it| it.as_table());
        let names: Vec<&str> = names.into_iter().flat_map(Table::keys).collect();
        out.push(Removed {
            named,
            names,
            path: path.to_vec(),
            line: &entry.key,
        });
    }
    for (key, node) in entry.value.as_table().into_iter().flat_map(Table::iter) {
        if node.is_false() {
            let mut path = path.to_vec();
            path.push(&key.name);
            out.push(Removed {
                named,
                names: vec![&key.name],
                path,
                line: key,
            });
        }
    }
}

fn needed(removed: &Removed<'_>, places: &[Span]) -> Diagnostic {
    let name = &removed.line.name;
    let what = match removed.names.as_slice() {
        [only] if only == name => format!("{} `{name}`", removed.named.noun()),
        _ => format!("`{name}`"),
    };
    let others = match places.len() {
        1 => "1 place still names".to_string(),
        several => format!("{several} places still name"),
    };
    let mut diagnostic = Diagnostic::new(
        Code::UnknownName,
        format!("{what} is removed, and {others} it"),
    )
    .label(removed.line.span, "removed here");
    for place in places.iter().take(SHOWN) {
        diagnostic = diagnostic.label(*place, "needs it");
    }
    diagnostic.help(match removed.named {
        Named::Group => "remove its components here, too, or give them another group",
        _ => "remove here what needs it, too, or leave the line out",
    })
}

/// Takes the line out of the environment: what it takes away is there again, so that nothing else seems to be wrong.
fn put_back(environment: &mut Table, path: &[&str]) {
    match path {
        [] => {}
        [last] => {
            environment.remove(last);
        }
        [first, rest @ ..] => {
            if let Some(inner) = environment.table_mut(first) {
                put_back(inner, rest);
            }
        }
    }
}
