//! The contents of the picture, without coordinates: nodes, cards, lanes and wires.

use std::collections::{BTreeMap, BTreeSet};

use super::index::Index;
use crate::{
    model::{
        Actor, Agent, Ci, Component, Flow, FlowEnd, HostPort, Pipeline, Platform, Protocol,
        Workload,
    },
    target::content::docs::facts,
};

/// The most flows that a reader can follow: each has a number, and a line in the legend.
const FLOWS_MOST: usize = 120;

#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// The title above everything.
    pub heading: String,
    pub nodes: Vec<Node>,
    pub cards: Vec<Card>,
    /// Nodes that stand in no card and in no lane.
    pub boxes: Vec<usize>,
    /// The node of each end of an edge. Several ends can share a node.
    pub ends: BTreeMap<FlowEnd, usize>,
    /// In a picture of a part: the nodes of that part. Every wire ends at one of them.
    pub focus: Option<BTreeSet<usize>>,
    /// Which components run the CI entries and the pipelines.
    pub ci_runner: Option<String>,
    pub pipeline_runner: Option<String>,
    /// Needs are left out, because there are too many to follow.
    pub hides_needs: bool,
    /// The same for flows.
    pub hides_flows: bool,
    /// Actors whose flows are mostly with pipelines and CI.
    pub outside_above: Vec<usize>,
    pub ci: Vec<usize>,
    pub pipelines: Vec<usize>,
    /// Actors whose flows are mostly with components, and external components.
    pub outside_below: Vec<usize>,
    pub wires: Vec<Wire>,
    pub legend: Vec<LegendEntry>,
}

/// What a node stands for; its look depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    Component,
    External,
    /// A group other than that of the picture.
    Group,
    Pipeline,
    Ci,
    Actor,
}

#[derive(Clone, Debug)]
pub struct Node {
    /// What it stands for.
    pub ends: Vec<FlowEnd>,
    pub face: Face,
    pub title: String,
    pub subtitle: String,
    /// The name of its icon in the template.
    pub icon: &'static str,
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
    /// The group has a picture of its own.
    pub has_picture: bool,
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
    /// A need. Needs to the same node share a track.
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

/// The whole platform.
pub fn build(platform: &Platform, index: &Index<'_>) -> Scene {
    let mut scene = Scene::of(index);
    for actor in &platform.actors {
        scene.add_actor(index, actor);
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
        let nodes: Vec<usize> = index
            .members(&group.name)
            .iter()
            .map(|component| scene.add(component_node(platform, component, index)))
            .collect();
        if !nodes.is_empty() {
            scene.cards.push(Card {
                title: group.name.clone(),
                description: group.description.clone().unwrap_or_default(),
                nodes,
                wires: Vec::new(),
                has_picture: false,
            });
        }
    }
    for component in &index.external {
        let node = scene.add(component_node(platform, component, index));
        scene.outside_below.push(node);
    }
    scene.add_flows(index.flows.iter().collect());
    scene.add_needs(&index.needs);
    scene.sort_wires();
    scene
}

impl Scene {
    /// An empty scene that knows which components run pipelines and CI.
    pub fn of(index: &Index<'_>) -> Self {
        Self {
            ci_runner: index.ci_runner.clone(),
            pipeline_runner: index.pipeline_runner.clone(),
            ..Self::default()
        }
    }

    /// Adds a node, and lets the edges of what it stands for end there.
    pub fn add(&mut self, node: Node) -> usize {
        let number = self.nodes.len();
        self.ends
            .extend(node.ends.iter().map(|end| (end.clone(), number)));
        self.nodes.push(node);
        number
    }

    pub fn add_actor(&mut self, index: &Index<'_>, actor: &Actor) {
        let node = self.add(actor_node(actor));
        match index.above.contains(actor.name.as_str()) {
            true => self.outside_above.push(node),
            false => self.outside_below.push(node),
        }
    }

    /// The nodes of both ends, if a wire between them is shown.
    fn ends_of_wire(&self, from: &FlowEnd, to: &FlowEnd) -> Option<(usize, usize)> {
        let (from, to) = (*self.ends.get(from)?, *self.ends.get(to)?);
        let is_shown = match &self.focus {
            Some(focus) => from != to && (focus.contains(&from) || focus.contains(&to)),
            None => true,
        };
        is_shown.then_some((from, to))
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

    /// Fills in the wires that stay inside of each card.
    pub fn sort_wires(&mut self) {
        let cards = self.cards_of_nodes();
        for (index, wire) in self.wires.iter().enumerate() {
            if let (Some(from), Some(to)) = (cards[wire.from], cards[wire.to])
                && from == to
            {
                self.cards[from].wires.push(index);
            }
        }
    }

    /// One wire for all flows between two nodes; each step has its colour. None where there are too many to follow.
    pub fn add_flows(&mut self, flows: Vec<&(&Flow, String)>) {
        let flows = flows.into_iter().filter_map(|(flow, mark)| {
            let (from, to) = self.ends_of_wire(&flow.from, &flow.to)?;
            Some((*flow, mark, from, to))
        });
        let flows: Vec<_> = flows.collect();
        if flows.len() > FLOWS_MOST {
            self.hides_flows = true;
            return;
        }
        let mut colors: Vec<&str> = Vec::new();
        for (flow, mark, from, to) in flows {
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
                from: self.name(&flow.from, from),
                to: self.name(&flow.to, to),
            });
        }
    }

    /// The name of an end, whatever node it is drawn as.
    fn name(&self, end: &FlowEnd, node: usize) -> String {
        match end {
            FlowEnd::Component(name) | FlowEnd::Pipeline(name) | FlowEnd::Ci(name) => name.clone(),
            FlowEnd::Actor(_) => self.nodes[node].title.clone(),
        }
    }

    /// Needs without a flow in the same direction: one against it is another fact. Scrapes are a mark on the node, because lines to all nodes would hide the
    /// rest.
    pub fn add_needs<'a>(&mut self, needs: impl IntoIterator<Item = &'a (FlowEnd, FlowEnd)>) {
        let known: BTreeSet<(usize, usize)> =
            self.wires.iter().map(|wire| (wire.from, wire.to)).collect();
        let mut added = BTreeSet::new();
        for (from, to) in needs {
            let Some((from, to)) = self.ends_of_wire(from, to) else {
                continue;
            };
            if from != to && !known.contains(&(from, to)) && added.insert((from, to)) {
                self.wires.push(Wire {
                    from,
                    to,
                    kind: WireKind::Need,
                });
            }
        }
    }
}

fn actor_node(actor: &Actor) -> Node {
    Node {
        ends: vec![FlowEnd::Actor(actor.name.clone())],
        face: Face::Actor,
        title: actor.title.clone(),
        subtitle: String::new(),
        icon: "actor",
        ports: Vec::new(),
        parts: Vec::new(),
        waves: Vec::new(),
        scraped: false,
        job: false,
    }
}

pub fn ci_node(ci: &Ci) -> Node {
    let agent = match &ci.agent {
        Agent::Any => "any agent".to_string(),
        Agent::Docker(image) => image.to_text(),
        Agent::Label(label) => format!("agent {label}"),
    };
    Node {
        ends: vec![FlowEnd::Ci(ci.name.clone())],
        face: Face::Ci,
        title: ci.name.clone(),
        subtitle: match ci.paths.first() {
            Some(path) => path.clone(),
            None => agent,
        },
        icon: "ci",
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

pub fn pipeline_node(pipeline: &Pipeline) -> Node {
    Node {
        ends: vec![FlowEnd::Pipeline(pipeline.name.clone())],
        face: Face::Pipeline,
        title: pipeline.name.clone(),
        subtitle: pipeline
            .schedule
            .as_ref()
            .map_or_else(|| "by hand".to_string(), ToString::to_string),
        icon: "pipeline",
        ports: Vec::new(),
        parts: Vec::new(),
        waves: facts::task_waves(pipeline).iter().map(Vec::len).collect(),
        scraped: false,
        job: false,
    }
}

pub fn component_node(platform: &Platform, component: &Component, index: &Index<'_>) -> Node {
    let external = component.external.as_ref();
    let scraped = external.is_none() && index.scraped.contains(&component.name);
    let parts = component
        .workloads
        .iter()
        .filter_map(|workload| workload.part.clone());
    let ports = component
        .workloads
        .iter()
        .flat_map(|workload| &workload.ports);
    Node {
        ends: vec![FlowEnd::Component(component.name.clone())],
        face: match external {
            Some(_) => Face::External,
            None => Face::Component,
        },
        title: component.name.clone(),
        subtitle: match external.and_then(|external| external.addresses.first()) {
            Some(address) => format!("{}:{}", address.host, address.number),
            None => facts::program_and_version(platform, component),
        },
        icon: component.icon.name(),
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
