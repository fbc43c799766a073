//! Recording rules and panels.

use super::{has_metrics, kind_string};
use crate::{
    diag::Sink,
    expand::read,
    model::{Panel, PanelKind, Query, Record, Threshold},
    resolve::Scene,
    syntax::{Node, Table},
};

pub(in crate::resolve) fn records(scene: &Scene<'_>, index: usize, sink: &mut Sink) -> Vec<Record> {
    let draft = &scene.components[index];
    if !has_metrics(draft) {
        return Vec::new();
    }
    draft
        .kind_table
        .array("records")
        .unwrap_or_default()
        .iter()
        .filter_map(Node::as_table)
        .filter_map(|table| {
            Some(Record {
                name: read::owned(table, "record")?,
                expr: kind_string(scene, index, table.get("expr")?, sink),
            })
        })
        .collect()
}

pub(in crate::resolve) fn panels(scene: &Scene<'_>, index: usize, sink: &mut Sink) -> Vec<Panel> {
    let draft = &scene.components[index];
    if !has_metrics(draft) {
        return Vec::new();
    }
    draft
        .kind_table
        .array("panels")
        .unwrap_or_default()
        .iter()
        .filter_map(Node::as_table)
        .map(|table| panel(scene, index, table, sink))
        .collect()
}

fn panel(scene: &Scene<'_>, index: usize, table: &Table, sink: &mut Sink) -> Panel {
    let queries = table
        .array("queries")
        .unwrap_or_default()
        .iter()
        .filter_map(Node::as_table)
        .filter_map(|query| {
            Some(Query {
                expr: kind_string(scene, index, query.get("expr")?, sink),
                legend: query.string("legend").unwrap_or_default().to_string(),
            })
        })
        .collect();
    let thresholds = table
        .array("thresholds")
        .unwrap_or_default()
        .iter()
        .filter_map(Node::as_table)
        .map(|threshold| Threshold {
            value: read::number(threshold, "value"),
            color: threshold.string("color").unwrap_or("green").to_string(),
        })
        .collect();
    Panel {
        row: read::owned(table, "row"),
        title: table.string("title").unwrap_or_default().to_string(),
        description: table.string("description").unwrap_or_default().to_string(),
        kind: table
            .string("type")
            .and_then(PanelKind::parse)
            .unwrap_or(PanelKind::Timeseries),
        unit: table.string("unit").unwrap_or("short").to_string(),
        queries,
        thresholds,
        min: read::number(table, "min"),
        max: read::number(table, "max"),
        width: read::unsigned(table, "width").unwrap_or(12),
        height: read::unsigned(table, "height").unwrap_or(8),
    }
}
