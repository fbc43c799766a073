//! Grafana: where its data come from, and dashboards: of the platform, of each kind of which something is scraped, and of
//! each component that has panels of its own.
//!
//! In: the model. Out: `grafana/provisioning/` and `grafana/dashboards/*.json`; nothing where the platform has no
//! Grafana, and no dashboards where it asks no Prometheus. Uids and ids follow from names and order, so that links to a dashboard
//! stay good.

mod component;
mod dashboard;
mod logs;
mod overview;
mod own;
mod panel;
mod probed;
mod provisioning;
mod starts;
mod totals;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    diag::Diagnostic,
    files::Target,
    model::{Component, Purpose},
    target::{
        Context, Emission,
        shared::{
            boards, containers,
            losses::loss,
            probes::{self, ProbedWorkload},
            scrape::{self, Job},
        },
    },
    template::TemplateError,
    threads,
};

/// The overview's file. No component has a name that starts with `_`.
const OVERVIEW: &str = "_platform.json";

/// What all dashboards are made from.
struct Board<'a> {
    context: &'a Context<'a>,
    /// The uid of the data source that they ask.
    source: &'a str,
    jobs: &'a [Job<'a>],
    of_component: BTreeMap<&'a str, Vec<&'a Job<'a>>>,
    /// Workloads that are asked from outside whether they work.
    asked: &'a [ProbedWorkload<'a>],
    asked_of_component: BTreeMap<&'a str, Vec<&'a ProbedWorkload<'a>>>,
    /// What selects the platform's containers, where somebody watches them.
    containers: Option<String>,
    /// Milliseconds between two scrapes where a job says nothing else.
    interval: u64,
}

impl<'a> Board<'a> {
    /// The jobs of a component.
    fn jobs_of(&self, component: &str) -> &[&'a Job<'a>] {
        self.of_component.get(component).map_or(&[], Vec::as_slice)
    }

    /// The jobs of several components.
    fn jobs_of_all(&self, components: &[&str]) -> Vec<&'a Job<'a>> {
        let components = components.iter();
        components
            .flat_map(|it| self.jobs_of(it))
            .copied()
            .collect()
    }

    /// The workloads of a component that are asked from outside.
    fn asked_of(&self, component: &str) -> &[&'a ProbedWorkload<'a>] {
        self.asked_of_component
            .get(component)
            .map_or(&[], Vec::as_slice)
    }

    /// The jobs of all components of a purpose.
    fn jobs_for(&self, purpose: Purpose) -> Vec<&'a Job<'a>> {
        self.jobs
            .iter()
            .filter(|job| job.component.purpose == Some(purpose))
            .collect()
    }
}

/// Writes what Grafana is provisioned with.
pub fn emit(context: &Context<'_>) -> Result<Emission, TemplateError> {
    let mut emission = Emission::default();
    let platform = context.platform;
    let Some(grafana) = platform.first_for(Purpose::Dashboards) else {
        return Ok(emission);
    };
    let sources = provisioning::in_role(platform, grafana, boards::SOURCE);
    let prometheus = platform
        .first_for(Purpose::Metrics)
        .filter(|prometheus| sources.iter().any(|source| source.name == prometheus.name))
        .or(sources.first().copied());
    let path = "grafana/provisioning/datasources/platform.yaml";
    let view = provisioning::sources(platform, grafana, &sources, prometheus);
    let text = context.engine.render(path, view)?;
    emission.files.add(Target::Grafana, path.to_string(), text);
    let path = "grafana/provisioning/dashboards/platform.yaml";
    let view = provisioning::providers(platform, grafana, prometheus);
    let text = context.engine.render(path, view)?;
    emission.files.add(Target::Grafana, path.to_string(), text);
    match prometheus {
        Some(prometheus) => add_dashboards(context, grafana, prometheus, &mut emission)?,
        None if grafana.external.is_none() => emission.losses.push(without_dashboards(grafana)),
        None => {}
    }
    Ok(emission)
}

/// Each dashboard of the platform asks a Prometheus.
fn without_dashboards(grafana: &Component) -> Diagnostic {
    let message = format!(
        "`{}` asks no Prometheus: the platform's dashboards are left out",
        grafana.name
    );
    let lost = loss(Target::Grafana, &message, grafana.span, "this Grafana");
    lost.about(&grafana.name)
        .or_accept("add one with `mlopsgen add prometheus`")
}

/// Adds the overview, and a dashboard for each kind and each component with panels of its own.
fn add_dashboards(
    context: &Context<'_>,
    grafana: &Component,
    prometheus: &Component,
    emission: &mut Emission,
) -> Result<(), TemplateError> {
    let platform = context.platform;
    let mut add = |path: &str, text: String| {
        emission
            .files
            .add(Target::Grafana, format!("grafana/{path}"), text);
    };
    let (jobs, _) = scrape::jobs(platform, prometheus, context.vantage);
    let asked = probes::asked(platform, prometheus, context.vantage);
    let mut asked_of_component: BTreeMap<&str, Vec<&ProbedWorkload<'_>>> = BTreeMap::new();
    for one in &asked {
        let of_component = asked_of_component.entry(&one.component.name);
        of_component.or_default().push(one);
    }
    let board = Board {
        context,
        source: &prometheus.name,
        of_component: scrape::by_component(&jobs),
        jobs: &jobs,
        asked: &asked,
        asked_of_component,
        containers: containers::matchers(platform, &jobs, context.vantage),
        interval: platform.scrape_interval(prometheus),
    };
    add(
        &format!("dashboards/{OVERVIEW}"),
        dashboard::render(&board, overview::dashboard(&board))?,
    );
    let dashboards = component::dashboards(&board);
    let generated = dashboards.iter().map(|(_, it)| it.uid.as_str());
    let overview = boards::overview_uid(platform);
    let generated: BTreeSet<&str> = generated.chain([overview.as_str()]).collect();
    let mut losses = own::equal_uids(grafana, &generated);
    let texts = threads::each(dashboards, |(name, dashboard)| {
        (name, dashboard::render(&board, dashboard))
    });
    for (name, text) in texts {
        add(&format!("dashboards/{name}.json"), text?);
    }
    emission.losses.append(&mut losses);
    Ok(())
}
