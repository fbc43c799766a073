//! What users ask Prometheus for that it does not have, in alerts, panels, rule files and dashboards: jobs that nothing scrapes,
//! components, groups and addresses of no target, series that no rule records, and metrics that a job, or all of them, lack. And rules of
//! kinds that read what the scrape of their component takes away.

use std::collections::BTreeSet;

use super::{may_rename_own_jobs, nowhere, own_job_names, seen::Seen};
use crate::{
    diag::{Diagnostic, nearest},
    files::Target,
    model::Component,
    target::{
        Context,
        shared::{
            asked::{Question, is_filled_in_later, questions, values_of_rules},
            boards,
            exposed::{self, ByName, Known},
            expr::{asked_of, others},
            losses::loss,
            scrape::{Job, NODES},
        },
    },
    text::all_of,
};

/// A warning for each question that has no answer. A dashboard is read where its Grafana asks this Prometheus.
pub(super) fn unanswered(
    context: &Context<'_>,
    prometheus: &Component,
    jobs: &[Job<'_>],
) -> Vec<Diagnostic> {
    let platform = context.platform;
    let grafana = boards::grafana_of(platform, prometheus);
    let questions = questions(platform, Some(prometheus), grafana);
    let own_jobs = own_job_names(prometheus);
    // Where scrape jobs of the user's own rename theirs, or with samples of others, jobs exist that are not known here.
    let is_open = may_rename_own_jobs(prometheus) || exposed::takes_writes(prometheus);
    if questions.is_empty() {
        return Vec::new();
    }
    let seen = Seen::everywhere(context, prometheus);
    let mut out = match is_open {
        true => Vec::new(),
        false => {
            let mut others = own_jobs.clone();
            others.extend(values_of_rules(platform, prometheus, "job"));
            let (nowhere, in_one_place) = unknown_jobs(&seen, &others, &questions);
            let nowhere = nowhere.into_iter();
            // What tells of others may have samples of a job that nobody knows here.
            let nowhere = nowhere.filter(|_| !exposed::may_have_others(jobs, "job"));
            nowhere.chain(in_one_place).collect()
        }
    };
    let exposed = Known::of(prometheus, jobs, &own_jobs);
    let of_any = (questions.as_slice(), exposed.as_ref());
    out.extend(nowhere::unanswered(
        context, prometheus, jobs, of_any, &seen,
    ));
    let by_name = ByName::of(jobs);
    out.extend(
        questions
            .iter()
            .flat_map(|it| unknown_metrics(it, &by_name)),
    );
    if let Some(known) = exposed {
        out.extend(
            questions
                .iter()
                .flat_map(|it| metrics_of_nobody(it, &known)),
        );
    }
    out
}

/// Warnings for what names a job that does not exist, and for what names one that is not in each of the places where the platform
/// runs. `others_of_rules` are those that no component has.
fn unknown_jobs(
    seen: &[Seen<'_>],
    others_of_rules: &[String],
    questions: &[Question<'_>],
) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let mut each: Vec<(&Seen<'_>, BTreeSet<&str>)> = Vec::new();
    for place in seen {
        // Kubelets are asked in a cluster alone.
        let is_here = |job: &&String| place.vantage.is_in_cluster() || !job.starts_with(NODES);
        let others = others_of_rules.iter().filter(is_here);
        let jobs = place.jobs.keys().chain(others);
        each.push((place, jobs.map(String::as_str).collect()));
    }
    let known: BTreeSet<&str> = each
        .iter()
        .flat_map(|(_, known)| known.iter().copied())
        .collect();
    let (mut out, mut in_one_place) = (Vec::new(), Vec::new());
    for question in questions.iter().filter(|it| it.text.contains("job")) {
        let unknown_to = |known: &BTreeSet<&str>| {
            let mut unknown = others(&question.text, "job", known);
            unknown.retain(|job| !is_filled_in_later(job));
            unknown
        };
        let nowhere = unknown_to(&known);
        out.extend(nowhere.iter().map(|job| no_job(question, job, &known)));
        for (place, known) in &each {
            let lacking = unknown_to(known);
            let lacking = lacking.difference(&nowhere);
            in_one_place.extend(lacking.map(|job| no_job_there(question, job, place)));
        }
    }
    (out, in_one_place)
}

fn no_job(question: &Question<'_>, job: &str, known: &BTreeSet<&str>) -> Diagnostic {
    let Question { what, loser, .. } = question;
    let diagnostic = warning(
        question,
        &format!("{what} asks for the job `{job}`, which is not scraped: {loser} has no data"),
    );
    let near = nearest(job, known.iter().copied());
    match near.filter(|_| !question.is_inline) {
        // The name stands in another file.
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.misspelled(job, near, || {
            "a scrape job has the name of its component; `metrics` makes one".to_string()
        }),
    }
}

fn no_job_there(question: &Question<'_>, job: &str, place: &Seen<'_>) -> Diagnostic {
    let Question { what, loser, .. } = question;
    let message = format!(
        "{what} asks for the job `{job}`, which is not scraped{}: {loser} has no data there",
        place.name()
    );
    warning(question, &message).accept_alone()
}

/// A warning for what asks all jobs for a metric that none has.
fn metrics_of_nobody(question: &Question<'_>, known: &Known) -> Vec<Diagnostic> {
    let lacking = known.lacking(question).into_iter();
    lacking
        .map(|metric| {
            let message = format!(
                "{} asks for `{metric}`, which no scrape job has: it does not see what it asks for",
                question.what
            );
            warning(question, &message).help(match known.nearest(&metric) {
                Some(near) => format!("the nearest name that one of them has is `{near}`"),
                None => {
                    "ask Prometheus what there is: `count by (__name__) ({job!=\"\"})`".to_string()
                }
            })
        })
        .collect()
}

/// A warning for what asks a job for a metric that it does not have, where the kind of the job's component lists what there is.
fn unknown_metrics(question: &Question<'_>, jobs: &ByName<'_>) -> Vec<Diagnostic> {
    if !question.text.contains("job") {
        return Vec::new();
    }
    let mut out = Vec::new();
    for (job, metric) in asked_of(&question.text) {
        let Some(metric) = metric.filter(|it| jobs.lacks(&job, it)) else {
            continue;
        };
        if is_filled_in_later(&metric) {
            continue;
        }
        let known = jobs.listed(&job).unwrap_or_default();
        let Question { what, loser, .. } = question;
        let message = format!(
            "{what} asks the job `{job}` for `{metric}`, which it does not have: {loser} has no data"
        );
        let other = jobs.other_job(&job, &metric);
        let near = nearest(&metric, known.iter().copied());
        out.push(warning(question, &message).help(match (other, near) {
            (Some(other), _) => format!("the job `{other}` has it"),
            (None, Some(near)) => format!("the nearest name that it has is `{near}`"),
            (None, None) => {
                format!("ask Prometheus what it has: `count by (__name__) ({{job=\"{job}\"}})`")
            }
        }));
    }
    out
}

pub(super) fn warning(question: &Question<'_>, message: &str) -> Diagnostic {
    loss(Target::Prometheus, message, question.span, question.mark).about(question.component)
}

/// A warning for each scrape whose steps of relabeling take away what rules of the component's kind read: these have no data, or
/// count what is missing as what is well.
pub(super) fn lost_metrics(jobs: &[Job<'_>]) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for job in jobs {
        let lost = exposed::lost_metrics(job);
        let metrics: BTreeSet<&str> = lost.iter().map(|lost| lost.metric.as_str()).collect();
        let names: BTreeSet<&str> = lost.iter().map(|lost| lost.rule).collect();
        if names.is_empty() {
            continue;
        }
        out.push(
            loss(
                Target::Prometheus,
                &format!(
                    "`metric_relabel` drops {} of the job `{}`; rules of its kind use it: {}",
                    all_of(&Vec::from_iter(metrics)),
                    job.metrics.job,
                    all_of(&Vec::from_iter(names)),
                ),
                job.metrics.span,
                "drops it",
            )
            .about(&job.component.name)
            .help("leave these names in, or take these rules off"),
        );
    }
    out
}
