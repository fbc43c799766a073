//! The views of the rule files.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{about::is_about_others, message::message, platform::Observed};
use crate::{
    graph::Graph,
    model::{
        Alert, AlertSeverity, AlertText, AlertWhose, Component, Platform, Purpose, Record,
        is_generated_alertmanager,
    },
    speak::units::prometheus,
    target::{
        Context,
        shared::{
            boards,
            down_alerts::{self, Down, Downs},
            go_template::literal,
            scrape,
        },
    },
    text::all_of,
};

/// Milliseconds in which what needs a component works again after it: an engine starts a container that died with its store again
/// within a minute, and a Python program that reads all of Airflow is ready in another one or two.
const RECOVERY: u64 = 180_000;

/// One file of rules: a group with the component's name.
#[derive(Debug, Serialize)]
pub(super) struct RulesView {
    /// The group of rules: the component's name.
    group: String,
    /// The workload whose values decide, in a chart.
    in_chart: Option<String>,
    /// Recording rules.
    records: Vec<RuleView>,
    /// Alerting rules.
    alerts: Vec<RuleView>,
}

#[derive(Debug, Serialize)]
struct RuleView {
    /// Of the alert, or of the series.
    name: String,
    /// PromQL.
    expr: String,
    /// How long it must hold before it fires; in Prometheus' own form.
    hold: Option<String>,
    /// How long it goes on firing when it no longer holds.
    keep: Option<String>,
    /// Names and values.
    labels: Vec<(String, String)>,
    /// Names and templates of Prometheus.
    annotations: Vec<(&'static str, String)>,
}

/// What the rules of every component depend on.
pub(super) struct Rules<'a> {
    platform: &'a Platform,
    graph: &'a Graph,
    /// Whether a component of the platform runs the pipelines.
    runs_pipelines: bool,
    /// Where people reach the dashboards.
    dashboards: Option<String>,
    /// The components that have a scrape job.
    scraped: BTreeSet<&'a str>,
    /// The names of all scrape jobs.
    jobs: BTreeSet<&'a str>,
    /// What alerts say is down.
    pub downs: Downs<'a>,
    /// Whether an Alertmanager of the platform is told what to hold back.
    is_told: bool,
    /// Whether Prometheus can let an alert go on firing.
    can_keep: bool,
    /// Whether they are a chart's, which may ask the nodes of a cluster.
    in_cluster: bool,
}

impl<'a> Rules<'a> {
    pub fn new(context: &Context<'a>, observed: Observed<'a>) -> Self {
        let scraped = observed.jobs.iter().map(|job| job.component.name.as_str());
        Self {
            platform: context.platform,
            graph: context.graph,
            runs_pipelines: context.platform.first_for(Purpose::Pipelines).is_some(),
            dashboards: boards::address(context.platform, context.vantage),
            scraped: scraped.collect(),
            jobs: observed
                .jobs
                .iter()
                .map(|job| job.metrics.job.as_str())
                .collect(),
            downs: Downs::new(observed.jobs, observed.asked, observed.unseen),
            is_told: context
                .platform
                .components
                .iter()
                .any(is_generated_alertmanager),
            can_keep: context
                .platform
                .first_for(Purpose::Metrics)
                .and_then(Component::running_version)
                .is_none_or(|runs| Alert::can_be_kept(&runs)),
            in_cluster: context.vantage.is_in_cluster(),
        }
    }

    /// How long an alert goes on firing when it no longer holds; in Prometheus' own form. `own`: the milliseconds that it says.
    /// What holds back others fires a while longer, for they come back after it.
    pub fn keep(&self, own: Option<u64>, held_back: Option<&String>) -> Option<String> {
        let keep = own.or(held_back.map(|_| RECOVERY));
        keep.filter(|keep| self.can_keep && *keep > 0)
            .map(prometheus::duration)
    }

    /// Whether what an alert of a kind asks for is scraped.
    fn has_data(&self, component: &Component, alert: &Alert) -> bool {
        let is_scraped = self.scraped.contains(component.name.as_str());
        let has_jobs = || scrape::has_jobs(&component.name, &alert.expr, &self.jobs);
        !alert.from_kind
            || is_scraped && has_jobs() && (self.in_cluster || !scrape::asks_nodes(&alert.expr))
    }

    /// A workload whose values decide, in a chart, whether it runs.
    pub fn in_chart(&self, workload: &str) -> Option<String> {
        self.in_cluster.then(|| workload.to_string())
    }

    /// Whose alerts Alertmanager holds back while one of a component fires.
    pub fn held_back(
        &self,
        component: &Component,
        down: Option<Down>,
        severity: AlertSeverity,
    ) -> Option<String> {
        if !self.is_told || !Downs::holds_back(component, down, severity) {
            return None;
        }
        let mut needing = self.graph.needed_by(&component.name);
        if self.runs_pipelines {
            needing.extend(self.graph.pipelines_needing(&component.name));
        }
        let needing: Vec<&str> = needing.iter().map(String::as_str).collect();
        (!needing.is_empty()).then(|| {
            format!(
                "Alerts of {} are held back meanwhile: they need it.",
                all_of(&needing)
            )
        })
    }
}

/// The rules of a component; `None` where it has none. Those of its kind need its metrics: without a job they are left
/// out.
pub(super) fn view(rules: &Rules<'_>, component: &Component) -> Option<RulesView> {
    let scraped = rules.scraped.contains(component.name.as_str());
    let dashboard = rules
        .dashboards
        .as_ref()
        .filter(|_| scraped || boards::has_own(component))
        .map(|address| format!("{address}{}", boards::path(rules.platform, component)));
    let records: Vec<RuleView> = component
        .records
        .iter()
        .filter(|record| {
            let has_jobs = || scrape::has_jobs(&component.name, &record.expr, &rules.jobs);
            !record.from_kind || scraped && has_jobs()
        })
        .map(|record| record_view(component, record))
        .collect();
    let alerts: Vec<RuleView> = component
        .alerts
        .iter()
        .filter(|alert| rules.has_data(component, alert))
        .map(|alert| alert_view(rules, component, alert, dashboard.as_deref()))
        .collect();
    let any = !records.is_empty() || !alerts.is_empty();
    any.then(|| RulesView {
        group: component.name.clone(),
        in_chart: component.main().and_then(|it| rules.in_chart(&it.name)),
        records,
        alerts,
    })
}

/// Two components of one kind record under one name: the label distinguishes them.
fn record_view(component: &Component, record: &Record) -> RuleView {
    let mut labels = vec![("component", component.name.clone())];
    let own = record.labels.iter();
    labels.extend(own.map(|(name, value)| (name.as_str(), value.clone())));
    RuleView {
        name: record.name.clone(),
        expr: record.expr.clone(),
        hold: None,
        keep: None,
        labels: owned(labels),
        annotations: Vec::new(),
    }
}

/// `dashboard` is the address of the one that shows the component.
fn alert_view(
    rules: &Rules<'_>,
    component: &Component,
    alert: &Alert,
    dashboard: Option<&str>,
) -> RuleView {
    let whose = match &alert.whose {
        AlertWhose::Role(role) => in_role(rules.platform, component, role),
        AlertWhose::Own | AlertWhose::Series => component,
    };
    let down = rules.downs.down_of_alert(component, alert);
    let severity = down_alerts::severity(alert, down);
    let mut labels = vec![("severity", severity.name().to_string())];
    if is_of_series(component, alert) {
        labels.extend(of_series(component));
    } else {
        labels.push(("component", whose.name.clone()));
        labels.extend(whose.group.clone().map(|group| ("group", group)));
    }
    labels.extend(down.map(|down| (down_alerts::LABEL, down.name().to_string())));
    let own = alert.labels.iter();
    labels.extend(own.map(|(name, value)| (name.as_str(), literal(value))));
    let texts = [
        ("summary", &alert.summary),
        ("description", &alert.description),
        ("runbook_url", &alert.runbook_url),
    ];
    let mut annotations: Vec<(&'static str, String)> = texts
        .into_iter()
        .filter_map(|(name, text)| Some((name, annotation(text.as_ref()?))))
        .collect();
    if rules.in_cluster && is_of_node(component, alert) {
        let summary = annotations
            .iter_mut()
            .filter(|(name, _)| *name == "summary");
        summary.for_each(|(_, text)| text.push_str(NODE));
    }
    if down == Some(Down::Instance) && speaks_of_all(alert) {
        annotations.retain(|(name, _)| *name == "runbook_url");
        annotations.extend(of_instance(component));
    }
    let held_back = rules.held_back(whose, down, severity);
    let keep = rules.keep(alert.keep_firing_for, held_back.as_ref());
    annotations.extend(held_back.map(|text| ("held_back", text)));
    annotations.extend(dashboard.map(|url| ("dashboard", literal(url))));
    let hold = alert.hold.filter(|hold| *hold > 0);
    RuleView {
        name: alert.name.clone(),
        expr: alert.expr.clone(),
        hold: hold.map(prometheus::duration),
        keep,
        labels: owned(labels),
        annotations,
    }
}

/// The component in a role of another, which is the other itself where nothing fills the role.
fn in_role<'a>(platform: &'a Platform, component: &'a Component, role: &str) -> &'a Component {
    let binding = component.uses.iter().find(|it| it.role == role);
    let bound = binding.and_then(|it| platform.component(&it.component));
    bound.unwrap_or(component)
}

/// Whether the series that fire say whose an alert is. That what measures others is down is its own alert.
fn is_of_series(component: &Component, alert: &Alert) -> bool {
    match alert.whose {
        AlertWhose::Series => true,
        AlertWhose::Own => !alert.down && is_about_others(component),
        AlertWhose::Role(_) => false,
    }
}

/// Labels that Prometheus fills in, each with a value for series that do not say it.
fn of_series(component: &Component) -> [(&'static str, String); 2] {
    let or = |label: &str, other: &str| format!("{{{{ or $labels.{label} \"{other}\" }}}}");
    let group = component.group.as_deref().unwrap_or_default();
    [
        ("component", or("component", &component.name)),
        ("group", or("group", group)),
    ]
}

/// Which of a cluster's nodes an alert is about: its name, where a label says it, else the address of the pod there.
/// Nothing where the alert is about all of them.
const NODE: &str = "{{ with or $labels.node $labels.instance }} ({{ . }}){{ end }}";

/// Whether an alert of a kind is about the node on which one of several pods runs.
fn is_of_node(component: &Component, alert: &Alert) -> bool {
    let is_on_each = component.main().is_some_and(|it| it.daemon);
    let is_of_kind = alert.summary.as_ref().is_some_and(|it| it.from_kind);
    is_on_each && is_of_kind && alert.from_kind && alert.whose == AlertWhose::Own
}

/// Whether the kind's words for what is down name no instance: they are about a program that runs once.
fn speaks_of_all(alert: &Alert) -> bool {
    let mut texts = [&alert.summary, &alert.description].into_iter().flatten();
    texts.all(|it| it.from_kind && !it.text.contains("$labels.instance"))
}

/// What is said of one of several.
fn of_instance(component: &Component) -> [(&'static str, String); 2] {
    let name = literal(&component.name);
    let description =
        "`{{ $labels.instance }}` does not work. Others may: `NoReplicas` says when none does.";
    [
        ("summary", format!("An instance of `{name}` is down")),
        ("description", description.to_string()),
    ]
}

fn owned(labels: Vec<(&str, String)>) -> Vec<(String, String)> {
    labels
        .into_iter()
        .map(|(name, value)| (name.to_string(), value))
        .collect()
}

/// A kind writes templates of Prometheus'; in platform.toml values and labels alone are filled in.
fn annotation(text: &AlertText) -> String {
    if text.from_kind {
        text.text.clone()
    } else {
        message(&text.text)
    }
}
