//! Components: what the user names. Each has one workload or several, or runs elsewhere.

use crate::{
    data::Upgrade,
    model::{AlertSeverity, Host, Metrics, PanelKind, Port, Raw, Text, Workload},
    source::Span,
    value::WebAddress,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    pub name: String,
    /// The catalog entry, and the kinds that it extends, nearest first.
    pub kind: String,
    pub lineage: Vec<String>,
    /// The kind's title, as in `PostgreSQL`.
    pub title: String,
    pub icon: String,
    /// The major version of the program: what the kind and the targets adapt to. `None`: nothing tells, and nothing asks.
    pub major: Option<u64>,
    /// What its program asks for when the major version changes over existing data.
    pub upgrades: Vec<Upgrade>,
    pub description: Option<String>,
    /// `None` only where it is external.
    pub group: Option<String>,
    pub external: Option<External>,
    /// The main workload's ports, or those of an external component.
    pub ports: Vec<Port>,
    /// The port that `uses` opens and that a URL is of.
    pub main_port: Option<String>,
    /// Where people reach the main port, where that is said.
    pub public_url: Option<WebAddress>,
    pub settings: Vec<Setting>,
    pub outputs: Vec<Output>,
    pub uses: Vec<Use>,
    /// The main workload first. Without it where the component is external.
    pub workloads: Vec<Workload>,
    /// 1 for each instance that works, in PromQL; `None`: it works while it can be scraped.
    pub healthy: Option<Expression>,
    pub alerts: Vec<Alert>,
    pub records: Vec<Record>,
    /// Those of its kind.
    pub panels: Vec<Panel>,
    /// Those of platform.toml.
    pub own_panels: Vec<Panel>,
    pub requests: Requests,
    /// A kind that is one server: more than one replica is an error.
    pub single: bool,
    /// Raw keys of the component's values in the chart.
    pub raw_helm: Raw,
    pub span: Span,
}

impl Component {
    pub fn main(&self) -> Option<&Workload> {
        self.workloads
            .iter()
            .find(|workload| workload.part.is_none())
    }

    pub fn port(&self, name: &str) -> Option<&Port> {
        self.ports.iter().find(|port| port.name == name)
    }

    /// Where people reach a port, where the platform says so and does not leave it to what is published.
    pub fn declared_public_url(&self, port: &str) -> Option<&WebAddress> {
        let is_main = self.main_port.as_deref() == Some(port);
        self.public_url.as_ref().filter(|_| is_main)
    }

    /// The workload that listens on a port. `None` where the component runs elsewhere.
    pub fn listener(&self, port: &str) -> Option<(&Workload, &Port)> {
        self.workloads
            .iter()
            .find_map(|workload| Some((workload, workload.port(port)?)))
    }

    /// Host and number of a port, where the component runs elsewhere.
    pub fn external_address(&self, port: &str) -> Option<&ExternalAddress> {
        let addresses = &self.external.as_ref()?.addresses;
        addresses.iter().find(|address| address.port == port)
    }

    /// Where a port is reached by those inside the platform: host and number.
    pub fn address(&self, port: &str) -> Option<(Host, u16)> {
        if self.external.is_some() {
            let address = self.external_address(port)?;
            return Some((address.host.clone(), address.number));
        }
        let (workload, port) = self.listener(port)?;
        Some((Host::Name(workload.name.clone()), port.container.first))
    }

    /// All that Prometheus scrapes of it.
    pub fn metrics(&self) -> impl Iterator<Item = &Metrics> + Clone {
        let external = self.external.iter().flat_map(|external| &external.metrics);
        let workloads = self.workloads.iter().flat_map(|workload| &workload.metrics);
        external.chain(workloads)
    }

    pub fn setting(&self, name: &str) -> Option<&SettingValue> {
        self.settings
            .iter()
            .find(|setting| setting.name == name)
            .map(|setting| &setting.value)
    }

    /// Whether it is of this kind or of one that extends it.
    pub fn is_a(&self, kind: &str) -> bool {
        self.kind == kind || self.lineage.iter().any(|ancestor| ancestor == kind)
    }
}

/// A component that runs elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct External {
    /// One for each port that the user names.
    pub addresses: Vec<ExternalAddress>,
    /// What Prometheus scrapes there.
    pub metrics: Vec<Metrics>,
    pub span: Span,
}

/// Where a port of a component that runs elsewhere is reached.
#[derive(Clone, Debug, PartialEq)]
pub struct ExternalAddress {
    /// The port's name.
    pub port: String,
    pub host: Host,
    pub number: u16,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    pub name: String,
    pub value: SettingValue,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum SettingValue {
    Text(Text),
    Integer(i64),
    Boolean(bool),
    List(Vec<Text>),
    /// Files of the project: path and text.
    Files(Vec<(String, Vec<u8>)>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    pub name: String,
    pub value: Text,
}

/// A role of the kind bound to a component.
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    pub role: String,
    pub component: String,
    /// Which of the other's databases or buckets.
    pub database: Option<DatabaseBinding>,
    /// Ports of the other that it opens.
    pub ports: Vec<String>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct DatabaseBinding {
    pub name: String,
    /// The program keeps a schema of its own there.
    pub schema: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    pub name: String,
    pub expr: String,
    /// Milliseconds.
    pub hold: Option<u64>,
    /// Milliseconds that it goes on firing when it no longer holds.
    pub keep_firing_for: Option<u64>,
    pub severity: AlertSeverity,
    /// Further labels.
    pub labels: Vec<(String, String)>,
    pub summary: Option<AlertText>,
    pub description: Option<AlertText>,
    /// Where it stands what to do.
    pub runbook_url: Option<AlertText>,
    /// Says that the component does not work at all: what needs it is held back meanwhile.
    pub down: bool,
    /// The expression is the kind's.
    pub from_kind: bool,
    pub span: Span,
}

/// A message of an alert.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertText {
    pub text: String,
    /// A kind's text is a template of Prometheus'; in one of platform.toml only values and labels are filled in.
    pub from_kind: bool,
}

/// A recording rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub name: String,
    pub expr: String,
    /// Further labels.
    pub labels: Vec<(String, String)>,
}

/// A panel of the component's dashboard.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Starts a section of this title.
    pub row: Option<String>,
    pub title: String,
    pub description: String,
    pub kind: PanelKind,
    /// Grafana's id of the unit.
    pub unit: String,
    pub queries: Vec<Query>,
    pub thresholds: Vec<Threshold>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub width: u32,
    pub height: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub expr: Expression,
    pub legend: String,
}

/// An expression of PromQL, cut where a kind selects the component's own series: the rest of it is the same for all
/// components of the kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expression {
    pieces: Vec<String>,
}

impl Expression {
    pub fn of(text: String) -> Self {
        Self { pieces: vec![text] }
    }

    pub fn cut(pieces: Vec<String>) -> Self {
        Self { pieces }
    }

    /// With these matchers for the component's own series.
    pub fn with(&self, selector: &str) -> String {
        self.pieces.join(selector)
    }

    /// Whether it asks for the component's own series, whichever component that is.
    pub fn is_of_kind(&self) -> bool {
        self.pieces.len() > 1
    }
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

#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    pub value: Option<f64>,
    pub color: String,
}
