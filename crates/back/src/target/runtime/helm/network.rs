//! Edges of the graph as values, of which the templates make both directions of every policy.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use serde::Serialize;

use super::{chart::Builder, told};
use crate::{
    diag::Diagnostic,
    graph::{OpenPort, Peer},
    model::{Component, Host, NetworkOwners, PortRange, Probe, Protocol},
    names::Names,
    target::Context,
};

/// A pod or the tasks of a pipeline may reach a pod, or an address outside of the chart.
#[derive(Debug, Serialize)]
pub struct EdgeValues {
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pipeline: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cidrs: Vec<String>,
    /// Namespaces of whose pods it reaches; an empty name is the release's own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    namespaces: Vec<String>,
    /// Workloads in one of the two pods whose edge it is: it holds while they run.
    #[serde(skip_serializing_if = "Guests::is_empty")]
    guests: Guests,
    ports: Vec<PolicyPort>,
}

type Guests = BTreeSet<String>;

/// Edges by both pods and by the guests whose they are.
type Between = BTreeMap<(Peer, String, Guests), BTreeSet<OpenPort>>;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PolicyPort {
    port: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_port: Option<u16>,
    protocol: String,
}

/// What the chart knows of a pipeline.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PipelineValues {
    /// The name of its policy.
    policy: String,
    /// What its tasks reach: a port of each that takes connections once it is up.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    wait_for: BTreeMap<String, u16>,
}

/// Every edge between pods, then those to what runs elsewhere.
pub fn edges(context: &Context<'_>, pods: &NetworkOwners) -> Vec<EdgeValues> {
    let mut between = Between::new();
    for edge in context.graph.edges() {
        let mut guests = guest(context, pods, &edge.to);
        let from = pod_of(context, pods, &edge.from, &mut guests);
        let to = pods.owner_of(&edge.to).to_string();
        if from != Peer::Workload(to.clone()) {
            between
                .entry((from, to, guests))
                .or_default()
                .extend(edge.ports.iter().copied());
        }
    }
    guests_edges(context, pods, &mut between);
    let mut out: Vec<EdgeValues> = without_doubles(between)
        .into_iter()
        .filter(|(_, ports)| !ports.is_empty())
        .map(|((from, to, guests), ports)| EdgeValues {
            to: Some(to),
            guests,
            ..edge(from, &ports)
        })
        .collect();
    out.extend(edges_outside(context, pods));
    out
}

/// Whose pod an edge starts in; adds the guest that it is of.
fn pod_of(context: &Context<'_>, pods: &NetworkOwners, from: &Peer, guests: &mut Guests) -> Peer {
    match from {
        Peer::Workload(name) => {
            guests.append(&mut guest(context, pods, name));
            Peer::Workload(pods.owner_of(name).to_string())
        }
        Peer::Pipeline(name) => Peer::Pipeline(name.clone()),
    }
}

/// The workload, if it runs in the pod of another one of our chart.
fn guest(context: &Context<'_>, pods: &NetworkOwners, name: &str) -> Guests {
    let host = pods.foreign_owner_of(name);
    let host = host.and_then(|host| context.platform.workload(host));
    let is_ours = host.is_some_and(|host| !host.in_chart);
    is_ours.then(|| name.to_string()).into_iter().collect()
}

/// What others reach of a job that runs in another's pod: it is over before the pod listens, so there is no Service of it.
pub fn unanswered(builder: &mut Builder<'_>) {
    let context = builder.context;
    let platform = context.platform;
    let edges = context.graph.edges();
    for edge in edges.filter(|it| !it.ports.is_empty()) {
        let job = platform.workload(&edge.to).filter(|it| it.is_job());
        let host = builder.pods.foreign_owner_of(&edge.to);
        let (Some(job), Some(host)) = (job, host) else {
            continue;
        };
        let (from, component, span) = match &edge.from {
            Peer::Workload(name) if builder.pods.owner_of(name) == host => continue,
            Peer::Workload(name) => match platform.workload(name) {
                Some(workload) => (name, Some(&workload.component), workload.span),
                None => continue,
            },
            Peer::Pipeline(name) => (name, None, job.span),
        };
        let message = format!(
            "`{from}` reaches a port of `{}`, which nobody answers: the job ends before `{host}`, in whose pod it runs, starts",
            job.name
        );
        let component = component.unwrap_or(&job.component);
        let losses = &mut builder.losses;
        losses.of_component(component, span, &message, Diagnostic::accept_alone);
    }
}

/// What a pod reaches anyway needs no guest that runs.
fn without_doubles(between: Between) -> Between {
    let (mut out, of_guests): (Between, Between) = between
        .into_iter()
        .partition(|((_, _, guests), _)| guests.is_empty());
    for ((from, to, guests), mut ports) in of_guests {
        let always = (from.clone(), to.clone(), Guests::new());
        if let Some(open) = out.get(&always) {
            ports.retain(|port| !open.contains(port));
        }
        out.insert((from, to, guests), ports);
    }
    out
}

/// A guest's pod has the labels of its host: the other workloads of the guest's component reach it by an edge.
fn guests_edges(context: &Context<'_>, pods: &NetworkOwners, between: &mut Between) {
    let platform = context.platform;
    for workload in platform.workloads() {
        let Some(host) = pods.foreign_owner_of(&workload.name) else {
            continue;
        };
        let siblings = platform.component(&workload.component).into_iter();
        let siblings = siblings.flat_map(|it| &it.workloads);
        for sibling in siblings.filter(|other| other.name != workload.name) {
            let other = pods.owner_of(&sibling.name);
            if other == host {
                continue;
            }
            let mut guests = guest(context, pods, &workload.name);
            guests.append(&mut guest(context, pods, &sibling.name));
            for (from, to, ports) in [
                (host, other, &sibling.ports),
                (other, host, &workload.ports),
            ] {
                let from = Peer::Workload(from.to_string());
                between
                    .entry((from, to.to_string(), guests.clone()))
                    .or_default()
                    .extend(ports.iter().map(|port| OpenPort {
                        range: port.container,
                        protocol: port.protocol,
                    }));
            }
        }
    }
}

/// Edges to components that run elsewhere, and to what else keys tell programs of. A name's address is not known here: its port is
/// open to every address.
fn edges_outside(context: &Context<'_>, pods: &NetworkOwners) -> Vec<EdgeValues> {
    let mut out: BTreeMap<(Peer, Outside, Guests), BTreeSet<OpenPort>> = BTreeMap::new();
    for edge in context.graph.outside_edges() {
        let mut guests = Guests::new();
        let from = pod_of(context, pods, &edge.from, &mut guests);
        let target = context.platform.component(&edge.component);
        if let Some((place, port)) = target.and_then(|target| address(target, &edge.port)) {
            out.entry((from, place, guests)).or_default().insert(port);
        }
    }
    for (peer, addresses) in told::addresses(context.platform) {
        let mut guests = Guests::new();
        let from = pod_of(context, pods, &peer, &mut guests);
        for address in addresses {
            let host = address.host.as_ref();
            let place = host.map_or_else(everywhere, outside);
            let ends = (from.clone(), place, guests.clone());
            out.entry(ends).or_default().insert(OpenPort {
                range: PortRange::single(address.port),
                protocol: Protocol::Tcp,
            });
        }
    }
    out.into_iter()
        .map(|((from, place, guests), ports)| EdgeValues {
            cidrs: place.cidrs,
            namespaces: place.namespaces,
            guests,
            ..edge(from, &ports)
        })
        .collect()
}

/// Where a port of a component that runs elsewhere is.
fn address(component: &Component, port: &str) -> Option<(Outside, OpenPort)> {
    let address = component.external_address(port)?;
    // Its readers share the node's network, where no policy holds: a pod that looks there finds itself.
    if address.host.is_loopback() {
        return None;
    }
    let protocol = component
        .port(port)
        .map_or(Protocol::Tcp, |port| port.protocol);
    let range = PortRange::single(address.number);
    Some((outside(&address.host), OpenPort { range, protocol }))
}

/// Where something is that no workload of the chart is.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Outside {
    cidrs: Vec<String>,
    namespaces: Vec<String>,
}

fn outside(host: &Host) -> Outside {
    let one = |cidr: String| Outside {
        cidrs: vec![cidr],
        ..Outside::default()
    };
    match host {
        Host::Ip(IpAddr::V4(address)) => one(format!("{address}/32")),
        Host::Ip(IpAddr::V6(address)) => one(format!("{address}/128")),
        Host::Name(name) => match told::namespace_of(name) {
            // A Service may lead to no pods: to the cluster's API, or by `externalName` out of the cluster.
            Some(namespace) => Outside {
                namespaces: vec![namespace.to_string()],
                ..everywhere()
            },
            // A Service beside the release; and not every policy takes pods for addresses.
            None if !name.contains('.') => Outside {
                namespaces: vec![String::new()],
                ..everywhere()
            },
            None => everywhere(),
        },
    }
}

fn everywhere() -> Outside {
    Outside {
        cidrs: vec!["0.0.0.0/0".to_string(), "::/0".to_string()],
        ..Outside::default()
    }
}

fn edge(from: Peer, ports: &BTreeSet<OpenPort>) -> EdgeValues {
    let (from, pipeline) = match from {
        Peer::Workload(name) => (Some(name), None),
        Peer::Pipeline(name) => (None, Some(name)),
    };
    EdgeValues {
        from,
        pipeline,
        to: None,
        cidrs: Vec::new(),
        namespaces: Vec::new(),
        guests: Guests::new(),
        ports: ports
            .iter()
            .map(|open| PolicyPort {
                port: open.range.first,
                end_port: (open.range.last > open.range.first).then_some(open.range.last),
                protocol: open.protocol.name().to_ascii_uppercase(),
            })
            .collect(),
    }
}

/// Pipelines by name, each with a name for its policy that Kubernetes takes and no workload has.
pub fn pipelines(context: &Context<'_>) -> Vec<(String, PipelineValues)> {
    let workloads = context.platform.workloads();
    let workloads = workloads.map(|workload| workload.name.clone());
    let mut names: Names = workloads.chain(context.platform.chart_pods()).collect();
    let mut out = Vec::new();
    for pipeline in &context.platform.pipelines {
        let plain = pipeline.name.to_ascii_lowercase().replace('_', "-");
        let plain: String = plain.chars().take(40).collect();
        let plain = format!("pipeline-{}", plain.trim_matches('-'));
        let policy = names.take_numbered(&plain);
        let wait_for = reached(context, &pipeline.name);
        out.push((pipeline.name.clone(), PipelineValues { policy, wait_for }));
    }
    out
}

/// The workloads that a pipeline reaches by TCP, each with the port of its health check, else the first.
fn reached(context: &Context<'_>, pipeline: &str) -> BTreeMap<String, u16> {
    let mut out = BTreeMap::new();
    for edge in context
        .graph
        .edges_from(&Peer::Pipeline(pipeline.to_string()))
    {
        let Some(workload) = context.platform.workload(&edge.to) else {
            continue;
        };
        let is_open = |number: u16| {
            let mut ports = edge.ports.iter();
            ports.any(|open| open.protocol == Protocol::Tcp && open.range.first == number)
        };
        let checked = match workload.health.as_ref().map(|health| &health.probe) {
            Some(Probe::Http { number, .. } | Probe::Tcp { number, .. }) => Some(*number),
            _ => None,
        };
        let mut ports = workload.ports.iter().map(|port| port.container.first);
        let port = checked
            .filter(|number| is_open(*number))
            .or_else(|| ports.find(|number| is_open(*number)));
        let takes = !workload.is_job() && !workload.is_part_of_chart();
        if let Some(port) = port.filter(|_| takes) {
            out.insert(workload.name.clone(), port);
        }
    }
    out
}
