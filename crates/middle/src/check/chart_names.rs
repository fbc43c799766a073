//! Values of the chart that name what the platform has (`helm`, `[raw.helm]`): Helm refuses a name that nothing has, or keeps it
//! for nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::unknown,
    files::Site,
    model::{MountSource, NetworkOwners, Platform, PlatformVolume},
    names::variable_name,
    source::Span,
    syntax::{Node, Table, Value},
};

/// What a name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Workload,
    Component,
    Pipeline,
    /// What opens connections: a workload, or the tasks of a pipeline.
    Source,
    Secret,
    Variable,
    /// A claim that is an object of the chart.
    Claim,
}

/// The keys on the way to a name. `*` is every key of a table, and every item of a list.
type Path = &'static [&'static str];

/// Where values at the top name something: the last key itself where it is `*` of a table, else what stands there.
const AT_TOP: &[(Path, Sort)] = &[
    (&["components", "*"], Sort::Workload),
    (&["secrets", "*"], Sort::Secret),
    (&["externalSecrets", "without", "*"], Sort::Secret),
    (
        &["externalSecrets", "further", "*", "reads", "*"],
        Sort::Secret,
    ),
    (&["vars", "*"], Sort::Variable),
    (&["pipelines", "*"], Sort::Pipeline),
    (&["volumes", "*"], Sort::Claim),
    (&["volumes", "*", "workload"], Sort::Workload),
    (&["volumes", "*", "component"], Sort::Component),
    (&["ingress", "hosts", "*", "workload"], Sort::Workload),
    (
        &["networkPolicy", "extraIngress", "*", "to", "*"],
        Sort::Workload,
    ),
    (
        &["networkPolicy", "extraEgress", "*", "from", "*"],
        Sort::Source,
    ),
    (&["networkPolicy", "edges", "*", "from"], Sort::Workload),
    (&["networkPolicy", "edges", "*", "to"], Sort::Workload),
    (
        &["networkPolicy", "edges", "*", "guests", "*"],
        Sort::Workload,
    ),
    (&["networkPolicy", "edges", "*", "pipeline"], Sort::Pipeline),
];

/// The same of a workload's values.
const OF_WORKLOAD: &[(Path, Sort)] = &[
    (&["volumes", "*", "claim"], Sort::Claim),
    (&["files", "*", "secret"], Sort::Secret),
];

/// Where a workload's values have texts that the chart puts together of parts: strings, and tables that name something.
const TEXTS: &[Path] = &[
    &["env", "*"],
    &["command", "*"],
    &["args", "*"],
    &["image", "*"],
    &["user"],
    &["podAnnotations", "*"],
    &["podLabels", "*"],
    &["health", "exec", "*"],
];
const PARTS: &[(Path, Sort)] = &[
    (&["*", "secret"], Sort::Secret),
    (&["*", "var"], Sort::Variable),
    (&["*", "publicUrl", "workload"], Sort::Workload),
    (&["*", "publicHost", "workload"], Sort::Workload),
];

pub(super) fn names(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    let mut names = Names {
        platform,
        known: BTreeMap::new(),
        sink,
    };
    if let Some(values) = platform.raw_written.table("helm") {
        for (path, sort) in AT_TOP {
            names.check(values, path, *sort);
        }
    }
    for workload in platform.workloads() {
        let values = &workload.values;
        if values.iter().next().is_none() {
            continue;
        }
        for (path, sort) in OF_WORKLOAD {
            names.check(values, path, *sort);
        }
        for text in TEXTS {
            for (part, sort) in PARTS {
                names.check(values, &[*text, *part].concat(), *sort);
            }
        }
    }
}

/// What names are held to.
struct Names<'a, 's> {
    platform: &'a Platform,
    /// The names that there are, each sort made when first asked for.
    known: BTreeMap<Sort, BTreeSet<&'a str>>,
    sink: &'s mut Sink,
}

impl Names<'_, '_> {
    /// Reports the names at the end of one path that nothing has.
    fn check(&mut self, values: &Table, path: &[&str], sort: Sort) {
        let platform = self.platform;
        let mut found = Vec::new();
        in_table(values, path, &mut found);
        // What a reference makes is not known here.
        for (name, span) in found.into_iter().filter(|(name, _)| !name.contains('$')) {
            let known = self.known.entry(sort);
            let known = known.or_insert_with(|| sort.known(platform));
            if !known.contains(name) {
                let unknown = sort.unknown(platform, name, span, known);
                self.sink.push(unknown);
            }
        }
    }
}

/// The names at the end of a path, each with its place. What takes an entry away names nothing.
fn in_table<'a>(table: &'a Table, path: &[&str], found: &mut Vec<(&'a str, Span)>) {
    let Some((step, rest)) = path.split_first() else {
        return;
    };
    let entries = table.iter().filter(|(key, node)| {
        let is_meant = *step == "*" || key.name == *step;
        is_meant && !node.is_false()
    });
    for (key, node) in entries {
        match (rest, *step) {
            ([], "*") => found.push((&key.name, key.span)),
            _ => in_node(node, rest, found),
        }
    }
}

fn in_node<'a>(node: &'a Node, path: &[&str], found: &mut Vec<(&'a str, Span)>) {
    match (&node.value, path) {
        (Value::Table(table), _) => in_table(table, path, found),
        (Value::Array(items), ["*", rest @ ..]) => {
            items.iter().for_each(|item| in_node(item, rest, found));
        }
        (Value::String(name), []) => found.push((name, node.span)),
        _ => {}
    }
}

impl Sort {
    fn word(self) -> &'static str {
        match self {
            Sort::Workload => "workload",
            Sort::Component => "component",
            Sort::Pipeline => "pipeline",
            Sort::Source => "workload or pipeline",
            Sort::Secret => "secret",
            Sort::Variable => "variable",
            Sort::Claim => "claim",
        }
    }

    /// The names that the chart has of it.
    fn known(self, platform: &Platform) -> BTreeSet<&str> {
        match self {
            Sort::Workload => platform.workloads().map(|it| it.name.as_str()).collect(),
            Sort::Component => {
                let components = platform.components.iter();
                components.map(|it| it.name.as_str()).collect()
            }
            Sort::Pipeline => {
                let pipelines = platform.pipelines.iter();
                pipelines.map(|it| it.name.as_str()).collect()
            }
            Sort::Source => {
                let pipelines = platform.pipelines.iter().map(|it| it.name.as_str());
                let workloads = platform.workloads().map(|it| it.name.as_str());
                workloads.chain(pipelines).collect()
            }
            Sort::Secret => {
                let secrets = platform.secrets.iter();
                secrets.map(|it| it.name.as_str()).collect()
            }
            Sort::Variable => {
                let variables = platform.variables.iter();
                let variables = variables.filter(|it| it.env.is_some());
                variables.map(|it| it.name.as_str()).collect()
            }
            Sort::Claim => {
                let volumes = platform.volumes.iter();
                let alone = volumes.filter(|it| stands_alone(platform, it));
                alone.map(|it| it.key.as_str()).collect()
            }
        }
    }

    fn unknown(
        self,
        platform: &Platform,
        name: &str,
        span: Span,
        known: &BTreeSet<&str>,
    ) -> Diagnostic {
        let is_constant = self == Sort::Variable && platform.variables.find(name).is_some();
        if is_constant {
            return Diagnostic::new(
                Code::UnknownName,
                format!("the chart has no value of `{name}`, which is a constant"),
            )
            .label(span, "it is written out where it is used")
            .help(format!(
                "change it in `[vars]`; one that may change from one installation to the next has a variable there: `{name} = {{ default = ..., env = \"{}\" }}`",
                variable_name(name)
            ));
        }
        let each = platform.volumes.find(name);
        if let Some(volume) = each.filter(|_| self == Sort::Claim) {
            return Diagnostic::new(
                Code::UnknownName,
                format!("the chart makes no claim `{name}` that stands alone"),
            )
            .label(span, "nothing reads this")
            .help(match &volume.component {
                Some(owner) => format!(
                    "each pod has a claim of its own: what holds for them stands in `helm.volumes.{}` of `{owner}`",
                    volume.declared_as
                ),
                None => "mount it somewhere, or remove this".to_string(),
            });
        }
        let known: Vec<&str> = known.iter().copied().collect();
        unknown(self.word(), name, span, &known)
    }
}

/// Whether its claim is an object of the chart: not the claims of several pods, nor the folders of a daemon's nodes.
fn stands_alone(platform: &Platform, volume: &PlatformVolume) -> bool {
    let workloads = platform.workloads().filter(|it| !it.in_chart);
    let users: Vec<_> = workloads
        .filter(|workload| {
            workload.mounts.iter().any(|mount| {
                matches!(&mount.source, MountSource::Volume(key) if *key == volume.key)
                    && mount.is_on(Site::Cluster)
            })
        })
        .collect();
    let in_tasks = platform
        .pipelines
        .iter()
        .flat_map(|pipeline| &pipeline.volumes)
        .any(|mount| matches!(&mount.source, MountSource::Volume(key) if *key == volume.key));
    match users.as_slice() {
        [] => in_tasks,
        [only] if !in_tasks && volume.component.is_some() && !volume.external => {
            let is_of_pods = only.is_many() && !only.is_job() && !volume.named;
            !is_of_pods && !only.daemon
        }
        _ => true,
    }
}

/// Names of ports: of those that a peer may reach, and of what is published.
pub(super) fn ports(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    let Some(values) = platform.raw_written.table("helm") else {
        return;
    };
    let peers = values.get_path(&["networkPolicy", "extraIngress"]);
    let peers = peers.and_then(Node::as_array).unwrap_or_default().iter();
    let of_peers = peers.filter_map(Node::as_table).flat_map(|peer| {
        let ports = peer.array("ports").unwrap_or_default().iter();
        ports.map(|port| (port, peer.strings("to")))
    });
    let hosts = values.get_path(&["ingress", "hosts"]);
    let hosts = hosts.and_then(Node::as_table).into_iter();
    let of_hosts = hosts.flat_map(Table::iter).filter_map(|(key, host)| {
        let host = host.as_table()?;
        let workload = host.string("workload").unwrap_or(&key.name);
        Some((host.get("port")?, vec![workload]))
    });
    let mut named = of_peers.chain(of_hosts).peekable();
    if named.peek().is_none() {
        return;
    }
    let known = PortNames::of(platform);
    for (port, workloads) in named {
        known.check(port, &workloads, sink);
    }
}

/// The names of the ports of each workload and of what runs in its pod; those of raw tables too.
#[derive(Default)]
struct PortNames<'a> {
    of: BTreeMap<&'a str, BTreeSet<&'a str>>,
    all: BTreeSet<&'a str>,
}

impl<'a> PortNames<'a> {
    fn of(platform: &'a Platform) -> Self {
        let pods = NetworkOwners::of_pods(platform);
        let mut known = Self::default();
        for workload in platform.workloads() {
            let raw = workload.values.table("ports");
            let raw = raw.into_iter().flat_map(Table::iter);
            let raw = raw.filter(|(_, node)| !node.is_false());
            let raw = raw.map(|(key, _)| key.name.as_str());
            let own = workload.ports.iter().map(|port| port.name.as_str());
            let names: BTreeSet<&str> = own.chain(raw).collect();
            known.all.extend(&names);
            let host = pods.foreign_owner_of(&workload.name);
            let host = host.and_then(|host| platform.workload(host));
            for holder in std::iter::once(workload).chain(host) {
                known.of.entry(&holder.name).or_default().extend(&names);
            }
        }
        known
    }

    /// `workloads`: those whose port it is to be, or none for all; where one of them is not there, that is the mistake.
    fn check(&self, port: &Node, workloads: &[&str], sink: &mut Sink) {
        let Some(name) = port.as_str().filter(|it| !it.contains('$')) else {
            return;
        };
        let of: Option<Vec<_>> = workloads.iter().map(|it| self.of.get(it)).collect();
        let Some(of) = of else {
            return;
        };
        let of = match workloads {
            [] => vec![&self.all],
            _ => of,
        };
        if !of.iter().any(|names| names.contains(name)) {
            let known: BTreeSet<&str> = of.into_iter().flatten().copied().collect();
            let known: Vec<&str> = known.into_iter().collect();
            sink.push(unknown("port", name, port.span, &known));
        }
    }
}
