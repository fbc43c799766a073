//! What a platform has already: names, groups, secrets, host ports, databases in use.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Kinds,
    words::{choices, joined},
};
use crate::{
    catalog::{Kind, Role},
    syntax::{Node, Table, Value},
};

/// The kind of a component that names none.
const DEFAULT_KIND: &str = "service";

/// What a platform.toml has already, so that what is added fits in: names, ports, groups.
#[derive(Clone, Debug, Default)]
pub struct Existing {
    /// Names and kinds, in the file's order.
    pub components: Vec<(String, String)>,
    /// Groups in the file's order.
    pub groups: Vec<String>,
    /// Names in `[secrets]`.
    pub secrets: BTreeSet<String>,
    /// Databases in which a program keeps its schema.
    pub schemas: BTreeSet<String>,
    /// Where in a store a component that is added keeps its schema: by the component and the store.
    pub places: BTreeMap<(String, String), String>,
    /// Names that components had before `[[moved]]`: what takes one would be taken for that component.
    pub moved: BTreeSet<String>,
    /// Roles that are bound without being named as long as one component fits: the component, the role.
    pub unnamed: Vec<(String, Role)>,
    /// Stores that have a first bucket.
    pub with_choices: BTreeSet<String>,
    /// Names of components and of their parts.
    names: BTreeSet<String>,
    hosts: BTreeSet<u16>,
}

impl Existing {
    /// Reads the tree of a platform, included files and all.
    pub fn of(tree: &Table, kinds: &Kinds) -> Self {
        let keys = |table: &str| {
            let table = tree.table(table);
            let keys = table.into_iter().flat_map(Table::keys);
            keys.map(ToString::to_string).collect::<Vec<_>>()
        };
        let mut known = Self {
            groups: keys("groups"),
            secrets: keys("secrets").into_iter().collect(),
            ..Self::default()
        };
        let moved = tree.array("moved").unwrap_or_default().iter();
        let moved = moved.filter_map(|entry| entry.as_table()?.string("from"));
        known.moved = moved
            .filter_map(|from| from.strip_prefix("components."))
            .filter(|name| !name.contains('.'))
            .map(ToString::to_string)
            .collect();
        let components = tree.entries_of("components");
        for (key, node) in components {
            let Some(component) = node.as_table() else {
                continue;
            };
            let kind = component.string("kind").unwrap_or(DEFAULT_KIND);
            match kinds.get(kind) {
                Some(kind) => {
                    known.reserve(&key.name, kind);
                    known.take_schemas(component, kind);
                    known.note_unnamed(&key.name, component, kind);
                    known.note_choices(&key.name, component, kind);
                }
                None => {
                    known.names.insert(key.name.clone());
                }
            }
            known.take_hosts(component);
        }
        known
    }

    /// Takes the names and the host ports of a component.
    pub fn reserve(&mut self, name: &str, kind: &Kind) {
        self.names.extend(names_of(name, kind));
        self.components.push((name.to_string(), kind.name.clone()));
        if let Some(workload) = kind.table.table("workload") {
            self.take_hosts(workload);
        }
    }

    /// Whether no component, and no part of one, has a name that a component of this kind would take.
    pub fn is_free(&self, name: &str, kind: &Kind) -> bool {
        !self.moved.contains(name) && names_of(name, kind).all(|name| !self.names.contains(&name))
    }

    /// The name, or it with the first number that makes it free.
    pub fn free_name(&self, name: &str, kind: &Kind) -> String {
        let numbered = (2..).map(|number: usize| joined(name, &number.to_string()));
        let mut all = std::iter::once(name.to_string()).chain(numbered);
        all.find(|name| self.is_free(name, kind))
            .unwrap_or_else(|| name.to_string())
    }

    /// The port, or the next one that nobody publishes.
    pub fn free_host(&mut self, port: u16) -> u16 {
        let free = (port..=u16::MAX).find(|port| self.hosts.insert(*port));
        free.unwrap_or(port)
    }

    /// The ports that a kind publishes by itself under a number that is taken, each with the next one that is free.
    pub fn moved_hosts(&mut self, kind: &Kind) -> Vec<(String, u16)> {
        let ports = kind.table.get_path(&["workload", "ports"]);
        let ports = ports.and_then(Node::as_table).into_iter();
        let published = ports.flat_map(Table::iter).filter_map(|(key, port)| {
            let Value::Integer(host) = port.as_table()?.get("host")?.value else {
                return None;
            };
            Some((key.name.clone(), u16::try_from(host).ok()?))
        });
        let taken: Vec<_> = published
            .filter(|(_, host)| self.hosts.contains(host))
            .collect();
        let moved = taken.into_iter();
        moved
            .map(|(port, host)| (port, self.free_host(host)))
            .collect()
    }

    /// The group of a platform that has just one.
    pub fn only_group(&self) -> Option<&str> {
        match self.groups.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Names of the components of exactly this kind.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a str> {
        let components = self.components.iter();
        components
            .filter(move |(_, of)| of == kind)
            .map(|(name, _)| name.as_str())
    }

    fn take_schemas(&mut self, component: &Table, kind: &Kind) {
        for role in kind.roles.iter().filter(|role| role.schema) {
            let filler = component.get_path(&["uses", &role.name]);
            if let Some(filler) = filler.and_then(Node::as_str) {
                let store = filler.split('/').next().unwrap_or(filler);
                self.schemas.insert(store.to_string());
            }
        }
    }

    fn note_unnamed(&mut self, name: &str, component: &Table, kind: &Kind) {
        let is_elsewhere = component.get("external").is_some();
        let roles = kind.roles.iter().filter(|role| role.default && !role.all);
        let open = roles.filter(|role| component.get_path(&["uses", &role.name]).is_none());
        let open = open.filter(|_| !is_elsewhere);
        self.unnamed
            .extend(open.map(|role| (name.to_string(), role.clone())));
    }

    fn note_choices(&mut self, name: &str, component: &Table, kind: &Kind) {
        let chosen = choices(kind).and_then(|setting| component.get_path(&["settings", setting]));
        if chosen.is_some_and(|list| list.as_array().is_none_or(|list| !list.is_empty())) {
            self.with_choices.insert(name.to_string());
        }
    }

    /// `ports.NAME = { host = 5000 }`, or a range of them.
    fn take_hosts(&mut self, component: &Table) {
        let ports = component.entries_of("ports");
        for (_, node) in ports {
            let Some(host) = node.as_table().and_then(|port| port.get("host")) else {
                continue;
            };
            let range = match &host.value {
                Value::Integer(number) => number.to_string(),
                Value::String(range) => range.clone(),
                _ => continue,
            };
            let (first, last) = range.split_once('-').unwrap_or((&range, &range));
            if let (Ok(first), Ok(last)) = (first.parse::<u16>(), last.parse::<u16>()) {
                self.hosts.extend(first..=last);
            }
        }
    }
}

/// A component's name and those of its parts.
fn names_of<'a>(name: &'a str, kind: &'a Kind) -> impl Iterator<Item = String> + 'a {
    let parts = kind.table.table("parts").into_iter().flat_map(Table::keys);
    let parts = parts.map(move |part| format!("{name}-{part}"));
    std::iter::once(name.to_string()).chain(parts)
}
