//! What Prometheus would refuse of what it is to scrape.

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    files::Site,
    language::duration_ms,
    model::{Component, Purpose, SettingValue, USUAL_INTERVAL},
};

/// Prometheus does not start with a job that waits longer for an answer than until the next scrape.
pub(super) fn timeouts(facts: Facts<'_>, sink: &mut Sink) {
    let Some(prometheus) = facts.platform.first_for(Purpose::Metrics) else {
        return;
    };
    let usual = match prometheus.setting("scrape_interval") {
        Some(SettingValue::Text(text)) => {
            let platform = facts.platform;
            let default = |piece: &_| platform.constant_at(Site::Engine, piece);
            duration_ms(&text.render(|piece| default(piece).unwrap_or_default()))
        }
        _ => None,
    };
    for metrics in facts
        .platform
        .components
        .iter()
        .flat_map(Component::metrics)
    {
        let interval = metrics.interval.or(usual).unwrap_or(USUAL_INTERVAL);
        let Some(timeout) = metrics.timeout.as_ref().filter(|it| it.value > interval) else {
            continue;
        };
        sink.push(
            Diagnostic::new(
                Code::BadValue,
                "a scrape may not take longer than until the next one",
            )
            .label(
                timeout.span,
                format!("longer than the {} s between two scrapes", interval / 1000),
            )
            .help("write a shorter `timeout`, or a longer `interval` beside it"),
        );
    }
}
