//! Facts that are resolved before any component. Components need them, and each component is built only once.

use super::{
    Inputs, Scene, ci, mounts, notify,
    observe::{self, Scraper},
    pipelines, settings,
};
use crate::{
    diag::Sink,
    expand::{ComponentDraft, WorkloadDraft},
    model::{
        Alert, EnvironmentVariable, HasName, Health, Metrics, Named, Notify, PlatformVolume,
        Purpose, ScrapeSettings, Setting,
    },
    syntax::Table,
};

pub(super) struct Beforehand<'a> {
    /// The workloads that the platform runs, by name.
    pub workloads: Named<WorkloadFacts<'a>>,
    /// By component.
    pub components: Vec<OfComponent>,
    /// Which component is the platform's Prometheus.
    prometheus: Option<usize>,
    pub volumes: Named<PlatformVolume>,
    /// The secrets that tasks of pipelines read from the environment of what runs them.
    pub task_secrets: Vec<EnvironmentVariable>,
    /// The secrets that CI entries read, of which the Jenkins that runs them makes credentials.
    pub job_secrets: Vec<EnvironmentVariable>,
    pub notify: Option<Notify>,
    /// Whether Prometheus has a prober.
    pub has_prober: bool,
    /// What Prometheus reads for what others say, and which component it is.
    scraper: Option<(usize, Scraper)>,
    /// What Airflow's runs are measured by, and which component it is.
    promises: Option<(usize, Vec<Alert>)>,
}

/// A workload as far as others ask: those that wait for it, and Prometheus.
pub(super) struct WorkloadFacts<'a> {
    pub name: String,
    pub draft: &'a ComponentDraft,
    pub shape: &'a WorkloadDraft,
    pub health: Option<Health>,
    pub metrics: Vec<Metrics>,
}

impl HasName for WorkloadFacts<'_> {
    fn name(&self) -> &str {
        &self.name
    }
}

/// A component as far as others ask.
pub(super) struct OfComponent {
    pub settings: Vec<Setting>,
    /// What is scraped of it where it runs elsewhere.
    pub external_metrics: Vec<Metrics>,
}

impl<'a> Beforehand<'a> {
    pub fn of(tree: &Table, scene: &'a Scene<'a>, inputs: &Inputs<'_>, sink: &mut Sink) -> Self {
        let workloads = workloads(scene, inputs, sink);
        let components = components(scene, inputs, sink);
        let notify = notify::resolve(tree, scene, sink);
        let watched = Watched {
            workloads: &workloads,
            components: &components,
        };
        Self {
            scraper: watched.scraper(scene),
            promises: watched.promises(tree, scene, sink),
            prometheus: scene.first_for(Purpose::Metrics),
            volumes: mounts::volumes(tree, scene),
            task_secrets: pipelines::task_secrets(tree, scene),
            has_prober: observe::has_prober(scene),
            job_secrets: ci::job_secrets(tree, scene, notify.as_ref()),
            notify,
            workloads,
            components,
        }
    }

    /// What the platform's Prometheus is told.
    pub fn scrape_settings(&self) -> Option<ScrapeSettings<'_>> {
        Some(ScrapeSettings(&self.components[self.prometheus?].settings))
    }

    /// Milliseconds for which the platform's own Prometheus keeps samples. Nobody knows it of one elsewhere.
    pub fn retention(&self, scene: &Scene<'_>) -> Option<u64> {
        let is_here = scene.components[self.prometheus?].external.is_none();
        let settings = self.scrape_settings().filter(|_| is_here)?;
        settings.retention(&scene.names.variables)
    }

    /// What a component mounts and reaches as the platform's Prometheus.
    pub fn scraper(&self, component: usize) -> Option<&Scraper> {
        let (index, scraper) = self.scraper.as_ref()?;
        (*index == component).then_some(scraper)
    }

    /// Alerts on pipelines, where a component is the Airflow that runs them.
    pub fn promises(&self, component: usize) -> &[Alert] {
        let promises = self.promises.iter();
        let mut own = promises.filter(|(index, _)| *index == component);
        own.next().map_or(&[], |(_, alerts)| alerts)
    }

    /// Whether it is the Airflow whose metrics tell of the pipelines.
    pub fn runs_pipelines(&self, component: usize) -> bool {
        let mut promises = self.promises.iter();
        promises.any(|(index, _)| *index == component)
    }
}

fn workloads<'a>(
    scene: &'a Scene<'a>,
    inputs: &Inputs<'_>,
    sink: &mut Sink,
) -> Named<WorkloadFacts<'a>> {
    let of_component = |index: usize, sink: &mut Sink| -> Vec<WorkloadFacts<'a>> {
        let draft = &scene.components[index];
        scene
            .running(index)
            .map(|shape| WorkloadFacts {
                name: draft.workload_name(shape.part.as_deref()),
                draft,
                shape,
                health: observe::health(scene, index, shape, sink),
                metrics: observe::metrics(scene, index, shape, inputs, sink),
            })
            .collect()
    };
    let all = sink.each(0..scene.components.len(), of_component);
    all.flatten().collect()
}

fn components(scene: &Scene<'_>, inputs: &Inputs<'_>, sink: &mut Sink) -> Vec<OfComponent> {
    let of_component = |index: usize, sink: &mut Sink| OfComponent {
        settings: settings::settings(scene, index, inputs, sink),
        external_metrics: observe::external_metrics(scene, index, inputs, sink),
    };
    let all = sink.each(0..scene.components.len(), of_component);
    all.collect()
}

/// What is scraped, and the settings of who scrapes.
struct Watched<'a> {
    workloads: &'a Named<WorkloadFacts<'a>>,
    components: &'a [OfComponent],
}

impl Watched<'_> {
    fn scraper(&self, scene: &Scene<'_>) -> Option<(usize, Scraper)> {
        let prometheus = scene.first_for(Purpose::Metrics)?;
        let scraped = (0..self.components.len()).flat_map(|index| self.metrics(scene, index));
        let settings = &self.components[prometheus].settings;
        Some((prometheus, observe::scraper(scraped, settings)))
    }

    /// Of an Airflow that is scraped: nothing is known of another one's runs.
    fn promises(
        &self,
        tree: &Table,
        scene: &Scene<'_>,
        sink: &mut Sink,
    ) -> Option<(usize, Vec<Alert>)> {
        let prometheus = scene.first_for(Purpose::Metrics);
        let airflow = (0..self.components.len()).find(|index| {
            scene.components[*index].is_for(Purpose::Pipelines)
                && self.metrics(scene, *index).next().is_some()
        });
        let Some(airflow) = airflow else {
            if prometheus.is_some() {
                pipelines::report_unwatched(tree, sink);
            }
            return None;
        };
        let kept = prometheus.and_then(|index| {
            let settings = ScrapeSettings(&self.components[index].settings);
            settings.retention(&scene.names.variables)
        });
        let alerts = observe::promises(tree, &scene.components[airflow].name, kept, sink);
        Some((airflow, alerts))
    }

    /// All that is scraped of a component.
    fn metrics(&self, scene: &Scene<'_>, index: usize) -> impl Iterator<Item = &Metrics> {
        let draft = &scene.components[index];
        let names = scene.running(index);
        let names: Vec<String> = names
            .map(|shape| draft.workload_name(shape.part.as_deref()))
            .collect();
        let workloads = names
            .into_iter()
            .filter_map(|name| self.workloads.find(&name));
        let external = &self.components[index].external_metrics;
        external
            .iter()
            .chain(workloads.flat_map(|known| &known.metrics))
    }
}
