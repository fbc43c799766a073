//! A platform put together by hand, with one of everything that the chart has a form for.

mod workloads;

use std::collections::{BTreeMap, BTreeSet};

use workloads::{agent, airflow, database, guest, isolated, job, outside, pipeline, server};

use crate::{
    commands::CommandFlags,
    data::DataKey,
    files::Target,
    model::{
        At, Bind, Capability, Component, Condition, Dependency, Device, Endpoint,
        EnvironmentVariable, External, ExternalAddress, ExtraHost, Field, FileContent, FileMount,
        Generated, Gpu, Group, Health, Host, HostPath, HostPort, HttpScheme, Icon, Image,
        ImagePlatform, Lifecycle, Lists, Mount, MountSource, NetworkMode, Piece, Pipeline,
        Platform, PlatformVolume, Port, PortRange, Probe, Protocol, Purpose, Raw, Resources,
        Restart, Runtime, Scheme, Secret, SecretForm, SecretOrigin, Task, TaskBody, Text, Tmpfs,
        User, Variable, Workload,
    },
    source::{Sources, Span},
    syntax::Table,
};

/// Characters that have a meaning in one of the languages.
pub const NASTY: &str =
    "{{ .Values.x }} $(PATH) $$HOME $$(A) ${B} 100% \"q\" 'q' \\n\ttab\nline: # - é $é \u{1f600} $";

pub fn span() -> Span {
    let id = Sources::default().add("platform.toml", "");
    Span::new(id, 0..0)
}

pub fn text(text: &str) -> Text {
    Text::literal(text)
}

pub fn pieces(pieces: &[Piece]) -> Text {
    let mut out = Text::default();
    for piece in pieces {
        out.push(piece.clone());
    }
    out
}

pub fn literal(text: &str) -> Piece {
    Piece::Literal(text.to_string())
}

pub fn secret(name: &str) -> Piece {
    Piece::Secret(name.to_string())
}

pub fn endpoint(component: &str, port: &str, number: u16) -> Piece {
    Piece::Endpoint(Box::new(Endpoint {
        component: component.to_string(),
        port: port.to_string(),
        host: Host::Name(component.to_string()),
        number,
        scheme: Scheme::Http,
        path: String::new(),
        field: Field::Url,
        external: false,
    }))
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
        scheme: Scheme::Http,
        path: String::new(),
        public_url: None,
        bind: Bind::LOOPBACK,
        span: span(),
        host_span: span(),
    }
}

pub fn mount(name: &str, path: &str, source: MountSource) -> Mount {
    Mount {
        name: name.to_string(),
        path: path.to_string(),
        source,
        read_only: false,
        only: None,
        folder_env: None,
        propagation: None,
        texts: Vec::new(),
        points: Vec::new(),
        span: span(),
    }
}

pub fn volume(key: &str) -> MountSource {
    MountSource::Volume(key.to_string())
}

pub fn file(path: &str, content: FileContent) -> FileMount {
    FileMount {
        path: path.to_string(),
        content,
        setting: None,
        template: None,
        asks: Vec::new(),
        mode: 0o644,
        span: span(),
    }
}

pub fn dependency(workload: &str, condition: Condition) -> Dependency {
    Dependency {
        workload: workload.to_string(),
        component: workload.to_string(),
        condition,
        optional: false,
        opens_ports: true,
        span: span(),
    }
}

fn health(probe: Probe) -> Option<Health> {
    Some(Health {
        liveness: true,
        probe,
        outside: None,
        in_cluster: None,
        alive: None,
        interval: 10_000,
        timeout: 2_500,
        retries: 3,
        start_period: 45_000,
        inside: true,
        tool: None,
        span: span(),
    })
}

pub fn workload(name: &str) -> Workload {
    Workload {
        name: name.to_string(),
        component: name.to_string(),
        part: None,
        group: "main".to_string(),
        lifecycle: Lifecycle::Service,
        description: None,
        image: Image::literal(&format!("registry.example.com:5000/{name}:1.0")),
        build: None,
        entrypoint: None,
        command: None,
        env: Vec::new(),
        env_files: Vec::new(),
        ports: Vec::new(),
        mounts: Vec::new(),
        node_mounts: Vec::new(),
        files: Vec::new(),
        health: None,
        metrics: Vec::new(),
        probed: false,
        resources: Resources::default(),
        replicas: 1,
        scaled_to: None,
        daemon: false,
        restart: Restart::UnlessStopped,
        profiles: Vec::new(),
        network_mode: None,
        networks: Vec::new(),
        aliases: Vec::new(),
        depends_on: Vec::new(),
        reaches: Vec::new(),
        runtime: Runtime::default(),
        chart: None,
        in_chart: false,
        raw_compose: Raw::default(),
        raw_helm: Raw::default(),
        values: Table::default(),
        written: Table::default(),
        span: span(),
    }
}

pub fn component(workloads: Vec<Workload>) -> Component {
    let main = workloads.first();
    Component {
        version: Default::default(),
        upgrades: Vec::new(),
        first_start: Default::default(),
        data_folders: Vec::new(),
        first_start_files: Vec::new(),
        image_volumes: Vec::new(),
        name: main.map(|main| main.name.clone()).unwrap_or_default(),
        kind: "service".to_string(),
        any_program: true,
        purpose: None,
        builder: None,
        program: "service".to_string(),
        title: "Service".to_string(),
        icon: Icon::Server,
        description: None,
        group: Some("main".to_string()),
        external: None,
        ports: main.map(|main| main.ports.clone()).unwrap_or_default(),
        main_port: None,
        outside_port: None,
        page_port: None,
        public_url: None,
        settings: Vec::new(),
        taken_at_start: Default::default(),
        keys: Default::default(),
        replaced_keys: Default::default(),
        encrypted_with: Default::default(),
        login_passwords: Vec::new(),
        outputs: Vec::new(),
        uses: Vec::new(),
        workloads,
        healthy: None,
        started: None,
        alerts: Vec::new(),
        records: Vec::new(),
        panels: Default::default(),
        own_panels: Vec::new(),
        exposes: Vec::new(),
        exposed_by_parts: BTreeMap::new(),
        lists: Lists::Complete,
        requests: crate::model::Requests::default(),
        reads_logs: false,
        memory_maps: None,
        single: false,
        single_because: None,
        keeps_in: Vec::new(),
        several_with: Vec::new(),
        raw_helm: Raw::default(),
        span: span(),
    }
}

pub fn platform(components: Vec<Component>) -> Platform {
    Platform {
        name: "sample".to_string(),
        project: "sample".to_string(),
        version: "0.1.0".to_string(),
        description: Some(NASTY.to_string()),
        environment: None,
        commands: CommandFlags::default(),
        targets: Target::ALL.iter().copied().collect(),
        variables: Vec::new().into(),
        secrets: Vec::new().into(),
        groups: vec![Group {
            name: "main".to_string(),
            description: None,
            span: span(),
        }]
        .into(),
        registry: crate::model::Registry::default(),
        routes: Vec::new(),
        volumes: Vec::new().into(),
        networks: Vec::new().into(),
        aliases: crate::model::aliases(&components),
        components: components.into(),
        pipelines: Vec::new().into(),
        ci: Vec::new(),
        actors: Vec::new(),
        flows: Vec::new(),
        notify: None,
        deploy: None,
        reads_logs: false,
        kind_sources: BTreeSet::new(),
        over: None,
        own_kinds: BTreeSet::new(),
        raw_compose: Raw::default(),
        raw_helm: Raw::default(),
        raw_written: Default::default(),
        renamed: Default::default(),
        span: span(),
    }
}

fn secret_of(name: &str) -> Secret {
    Secret {
        name: name.to_string(),
        env: name.to_ascii_uppercase().replace('-', "_"),
        description: Some(NASTY.to_string()),
        optional: false,
        form: SecretForm::Token,
        generate: None,
        length: None,
        origin: SecretOrigin::Declared,
        span: span(),
    }
}

fn platform_volume(key: &str, component: Option<&str>) -> PlatformVolume {
    PlatformVolume {
        key: key.to_string(),
        real_name: format!("sample_{key}"),
        claim: key.to_string(),
        named: false,
        volume_moved: false,
        before: Vec::new(),
        claim_moved: false,
        declared_as: key.to_string(),
        path: DataKey::Shared(key.to_string()),
        shared: component.is_none(),
        component: component.map(str::to_string),
        size: Some(20 << 30),
        many_writers: component.is_none(),
        external: false,
        span: span(),
    }
}

/// Raw keys of the server's values in the chart.
fn raw_server() -> Raw {
    Raw::Table(vec![
        ("replicas".to_string(), Raw::Integer(3)),
        (
            "extra".to_string(),
            Raw::Table(vec![("own".to_string(), Raw::Text(text(NASTY)))]),
        ),
        (
            "env".to_string(),
            Raw::Table(vec![(
                "FROM_RAW".to_string(),
                Raw::Text(pieces(&[Piece::Variable("uid".to_string())])),
            )]),
        ),
    ])
}

/// A database, a server with everything, its guests, a job, a host's agent, a cut-off one, Airflow and a pipeline.
pub fn full() -> Platform {
    let mut platform = platform(vec![
        component(vec![database()]),
        Component {
            raw_helm: raw_server(),
            ..component(vec![server()])
        },
        component(vec![guest("guest", Lifecycle::Service)]),
        component(vec![guest("preparer", Lifecycle::Job)]),
        component(vec![job()]),
        component(vec![agent()]),
        component(vec![isolated()]),
        Component {
            kind: "airflow".to_string(),
            purpose: Some(Purpose::Pipelines),
            ..component(vec![airflow()])
        },
        outside(),
    ]);
    platform.raw_helm = Raw::Table(vec![
        (
            "networkPolicy".to_string(),
            Raw::Table(vec![(
                "extraIngress".to_string(),
                Raw::List(vec![Raw::Table(vec![(
                    "namespaceSelector".to_string(),
                    Raw::default(),
                )])]),
            )]),
        ),
        ("mine".to_string(), Raw::Text(text("yes"))),
    ]);
    platform.variables = vec![Variable {
        name: "uid".to_string(),
        default: "50000".to_string(),
        env: Some("UID".to_string()),
        description: None,
        span: span(),
    }]
    .into();
    let optional = Secret {
        optional: true,
        ..secret_of("token")
    };
    platform.secrets = vec![secret_of("db-password"), optional].into();
    platform.volumes = vec![
        platform_volume("db-data", Some("db")),
        platform_volume("models", None),
    ]
    .into();
    platform.pipelines = vec![pipeline()].into();
    platform
}
