//! Charts of others that stand for a workload in a cluster.

use super::{Raw, Text, Workload};
use crate::source::Span;

/// `chart` of a component: a dependency of the platform's chart.
#[derive(Clone, Debug, PartialEq)]
pub struct UpstreamChart {
    /// `https://...`, `oci://...` or `file://...`.
    pub repository: String,
    pub name: String,
    /// A version, or a range of versions as Helm writes it.
    pub version: String,
    pub values: Raw,
    /// Labels of its pods; empty: `app.kubernetes.io/name` and `app.kubernetes.io/instance`, as charts have them.
    pub labels: Vec<(String, Text)>,
    /// Labels that those pods have besides to which the Service leads; empty: all of them.
    pub serves: Vec<(String, Text)>,
    /// It makes a Service of the component's name itself.
    pub own_service: bool,
    /// Its pods ask the cluster's API.
    pub asks_api: bool,
    /// Its pods may connect to everything in the cluster.
    pub reaches_cluster: bool,
    /// Who manages its pods from another namespace.
    pub operator: Option<ChartOperator>,
    /// A Secret in the form that it reads, beside the platform's.
    pub secret: Option<ChartSecret>,
    /// Commands that bring the data of the kind's own workload into the chart's.
    pub moves: Option<Text>,
    /// Values of the platform's own chart that go with it.
    pub beside: Raw,
    /// Keys of the component that its values carry, as in `resources`.
    pub carries: Vec<&'static str>,
    /// Settings of the component that do not reach it.
    pub lost_settings: Vec<String>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ChartOperator {
    pub namespace: String,
    /// What it reaches.
    pub ports: Vec<u16>,
}

/// `COMPONENT-chart`: nothing makes it but `mlopsgen env secret`.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartSecret {
    /// As Kubernetes names it, such as `kubernetes.io/basic-auth`.
    pub kind: String,
    pub entries: Vec<(String, Text)>,
}

impl Workload {
    /// Whether it is a part that a chart of others brings along: in a cluster nothing has its name.
    pub fn is_part_of_chart(&self) -> bool {
        self.in_chart && self.part.is_some()
    }
}
