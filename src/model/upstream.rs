//! Charts of others that stand for a workload in a cluster.

use super::{Raw, Workload};
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
    pub labels: Vec<(String, String)>,
    /// It makes a Service of the component's name itself.
    pub own_service: bool,
    pub span: Span,
}

impl Workload {
    /// Whether it is a part that a chart of others brings along: in a cluster nothing has its name.
    pub fn is_part_of_chart(&self) -> bool {
        self.in_chart && self.part.is_some()
    }
}
