//! Prometheus: what it scrapes, whom it alerts, and on what.
//!
//! In: the model. Out: `prometheus/prometheus.yml` and one file of rules per component that has any, and one of the
//! platform's own; nothing where the platform has no Prometheus. Paths in `prometheus.yml` are relative to it, which
//! Prometheus resolves against its own folder.

mod about;
mod config;
mod extra;
mod message;
mod nowhere;
mod platform;
mod rules;
mod seen;
mod unknown;
mod windows;

use platform::Observed;
use rules::Rules;
use serde::Serialize;

use crate::{
    diag::{Code, Diagnostic},
    files::Target,
    model::{Component, Purpose, ScrapeSettings, SettingFile},
    speak::{Constants, Speak},
    target::{
        Context, Emission, Vantage,
        shared::{
            containers,
            losses::loss,
            probes::{self, ProbedWorkload},
            scrape::{self, Job, Unreachable},
        },
    },
    template::TemplateError,
    threads,
};

/// The platform's own rules. No component has a name that starts with `_`.
const PLATFORM_RULES: &str = "_platform.yml";

/// Writes the configuration and the rules of the platform's Prometheus.
pub fn emit(context: &Context<'_>) -> Result<Emission, TemplateError> {
    let mut emission = Emission::default();
    let platform = context.platform;
    let Some(prometheus) = platform.first_for(Purpose::Metrics) else {
        return Ok(emission);
    };
    let (jobs, unreachable) = scrape::jobs(platform, prometheus, context.vantage);
    emission.losses.extend(unreachable.iter().map(not_scraped));
    emission.losses.extend(windows::too_short(platform, &jobs));
    let usual = platform.scrape_interval(prometheus);
    let seldom = windows::too_seldom(prometheus, &jobs, usual);
    emission.losses.extend(seldom);
    let asked = probes::asked(platform, prometheus, context.vantage);
    let unanswered = unknown::unanswered(context, prometheus, &jobs);
    emission.losses.extend(unanswered);
    emission.losses.extend(unknown::lost_metrics(&jobs));

    let own = own_jobs(context, prometheus, &jobs, &asked, &mut emission.losses);
    let view = config::view(context, prometheus, &jobs, &asked, own);
    write(
        context,
        &mut emission,
        "prometheus.yml",
        "prometheus.yml",
        &view,
    )?;

    let unseen = containers::unseen(platform, prometheus, &jobs, &asked, context.vantage);
    let observed = Observed {
        jobs: &jobs,
        asked: &asked,
        unseen: &unseen,
    };
    let rules = Rules::new(context, observed);
    let view = platform::view(context, &rules, observed);
    let path = format!("rules/{PLATFORM_RULES}");
    write(context, &mut emission, "rules/_platform.yml", &path, &view)?;
    let render = |component: &Component| {
        let view = rules::view(&rules, component)?;
        let path = rule_file(context.vantage, component);
        Some(text("rules/component.yml", context, &view).map(|text| (path, text)))
    };
    let rendered = threads::each(platform.components.iter(), render);
    for file in rendered.into_iter().flatten() {
        let (path, text) = file?;
        emission
            .files
            .add(Target::Prometheus, format!("prometheus/{path}"), text);
    }
    Ok(emission)
}

/// Where the rules of a component stand. A chart keeps those of a kind side by side: they are alike, and a release has to
/// fit, compressed, into a Secret of 1 MiB.
fn rule_file(vantage: Vantage, component: &Component) -> String {
    match vantage {
        Vantage::Compose => format!("rules/{}.yml", component.name),
        Vantage::Kubernetes => format!("rules/{}.{}.yml", component.kind, component.name),
    }
}

fn write(
    context: &Context<'_>,
    emission: &mut Emission,
    template: &str,
    path: &str,
    view: &impl Serialize,
) -> Result<(), TemplateError> {
    let text = text(template, context, view)?;
    emission
        .files
        .add(Target::Prometheus, format!("prometheus/{path}"), text);
    Ok(())
}

fn text(
    template: &str,
    context: &Context<'_>,
    view: &impl Serialize,
) -> Result<String, TemplateError> {
    let template = format!("prometheus/{template}");
    context.engine.render(&template, view)
}

/// The jobs of the setting `scrape_configs`, as YAML below `scrape_configs:`. A file that Prometheus would refuse is
/// an error.
fn own_jobs(
    context: &Context<'_>,
    prometheus: &Component,
    jobs: &[Job<'_>],
    asked: &[ProbedWorkload<'_>],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let Some((setting, files)) = ScrapeSettings::of(prometheus).jobs() else {
        return Vec::new();
    };
    let ours = jobs.iter().map(|job| &job.metrics.job);
    let ours = ours.chain(asked.iter().map(|asked| &asked.job));
    let mut taken: Vec<String> = ours.cloned().collect();
    let mut own = Vec::new();
    for SettingFile { path, bytes, text } in files {
        let speak = Constants(context.platform, context.vantage.site());
        let spoken = text.as_ref().map(|text| speak.text(text));
        let bytes = spoken.as_ref().map_or(bytes.as_slice(), String::as_bytes);
        match extra::read(bytes, &mut taken) {
            Ok(text) => own.extend(text),
            Err(error) => diagnostics.push(
                Diagnostic::new(
                    Code::BadValue,
                    format!("Prometheus cannot take `{path}` as `scrape_configs`: {error}"),
                )
                .label(setting.span, "read from here")
                .help("write a YAML list of scrape jobs, each with a `job_name` of its own"),
            ),
        }
    }
    own
}

/// A job that asks the kubelets of a cluster.
struct NodeJob {
    /// Who is asked: the job is called after it.
    whom: &'static str,
    path: &'static str,
    /// The metrics that are kept: a regular expression.
    kept: &'static str,
    /// Labels that name what a sample is about.
    workload: &'static [&'static str],
}

impl NodeJob {
    fn name(&self) -> String {
        format!("{}{}", scrape::NODES, self.whom)
    }
}

const OF_NODES: [NodeJob; 2] = [
    NodeJob {
        whom: "kubelet",
        path: "/metrics",
        kept: "kubelet_volume_stats_(available_bytes|capacity_bytes|inodes|inodes_free|used_bytes)",
        workload: &["persistentvolumeclaim"],
    },
    NodeJob {
        whom: "cadvisor",
        path: "/metrics/cadvisor",
        kept: "container_(cpu_cfs_periods_total|cpu_cfs_throttled_periods_total|cpu_usage_seconds_total|memory_working_set_bytes|network_receive_bytes_total|network_transmit_bytes_total|oom_events_total|spec_memory_limit_bytes)",
        workload: &["pod", "container"],
    },
];

/// The names of the jobs that are no component's: those of the setting `scrape_configs`, and those of a cluster's nodes.
pub fn own_job_names(prometheus: &Component) -> Vec<String> {
    let mut names = Vec::new();
    let settings = ScrapeSettings::of(prometheus);
    if settings.asks_kubelets() {
        names.extend(OF_NODES.iter().map(NodeJob::name));
    }
    let files = settings.jobs().map(|(_, files)| files);
    for file in files.unwrap_or_default() {
        // What can't be read was reported.
        let _ = extra::read(&file.bytes, &mut names);
    }
    names
}

/// Whether a job of the setting `scrape_configs` may give its samples another label `job` than its own name.
pub fn may_rename_own_jobs(prometheus: &Component) -> bool {
    let jobs = ScrapeSettings::of(prometheus).jobs();
    jobs.is_some_and(|(_, files)| files.iter().any(|it| !extra::keeps_names(&it.bytes)))
}

fn not_scraped(unreachable: &Unreachable<'_>) -> Diagnostic {
    let name = &unreachable.component.name;
    loss(
        Target::Prometheus,
        &format!(
            "`metrics` of `{name}` cannot be reached: {}; there is no scrape job for it",
            unreachable.reason
        ),
        unreachable.metrics.span,
        "not scraped",
    )
    .about(name)
    .help(unreachable.help)
}
