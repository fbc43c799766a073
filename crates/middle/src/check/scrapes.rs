//! What Prometheus would refuse of what it is to scrape.

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{Component, Purpose},
};

/// Prometheus does not start with a job that waits longer for an answer than until the next scrape.
pub(super) fn timeouts(facts: Facts<'_>, sink: &mut Sink) {
    let Some(prometheus) = facts.platform.first_for(Purpose::Metrics) else {
        return;
    };
    let usual = facts.platform.scrape_interval(prometheus);
    for metrics in facts
        .platform
        .components
        .iter()
        .flat_map(Component::metrics)
    {
        let interval = metrics.interval.unwrap_or(usual);
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
