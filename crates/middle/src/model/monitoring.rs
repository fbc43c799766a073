//! What Prometheus evaluates of a component, and what Grafana shows of it.

use crate::{
    model::{AlertSeverity, PanelKind, Version},
    source::Span,
};

/// An alerting rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// The rule's name in Prometheus.
    pub name: String,
    /// The condition, in PromQL.
    pub expr: String,
    /// Milliseconds.
    pub hold: Option<u64>,
    /// Nobody wrote how long it holds: it is the kind's time, or that of what the alert was made of.
    pub hold_from_kind: bool,
    /// Milliseconds that it goes on firing when it no longer holds.
    pub keep_firing_for: Option<u64>,
    /// Nobody wrote how long it goes on firing.
    pub keep_from_kind: bool,
    /// The label `severity`.
    pub severity: AlertSeverity,
    /// Nobody wrote a severity: it is the kind's, or follows from what the alert was made of.
    pub severity_from_kind: bool,
    /// Further labels.
    pub labels: Vec<(String, String)>,
    /// One line for who is called.
    pub summary: Option<AlertText>,
    /// What it means and what to look at.
    pub description: Option<AlertText>,
    /// Where it stands what to do.
    pub runbook_url: Option<AlertText>,
    /// Says that the component does not work at all: what needs it is held back meanwhile.
    pub down: bool,
    /// Whose it is.
    pub whose: AlertWhose,
    /// Alerts of the same component that say the same better.
    pub held_back_by: Vec<String>,
    /// Such alerts of any component.
    pub held_back_by_any: Vec<String>,
    /// The part of which none works while it fires.
    pub gone_part: Option<String>,
    /// The expression is the kind's.
    pub from_kind: bool,
    /// Where it is declared.
    pub span: Span,
}

impl Alert {
    /// The first Prometheus that knows `keep_firing_for`: prometheus/prometheus, CHANGELOG.md, 2.42.0.
    pub fn kept_since() -> Version {
        Version {
            major: 2,
            rest: vec![42],
        }
    }

    /// Whether a Prometheus of this version lets an alert go on firing.
    pub fn can_be_kept(runs: &Version) -> bool {
        !runs.is_older(&Self::kept_since())
    }
}

/// Whose an alert is: what its labels `component` and `group` say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AlertWhose {
    /// The component's that has it.
    #[default]
    Own,
    /// The one in the labels of the series that fire, if they have one.
    Series,
    /// That of the component in a role.
    Role(String),
}

/// A message of an alert.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertText {
    /// The template, as written.
    pub text: String,
    /// A kind's text is a template of Prometheus'; in one of platform.toml only values and labels are filled in.
    pub from_kind: bool,
}

/// A recording rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The name of the new series.
    pub name: String,
    /// What it is computed from, in PromQL.
    pub expr: String,
    /// Further labels.
    pub labels: Vec<(String, String)>,
    /// It uses the kind's metrics, and has no data without them.
    pub from_kind: bool,
}

/// A panel of the component's dashboard.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Starts a section of this title.
    pub row: Option<String>,
    /// Above the panel.
    pub title: String,
    /// Behind the panel's `i`.
    pub description: String,
    /// How it is drawn.
    pub kind: PanelKind,
    /// Grafana's id of the unit.
    pub unit: String,
    /// What it asks Prometheus, in order.
    pub queries: Vec<Query>,
    /// Where its colour changes, from below.
    pub thresholds: Vec<Threshold>,
    /// The lowest value of its axis; `None`: Grafana decides.
    pub min: Option<f64>,
    /// The highest value of its axis; `None`: Grafana decides.
    pub max: Option<f64>,
    /// In the grid's 24 columns.
    pub width: u32,
    /// In rows of the grid.
    pub height: u32,
}

/// A question to Prometheus, and how its series are named.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// In PromQL.
    pub expr: Expression,
    /// Grafana's template for the name of a series.
    pub legend: String,
    /// Where the expression is written, or what it is made of.
    pub span: Span,
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

/// A colour from a value on.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// The lowest value that has the colour; `None`: from the bottom on.
    pub value: Option<f64>,
    /// A name of Grafana's palette.
    pub color: String,
}
