//! The scenes of a platform that is too large for one picture: an overview of its groups, and one for each group.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    index::Index,
    measure::width,
    place::{SUBTITLE, SUBTITLE_MOST, TEXT_INSET},
    scene::{Card, Face, Node, Scene, WireKind, ci_node, component_node, pipeline_node},
};
use crate::{
    model::{FlowEnd, Platform},
    text::count,
};

/// The most components in one readable picture.
const WHOLE_MOST: usize = 32;
/// The most nodes of a lane that are drawn one by one.
const LANE_MOST: usize = 12;
/// The most needs that a reader can follow.
const NEEDS_MOST: usize = 60;

/// Whether the whole platform fits into one picture.
pub fn is_whole(platform: &Platform) -> bool {
    platform.components.len() <= WHOLE_MOST
        && platform.pipelines.len() + platform.ci.len() <= 2 * LANE_MOST
}

/// One node for each group.
pub fn overview(platform: &Platform, index: &Index<'_>) -> Scene {
    let mut scene = Scene::of(index);
    let mut shown = BTreeSet::new();
    add_lanes(&mut scene, platform, index, |_| true);
    for group in &platform.groups {
        let members = index.members(&group.name);
        if members.is_empty() {
            continue;
        }
        let mut titles: Vec<String> = Vec::new();
        for component in members {
            if !titles.contains(&component.title) {
                titles.push(component.title.clone());
            }
        }
        let names = members
            .iter()
            .map(|component| FlowEnd::Component(component.name.clone()));
        let node = scene.add(summary(
            names.collect(),
            count(members.len(), "component"),
            listed(&titles),
        ));
        shown.insert(node);
        scene.cards.push(Card {
            title: group.name.clone(),
            description: group.description.clone().unwrap_or_default(),
            nodes: vec![node],
            wires: Vec::new(),
            has_picture: true,
        });
    }
    add_elsewhere(&mut scene, platform, index, |_| true);
    scene.focus = Some(shown);
    scene.add_flows(index.flows.iter().collect());
    scene.add_needs(&index.needs);
    drop_too_many_needs(&mut scene);
    scene.sort_wires();
    scene
}

/// As many titles as fit on one line, and how many there are beside them.
fn listed(titles: &[String]) -> String {
    let text = |shown: usize| match titles.len() - shown {
        0 => titles.join(", "),
        more => format!("{} and {more} more", titles[..shown].join(", ")),
    };
    let room = SUBTITLE_MOST - TEXT_INSET - 12;
    let fits = |shown: &usize| width(&text(*shown), SUBTITLE) <= room;
    let shown = (1..=titles.len()).rev().find(fits);
    text(shown.unwrap_or(titles.len().min(1)))
}

/// The components of one group, and the nodes that they are connected to. `edges` are those that end in the group.
pub fn group(
    platform: &Platform,
    index: &Index<'_>,
    name: &str,
    edges: &[(FlowEnd, FlowEnd)],
) -> Scene {
    let mut scene = Scene::of(index);
    let ends: BTreeSet<&FlowEnd> = edges.iter().flat_map(|(from, to)| [from, to]).collect();
    let deals = |end: &FlowEnd| ends.contains(end);
    add_lanes(&mut scene, platform, index, deals);
    for component in index.members(name) {
        let node = scene.add(component_node(platform, component, index));
        scene.boxes.push(node);
    }
    scene.focus = Some(scene.boxes.iter().copied().collect());
    let mut others: BTreeMap<&str, Vec<FlowEnd>> = BTreeMap::new();
    for end in &ends {
        if let Some(other) = index.group(end).filter(|other| *other != name) {
            others.entry(other).or_default().push((*end).clone());
        }
    }
    for (other, ends) in others {
        let subtitle = format!("group, {} of it", count(ends.len(), "component"));
        let mut node = summary(ends, other.to_string(), subtitle);
        node.face = Face::Group;
        let node = scene.add(node);
        scene.outside_below.push(node);
    }
    add_elsewhere(&mut scene, platform, index, deals);
    scene.add_flows(index.flows_of(name));
    scene.add_needs(edges);
    drop_too_many_needs(&mut scene);
    scene.sort_wires();
    scene
}

/// Leaves the needs out if there are too many to follow.
fn drop_too_many_needs(scene: &mut Scene) {
    let is_need = |kind: &WireKind| *kind == WireKind::Need;
    let needs = scene
        .wires
        .iter()
        .filter(|wire| is_need(&wire.kind))
        .count();
    if needs > NEEDS_MOST {
        scene.wires.retain(|wire| !is_need(&wire.kind));
        scene.hides_needs = true;
    }
}

/// The nodes for actors, CI entries and pipelines: one each, or a single one if there are too many.
fn add_lanes(
    scene: &mut Scene,
    platform: &Platform,
    index: &Index<'_>,
    shows: impl Fn(&FlowEnd) -> bool,
) {
    let actors = platform.actors.iter();
    for actor in actors.filter(|actor| shows(&FlowEnd::Actor(actor.name.clone()))) {
        scene.add_actor(index, actor);
    }
    let ci = index.ci.iter().filter(|(end, _)| shows(end));
    let ci = ci.map(|(_, ci)| ci_node(ci)).collect();
    scene.ci = lane(scene, ci, "CI entries");
    let pipelines = index.pipelines.iter().filter(|(end, _)| shows(end));
    let pipelines = pipelines.map(|(_, it)| pipeline_node(it)).collect();
    scene.pipelines = lane(scene, pipelines, "pipelines");
}

fn add_elsewhere(
    scene: &mut Scene,
    platform: &Platform,
    index: &Index<'_>,
    shows: impl Fn(&FlowEnd) -> bool,
) {
    let external = index.external.iter();
    let external = external.filter(|it| shows(&FlowEnd::Component(it.name.clone())));
    let nodes = external.map(|component| component_node(platform, component, index));
    let nodes = lane(scene, nodes.collect(), "components elsewhere");
    scene.outside_below.extend(nodes);
}

fn lane(scene: &mut Scene, nodes: Vec<Node>, what: &str) -> Vec<usize> {
    if nodes.len() <= LANE_MOST {
        return nodes.into_iter().map(|node| scene.add(node)).collect();
    }
    let title = format!("{} {what}", nodes.len());
    let first = nodes[0].clone();
    let ends = nodes.into_iter().flat_map(|node| node.ends).collect();
    vec![scene.add(Node {
        ends,
        title,
        subtitle: "listed in architecture.md".to_string(),
        ports: Vec::new(),
        parts: Vec::new(),
        waves: Vec::new(),
        ..first
    })]
}

fn summary(ends: Vec<FlowEnd>, title: String, subtitle: String) -> Node {
    Node {
        ends,
        face: Face::Component,
        title,
        subtitle,
        icon: "group",
        ports: Vec::new(),
        parts: Vec::new(),
        waves: Vec::new(),
        scraped: false,
        job: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_that_do_not_fit_are_counted() {
        let titles = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(listed(&titles(&["Redis", "Kafka"])), "Redis, Kafka");
        let many = [
            "PostgreSQL",
            "Object store",
            "BentoML service",
            "JupyterLab",
            "Apache Airflow",
        ];
        let text = listed(&titles(&many));
        assert_eq!(text, "PostgreSQL, Object store, BentoML service and 2 more");
    }
}
