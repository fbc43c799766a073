//! What `docs/architecture.md` says, from the platform and its graph.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    diagram, facts,
    graph::mermaid_text,
    public,
    view::{
        AddressView, CiView, ComponentView, ExternalView, FlowView, GroupView, HeldView,
        InsideView, NeedView, Page, PartView, PipelineView, PublishedView, SecretView, StageView,
        TaskView, VolumeView,
    },
};
use crate::{
    files::Site,
    graph::Graph,
    model::{
        Agent, Ci, Component, FlowEnd, HostPort, NetworkOwners, Pipeline, Platform, Port, Purpose,
        SecretOrigin, TaskBody, Workload,
    },
    speak::{Readable, Speak},
};

impl Page {
    pub fn of(platform: &Platform, graph: &Graph) -> Self {
        let owners = NetworkOwners::of(platform);
        Self {
            name: platform.name.clone(),
            environment: platform.environment.clone(),
            description: platform.description.clone(),
            has_group_pictures: diagram::has_groups(platform),
            groups: groups(platform),
            elsewhere: elsewhere(platform),
            published: published(platform),
            public: public::addresses(platform),
            inside: platform
                .workloads()
                .flat_map(|workload| inside(platform, &owners, workload))
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
                    path: volume.path.to_string(),
                    component: volume.component.clone(),
                    external: volume.external,
                })
                .collect(),
            waves: graph.waves(),
            pipeline_runner: facts::runner(platform, Purpose::Pipelines),
            ci_runner: facts::runner(platform, Purpose::Ci),
        }
    }
}

fn groups(platform: &Platform) -> Vec<GroupView> {
    let mut members: BTreeMap<&str, Vec<ComponentView>> = BTreeMap::new();
    let components = platform.components.iter();
    for component in components.filter(|it| it.external.is_none()) {
        if let Some(group) = component.group.as_deref() {
            let view = component_view(platform, component);
            members.entry(group).or_default().push(view);
        }
    }
    platform
        .groups
        .iter()
        .map(|group| {
            let components = members.remove(group.name.as_str()).unwrap_or_default();
            let has_picture = diagram::has_groups(platform) && !components.is_empty();
            GroupView {
                name: group.name.clone(),
                description: group.description.clone(),
                picture: has_picture.then(|| format!("architecture/{}.svg", group.name)),
                components,
            }
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

fn elsewhere(platform: &Platform) -> Vec<ExternalView> {
    let components = platform.components.iter();
    components
        .filter_map(|component| external(platform, component))
        .collect()
}

/// What components look for there. Of what runs here a job of the kind makes it, or the image does.
fn contents_of_store(platform: &Platform, store: &Component) -> Vec<HeldView> {
    let mut users: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for component in &platform.components {
        let uses = component.uses.iter();
        for bound in uses.filter(|bound| bound.component == store.name) {
            if let Some(database) = &bound.database {
                let known = users.entry(&database.name).or_default();
                known.insert(component.name.clone());
            }
        }
    }
    let held = users.into_iter().map(|(name, users)| HeldView {
        name: name.to_string(),
        users: users.into_iter().collect(),
    });
    held.collect()
}

fn external(platform: &Platform, component: &Component) -> Option<ExternalView> {
    let external = component.external.as_ref()?;
    let addresses = external.addresses.iter().map(|address| AddressView {
        port: address.port.clone(),
        address: format!("{}:{}", address.host, address.number),
    });
    Some(ExternalView {
        name: component.name.clone(),
        title: component.title.clone(),
        addresses: addresses.collect(),
        holds: contents_of_store(platform, component),
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
            let declared = platform
                .component(&workload.component)
                .and_then(|component| component.declared_public_url(&port.name));
            let url = match declared {
                Some(declared) => Some(declared.at(Site::Engine).as_str().to_string()),
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

/// A workload on the host's network, or on none, has no address for clients inside.
fn inside<'a>(
    platform: &'a Platform,
    owners: &'a NetworkOwners,
    workload: &'a Workload,
) -> impl Iterator<Item = InsideView> + 'a {
    let owner = owners.owner_of(&workload.name);
    let reached = platform
        .workload(owner)
        .is_some_and(|owner| owner.network_mode.is_none());
    let ports = workload.ports.iter().filter(move |_| reached);
    ports.map(|port| InsideView {
        workload: workload.name.clone(),
        port: port.name.clone(),
        address: facts::inside(owner, port),
        protocol: port.protocol.name(),
        scraped: workload
            .metrics
            .iter()
            .any(|metrics| metrics.port == port.name),
    })
}

fn needs(platform: &Platform, graph: &Graph) -> Vec<NeedView> {
    use crate::graph::{ComponentPeer, Why};
    let of = |peer: ComponentPeer, name: &str| {
        let to: Vec<String> = graph
            .needs_of(&peer)
            .filter(|(_, why)| why.iter().any(|why| *why != Why::Flow))
            .map(|(to, _)| to.to_string())
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
    let mut chart = Vec::new();
    for (index, task) in pipeline.tasks.iter().enumerate() {
        chart.push(format!("t{index}[\"{}\"]", mermaid_text(&task.name)));
        for before in &task.after {
            chart.push(format!("t{} --> t{index}", before.value.0));
        }
    }
    PipelineView {
        name: pipeline.name.clone(),
        description: pipeline.description.clone(),
        schedule: pipeline.schedule.as_ref().map(ToString::to_string),
        image: pipeline
            .image
            .as_ref()
            .map(|image| Readable(platform).text(&image.text())),
        tasks: pipeline
            .tasks
            .iter()
            .map(|task| TaskView {
                name: task.name.clone(),
                after: task
                    .after
                    .iter()
                    .map(|before| pipeline.task(before.value).name.clone())
                    .collect(),
                runs: match &task.body {
                    TaskBody::Run(text) => Readable(platform).text(text),
                    TaskBody::Stub => task.stub_path(&pipeline.name),
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
            Agent::Docker(image) => format!("a container of {}", image.to_text()),
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
