//! Probes from outside, for workloads without metrics whose health check is an address. Prometheus' prober connects to it, and
//! an alert fires if it does not answer.

use super::paces::Paces;
use crate::{
    expand::{WorkloadDraft, can_be_probed},
    model::{Alert, AlertSeverity, AlertText, AlertWhose, PROBER, Purpose, Workload, probe_job},
    resolve::{Scene, beforehand::Beforehand},
    source::Span,
};

/// The alert on a component that has no metrics.
pub(super) const DOWN: &str = "EndpointDown";
/// The alert on parts, and on a component that also has metrics: these tell whether it is down.
pub(super) const FAILED: &str = "ProbeFailed";

/// Milliseconds that a health check must fail.
const HOLD: u64 = 120_000;

/// Milliseconds by which a probe's alert fires after one that says more.
const LATER: u64 = 60_000;

/// Whether Prometheus has a prober: it is left out if there is nothing to probe.
pub(in crate::resolve) fn has_prober(scene: &Scene<'_>) -> bool {
    let mut drafts = scene.components.iter();
    drafts.any(|draft| draft.is_for(Purpose::Metrics) && draft.workload(Some(PROBER)).is_some())
}

/// Whether a workload is probed: there is a prober, and the workload has an address on a network.
pub(in crate::resolve) fn is_probed(
    scene: &Scene<'_>,
    index: usize,
    shape: &WorkloadDraft,
    beforehand: &Beforehand<'_>,
) -> bool {
    if !beforehand.has_prober || shape.job || !can_be_probed(&shape.table) {
        return false;
    }
    let draft = &scene.components[index];
    let name = draft.workload_name(shape.part.as_deref());
    let listener = beforehand
        .workloads
        .find(scene.network_owners.owner_of(&name));
    let mode = listener.and_then(|it| it.shape.table.string("network_mode"));
    !matches!(mode, Some("host" | "none"))
}

/// The alerts on the workloads of a component that are probed. A part that fails is no component that is down.
pub(in crate::resolve) fn probe_alerts(
    component: &str,
    span: Span,
    workloads: &[Workload],
) -> Vec<Alert> {
    // A workload with metrics shows by them whether it works.
    let is_all_that_is_known = workloads.iter().all(|it| it.metrics.is_empty());
    let asked = workloads.iter().filter(|it| it.probed);
    let (down, failed): (Vec<&Workload>, Vec<&Workload>) =
        asked.partition(|it| is_all_that_is_known && it.part.is_none());
    [(DOWN, down), (FAILED, failed)]
        .into_iter()
        .filter_map(|(name, asked)| probe_alert(component, span, name, &asked))
        .collect()
}

fn probe_alert(component: &str, span: Span, name: &str, asked: &[&Workload]) -> Option<Alert> {
    let jobs: Vec<String> = asked.iter().map(|it| probe_job(&it.name)).collect();
    let selector = match jobs.as_slice() {
        [] => return None,
        [job] => format!("job=\"{job}\""),
        jobs => format!("job=~\"{}\"", jobs.join("|")),
    };
    let text = |text: &str| {
        Some(AlertText {
            text: text.to_string(),
            from_kind: true,
        })
    };
    Some(Alert {
        name: name.to_string(),
        expr: format!("probe_success{{{selector}}} == 0"),
        hold: Some(HOLD),
        hold_from_kind: true,
        keep_firing_for: None,
        keep_from_kind: true,
        severity: AlertSeverity::Critical,
        severity_from_kind: true,
        labels: Vec::new(),
        summary: text(&format!("`{component}` does not answer")),
        description: text(
            "The health check of `{{ $labels.instance }}`, asked from outside, fails.",
        ),
        runbook_url: None,
        down: name == DOWN,
        whose: AlertWhose::Own,
        held_back_by: Vec::new(),
        held_back_by_any: Vec::new(),
        gone_part: None,
        from_kind: false,
        span,
    })
}

/// The alerts of a component, patient, with those on its probes after those that say that it is down. These hold it back once they
/// fire: one that came first would wake somebody a second time.
pub(in crate::resolve) fn in_order(alerts: Vec<Alert>, paces: &Paces<'_>) -> Vec<Alert> {
    let mut alerts = paces.with_patience(alerts);
    let down = alerts.iter().filter(|alert| alert.down);
    if let Some(longest) = down.filter_map(|alert| alert.hold).max() {
        let probes = alerts.iter_mut().filter(|alert| alert.name == FAILED);
        for alert in probes {
            alert.hold = alert.hold.max(Some(longest + LATER));
        }
    }
    alerts
}
