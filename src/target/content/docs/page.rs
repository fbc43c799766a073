//! The view of `docs/architecture.md`.

use serde::Serialize;

use super::{facts, graph::mermaid_text};
use crate::{
    graph::Graph,
    model::{
        Agent, Ci, Component, FlowEnd, HostPort, Pipeline, Platform, Port, SecretOrigin, TaskBody,
        Workload,
    },
    speak::{Readable, Speak},
};

#[derive(Serialize)]
pub struct Page {
    /// The platform's name.
    name: String,
    /// The environment, if it is one.
    environment: Option<String>,
    /// The platform's description.
    description: Option<String>,
    /// The groups with what is in them.
    groups: Vec<GroupView>,
    /// What runs elsewhere.
    elsewhere: Vec<ExternalView>,
    /// Ports that the host publishes.
    published: Vec<PublishedView>,
    /// Addresses inside of the platform.
    inside: Vec<InsideView>,
    /// Who needs whom.
    needs: Vec<NeedView>,
    /// The flows, in their order.
    flows: Vec<FlowView>,
    /// The pipelines.
    pipelines: Vec<PipelineView>,
    /// The CI entries.
    ci: Vec<CiView>,
    /// The secrets, without values.
    secrets: Vec<SecretView>,
    /// What is kept.
    volumes: Vec<VolumeView>,
    /// Workloads in the order of their start; those of a list start together.
    waves: Vec<Vec<String>>,
}

#[derive(Serialize)]
struct GroupView {
    /// Its name.
    name: String,
    /// Its description.
    description: Option<String>,
    /// What is in it.
    components: Vec<ComponentView>,
}

#[derive(Serialize)]
struct ComponentView {
    /// Its name.
    name: String,
    /// The kind's title.
    title: String,
    /// Its kind.
    kind: String,
    /// The main image.
    image: String,
    /// Its description.
    description: Option<String>,
    /// Its other workloads.
    parts: Vec<PartView>,
}

#[derive(Serialize)]
struct PartView {
    /// The workload.
    name: String,
    /// Its image.
    image: String,
    /// Whether it runs to completion.
    job: bool,
}

#[derive(Serialize)]
struct ExternalView {
    /// Its name.
    name: String,
    /// The kind's title.
    title: String,
    /// Where it is.
    addresses: Vec<AddressView>,
    /// Its description.
    description: Option<String>,
}

#[derive(Serialize)]
struct AddressView {
    /// The port's name.
    port: String,
    /// HOST:PORT.
    address: String,
}

#[derive(Serialize)]
struct PublishedView {
    /// Whose port it is.
    component: String,
    /// The port's name.
    port: String,
    /// Where it is found on the host.
    address: String,
    /// For a browser.
    link: bool,
    /// The address of the host that it is bound to.
    bind: String,
    /// The number on the host.
    host: String,
    /// The number inside.
    container: String,
}

#[derive(Serialize)]
struct InsideView {
    /// Who listens.
    workload: String,
    /// The port's name.
    port: String,
    /// HOST:PORT.
    address: String,
    /// `tcp` or `udp`.
    protocol: &'static str,
    /// Whether Prometheus asks there.
    scraped: bool,
}

#[derive(Serialize)]
struct NeedView {
    /// Who needs.
    from: String,
    /// Whom.
    to: Vec<String>,
}

#[derive(Serialize)]
struct FlowView {
    /// Its step.
    mark: String,
    /// What goes there.
    label: Option<String>,
    /// Where it starts.
    from: String,
    /// Where it ends.
    to: String,
}

#[derive(Serialize)]
struct PipelineView {
    /// Its name.
    name: String,
    /// Its description.
    description: Option<String>,
    /// When it runs.
    schedule: Option<String>,
    /// The image of its tasks.
    image: Option<String>,
    /// Its tasks.
    tasks: Vec<TaskView>,
    /// Lines of a Mermaid flowchart.
    chart: Vec<String>,
}

#[derive(Serialize)]
struct TaskView {
    /// Its name.
    name: String,
    /// The tasks before it.
    after: Vec<String>,
    /// The command, or the file that a stub's function is in.
    runs: String,
    /// Whether its body is the user's.
    stub: bool,
}

#[derive(Serialize)]
struct CiView {
    /// Its name.
    name: String,
    /// Its description.
    description: Option<String>,
    /// Where it runs, in words.
    agent: String,
    /// Globs of what has changed.
    paths: Vec<String>,
    /// Globs of branches.
    branches: Vec<String>,
    /// Its stages.
    stages: Vec<StageView>,
}

#[derive(Serialize)]
struct StageView {
    /// Its name.
    name: String,
    /// The names of the stages inside of it.
    parallel: Vec<String>,
}

#[derive(Serialize)]
struct SecretView {
    /// Its name.
    name: String,
    /// The environment variable.
    env: String,
    /// What it is for.
    description: Option<String>,
    /// Whether it may be missing.
    optional: bool,
    /// The component whose program needs it for itself.
    component: Option<String>,
}

#[derive(Serialize)]
struct VolumeView {
    /// Its real name.
    name: String,
    /// Where platform.toml speaks of it.
    path: String,
    /// Whose it is, if it is not shared.
    component: Option<String>,
    /// Whether nothing creates or removes it.
    external: bool,
}

impl Page {
    pub fn of(platform: &Platform, graph: &Graph) -> Self {
        Self {
            name: platform.name.clone(),
            environment: platform.environment.clone(),
            description: platform.description.clone(),
            groups: groups(platform),
            elsewhere: platform.components.iter().filter_map(elsewhere).collect(),
            published: published(platform),
            inside: platform
                .workloads()
                .flat_map(|workload| inside(platform, workload))
                .collect(),
            needs: needs(platform, graph),
            flows: flows(platform),
            pipelines: platform
                .pipelines
                .iter()
                .map(|each| pipeline(platform, each))
                .collect(),
            ci: platform.ci.iter().map(ci).collect(),
            secrets: secrets(platform),
            volumes: platform
                .volumes
                .iter()
                .map(|volume| VolumeView {
                    name: volume.real_name.clone(),
                    path: volume.path.clone(),
                    component: volume.component.clone(),
                    external: volume.external,
                })
                .collect(),
            waves: graph.waves(),
        }
    }
}

fn groups(platform: &Platform) -> Vec<GroupView> {
    let members = |group: &str| -> Vec<ComponentView> {
        platform
            .components
            .iter()
            .filter(|component| component.external.is_none())
            .filter(|component| component.group.as_deref() == Some(group))
            .map(|component| component_view(platform, component))
            .collect()
    };
    platform
        .groups
        .iter()
        .map(|group| GroupView {
            name: group.name.clone(),
            description: group.description.clone(),
            components: members(&group.name),
        })
        .collect()
}

fn component_view(platform: &Platform, component: &Component) -> ComponentView {
    let image = |workload: &Workload| Readable(platform).text(&workload.image.text());
    let main = component.main();
    ComponentView {
        name: component.name.clone(),
        title: component.title.clone(),
        kind: component.kind.clone(),
        image: main.map(image).unwrap_or_default(),
        description: component.description.clone(),
        parts: component
            .workloads
            .iter()
            .filter(|workload| workload.part.is_some())
            .map(|workload| PartView {
                name: workload.name.clone(),
                image: image(workload),
                job: workload.is_job(),
            })
            .collect(),
    }
}

fn elsewhere(component: &Component) -> Option<ExternalView> {
    let external = component.external.as_ref()?;
    let addresses = external
        .addresses
        .iter()
        .map(|(port, host, number)| AddressView {
            port: port.clone(),
            address: format!("{host}:{number}"),
        });
    Some(ExternalView {
        name: component.name.clone(),
        title: component.title.clone(),
        addresses: addresses.collect(),
        description: component.description.clone(),
    })
}

fn published(platform: &Platform) -> Vec<PublishedView> {
    let ports = platform
        .workloads()
        .flat_map(|workload| workload.ports.iter().map(move |port| (workload, port)));
    ports
        .filter_map(|(workload, port)| {
            let host = match port.host? {
                HostPort::Fixed(range) => range.to_string(),
                HostPort::Auto => "any free one".to_string(),
            };
            let said = platform
                .component(&workload.component)
                .and_then(|component| component.said_url(&port.name));
            let url = match said {
                Some(said) => Some(said.as_str().to_string()),
                None => facts::host_url(port),
            };
            Some(PublishedView {
                component: workload.name.clone(),
                port: port.name.clone(),
                link: url.is_some() && port.is_web(),
                address: url.unwrap_or_else(|| {
                    format!("docker compose port {} {}", workload.name, port.container)
                }),
                bind: port.bind.to_string(),
                host,
                container: number(port),
            })
        })
        .collect()
}

fn number(port: &Port) -> String {
    format!("{}/{}", port.container, port.protocol.name())
}

/// Nobody inside has an address of what is on the host's network or on none.
fn inside<'a>(
    platform: &'a Platform,
    workload: &'a Workload,
) -> impl Iterator<Item = InsideView> + 'a {
    let owner = platform.network_owner(workload);
    let reached = owner.network_mode.is_none();
    let ports = workload.ports.iter().filter(move |_| reached);
    ports.map(|port| InsideView {
        workload: workload.name.clone(),
        port: port.name.clone(),
        address: facts::inside(&owner.name, port),
        protocol: port.protocol.name(),
        scraped: workload
            .metrics
            .as_ref()
            .is_some_and(|metrics| metrics.port == port.name),
    })
}

fn needs(platform: &Platform, graph: &Graph) -> Vec<NeedView> {
    use crate::graph::{ComponentPeer, Why};
    let edges: Vec<_> = graph
        .component_edges()
        .filter(|edge| edge.why.iter().any(|why| *why != Why::Flow))
        .collect();
    let of = |peer: ComponentPeer, name: &str| {
        let to: Vec<String> = edges
            .iter()
            .filter(|edge| edge.from == peer)
            .map(|edge| edge.to.clone())
            .collect();
        (!to.is_empty()).then(|| NeedView {
            from: name.to_string(),
            to,
        })
    };
    let components = platform.components.iter().filter_map(|component| {
        of(
            ComponentPeer::Component(component.name.clone()),
            &component.name,
        )
    });
    let pipelines = platform
        .pipelines
        .iter()
        .filter_map(|each| of(ComponentPeer::Pipeline(each.name.clone()), &each.name));
    components.chain(pipelines).collect()
}

fn flows(platform: &Platform) -> Vec<FlowView> {
    let title = |end: &FlowEnd| match end {
        FlowEnd::Actor(name) => platform
            .actors
            .iter()
            .find(|actor| actor.name == *name)
            .map_or_else(|| name.clone(), |actor| actor.title.clone()),
        FlowEnd::Ci(name) => format!("CI {name}"),
        FlowEnd::Pipeline(name) | FlowEnd::Component(name) => name.clone(),
    };
    platform
        .flows
        .iter()
        .zip(facts::marks(platform))
        .map(|(flow, mark)| FlowView {
            mark,
            label: flow.label.clone(),
            from: title(&flow.from),
            to: title(&flow.to),
        })
        .collect()
}

fn pipeline(platform: &Platform, pipeline: &Pipeline) -> PipelineView {
    let number = |name: &str| pipeline.tasks.iter().position(|task| task.name == name);
    let mut chart = Vec::new();
    for (index, task) in pipeline.tasks.iter().enumerate() {
        chart.push(format!("t{index}[\"{}\"]", mermaid_text(&task.name)));
        for before in task.after.iter().filter_map(|(name, _)| number(name)) {
            chart.push(format!("t{before} --> t{index}"));
        }
    }
    PipelineView {
        name: pipeline.name.clone(),
        description: pipeline.description.clone(),
        schedule: pipeline.schedule.clone(),
        image: pipeline
            .image
            .as_ref()
            .map(|image| Readable(platform).text(&image.text())),
        tasks: pipeline
            .tasks
            .iter()
            .map(|task| TaskView {
                name: task.name.clone(),
                after: task.after.iter().map(|(name, _)| name.clone()).collect(),
                runs: match &task.body {
                    TaskBody::Run(text) => Readable(platform).text(text),
                    TaskBody::Stub => format!("dags/{}/{}.py", pipeline.name, task.name),
                },
                stub: task.body == TaskBody::Stub,
            })
            .collect(),
        chart,
    }
}

fn ci(ci: &Ci) -> CiView {
    CiView {
        name: ci.name.clone(),
        description: ci.description.clone(),
        agent: match &ci.agent {
            Agent::Any => "any".to_string(),
            Agent::Docker(image) => format!("a container of {}", image.written()),
            Agent::Label(label) => format!("label {label}"),
        },
        paths: ci.paths.clone(),
        branches: ci.branches.clone(),
        stages: ci
            .stages
            .iter()
            .map(|stage| StageView {
                name: stage.name.clone(),
                parallel: stage
                    .parallel
                    .iter()
                    .map(|each| each.name.clone())
                    .collect(),
            })
            .collect(),
    }
}

fn secrets(platform: &Platform) -> Vec<SecretView> {
    platform
        .secrets
        .iter()
        .map(|secret| SecretView {
            name: secret.name.clone(),
            env: secret.env.clone(),
            description: secret.description.clone(),
            optional: secret.optional,
            component: match &secret.origin {
                SecretOrigin::Declared => None,
                SecretOrigin::Kind { component } => Some(component.clone()),
            },
        })
        .collect()
}
