//! A platform put together by hand, with one of everything that the chart has a form for.

use std::collections::BTreeSet;

use crate::{
    files::Target,
    model::{
        At, Bind, Capability, Component, Condition, Dependency, Device, Endpoint,
        EnvironmentVariable, External, ExtraHost, Field, FileContent, FileMount, Gpu, Group,
        Health, HostPort, HttpScheme, Image, ImagePlatform, Lifecycle, Mount, MountSource,
        NetworkMode, Piece, Pipeline, Platform, PlatformVolume, Port, PortRange, Probe, Protocol,
        Raw, Resources, Restart, Runtime, Scheme, Secret, SecretForm, SecretOrigin, Task, TaskBody,
        Text, Tmpfs, Variable, Workload,
    },
    source::{Sources, Span},
    syntax::Table,
};

/// Everything that some language takes for its own.
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
    Piece::Endpoint(Endpoint {
        component: component.to_string(),
        port: port.to_string(),
        host: component.to_string(),
        number,
        scheme: Scheme::Http,
        path: String::new(),
        field: Field::Url,
        external: false,
    })
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
        compose_only: false,
        above: false,
        propagation: None,
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
        ports: Vec::new(),
        mounts: Vec::new(),
        node_mounts: Vec::new(),
        files: Vec::new(),
        health: None,
        metrics: None,
        resources: Resources::default(),
        replicas: 1,
        daemon: false,
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

pub fn component(workloads: Vec<Workload>) -> Component {
    let main = workloads.first();
    Component {
        major: None,
        upgrades: Vec::new(),
        name: main.map(|main| main.name.clone()).unwrap_or_default(),
        kind: "service".to_string(),
        lineage: Vec::new(),
        title: "Service".to_string(),
        icon: "server".to_string(),
        description: None,
        group: Some("main".to_string()),
        external: None,
        ports: main.map(|main| main.ports.clone()).unwrap_or_default(),
        main_port: None,
        public_url: None,
        settings: Vec::new(),
        outputs: Vec::new(),
        uses: Vec::new(),
        workloads,
        healthy: None,
        alerts: Vec::new(),
        records: Vec::new(),
        panels: Vec::new(),
        single: false,
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
        targets: Target::ALL.iter().copied().collect(),
        variables: Vec::new(),
        secrets: Vec::new(),
        groups: vec![Group {
            name: "main".to_string(),
            description: None,
            span: span(),
        }],
        volumes: Vec::new(),
        networks: Vec::new(),
        components,
        pipelines: Vec::new(),
        ci: Vec::new(),
        actors: Vec::new(),
        flows: Vec::new(),
        notify: None,
        kind_sources: BTreeSet::new(),
        raw_compose: Raw::default(),
        raw_helm: Raw::default(),
        span: span(),
    }
}

fn secret_of(name: &str, optional: bool) -> Secret {
    Secret {
        name: name.to_string(),
        env: name.to_ascii_uppercase().replace('-', "_"),
        description: Some(NASTY.to_string()),
        optional,
        form: SecretForm::Token,
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
        claim_moved: false,
        path: format!("volumes.{key}"),
        component: component.map(str::to_string),
        size: Some(20 << 30),
        many_writers: component.is_none(),
        external: false,
        span: span(),
    }
}

/// A database, a server with everything, its guests, a job, a host's agent, a cut-off one, Airflow and a pipeline.
pub fn full() -> Platform {
    let mut platform = platform(vec![
        component(vec![database()]),
        component(vec![server()]),
        component(vec![guest("guest", Lifecycle::Service)]),
        component(vec![guest("preparer", Lifecycle::Job)]),
        component(vec![job()]),
        component(vec![agent()]),
        component(vec![isolated()]),
        component(vec![airflow()]),
        outside(),
    ]);
    platform.components[7].kind = "airflow".to_string();
    platform.components[1].raw_helm = Raw::Table(vec![
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
    }];
    platform.secrets = vec![secret_of("db-password", false), secret_of("token", true)];
    platform.volumes = vec![
        platform_volume("db-data", Some("db")),
        platform_volume("models", None),
    ];
    platform.pipelines = vec![pipeline()];
    platform
}

fn database() -> Workload {
    let mut db = workload("db");
    db.ports = vec![port("postgres", 5432)];
    db.mounts = vec![mount("data", "/data", volume("db-data"))];
    db.env = vec![variable("PASSWORD", pieces(&[secret("db-password")]))];
    db.health = health(Probe::Shell(text("pg_isready -U $USER && echo $(date) $$")));
    db.aliases = vec!["postgres".to_string(), "x_y".to_string()];
    db.runtime.user = Some(pieces(&[Piece::Variable("uid".to_string()), literal(":0")]));
    db.resources = Resources {
        cpu: Some(500),
        memory: Some(1 << 30),
        gpu: Some(Gpu::Count(1)),
        cpu_limit: Some(2000),
    };
    db
}

fn server() -> Workload {
    let mut server = workload("server");
    let mut http = port("http", 8080);
    http.host = Some(HostPort::Fixed(PortRange::single(80)));
    let mut range = port("rtp", 9000);
    range.container.last = 9002;
    range.protocol = Protocol::Udp;
    server.ports = vec![http, range];
    let url = pieces(&[
        literal("db://$"),
        secret("db-password"),
        literal(":"),
        secret("token"),
        literal("@db:5432/$(X)"),
    ]);
    server.env = vec![
        variable("NASTY", text(NASTY)),
        variable("URL", url.clone()),
        variable("TOKEN", pieces(&[secret("token")])),
        variable(
            "NETWORK",
            pieces(&[Piece::Network("main".to_string()), literal("/x")]),
        ),
        variable(
            "PUBLIC",
            pieces(&[Piece::PublicUrl {
                component: "server".to_string(),
                port: "http".to_string(),
            }]),
        ),
        variable("DB", pieces(&[endpoint("db", "postgres", 5432)])),
    ];
    server.entrypoint = Some(vec![text("/bin/serve")]);
    server.command = Some(vec![text(NASTY), url]);
    server.depends_on = vec![dependency("db", Condition::Healthy)];
    server.health = health(Probe::Http {
        path: text("/ready?x={{ y }}"),
        port: "http".to_string(),
        number: 8080,
        scheme: HttpScheme::Http,
    });
    server.mounts = vec![
        mount("models", "/models", volume("models")),
        mount(
            "socket",
            "/var/run/docker.sock",
            MountSource::Bind {
                path: "/var/run/docker.sock".to_string(),
                data: false,
            },
        ),
        mount(
            "code",
            "/code",
            MountSource::Bind {
                path: "server/code".to_string(),
                data: false,
            },
        ),
    ];
    server.files = files();
    server.runtime.labels = vec![
        ("com.example/nasty".to_string(), text(NASTY)),
        ("not a key".to_string(), text("x")),
    ];
    server.runtime.tmpfs = ["/run:size=64m,mode=1777", "/cache:size=50%"]
        .map(|text| Tmpfs::parse(text).expect("a tmpfs"))
        .into();
    server.runtime.shm_size = Some(256 << 20);
    server.runtime.extra_hosts = ["one:10.0.0.1", "two=10.0.0.1", "engine:host-gateway"]
        .map(|line| ExtraHost::parse(line).expect("a line"))
        .into();
    server.runtime.cap_add = vec![Capability::parse("CAP_NET_ADMIN").expect("it is one")];
    server.runtime.cap_drop = vec![Capability::parse("ALL").expect("it is one")];
    server.runtime.stop_grace_period = Some(90_000);
    server.runtime.platform = ImagePlatform::parse("linux/amd64");
    server
}

fn files() -> Vec<FileMount> {
    let config = FileContent::Text {
        name: "app.yml".to_string(),
        text: text(NASTY),
    };
    let binary = FileContent::Project {
        path: "../logo.png".to_string(),
        bytes: vec![0xff, 0, 1, 2],
    };
    let folder = FileContent::Folder {
        path: "conf".to_string(),
        files: vec![
            ("a.txt".to_string(), b"{{ a }}\n".to_vec()),
            ("deep/b c.txt".to_string(), b"b".to_vec()),
        ],
    };
    vec![
        file("/etc/app.yml", config),
        file("/logo.png", binary),
        file("/conf", folder),
        file(
            "/rules",
            FileContent::Generated("prometheus/rules".to_string()),
        ),
        file("/token", FileContent::Secret("token".to_string())),
    ]
}

fn guest(name: &str, lifecycle: Lifecycle) -> Workload {
    let mut guest = workload(name);
    guest.lifecycle = lifecycle;
    guest.network_mode = Some(At {
        value: NetworkMode::Service("server".to_string()),
        span: span(),
    });
    guest.mounts = vec![mount("models", "/models", volume("models"))];
    guest.env = vec![variable("DB", pieces(&[endpoint("db", "postgres", 5432)]))];
    guest
}

fn job() -> Workload {
    let mut job = workload("migrate");
    job.lifecycle = Lifecycle::Job;
    job.restart = Restart::OnFailure(None);
    job.depends_on = vec![dependency("db", Condition::Healthy)];
    job.mounts = vec![mount("models", "/models", volume("models"))];
    job
}

fn agent() -> Workload {
    let mut agent = workload("agent");
    agent.network_mode = Some(At {
        value: NetworkMode::Host,
        span: span(),
    });
    agent.ports = vec![port("http", 9100)];
    agent.runtime.privileged = true;
    agent.runtime.devices = ["/dev/kmsg", "/dev/fuse:rw"]
        .map(|text| Device::parse(text).expect("a device"))
        .into();
    agent.runtime.user = Some(text("root"));
    agent.profiles = vec!["extra".to_string()];
    agent
}

fn isolated() -> Workload {
    let mut isolated = workload("isolated");
    isolated.network_mode = Some(At {
        value: NetworkMode::None,
        span: span(),
    });
    isolated
}

fn airflow() -> Workload {
    let mut airflow = workload("airflow");
    airflow.ports = vec![port("http", 8080)];
    airflow.env = vec![variable("CLOUD", {
        let Piece::Endpoint(mut endpoint) = endpoint("cloud", "postgres", 5432) else {
            return airflow;
        };
        endpoint.host = "10.1.2.3".to_string();
        endpoint.external = true;
        pieces(&[Piece::Endpoint(endpoint)])
    })];
    airflow
}

fn outside() -> Component {
    let mut outside = component(Vec::new());
    outside.name = "cloud".to_string();
    outside.group = None;
    outside.external = Some(External {
        addresses: vec![("postgres".to_string(), "10.1.2.3".to_string(), 5432)],
        metrics: None,
        span: span(),
    });
    outside.ports = vec![port("postgres", 5432)];
    outside
}

fn pipeline() -> Pipeline {
    Pipeline {
        name: "Train_model".to_string(),
        description: None,
        schedule: None,
        start: None,
        image: Some(Image::literal("train:1")),
        build: None,
        tags: Vec::new(),
        reaches: Vec::new(),
        retries: 0,
        retry_delay: 0,
        timeout: None,
        catchup: false,
        max_active_runs: None,
        params: Vec::new(),
        env: vec![variable("DB", pieces(&[endpoint("db", "postgres", 5432)]))],
        volumes: Vec::new(),
        resources: Resources::default(),
        tasks: vec![Task {
            name: "train".to_string(),
            body: TaskBody::Run(text("python train.py")),
            after: Vec::new(),
            image: Some(Image::literal("train:1")),
            env: Vec::new(),
            retries: None,
            timeout: None,
            trigger_rule: None,
            resources: Resources::default(),
            span: span(),
        }],
        written: Table::default(),
        span: span(),
    }
}
