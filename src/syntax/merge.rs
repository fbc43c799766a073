//! One tree over another: the rule by which presets, kinds, components and environments merge.

use super::tree::{Entry, Node, Table, Value};

/// What `false` means in the upper tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It takes the entry away, unless the entry is itself a boolean.
    Now,
    /// It stays, so that a tree merged later still sees it.
    Later,
}

/// Lays `upper` over `lower`: tables merge key by key, everything else replaces. The order is that of `lower`, then what
/// `upper` adds.
pub fn overlay(lower: &Table, upper: &Table, removal: Removal) -> Table {
    let mut merged = lower.clone();
    for Entry { key, value } in &upper.entries {
        let below = merged.entry(&key.name);
        let removes = removal == Removal::Now
            && value.is_false()
            && below.is_some_and(|entry| entry.value.as_bool().is_none());
        if removes {
            merged.remove(&key.name);
            continue;
        }
        let node = match (below.map(|entry| &entry.value.value), &value.value) {
            (Some(Value::Table(below)), Value::Table(above)) => {
                // In `env`, `false` is a value: `{ unset = true }` takes a variable away.
                let removal = if key.name == "env" {
                    Removal::Later
                } else {
                    removal
                };
                Node {
                    span: value.span,
                    value: Value::Table(overlay(below, above, removal)),
                }
            }
            _ => value.clone(),
        };
        merged.set(key.clone(), node);
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{diag::Sink, source::Sources, syntax::parse};

    fn tree(text: &str) -> Table {
        let mut sources = Sources::default();
        let id = sources.add("t.toml", text);
        parse(&sources, id, &mut Sink::default())
    }

    #[test]
    fn tables_merge_lists_replace_and_false_removes() {
        let merged = overlay(
            &tree("env = { A = 1, B = 2 }\nlist = [1]\nhealth = { tcp = 'x' }\ninit = true"),
            &tree("env = { B = 3 }\nlist = [2]\nhealth = false\ninit = false"),
            Removal::Now,
        );
        let env = merged.table("env").expect("a table");
        assert_eq!(env.integer("A"), Some(1));
        assert_eq!(env.integer("B"), Some(3));
        assert_eq!(merged.array("list").map(<[_]>::len), Some(1));
        assert!(merged.get("health").is_none());
        assert_eq!(merged.boolean("init"), Some(false));
    }
}
