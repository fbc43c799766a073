//! One tree over another: the rule by which presets, kinds, components and environments merge.

use std::mem;

use super::tree::{Entry, Node, Table, Value};

/// What `false` means in the upper tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It takes the entry away, unless the entry is itself a boolean.
    Now,
    /// The same, and what was taken away is marked as such, so that the entry of what the tree is laid over next goes too. Over
    /// nothing, `false` stays: it may mean the kind's entry, or be a value.
    Later,
    /// It is a value like others.
    Never,
}

impl Removal {
    /// What it means in the table of this key. In `env`, `false` is a value: `{ unset = true }` removes a variable. Raw tables are
    /// laid over what is generated, and take that away too.
    fn below(self, key: &str) -> Self {
        match key {
            "env" => Self::Never,
            "compose" | "helm" => Self::Later,
            _ => self,
        }
    }

    /// Whether a value takes away the entry that it is laid over.
    fn takes_away(self, below: Option<&Entry>, above: &Node) -> bool {
        let below = below.map(|entry| &entry.value);
        let is_switch = |node: &Node| node.as_bool().is_some() && !node.is_removed();
        match self {
            Self::Now => {
                above.is_removed() || above.is_false() && below.is_some_and(|it| !is_switch(it))
            }
            Self::Later => above.is_false() && below.is_some_and(|it| !is_switch(it)),
            Self::Never => false,
        }
    }
}

/// Lays `upper` over `lower`: tables merge key by key, everything else replaces. The order is that of `lower`, then what
/// `upper` adds.
pub fn overlay(lower: &Table, upper: &Table, removal: Removal) -> Table {
    let mut merged = lower.clone();
    lay_over(&mut merged, upper, removal);
    merged
}

/// The same in place: of many layers, each costs only what it says itself.
pub fn lay_over(merged: &mut Table, upper: &Table, removal: Removal) {
    for Entry { key, value } in &upper.entries {
        let below = merged.entry(&key.name);
        let place = below.map(|below| below.value.span);
        if removal.takes_away(below, value) {
            if removal == Removal::Now {
                merged.remove(&key.name);
            } else {
                let (span, value) = (value.span, Value::Removed);
                merged.set(key.clone(), Node { span, value });
            }
            continue;
        }
        // What could not be used was reported: what lies below it stays, so that nothing else seems to be missing.
        if value.is_broken()
            && let Some(below) = below
        {
            let (is_inner, source) = (below.value.as_table().is_some(), below.value.span.source);
            // What is wrong with it here is no mistake of the line below, which does not hold.
            if !is_inner && source == value.span.source {
                let below = below.value.value.clone();
                merged.set(
                    key.clone(),
                    Node {
                        span: value.span,
                        value: below,
                    },
                );
            }
            continue;
        }
        match key.name.as_str() {
            "health" => replace_check(merged, value),
            "files" => replace_contents(merged, value),
            _ => {}
        }
        let removal = removal.below(&key.name);
        let node = match (merged.table_mut(&key.name), &value.value) {
            (Some(below), Value::Table(above)) => {
                // Taken out, so that it is changed in its place and not copied.
                let mut inner = mem::take(below);
                lay_over(&mut inner, above, removal);
                Node {
                    span: value.span,
                    value: Value::Table(inner),
                }
            }
            _ if removal == Removal::Now => without_removed(value),
            // It stays for what comes further down, and stands where it took something away.
            (None, Value::Table(_)) if removal == Removal::Never => Node {
                span: place.unwrap_or(value.span),
                value: value.value.clone(),
            },
            _ => value.clone(),
        };
        merged.set(key.clone(), node);
    }
}

/// The value without the marks of what was taken away.
fn without_removed(node: &Node) -> Node {
    fn has_removed(node: &Node) -> bool {
        let inner = node.as_table().into_iter().flat_map(Table::iter);
        node.is_removed() || inner.into_iter().any(|(_, value)| has_removed(value))
    }
    let mut out = node.clone();
    if !has_removed(node) {
        return out;
    }
    if let Value::Table(table) = &mut out.value {
        table.entries.retain(|entry| !entry.value.is_removed());
        for entry in &mut table.entries {
            entry.value = without_removed(&entry.value);
        }
    }
    out
}

/// Ways to check health.
pub const HEALTH_WAYS: [&str; 4] = ["http", "tcp", "command", "shell"];

/// What of a check was chosen for the way in which it asks: the program that asks, and what is asked in a cluster instead.
const OF_WAY: [&str; 3] = ["with", "in_cluster", "alive"];

/// One way to check health replaces another: side by side they would say nothing.
fn replace_check(merged: &mut Table, above: &Node) {
    let new = HEALTH_WAYS.iter().find(|way| {
        above
            .as_table()
            .is_some_and(|health| health.get(way).is_some())
    });
    let (Some(new), Some(below)) = (new, merged.table_mut("health")) else {
        return;
    };
    let same = below.get(new).is_some();
    below.entries.retain(|entry| {
        let name = entry.key.name.as_str();
        !OF_WAY.contains(&name) && (same || name != "port" && !HEALTH_WAYS.contains(&name))
    });
}

/// Ways to say what a mounted file holds.
pub const FILE_CONTENTS: [&str; 7] = [
    "source",
    "content",
    "secret",
    "template",
    "generated",
    "setting",
    "stubs",
];

/// One way to say what a file holds replaces another: side by side they would contradict.
fn replace_contents(merged: &mut Table, above: &Node) {
    let Some(files) = merged.table_mut("files") else {
        return;
    };
    for (path, file) in above.as_table().into_iter().flat_map(Table::iter) {
        let has = |way: &str| file.as_table().is_some_and(|file| file.get(way).is_some());
        if FILE_CONTENTS.iter().any(|way| has(way))
            && let Some(below) = files.table_mut(&path.name)
        {
            let is_way = |entry: &Entry| FILE_CONTENTS.contains(&entry.key.name.as_str());
            below.entries.retain(|entry| !is_way(entry));
        }
    }
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

    #[test]
    fn what_was_taken_away_is_gone_wherever_the_tree_is_laid() {
        let preset = tree("labels = { a = '1', c = true }\nenv.A = '1'\ncompose.x = '1'");
        let own =
            tree("labels = { a = false, b = false, c = false }\nenv.A = false\ncompose.x = false");
        let user = overlay(&preset, &own, Removal::Later);
        for kind in ["", "labels = { a = '2', z = '1' }"] {
            let merged = overlay(&tree(kind), &user, Removal::Now);
            let at = |path: [&str; 2]| merged.get_path(&path).map(|node| node.value.clone());
            let no = Some(Value::Boolean(false));
            assert_eq!(at(["labels", "a"]), None, "{kind}");
            assert_eq!(at(["labels", "b"]), no, "{kind}");
            assert_eq!(at(["labels", "c"]), no, "{kind}");
            assert_eq!(at(["env", "A"]), no, "{kind}");
            let removed = Some(Value::Removed);
            assert_eq!(at(["compose", "x"]), removed, "{kind}");
        }
        let twice = overlay(&user, &tree("labels.a = false"), Removal::Later);
        assert!(
            twice
                .get_path(&["labels", "a"])
                .is_some_and(Node::is_removed)
        );
        let again = overlay(&user, &tree("labels.a = '3'"), Removal::Later);
        let again = overlay(&tree("labels.a = '2'"), &again, Removal::Now);
        let value = again.get_path(&["labels", "a"]).and_then(Node::as_str);
        assert_eq!(value, Some("3"));
    }

    #[test]
    fn another_source_of_a_file_replaces_the_one_below() {
        let merged = overlay(
            &tree("files.'/a' = { content = 'x', mode = '0600' }\nfiles.'/b' = { source = 'b' }"),
            &tree("files.'/a' = { source = 'a' }\nfiles.'/b' = { mode = '0640' }"),
            Removal::Later,
        );
        let keys = |path: &str| {
            let file = merged.get_path(&["files", path]).and_then(Node::as_table);
            file.expect("a table").keys().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(keys("/a"), "mode source");
        assert_eq!(keys("/b"), "source mode");
    }

    #[test]
    fn another_health_check_replaces_the_one_below_and_keeps_its_times() {
        let below = "health = { http = '/', port = 'web', with = 'curl', retries = 9 }";
        let merged = |above: &str| {
            let over = overlay(&tree(below), &tree(above), Removal::Later);
            let health = over.table("health").expect("a table");
            health
                .keys()
                .map(str::to_string)
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(merged("health = { tcp = 'db' }"), "retries tcp");
        assert_eq!(merged("health = { http = '/up' }"), "http port retries");
        assert_eq!(
            merged("health = { port = 'api' }"),
            "http port with retries"
        );
    }
}
