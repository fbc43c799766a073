//! The first tiles of the overview: how many components work, and what fires.

use std::collections::BTreeMap;

use super::{
    Board,
    overview::{deciding, is_watched, presence, while_enabled},
    panel::{Panel, PanelTemplate},
};
use crate::{
    model::{Component, Expression},
    target::shared::{
        probes::{self, ProbedWorkload},
        scrape::{self, Job},
    },
};

/// Colours of a number that ought to be nothing.
const WRONG: &str = "red";

pub(super) fn panels(board: &Board<'_>) -> Vec<Panel> {
    let firing = |severity: &str| {
        format!("count(ALERTS{{alertstate=\"firing\", severity=\"{severity}\"}}) or vector(0)")
    };
    let states = States::of(board);
    vec![
        Panel::new(
            PanelTemplate::Stat,
            "Components up",
            "Components that work, as far as somebody can tell",
        )
        .size(6, 4)
        .query(states.up(), "up"),
        Panel::new(
            PanelTemplate::Stat,
            "Components down",
            "Components that do not work, by their own metrics and health checks",
        )
        .size(6, 4)
        .step(1.0, WRONG)
        .query(states.down(), "down"),
        Panel::new(
            PanelTemplate::Stat,
            "Critical alerts",
            "Alerts that fire and need a person now",
        )
        .size(6, 4)
        .step(1.0, WRONG)
        .query(firing("critical"), "critical"),
        Panel::new(
            PanelTemplate::Stat,
            "Warnings",
            "Alerts that fire and can wait",
        )
        .size(6, 4)
        .step(1.0, "orange")
        .query(firing("warning"), "warning"),
    ]
}

/// The states of all components, as their tiles have them.
struct States {
    /// One series a component: 0 where it does not work.
    of_each: String,
    /// One series a component of which several instances should run, and how many such components there are. Those without a
    /// series are gone.
    of_several: Option<(String, String)>,
}

impl States {
    fn of(board: &Board<'_>) -> Self {
        let components = board.context.platform.components.iter();
        let watched = components.filter(|component| is_watched(board, component));
        let (several, single): (Vec<&Component>, Vec<&Component>) =
            watched.partition(|component| presence(board, component).several);
        let sure: Vec<&Component> = several
            .iter()
            .copied()
            .filter(|component| !presence(board, component).may_be_off)
            .collect();
        // Of several instances one is enough.
        let parts = [("min", &single), ("max", &several)];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(_, components)| !components.is_empty())
            .map(|(worst, components)| {
                format!("{worst} by (component) ({})", instances(board, components))
            })
            .collect();
        Self {
            of_each: if parts.is_empty() {
                "vector(1)".to_string()
            } else {
                parts.join(" or ")
            },
            of_several: (!sure.is_empty()).then(|| {
                let states = instances(board, &sure);
                let seen = format!("count by (component) ({states})");
                (seen, wanted(board, &sure))
            }),
        }
    }

    fn up(&self) -> String {
        format!("count(({}) == 1) or vector(0)", self.of_each)
    }

    fn down(&self) -> String {
        let down = format!("count(({}) == 0) or vector(0)", self.of_each);
        match &self.of_several {
            None => down,
            Some((seen, wanted)) => {
                format!("({down}) + ({wanted} - (count({seen}) or vector(0)))")
            }
        }
    }
}

/// How many components these are. In a chart each counts only while the values say that it runs.
fn wanted(board: &Board<'_>, components: &[&Component]) -> String {
    if !board.context.vantage.is_in_cluster() {
        return components.len().to_string();
    }
    // A mark is a comment, which ends with its line.
    let each = components
        .iter()
        .map(|component| format!("1{}\n", while_enabled(board, component)));
    format!("({})", each.collect::<Vec<_>>().join(" + "))
}

/// The states of all instances of these components.
fn instances(board: &Board<'_>, components: &[&Component]) -> String {
    let mut alike: BTreeMap<Option<&Expression>, Vec<&Component>> = BTreeMap::new();
    let mut asked: Vec<&ProbedWorkload<'_>> = Vec::new();
    for component in components {
        asked.extend(board.asked_of(&component.name));
        if !board.jobs_of(&component.name).is_empty() {
            let same = alike.entry(component.healthy.as_ref()).or_default();
            same.push(component);
        }
    }
    let of_jobs = alike.into_iter().map(|(healthy, components)| {
        let names: Vec<&str> = components.iter().map(|it| it.name.as_str()).collect();
        let jobs = components.iter().flat_map(|it| deciding(board, it));
        let jobs: Vec<&Job<'_>> = jobs.copied().collect();
        scrape::healthy(healthy, &names, &jobs)
    });
    let of_asked = (!asked.is_empty()).then(|| probes::states(&asked));
    let states: Vec<String> = of_jobs.chain(of_asked).collect();
    states.join(" or ")
}
