//! The platform as a graph: who reaches whom on which ports, and in which order things start.
//!
//! In: the model. Out: [`Graph`], which the checks and the targets read. It holds no cycle once
//! [`cycles`](Graph::cycles) is empty.

mod edges;
mod order;
mod texts;

pub use order::independent_cycles;
pub use texts::{pipeline_texts, workload_secrets, workload_texts};

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{NetworkMode, Platform, PortRange, Protocol};

/// Who opens a connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    Workload(String),
    /// The tasks of a pipeline.
    Pipeline(String),
}

/// The key of the platform that makes one component reach another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    Uses,
    DependsOn,
    Reference,
    Reaches,
    Flow,
    Scrape,
}

/// A port as a network policy names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpenPort {
    pub range: PortRange,
    pub protocol: Protocol,
}

/// One peer reaches one workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    pub from: Peer,
    /// The workload that is reached.
    pub to: String,
    pub ports: BTreeSet<OpenPort>,
    pub why: BTreeSet<Why>,
}

/// `from` starts after `to`; names of workloads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StartEdge {
    pub from: String,
    pub to: String,
    pub optional: bool,
}

/// One peer reaches one port of a component that runs elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OutsideEdge {
    pub from: Peer,
    pub component: String,
    /// The port's name.
    pub port: String,
}

/// One component needs another, as the architecture shows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ComponentEdge {
    pub from: ComponentPeer,
    pub to: String,
    pub why: BTreeSet<Why>,
}

/// A component or a pipeline by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComponentPeer {
    Component(String),
    Pipeline(String),
}

#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// By peer, then by the workload reached: each pair once.
    edges: BTreeMap<(Peer, String), Edge>,
    /// By the two ends: each pair once. External components are in it too.
    component_edges: BTreeMap<(ComponentPeer, String), BTreeSet<Why>>,
    /// What does not work without what: the edges of `component_edges` that say so, from both ends.
    needs: Needs,
    start: BTreeSet<StartEdge>,
    /// The other groups that each group waits for.
    group_waits: BTreeMap<String, BTreeSet<String>>,
    /// Who reaches which port of a component that runs elsewhere.
    outside: BTreeSet<OutsideEdge>,
    /// Each workload's component and group.
    homes: BTreeMap<String, Home>,
}

/// Components by the components at the other end of an edge.
type Ends = BTreeMap<String, BTreeSet<String>>;

#[derive(Clone, Debug, Default)]
struct Needs {
    /// What each component needs.
    of: Ends,
    /// Which components need each.
    by: Ends,
    /// Which pipelines need each.
    by_pipelines: Ends,
}

#[derive(Clone, Debug)]
struct Home {
    component: String,
    group: String,
}

/// Builds the graph of a platform.
pub fn build(platform: &Platform) -> Graph {
    let mut graph = Graph::default();
    for workload in platform.workloads() {
        graph.homes.insert(
            workload.name.clone(),
            Home {
                component: workload.component.clone(),
                group: workload.group.clone(),
            },
        );
    }
    for workload in platform.workloads() {
        if let Some(NetworkMode::Service(host)) =
            workload.network_mode.as_ref().map(|mode| &mode.value)
        {
            graph.start.insert(StartEdge {
                from: workload.name.clone(),
                to: host.clone(),
                optional: false,
            });
        }
    }
    edges::collect(platform, &mut graph);
    graph.group_waits = group_waits(&graph);
    graph.needs.by_pipelines = by_pipelines(&graph);
    graph
}

fn group_waits(graph: &Graph) -> BTreeMap<String, BTreeSet<String>> {
    let mut waits: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for edge in graph.start.iter().filter(|edge| !edge.optional) {
        if let (Some(from), Some(to)) = (graph.homes.get(&edge.from), graph.homes.get(&edge.to))
            && from.group != to.group
        {
            waits
                .entry(from.group.clone())
                .or_default()
                .insert(to.group.clone());
        }
    }
    waits
}

/// What only a flow draws, nobody needs. A pipeline has no roles: what it reaches it was declared to need.
fn by_pipelines(graph: &Graph) -> Ends {
    let mut out = Ends::new();
    // Pipelines sort behind components.
    let first = (ComponentPeer::Pipeline(String::new()), String::new());
    for ((from, to), why) in graph.component_edges.range(first..) {
        if let ComponentPeer::Pipeline(name) = from
            && why.iter().any(|it| !matches!(it, Why::Flow | Why::Scrape))
        {
            out.entry(to.clone()).or_default().insert(name.clone());
        }
    }
    out
}

impl Graph {
    /// Every edge between two workloads of different components, or from a pipeline to a workload.
    pub fn edges(&self) -> impl Iterator<Item = &Edge> {
        self.edges.values()
    }

    /// Edges that leave a peer.
    pub fn edges_from(&self, peer: &Peer) -> impl Iterator<Item = &Edge> {
        self.edges
            .range((peer.clone(), String::new())..)
            .take_while(move |((from, _), _)| from == peer)
            .map(|(_, edge)| edge)
    }

    /// Who needs whom, component by component.
    pub fn component_edges(&self) -> impl Iterator<Item = ComponentEdge> + '_ {
        self.component_edges
            .iter()
            .map(|((from, to), why)| ComponentEdge {
                from: from.clone(),
                to: to.clone(),
                why: why.clone(),
            })
    }

    /// The components that do not work without this one, straight or through others. Those that it needs itself are not
    /// among them: of two that need each other neither is the cause.
    pub fn needed_by(&self, component: &str) -> BTreeSet<String> {
        let needing = self.needing(component).into_iter();
        needing.map(ToString::to_string).collect()
    }

    fn needing(&self, component: &str) -> BTreeSet<&str> {
        let mut needing = reached_from(&self.needs.by, component);
        needing.remove(component);
        // Most components have none.
        if !needing.is_empty() {
            let needed = reached_from(&self.needs.of, component);
            needing.retain(|name| !needed.contains(name));
        }
        needing
    }

    /// The pipelines that reach a component, or one that does not work without it.
    pub fn pipelines_needing(&self, component: &str) -> BTreeSet<String> {
        let needed = self.needing(component).into_iter().chain([component]);
        let pipelines = needed.filter_map(|name| self.needs.by_pipelines.get(name));
        pipelines.flatten().cloned().collect()
    }

    /// What a component or a pipeline needs, each with the reasons.
    pub fn needs_of(&self, peer: &ComponentPeer) -> impl Iterator<Item = (&str, &BTreeSet<Why>)> {
        self.component_edges
            .range((peer.clone(), String::new())..)
            .take_while(move |((from, _), _)| from == peer)
            .map(|((_, to), why)| (to.as_str(), why))
    }

    /// Edges that leave the platform, port by port.
    pub fn outside_edges(&self) -> impl Iterator<Item = &OutsideEdge> {
        self.outside.iter()
    }

    /// Those of one peer.
    pub fn outside_edges_of(&self, peer: &Peer) -> impl Iterator<Item = &OutsideEdge> {
        let first = OutsideEdge {
            from: peer.clone(),
            component: String::new(),
            port: String::new(),
        };
        self.outside
            .range(first..)
            .take_while(move |edge| edge.from == *peer)
    }

    /// Start order: every pair of workloads of which one waits for the other, or shares its network.
    pub fn start_edges(&self) -> impl Iterator<Item = &StartEdge> {
        self.start.iter()
    }

    /// The groups whose Compose networks a workload joins: its own, and those that it has an edge into.
    pub fn networks_of(&self, workload: &str) -> BTreeSet<String> {
        let Some(home) = self.homes.get(workload) else {
            return BTreeSet::new();
        };
        let mut groups = self.groups_reached_from(workload);
        groups.insert(home.group.clone());
        groups
    }

    /// The groups that a workload has an edge into.
    pub fn groups_reached_from(&self, workload: &str) -> BTreeSet<String> {
        let peer = Peer::Workload(workload.to_string());
        self.edges_from(&peer)
            .filter_map(|edge| self.homes.get(&edge.to))
            .map(|home| home.group.clone())
            .collect()
    }

    /// Workloads that some pipeline reaches: they join the network of the pipelines' tasks.
    pub fn reached_by_pipelines(&self) -> BTreeSet<String> {
        self.edges
            .values()
            .filter(|edge| matches!(edge.from, Peer::Pipeline(_)))
            .map(|edge| edge.to.clone())
            .collect()
    }

    /// The groups that must run for these to start, these included: what they wait for, what that waits for, and so on.
    pub fn groups_needed(&self, groups: &BTreeSet<String>) -> BTreeSet<String> {
        let mut needed = groups.clone();
        let mut new: Vec<String> = groups.iter().cloned().collect();
        while let Some(group) = new.pop() {
            for other in self.group_waits.get(&group).into_iter().flatten() {
                if needed.insert(other.clone()) {
                    new.push(other.clone());
                }
            }
        }
        needed
    }

    /// What a workload waits for, what that waits for, and so on; names of workloads.
    pub fn waits_for(&self, workload: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut new = vec![workload.to_string()];
        while let Some(name) = new.pop() {
            for edge in self.start_edges_from(&name) {
                if found.insert(edge.to.clone()) {
                    new.push(edge.to.clone());
                }
            }
        }
        found
    }

    /// What a workload itself waits for.
    fn start_edges_from(&self, workload: &str) -> impl Iterator<Item = &StartEdge> {
        let first = StartEdge {
            from: workload.to_string(),
            to: String::new(),
            optional: false,
        };
        self.start
            .range(first..)
            .take_while(move |edge| edge.from == workload)
    }

    pub(self) fn connect(&mut self, from: Peer, to: &str, ports: BTreeSet<OpenPort>, why: Why) {
        let Some(home) = self.homes.get(to) else {
            return;
        };
        let same = match &from {
            Peer::Workload(name) => self
                .homes
                .get(name)
                .is_none_or(|other| other.component == home.component),
            Peer::Pipeline(_) => false,
        };
        if same {
            return;
        }
        let edge = self
            .edges
            .entry((from.clone(), to.to_string()))
            .or_insert_with(|| Edge {
                from,
                to: to.to_string(),
                ports: BTreeSet::new(),
                why: BTreeSet::new(),
            });
        edge.ports.extend(ports);
        edge.why.insert(why);
    }

    pub(self) fn connect_outside(&mut self, from: &Peer, component: &str, port: &str) {
        self.outside.insert(OutsideEdge {
            from: from.clone(),
            component: component.to_string(),
            port: port.to_string(),
        });
    }

    pub(self) fn connect_components(&mut self, from: ComponentPeer, to: &str, why: Why) {
        if from == ComponentPeer::Component(to.to_string()) {
            return;
        }
        self.component_edges
            .entry((from, to.to_string()))
            .or_default()
            .insert(why);
    }

    /// Notes that a component does not work without another one.
    pub(self) fn need(&mut self, from: &ComponentPeer, to: &str) {
        let ComponentPeer::Component(from) = from else {
            return;
        };
        if from != to {
            let (of, by) = (&mut self.needs.of, &mut self.needs.by);
            of.entry(from.clone()).or_default().insert(to.to_string());
            by.entry(to.to_string()).or_default().insert(from.clone());
        }
    }
}

/// What is reached from a component along these edges, in one step or more.
fn reached_from<'a>(ends: &'a Ends, component: &str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let next = |name: &str| ends.get(name).into_iter().flatten().map(String::as_str);
    let mut new: Vec<&str> = next(component).collect();
    while let Some(name) = new.pop() {
        if found.insert(name) {
            new.extend(next(name));
        }
    }
    found
}
