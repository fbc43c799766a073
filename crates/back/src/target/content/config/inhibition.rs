//! Which alerts are held back while another one fires.
//!
//! What is down gives other alerts by the dozen: its own, and those of what needs it. The one that says so is enough. The
//! alert that always fires is never held back.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::alertmanager::{one_of, quoted};
use crate::{
    graph::Graph,
    model::{
        Alert, AlertSeverity, BUDGET_BURNS_FAST, BUDGET_BURNS_SLOWLY, CONTAINER_ABSENT, Component,
        NO_REPLICAS, Purpose, REPLICAS_MISSING, TARGET_DOWN, WATCHDOG,
    },
    target::{
        Context,
        shared::down_alerts::{self, Down, Downs},
    },
    text::one_of as one_of_words,
};

/// Alerts that no component has: they are the platform's own.
const OF_PLATFORM: [&str; 4] = [CONTAINER_ABSENT, NO_REPLICAS, REPLICAS_MISSING, TARGET_DOWN];

/// Alerts that say why a replica is missing: of containers and of pods.
const WHY_MISSING: [&str; 6] = [
    "ContainerKilledForMemory",
    "ContainerRestarting",
    "KubePodCannotStart",
    "KubePodOutOfMemory",
    "KubePodPending",
    "KubePodRestarting",
];

/// Alerts that are held back while others fire.
#[derive(Debug, Serialize)]
pub(super) struct InhibitionView {
    /// Why, in words.
    why: String,
    /// Conditions on the alert that fires.
    source: Vec<String>,
    /// Conditions on those that are held back.
    target: Vec<String>,
    /// Labels that must be the same in both.
    equal: Vec<&'static str>,
}

pub(super) fn view(context: &Context<'_>) -> Vec<InhibitionView> {
    let platform = context.platform;
    let mut out = severities();
    out.extend(speeds(&platform.components));
    out.extend(superseded(&platform.components));
    out.extend(platform.components.iter().flat_map(gone_parts));
    out.extend(downs());
    let prometheus = platform.first_for(Purpose::Metrics);
    let downs = prometheus.map(|it| Downs::of(platform, it, context.vantage));
    let downs = downs.unwrap_or_default();
    let needs = Needs {
        graph: context.graph,
        runs_pipelines: platform.first_for(Purpose::Pipelines).is_some(),
        downs: &downs,
    };
    let components = platform.components.iter();
    out.extend(components.flat_map(|component| needs.held_back(component)));
    out
}

/// What is held back while something is down: what is about the same thing.
fn downs() -> [InhibitionView; 5] {
    let label = down_alerts::LABEL;
    let down = |what: Down| format!("{label} = {}", quoted(what.name()));
    let is = |name: &str| format!("alertname = {}", quoted(name));
    let has = |label: &str| format!("{label} != \"\"");
    let says_nothing = format!("{label} = \"\"");
    let always_fires = format!("alertname != {}", quoted(WATCHDOG));
    [
        InhibitionView {
            why: "Further alerts of a component that is down are held back.".to_string(),
            source: vec![down(Down::Component), has("component")],
            target: vec![
                format!("{label} != {}", quoted(Down::Component.name())),
                always_fires.clone(),
            ],
            equal: vec!["component"],
        },
        InhibitionView {
            why:
                "Where one instance of several is down, only its own further alerts are held back."
                    .to_string(),
            source: vec![down(Down::Instance), has("component"), has("instance")],
            target: vec![says_nothing.clone(), always_fires.clone()],
            equal: vec!["component", "instance"],
        },
        InhibitionView {
            why: "That an instance is missing adds nothing to that it is down.".to_string(),
            source: vec![down(Down::Instance), has("component")],
            target: vec![is(REPLICAS_MISSING)],
            equal: vec!["component", "job"],
        },
        InhibitionView {
            why: "Where all replicas are gone, none of them adds anything.".to_string(),
            source: vec![is(NO_REPLICAS)],
            target: vec![one_of(
                "alertname",
                &BTreeSet::from([REPLICAS_MISSING, TARGET_DOWN]),
            )],
            equal: vec!["component", "job"],
        },
        InhibitionView {
            why: "Of a target that gives no answer, nothing else is known.".to_string(),
            source: vec![is(TARGET_DOWN), has("instance")],
            target: vec![
                says_nothing,
                format!(
                    "alertname !~ {}",
                    quoted(&format!("{TARGET_DOWN}|{WATCHDOG}"))
                ),
            ],
            equal: vec!["job", "instance"],
        },
    ]
}

/// The worse of two severities of one alert says it all.
fn severities() -> Vec<InhibitionView> {
    let worse = [
        ("critical", BTreeSet::from(["info", "warning"])),
        ("warning", BTreeSet::from(["info"])),
    ];
    worse
        .into_iter()
        .map(|(worse, better)| InhibitionView {
            why: format!("Of one alert with two severities, only `{worse}` is sent."),
            // Labels that both lack are equal to Alertmanager: alerts of the user's own rule files need not have the component.
            source: vec![
                format!("severity = {}", quoted(worse)),
                "component != \"\"".to_string(),
                // It is about jobs of different workloads, each with a severity.
                "alertname != \"TargetDown\"".to_string(),
            ],
            target: vec![one_of("severity", &better)],
            // A failed run of one pipeline says nothing of another's.
            equal: vec!["alertname", "component", "dag_id"],
        })
        .collect()
}

/// A budget that is used up within hours is used up within days too: one of the two alerts is enough.
fn speeds(components: &[Component]) -> Option<InhibitionView> {
    let mut alerts = components.iter().flat_map(|component| &component.alerts);
    alerts
        .any(|alert| alert.name == BUDGET_BURNS_FAST)
        .then(|| InhibitionView {
            why: "An error budget that burns fast burns slowly too.".to_string(),
            source: vec![format!("alertname = {}", quoted(BUDGET_BURNS_FAST))],
            target: vec![format!("alertname = {}", quoted(BUDGET_BURNS_SLOWLY))],
            equal: vec!["component", "slo", "job"],
        })
}

/// Alerts that others say better: one for all that name the same ones. `equal` are the labels by which they have to agree.
fn superseded(components: &[Component]) -> Vec<InhibitionView> {
    let alerts: Vec<&Alert> = components.iter().flat_map(|it| &it.alerts).collect();
    let mut known: BTreeSet<&str> = alerts.iter().map(|alert| alert.name.as_str()).collect();
    known.extend(OF_PLATFORM);
    let mut alike: BTreeMap<(BTreeSet<&str>, &[&'static str]), BTreeSet<&str>> = BTreeMap::new();
    for alert in alerts {
        let named: [(&[String], &[&str]); 2] = [
            (&alert.held_back_by, &["component"]),
            (&alert.held_back_by_any, &[]),
        ];
        for (named, equal) in named {
            let better = named.iter().map(String::as_str);
            let better: BTreeSet<&str> = better.filter(|name| known.contains(name)).collect();
            if !better.is_empty() {
                let worse = alike.entry((better, equal)).or_default();
                worse.insert(&alert.name);
            }
        }
    }
    // No component has this alert.
    let reasons = WHY_MISSING.into_iter().filter(|name| known.contains(name));
    let reasons: BTreeSet<&str> = reasons.collect();
    if !reasons.is_empty() {
        let worse = alike.entry((reasons, &["component"])).or_default();
        worse.insert(REPLICAS_MISSING);
    }
    let views = alike.into_iter().map(|((better, equal), worse)| {
        let of = if equal.is_empty() {
            ""
        } else {
            " of the same component"
        };
        InhibitionView {
            why: format!(
                "{} says it better than {}{of}.",
                one_of_words(&Vec::from_iter(better.iter().copied())),
                one_of_words(&Vec::from_iter(worse.iter().copied())),
            ),
            source: vec![one_of("alertname", &better)],
            target: vec![one_of("alertname", &worse)],
            equal: equal.to_vec(),
        }
    });
    views.collect()
}

/// Where a component says that none of a part works, that its targets give no answer adds nothing.
fn gone_parts(component: &Component) -> Vec<InhibitionView> {
    let views = component.alerts.iter().filter_map(|alert| {
        let part = alert.gone_part.as_ref()?;
        let mut of_part = component.workloads.iter();
        let workload = of_part.find(|it| it.part.as_ref() == Some(part))?;
        let jobs = workload.metrics.iter().map(|it| it.job.as_str());
        let jobs: BTreeSet<&str> = jobs.collect();
        let of_component = format!("component = {}", quoted(&component.name));
        (!jobs.is_empty()).then(|| InhibitionView {
            why: format!(
                "`{}` says that none of `{}` works.",
                alert.name, workload.name
            ),
            source: vec![
                format!("alertname = {}", quoted(&alert.name)),
                of_component.clone(),
            ],
            target: vec![
                one_of(
                    "alertname",
                    &BTreeSet::from([NO_REPLICAS, REPLICAS_MISSING, TARGET_DOWN]),
                ),
                of_component,
                one_of("job", &jobs),
            ],
            equal: Vec::new(),
        })
    });
    views.collect()
}

/// Who needs whom.
struct Needs<'a> {
    graph: &'a Graph,
    /// Whether a component of the platform runs the pipelines.
    runs_pipelines: bool,
    downs: &'a Downs<'a>,
}

impl Needs<'_> {
    /// While a component is down, alerts of what needs it are held back: of components, and of pipelines, whose alerts are those of the
    /// program that runs them.
    fn held_back(&self, component: &Component) -> Vec<InhibitionView> {
        if !self.downs.may_hold_back(component) {
            return Vec::new();
        }
        let needing = self.graph.needed_by(&component.name);
        let pipelines = match self.runs_pipelines {
            true => self.graph.pipelines_needing(&component.name),
            false => BTreeSet::new(),
        };
        let targets = [
            ("component", "alerts of what needs it", needing),
            ("dag_id", "alerts of pipelines that need it", pipelines),
        ];
        let targets = targets
            .into_iter()
            .filter(|(_, _, names)| !names.is_empty());
        let views = targets.map(|(label, what, names)| InhibitionView {
            why: format!("`{}` is down: {what} are held back.", component.name),
            source: vec![
                format!(
                    "{} = {}",
                    down_alerts::LABEL,
                    quoted(Down::Component.name())
                ),
                format!("severity = {}", quoted(AlertSeverity::Critical.name())),
                format!("component = {}", quoted(&component.name)),
            ],
            target: vec![
                one_of(label, &names.iter().map(String::as_str).collect()),
                format!("alertname != {}", quoted(WATCHDOG)),
            ],
            equal: Vec::new(),
        });
        views.collect()
    }
}
