//! What a dashboard shows of service levels: what is left of the error budget, and how fast it goes.

use super::objective::{FAST_BURNS, Objective, number};
use crate::language::duration_text;
use crate::model::{Expression, Panel, PanelKind, Query, Threshold};

pub(super) fn panels(component: &str, objectives: &[Objective]) -> Vec<Panel> {
    let threshold = |value: Option<f64>, color: &str| Threshold {
        value,
        color: color.to_string(),
    };
    let panel = |title: String, description: String| Panel {
        row: None,
        title,
        description,
        kind: PanelKind::Stat,
        unit: "percentunit".to_string(),
        queries: Vec::new(),
        thresholds: vec![
            threshold(None, "red"),
            threshold(Some(0.0), "orange"),
            threshold(Some(0.25), "green"),
        ],
        min: None,
        max: None,
        width: 6,
        height: 8,
    };
    let mut out: Vec<Panel> = objectives
        .iter()
        .map(|objective| Panel {
            queries: vec![Query {
                expr: Expression::of(objective.budget_left()),
                legend: objective.name.to_string(),
                span: objective.span,
            }],
            ..panel(
                format!("Error budget: {}", objective.name),
                format!(
                    "What is left of what may go wrong in {}, where {} is promised",
                    duration_text(objective.window),
                    objective.promise
                ),
            )
        })
        .collect();
    if let Some(first) = out.first_mut() {
        first.row = Some("Service level".to_string());
        let burning = objectives.iter().map(|objective| Query {
            expr: Expression::of(format!(
                "{} / {}",
                objective.recorded(component, FAST_BURNS[0].long),
                number(objective.budget)
            )),
            legend: objective.name.to_string(),
            span: objective.span,
        });
        out.push(Panel {
            kind: PanelKind::Timeseries,
            unit: "short".to_string(),
            queries: burning.collect(),
            thresholds: vec![
                threshold(None, "green"),
                threshold(Some(1.0), "orange"),
                threshold(Some(FAST_BURNS[0].factor), "red"),
            ],
            min: Some(0.0),
            width: 12,
            ..panel(
                "Burn rate".to_string(),
                "How many times faster than allowed the budget goes: at 1 it lasts exactly as long as the window".to_string(),
            )
        });
    }
    out
}
