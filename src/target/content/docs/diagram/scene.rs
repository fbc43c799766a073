//! What the picture shows, before it has places: nodes, cards, lanes and wires.

use std::collections::BTreeSet;

use crate::{
    graph::{ComponentPeer, Graph, Why},
    model::{Agent, Ci, Component, FlowEnd, HostPort, Pipeline, Platform, Protocol, Workload},
    target::content::docs::facts,
};

#[derive(Clone, Debug)]
pub struct Scene {
    pub nodes: Vec<Node>,
    pub cards: Vec<Card>,
    /// Outsiders that deal with pipelines and CI.
    pub outside_above: Vec<usize>,
    pub ci: Vec<usize>,
    pub pipelines: Vec<usize>,
    /// Outsiders that deal with components, and components that run elsewhere.
    pub outside_below: Vec<usize>,
    pub wires: Vec<Wire>,
    pub legend: Vec<LegendEntry>,
}

/// What a node stands for decides how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    Component,
    External,
    Pipeline,
    Ci,
    Actor,
}

#[derive(Clone, Debug)]
pub struct Node {
    pub end: FlowEnd,
    pub face: Face,
    pub title: String,
    pub subtitle: String,
    pub icon: String,
    /// Ports on the host, as `:5000`.
    pub ports: Vec<String>,
    /// Further workloads of the component.
    pub parts: Vec<String>,
    /// Tasks or stages: how many are side by side, in order.
    pub waves: Vec<usize>,
    pub scraped: bool,
    pub job: bool,
}

/// A group.
#[derive(Clone, Debug)]
pub struct Card {
    pub title: String,
    pub description: String,
    pub nodes: Vec<usize>,
    /// Wires that stay within it.
    pub wires: Vec<usize>,
}

/// An arrow.
#[derive(Clone, Debug)]
pub struct Wire {
    pub from: usize,
    pub to: usize,
    pub kind: WireKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WireKind {
    /// Flows between the same ends, by their marks; the colour is an index into the palette.
    Flow { marks: Vec<String>, color: usize },
    /// One needs the other. Those to one node share their way.
    Need,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegendEntry {
    pub mark: String,
    pub color: usize,
    pub label: String,
    pub from: String,
    pub to: String,
}

pub fn build(platform: &Platform, graph: &Graph) -> Scene {
    let scraped = scraped(graph);
    let mut scene = Scene {
        nodes: Vec::new(),
        cards: Vec::new(),
        outside_above: Vec::new(),
        ci: Vec::new(),
        pipelines: Vec::new(),
        outside_below: Vec::new(),
        wires: Vec::new(),
        legend: Vec::new(),
    };
    for actor in &platform.actors {
        let node = scene.add(actor_node(actor));
        if deals_with_lanes(platform, &actor.name) {
            scene.outside_above.push(node);
        } else {
            scene.outside_below.push(node);
        }
    }
    for ci in &platform.ci {
        let node = scene.add(ci_node(ci));
        scene.ci.push(node);
    }
    for pipeline in &platform.pipelines {
        let node = scene.add(pipeline_node(pipeline));
        scene.pipelines.push(node);
    }
    for group in &platform.groups {
        let members = platform.components.iter().filter(|component| {
            component.external.is_none() && component.group.as_ref() == Some(&group.name)
        });
        let nodes: Vec<usize> = members
            .map(|component| {
                scene.add(component_node(
                    platform,
                    component,
                    scraped.contains(&component.name),
                ))
            })
            .collect();
        if !nodes.is_empty() {
            scene.cards.push(Card {
                title: group.name.clone(),
                description: group.description.clone().unwrap_or_default(),
                nodes,
                wires: Vec::new(),
            });
        }
    }
    for component in &platform.components {
        if component.external.is_some() {
            let node = scene.add(component_node(platform, component, false));
            scene.outside_below.push(node);
        }
    }
    scene.add_flows(platform);
    scene.add_needs(graph);
    scene.sort_wires();
    scene
}

impl Scene {
    fn add(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn node(&self, end: &FlowEnd) -> Option<usize> {
        self.nodes.iter().position(|node| node.end == *end)
    }

    /// The card of each node that is in one.
    pub fn cards_of_nodes(&self) -> Vec<Option<usize>> {
        let mut out = vec![None; self.nodes.len()];
        for (index, card) in self.cards.iter().enumerate() {
            for node in &card.nodes {
                out[*node] = Some(index);
            }
        }
        out
    }

    /// Tells each card which wires stay within it.
    fn sort_wires(&mut self) {
        let cards = self.cards_of_nodes();
        for (index, wire) in self.wires.iter().enumerate() {
            if let (Some(from), Some(to)) = (cards[wire.from], cards[wire.to])
                && from == to
            {
                self.cards[from].wires.push(index);
            }
        }
    }

    /// One wire for all flows of a pair, in one colour per step.
    fn add_flows(&mut self, platform: &Platform) {
        let marks = facts::marks(platform);
        let mut colors: Vec<&str> = Vec::new();
        for (flow, mark) in platform.flows.iter().zip(&marks) {
            let (Some(from), Some(to)) = (self.node(&flow.from), self.node(&flow.to)) else {
                continue;
            };
            let color = colors.iter().position(|known| known == mark);
            let color = color.unwrap_or_else(|| {
                colors.push(mark);
                colors.len() - 1
            });
            let known = self
                .wires
                .iter_mut()
                .find(|wire| (wire.from, wire.to) == (from, to));
            let color = match known {
                Some(Wire {
                    kind: WireKind::Flow { marks, color },
                    ..
                }) => {
                    if !marks.contains(mark) {
                        marks.push(mark.clone());
                    }
                    *color
                }
                _ => {
                    let marks = vec![mark.clone()];
                    self.wires.push(Wire {
                        from,
                        to,
                        kind: WireKind::Flow { marks, color },
                    });
                    color
                }
            };
            self.legend.push(LegendEntry {
                mark: mark.clone(),
                color,
                label: flow.label.clone().unwrap_or_default(),
                from: self.nodes[from].title.clone(),
                to: self.nodes[to].title.clone(),
            });
        }
    }

    /// Needs that no flow shows already. Scrapes are a mark on the node: a line to everything would hide the rest.
    fn add_needs(&mut self, graph: &Graph) {
        let flows: BTreeSet<(usize, usize)> = self
            .wires
            .iter()
            .flat_map(|wire| [(wire.from, wire.to), (wire.to, wire.from)])
            .collect();
        for edge in graph.component_edges() {
            let only_scrape = edge.why.iter().all(|why| *why == Why::Scrape);
            let from = match &edge.from {
                ComponentPeer::Component(name) => FlowEnd::Component(name.clone()),
                ComponentPeer::Pipeline(name) => FlowEnd::Pipeline(name.clone()),
            };
            let ends = self
                .node(&from)
                .zip(self.node(&FlowEnd::Component(edge.to)));
            let Some((from, to)) = ends else {
                continue;
            };
            if from != to && !only_scrape && !flows.contains(&(from, to)) {
                self.wires.push(Wire {
                    from,
                    to,
                    kind: WireKind::Need,
                });
            }
        }
    }
}

fn scraped(graph: &Graph) -> BTreeSet<String> {
    graph
        .component_edges()
        .filter(|edge| edge.why.contains(&Why::Scrape))
        .map(|edge| edge.to)
        .collect()
}

/// Whether at least half of an actor's flows are with pipelines, CI entries or other actors.
fn deals_with_lanes(platform: &Platform, actor: &str) -> bool {
    let own = |end: &FlowEnd| matches!(end, FlowEnd::Actor(name) if name == actor);
    let others: Vec<&FlowEnd> = platform
        .flows
        .iter()
        .filter_map(|flow| match (own(&flow.from), own(&flow.to)) {
            (true, false) => Some(&flow.to),
            (false, true) => Some(&flow.from),
            _ => None,
        })
        .collect();
    let components = others
        .iter()
        .filter(|end| matches!(end, FlowEnd::Component(_)));
    components.count() * 2 <= others.len() && !others.is_empty()
}

fn actor_node(actor: &crate::model::Actor) -> Node {
    Node {
        end: FlowEnd::Actor(actor.name.clone()),
        face: Face::Actor,
        title: actor.title.clone(),
        subtitle: String::new(),
        icon: "actor".to_string(),
        ports: Vec::new(),
        parts: Vec::new(),
        waves: Vec::new(),
        scraped: false,
        job: false,
    }
}

fn ci_node(ci: &Ci) -> Node {
    let agent = match &ci.agent {
        Agent::Any => "any agent".to_string(),
        Agent::Docker(image) => image.written(),
        Agent::Label(label) => format!("agent {label}"),
    };
    Node {
        end: FlowEnd::Ci(ci.name.clone()),
        face: Face::Ci,
        title: ci.name.clone(),
        subtitle: match ci.paths.first() {
            Some(path) => path.clone(),
            None => agent,
        },
        icon: "ci".to_string(),
        ports: Vec::new(),
        parts: Vec::new(),
        waves: ci
            .stages
            .iter()
            .map(|stage| stage.parallel.len().max(1))
            .collect(),
        scraped: false,
        job: false,
    }
}

fn pipeline_node(pipeline: &Pipeline) -> Node {
    Node {
        end: FlowEnd::Pipeline(pipeline.name.clone()),
        face: Face::Pipeline,
        title: pipeline.name.clone(),
        subtitle: pipeline
            .schedule
            .as_ref()
            .map_or_else(|| "by hand".to_string(), ToString::to_string),
        icon: "pipeline".to_string(),
        ports: Vec::new(),
        parts: Vec::new(),
        waves: facts::task_waves(pipeline).iter().map(Vec::len).collect(),
        scraped: false,
        job: false,
    }
}

fn component_node(platform: &Platform, component: &Component, scraped: bool) -> Node {
    let external = component.external.as_ref();
    let parts = component
        .workloads
        .iter()
        .filter_map(|workload| workload.part.clone());
    let ports = component
        .workloads
        .iter()
        .flat_map(|workload| &workload.ports);
    Node {
        end: FlowEnd::Component(component.name.clone()),
        face: match external {
            Some(_) => Face::External,
            None => Face::Component,
        },
        title: component.name.clone(),
        subtitle: match external.and_then(|external| external.addresses.first()) {
            Some(address) => format!("{}:{}", address.host, address.number),
            None => facts::program_and_version(platform, component),
        },
        icon: component.icon.clone(),
        ports: ports
            .filter_map(|port| {
                let suffix = match port.protocol {
                    Protocol::Tcp => "",
                    Protocol::Udp => "/udp",
                };
                Some(match port.host? {
                    HostPort::Fixed(range) => format!(":{range}{suffix}"),
                    HostPort::Auto => ":auto".to_string(),
                })
            })
            .collect(),
        parts: parts.collect(),
        waves: Vec::new(),
        scraped,
        job: component.main().is_some_and(Workload::is_job),
    }
}
