//! When programs started: the marks on dashboards.

use std::collections::BTreeMap;

use super::Board;
use crate::{
    model::{Component, Expression},
    target::shared::{exposed, scrape},
};

/// When programs started, in milliseconds: those behind exporters as their kinds say, others when their processes did.
pub(super) fn of_all(board: &Board<'_>) -> String {
    let mut alike: BTreeMap<&Expression, Vec<&str>> = BTreeMap::new();
    for component in &board.context.platform.components {
        if let Some(started) = &component.started
            && !board.jobs_of(&component.name).is_empty()
        {
            alike.entry(started).or_default().push(&component.name);
        }
    }
    if alike.is_empty() {
        return "process_start_time_seconds{component!=\"\"} * 1000".to_string();
    }
    let behind: Vec<&str> = alike.values().flatten().copied().collect();
    let own = format!(
        "process_start_time_seconds{{component!=\"\", job!~\"{}\"}}",
        behind.join("|")
    );
    let started = alike
        .iter()
        .map(|(started, jobs)| started.with(&scrape::one_of("job", jobs)));
    let all: Vec<String> = std::iter::once(own).chain(started).collect();
    format!("({}) * 1000", all.join(" or "))
}

/// When something of a component started, in milliseconds: its containers, else what its kind says, else its processes. Of a program
/// that tells nothing, when it answered again.
pub(super) fn of_component(
    component: &Component,
    matcher: &str,
    containers: Option<&str>,
) -> String {
    match containers {
        Some(containers) => format!("container_start_time_seconds{{{containers}}} * 1000"),
        None if component.started.is_some() => {
            let started = component.started.as_ref().map(|it| it.with(matcher));
            format!("({}) * 1000", started.unwrap_or_default())
        }
        None if tells_its_start(component) => {
            format!("process_start_time_seconds{{{matcher}}} * 1000")
        }
        None => format!(
            "timestamp(up{{{matcher}}} == 1 unless on (job, instance) (up{{{matcher}}} offset 1m == 1)) * 1000"
        ),
    }
}

/// Whether its metrics have the start of its process, as far as its kind says what they are.
fn tells_its_start(component: &Component) -> bool {
    component.exposes.is_empty() || exposed::names(component).contains("process_start_time_seconds")
}
