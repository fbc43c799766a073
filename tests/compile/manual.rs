//! The schema and the reference pages in docs/ are what the tables say, and every example in the tables is right.
//!
//! `BLESS=1 cargo test manual` rewrites the pages; the reviewer reads the diff.

use std::sync::Arc;

use crate::support::page;
use mlopsgen::{
    catalog::{Catalog, Kind},
    diag::{Sink, render},
    language::{COMPONENT, Context, KIND, KeyShape, Owner, PLATFORM_FILE, Shape, check},
    manual::{Document, kinds_reference, language_reference, schema},
    source::{Sources, Span},
    syntax,
};

fn kinds() -> Vec<Arc<Kind>> {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let mut catalog = Catalog::default();
    let names = catalog.names();
    names
        .iter()
        .filter_map(|name| catalog.get(name, &mut sources, &mut sink))
        .collect()
}

fn is_fresh(path: &str, text: &str) {
    page::is_fresh(path, text, "manual");
}

/// docs/running.md leads there.
#[test]
fn the_reference_of_the_language_lists_the_values_of_the_chart() {
    let page = language_reference().expect("its template runs");
    for (heading, keys) in [
        ("components", chart_values("components")),
        ("raw", chart_values("raw")),
    ] {
        assert!(keys.len() > 10, "{heading}: {}", keys.len());
        for key in keys {
            assert!(page.contains(&format!("| `{key}` |")), "{heading}: {key}");
        }
    }
}

/// The keys of `helm` in a table at the top of platform.toml.
fn chart_values(table: &str) -> Vec<&'static str> {
    let inside = |keys: &'static [KeyShape], name: &str| -> &'static [KeyShape] {
        let key = keys.iter().find(|key| key.name == name).expect("the key");
        match &key.shape {
            Shape::Table(keys) | Shape::Map(_, Shape::Table(keys)) => keys,
            _ => panic!("{name} is no table"),
        }
    };
    let keys = inside(inside(PLATFORM_FILE, table), "helm").iter();
    keys.map(|key| key.name).collect()
}

#[test]
fn the_schema_is_fresh() {
    let schema = schema(Document::Platform, &kinds());
    is_fresh("docs/platform.schema.json", &format!("{schema:#}\n"));
}

#[test]
fn the_reference_of_the_language_is_fresh() {
    let page = language_reference().expect("its template runs");
    is_fresh("docs/language.md", &page);
}

#[test]
fn the_reference_of_the_kinds_is_fresh() {
    let page = kinds_reference(&kinds()).expect("its template runs");
    is_fresh("docs/kinds-reference.md", &page);
}

#[test]
fn every_example_is_in_the_language_at_its_place() {
    let mut wrong = Vec::new();
    for (table, keys) in [("platform.toml", PLATFORM_FILE), ("a kind", KIND)] {
        walk(table, keys, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Checks the examples of a table's keys, and of the tables inside.
fn walk(path: &str, keys: &'static [KeyShape], wrong: &mut Vec<String>) {
    for key in keys {
        let name = format!("{path}: {}", key.name);
        if let Some(why) = mistake(path, key, keys) {
            wrong.push(format!("{name}: {why}"));
        }
        if key.doc.is_empty() || !key.doc.ends_with(['.', ':']) {
            wrong.push(format!("{name}: its meaning is no sentence"));
        }
        inner(&name, &key.shape, wrong);
    }
}

fn inner(path: &str, shape: &Shape, wrong: &mut Vec<String>) {
    match shape {
        Shape::Table(keys) => walk(path, keys, wrong),
        Shape::List(item) | Shape::Map(_, item) => inner(path, item, wrong),
        Shape::Either(shapes) => shapes.iter().for_each(|shape| inner(path, shape, wrong)),
        Shape::Parts => assert!(!COMPONENT.is_empty()),
        _ => {}
    }
}

/// What is wrong with the example of a key among these keys.
fn mistake(path: &str, key: &KeyShape, keys: &[KeyShape]) -> Option<String> {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let source = sources.add("example.toml", key.example);
    let whole = syntax::parse(&sources, source, &mut sink);
    // An example stands in the table that the key is of, or below that table's own heading.
    let outer = path.rsplit(": ").next().unwrap_or_default();
    let table = whole.table(outer).unwrap_or(&whole);
    // An example shows one key, not all that stand beside it.
    let keys: Vec<KeyShape> = keys
        .iter()
        .map(|key| KeyShape {
            required: false,
            ..*key
        })
        .collect();
    let context = Context {
        owner: Owner::Words("this table"),
        entry: "",
        place: Span::new(source, 0..key.example.len()),
        removable: false,
        partial: false,
        constants: None,
        writes_out: false,
        example: "",
    };
    check(table, &keys, &context, &mut sink);
    if table.get(key.name).is_none() {
        return Some(format!("`{}` does not use it", key.example));
    }
    let style = render::Style {
        color: false,
        width: 200,
    };
    let printed = sink.finish();
    (!printed.is_empty()).then(|| render::human(&printed, &sources, style))
}
