//! What runs: one container in Compose, one pod template in Kubernetes.

use crate::{
    model::{
        At, Bind, Capability, Condition, Device, ExtraHost, HostPath, HttpScheme, Image,
        ImagePlatform, ProbeTool, Propagation, Protocol, Scheme, Signal, SupplementalGroup, Text,
        Tmpfs, User,
    },
    source::Span,
    syntax::Table,
};

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
    pub component: String,
    /// `None` for the main workload.
    pub part: Option<String>,
    pub group: String,
    pub lifecycle: Lifecycle,
    pub description: Option<String>,
    /// As the platform takes it, from its own registry or a mirror.
    pub image: Image,
    pub build: Option<Build>,
    pub entrypoint: Option<Vec<Text>>,
    /// The kind's or user's command, `args` appended.
    pub command: Option<Vec<Text>>,
    pub env: Vec<EnvironmentVariable>,
    pub ports: Vec<Port>,
    pub mounts: Vec<Mount>,
    /// Folders of the node that it mounts in a cluster alone.
    pub node_mounts: Vec<Mount>,
    pub files: Vec<FileMount>,
    pub health: Option<Health>,
    pub metrics: Vec<Metrics>,
    pub resources: Resources,
    pub replicas: u32,
    /// One on every node of a cluster; `replicas` is 1.
    pub daemon: bool,
    pub restart: Restart,
    pub profiles: Vec<String>,
    pub network_mode: Option<At<NetworkMode>>,
    /// Names in `[networks]`.
    pub networks: Vec<String>,
    pub aliases: Vec<String>,
    pub depends_on: Vec<Dependency>,
    pub reaches: Vec<Reach>,
    pub runtime: Runtime,
    /// Raw keys of the Compose service and of the chart's values; merged last.
    pub raw_compose: Raw,
    pub raw_helm: Raw,
    /// The keys as resolved, for `show` and for checks that want the place of a value.
    pub written: Table,
    /// The component's name where it is declared.
    pub span: Span,
}

impl Workload {
    pub fn port(&self, name: &str) -> Option<&Port> {
        self.ports.iter().find(|port| port.name == name)
    }

    /// Whether several of it run at once in a cluster.
    pub fn is_many(&self) -> bool {
        self.daemon || self.replicas > 1
    }

    pub fn is_job(&self) -> bool {
        self.lifecycle == Lifecycle::Job
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Build {
    pub context: HostPath,
    pub dockerfile: Option<String>,
    pub args: Vec<(String, Text)>,
    pub target: Option<String>,
    pub cache_from: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct EnvironmentVariable {
    pub name: String,
    pub value: Text,
    pub span: Span,
}

/// One port or several in a row, both ends inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortRange {
    pub first: u16,
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
    pub fn single(port: u16) -> Self {
        Self {
            first: port,
            last: port,
        }
    }

    pub fn len(self) -> usize {
        usize::from(self.last - self.first) + 1
    }

    pub fn is_empty(self) -> bool {
        false
    }

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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostPort {
    Fixed(PortRange),
    /// Any free one.
    Auto,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Port {
    pub name: String,
    pub container: PortRange,
    /// Where it is published on the host, if it is.
    pub host: Option<HostPort>,
    pub protocol: Protocol,
    pub scheme: Scheme,
    pub path: String,
    /// The host's address to publish on.
    pub bind: Bind,
    /// The port's own place, and that of `host`.
    pub span: Span,
    pub host_span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Mount {
    /// The volume's name in its component.
    pub name: String,
    /// The absolute path in the container.
    pub path: String,
    pub source: MountSource,
    pub read_only: bool,
    /// Means something only in Compose (the engine's socket); other targets leave it out without a word.
    pub compose_only: bool,
    /// Whether a cluster mounts the folder above in place of `path`, so that the program makes its own folder, with the
    /// owner and the rights that it asks for.
    pub above: bool,
    pub propagation: Option<Propagation>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum MountSource {
    /// A volume of the platform, by its key in [`crate::model::Platform::volumes`].
    Volume(String),
    /// A path on the host. `data`: `down --purge` may empty it.
    Bind { path: HostPath, data: bool },
}

impl MountSource {
    /// The path on the host, where it is one.
    pub fn on_host(&self) -> Option<&HostPath> {
        match self {
            MountSource::Bind { path, .. } => Some(path),
            MountSource::Volume(_) => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct FileMount {
    /// The absolute path in the container.
    pub path: String,
    pub content: FileContent,
    /// Octal, as `0o644`.
    pub mode: u32,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum FileContent {
    /// Written to `config/COMPONENT/...`; `name` is the path below that folder.
    Text { name: String, text: Text },
    /// A file of the project, by its path relative to it, and what it holds.
    Project { path: String, bytes: Vec<u8> },
    /// A folder of the project: paths relative to it, and what they hold.
    Folder {
        path: String,
        files: Vec<(String, Vec<u8>)>,
    },
    /// The value of a secret.
    Secret(String),
    /// The bodies of the pipelines' stubs: `dags/` of the project.
    Stubs,
    /// A file or a folder that a target generates, by its path relative to `generated/`.
    Generated(String),
}

/// Times are milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    pub probe: Probe,
    pub interval: u64,
    pub timeout: u64,
    pub retries: u32,
    pub start_period: u64,
    /// Whether the container can run it on itself, as Compose does it. Kubernetes asks from outside in any case.
    pub inside: bool,
    /// Whether it asks the program alone, so that a container that fails it is to be restarted.
    pub liveness: bool,
    /// The program of the image that asks in Compose, where the kind knows it.
    pub tool: Option<ProbeTool>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Probe {
    Http {
        path: Text,
        port: String,
        number: u16,
        scheme: HttpScheme,
    },
    Tcp {
        port: String,
        number: u16,
    },
    Command(Vec<Text>),
    Shell(Text),
}

/// An endpoint that Prometheus scrapes.
#[derive(Clone, Debug, PartialEq)]
pub struct Metrics {
    /// The scrape job's name.
    pub job: String,
    pub port: String,
    pub number: u16,
    pub scheme: HttpScheme,
    pub path: MetricsPath,
    /// Milliseconds; `None`: Prometheus' own.
    pub interval: Option<u64>,
    /// Milliseconds that an answer may take; `None`: Prometheus' own.
    pub timeout: Option<At<u64>>,
    pub honor_labels: bool,
    pub login: Option<Login>,
    /// Certificate of the authority that signs the server's.
    pub ca: Option<FileContent>,
    /// The server's certificate is not checked.
    pub insecure: bool,
    /// Over the labels of the target, before the scrape.
    pub relabel: Vec<Relabel>,
    /// Over the labels of each sample, after it.
    pub metric_relabel: Vec<Relabel>,
    pub span: Span,
}

/// Where metrics are read: a path and its query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricsPath {
    pub path: String,
    /// What stands behind the `?`, as written: pairs of `NAME=VALUE` with `&` between them. Empty where there is none.
    pub query: String,
}

impl MetricsPath {
    pub fn new(written: &str) -> Self {
        let (path, query) = written.split_once('?').unwrap_or((written, ""));
        Self {
            path: path.to_string(),
            query: query.to_string(),
        }
    }
}

impl std::fmt::Display for MetricsPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.path)?;
        match self.query.as_str() {
            "" => Ok(()),
            query => write!(f, "?{query}"),
        }
    }
}

/// How Prometheus logs in. Tokens and passwords are names of secrets, which it reads from files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    Bearer(String),
    Basic { user: String, password: String },
}

/// A step of relabeling, in Prometheus' own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relabel {
    pub source_labels: Vec<String>,
    pub separator: Option<String>,
    pub regex: Option<String>,
    pub modulus: Option<u32>,
    pub target_label: Option<String>,
    pub replacement: Option<String>,
    pub action: Option<String>,
}

/// Where Prometheus finds a secret.
pub fn scrape_secret(secret: &str) -> String {
    format!("/etc/prometheus/secrets/{secret}")
}

/// Where Prometheus finds the certificate of a job's authority.
pub fn scrape_ca(job: &str) -> String {
    format!("/etc/prometheus/ca/{}.pem", job.replace('/', "."))
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    No,
    Always,
    /// So many times at most; `None`: without an end.
    OnFailure(Option<u32>),
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

#[derive(Clone, Debug, PartialEq)]
pub enum NetworkMode {
    Host,
    None,
    /// Shares the network of this workload.
    Service(String),
}

/// `this` starts after `workload`, whatever said so: `depends_on`, `uses` or the kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependency {
    pub workload: String,
    /// The component that the workload is of.
    pub component: String,
    pub condition: Condition,
    pub optional: bool,
    /// `depends_on` and the kind open every declared port in Kubernetes; `uses` only those of its role.
    pub opens_ports: bool,
    pub span: Span,
}

/// An edge without order.
#[derive(Clone, Debug, PartialEq)]
pub struct Reach {
    pub component: String,
    /// `None`: every declared port.
    pub port: Option<String>,
    pub span: Span,
}

/// Keys that mean the same as in Compose.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Runtime {
    pub user: Option<User>,
    /// In a cluster, in place of `user`.
    pub cluster_user: Option<User>,
    /// Why Pod Security's `restricted` can't hold for it.
    pub unrestricted: Option<String>,
    pub group_add: Vec<SupplementalGroup>,
    pub privileged: bool,
    /// Its processes gain no rights over those that it starts with: for the catalog's own images, which need none.
    pub no_new_privileges: bool,
    pub read_only: bool,
    pub tmpfs: Vec<Tmpfs>,
    pub devices: Vec<Device>,
    pub labels: Vec<(String, Text)>,
    pub hostname: Option<String>,
    pub working_dir: Option<String>,
    pub init: Option<bool>,
    /// Bytes.
    pub shm_size: Option<u64>,
    pub ulimits: Vec<Ulimit>,
    pub cap_add: Vec<Capability>,
    pub cap_drop: Vec<Capability>,
    pub extra_hosts: Vec<ExtraHost>,
    pub platform: Option<ImagePlatform>,
    pub tty: bool,
    pub stdin_open: bool,
    /// Milliseconds.
    pub stop_grace_period: Option<u64>,
    pub stop_signal: Option<Signal>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Ulimit {
    pub name: String,
    pub soft: i64,
    pub hard: i64,
}

/// A value of a raw table, its references resolved.
#[derive(Clone, Debug, PartialEq)]
pub enum Raw {
    Text(Text),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    List(Vec<Raw>),
    Table(Vec<(String, Raw)>),
}

impl Default for Raw {
    fn default() -> Self {
        Raw::Table(Vec::new())
    }
}
