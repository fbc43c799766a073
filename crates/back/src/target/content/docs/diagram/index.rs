//! The components of each group, and the edges that end there. Computed once for all pictures.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    graph::{ComponentPeer, Graph, Why},
    model::{Ci, Component, Flow, FlowEnd, Pipeline, Platform, Purpose},
    target::content::docs::facts,
};

pub struct Index<'a> {
    /// The components of each group that are not external, in the user's order.
    members: BTreeMap<&'a str, Vec<&'a Component>>,
    /// The group of each component that is in one.
    pub group_of: BTreeMap<&'a str, &'a str>,
    /// Edges other than scrapes.
    pub needs: Vec<(FlowEnd, FlowEnd)>,
    pub scraped: BTreeSet<String>,
    /// Each flow with its mark.
    pub flows: Vec<(&'a Flow, String)>,
    /// Those with an end in each group.
    flows_of: BTreeMap<&'a str, Vec<usize>>,
    /// The components that run elsewhere, in the user's order.
    pub external: Vec<&'a Component>,
    /// CI entries and pipelines, each with the end that edges name it by.
    pub ci: Vec<(FlowEnd, &'a Ci)>,
    pub pipelines: Vec<(FlowEnd, &'a Pipeline)>,
    /// Actors at least half of whose flows are with pipelines, CI entries or other actors.
    pub above: BTreeSet<&'a str>,
    /// Which components run the CI entries and the pipelines.
    pub ci_runner: Option<String>,
    pub pipeline_runner: Option<String>,
}

impl<'a> Index<'a> {
    pub fn of(platform: &'a Platform, graph: &Graph) -> Self {
        let mut index = Self {
            members: BTreeMap::new(),
            group_of: BTreeMap::new(),
            needs: Vec::new(),
            scraped: BTreeSet::new(),
            flows: platform.flows.iter().zip(facts::marks(platform)).collect(),
            flows_of: BTreeMap::new(),
            external: Vec::new(),
            ci: platform
                .ci
                .iter()
                .map(|ci| (FlowEnd::Ci(ci.name.clone()), ci))
                .collect(),
            pipelines: platform
                .pipelines
                .iter()
                .map(|it| (FlowEnd::Pipeline(it.name.clone()), it))
                .collect(),
            above: mostly_with_pipelines(platform),
            ci_runner: facts::runner(platform, Purpose::Ci),
            pipeline_runner: facts::runner(platform, Purpose::Pipelines),
        };
        for component in &platform.components {
            if component.external.is_some() {
                index.external.push(component);
            } else if let Some(group) = &component.group {
                index.members.entry(group).or_default().push(component);
                index.group_of.insert(&component.name, group);
            }
        }
        for (number, flow) in platform.flows.iter().enumerate() {
            let groups = [index.group(&flow.from), index.group(&flow.to)];
            let groups: BTreeSet<&str> = groups.into_iter().flatten().collect();
            for group in groups {
                index.flows_of.entry(group).or_default().push(number);
            }
        }
        for edge in graph.component_edges() {
            if edge.why.contains(&Why::Scrape) {
                index.scraped.insert(edge.to.clone());
            }
            if edge.why.iter().all(|why| *why == Why::Scrape) {
                continue;
            }
            let from = match edge.from {
                ComponentPeer::Component(name) => FlowEnd::Component(name),
                ComponentPeer::Pipeline(name) => FlowEnd::Pipeline(name),
            };
            index.needs.push((from, FlowEnd::Component(edge.to)));
        }
        index
    }

    pub fn members(&self, group: &str) -> &[&'a Component] {
        self.members.get(group).map_or(&[], Vec::as_slice)
    }

    /// The flows with an end in a group, each with its mark.
    pub fn flows_of(&self, group: &str) -> Vec<&(&'a Flow, String)> {
        let numbers = self.flows_of.get(group).into_iter().flatten();
        numbers.map(|number| &self.flows[*number]).collect()
    }

    /// The group that an end is in.
    pub fn group(&self, end: &FlowEnd) -> Option<&'a str> {
        match end {
            FlowEnd::Component(name) => self.group_of.get(name.as_str()).copied(),
            FlowEnd::Pipeline(_) | FlowEnd::Ci(_) | FlowEnd::Actor(_) => None,
        }
    }

    /// The edges with an end in each group: needs, then flows.
    pub fn by_group(&self) -> BTreeMap<&'a str, Vec<(FlowEnd, FlowEnd)>> {
        let mut out: BTreeMap<&str, Vec<(FlowEnd, FlowEnd)>> = BTreeMap::new();
        let flows = self
            .flows
            .iter()
            .map(|(flow, _)| (flow.from.clone(), flow.to.clone()));
        for (from, to) in self.needs.iter().cloned().chain(flows) {
            let groups: BTreeSet<&str> = [self.group(&from), self.group(&to)]
                .into_iter()
                .flatten()
                .collect();
            for group in groups {
                out.entry(group)
                    .or_default()
                    .push((from.clone(), to.clone()));
            }
        }
        out
    }
}

/// The actors at least half of whose flows are with pipelines, CI entries or other actors.
fn mostly_with_pipelines(platform: &Platform) -> BTreeSet<&str> {
    // Of each actor: how many of its flows are with components, and how many there are.
    let mut flows: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for flow in &platform.flows {
        for (own, other) in [(&flow.from, &flow.to), (&flow.to, &flow.from)] {
            if let FlowEnd::Actor(name) = own
                && own != other
            {
                let (components, all) = flows.entry(name).or_default();
                *components += usize::from(matches!(other, FlowEnd::Component(_)));
                *all += 1;
            }
        }
    }
    let mostly = flows
        .into_iter()
        .filter(|(_, (components, all))| components * 2 <= *all);
    mostly.map(|(name, _)| name).collect()
}
