//! What is known of the metrics that jobs have: the lists of their kinds.

use std::collections::BTreeSet;

use promql_parser::parser::Expr;
use serde_json::Value;

use super::{
    asked::{self, Question},
    expr::{asked_of, asked_of_any},
    scrape::Job,
};
use crate::{
    diag::nearest,
    language::promql,
    model::{Component, Metrics, Relabel},
    template,
};

/// The label that holds the name of a metric.
const NAME: &str = "__name__";

/// Series that Prometheus itself writes for each job.
const OF_PROMETHEUS: [&str; 3] = ["ALERTS", "ALERTS_FOR_STATE", "up"];

/// Whether a job whose metrics these are has a series of this name. What rules record has a `:`.
fn has(listed: &BTreeSet<&str>, metric: &str) -> bool {
    metric.contains(':')
        || metric.starts_with("scrape_")
        || OF_PROMETHEUS.contains(&metric)
        || listed.contains(metric)
}

/// Whether a job surely does not have a metric: the lists of its component's kind lack it, or its relabeling takes the name away.
pub(in crate::target) fn lacks(jobs: &[Job<'_>], name: &str, metric: &str) -> bool {
    let mut named = jobs.iter().filter(|job| job.metrics.job == name);
    named.any(|job| dropped_by(job.metrics, metric).is_some())
        || listed(jobs, name).is_some_and(|listed| !has(&listed, metric))
}

/// What all jobs together have, where each has a list of what it has.
pub(in crate::target) struct Known {
    names: BTreeSet<&'static str>,
    /// What rule files of the user's own record.
    recorded: Vec<String>,
    /// The first words of names of programs that have no more than their lists; none where all programs are such.
    first_words: Option<BTreeSet<&'static str>>,
}

impl Known {
    /// None where a job may have anything, as those do that are no component's.
    pub fn of(prometheus: &Component, jobs: &[Job<'_>], own_jobs: &[String]) -> Option<Self> {
        let is_listed = |job: &Job<'_>| !job.component.exposes.is_empty() && !renames(job);
        if !own_jobs.is_empty() || jobs.is_empty() || !jobs.iter().all(is_listed) {
            return None;
        }
        let lists = |components: &mut dyn Iterator<Item = &Component>| {
            let lists: BTreeSet<&String> = components.flat_map(|it| &it.exposes).collect();
            names_in(lists.into_iter()).collect::<BTreeSet<_>>()
        };
        let mut whole = jobs.iter().map(|job| job.component);
        let is_open = whole.any(|it| it.exposes_more);
        let mut closed = jobs.iter().map(|job| job.component);
        let closed = lists(&mut closed.by_ref().filter(|it| !it.exposes_more));
        Some(Self {
            names: lists(&mut jobs.iter().map(|job| job.component)),
            recorded: asked::recorded(prometheus),
            first_words: is_open.then(|| closed.into_iter().map(first_word).collect()),
        })
    }

    /// What an expression asks all jobs for, and surely none has. Where some have more than their lists, the name has to begin as those
    /// of a program that has not. What the prober measures, it alone has.
    pub fn lacking(&self, question: &Question<'_>) -> Vec<String> {
        let is_sure = |metric: &str| {
            let mut words = self.first_words.iter();
            words.all(|words| words.contains(first_word(metric)))
        };
        let mut asked = Vec::from_iter(asked_of_any(&question.text));
        asked.retain(|metric| {
            let is_known = has(&self.names, metric) || self.recorded.contains(metric);
            !is_known
                && is_sure(metric)
                && (question.is_inline || is_like(&self.names, metric))
                && !metric.starts_with("probe_")
                && !asked::is_filled_in_later(metric)
        });
        asked
    }

    /// The name that is most like another one.
    pub fn nearest(&self, metric: &str) -> Option<&'static str> {
        nearest(metric, self.names.iter().copied())
    }
}

/// Whether a metric is surely one of these, misspelled or outdated: one is called nearly so, or has its first two words. What stands
/// in a file is often of others, who scrape more.
fn is_like(names: &BTreeSet<&'static str>, metric: &str) -> bool {
    let family = |name: &str| {
        name.splitn(3, '_')
            .take(2)
            .map(str::to_string)
            .collect::<Vec<_>>()
    };
    let own = family(metric);
    names.iter().any(|name| family(name) == own) || nearest(metric, names.iter().copied()).is_some()
}

fn first_word(name: &str) -> &str {
    name.split('_').next().unwrap_or_default()
}

/// All metrics of a job, where its component's kind lists them and nothing renames them.
pub(in crate::target) fn listed(jobs: &[Job<'_>], name: &str) -> Option<BTreeSet<&'static str>> {
    let mut own = jobs.iter().filter(|job| job.metrics.job == name);
    let (job, lists) = own.find_map(|job| Some((job, lists_of(job)?)))?;
    if renames(job) || job.component.exposes_more || lists.is_empty() {
        return None;
    }
    Some(names_in(lists.into_iter()).collect())
}

/// The lists of what a job gives: the component's own, or one of a part that says which are its.
fn lists_of<'a>(job: &Job<'a>) -> Option<Vec<&'a String>> {
    let component = job.component;
    let of_parts = &component.exposed_by_parts;
    let is_own = |list: &&String| !of_parts.values().any(|lists| lists.contains(list));
    if job.metrics.job == component.name {
        return Some(component.exposes.iter().filter(is_own).collect());
    }
    let mut parts = component.workloads.iter();
    let of_job = parts.find(|it| it.part.is_some() && it.name == job.metrics.job)?;
    let lists = of_parts.get(of_job.part.as_deref()?)?;
    Some(lists.iter().collect())
}

/// The job of the same component that has a metric, where one lacks it.
pub(in crate::target) fn other_job<'a>(
    jobs: &'a [Job<'_>],
    lacking: &str,
    metric: &str,
) -> Option<&'a str> {
    let of = jobs.iter().find(|job| job.metrics.job == lacking)?;
    let same = jobs
        .iter()
        .filter(|job| job.component.name == of.component.name && job.metrics.job != lacking);
    let mut names = same.map(|job| job.metrics.job.as_str());
    names.find(|job| listed(jobs, job).is_some_and(|listed| listed.contains(metric)))
}

/// Whether the relabeling of a job may give its metrics other names.
fn renames(job: &Job<'_>) -> bool {
    let mut steps = job.metrics.metric_relabel.iter();
    steps.any(|step| step.target_label.as_deref() == Some(NAME))
}

/// Whether samples may have jobs that no scrape has the name of: a scrape keeps those that the program says, or writes them.
pub(in crate::target) fn may_have_other_jobs(jobs: &[Job<'_>]) -> bool {
    let writes = |step: &Relabel| {
        step.target_label.as_deref() == Some("job") || step.action.as_deref() == Some("labelmap")
    };
    jobs.iter().any(|job| {
        let metrics = job.metrics;
        let mut steps = metrics.relabel.iter().chain(&metrics.metric_relabel);
        metrics.honor_labels || steps.any(writes)
    })
}

/// A metric that a rule of a kind asks for, and that the scrape of the component takes away.
pub(in crate::target) struct Lost<'a> {
    /// The name of the alert or of the record.
    pub rule: &'a str,
    pub metric: String,
}

/// What rules of a component's kind ask one of its jobs for in vain. What a list of names to keep leaves out of a program that no
/// list describes may never have been there.
pub(in crate::target) fn lost<'a>(job: &Job<'a>) -> Vec<Lost<'a>> {
    if job.metrics.metric_relabel.is_empty() {
        return Vec::new();
    }
    let component = job.component;
    let alerts = component.alerts.iter().filter(|it| it.from_kind);
    let alerts = alerts.map(|alert| (alert.name.as_str(), &alert.expr));
    let records = component.records.iter().filter(|it| it.from_kind);
    let records = records.map(|record| (record.name.as_str(), &record.expr));
    let mut out = Vec::new();
    for (rule, expr) in alerts.chain(records) {
        for (_, metric) in asked_of(expr)
            .into_iter()
            .filter(|(of, _)| *of == job.metrics.job)
        {
            let Some(metric) = metric else { continue };
            let is_known = |step: &Relabel| {
                step.action.as_deref() != Some("keep") || names(component).any(|it| it == metric)
            };
            if dropped_by(job.metrics, &metric).is_some_and(is_known) {
                out.push(Lost { rule, metric });
            }
        }
    }
    out
}

/// The step of a scrape that drops all samples of this name, or gives them another one. What depends on further labels may leave
/// some. Prometheus' own series come after these steps.
fn dropped_by<'a>(metrics: &'a Metrics, metric: &str) -> Option<&'a Relabel> {
    if metric.starts_with("scrape_") || OF_PROMETHEUS.contains(&metric) {
        return None;
    }
    let steps = metrics.metric_relabel.iter();
    let mut steps = steps.filter(|step| step.source_labels == [NAME]);
    steps.find(|step| {
        let fits = || fits(step.regex.as_deref().unwrap_or("(.*)"), metric);
        match step.action.as_deref().unwrap_or("replace") {
            "drop" => fits() == Some(true),
            "keep" => fits() == Some(false),
            "replace" => {
                let is_of_name = step.target_label.as_deref() == Some(NAME);
                is_of_name && !leaves(step, metric) && fits() == Some(true)
            }
            _ => false,
        }
    })
}

/// Whether a step writes the name that was there.
fn leaves(step: &Relabel, metric: &str) -> bool {
    let whole = matches!(step.regex.as_deref(), None | Some("(.*)" | "(.+)"));
    let replacement = step.replacement.as_deref().unwrap_or("$1");
    replacement == metric || replacement == "$0" || whole && ["$1", "${1}"].contains(&replacement)
}

/// Whether a regular expression fits the whole of a name; none where it is no expression.
fn fits(regex: &str, name: &str) -> Option<bool> {
    // Prometheus' own language anchors and reads it in the same way.
    let text = format!("any{{name=~{}}}", Value::from(regex));
    match promql(&text)? {
        Expr::VectorSelector(selector) => Some(selector.matchers.matchers.first()?.is_match(name)),
        _ => None,
    }
}

/// The metrics that the lists of a component's kind name.
pub(in crate::target) fn names(component: &Component) -> impl Iterator<Item = &'static str> {
    names_in(component.exposes.iter())
}

fn names_in<'a>(lists: impl Iterator<Item = &'a String>) -> impl Iterator<Item = &'static str> {
    let lists = lists.filter_map(|list| template::embedded(&format!("kinds/metrics/{list}.txt")));
    lists
        .flat_map(str::lines)
        .filter(|line| !line.starts_with('#'))
}
