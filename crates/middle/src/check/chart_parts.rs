//! Values of the chart that complete what a workload does not have: alone they are not whole, and Helm refuses them.

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    files::Target,
    model::{Platform, Probe, Workload},
    source::Span,
    syntax::{Key, Node, Table, places},
    text::all_of,
};

/// What a table of values can't be without, where nothing of it is generated.
const OF_HEALTH: &[&str] = &["periodSeconds", "timeoutSeconds", "retries", "startSeconds"];
const EXEC: &str = "exec";
const HTTP_GET: &str = "httpGet";
const TCP_SOCKET: &str = "tcpSocket";
/// What a check does, and what says it whole.
const PROBES: [(&str, &[&str]); 3] = [
    (EXEC, &[]),
    (HTTP_GET, &["path", "port"]),
    (TCP_SOCKET, &["port"]),
];
const OF_PORT: &[&str] = &["port", "protocol"];
const OF_VOLUME: &[&str] = &["mountPath"];
const OF_HOST: &[&str] = &["workload", "port"];

pub(super) fn parts(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    for workload in platform.workloads().filter(|it| !it.in_chart) {
        health(workload, sink);
        ports(workload, sink);
        if platform.targets.contains(&Target::Helm) {
            moved_ports(workload, sink);
        }
        volumes(workload, sink);
    }
    hosts(platform, sink);
}

/// `helm.health` of a workload without a check.
fn health(workload: &Workload, sink: &mut Sink) {
    let Some(entry) = workload.values.entry("health") else {
        return;
    };
    let is_whole = !is_incomplete(&entry.value, sink);
    let Some(table) = entry.value.as_table().filter(|_| is_whole) else {
        return;
    };
    probes(workload, table, sink);
    if workload.health.is_some() {
        return;
    }
    let has_probe = PROBES.iter().any(|(key, _)| table.get(key).is_some());
    let missing = missing(table, OF_HEALTH);
    if has_probe && missing.is_empty() {
        return;
    }
    let message = format!(
        "`health` completes a check, and `{}` has none",
        workload.name
    );
    let diagnostic = Diagnostic::new(Code::MissingKey, message)
        .label(entry.key.span, "is not a whole check by itself");
    let port = workload.ports.first().filter(|_| workload.part.is_none());
    sink.push(match port {
        Some(port) if !has_probe => {
            let line = format!("health = {{ tcp = \"{}\" }}", port.name);
            diagnostic
                .help(format!("say what is checked: `{line}`"))
                .adding(workload.span, line)
        }
        _ if has_probe => diagnostic.help(format!("say {} too", all_of(&missing))),
        _ => diagnostic
            .help("remove it, or say what is checked by `health` of the component")
            .removing(places(&entry.key, &entry.value)),
    });
}

/// What the check does: one thing, and another than its own has to be said whole.
fn probes(workload: &Workload, table: &Table, sink: &mut Sink) {
    let own = workload.health.as_ref().map(|health| match &health.probe {
        Probe::Http { .. } => HTTP_GET,
        Probe::Tcp { .. } => TCP_SOCKET,
        Probe::Command(_) | Probe::Shell(_) => EXEC,
    });
    let said = PROBES.iter().filter_map(|(key, whole)| {
        let entry = table.entry(key)?;
        (!entry.value.is_false()).then_some((entry, *whole))
    });
    let said: Vec<_> = said.collect();
    for (entry, whole) in &said {
        let key = entry.key.name.as_str();
        let Some(probe) = entry.value.as_table().filter(|_| own != Some(key)) else {
            continue;
        };
        let missing = missing(probe, whole);
        if !missing.is_empty() {
            let message = format!("`{key}` is no check of `{}` by itself", workload.name);
            sink.push(
                Diagnostic::new(Code::MissingKey, message)
                    .label(entry.key.span, "is not a whole check")
                    .help(format!("say {} too", all_of(&missing))),
            );
        }
    }
    if let [(first, _), (second, _), ..] = said.as_slice() {
        let (one, other) = (&first.key.name, &second.key.name);
        sink.push(
            Diagnostic::new(
                Code::ConflictingKeys,
                format!("a check does one thing: `{one}` or `{other}`"),
            )
            .label(first.key.span, "one check")
            .label(second.key.span, "and another")
            .help(format!("keep one of `{one}` and `{other}`")),
        );
    }
}

/// Another number of a port that the workload has: the container and its Service have it alone.
fn moved_ports(workload: &Workload, sink: &mut Sink) {
    let tables = workload.values.table("ports");
    for port in &workload.ports {
        let table = tables.and_then(|it| it.table(&port.name));
        let (name, number) = (&port.name, port.container.first);
        let said = table.and_then(|it| Some((it.get("port")?, it.integer("port")?)));
        let Some((said, _)) = said.filter(|(_, it)| *it != i64::from(number)) else {
            continue;
        };
        sink.push(
            Diagnostic::new(
                Code::TargetLoss,
                format!("helm: `port` of the port `{name}` moves the container's and the Service's alone: checks, policies, scrapes and references stay at {number}"),
            )
            .label(said.span, format!("all others ask {number}"))
            .help(format!("write the number as `ports.{name}` of the component: all of it follows"))
            .about(&workload.component),
        );
    }
}

/// `helm.ports.X` of a port that the workload does not have.
fn ports(workload: &Workload, sink: &mut Sink) {
    let own = workload.ports.iter().map(|port| port.name.as_str());
    let own: Vec<&str> = own.collect();
    for (key, table) in tables_with_new_names(workload, "ports", &own, sink) {
        let missing = missing(table, OF_PORT);
        if !missing.is_empty() {
            let line = "protocol = \"TCP\"";
            let diagnostic = incomplete_entry("port", &key.name, key.span, &missing, &own);
            let says_protocol =
                missing == ["protocol"] && nearest(&key.name, own.iter().copied()).is_none();
            sink.push(match says_protocol {
                true => diagnostic
                    .help(format!("write `{line}` too"))
                    .adding(key.span, line),
                false => diagnostic,
            });
        }
    }
}

/// `helm.volumes.X` of a volume that the workload does not mount.
fn volumes(workload: &Workload, sink: &mut Sink) {
    // Those of memory and of devices get their names in the chart.
    let runtime = &workload.runtime;
    let has_further =
        !runtime.tmpfs.is_empty() || runtime.shm_size.is_some() || !runtime.devices.is_empty();
    let own = workload.mounts.iter().chain(&workload.node_mounts);
    let own: Vec<&str> = own.map(|mount| mount.name.as_str()).collect();
    for (key, table) in tables_with_new_names(workload, "volumes", &own, sink) {
        let is_made = has_further
            && ["tmpfs", "shm", "device"]
                .iter()
                .any(|made| key.name.starts_with(made));
        let missing = missing(table, OF_VOLUME);
        if !missing.is_empty() && !is_made {
            sink.push(incomplete_entry(
                "volume", &key.name, key.span, &missing, &own,
            ));
        }
    }
}

/// `[raw.helm.ingress.hosts.X]` of a host that nothing publishes.
fn hosts(platform: &Platform, sink: &mut Sink) {
    let hosts = platform.raw_written.get_path(&["helm", "ingress", "hosts"]);
    let hosts = hosts.and_then(Node::as_table).into_iter();
    let hosts = hosts.flat_map(Table::iter);
    let hosts = complete_tables(hosts, sink);
    if hosts.is_empty() {
        return;
    }
    let own = published(platform);
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    for (key, table) in hosts {
        let missing = missing(table, OF_HOST);
        if !own.contains(&key.name.as_str()) && !missing.is_empty() {
            sink.push(incomplete_entry(
                "host", &key.name, key.span, &missing, &own,
            ));
        }
    }
}

/// The keys of `ingress.hosts` as the chart has them.
fn published(platform: &Platform) -> Vec<String> {
    let routes = platform.routes.iter().flat_map(|route| {
        let of_login = route.login.is_some() && !route.paths.iter().any(|it| it.path == "/");
        let count = route.paths.len() + usize::from(of_login);
        (1..=count).map(|number| format!("{}-{number}", route.name))
    });
    let routes: Vec<String> = routes.collect();
    if !routes.is_empty() {
        return routes;
    }
    let ports = platform.workloads().flat_map(|workload| {
        let published = workload.ports.iter().filter(|port| port.host.is_some());
        published.flat_map(|port| {
            [
                workload.name.clone(),
                format!("{}-{}", workload.name, port.name),
            ]
        })
    });
    ports.collect()
}

/// The tables below a key of a workload's values whose name is none of `own`.
fn tables_with_new_names<'a>(
    workload: &'a Workload,
    key: &str,
    own: &[&str],
    sink: &Sink,
) -> Vec<(&'a Key, &'a Table)> {
    let tables = workload.values.entries_of(key);
    let others = tables.filter(|(key, _)| !own.contains(&key.name.as_str()));
    complete_tables(others, sink)
}

/// Those that are tables as they were written: what was left out of one makes it look less than whole, and was reported.
fn complete_tables<'a>(
    entries: impl Iterator<Item = (&'a Key, &'a Node)>,
    sink: &Sink,
) -> Vec<(&'a Key, &'a Table)> {
    let entries = entries.filter(|(_, node)| !is_incomplete(node, sink));
    let tables = entries.filter_map(|(key, node)| Some((key, node.as_table()?)));
    tables.collect()
}

/// Whether something was left out of a table, or of one in it.
fn is_incomplete(node: &Node, sink: &Sink) -> bool {
    let mut inner = node.as_table().into_iter().flat_map(Table::iter);
    sink.is_incomplete(node.span) || inner.any(|(_, it)| is_incomplete(it, sink))
}

fn missing(table: &Table, needed: &'static [&'static str]) -> Vec<&'static str> {
    let keys = needed.iter().filter(|key| table.get(key).is_none());
    keys.copied().collect()
}

fn incomplete_entry(
    what: &str,
    name: &str,
    span: Span,
    missing: &[&str],
    own: &[&str],
) -> Diagnostic {
    let message = format!("there is no {what} `{name}` that these values complete");
    let near = nearest(name, own.iter().copied());
    Diagnostic::new(Code::UnknownName, message)
        .label(span, format!("no such {what}"))
        .misspelled(name, near, || {
            let new = format!("a new one says {} too", all_of(missing));
            match own {
                [] => new,
                own => format!("there is {}; {new}", all_of(own)),
            }
        })
}
