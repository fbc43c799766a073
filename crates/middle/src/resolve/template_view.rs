//! The view of a kind's template: its component, and the components that fill its roles.

use std::{cmp::Reverse, collections::BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::{
    Scene, ci,
    reference::{Scope, text, value},
    settings::setting_value,
};
use crate::{
    diag::Sink,
    expand::{ComponentDraft, read},
    model::{Endpoint, Piece, Purpose, Route, RouteEnd, RoutePath, SettingValue, Text},
    reference::{Reference, Words},
    syntax::{Node, Table},
    template::noted,
};

/// Marks a piece that is not known yet while a template of a kind runs: no text that people write holds these.
const MARK: (char, char) = ('\u{fdd0}', '\u{fdd1}');

/// What a kind's template sees.
pub(super) fn view(
    scene: &Scene<'_>,
    index: usize,
    environment: Option<&str>,
    marks: &mut Marks,
    sink: &mut Sink,
) -> Json {
    let draft = &scene.components[index];
    let mut settings = Map::new();
    for spec in &draft.kind.settings {
        let Some(node) = draft.setting(&spec.name) else {
            continue;
        };
        let value = match setting_value(scene, index, spec, node, sink) {
            SettingValue::Text(text) => Json::from(marks.show(&text)),
            SettingValue::Integer(number) => Json::from(number),
            SettingValue::Boolean(value) => Json::from(value),
            SettingValue::List(items) => items.iter().map(|item| marks.show(item)).collect(),
            SettingValue::Stores(stores) => stores.iter().map(|it| marks.show(&it.url)).collect(),
            SettingValue::Files(_) => Json::from(true),
        };
        settings.insert(spec.name.clone(), value);
    }
    let mut roles = Map::new();
    for bound in &draft.uses {
        let mut shown = role_view(scene, bound.target, bound.database.as_deref(), marks, sink);
        shown["kind"] = Json::from(bound.fitting_kind(&scene.components[bound.target]));
        roles.insert(bound.role.name.clone(), shown);
    }
    let mut out = json!({
        "settings": settings,
        "roles": roles,
        "major": draft.program.major,
        "version": draft.version,
        "parts": parts(draft),
        "self": role_view(scene, index, None, marks, sink),
        "routes": routes(scene, &draft.name, marks, sink),
        "platform": {
            "name": scene.names.platform,
            "pipelines": scene.names.has_pipelines,
            "prometheus": scene.has(Purpose::Metrics),
            "ci_containers": scene.names.has_ci_containers,
        },
        "ci": match draft.kind_table.boolean("runs_ci") {
            Some(true) => ci::view(&scene.draft.tree, scene, environment),
            _ => Json::Null,
        },
    });
    if draft.kind_table.boolean("reads_logs") == Some(true) {
        out["platform"]["project"] = Json::from(scene.names.project.as_str());
        out["platform"]["workloads"] = workloads(scene);
        out["platform"]["task_pods"] = task_pods(scene);
    }
    out
}

/// Whose logs there are: every workload with its component and group.
fn workloads(scene: &Scene<'_>) -> Json {
    let components = scene.components.iter();
    let workloads = components.filter(|draft| draft.external.is_none());
    let workloads = workloads.flat_map(|draft| {
        draft.workloads.iter().map(|shape| {
            json!({
                "name": draft.workload_name(shape.part.as_deref()),
                "component": draft.name,
                "group": draft.group,
            })
        })
    });
    workloads.collect()
}

/// What the pods of each pipeline's tasks are called in a cluster, before the task's name.
fn task_pods(scene: &Scene<'_>) -> Json {
    let pipelines = scene.draft.tree.table("pipelines").into_iter();
    let names = pipelines.flat_map(Table::iter).map(|(key, _)| &key.name);
    let pods = names.map(|name| {
        let pods = name.to_ascii_lowercase().replace('_', "-");
        json!({ "name": name, "pods": pods })
    });
    pods.collect()
}

/// The hosts that people reach through a component. Several routes may be of one host, and a server takes each host once.
fn routes(scene: &Scene<'_>, door: &str, marks: &mut Marks, sink: &mut Sink) -> Json {
    let mut hosts: Vec<(&str, Vec<&Route>)> = Vec::new();
    for route in scene.draft.routes.iter().filter(|it| it.door == door) {
        match hosts.iter_mut().find(|(host, _)| *host == route.host) {
            Some((_, routes)) => routes.push(route),
            None => hosts.push((&route.host, vec![route])),
        }
    }
    let shown = hosts.iter();
    let shown = shown.filter_map(|(_, routes)| host(scene, routes, marks, sink));
    shown.collect()
}

/// The routes of one host as one: the longest path first, so that the first one that fits is meant. Whether people log in is a
/// matter of each path.
fn host(scene: &Scene<'_>, routes: &[&Route], marks: &mut Marks, sink: &mut Sink) -> Option<Json> {
    let first = routes.first()?;
    let paths = routes.iter().flat_map(|route| {
        let asks = route.login.is_some();
        route.paths.iter().map(move |path| (path, asks))
    });
    let mut paths: Vec<(&RoutePath, bool)> = paths.collect();
    paths.sort_by_key(|(path, _)| Reverse(path.path.len()));
    let mut shown = json!({
        "name": first.name,
        "host": first.host,
        "origin": marks.show(&piece(Piece::RouteOrigin(first.name.clone()))),
        "port": marks.show(&piece(Piece::RoutePort(first.name.clone()))),
        "secret": first.secret(),
        "tls": first.tls.is_some(),
        "paths": paths.into_iter().map(|(path, asks)| {
            let mut shown = end(scene, &path.to, marks, sink);
            shown["path"] = Json::from(path.path.as_str());
            shown["strip"] = Json::from(path.strip);
            shown["login"] = Json::from(asks);
            shown
        }).collect::<Vec<_>>(),
    });
    if let Some(login) = routes.iter().find_map(|route| route.login.as_ref()) {
        shown["login"] = end(scene, login, marks, sink);
    }
    Some(shown)
}

fn piece(piece: Piece) -> Text {
    Text {
        pieces: vec![piece],
    }
}

/// A component's port as an entry point reaches it.
fn end(scene: &Scene<'_>, to: &RouteEnd, marks: &mut Marks, sink: &mut Sink) -> Json {
    let Some(index) = scene.find(&to.component) else {
        return Json::Null;
    };
    let shown = role_view(scene, index, None, marks, sink);
    let ports = scene.components[index]
        .workloads
        .iter()
        .flat_map(|it| &it.ports);
    let scheme = ports
        .filter(|port| port.name == to.port)
        .map(|port| port.scheme.name())
        .next();
    let mut out = shown[&to.port].clone();
    out["component"] = Json::from(to.component.as_str());
    out["external"] = Json::from(scene.components[index].external.is_some());
    out["scheme"] = Json::from(scheme.unwrap_or("http"));
    out
}

/// Which of the kind's parts run.
fn parts(draft: &ComponentDraft) -> Json {
    let named = draft.kind_table.table("parts").into_iter();
    let runs = |name: &str| {
        let mut workloads = draft.workloads.iter();
        workloads.any(|workload| workload.part.as_deref() == Some(name))
    };
    named
        .flat_map(Table::keys)
        .map(|name| (name.to_string(), Json::from(runs(name))))
        .collect::<Map<_, _>>()
        .into()
}

/// The ports of the kind's main workload, those too that the user took away: the program listens on them all the same.
fn kind_ports(draft: &ComponentDraft) -> impl Iterator<Item = (&str, &Node)> {
    let ports = draft.kind.ports().into_iter();
    ports
        .flat_map(Table::iter)
        .map(|(key, node)| (key.name.as_str(), node))
}

/// A component as a template sees it: its name, kind, outputs, and ports with `host`, `port`, `address` and `url`.
fn role_view(
    scene: &Scene<'_>,
    index: usize,
    database: Option<&str>,
    marks: &mut Marks,
    sink: &mut Sink,
) -> Json {
    let draft = &scene.components[index];
    let mut out = Map::new();
    out.insert("kind".to_string(), Json::from(draft.kind.name.as_str()));
    out.insert("name".to_string(), Json::from(draft.name.as_str()));
    out.insert("component".to_string(), Json::from(draft.name.as_str()));
    out.insert("version".to_string(), json!(draft.version));
    let elsewhere = draft.external.is_some();
    out.insert("external".to_string(), Json::from(elsewhere));
    let scope = Scope {
        binding: database,
        ..Scope::component(index, None)
    };
    for port in draft.workloads.iter().flat_map(|shape| &shape.ports) {
        let mut fields = Map::new();
        fields.insert("port".to_string(), Json::from(port.container.first));
        fields.insert("scheme".to_string(), Json::from(port.scheme.name()));
        fields.insert("path".to_string(), Json::from(port.prefix()));
        for field in ["host", "address", "url"] {
            let value = own_address(scene, index, [&port.name, field], &scope, sink);
            fields.insert(field.to_string(), Json::from(marks.show(&value)));
        }
        out.insert(port.name.clone(), Json::Object(fields));
    }
    for (port, node) in kind_ports(draft) {
        if let Some(number) = read::container_port(node).filter(|_| !out.contains_key(port)) {
            out.insert(port.to_string(), json!({ "port": number, "path": "" }));
        }
    }
    for setting in ["tls", "ca"] {
        let value = draft.setting(setting).and_then(Node::as_str);
        out.insert(setting.to_string(), Json::from(value));
    }
    for (field, port) in [
        ("url", draft.main_port()),
        ("public_url", draft.page_port()),
    ] {
        if let Some(port) = port {
            // A port that is published nowhere has no public URL: a template that wants one then says so.
            let quiet = &mut Sink::default();
            let value = own_address(scene, index, [&port, field], &scope, quiet);
            if !value.is_empty() {
                out.insert(field.to_string(), Json::from(marks.show(&value)));
            }
        }
    }
    for (key, node) in draft.kind_table.entries_of("outputs") {
        let value = text(scene, node, &scope, sink);
        out.insert(key.name.clone(), Json::from(marks.show(&value)));
    }
    Json::Object(out)
}

/// `${self.PORT.FIELD}`, as the component's kind reads it.
fn own_address(
    scene: &Scene<'_>,
    index: usize,
    [port, field]: [&str; 2],
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Text {
    let reference = Reference {
        segments: vec!["self", port, field],
        place: scene.components[index].kind.span,
    };
    value(scene, &reference, Words::Kind, scope, sink).unwrap_or_default()
}

/// Pieces that a template passes through as marks, and addresses, which it sees.
#[derive(Default)]
pub(super) struct Marks {
    pieces: Vec<Piece>,
    endpoints: Vec<Endpoint>,
}

impl Marks {
    /// Addresses are the same in every target, so a template may look at them. Which of them it reads is noted: what it is told
    /// of, the program asks.
    fn show(&mut self, text: &Text) -> String {
        let shown = text.render(|piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Endpoint(endpoint) => endpoint.value(),
            piece => {
                self.pieces.push(piece.clone());
                format!("{}{}{}", MARK.0, self.pieces.len() - 1, MARK.1)
            }
        });
        text.endpoints().fold(shown, |shown, endpoint| {
            self.endpoints.push(endpoint.clone());
            noted(self.endpoints.len() - 1, &shown)
        })
    }

    /// The addresses that a template has read, by the numbers that were noted: each port once.
    pub fn asked(&self, numbers: &BTreeSet<usize>) -> Vec<Endpoint> {
        let mut out: Vec<Endpoint> = Vec::new();
        for endpoint in numbers.iter().filter_map(|it| self.endpoints.get(*it)) {
            let of = |it: &Endpoint| (it.component.clone(), it.port.clone());
            if !out.iter().any(|known| of(known) == of(endpoint)) {
                out.push(endpoint.clone());
            }
        }
        out
    }

    pub fn restore(&self, rendered: &str) -> Text {
        let mut out = Text::default();
        let mut rest = rendered;
        while let Some(start) = rest.find(MARK.0) {
            let after = &rest[start + MARK.0.len_utf8()..];
            let Some(end) = after.find(MARK.1) else { break };
            out.push_literal(&rest[..start]);
            if let Some(piece) = after[..end]
                .parse::<usize>()
                .ok()
                .and_then(|number| self.pieces.get(number))
            {
                out.push(piece.clone());
            }
            rest = &after[end + MARK.1.len_utf8()..];
        }
        out.push_literal(rest);
        out
    }
}
