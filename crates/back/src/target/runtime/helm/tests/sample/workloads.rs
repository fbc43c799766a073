//! The workloads of the sample: one of each shape.

use super::*;

pub(super) fn database() -> Workload {
    let mut db = workload("db");
    db.ports = vec![port("postgres", 5432)];
    db.mounts = vec![mount("data", "/data", volume("db-data"))];
    db.env = vec![variable("PASSWORD", pieces(&[secret("db-password")]))];
    db.health = health(Probe::Shell(text("pg_isready -U $USER && echo $(date) $$")));
    db.aliases = vec!["postgres".to_string(), "x_y".to_string()];
    db.runtime.user = Some(User::new(
        pieces(&[Piece::Variable("uid".to_string()), literal(":0")]),
        "1000:0",
    ));
    db.resources = Resources {
        cpu: Some(500),
        memory: Some(1 << 30),
        gpu: Some(Gpu::Count(1)),
        cpu_limit: Some(2000),
    };
    db
}

pub(super) fn server() -> Workload {
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
                path: HostPath::parse("/var/run/docker.sock"),
                data: false,
            },
        ),
        mount(
            "code",
            "/code",
            MountSource::Bind {
                path: HostPath::parse("server/code"),
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

pub(super) fn files() -> Vec<FileMount> {
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
            FileContent::Generated(Generated::of("prometheus/rules".to_string())),
        ),
        file("/token", FileContent::Secret("token".to_string())),
    ]
}

pub(super) fn guest(name: &str, lifecycle: Lifecycle) -> Workload {
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

pub(super) fn job() -> Workload {
    let mut job = workload("migrate");
    job.lifecycle = Lifecycle::Job;
    job.restart = Restart::OnFailure(None);
    job.depends_on = vec![dependency("db", Condition::Healthy)];
    job.mounts = vec![mount("models", "/models", volume("models"))];
    job
}

pub(super) fn agent() -> Workload {
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
    agent.runtime.user = Some(User::new(text("root"), "root"));
    agent.profiles = vec!["extra".to_string()];
    agent
}

pub(super) fn isolated() -> Workload {
    let mut isolated = workload("isolated");
    isolated.network_mode = Some(At {
        value: NetworkMode::None,
        span: span(),
    });
    isolated
}

pub(super) fn airflow() -> Workload {
    let mut airflow = workload("airflow");
    airflow.ports = vec![port("http", 8080)];
    airflow.env = vec![variable("CLOUD", {
        let Piece::Endpoint(mut endpoint) = endpoint("cloud", "postgres", 5432) else {
            return airflow;
        };
        endpoint.host = Host::parse("10.1.2.3").expect("an address");
        endpoint.external = true;
        pieces(&[Piece::Endpoint(endpoint)])
    })];
    airflow
}

pub(super) fn outside() -> Component {
    let mut outside = component(Vec::new());
    outside.name = "cloud".to_string();
    outside.group = None;
    outside.external = Some(External {
        addresses: vec![ExternalAddress {
            port: "postgres".to_string(),
            host: Host::parse("10.1.2.3").expect("an address"),
            number: 5432,
            span: span(),
        }],
        metrics: Vec::new(),
        span: span(),
    });
    outside.ports = vec![port("postgres", 5432)];
    outside
}

pub(super) fn pipeline() -> Pipeline {
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
        container: crate::model::TaskContainer::default(),
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
            container: crate::model::TaskContainer::default(),
            span: span(),
        }],
        written: Table::default(),
        span: span(),
    }
}
