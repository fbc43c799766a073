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
    text::all_of,
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

/// What is taken away, and the places that name it.
type Needed<'a, 'b> = (&'b Removed<'a>, Vec<Span>);

/// The environment without what it takes away in vain, which is reported. `platform` is what it is laid over.
pub(super) fn without_needed(platform: &Table, environment: Table, sink: &mut Sink) -> Table {
    let merged = lay_over(platform, &environment);
    let mut kept = environment.clone();
    let mut is_whole = true;
    let gone = removals(platform, &environment);
    let still_used = gone.iter().filter_map(|removed| {
        let places = places_of(&merged, removed);
        (!places.is_empty()).then_some((removed, places))
    });
    let still_used: Vec<Needed<'_, '_>> = still_used.collect();
    for (removed, _) in &still_used {
        put_back(&mut kept, &removed.path);
        is_whole = false;
    }
    // Ports of one component are taken away together.
    let is_one = |(one, _): &Needed<'_, '_>, (other, _): &Needed<'_, '_>| {
        matches!(one.named, Named::Port(_)) && one.named == other.named
    };
    for together in still_used.chunk_by(is_one) {
        sink.push(needed(together));
    }
    for lost in tls::entry_points_without_tls(platform, &merged, &environment) {
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

/// What one table takes away.
fn needed(together: &[Needed<'_, '_>]) -> Diagnostic {
    let is_by_name = |removed: &Removed<'_>| removed.names == [removed.line.name.as_str()];
    let names: Vec<&str> = together
        .iter()
        .map(|(it, _)| it.line.name.as_str())
        .collect();
    let nouns = together.iter().map(|(it, _)| it);
    let noun = nouns
        .filter(|it| is_by_name(it))
        .map(|it| it.named.noun())
        .next();
    let (what, is, it) = match (names.as_slice(), noun) {
        ([name], Some(noun)) => (format!("{noun} `{name}`"), "is", "it"),
        ([name], None) => (format!("`{name}`"), "is", "it"),
        (names, noun) => {
            let noun = noun.unwrap_or_default();
            (format!("{noun}s {}", all_of(names)), "are", "them")
        }
    };
    let places: BTreeSet<Span> = together.iter().flat_map(|(_, it)| it).copied().collect();
    let others = match places.len() {
        1 => "1 place still names".to_string(),
        several => format!("{several} places still name"),
    };
    let message = format!("{what} {is} removed, and {others} {it}");
    let mut diagnostic = Diagnostic::new(Code::UnknownName, message);
    for (removed, _) in together {
        diagnostic = diagnostic.label(removed.line.span, "removed here");
    }
    let shown = together.iter().flat_map(|(_, places)| places);
    let mut seen = BTreeSet::new();
    for place in shown.filter(|place| seen.insert(**place)).take(SHOWN) {
        diagnostic = diagnostic.label(*place, "needs it");
    }
    let is_group = together.iter().any(|(it, _)| it.named == Named::Group);
    diagnostic.help(match is_group {
        true => "remove its components here, too, or give them another group",
        false => "remove here what needs it, too, or leave the line out",
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
