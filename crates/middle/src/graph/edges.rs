//! Collects the edges that the model states: references, uses, dependencies, reaches, flows, scrapes.

use std::collections::BTreeSet;

use super::{
    ComponentPeer, Graph, OpenPort, Peer, StartEdge, Why,
    texts::{pipeline_texts, workload_texts},
};
use crate::model::{
    Agent, Ci, Component, Endpoint, FlowEnd, Health, Pipeline, Platform, Port, Probe, Purpose,
    Reach, Setting, Task, TaskBody, Text, Workload,
};

pub(super) fn collect(platform: &Platform, graph: &mut Graph) {
    for component in &platform.components {
        for workload in &component.workloads {
            workload_edges(platform, workload, graph);
        }
        main_edges(platform, component, graph);
        uses_edges(platform, component, graph);
        front_edges(platform, component, graph);
    }
    for workload in platform.workloads() {
        value_edges(platform, workload, graph);
    }
    for pipeline in &platform.pipelines {
        pipeline_edges(platform, pipeline, graph);
        stub_edges(platform, pipeline, graph);
    }
    ci_edges(platform, graph);
    flow_edges(platform, graph);
    scrape_edges(platform, graph);
    probe_edges(platform, graph);
}

fn workload_edges(platform: &Platform, workload: &Workload, graph: &mut Graph) {
    let peer = Peer::Workload(workload.name.clone());
    let component = ComponentPeer::Component(workload.component.clone());
    for endpoint in workload_texts(workload).flat_map(Text::endpoints) {
        reference(platform, &peer, &component, endpoint, graph);
    }
    // A door knows who stands behind it, and works while one of them does not.
    let reaches_it = |name: &str| workload.reaches.iter().any(|it| it.component == name);
    for endpoint in workload.files.iter().flat_map(|file| &file.asks) {
        match reaches_it(&endpoint.component) {
            true => {
                let ends = (&peer, &component);
                endpoint_edge(platform, ends, endpoint, Why::Reaches, graph);
            }
            false => reference(platform, &peer, &component, endpoint, graph),
        }
    }
    for reach in &workload.reaches {
        reaches(platform, &peer, &component, reach, graph);
    }
    for dependency in &workload.depends_on {
        graph.start.insert(StartEdge {
            from: workload.name.clone(),
            to: dependency.workload.clone(),
            optional: dependency.optional,
        });
        if dependency.opens_ports {
            if let Some(other) = platform.workload(&dependency.workload) {
                graph.connect(
                    peer.clone(),
                    &other.name,
                    open(&other.ports),
                    Why::DependsOn,
                );
            }
            graph.connect_components(component.clone(), &dependency.component, Why::DependsOn);
            if !dependency.optional {
                graph.need(&component, &dependency.component);
            }
        }
    }
}

/// What the main workload is told to ask beside its own keys: in settings and their files, in the chart's values of the component.
/// Where another workload of the component builds, that one is told of what is built: it fetches it.
fn main_edges(platform: &Platform, component: &Component, graph: &mut Graph) {
    let Some(main) = component.main() else {
        return;
    };
    let mut raw = Vec::new();
    component.raw_helm.add_texts(&mut raw);
    referred_edges(platform, main, raw, graph);
    for workload in component.builder().into_iter().chain([main]) {
        let settings = component.settings.iter();
        let texts = settings.flat_map(Setting::all_texts).collect();
        referred_edges(platform, workload, texts, graph);
    }
}

/// The edges of the references in what a workload is told.
fn referred_edges(platform: &Platform, workload: &Workload, texts: Vec<&Text>, graph: &mut Graph) {
    let peer = Peer::Workload(workload.name.clone());
    let own = ComponentPeer::Component(workload.component.clone());
    for endpoint in texts.into_iter().flat_map(Text::endpoints) {
        reference(platform, &peer, &own, endpoint, graph);
    }
}

/// What `[raw.helm] components` tells a workload to ask.
fn value_edges(platform: &Platform, workload: &Workload, graph: &mut Graph) {
    let Some(values) = platform.raw_helm.at(&["components", &workload.name]) else {
        return;
    };
    let mut texts = Vec::new();
    values.add_texts(&mut texts);
    referred_edges(platform, workload, texts, graph);
}

/// `uses` opens the ports that its role names to the main workload. The others have the edges of what they are told themselves.
fn uses_edges(platform: &Platform, component: &Component, graph: &mut Graph) {
    for binding in &component.uses {
        let own = ComponentPeer::Component(component.name.clone());
        let why = if binding.needed {
            graph.need(&own, &binding.component);
            Why::Uses
        } else {
            Why::Reaches
        };
        graph.connect_components(own, &binding.component, why);
        let Some(target) = platform.component(&binding.component) else {
            continue;
        };
        let Some(workload) = component.main() else {
            continue;
        };
        let peer = Peer::Workload(workload.name.clone());
        for name in &binding.ports {
            if target.external.is_some() {
                edge_to_external_port(platform, &peer, (target, name), why, graph);
            } else if let Some((other, port)) = port_of(target, name) {
                graph.connect(peer.clone(), &other.name, open([port]), why);
            }
        }
    }
}

fn pipeline_edges(platform: &Platform, pipeline: &Pipeline, graph: &mut Graph) {
    let peer = Peer::Pipeline(pipeline.name.clone());
    let component = ComponentPeer::Pipeline(pipeline.name.clone());
    for reach in &pipeline.reaches {
        reaches(platform, &peer, &component, reach, graph);
    }
    for endpoint in pipeline_texts(pipeline).flat_map(Text::endpoints) {
        reference(platform, &peer, &component, endpoint, graph);
    }
}

/// A stub runs in the program that runs the pipelines, so what its pipeline reaches and what its variables name is open from
/// there, too. That program itself works without it.
fn stub_edges(platform: &Platform, pipeline: &Pipeline, graph: &mut Graph) {
    let is_stub = |task: &&Task| task.body == TaskBody::Stub;
    let mut stubs = pipeline.tasks.iter().filter(is_stub).peekable();
    let Some(runner) = platform.first_for(Purpose::Pipelines) else {
        return;
    };
    if stubs.peek().is_none() {
        return;
    }
    let variables = stubs.flat_map(|task| &task.env);
    let endpoints: Vec<&Endpoint> = variables.flat_map(|it| it.value.endpoints()).collect();
    let component = ComponentPeer::Component(runner.name.clone());
    for workload in workloads_of_own_image(runner).filter(|it| !it.is_job()) {
        let peer = Peer::Workload(workload.name.clone());
        for reach in &pipeline.reaches {
            reaches(platform, &peer, &component, reach, graph);
        }
        for endpoint in &endpoints {
            endpoint_edge(platform, (&peer, &component), endpoint, Why::Reaches, graph);
        }
    }
}

/// What CI entries name is open to the workload that runs their stages. The component itself works without it. Entries that ask for an
/// agent by its label may run on any.
fn ci_edges(platform: &Platform, graph: &mut Graph) {
    let Some(runner) = platform.first_for(Purpose::Ci) else {
        return;
    };
    let component = ComponentPeer::Component(runner.name.clone());
    let builder = runner.builder().or(runner.main());
    let named = platform.ci.iter().flat_map(|entry| {
        let texts = entry.texts().flat_map(Text::endpoints);
        texts.map(move |endpoint| (endpoint, names_label(entry)))
    });
    for (endpoint, anywhere) in named.filter(|(it, _)| it.component != runner.name) {
        let workloads = runner.workloads.iter().filter(|it| !it.is_job());
        let is_it = |it: &Workload| builder.is_some_and(|builder| builder.name == it.name);
        for workload in workloads.filter(|it| anywhere || is_it(it)) {
            let peer = Peer::Workload(workload.name.clone());
            endpoint_edge(platform, (&peer, &component), endpoint, Why::Reaches, graph);
        }
    }
}

fn names_label(entry: &Ci) -> bool {
    let is_label = |agent: &Agent| matches!(agent, Agent::Label(_));
    is_label(&entry.agent)
        || entry
            .all_stages()
            .filter_map(|it| it.agent.as_ref())
            .any(is_label)
}

/// A flow lets both ends reach each other on all declared ports.
fn flow_edges(platform: &Platform, graph: &mut Graph) {
    for flow in &platform.flows {
        let ends = [(&flow.from, &flow.to), (&flow.to, &flow.from)];
        for (from, to) in ends {
            let FlowEnd::Component(to) = to else {
                continue;
            };
            let Some(target) = platform.component(to) else {
                continue;
            };
            for peer in flow_peers(platform, from) {
                all_ports(platform, &peer, target, Why::Flow, graph);
            }
        }
        let component = match &flow.from {
            FlowEnd::Component(name) => ComponentPeer::Component(name.clone()),
            FlowEnd::Pipeline(name) => ComponentPeer::Pipeline(name.clone()),
            FlowEnd::Ci(_) | FlowEnd::Actor(_) => continue,
        };
        if let FlowEnd::Component(to) = &flow.to {
            graph.connect_components(component, to, Why::Flow);
        }
    }
}

/// Who acts where a flow names a component: every workload of its own image, since it is the work of all of them.
fn flow_peers(platform: &Platform, end: &FlowEnd) -> Vec<Peer> {
    match end {
        FlowEnd::Component(name) => platform
            .component(name)
            .into_iter()
            .flat_map(workloads_of_own_image)
            .map(|workload| Peer::Workload(workload.name.clone()))
            .collect(),
        FlowEnd::Pipeline(name) => vec![Peer::Pipeline(name.clone())],
        FlowEnd::Ci(_) | FlowEnd::Actor(_) => Vec::new(),
    }
}

fn workloads_of_own_image(component: &Component) -> impl Iterator<Item = &Workload> {
    let main = component.main();
    let workloads = component.workloads.iter();
    workloads.filter(move |workload| main.is_some_and(|main| main.image == workload.image))
}

/// What runs elsewhere behind a workload of the platform, such as a proxy, does not work without it.
fn front_edges(platform: &Platform, component: &Component, graph: &mut Graph) {
    let external = component.external.iter();
    for address in external.flat_map(|external| &external.addresses) {
        if let Some((front, _)) = platform.front_of(address) {
            let own = ComponentPeer::Component(component.name.clone());
            graph.need(&own, &front.component);
            graph.connect_components(own, &front.component, Why::Reference);
        }
    }
}

/// A port of a component that runs elsewhere. At the name of a workload of the platform it is that one that is reached.
fn edge_to_external_port(
    platform: &Platform,
    peer: &Peer,
    (target, port): (&Component, &str),
    why: Why,
    graph: &mut Graph,
) {
    let address = target.external_address(port);
    match address.and_then(|address| platform.front_of(address)) {
        Some((front, port)) => graph.connect(peer.clone(), &front.name, open(port), why),
        None => graph.connect_outside(peer, &target.name, port),
    }
}

/// Every declared port of a component, wherever it runs.
fn all_ports(platform: &Platform, peer: &Peer, target: &Component, why: Why, graph: &mut Graph) {
    if let Some(external) = &target.external {
        for address in &external.addresses {
            edge_to_external_port(platform, peer, (target, &address.port), why, graph);
        }
    } else if let Some(workload) = target.main() {
        graph.connect(peer.clone(), &workload.name, open(&workload.ports), why);
    }
}

fn scrape_edges(platform: &Platform, graph: &mut Graph) {
    let Some(prometheus) = platform.first_for(Purpose::Metrics) else {
        return;
    };
    let Some(scraper) = prometheus.main() else {
        return;
    };
    for component in &platform.components {
        let external = component.external.iter();
        for metrics in external.flat_map(|external| &external.metrics) {
            let peer = Peer::Workload(scraper.name.clone());
            let port = (component, metrics.port.as_str());
            edge_to_external_port(platform, &peer, port, Why::Scrape, graph);
            graph.connect_components(
                ComponentPeer::Component(prometheus.name.clone()),
                &component.name,
                Why::Scrape,
            );
        }
    }
    for workload in platform.workloads() {
        for metrics in &workload.metrics {
            let ports = workload.port(&metrics.port);
            graph.connect(
                Peer::Workload(scraper.name.clone()),
                &workload.name,
                open(ports),
                Why::Scrape,
            );
            graph.connect_components(
                ComponentPeer::Component(prometheus.name.clone()),
                &workload.component,
                Why::Scrape,
            );
        }
    }
}

/// The prober asks for Prometheus.
fn probe_edges(platform: &Platform, graph: &mut Graph) {
    let Some(prober) = platform.prober() else {
        return;
    };
    let peer = Peer::Workload(prober.name.clone());
    for workload in platform.workloads().filter(|workload| workload.probed) {
        let probe = workload.health.as_ref().map(Health::asked);
        let Some(Probe::Http { port, .. } | Probe::Tcp { port, .. }) = probe else {
            continue;
        };
        let ports = open(workload.port(port));
        graph.connect(peer.clone(), &workload.name, ports, Why::Scrape);
        graph.connect_components(
            ComponentPeer::Component(prober.component.clone()),
            &workload.component,
            Why::Scrape,
        );
    }
}

fn reference(
    platform: &Platform,
    peer: &Peer,
    component: &ComponentPeer,
    endpoint: &Endpoint,
    graph: &mut Graph,
) {
    let why = if uses_optionally(platform, component, &endpoint.component) {
        Why::Reaches
    } else {
        graph.need(component, &endpoint.component);
        Why::Reference
    };
    endpoint_edge(platform, (peer, component), endpoint, why, graph);
}

fn endpoint_edge(
    platform: &Platform,
    (peer, component): (&Peer, &ComponentPeer),
    endpoint: &Endpoint,
    why: Why,
    graph: &mut Graph,
) {
    graph.connect_components(component.clone(), &endpoint.component, why);
    let Some(target) = platform.component(&endpoint.component) else {
        return;
    };
    if endpoint.external {
        edge_to_external_port(platform, peer, (target, &endpoint.port), why, graph);
        return;
    }
    if let Some((workload, port)) = port_of(target, &endpoint.port) {
        graph.connect(peer.clone(), &workload.name, open([port]), why);
    }
}

/// Whether a component uses the other one only in optional roles: a program that sends traces works without their store.
fn uses_optionally(platform: &Platform, from: &ComponentPeer, to: &str) -> bool {
    let ComponentPeer::Component(from) = from else {
        return false;
    };
    let uses = platform.component(from).into_iter().flat_map(|it| &it.uses);
    let mut uses = uses.filter(|binding| binding.component == to).peekable();
    uses.peek().is_some() && uses.all(|binding| !binding.needed)
}

fn reaches(
    platform: &Platform,
    peer: &Peer,
    component: &ComponentPeer,
    reach: &Reach,
    graph: &mut Graph,
) {
    graph.connect_components(component.clone(), &reach.component, Why::Reaches);
    let Some(target) = platform.component(&reach.component) else {
        return;
    };
    match &reach.port {
        Some(name) if target.external.is_some() => {
            edge_to_external_port(platform, peer, (target, name), Why::Reaches, graph);
        }
        Some(name) => {
            if let Some((workload, port)) = port_of(target, name) {
                graph.connect(peer.clone(), &workload.name, open([port]), Why::Reaches);
            }
        }
        None => all_ports(platform, peer, target, Why::Reaches, graph),
    }
}

/// A port of a component by name, and the workload that listens on it: the main one's first, then those of its parts.
fn port_of<'a>(component: &'a Component, name: &str) -> Option<(&'a Workload, &'a Port)> {
    component
        .workloads
        .iter()
        .find_map(|workload| Some((workload, workload.port(name)?)))
}

fn open<'a>(ports: impl IntoIterator<Item = &'a Port>) -> BTreeSet<OpenPort> {
    ports
        .into_iter()
        .map(|port| OpenPort {
            range: port.container,
            protocol: port.protocol,
        })
        .collect()
}
