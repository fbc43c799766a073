//! Panels of health checks that are asked from outside.

use super::{
    Board,
    panel::{Panel, PanelTemplate},
};
use crate::target::shared::probes::{self, ProbedWorkload};

/// What the health checks say that are asked from outside.
pub(super) fn panels(board: &Board<'_>) -> Vec<Panel> {
    let asked: Vec<&ProbedWorkload<'_>> = board.asked.iter().collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let selector = probes::selector(&asked);
    let height = u32::try_from(asked.len()).unwrap_or(u32::MAX).clamp(3, 20);
    vec![
        Panel::row("Health checks"),
        Panel::new(
            PanelTemplate::Timeline,
            "Answers",
            "Which health checks, asked from outside, were passed, and when",
        )
        .size(14, 3 + height)
        .query(
            format!("min by (component, instance) (probe_success{{{selector}}})"),
            "{{component}} {{instance}}",
        ),
        Panel::new(
            PanelTemplate::Timeseries,
            "Time to answer",
            "How long health checks take, asked from outside",
        )
        .unit("s")
        .zero_based()
        .size(10, 3 + height)
        .query(
            format!("max by (component, instance) (probe_duration_seconds{{{selector}}})"),
            "{{component}} {{instance}}",
        ),
    ]
}
