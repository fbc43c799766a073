//! What runs: one container in Compose, one pod template in Kubernetes.

use crate::{
    model::{
        At, Bind, Capability, Condition, Device, EnvFile, ExtraHost, FileMount, HostPath,
        HttpScheme, Image, ImagePlatform, Metrics, Mount, ProbeTool, Protocol, PublicAddress, Raw,
        Scheme, Signal, SupplementalGroup, Text, Tmpfs, UpstreamChart, User,
    },
    source::Span,
    syntax::Table,
};

/// Whether a program has an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// Runs on.
    Service,
    /// Runs to completion.
    Job,
}

/// One workload of a component. A component of a plain kind has one; the main one has the component's name.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// The DNS name in both targets: `COMPONENT` or `COMPONENT-PART`.
    pub name: String,
    /// The component that it is of.
    pub component: String,
    /// `None` for the main workload.
    pub part: Option<String>,
    /// What it is started and stopped with.
    pub group: String,
    /// Whether it runs on or has an end.
    pub lifecycle: Lifecycle,
    /// What it is for, in the user's or the kind's words.
    pub description: Option<String>,
    /// As the platform takes it, from its own registry or a mirror.
    pub image: Image,
    /// How the image is built, where it is.
    pub build: Option<Build>,
    /// What replaces the image's entry point.
    pub entrypoint: Option<Vec<Text>>,
    /// The kind's or user's command, `args` appended.
    pub command: Option<Vec<Text>>,
    /// In the order of kind, presets and user; each name once.
    pub env: Vec<EnvironmentVariable>,
    /// Files of the project in which an engine reads further variables; of one name the last counts, and `env` more than that.
    pub env_files: Vec<EnvFile>,
    /// What it listens on.
    pub ports: Vec<Port>,
    /// Volumes and paths of the host, in a runtime of any kind.
    pub mounts: Vec<Mount>,
    /// Folders of the node that it mounts in a cluster alone.
    pub node_mounts: Vec<Mount>,
    /// Single files and folders that are mounted read-only.
    pub files: Vec<FileMount>,
    /// How its health is checked, where it is.
    pub health: Option<Health>,
    /// What Prometheus scrapes of it.
    pub metrics: Vec<Metrics>,
    /// It gives no metrics, and Prometheus has its health check asked from outside.
    pub probed: bool,
    /// What it asks for, and what it may take.
    pub resources: Resources,
    /// How many pods of it run in a cluster.
    pub replicas: u32,
    /// How many pods an autoscaler of the chart may make of it.
    pub scaled_to: Option<u32>,
    /// One on every node of a cluster; `replicas` is 1.
    pub daemon: bool,
    /// What happens when it ends.
    pub restart: Restart,
    /// It is off unless one of these is named. Empty: on.
    pub profiles: Vec<String>,
    /// Whose network it has instead of those of its group.
    pub network_mode: Option<At<NetworkMode>>,
    /// Names in `[networks]`.
    pub networks: Vec<String>,
    /// Further names of it in the DNS.
    pub aliases: Vec<String>,
    /// What starts before it, one entry a workload.
    pub depends_on: Vec<Dependency>,
    /// What else it talks to.
    pub reaches: Vec<Reach>,
    /// Keys that mean the same as in Compose.
    pub runtime: Runtime,
    /// The third-party chart that replaces it in a cluster; only for a main workload.
    pub chart: Option<UpstreamChart>,
    /// Whether a chart of others runs it in a cluster: its own, or that of its component's main workload.
    pub in_chart: bool,
    /// Raw keys of the Compose service and of the chart's values; merged last.
    pub raw_compose: Raw,
    /// Raw keys of its values in the chart, laid over what is generated.
    pub raw_helm: Raw,
    /// What `helm` and `[raw.helm] components` write of its values, for checks that want the place of a value.
    pub values: Table,
    /// The keys as resolved, for `show` and for checks that want the place of a value.
    pub written: Table,
    /// The component's name where it is declared.
    pub span: Span,
}

impl Workload {
    /// The port of this name.
    pub fn port(&self, name: &str) -> Option<&Port> {
        self.ports.iter().find(|port| port.name == name)
    }

    /// Whether several of it run at once in a cluster.
    pub fn is_many(&self) -> bool {
        self.daemon || self.pods_at_most() > 1
    }

    /// How many pods of it a cluster may run, where it is no daemon.
    pub fn pods_at_most(&self) -> u32 {
        self.replicas.max(self.scaled_to.unwrap_or_default())
    }

    /// Whether it runs to completion.
    pub fn is_job(&self) -> bool {
        self.lifecycle == Lifecycle::Job
    }
}

/// How an image is built: `build` as Compose has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Build {
    /// The folder that is sent to the builder.
    pub context: HostPath,
    /// Relative to the context; `None`: `Dockerfile`.
    pub dockerfile: Option<String>,
    /// Build arguments, by name.
    pub args: Vec<(String, Text)>,
    /// The stage that is built; `None`: the last.
    pub target: Option<String>,
    /// Images whose layers the builder may take.
    pub cache_from: Vec<String>,
}

/// A variable of a program's environment.
#[derive(Clone, Debug, PartialEq)]
pub struct EnvironmentVariable {
    /// As the program reads it.
    pub name: String,
    /// Completed by the runtime.
    pub value: Text,
    /// The name where it is written.
    pub span: Span,
}

/// One port or several in a row, both ends inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortRange {
    /// The lowest.
    pub first: u16,
    /// The highest; the same where it is one port.
    pub last: u16,
}

impl Port {
    /// The path that everything on it starts with, without a `/` at its end; empty where there is none.
    pub fn prefix(&self) -> &str {
        self.path.trim_end_matches('/')
    }

    /// Whether a browser can open it.
    pub fn is_web(&self) -> bool {
        self.protocol == Protocol::Tcp && self.scheme.is_web()
    }
}

impl PortRange {
    /// A range of one port.
    pub fn single(port: u16) -> Self {
        Self {
            first: port,
            last: port,
        }
    }

    /// How many ports it has.
    pub fn len(self) -> usize {
        usize::from(self.last - self.first) + 1
    }

    /// Never: both ends are in it.
    pub fn is_empty(self) -> bool {
        false
    }

    /// Whether a port is in both.
    pub fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

impl std::fmt::Display for PortRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}-{}", self.first, self.last)
        }
    }
}

/// Which port of the host leads to one of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostPort {
    /// This one, or these.
    Fixed(PortRange),
    /// Any free one.
    Auto,
}

/// A port that a workload listens on.
#[derive(Clone, Debug, PartialEq)]
pub struct Port {
    /// The key in `ports`.
    pub name: String,
    /// The numbers inside of the container.
    pub container: PortRange,
    /// Where it is published on the host, if it is.
    pub host: Option<HostPort>,
    /// TCP or UDP.
    pub protocol: Protocol,
    /// What a URL of it starts with.
    pub scheme: Scheme,
    /// What a URL of it ends with; may be empty.
    pub path: String,
    /// Where people reach it, where `ports.NAME.public_url` or a route says so.
    pub public_url: Option<PublicAddress>,
    /// The host's address to publish on.
    pub bind: Bind,
    /// The port's own place, and that of `host`.
    pub span: Span,
    /// Where `host` is written; the port's own place where it is not.
    pub host_span: Span,
}

/// Times are milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    /// What is asked.
    pub probe: Probe,
    /// What is asked from outside, where the check itself runs inside of the container.
    pub outside: Option<Probe>,
    /// What decides in a cluster whether requests reach it, where the check also asks for what is not the program's alone.
    pub in_cluster: Option<Probe>,
    /// The path that decides in a cluster whether it has started and whether it is restarted, where that of the check asks for more.
    pub alive: Option<Text>,
    pub interval: u64,
    pub timeout: u64,
    /// Failures in a row that make it unhealthy.
    pub retries: u32,
    pub start_period: u64,
    /// Whether the container can run it on itself, as Compose does it. Kubernetes asks from outside in any case.
    pub inside: bool,
    /// Whether it asks the program alone, so that a container that fails it is to be restarted.
    pub liveness: bool,
    /// The program of the image that asks in Compose, where the kind knows it.
    pub tool: Option<ProbeTool>,
    /// The key where it is written.
    pub span: Span,
}

impl Health {
    /// What a prober asks.
    pub fn asked(&self) -> &Probe {
        self.outside.as_ref().unwrap_or(&self.probe)
    }
}

/// What a health check asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Probe {
    /// Whether a GET of the path is answered with a status below 400.
    Http {
        /// The path and its query, completed by the runtime.
        path: Text,
        /// The port's name.
        port: String,
        /// The port's number in the container.
        number: u16,
        /// HTTP, or HTTPS without a check of the certificate.
        scheme: HttpScheme,
    },
    /// Whether the port takes connections.
    Tcp {
        /// The port's name.
        port: String,
        /// The port's number in the container.
        number: u16,
    },
    /// Whether a program in the container ends with 0.
    Command(Vec<Text>),
    /// Whether a line of shell in the container ends with 0.
    Shell(Text),
}

/// Which graphics processors a container gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gpu {
    /// Any so many of them.
    Count(u32),
    /// All that the machine has.
    All,
    /// Those of the machine with these ids.
    Devices(Vec<String>),
}

/// Requests and limits; nothing means that nothing is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resources {
    /// Thousandths of a processor.
    pub cpu: Option<u64>,
    /// Bytes: what it asks for, and its limit.
    pub memory: Option<u64>,
    pub gpu: Option<Gpu>,
    /// Thousandths of a processor.
    pub cpu_limit: Option<u64>,
}

/// What happens when a container ends, as Compose has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// It stays as it is.
    No,
    /// It starts again, whatever it ended with.
    Always,
    /// So many times at most; `None`: without an end.
    OnFailure(Option<u32>),
    /// It starts again unless somebody stopped it.
    UnlessStopped,
}

impl Restart {
    /// The policy as Compose writes it.
    pub fn name(self) -> String {
        match self {
            Restart::No => "no".to_string(),
            Restart::Always => "always".to_string(),
            Restart::OnFailure(None) => "on-failure".to_string(),
            Restart::OnFailure(Some(times)) => format!("on-failure:{times}"),
            Restart::UnlessStopped => "unless-stopped".to_string(),
        }
    }
}

/// Whose network a container has.
#[derive(Clone, Debug, PartialEq)]
pub enum NetworkMode {
    /// That of the host: its ports are ports of the host.
    Host,
    /// None at all.
    None,
    /// Shares the network of this workload.
    Service(String),
}

/// A workload that has to start first, because of `depends_on`, `uses` or the kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependency {
    /// The workload that starts first.
    pub workload: String,
    /// The component that the workload is of.
    pub component: String,
    /// What it must have come to.
    pub condition: Condition,
    /// Whether it only orders the two where both run.
    pub optional: bool,
    /// `depends_on` and the kind open every declared port in Kubernetes; `uses` only those of its role.
    pub opens_ports: bool,
    /// Where it is written.
    pub span: Span,
}

/// An edge without order.
#[derive(Clone, Debug, PartialEq)]
pub struct Reach {
    /// The component that is talked to.
    pub component: String,
    /// `None`: every declared port.
    pub port: Option<String>,
    /// Where it is written.
    pub span: Span,
}

/// Keys that mean the same as in Compose.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Runtime {
    /// Whom its processes run as; `None`: as the image says.
    pub user: Option<User>,
    /// In a cluster, in place of `user`.
    pub cluster_user: Option<User>,
    /// Why Pod Security's `restricted` can't hold for it.
    pub unrestricted: Option<String>,
    /// Whether it runs in clusters alone: elsewhere its profile keeps it off.
    pub cluster_only: bool,
    /// Whether it is stopped in a cluster before the next one starts.
    pub alone: bool,
    /// What it may read through the API in its own namespace: RESOURCE, RESOURCE.GROUP or RESOURCE/PART.
    pub reads: Vec<String>,
    /// The same in all namespaces, and of nodes.
    pub reads_everywhere: Vec<String>,
    /// Further groups of its processes.
    pub group_add: Vec<SupplementalGroup>,
    /// Whether it has all rights on the host.
    pub privileged: bool,
    /// Its processes gain no rights over those that it starts with: for the catalog's own images, which need none.
    pub no_new_privileges: bool,
    /// Whether its own file system can't be written to.
    pub read_only: bool,
    /// Paths that are kept in memory.
    pub tmpfs: Vec<Tmpfs>,
    /// Devices of the host that it may use.
    pub devices: Vec<Device>,
    /// Labels of the container, by name.
    pub labels: Vec<(String, Text)>,
    /// What it calls itself; `None`: its id.
    pub hostname: Option<String>,
    /// Where its program starts; `None`: as the image says.
    pub working_dir: Option<String>,
    /// Whether a small init collects its dead processes; `None`: as the engine does.
    pub init: Option<bool>,
    /// Bytes.
    pub shm_size: Option<u64>,
    /// Limits of the kernel.
    pub ulimits: Vec<Ulimit>,
    /// Capabilities that it gets.
    pub cap_add: Vec<Capability>,
    /// Capabilities that it loses.
    pub cap_drop: Vec<Capability>,
    /// Further lines of its `/etc/hosts`.
    pub extra_hosts: Vec<ExtraHost>,
    /// What the image was built for; `None`: the host's own.
    pub platform: Option<ImagePlatform>,
    /// Whether it has a terminal.
    pub tty: bool,
    /// Whether its input stays open.
    pub stdin_open: bool,
    /// Milliseconds.
    pub stop_grace_period: Option<u64>,
    /// What it is told to stop by; `None`: as the image says.
    pub stop_signal: Option<Signal>,
}

/// A limit of the kernel on a container's processes.
#[derive(Clone, Debug, PartialEq)]
pub struct Ulimit {
    /// As in `ulimit`: `nofile`, `memlock`.
    pub name: String,
    /// What holds at first.
    pub soft: i64,
    /// How far the program may raise it; -1: without end.
    pub hard: i64,
}
