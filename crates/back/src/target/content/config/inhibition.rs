//! Which alerts are held back while another one fires.
//!
//! What is down gives other alerts by the dozen: its own, and those of what needs it. The one that says so is enough. The
//! alert that always fires is never held back.

use std::collections::BTreeSet;

use serde::Serialize;

use super::alertmanager::{one_of, quoted};
use crate::{
    model::{
        BUDGET_BURNS_FAST, BUDGET_BURNS_SLOWLY, CONTAINER_ABSENT, Component, NO_REPLICAS,
        TARGET_DOWN, WATCHDOG, holds_back,
    },
    target::Context,
};

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
    let mut out = severities();
    let components = &context.platform.components;
    out.extend(speeds(components));
    let alerts = components.iter().flat_map(|component| &component.alerts);
    let mut down: BTreeSet<&str> = alerts
        .filter(|alert| alert.down)
        .map(|alert| alert.name.as_str())
        .collect();
    out.extend(further_endpoints(&down));
    down.extend([TARGET_DOWN, NO_REPLICAS, CONTAINER_ABSENT]);
    let mut others = down.clone();
    others.insert(WATCHDOG);
    out.push(InhibitionView {
        why: "Further alerts of a component that is down are held back.".to_string(),
        source: vec![one_of("alertname", &down), "component != \"\"".to_string()],
        target: vec![none_of("alertname", &others)],
        equal: vec!["component"],
    });
    out.extend(
        components
            .iter()
            .filter_map(|component| along_the_graph(context, component)),
    );
    out
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
            source: vec![format!("severity = {}", quoted(worse))],
            target: vec![one_of("severity", &better)],
            equal: vec!["alertname", "component"],
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

/// What is down gives no answer at its other endpoints either. One way only: two alerts that inhibit each other reach nobody.
fn further_endpoints(down: &BTreeSet<&str>) -> Option<InhibitionView> {
    (!down.is_empty()).then(|| InhibitionView {
        why: "Further endpoints of a component that is down add nothing.".to_string(),
        source: vec![one_of("alertname", down), "component != \"\"".to_string()],
        target: vec![format!("alertname = {}", quoted(TARGET_DOWN))],
        equal: vec!["component"],
    })
}

/// While a component is down, alerts of what needs it are held back.
fn along_the_graph(context: &Context<'_>, component: &Component) -> Option<InhibitionView> {
    let alerts = component
        .alerts
        .iter()
        .filter(|alert| holds_back(component, alert));
    let names: BTreeSet<&str> = alerts.map(|alert| alert.name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    let needing = context.graph.needed_by(&component.name);
    let needing: BTreeSet<&str> = needing.iter().map(String::as_str).collect();
    (!needing.is_empty()).then(|| InhibitionView {
        why: format!(
            "`{}` is down: alerts of what needs it are held back.",
            component.name
        ),
        source: vec![
            one_of("alertname", &names),
            format!("component = {}", quoted(&component.name)),
        ],
        target: vec![
            one_of("component", &needing),
            none_of("alertname", &BTreeSet::from([WATCHDOG])),
        ],
        equal: Vec::new(),
    })
}

/// A condition that a label has none of these values.
fn none_of(label: &str, values: &BTreeSet<&str>) -> String {
    let values: Vec<&str> = values.iter().copied().collect();
    match values.as_slice() {
        [value] => format!("{label} != {}", quoted(value)),
        values => format!("{label} !~ {}", quoted(&values.join("|"))),
    }
}
