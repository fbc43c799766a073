//! The keys that a component may have if it runs elsewhere.

use super::{
    component::component_key,
    inner::PORT_KEYS,
    key::{Elsewhere, KeyShape, Scope},
};
use crate::syntax::{Key, Table};

/// The keys of a component that say something of a container, which one that runs elsewhere has not got: each with its
/// path. `scopes`: what of the component there is here.
pub fn needless_elsewhere<'a>(component: &'a Table, scopes: &[Scope]) -> Vec<(String, &'a Key)> {
    let mut out = Vec::new();
    for (key, value) in component.iter() {
        let Some(shape) = component_key(&key.name) else {
            continue;
        };
        if value.is_false() || value.is_broken() {
            continue;
        }
        if !shape.holds_elsewhere(scopes) {
            out.push((key.name.clone(), key));
        } else if key.name == "ports" {
            let ports = value.as_table().into_iter().flat_map(Table::iter);
            for (port, value) in ports {
                let keys = value.as_table().into_iter().flat_map(Table::iter);
                let needless = keys.filter(|(key, value)| is_about_here(key) && !value.is_false());
                out.extend(
                    needless.map(|(key, _)| (format!("ports.{}.{}", port.name, key.name), key)),
                );
            }
        }
    }
    out
}

/// Whether a key of a port is about how it is published here.
fn is_about_here(key: &Key) -> bool {
    let named = |shape: &&KeyShape| shape.name == key.name;
    let shape = PORT_KEYS.iter().find(named);
    shape.is_some_and(|shape| shape.elsewhere == Elsewhere::Needless)
}
