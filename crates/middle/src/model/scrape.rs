//! What Prometheus scrapes of a workload, and how it gets in.

use crate::{
    model::{At, Expression, FileContent, Health, HttpScheme, RelabelAction, Text},
    source::Span,
};

/// How often Prometheus scrapes by default, in milliseconds.
pub const USUAL_INTERVAL: u64 = 15_000;

/// Prometheus takes the last sample for the present value for five minutes (`--query.lookback-delta`): if the next one comes later,
/// there is none in between, and `up` flaps. A minute is left for scrapes that come late.
pub const LONGEST_INTERVAL: u64 = 240_000;

/// So much earlier than Prometheus the prober gives up, rounded up (`--timeout-offset` of the blackbox exporter).
const EARLIER: u64 = 1_000;

/// Milliseconds that an alert has to wait so that a single sample does not make it fire. What is so seldom that there is no sample in
/// between would never hold that long.
pub fn least_hold(interval: u64) -> u64 {
    match interval {
        0..=LONGEST_INTERVAL => 2 * interval,
        _ => 0,
    }
}

impl Health {
    /// Milliseconds in which a prober has its answer.
    pub fn answered_within(&self) -> u64 {
        self.timeout.saturating_add(EARLIER)
    }

    /// Milliseconds from one question of a prober to the next, where Prometheus scrapes each `usual` ones. A check that may take half a
    /// minute is no failure after ten seconds, and one that is expensive is not asked four times a minute.
    pub fn asked_every(&self, usual: u64) -> u64 {
        let wanted = self.interval.max(self.answered_within());
        wanted.min(LONGEST_INTERVAL.max(usual)).max(usual)
    }
}

/// An endpoint that Prometheus scrapes.
#[derive(Clone, Debug, PartialEq)]
pub struct Metrics {
    /// The scrape job's name.
    pub job: String,
    /// The port's name.
    pub port: String,
    /// The port's number in the container.
    pub number: u16,
    /// How it is asked.
    pub scheme: HttpScheme,
    pub path: MetricsPath,
    /// The path as it was written: what it refers to is what an exporter asks meanwhile.
    pub written: Text,
    /// Milliseconds; `None`: Prometheus' own.
    pub interval: Option<u64>,
    /// Milliseconds that an answer may take; `None`: Prometheus' own.
    pub timeout: Option<At<u64>>,
    /// Whether labels of the program win over those of the scrape.
    pub honor_labels: bool,
    /// How Prometheus logs in.
    pub login: Option<Login>,
    /// Certificate of the authority that signs the server's.
    pub ca: Option<FileContent>,
    /// The server's certificate is not checked.
    pub insecure: bool,
    /// Over the labels of the target, before the scrape.
    pub relabel: Vec<Relabel>,
    /// Over the labels of each sample, after it.
    pub metric_relabel: Vec<Relabel>,
    /// How samples say which workload they are about, where that is another than the one that is scraped.
    pub about: Option<About>,
    /// The key where it is written.
    pub span: Span,
}

/// Labels by which samples tell which workload they are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Those that name a workload, or what a cluster makes of it.
    pub workload: Vec<String>,
    /// The one that holds the name of the Compose project.
    pub project: Option<String>,
    /// The one that holds a cluster's namespace.
    pub namespace: Option<String>,
    /// Those of what Docker Swarm runs, which stand for `project` and the first of `workload`.
    pub stack: Option<AboutStack>,
}

/// Labels that Docker Swarm gives instead of those of Compose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AboutStack {
    /// The one that holds the stack's name.
    pub name: String,
    /// The one that holds the service's name, which begins with the stack's.
    pub service: String,
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
    /// Without a password a program learns who asks, and no more.
    Basic {
        user: String,
        password: Option<String>,
    },
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
    pub action: Option<RelabelAction>,
}

impl Relabel {
    /// What it does: Prometheus' own choice where nobody says.
    pub fn action(&self) -> RelabelAction {
        self.action.unwrap_or(RelabelAction::Replace)
    }
}

/// The part of Prometheus that asks workloads without metrics whether they work.
pub const PROBER: &str = "blackbox";

/// The scrape job of a workload that is asked from outside. No component has a name with a `/`.
pub fn probe_job(workload: &str) -> String {
    format!("{workload}/probe")
}

/// Where Prometheus finds a secret.
pub fn scrape_secret(secret: &str) -> String {
    format!("/etc/prometheus/secrets/{secret}")
}

/// Where Prometheus finds the certificate of a job's authority.
pub fn scrape_ca(job: &str) -> String {
    format!("/etc/prometheus/ca/{}.pem", job.replace('/', "."))
}

/// The series by which the requests to a component are counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Requests {
    /// All of them.
    pub all: Option<Expression>,
    /// Those that failed.
    pub errors: Option<Expression>,
    /// Buckets of how long they took, in seconds.
    pub durations: Option<Expression>,
}
