//! The views of the rule files.

use std::collections::BTreeSet;

use promql_parser::parser::{Expr, token::T_LOR};
use serde::Serialize;

use super::{
    OF_NODES,
    message::{literal, message},
};
use crate::{
    graph::Graph,
    language::promql,
    model::{
        Alert, AlertText, Component, Metrics, Platform, Record, Workload, holds_back,
        is_generated_alertmanager,
    },
    speak::units::prometheus,
    target::{
        Context, Vantage,
        shared::{
            boards, containers,
            probes::Asked,
            scrape::{self, Job, Presence},
        },
    },
    text::all_of,
};

/// One file of rules: a group with the component's name.
#[derive(Debug, Serialize)]
pub(super) struct RulesView {
    /// The group of rules: the component's name.
    group: String,
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

/// What the platform's own rules depend on.
#[derive(Debug, Serialize)]
pub(super) struct PlatformRulesView {
    /// True where a target gives no answer and no alert of its component says so.
    target_down: String,
    /// Programs of which several run.
    several: Vec<SeveralView>,
    /// Containers that nothing but cAdvisor sees.
    containers: Vec<ContainerView>,
}

/// A container that is only seen while it runs.
#[derive(Debug, Serialize)]
struct ContainerView {
    /// Its workload.
    name: String,
    /// True while it is gone, though others of the platform are seen.
    gone: String,
    /// The component.
    component: String,
    /// Its group.
    group: String,
}

/// A program of which several run: those that are gone are no targets any more.
#[derive(Debug, Serialize)]
struct SeveralView {
    /// Its scrape job.
    job: String,
    /// The series that is 1 for each that answers.
    works: &'static str,
    /// The component.
    component: String,
    /// Its group.
    group: Option<String>,
    /// How many there should be; none where nobody knows.
    wanted: Option<u32>,
}

pub(super) fn platform_view(
    platform: &Platform,
    prometheus: &Component,
    jobs: &[Job<'_>],
    asked: &[Asked<'_>],
    vantage: Vantage,
) -> PlatformRulesView {
    let seen = containers::matchers(platform, jobs, vantage);
    let containers = seen.iter().flat_map(|seen| {
        let unseen = containers::unseen(platform, prometheus, jobs, asked, vantage);
        unseen.into_iter().map(|it| container_view(it, seen))
    });
    let containers = containers.collect();
    let downs: BTreeSet<String> = jobs.iter().map(down).collect();
    let alerted = alerted(platform, &downs);
    let watched: Vec<&Job<'_>> = jobs
        .iter()
        .filter(|job| alerted.contains(&down(job)))
        .collect();
    let mut names: Vec<&str> = watched.iter().map(|job| job.metrics.job.as_str()).collect();
    // Where the prober gives no answer, its own job says so.
    names.extend(asked.iter().map(|asked| asked.job.as_str()));
    let target_down = if names.is_empty() {
        "up == 0".to_string()
    } else {
        format!("up{{job!~\"{}\"}} == 0", names.join("|"))
    };
    let several = jobs
        .iter()
        .filter(|job| job.presence == Presence::Many && is_first(job));
    let asked = asked.iter().filter(|it| it.presence == Presence::Many);
    PlatformRulesView {
        target_down,
        several: several
            .map(several_view)
            .chain(asked.map(several_asked))
            .collect(),
        containers,
    }
}

/// `seen` matches the containers of the platform. Where none of them is seen, nothing is known of any.
fn container_view(workload: &Workload, seen: &str) -> ContainerView {
    let its = containers::of_service(&workload.name);
    ContainerView {
        name: workload.name.clone(),
        gone: format!(
            "absent(container_last_seen{{{seen}, {its}}}) and on () container_last_seen{{{seen}}}"
        ),
        component: workload.component.clone(),
        group: workload.group.clone(),
    }
}

/// One job tells how many replicas of a workload there are, however many endpoints are scraped.
fn is_first(job: &Job<'_>) -> bool {
    let of_job = |metrics: &Metrics| metrics.job == job.metrics.job;
    let mut workloads = job.component.workloads.iter();
    match workloads.find(|it| it.metrics.iter().any(of_job)) {
        Some(workload) => workload.metrics.first().is_some_and(of_job),
        None => true,
    }
}

fn several_asked(asked: &Asked<'_>) -> SeveralView {
    SeveralView {
        job: asked.job.clone(),
        works: "probe_success",
        component: asked.component.name.clone(),
        group: asked.component.group.clone(),
        wanted: Some(asked.workload.replicas).filter(|wanted| *wanted > 1),
    }
}

fn several_view(job: &Job<'_>) -> SeveralView {
    let mut workloads = job.component.workloads.iter();
    let of_job = |metrics: &Metrics| metrics.job == job.metrics.job;
    let workload = workloads.find(|it| it.metrics.iter().any(of_job));
    SeveralView {
        job: job.metrics.job.clone(),
        works: "up",
        component: job.component.name.clone(),
        group: job.component.group.clone(),
        wanted: workload.map(|it| it.replicas).filter(|wanted| *wanted > 1),
    }
}

/// The condition that a job is down, spelt as the parser prints it.
fn down(job: &Job<'_>) -> String {
    format!("up{{{}}} == 0", scrape::selector(&[job]))
}

/// Those of these conditions that some alert is, alone or as one of several joined by `or`.
fn alerted(platform: &Platform, downs: &BTreeSet<String>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let alerts = platform.components.iter().flat_map(|it| &it.alerts);
    for alert in alerts.filter(|alert| alert.expr.contains("up")) {
        // Expressions cost more to read than everything else here, and most alerts are one of the conditions.
        if downs.contains(&alert.expr) {
            out.insert(alert.expr.clone());
        } else if let Some(expr) = promql(&alert.expr) {
            alternatives(&expr, &mut out);
        }
    }
    out
}

/// The expressions that are joined by `or`.
fn alternatives(expr: &Expr, out: &mut BTreeSet<String>) {
    match expr {
        Expr::Paren(inner) => alternatives(&inner.expr, out),
        Expr::Binary(binary) if binary.op.id() == T_LOR => {
            alternatives(&binary.lhs, out);
            alternatives(&binary.rhs, out);
        }
        expr => {
            out.insert(expr.to_string());
        }
    }
}

/// What the rules of every component depend on.
pub(super) struct Rules<'a> {
    platform: &'a Platform,
    graph: &'a Graph,
    /// Where people reach the dashboards.
    dashboards: Option<String>,
    /// The components that have a scrape job.
    scraped: BTreeSet<&'a str>,
    /// Whether an Alertmanager of the platform is told what to hold back.
    is_told: bool,
    /// Whether the nodes of a cluster may be asked.
    has_nodes: bool,
}

impl<'a> Rules<'a> {
    pub fn new(context: &Context<'a>, jobs: &[Job<'a>]) -> Self {
        Self {
            platform: context.platform,
            graph: context.graph,
            dashboards: boards::address(context.platform, context.vantage),
            scraped: jobs.iter().map(|job| job.component.name.as_str()).collect(),
            is_told: context
                .platform
                .components
                .iter()
                .any(is_generated_alertmanager),
            has_nodes: context.vantage.is_in_cluster(),
        }
    }

    /// Whether what an alert of a kind asks for is scraped.
    fn has_data(&self, alert: &Alert, is_scraped: bool) -> bool {
        let asks_nodes = || OF_NODES.iter().any(|job| alert.expr.contains(job));
        !alert.from_kind || is_scraped && (self.has_nodes || !asks_nodes())
    }
}

/// The rules of a component; `None` where it has none. Those of its kind need its metrics: without a job they are left
/// out.
pub(super) fn view(rules: &Rules<'_>, component: &Component) -> Option<RulesView> {
    let scraped = rules.scraped.contains(component.name.as_str());
    let dashboard = rules
        .dashboards
        .as_ref()
        .filter(|_| scraped)
        .map(|address| format!("{address}{}", boards::path(rules.platform, component)));
    let records: Vec<RuleView> = component
        .records
        .iter()
        .filter(|record| scraped || !record.from_kind)
        .map(|record| record_view(component, record))
        .collect();
    let alerts: Vec<RuleView> = component
        .alerts
        .iter()
        .filter(|alert| rules.has_data(alert, scraped))
        .map(|alert| alert_view(rules, component, alert, dashboard.as_deref()))
        .collect();
    let any = !records.is_empty() || !alerts.is_empty();
    any.then(|| RulesView {
        group: component.name.clone(),
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
    let mut labels = vec![
        ("severity", alert.severity.name().to_string()),
        ("component", component.name.clone()),
    ];
    labels.extend(component.group.clone().map(|group| ("group", group)));
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
    annotations.extend(held_back(rules, component, alert).map(|text| ("held_back", text)));
    annotations.extend(dashboard.map(|url| ("dashboard", literal(url))));
    let after = |time: Option<u64>| time.filter(|time| *time > 0).map(prometheus::duration);
    RuleView {
        name: alert.name.clone(),
        expr: alert.expr.clone(),
        hold: after(alert.hold),
        keep: after(alert.keep_firing_for),
        labels: owned(labels),
        annotations,
    }
}

/// The components whose alerts Alertmanager inhibits while this one fires.
fn held_back(rules: &Rules<'_>, component: &Component, alert: &Alert) -> Option<String> {
    if !rules.is_told || !holds_back(component, alert) {
        return None;
    }
    let needing = rules.graph.needed_by(&component.name);
    let needing: Vec<&str> = needing.iter().map(String::as_str).collect();
    (!needing.is_empty()).then(|| {
        format!(
            "Alerts of {} are held back meanwhile: they need it.",
            all_of(&needing)
        )
    })
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
