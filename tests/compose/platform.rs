//! A platform built by hand: what the front end would make of a small platform.toml.

use std::collections::{BTreeMap, BTreeSet};

use mlopsgen::{
    files::Target,
    model::{
        Component, EnvironmentVariable, Group, Lifecycle, NetworkMode, Platform, Port, PortRange,
        Protocol, Raw, Resources, Restart, Runtime, Text, Workload,
    },
    source::{Sources, Span},
    syntax::Table,
};

pub fn span() -> Span {
    Span::new(Sources::default().add("platform.toml", ""), 0..0)
}

pub fn platform(groups: &[&str], workloads: Vec<Workload>) -> Platform {
    Platform {
        name: "plat".to_string(),
        description: Some("A platform # of tests".to_string()),
        environment: None,
        targets: BTreeSet::from(Target::ALL),
        variables: Vec::new(),
        secrets: Vec::new(),
        groups: groups
            .iter()
            .map(|name| Group {
                name: name.to_string(),
                description: None,
                span: span(),
            })
            .collect(),
        volumes: Vec::new(),
        networks: Vec::new(),
        components: workloads.into_iter().map(component).collect(),
        pipelines: Vec::new(),
        ci: Vec::new(),
        actors: Vec::new(),
        flows: Vec::new(),
        lints: BTreeMap::new(),
        raw_compose: Raw::default(),
        raw_helm: Raw::default(),
        span: span(),
    }
}

fn component(workload: Workload) -> Component {
    Component {
        name: workload.name.clone(),
        kind: "service".to_string(),
        lineage: Vec::new(),
        title: "Service".to_string(),
        icon: "server".to_string(),
        description: None,
        group: Some(workload.group.clone()),
        external: None,
        ports: workload.ports.clone(),
        main_port: None,
        settings: Vec::new(),
        outputs: Vec::new(),
        uses: Vec::new(),
        workloads: vec![workload],
        alerts: Vec::new(),
        records: Vec::new(),
        panels: Vec::new(),
        allow: BTreeSet::new(),
        single: false,
        raw_helm: Raw::default(),
        span: span(),
    }
}

pub fn workload(name: &str, group: &str) -> Workload {
    Workload {
        name: name.to_string(),
        component: name.to_string(),
        part: None,
        group: group.to_string(),
        lifecycle: Lifecycle::Service,
        description: None,
        image: Text::literal("busybox:1"),
        build: None,
        entrypoint: None,
        command: None,
        env: Vec::new(),
        ports: Vec::new(),
        mounts: Vec::new(),
        files: Vec::new(),
        health: None,
        metrics: None,
        resources: Resources::default(),
        replicas: 1,
        restart: Restart::UnlessStopped,
        profiles: Vec::new(),
        network_mode: None,
        networks: Vec::new(),
        aliases: Vec::new(),
        depends_on: Vec::new(),
        reaches: Vec::new(),
        runtime: Runtime::default(),
        raw_compose: Raw::default(),
        raw_helm: Raw::default(),
        written: Table::default(),
        span: span(),
    }
}

pub fn variable(name: &str, value: Text) -> EnvironmentVariable {
    EnvironmentVariable {
        name: name.to_string(),
        value,
        span: span(),
    }
}

pub fn port(name: &str, number: u16) -> Port {
    Port {
        name: name.to_string(),
        container: PortRange::single(number),
        host: None,
        protocol: Protocol::Tcp,
        scheme: "http".to_string(),
        path: String::new(),
        bind: "127.0.0.1".to_string(),
        span: span(),
        host_span: span(),
    }
}

pub fn shares(name: &str) -> Option<mlopsgen::model::At<NetworkMode>> {
    Some(mlopsgen::model::At {
        value: NetworkMode::Service(name.to_string()),
        span: span(),
    })
}
