//! Every key of the language, with the path of its table.

use mlopsgen::language::{KeyShape, Shape};

/// Visits every key with the path of its table.
pub(super) fn walk(path: &str, keys: &'static [KeyShape], visit: &mut dyn FnMut(&str, &KeyShape)) {
    for key in keys {
        visit(path, key);
        // These hold the keys of components and of kinds once more.
        if !["presets", "when", "parts"].contains(&key.name) {
            inside(&step(path, key.name), &key.shape, visit);
        }
    }
}

fn inside(path: &str, shape: &Shape, visit: &mut dyn FnMut(&str, &KeyShape)) {
    match shape {
        Shape::Table(keys) => walk(path, keys, visit),
        Shape::List(item) => inside(&step(path, "#"), item, visit),
        Shape::Map(_, item) => inside(&step(path, "*"), item, visit),
        Shape::Either(shapes) => shapes.iter().for_each(|shape| inside(path, shape, visit)),
        _ => {}
    }
}

fn step(path: &str, name: &str) -> String {
    match path {
        "" => name.to_string(),
        path => format!("{path}.{name}"),
    }
}
