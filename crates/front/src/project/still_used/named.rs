//! Finds the keys that hold a name of another entry, before references are resolved.

use crate::{
    reference::{self, Mode, Words},
    source::Span,
    syntax::{Node, Table, Value},
};

/// Keys whose tables hold names of others' choice: a `group` in `env` is no group.
const FOREIGN: [&str; 7] = [
    "env", "settings", "labels", "compose", "helm", "raw", "moved",
];

/// Keys of a component that name one of its own ports.
const OF_OWN_PORTS: [&[&str]; 3] = [
    &["health", "port"],
    &["health", "tcp"],
    &["metrics", "port"],
];

/// What a component has of its main port.
const OF_MAIN_PORT: [&str; 2] = ["url", "public_url"];

/// Something that others name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Named<'a> {
    Group,
    Component,
    /// Of this component.
    Port(&'a str),
    /// Of this component, whose name alone means it.
    MainPort(&'a str),
    Secret,
    Variable,
    Preset,
    Volume,
    Network,
    Actor,
    Receiver,
    /// Of this pipeline.
    Task(&'a str),
}

impl Named<'_> {
    pub fn noun(self) -> &'static str {
        match self {
            Named::Group => "group",
            Named::Component => "component",
            Named::Port(_) | Named::MainPort(_) => "port",
            Named::Secret => "secret",
            Named::Variable => "variable",
            Named::Preset => "preset",
            Named::Volume => "shared volume",
            Named::Network => "network",
            Named::Actor => "actor",
            Named::Receiver => "receiver",
            Named::Task(_) => "task",
        }
    }

    /// Whether a text at a key is the name. `path` leads from the top of the file to that key.
    fn is_at(self, path: &[&str], text: &str, name: &str) -> bool {
        let last = path.last().copied().unwrap_or_default();
        let above = path.iter().rev().nth(1).copied().unwrap_or_default();
        let top = path.first().copied().unwrap_or_default();
        match self {
            Named::Group => last == "group" && text == name,
            Named::Component => component_at(path, text) == Some(name),
            Named::Port(component) => {
                let whole = text.split('/').next().unwrap_or_default();
                let is_other = component_at(path, text).is_some()
                    && whole.split_once('.') == Some((component, name));
                let is_own = path.strip_prefix(&["components", component]);
                is_other || is_own.is_some_and(|keys| OF_OWN_PORTS.contains(&keys) && text == name)
            }
            Named::MainPort(component) => {
                let is_by_component = leads_to(path) && text == component;
                is_by_component || Named::Port(component).is_at(path, text, name)
            }
            Named::Secret => {
                let in_ci = top == "ci" && above == "secrets";
                let in_files = last == "secret" && path.contains(&"files");
                (in_ci || in_files) && text == name
            }
            Named::Variable => false,
            Named::Preset => last == "presets" && text == name,
            Named::Volume => last == "shared" && text == name,
            Named::Network => last == "networks" && text == name,
            Named::Actor => {
                let is_end = top == "flows" && matches!(last, "from" | "to");
                is_end && text.strip_prefix("actors.").unwrap_or(text) == name
            }
            Named::Receiver => {
                let in_notify = top == "notify" && path.len() <= 3;
                let names_one = matches!(last, "default" | "watchdog" | "receiver");
                (in_notify && names_one || top == "ci" && last == "notify") && text == name
            }
            Named::Task(pipeline) => {
                let tasks = ["pipelines", pipeline, "tasks"];
                path.starts_with(&tasks) && last == "after" && text == name
            }
        }
    }

    /// Whether a reference is to the name. `owner` is the component that the reference stands in.
    fn is_meant(self, segments: &[&str], owner: &str, name: &str) -> bool {
        match (self, segments) {
            (Named::Group, ["platform", "network", group]) => *group == name,
            (Named::Component, ["components", component, ..]) => *component == name,
            (Named::Port(of), ["components", component, port, ..]) => {
                (*component, *port) == (of, name)
            }
            (Named::Port(of), ["self", port, ..]) => (owner, *port) == (of, name),
            (Named::MainPort(of), ["components", component, field])
                if OF_MAIN_PORT.contains(field) =>
            {
                *component == of
            }
            (Named::MainPort(of), ["self", field]) if OF_MAIN_PORT.contains(field) => owner == of,
            (Named::MainPort(of), _) => Named::Port(of).is_meant(segments, owner, name),
            (Named::Secret, ["secrets", secret]) => *secret == name,
            (Named::Variable, ["vars", variable]) => *variable == name,
            _ => false,
        }
    }
}

/// The component that a text at a key names: alone, with one of its databases, or with one of its ports.
fn component_at<'a>(path: &[&str], text: &'a str) -> Option<&'a str> {
    let last = path.last().copied().unwrap_or_default();
    let above = path.iter().rev().nth(1).copied().unwrap_or_default();
    let in_routes = path.first() == Some(&"routes");
    match last {
        "from" | "to" => return Some(text.strip_prefix("components.").unwrap_or(text)),
        "network_mode" => return text.strip_prefix("service:"),
        "depends_on" | "reaches" | "uses" => {}
        "through" | "login" if in_routes => {}
        _ if above == "uses" || in_routes && above == "paths" => {}
        _ => return None,
    }
    text.split(['/', '.']).next()
}

/// Whether a path of a route stands there: it leads to the main port of the component that it names.
fn leads_to(path: &[&str]) -> bool {
    matches!(
        path,
        ["routes", _, "paths", _] | ["routes", _, "paths", _, "to"]
    )
}

/// Where the platform names it.
pub(super) fn uses(platform: &Table, named: Named<'_>, name: &str, places: &mut Vec<Span>) {
    let named = match named {
        // Of a kind's ports nothing is known here.
        Named::Port(of) if is_last(platform, of, name) => Named::MainPort(of),
        named => named,
    };
    let mut search = Search {
        named,
        name,
        places,
        path: Vec::new(),
    };
    search.table(platform);
}

/// Whether no port of a component without a kind is left, and this one was the main one.
fn is_last(platform: &Table, component: &str, name: &str) -> bool {
    let component = platform.get_path(&["components", component]);
    let component = component.and_then(Node::as_table);
    let Some(component) = component.filter(|it| it.get("kind").is_none()) else {
        return false;
    };
    let Some(ports) = component.table("ports") else {
        return true;
    };
    let main = ports.keys().find(|port| *port == "http");
    let main = main.or_else(|| ports.keys().next());
    ports.iter().all(|(_, node)| node.is_false()) && main == Some(name)
}

struct Search<'a> {
    named: Named<'a>,
    name: &'a str,
    places: &'a mut Vec<Span>,
    /// The keys from the top of the file to where the search is.
    path: Vec<&'a str>,
}

impl<'a> Search<'a> {
    fn table<'t: 'a>(&mut self, table: &'t Table) {
        for (key, node) in table.iter() {
            let is_edge = self.path.last() == Some(&"depends_on") && !node.is_false();
            if is_edge && self.named == Named::Component && key.name == self.name {
                self.places.push(node.span);
            }
            self.path.push(&key.name);
            self.node(node);
            self.path.pop();
        }
    }

    fn node<'t: 'a>(&mut self, node: &'t Node) {
        match &node.value {
            Value::Table(table) => self.table(table),
            Value::Array(items) => items.iter().for_each(|item| self.node(item)),
            Value::String(text) => {
                // The second word is a name of the user's, as in `components.env`.
                let keys = self.path.iter().enumerate().filter(|(at, _)| *at != 1);
                let is_foreign = keys.into_iter().any(|(_, key)| FOREIGN.contains(key));
                if !is_foreign && self.named.is_at(&self.path, text, self.name) {
                    self.places.push(node.span);
                }
                self.references(node);
            }
            _ => {}
        }
    }

    fn references(&mut self, node: &Node) {
        let owner = match self.path.as_slice() {
            ["components", owner, ..] => owner,
            _ => "",
        };
        for reference in reference::of_node(node, Words::Platform, Mode::Shell).references() {
            if self.named.is_meant(&reference.segments, owner, self.name) {
                self.places.push(reference.place);
            }
        }
    }
}
