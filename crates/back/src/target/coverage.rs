//! What of a platform is watched: which workloads are measured, alerted on, charted and probed, which scrape jobs somebody
//! charts, and which dashboards and rules ask for jobs that are there.
//!
//! In: the model. Out: [`Coverage`], which the command of that name prints.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    Vantage,
    content::prometheus::{may_rename_own_jobs, own_job_names},
    shared::{
        asked::{Question, is_filled_in_later, questions, values_of_rules},
        boards, containers,
        exposed::{self, Known},
        expr::{asked_of, jobs_of},
        probes::{self, ProbedWorkload},
        scrape::{self, Job},
    },
};
use crate::{
    language::without_variables,
    model::{Component, Platform, Purpose, Workload},
};

/// The questions about every long-running workload.
const QUESTIONS: usize = 4;

/// What is watched, and what is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Of a hundred questions so many are answered, rounded down; 100 where there is nothing to ask.
    pub percent: usize,
    /// Questions whose answer is yes.
    pub met: usize,
    /// Questions: four of every workload that runs on, one of every scrape job, one of everything that asks in vain.
    pub asked: usize,
    /// Every workload that runs on, in the order of components.
    pub workloads: Vec<WorkloadCoverage>,
    /// Scrape jobs that no dashboard shows.
    pub uncharted: Vec<String>,
    /// Dashboards and rules that ask for jobs that nothing scrapes, or for metrics that these do not have.
    pub unexposed: Vec<Unexposed>,
}

/// What is known of one workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WorkloadCoverage {
    /// The workload.
    pub name: String,
    /// Whose workload it is.
    pub component: String,
    /// Prometheus scrapes it, or an exporter of it.
    pub metrics: bool,
    /// An alert fires when it is down.
    pub alert: bool,
    /// A dashboard shows it.
    pub panel: bool,
    /// Prometheus sees by itself whether it answers: it or its exporter connects, or the prober does.
    pub probe: bool,
}

impl WorkloadCoverage {
    fn answered(&self) -> usize {
        let answers = [self.metrics, self.alert, self.panel, self.probe];
        answers.iter().filter(|answer| **answer).count()
    }

    /// Whether all four questions are answered.
    pub fn is_whole(&self) -> bool {
        self.answered() == QUESTIONS
    }
}

/// An expression that names a job that nothing scrapes, or a metric that its job does not have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unexposed {
    /// Where it stands, as in ``the alert `Late` of `api` ``.
    #[serde(rename = "in")]
    pub place: String,
    /// The job that it asks for. None where it asks all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// The metric that the job does not have, or none of all. None where nothing scrapes the job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
}

/// Looks at a platform.
pub fn coverage(platform: &Platform) -> Coverage {
    let prometheus = platform.first_for(Purpose::Metrics);
    let (jobs, _) = prometheus
        .map(|prometheus| scrape::jobs(platform, prometheus, Vantage::Compose))
        .unwrap_or_default();
    let asked = prometheus
        .map(|prometheus| probes::asked(platform, prometheus, Vantage::Compose))
        .unwrap_or_default();
    let counted: Vec<&str> = prometheus
        .map(|it| containers::unseen(platform, it, &jobs, &asked, Vantage::Compose))
        .unwrap_or_default()
        .into_iter()
        .map(|workload| workload.name.as_str())
        .collect();
    let grafana = platform.first_for(Purpose::Dashboards);
    let has_dashboards = grafana.is_some_and(|grafana| shows(grafana, prometheus));
    let monitoring = Monitoring {
        platform,
        jobs: &jobs,
        asked: &asked,
        counted: &counted,
        has_dashboards,
    };
    let workloads: Vec<WorkloadCoverage> = platform
        .components
        .iter()
        .flat_map(|component| &component.workloads)
        .filter(|workload| !workload.is_job())
        .map(|workload| monitoring.coverage(workload))
        .collect();
    let own_jobs = prometheus.map(own_job_names).unwrap_or_default();
    let questions = questions(platform, prometheus, grafana);
    let all = prometheus.and_then(|prometheus| Known::of(prometheus, &jobs, &own_jobs));
    let ours: Vec<&str> = jobs
        .iter()
        .map(|job| job.metrics.job.as_str())
        .chain(asked.iter().map(|asked| asked.job.as_str()))
        .collect();
    let own = own_jobs.iter().map(String::as_str);
    let known: BTreeSet<&str> = ours.iter().copied().chain(own).collect();
    // Generated jobs have dashboards if there is Grafana. Jobs that the user wrote need a panel that names them.
    let uncharted = match has_dashboards {
        true => jobs_without_panel(&own_jobs, &questions, prometheus),
        false => {
            let ours = ours.iter().map(ToString::to_string);
            ours.chain(own_jobs.iter().cloned()).collect()
        }
    };
    let of_rules = prometheus.map(|it| values_of_rules(platform, it, "job"));
    let of_rules = of_rules.unwrap_or_default();
    let named = known.iter().copied();
    let named: BTreeSet<&str> = named.chain(of_rules.iter().map(String::as_str)).collect();
    let is_open = exposed::may_have_others(&jobs, "job")
        || prometheus.is_some_and(|it| exposed::takes_writes(it) || may_rename_own_jobs(it));
    let named = (!is_open).then_some(&named);
    let asks = questions.iter();
    let unanswered = asks.flat_map(|it| missing_series(it, named, &jobs, all.as_ref()));
    let unexposed: BTreeSet<Unexposed> = unanswered.chain(lost(&jobs)).collect();
    let unexposed: Vec<Unexposed> = unexposed.into_iter().collect();
    let asked = workloads.len() * QUESTIONS + known.len() + unexposed.len();
    let met = workloads
        .iter()
        .map(WorkloadCoverage::answered)
        .sum::<usize>()
        + (known.len() - uncharted.len());
    Coverage {
        percent: (met * 100).checked_div(asked).unwrap_or(100),
        met,
        asked,
        workloads,
        uncharted,
        unexposed,
    }
}

/// Whether a Grafana shows what the Prometheus scrapes.
fn shows(grafana: &Component, prometheus: Option<&Component>) -> bool {
    let is_source = |name: &str| {
        let mut uses = grafana.uses.iter();
        uses.any(|it| it.role == "datasource" && it.component == name)
    };
    prometheus.is_some_and(|prometheus| is_source(&prometheus.name))
}

/// What a platform does to watch its workloads.
struct Monitoring<'a> {
    platform: &'a Platform,
    jobs: &'a [Job<'a>],
    asked: &'a [ProbedWorkload<'a>],
    /// Names of workloads whose containers are counted.
    counted: &'a [&'a str],
    has_dashboards: bool,
}

impl Monitoring<'_> {
    fn coverage(&self, workload: &Workload) -> WorkloadCoverage {
        let component = self.platform.component(&workload.component);
        let is_measured = scrape::is_measured(workload, self.jobs);
        let is_asked = self
            .asked
            .iter()
            .any(|it| it.workload.name == workload.name);
        // What programs send to their exporter does not tell whether they answer.
        let is_reached = scrape::is_scraped(workload, self.jobs)
            || scrape::exporter(workload, self.jobs).is_some_and(|job| {
                workload.part.is_none() && job.component.alerts.iter().any(|alert| alert.down)
            });
        let has_own_panels = workload.part.is_none() && component.is_some_and(boards::has_own);
        let is_counted = self.counted.contains(&workload.name.as_str());
        WorkloadCoverage {
            name: workload.name.clone(),
            component: workload.component.clone(),
            metrics: is_measured,
            alert: is_measured
                || is_asked
                || is_counted
                || self.platform.first_for(Purpose::Metrics).is_some()
                    && component.is_some_and(|it| has_own_alert(it, workload)),
            panel: (is_measured || is_asked || has_own_panels) && self.has_dashboards,
            probe: is_asked || is_reached,
        }
    }
}

/// Whether an alert of the user's own is about a workload: on the component for its main one, for a part where it is named. It
/// may ask for what others measure.
fn has_own_alert(component: &Component, workload: &Workload) -> bool {
    let mut own = component.alerts.iter().filter(|alert| !alert.from_kind);
    own.any(|alert| workload.part.is_none() || alert.expr.contains(&workload.name))
}

/// What a question asks for and does not get: jobs that are not among those `known`, if all are known, and metrics that a job, or
/// every job, does not have.
fn missing_series(
    question: &Question<'_>,
    known: Option<&BTreeSet<&str>>,
    jobs: &[Job<'_>],
    all: Option<&Known>,
) -> Vec<Unexposed> {
    let mut out = Vec::new();
    let mut push = |job: Option<String>, metric: Option<String>| {
        out.push(Unexposed {
            place: question.place(),
            job,
            metric,
        });
    };
    for (job, metric) in asked_of(&question.text) {
        if is_filled_in_later(&job) {
            continue;
        }
        if known.is_some_and(|known| !known.contains(job.as_str())) {
            push(Some(job), None);
        } else if let Some(metric) =
            metric.filter(|it| !is_filled_in_later(it) && exposed::lacks(jobs, &job, it))
        {
            push(Some(job), Some(metric));
        }
    }
    for metric in all.map(|all| all.lacking(question)).unwrap_or_default() {
        push(None, Some(metric));
    }
    out
}

/// What rules of kinds ask for that the scrapes of their components take away.
fn lost(jobs: &[Job<'_>]) -> Vec<Unexposed> {
    let mut out = Vec::new();
    for job in jobs {
        out.extend(exposed::lost(job).into_iter().map(|lost| Unexposed {
            place: format!("the rule `{}` of `{}`", lost.rule, job.component.name),
            job: Some(job.metrics.job.clone()),
            metric: Some(lost.metric),
        }));
    }
    out
}

/// The jobs that no panel names, of the user's own or of the kind of Prometheus, which shows what the nodes of a cluster say.
fn jobs_without_panel(
    jobs: &[String],
    questions: &[Question<'_>],
    prometheus: Option<&Component>,
) -> Vec<String> {
    let own = questions.iter().filter(|it| it.is_shown);
    let own = own.flat_map(|it| jobs_of(&it.text));
    let panels = prometheus.into_iter().flat_map(|it| it.panels.iter());
    let of_kind = panels.flat_map(|panel| &panel.queries);
    let of_kind = of_kind.flat_map(|query| jobs_of(&without_variables(&query.expr.with(""))));
    let shown: BTreeSet<String> = own.chain(of_kind).collect();
    let jobs = jobs.iter().filter(|job| !shown.contains(*job));
    jobs.cloned().collect()
}
