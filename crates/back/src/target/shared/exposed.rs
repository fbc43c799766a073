//! What is known of the metrics that jobs have: the lists of their kinds.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    asked::{self, Question},
    expr::{asked_of, asked_of_any},
    metric_names::{Names, is_of_prometheus},
    scrape::Job,
};
use crate::{
    diag::nearest,
    language::promql::{MatchOp, Matcher},
    model::{Component, Lists, Metrics, Relabel, RelabelAction, Text},
};

/// The label that holds the name of a metric.
const NAME: &str = "__name__";

/// Flags and features of Prometheus that let others write to it.
const RECEIVERS: [&str; 3] = [
    "remote-write-receiver",
    "otlp-receiver",
    "otlp-write-receiver",
];

/// Jobs by their names: a large platform asks for many of its many jobs.
pub(in crate::target) struct ByName<'a>(BTreeMap<&'a str, Vec<&'a Job<'a>>>);

impl<'a> ByName<'a> {
    pub fn of(jobs: &'a [Job<'a>]) -> Self {
        let mut out: BTreeMap<&str, Vec<&Job<'_>>> = BTreeMap::new();
        for job in jobs {
            out.entry(&job.metrics.job).or_default().push(job);
        }
        Self(out)
    }

    fn named(&self, name: &str) -> &[&'a Job<'a>] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether a job surely does not have a metric: the lists of its component's kind lack it, or its relabeling takes the name
    /// away.
    pub fn lacks(&self, name: &str, metric: &str) -> bool {
        let mut named = self.named(name).iter();
        named.any(|job| dropped_by(job.metrics, metric).is_some())
            || names_of(self.named(name))
                .is_some_and(|(names, lists)| names.surely_lack(metric, lists))
    }

    /// The metrics of a job that lists name, where nothing renames them.
    pub fn listed(&self, name: &str) -> Option<BTreeSet<&'static str>> {
        Some(names_of(self.named(name))?.0.single)
    }

    /// The job of the same component that has a metric, where one lacks it.
    pub fn other_job(&self, lacking: &str, metric: &str) -> Option<&'a str> {
        let of = self.named(lacking).first()?;
        let component = of.component;
        let workloads = component.workloads.iter().flat_map(|it| &it.metrics);
        let external = component.external.iter().flat_map(|it| &it.metrics);
        let jobs = external.chain(workloads).map(|it| it.job.as_str());
        let mut others = jobs.filter(|job| *job != lacking);
        others.find(|job| {
            self.listed(job)
                .is_some_and(|listed| listed.contains(metric))
        })
    }
}

/// What all jobs together have, where each has a list of what it has.
pub(in crate::target) struct Known {
    names: Names,
    /// Those of programs that may have others.
    open: Names,
    /// What rule files of the user's own record.
    recorded: Vec<String>,
    /// The first words of names of programs that have no more than their lists; none where all programs are such.
    first_words: Option<BTreeSet<&'static str>>,
}

impl Known {
    /// None where a job may have anything, as those do that are no component's, and what others write to this Prometheus.
    pub fn of(prometheus: &Component, jobs: &[Job<'_>], own_jobs: &[String]) -> Option<Self> {
        if !own_jobs.is_empty() || jobs.is_empty() || takes_writes(prometheus) {
            return None;
        }
        let (mut all, mut open, mut closed) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for job in jobs {
            let is_complete = job.component.lists == Lists::Complete;
            let lists = match lists_of(job) {
                Some(lists) => lists,
                // What a user has scraped of it is not counted on; the kind's own endpoints all have lists.
                None if job.component.lists == Lists::Partial => {
                    job.component.exposes.iter().collect()
                }
                None => return None,
            };
            if lists.is_empty() || renames(job) {
                return None;
            }
            all.extend(lists.iter().copied());
            if is_complete { &mut closed } else { &mut open }.extend(lists);
        }
        let first_words = (!open.is_empty()).then(|| {
            let closed = Names::of(closed.into_iter());
            closed.single.into_iter().map(first_word).collect()
        });
        Some(Self {
            names: Names::of(all.into_iter()),
            open: Names::of(open.into_iter()),
            recorded: asked::recorded(prometheus),
            first_words,
        })
    }

    /// What an expression asks all jobs for, and surely none has. Where some have more than their lists, the name has to begin as those
    /// of a program that has not, or be surely misspelled.
    pub fn lacking(&self, question: &Question<'_>) -> Vec<String> {
        let is_sure = |metric: &str| {
            let mut words = self.first_words.iter();
            words.all(|words| words.contains(first_word(metric))) || self.open.has_slip_of(metric)
        };
        let mut asked = Vec::from_iter(asked_of_any(&question.text));
        asked.retain(|metric| {
            self.names.surely_lack(metric, Lists::Complete)
                && !self.recorded.contains(metric)
                && is_sure(metric)
                && (question.is_inline || is_like(&self.names.single, metric))
                && !asked::is_filled_in_later(metric)
        });
        asked
    }

    /// Whether a list has exactly this name.
    pub fn lists(&self, metric: &str) -> bool {
        self.names.single.contains(metric)
    }

    /// The name that is most like another one.
    pub fn nearest(&self, metric: &str) -> Option<&'static str> {
        nearest(metric, self.names.single.iter().copied())
    }
}

/// Whether a Prometheus takes samples that others send, over its own protocol or OTLP.
pub(in crate::target) fn takes_writes(prometheus: &Component) -> bool {
    let words = prometheus
        .workloads
        .iter()
        .flat_map(|it| it.command.iter().flatten());
    let mut words = words.filter_map(Text::as_plain);
    words.any(|word| RECEIVERS.iter().any(|receiver| word.contains(receiver)))
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

/// The names of the metrics of jobs of one name, where the component's kind lists them and nothing renames them; and what the lists
/// promise.
fn names_of(named: &[&Job<'_>]) -> Option<(Names, Lists)> {
    let mut named = named.iter();
    let (job, lists) = named.find_map(|job| Some((job, lists_of(job)?)))?;
    let is_open = job.component.lists == Lists::Partial;
    if renames(job) || is_open || lists.is_empty() {
        return None;
    }
    Some((Names::of(lists.into_iter()), job.component.lists))
}

/// The lists of what a job gives: the component's own, or one of a part that says which are its.
fn lists_of<'a>(job: &Job<'a>) -> Option<Vec<&'a String>> {
    let component = job.component;
    let of_parts = &component.exposed_by_parts;
    let is_own = |list: &&String| !of_parts.values().any(|lists| lists.contains(list));
    let own = || component.exposes.iter().filter(is_own).collect();
    if job.metrics.job == component.name {
        return Some(own());
    }
    // A part of the kind's own program that is scraped at several endpoints.
    let of_job = job.workload().filter(|it| it.part.is_some())?;
    if of_job.metrics.iter().any(|it| it.job == component.name) {
        return Some(own());
    }
    let lists = of_parts.get(of_job.part.as_deref()?)?;
    Some(lists.iter().collect())
}

/// Whether the relabeling of a job may give its metrics other names.
fn renames(job: &Job<'_>) -> bool {
    let mut steps = job.metrics.metric_relabel.iter();
    steps.any(|step| step.target_label.as_deref() == Some(NAME))
}

/// Whether samples may have values of a label of Prometheus' own that no target has: a scrape keeps those that the program says, or
/// writes them.
pub(in crate::target) fn may_have_others(jobs: &[Job<'_>], label: &str) -> bool {
    let writes = |step: &Relabel| {
        step.target_label.as_deref() == Some(label) || step.action() == RelabelAction::LabelMap
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
pub(in crate::target) fn lost_metrics<'a>(job: &Job<'a>) -> Vec<Lost<'a>> {
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
                step.action() != RelabelAction::Keep || names(component).contains(metric.as_str())
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
    if is_of_prometheus(metric) {
        return None;
    }
    let steps = metrics.metric_relabel.iter();
    let mut steps = steps.filter(|step| step.source_labels == [NAME]);
    steps.find(|step| {
        let fits = || fits(step.regex.as_deref().unwrap_or("(.*)"), metric);
        match step.action() {
            RelabelAction::Drop => fits() == Some(true),
            RelabelAction::Keep => fits() == Some(false),
            RelabelAction::Replace => {
                let is_of_name = step.target_label.as_deref() == Some(NAME);
                is_of_name && !leaves(step, metric) && fits() == Some(true)
            }
            RelabelAction::KeepEqual
            | RelabelAction::DropEqual
            | RelabelAction::HashMod
            | RelabelAction::LabelMap
            | RelabelAction::LabelDrop
            | RelabelAction::LabelKeep
            | RelabelAction::Lowercase
            | RelabelAction::Uppercase => false,
        }
    })
}

/// Whether a step writes the name that was there.
fn leaves(step: &Relabel, metric: &str) -> bool {
    let whole = matches!(step.regex.as_deref(), None | Some("(.*)" | "(.+)"));
    let replacement = step.replacement.as_deref().unwrap_or("$1");
    replacement == metric || replacement == "$0" || whole && ["$1", "${1}"].contains(&replacement)
}

/// Whether a regular expression fits the whole of a name; `None` where that is not known.
fn fits(regex: &str, name: &str) -> Option<bool> {
    let matcher = Matcher {
        name: NAME.to_string(),
        op: MatchOp::Regex,
        value: regex.to_string(),
    };
    Some(matcher.test()?.fits(name))
}

/// The metrics that the lists of a component's kind name one by one.
pub(in crate::target) fn names(component: &Component) -> BTreeSet<&'static str> {
    Names::of(component.exposes.iter()).single
}
