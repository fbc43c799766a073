//! The graph for programs.

use serde::Serialize;

use crate::{
    graph::{ComponentPeer, Graph, Peer, Why},
    model::{FlowEnd, Platform},
    target::content::docs::facts,
};

#[derive(Serialize)]
struct View<'a> {
    platform: &'a str,
    groups: Vec<&'a str>,
    components: Vec<Component<'a>>,
    pipelines: Vec<&'a str>,
    ci: Vec<&'a str>,
    actors: Vec<&'a str>,
    /// The needs between components.
    needs: Vec<Need>,
    /// The ports of each workload, and who can reach them.
    connections: Vec<Connection<'a>>,
    flows: Vec<Flow<'a>>,
    /// Workloads in the order of their start.
    waves: Vec<Vec<String>>,
}

#[derive(Serialize)]
struct Component<'a> {
    name: &'a str,
    kind: &'a str,
    group: Option<&'a str>,
    external: bool,
    workloads: Vec<&'a str>,
}

#[derive(Serialize)]
struct Need {
    from: String,
    to: String,
    why: Vec<&'static str>,
}

#[derive(Serialize)]
struct Connection<'a> {
    from: String,
    to: &'a str,
    ports: Vec<String>,
}

#[derive(Serialize)]
struct Flow<'a> {
    step: Option<u32>,
    mark: String,
    from: String,
    to: String,
    label: Option<&'a str>,
}

/// The platform as indented JSON.
pub fn json(platform: &Platform, graph: &Graph) -> String {
    format!("{:#}\n", value(platform, graph))
}

/// The platform as a value. Ends are written `components.x`, `pipelines.x`, `ci.x`, `actors.x`, and workloads by their
/// names.
pub fn value(platform: &Platform, graph: &Graph) -> serde_json::Value {
    let view = View {
        platform: &platform.name,
        groups: platform
            .groups
            .iter()
            .map(|group| group.name.as_str())
            .collect(),
        components: platform
            .components
            .iter()
            .map(|component| Component {
                name: &component.name,
                kind: &component.kind,
                group: component.group.as_deref(),
                external: component.external.is_some(),
                workloads: component
                    .workloads
                    .iter()
                    .map(|each| each.name.as_str())
                    .collect(),
            })
            .collect(),
        pipelines: platform
            .pipelines
            .iter()
            .map(|each| each.name.as_str())
            .collect(),
        ci: platform.ci.iter().map(|each| each.name.as_str()).collect(),
        actors: platform
            .actors
            .iter()
            .map(|each| each.name.as_str())
            .collect(),
        needs: graph.component_edges().map(need).collect(),
        connections: graph
            .edges()
            .map(|edge| Connection {
                from: match &edge.from {
                    Peer::Workload(name) => name.clone(),
                    Peer::Pipeline(name) => format!("pipelines.{name}"),
                },
                to: &edge.to,
                ports: edge
                    .ports
                    .iter()
                    .map(|port| format!("{}/{}", port.range, port.protocol.name()))
                    .collect(),
            })
            .collect(),
        flows: platform
            .flows
            .iter()
            .zip(facts::marks(platform))
            .map(|(flow, mark)| Flow {
                step: flow.step,
                mark,
                from: end(&flow.from),
                to: end(&flow.to),
                label: flow.label.as_deref(),
            })
            .collect(),
        waves: graph.waves(),
    };
    serde_json::to_value(view).unwrap_or_default()
}

fn need(edge: crate::graph::ComponentEdge) -> Need {
    Need {
        from: match edge.from {
            ComponentPeer::Component(name) => format!("components.{name}"),
            ComponentPeer::Pipeline(name) => format!("pipelines.{name}"),
        },
        to: format!("components.{}", edge.to),
        why: edge.why.into_iter().map(why).collect(),
    }
}

fn end(end: &FlowEnd) -> String {
    match end {
        FlowEnd::Component(name) => format!("components.{name}"),
        FlowEnd::Pipeline(name) => format!("pipelines.{name}"),
        FlowEnd::Ci(name) => format!("ci.{name}"),
        FlowEnd::Actor(name) => format!("actors.{name}"),
    }
}

fn why(why: Why) -> &'static str {
    match why {
        Why::Uses => "uses",
        Why::DependsOn => "depends_on",
        Why::Reference => "reference",
        Why::Reaches => "reaches",
        Why::Flow => "flow",
        Why::Scrape => "scrape",
    }
}
