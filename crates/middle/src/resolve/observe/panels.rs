//! Recording rules and panels.

use super::{expression, kind_string, measured};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::read,
    model::{Panel, PanelKind, Query, Record, Threshold},
    resolve::Scene,
    source::Span,
    syntax::{Node, Table, Value, inline},
};

pub(in crate::resolve) fn records(scene: &Scene<'_>, index: usize, sink: &mut Sink) -> Vec<Record> {
    let draft = &scene.components[index];
    if measured(draft).is_none() {
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
                labels: Vec::new(),
                from_kind: true,
            })
        })
        .collect()
}

pub(in crate::resolve) fn panels(scene: &Scene<'_>, index: usize, sink: &mut Sink) -> Vec<Panel> {
    let draft = &scene.components[index];
    if measured(draft).is_none() {
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

/// What platform.toml shows of it.
pub(in crate::resolve) fn own_panels(
    scene: &Scene<'_>,
    index: usize,
    sink: &mut Sink,
) -> Vec<Panel> {
    let draft = &scene.components[index];
    let written = draft.user.get("panels");
    let nodes = written.map_or(&[][..], |node| {
        node.as_array().unwrap_or(std::slice::from_ref(node))
    });
    nodes
        .iter()
        .filter_map(|node| Some((node.span, node.as_table()?)))
        .map(|(place, table)| {
            let panel = panel(scene, index, table, sink);
            let is_broken = |key: &str| table.get(key).is_some_and(Node::is_broken);
            // A query that could not be read was reported.
            let names = |queries: &[Node]| !queries.is_empty();
            let is_named = table.array("queries").is_some_and(names);
            let is_read = !is_named && !is_broken("queries") && !is_broken("expr");
            // An unknown key of it may be the query.
            if panel.queries.is_empty() && is_read && !sink.is_incomplete(place) {
                sink.push(
                    Diagnostic::new(
                        Code::MissingKey,
                        format!("the panel `{}` shows nothing", panel.title),
                    )
                    .label(title_span(table, draft.span), "this panel")
                    .help("write `expr = \"...\"`, in PromQL, or a list of `queries`"),
                );
            }
            if let (Some(expr), Some(queries)) = (table.entry("expr"), table.entry("queries")) {
                sink.push(
                    Diagnostic::new(
                        Code::ConflictingKeys,
                        format!("the panel `{}` has both `expr` and `queries`", panel.title),
                    )
                    .label(expr.key.span, "one query")
                    .label(queries.key.span, "several, instead of it")
                    .help("move the expression into `queries`: `queries = [{ expr = \"...\" }]`"),
                );
            }
            report_empty_axis(table, sink);
            let nodes = table.get("thresholds");
            if let Some(node) = nodes.filter(|_| !is_ascending(&panel.thresholds)) {
                sink.push(falling(node));
            }
            panel
        })
        .collect()
}

/// Reports an axis that ends where it starts, or before.
fn report_empty_axis(table: &Table, sink: &mut Sink) {
    let bounds = read::number(table, "min").zip(read::number(table, "max"));
    let places = table.get("min").zip(table.get("max"));
    if let (Some((least, most)), Some((min, max))) = (bounds, places)
        && least >= most
    {
        sink.push(
            Diagnostic::new(Code::BadValue, "the axis of this panel is empty")
                .label(min.span, "starts here")
                .label(max.span, "and ends here")
                .help("write a `max` above `min`, or leave one of them to Grafana"),
        );
    }
}

/// Whether each threshold is above the one before it, as Grafana takes them. One without a value is below all others.
fn is_ascending(thresholds: &[Threshold]) -> bool {
    if thresholds.iter().skip(1).any(|it| it.value.is_none()) {
        return false;
    }
    let values: Vec<f64> = thresholds.iter().filter_map(|it| it.value).collect();
    values.windows(2).all(|pair| pair[0] < pair[1])
}

fn falling(node: &Node) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::BadValue, "thresholds have to rise")
        .label(node.span, "one is not above the one before it");
    let number = |node: &Node| match node.value {
        Value::Integer(number) => Some(number as f64),
        Value::Float(number) => Some(number.number),
        _ => None,
    };
    let items = node.as_array().unwrap_or_default();
    let mut numbers: Vec<(f64, String)> = items
        .iter()
        .filter_map(|item| Some((number(item)?, inline(item))))
        .collect();
    numbers.sort_by(|one, other| one.0.total_cmp(&other.0));
    numbers.dedup_by(|one, other| one.0 == other.0);
    let words: Vec<String> = numbers.into_iter().map(|(_, written)| written).collect();
    let list = format!("[{}]", words.join(", "));
    match words.is_empty() {
        true => diagnostic.help("write them from the lowest to the highest"),
        false => diagnostic
            .help(format!("write `thresholds = {list}`"))
            .replacing(node.span, list),
    }
}

fn title_span(table: &Table, otherwise: Span) -> Span {
    table.get("title").map_or(otherwise, |node| node.span)
}

fn panel(scene: &Scene<'_>, index: usize, table: &Table, sink: &mut Sink) -> Panel {
    let legend = |table: &Table| table.string("legend").unwrap_or_default().to_string();
    let mut queries = Vec::new();
    for node in table
        .get("expr")
        .into_iter()
        .chain(table.array("queries").unwrap_or_default())
    {
        let (expr, legend) = match node.as_table() {
            Some(query) => (query.get("expr"), legend(query)),
            None => (Some(node), legend(table)),
        };
        if let Some(node) = expr {
            let expr = expression(scene, index, node, sink);
            let span = node.span;
            queries.push(Query { expr, legend, span });
        }
    }
    let thresholds = thresholds(table.array("thresholds").unwrap_or_default());
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

/// Tables as they are. Of numbers alone the first is where it gets orange, the second where it gets red.
fn thresholds(nodes: &[Node]) -> Vec<Threshold> {
    let mut colors = ["orange", "red"].into_iter();
    let mut out = Vec::new();
    for node in nodes {
        let value = match node.value {
            Value::Integer(number) => Some(number as f64),
            Value::Float(number) => Some(number.number),
            _ => None,
        };
        let table = node.as_table();
        let color = table.and_then(|table| table.string("color"));
        out.push(Threshold {
            value: value.or_else(|| read::number(table?, "value")),
            color: match (value, color) {
                (Some(_), _) => colors.next().unwrap_or("red"),
                (None, color) => color.unwrap_or("green"),
            }
            .to_string(),
        });
    }
    // Below the first number all is well.
    if nodes.first().is_some_and(|node| node.as_table().is_none()) {
        let color = "green".to_string();
        out.insert(0, Threshold { value: None, color });
    }
    out
}
