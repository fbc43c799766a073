//! The graph in a form for every format: nodes with ids that are valid in all of them, and edges between the nodes.

use crate::{
    graph::{ComponentPeer, Graph, Why},
    model::{FlowEnd, Platform},
    target::content::docs::facts,
};

/// Nodes by group. Those without a group (actors, pipelines, CI entries, external components) by what they are.
#[derive(Clone, Debug)]
pub struct Outline {
    pub clusters: Vec<Cluster>,
    pub edges: Vec<Edge>,
}

#[derive(Clone, Debug)]
pub struct Cluster {
    pub title: String,
    pub nodes: Vec<Node>,
}

#[derive(Clone, Debug)]
pub struct Node {
    /// `n0`, `n1` and so on, in order.
    pub id: String,
    pub end: FlowEnd,
    pub title: String,
    pub detail: String,
}

#[derive(Clone, Debug)]
pub struct Edge {
    pub from: String,
    pub to: String,
    /// A flow's number and label; `None`: one needs the other.
    pub flow: Option<String>,
}

pub fn outline(platform: &Platform, graph: &Graph) -> Outline {
    let mut out = Outline {
        clusters: clusters(platform),
        edges: Vec::new(),
    };
    let mut edges = Vec::new();
    for edge in graph.component_edges() {
        let from = match &edge.from {
            ComponentPeer::Component(name) => FlowEnd::Component(name.clone()),
            ComponentPeer::Pipeline(name) => FlowEnd::Pipeline(name.clone()),
        };
        // Flows are drawn below.
        if edge.why.iter().any(|why| *why != Why::Flow) {
            edges.extend(out.edge(&from, &FlowEnd::Component(edge.to), None));
        }
    }
    for (flow, mark) in platform.flows.iter().zip(facts::marks(platform)) {
        let label = match &flow.label {
            Some(label) => format!("{mark}. {label}"),
            None => mark,
        };
        edges.extend(out.edge(&flow.from, &flow.to, Some(label)));
    }
    out.edges = edges;
    out
}

/// The clusters so far; the nodes of all are numbered in one row.
#[derive(Default)]
struct Clusters {
    clusters: Vec<Cluster>,
    nodes: usize,
}

impl Clusters {
    /// Adds a cluster of these nodes, each with its title and detail, unless there are none.
    fn add(&mut self, title: &str, nodes: impl Iterator<Item = (FlowEnd, String, String)>) {
        let first = self.nodes;
        let nodes = nodes
            .enumerate()
            .map(|(number, (end, title, detail))| Node {
                id: format!("n{}", first + number),
                end,
                title,
                detail,
            });
        let nodes: Vec<Node> = nodes.collect();
        self.nodes += nodes.len();
        if !nodes.is_empty() {
            self.clusters.push(Cluster {
                title: title.to_string(),
                nodes,
            });
        }
    }
}

fn clusters(platform: &Platform) -> Vec<Cluster> {
    let mut out = Clusters::default();
    let plain =
        |end: FlowEnd, title: &str, detail: &str| (end, title.to_string(), detail.to_string());
    let actors = platform.actors.iter();
    let actors = actors.map(|actor| plain(FlowEnd::Actor(actor.name.clone()), &actor.title, ""));
    out.add("outside", actors);
    let ci = platform.ci.iter();
    let ci = ci.map(|ci| plain(FlowEnd::Ci(ci.name.clone()), &ci.name, ""));
    out.add("CI", ci);
    let pipelines = platform.pipelines.iter().map(|pipeline| {
        let schedule = pipeline.schedule.as_ref().map(ToString::to_string);
        let schedule = schedule.as_deref().unwrap_or("by hand");
        plain(
            FlowEnd::Pipeline(pipeline.name.clone()),
            &pipeline.name,
            schedule,
        )
    });
    out.add("pipelines", pipelines);
    let groups = platform
        .groups
        .iter()
        .map(|group| (group.name.as_str(), Some(&group.name)));
    for (title, group) in groups.chain([("elsewhere", None)]) {
        let members = platform.components.iter().filter(|component| {
            let home = match component.external {
                Some(_) => None,
                None => component.group.as_ref(),
            };
            home == group
        });
        let members = members.map(|component| {
            let end = FlowEnd::Component(component.name.clone());
            plain(
                end,
                &component.name,
                &facts::program_and_version(platform, component),
            )
        });
        out.add(title, members);
    }
    out.clusters
}

impl Outline {
    fn edge(&self, from: &FlowEnd, to: &FlowEnd, flow: Option<String>) -> Option<Edge> {
        let id = |end: &FlowEnd| {
            let mut nodes = self.clusters.iter().flat_map(|cluster| &cluster.nodes);
            nodes
                .find(|node| node.end == *end)
                .map(|node| node.id.clone())
        };
        Some(Edge {
            from: id(from)?,
            to: id(to)?,
            flow,
        })
    }
}
