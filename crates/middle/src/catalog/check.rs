//! Checks a kind file of the user against the language and against itself, so that an error in it is reported at its place
//! and not where a component uses it.

mod contents;
mod version;

use std::collections::BTreeSet;

use super::{Fact, Kind, PlatformFact, RoleFact, SettingSpec, SettingType};
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    language::{COMPONENT, Scope},
    reference::{self, ComponentField, Mode, Phrase, PortField, Reference, Words},
    source::{SourceId, Span},
    syntax::{Key, Node, Table, Value},
    template,
    text::all_of,
};

/// Checks the entries of the file `source`; those of the kind that it extends were checked before. `kinds` are all kinds of
/// the catalog.
pub(super) fn check(kind: &Kind, source: SourceId, kinds: &[String], sink: &mut Sink) {
    let checker = Checker {
        names: Names::of(kind),
        kind,
        source,
    };
    checker.default_version(sink);
    checker.settings(sink);
    checker.roles(kinds, sink);
    checker.named_ports(sink);
    checker.named_part("measured", sink);
    checker.named_part("builder", sink);
    checker.binding(sink);
    checker.companions(sink);
    checker.contents(sink);
    checker.read_versions(sink);
    checker.bounds(sink);
    checker.table(&kind.table, Place::Top, sink);
}

/// The names that a kind declares.
struct Names {
    settings: BTreeSet<String>,
    roles: BTreeSet<String>,
    /// Its own secrets and variables.
    own: BTreeSet<String>,
    ports: BTreeSet<String>,
    outputs: BTreeSet<String>,
    parts: BTreeSet<String>,
}

impl Names {
    fn of(kind: &Kind) -> Self {
        let keys = |path: &[&str]| -> BTreeSet<String> {
            kind.tables()
                .filter_map(|table| table.get_path(path)?.as_table())
                .flat_map(Table::keys)
                .map(ToString::to_string)
                .collect()
        };
        let parts = keys(&["parts"]);
        let mut ports = keys(&["workload", "ports"]);
        for part in &parts {
            ports.extend(keys(&["parts", part, "ports"]));
        }
        Self {
            settings: kind
                .settings
                .iter()
                .map(|setting| setting.name.clone())
                .collect(),
            roles: kind.roles.iter().map(|role| role.name.clone()).collect(),
            own: keys(&["secrets"])
                .into_iter()
                .chain(keys(&["vars"]))
                .collect(),
            ports,
            outputs: keys(&["outputs"]),
            parts,
        }
    }
}

/// The place of a table, if its keys have another meaning there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Top,
    Workload,
    /// A table of `files`.
    File,
    Dependencies,
    /// Alerts, and their keys.
    Alert,
    Elsewhere,
}

struct Checker<'a> {
    kind: &'a Kind,
    names: Names,
    source: SourceId,
}

impl Checker<'_> {
    fn is_own(&self, span: Span) -> bool {
        span.source == self.source
    }

    fn settings(&self, sink: &mut Sink) {
        for spec in &self.kind.settings {
            let Some(default) = spec.default.as_ref().filter(|node| self.is_own(node.span)) else {
                continue;
            };
            if !takes(spec, &default.value) {
                sink.push(
                    Diagnostic::new(
                        Code::WrongType,
                        format!(
                            "setting `{}` is of the type `{}`, its default is {}",
                            spec.name,
                            spec.kind.name(),
                            default.value.type_name()
                        ),
                    )
                    .label(
                        default.span,
                        format!("this is {}", default.value.type_name()),
                    )
                    .help("change the `type` or the `default`"),
                );
            }
        }
    }

    fn roles(&self, kinds: &[String], sink: &mut Sink) {
        for role in &self.kind.roles {
            let listed = self
                .kind
                .table
                .get_path(&["roles", &role.name, "kinds"])
                .and_then(Node::as_array)
                .unwrap_or_default();
            for node in listed.iter().filter(|node| self.is_own(node.span)) {
                let name = node.as_str().unwrap_or_default();
                if !kinds.iter().any(|kind| kind == name) {
                    let known: Vec<&str> = kinds.iter().map(String::as_str).collect();
                    sink.push(unknown("kind", name, node.span, &known));
                }
            }
            for key in ["schema_of", "or_setting"] {
                let named = self.kind.table.get_path(&["roles", &role.name, key]);
                if let Some(node) = named.filter(|node| self.is_own(node.span)) {
                    let name = node.as_str().unwrap_or_default();
                    Self::declared("setting", name, &self.names.settings, node.span, sink);
                }
            }
        }
    }

    /// The main port, and those that can't be moved.
    fn named_ports(&self, sink: &mut Sink) {
        let fixed = self.kind.table.array("fixed_ports").unwrap_or_default();
        for node in self.kind.table.get("port").into_iter().chain(fixed) {
            let name = node.as_str().unwrap_or_default();
            if self.is_own(node.span) && !self.names.ports.contains(name) {
                sink.push(unknown(
                    "port",
                    name,
                    node.span,
                    &as_strs(&self.names.ports),
                ));
            }
        }
    }

    /// A part that a key of the kind names: the one whose metrics the rules use, the one that runs the stages of CI entries.
    fn named_part(&self, key: &str, sink: &mut Sink) {
        let written = self.kind.table.get(key);
        let Some(node) = written.filter(|node| self.is_own(node.span)) else {
            return;
        };
        let part = node.as_str().unwrap_or_default();
        if !self.names.parts.contains(part) {
            sink.push(unknown(
                "part",
                part,
                node.span,
                &as_strs(&self.names.parts),
            ));
        }
    }

    fn binding(&self, sink: &mut Sink) {
        let Some(binding) = self.kind.table.table("binding") else {
            return;
        };
        for (_, node) in binding.iter().filter(|(_, node)| self.is_own(node.span)) {
            self.setting(node.as_str().unwrap_or_default(), node.span, sink);
        }
    }

    /// Settings that others have to be there with.
    fn companions(&self, sink: &mut Sink) {
        let settings = self.kind.table.entries_of("settings");
        for (_, setting) in settings {
            let named = setting.as_table().and_then(|it| it.get("required_with"));
            let Some(node) = named else { continue };
            let names = node.items();
            for name in names.iter().filter(|name| self.is_own(name.span)) {
                self.setting(name.as_str().unwrap_or_default(), name.span, sink);
            }
        }
    }

    fn setting(&self, name: &str, span: Span, sink: &mut Sink) {
        if !self.names.settings.contains(name) && name != "major" {
            sink.push(unknown(
                "setting",
                name,
                span,
                &as_strs(&self.names.settings),
            ));
        }
    }

    fn declared(what: &str, name: &str, known: &BTreeSet<String>, span: Span, sink: &mut Sink) {
        if !known.contains(name) {
            sink.push(unknown(what, name, span, &as_strs(known)));
        }
    }

    fn table(&self, table: &Table, place: Place, sink: &mut Sink) {
        for (key, node) in table.iter() {
            self.key(key, sink);
            if key.name == "if" {
                self.condition(node, sink);
                continue;
            }
            match (place, key.name.as_str()) {
                // The port of another component belongs to another kind.
                (Place::File, "setting") if table.get("of").is_some() => {}
                (Place::File, "of") if self.is_own(node.span) => {
                    // A role of the filler belongs to another kind.
                    let role = node.as_str().and_then(|roles| roles.split('.').next());
                    let role = role.unwrap_or_default();
                    Self::declared("role", role, &self.names.roles, node.span, sink);
                }
                (Place::File, "setting") if self.is_own(node.span) => {
                    self.setting(node.as_str().unwrap_or_default(), node.span, sink);
                }
                (Place::Alert, "of_role") if self.is_own(node.span) => {
                    let role = node.as_str().unwrap_or_default();
                    Self::declared("role", role, &self.names.roles, node.span, sink);
                }
                (Place::Workload, "without") => self.without(node, sink),
                (Place::Dependencies, _) => self.dependency(key, sink),
                _ => self.node(node, place_below(place, &key.name), sink),
            }
        }
    }

    fn node(&self, node: &Node, place: Place, sink: &mut Sink) {
        match &node.value {
            Value::String(_) if self.is_own(node.span) => {
                let phrase = reference::of_node(node, Words::Kind, Mode::Shell);
                self.phrase(&phrase, sink);
            }
            Value::Array(items) => {
                for item in items {
                    self.node(item, place, sink);
                }
            }
            Value::Table(table) => self.table(table, place, sink),
            _ => {}
        }
    }

    /// Keys of `files` and `gives` can hold references.
    fn key(&self, key: &Key, sink: &mut Sink) {
        if self.is_own(key.span) {
            self.phrase(&reference::of_key(key, Words::Kind, Mode::Shell), sink);
        }
    }

    fn phrase(&self, phrase: &Phrase<'_>, sink: &mut Sink) {
        for reference in phrase.references() {
            self.reference(reference, sink);
        }
    }

    fn reference(&self, reference: &Reference<'_>, sink: &mut Sink) {
        let span = reference.place;
        match reference.segments.as_slice() {
            ["settings", name] => self.setting(name, span, sink),
            ["roles", role, ..] => {
                Self::declared("role", role, &self.names.roles, span, sink);
            }
            ["own", key] => {
                Self::declared("secret or variable", key, &self.names.own, span, sink);
            }
            ["self", name] => self.of_self(name, span, sink),
            ["self", "memory", percent] | ["self", "volumes", _, percent]
                if !matches!(percent.parse(), Ok(1..=100u64)) =>
            {
                sink.push(
                    Diagnostic::new(
                        Code::BadReference,
                        format!("`{percent}` is not a percentage"),
                    )
                    .label(span, "not understood")
                    .help("write how many percent, from 1 to 100, as in `${self.memory.75}`"),
                );
            }
            ["self", "memory", _] => {}
            ["self", port, field] => {
                if !self.names.ports.contains(*port) {
                    sink.push(unknown("port", port, span, &as_strs(&self.names.ports)));
                } else if PortField::parse(field).is_none() {
                    sink.push(
                        Diagnostic::new(Code::BadReference, format!("a port has no `{field}`"))
                            .label(span, "not understood")
                            .help(format!("a port has {}", all_of(PortField::NAMES))),
                    );
                }
            }
            _ => {}
        }
    }

    fn of_self(&self, name: &str, span: Span, sink: &mut Sink) {
        if ComponentField::parse(name).is_some() || self.names.outputs.contains(name) {
            return;
        }
        if self.names.ports.contains(name) {
            sink.push(
                Diagnostic::new(
                    Code::BadReference,
                    format!("`{name}` is a port: name one of its fields"),
                )
                .label(span, "this is the port itself")
                .help(format!(
                    "write `{}`, or another of {}",
                    reference::written(&["self", name, "address"]),
                    all_of(PortField::NAMES)
                )),
            );
            return;
        }
        let mut known = ComponentField::NAMES.to_vec();
        known.extend(as_strs(&self.names.outputs));
        sink.push(unknown("output", name, span, &known));
    }

    /// Conditions are compiled here: the names that they read are known before there is a component.
    fn condition(&self, node: &Node, sink: &mut Sink) {
        let Some(text) = node.as_str().filter(|_| self.is_own(node.span)) else {
            return;
        };
        match template::names_in(text) {
            Err(error) => sink.push(
                Diagnostic::new(Code::BadKind, "this is not a condition")
                    .label(node.span, error.message)
                    .help("write an expression such as `major >= 18`, `settings.password` or `roles.database.kind == 'postgres'`"),
            ),
            Ok(names) => {
                for name in names {
                    self.check_fact(&name, node.span, sink);
                }
            }
        }
    }

    fn check_fact(&self, name: &str, span: Span, sink: &mut Sink) {
        let segments: Vec<&str> = name.split('.').collect();
        let (first, rest) = segments.split_first().unwrap_or((&name, &[]));
        let Some(fact) = Fact::parse(first) else {
            sink.push(unknown("name", name, span, Fact::NAMES));
            return;
        };
        match (fact, rest) {
            (Fact::Settings, [setting, ..]) => self.setting(setting, span, sink),
            (Fact::Roles, [role, rest @ ..]) => {
                let asked = rest.first();
                if !self.names.roles.contains(*role) {
                    sink.push(unknown("role", role, span, &as_strs(&self.names.roles)));
                } else if let Some(asked) = asked.filter(|it| RoleFact::parse(it).is_none()) {
                    sink.push(unknown("field of a role", asked, span, RoleFact::NAMES));
                }
            }
            (Fact::Platform, [fact, ..]) => {
                if PlatformFact::parse(fact).is_none() {
                    let known = PlatformFact::NAMES;
                    sink.push(unknown("fact of the platform", fact, span, known));
                }
            }
            (Fact::Parts, [part]) => {
                Self::declared("part", part, &self.names.parts, span, sink);
            }
            (Fact::Ports, [port, ..]) | (Fact::External, [port]) => {
                Self::declared("port", port, &self.names.ports, span, sink);
            }
            (Fact::Routes, ["tls" | "hosts"]) => {}
            (
                Fact::External
                | Fact::Parts
                | Fact::Routes
                | Fact::Major
                | Fact::Version
                | Fact::PublicUrl
                | Fact::Files
                | Fact::Env
                | Fact::EnvElsewhere
                | Fact::Scraped
                | Fact::Memory
                | Fact::PublicPath,
                [_, ..],
            ) => sink.push(unknown("name", name, span, Fact::NAMES)),
            (_, []) => {}
        }
    }

    fn without(&self, node: &Node, sink: &mut Sink) {
        let shared = COMPONENT.iter().filter(|key| key.scope != Scope::Component);
        let known: Vec<&str> = shared.map(|key| key.name).collect();
        for item in node.as_array().unwrap_or_default() {
            let written = item.as_str().unwrap_or_default();
            let key = written.split('.').next().unwrap_or_default();
            if self.is_own(item.span) && !known.contains(&key) {
                sink.push(unknown("key of a workload", key, item.span, &known));
            }
        }
    }

    fn dependency(&self, key: &Key, sink: &mut Sink) {
        let Some(part) = key.name.strip_prefix('@') else {
            return;
        };
        if self.is_own(key.span) && part != "main" && !self.names.parts.contains(part) {
            let mut known = vec!["main"];
            known.extend(as_strs(&self.names.parts));
            sink.push(unknown("part", part, key.span, &known));
        }
    }
}

fn place_below(place: Place, key: &str) -> Place {
    match (place, key) {
        (Place::Top, "when") => Place::Top,
        (Place::Top, "workload" | "parts") => Place::Workload,
        (Place::Workload, "files") => Place::File,
        (Place::Workload, "depends_on") => Place::Dependencies,
        (Place::Workload, "env" | "labels" | "compose" | "helm" | "cluster") => Place::Elsewhere,
        (Place::Top, "alerts") => Place::Alert,
        (Place::Top, _) => Place::Elsewhere,
        (place, _) => place,
    }
}

fn takes(spec: &SettingSpec, value: &Value) -> bool {
    match spec.kind {
        SettingType::String
        | SettingType::Duration
        | SettingType::Period
        | SettingType::Size
        | SettingType::Stores
        | SettingType::File => {
            matches!(value, Value::String(_) | Value::Integer(_))
        }
        SettingType::Integer => matches!(value, Value::Integer(_)),
        SettingType::Boolean => matches!(value, Value::Boolean(_)),
        SettingType::Secret => false,
        SettingType::List | SettingType::Databases | SettingType::Files | SettingType::Folders => {
            matches!(value, Value::Array(_))
        }
    }
}

fn as_strs(names: &BTreeSet<String>) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

fn unknown(what: &str, name: &str, span: Span, known: &[&str]) -> Diagnostic {
    Diagnostic::new(Code::UnknownName, format!("there is no {what} `{name}`"))
        .label(span, format!("no such {what}"))
        .misspelled(name, nearest(name, known.iter().copied()), || match known {
            [] => format!("this kind has no {what}: declare it first"),
            known => format!("there is {}", all_of(known)),
        })
}
