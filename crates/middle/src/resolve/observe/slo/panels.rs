//! What a dashboard shows of service levels: what is left of the error budget, and how fast it goes.

use super::objective::{FAST_BURNS, Objective, number};
use crate::language::duration_text;
use crate::model::{Expression, Panel, PanelKind, Query, Threshold};

pub(super) fn panels(component: &str, objectives: &[Objective]) -> Vec<Panel> {
    let mut out: Vec<Panel> = objectives.iter().map(budget).collect();
    if let Some(first) = out.first_mut() {
        first.row = Some("Service level".to_string());
        out.push(burn_rate(component, objectives));
    }
    out
}

/// What is left of an objective's error budget.
fn budget(objective: &Objective) -> Panel {
    Panel {
        row: None,
        title: format!("Error budget: {}", objective.name),
        description: format!(
            "What is left of what may go wrong in {}, where {} is promised",
            duration_text(objective.window),
            objective.promise
        ),
        kind: PanelKind::Stat,
        unit: "percentunit".to_string(),
        queries: vec![query(objective, objective.budget_left())],
        thresholds: vec![
            threshold(None, "red"),
            threshold(Some(0.0), "orange"),
            threshold(Some(0.25), "green"),
        ],
        min: None,
        max: None,
        width: 6,
        height: 8,
    }
}

/// How fast the error budgets of all objectives go.
fn burn_rate(component: &str, objectives: &[Objective]) -> Panel {
    let burning = objectives.iter().map(|objective| {
        let rate = objective.recorded(component, FAST_BURNS[0].long);
        query(objective, format!("{rate} / {}", number(objective.budget)))
    });
    Panel {
        row: None,
        title: "Burn rate".to_string(),
        description: "How many times faster than allowed the budget goes: at 1 it lasts exactly as long as the window".to_string(),
        kind: PanelKind::Timeseries,
        unit: "short".to_string(),
        queries: burning.collect(),
        thresholds: vec![
            threshold(None, "green"),
            threshold(Some(1.0), "orange"),
            threshold(Some(FAST_BURNS[0].factor), "red"),
        ],
        min: Some(0.0),
        max: None,
        width: 12,
        height: 8,
    }
}

fn query(objective: &Objective, expr: String) -> Query {
    Query {
        expr: Expression::of(expr),
        legend: objective.name.to_string(),
        span: objective.span,
    }
}

fn threshold(value: Option<f64>, color: &str) -> Threshold {
    Threshold {
        value,
        color: color.to_string(),
    }
}
