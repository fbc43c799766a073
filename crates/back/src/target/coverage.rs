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
        exposed::{self, ByName, Known},
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
    let monitoring = Monitoring::of(platform);
    let workloads: Vec<WorkloadCoverage> = platform
        .workloads()
        .filter(|workload| !workload.is_job())
        .map(|workload| monitoring.coverage(workload))
        .collect();
    let jobs = monitoring.job_names();
    let uncharted = monitoring.uncharted();
    let unexposed: BTreeSet<Unexposed> = monitoring
        .unanswered(&jobs)
        .into_iter()
        .chain(metrics_taken_away(&monitoring.jobs))
        .collect();
    let unexposed: Vec<Unexposed> = unexposed.into_iter().collect();
    let asked = workloads.len() * QUESTIONS + jobs.len() + unexposed.len();
    let met = workloads
        .iter()
        .map(WorkloadCoverage::answered)
        .sum::<usize>()
        + (jobs.len() - uncharted.len());
    Coverage {
        percent: (met * 100).checked_div(asked).unwrap_or(100),
        met,
        asked,
        workloads,
        uncharted,
        unexposed,
    }
}

/// What a platform does to watch its workloads.
struct Monitoring<'a> {
    platform: &'a Platform,
    prometheus: Option<&'a Component>,
    jobs: Vec<Job<'a>>,
    asked: Vec<ProbedWorkload<'a>>,
    /// Names of workloads whose containers are counted.
    counted: Vec<&'a str>,
    /// Jobs that are no component's.
    own_jobs: Vec<String>,
    /// The Grafana that shows what is scraped.
    grafana: Option<&'a Component>,
    /// What users ask, in dashboards of that Grafana too.
    questions: Vec<Question<'a>>,
}

impl<'a> Monitoring<'a> {
    fn of(platform: &'a Platform) -> Self {
        let prometheus = platform.first_for(Purpose::Metrics);
        let (jobs, _) = prometheus
            .map(|it| scrape::jobs(platform, it, Vantage::Compose))
            .unwrap_or_default();
        let asked = prometheus
            .map(|it| probes::asked(platform, it, Vantage::Compose))
            .unwrap_or_default();
        let counted = prometheus
            .map(|it| containers::unseen(platform, it, &jobs, &asked, Vantage::Compose))
            .unwrap_or_default();
        let grafana = prometheus.and_then(|it| boards::grafana_of(platform, it));
        Self {
            platform,
            prometheus,
            jobs,
            asked,
            counted: counted.iter().map(|it| it.name.as_str()).collect(),
            own_jobs: prometheus.map(own_job_names).unwrap_or_default(),
            grafana,
            questions: questions(platform, prometheus, grafana),
        }
    }

    /// The jobs that are made of the platform: of what is scraped, and of what the prober asks.
    fn made_jobs(&self) -> impl Iterator<Item = &str> {
        let scraped = self.jobs.iter().map(|job| job.metrics.job.as_str());
        scraped.chain(self.asked.iter().map(|asked| asked.job.as_str()))
    }

    /// All jobs.
    fn job_names(&self) -> BTreeSet<&str> {
        let own = self.own_jobs.iter().map(String::as_str);
        self.made_jobs().chain(own).collect()
    }

    /// The jobs that no dashboard shows. Those that are made have dashboards if there is Grafana. Jobs that the user wrote need a
    /// panel that names them.
    fn uncharted(&self) -> Vec<String> {
        if self.grafana.is_some() {
            return jobs_without_panel(&self.own_jobs, &self.questions, self.prometheus);
        }
        let made = self.made_jobs().map(str::to_string);
        made.chain(self.own_jobs.iter().cloned()).collect()
    }

    /// What is asked of none of these jobs, or for a metric that they do not have.
    fn unanswered(&self, jobs: &BTreeSet<&str>) -> Vec<Unexposed> {
        let of_rules = self
            .prometheus
            .map(|it| values_of_rules(self.platform, it, "job"));
        let of_rules = of_rules.unwrap_or_default();
        let mut named = jobs.clone();
        named.extend(of_rules.iter().map(String::as_str));
        let has_others = |it: &Component| exposed::takes_writes(it) || may_rename_own_jobs(it);
        let is_open =
            exposed::may_have_others(&self.jobs, "job") || self.prometheus.is_some_and(has_others);
        let named = (!is_open).then_some(&named);
        let all = self
            .prometheus
            .and_then(|it| Known::of(it, &self.jobs, &self.own_jobs));
        let by_name = ByName::of(&self.jobs);
        let asks = self.questions.iter();
        asks.flat_map(|it| missing_series(it, named, &by_name, all.as_ref()))
            .collect()
    }

    fn coverage(&self, workload: &Workload) -> WorkloadCoverage {
        let component = self.platform.component(&workload.component);
        let is_measured = scrape::is_measured(workload, &self.jobs);
        let is_asked = self
            .asked
            .iter()
            .any(|it| it.workload.name == workload.name);
        // What programs send to their exporter does not tell whether they answer.
        let is_reached = scrape::is_scraped(workload, &self.jobs)
            || scrape::exporter(workload, &self.jobs).is_some_and(|job| {
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
                || self.prometheus.is_some()
                    && component.is_some_and(|it| has_own_alert(it, workload)),
            panel: (is_measured || is_asked || has_own_panels) && self.grafana.is_some(),
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
    jobs: &ByName<'_>,
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
            metric.filter(|it| !is_filled_in_later(it) && jobs.lacks(&job, it))
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
fn metrics_taken_away(jobs: &[Job<'_>]) -> Vec<Unexposed> {
    let mut out = Vec::new();
    for job in jobs {
        out.extend(
            exposed::lost_metrics(job)
                .into_iter()
                .map(|lost| Unexposed {
                    place: format!("the rule `{}` of `{}`", lost.rule, job.component.name),
                    job: Some(job.metrics.job.clone()),
                    metric: Some(lost.metric),
                }),
        );
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
