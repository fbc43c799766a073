//! Panels: what they ask and how they look, and their places on the grid.

use serde::Serialize;

use super::logs::{LogOwner, Logs};
use crate::{
    language::without_variables,
    model::{self, PanelKind, Threshold},
    speak::units::prometheus,
    target::shared::expr,
};

/// Columns of Grafana's grid.
const COLUMNS: u32 = 24;

/// The kinds of panel, each a template of its own below `grafana/panels/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum PanelTemplate {
    /// The title of a section.
    Row,
    Timeseries,
    /// A development of alerts, in the colours of their severities.
    Severities,
    Stat,
    /// A stat of which the legend is the message: a version.
    Name,
    Gauge,
    Bargauge,
    Table,
    /// A stat that says `Up` or `Down`.
    Up,
    /// One of several components, each with its name.
    Tiles,
    /// `Up` and `Down` over time.
    Timeline,
    /// The table of scrape jobs.
    Jobs,
    /// The table of alerts that fire.
    Alerts,
}

impl PanelTemplate {
    /// Whether it shows a development; else it asks for one moment.
    fn over_time(self) -> bool {
        matches!(
            self,
            PanelTemplate::Timeseries | PanelTemplate::Severities | PanelTemplate::Timeline
        )
    }

    fn is_table(self) -> bool {
        matches!(
            self,
            PanelTemplate::Table | PanelTemplate::Jobs | PanelTemplate::Alerts
        )
    }
}

/// One panel. Sizes and places are cells of the grid.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Panel {
    /// Which template of `grafana/panels/` draws it.
    pub look: PanelTemplate,
    /// Its title.
    pub title: String,
    /// What it shows.
    pub description: String,
    /// Grafana's name of the unit.
    pub unit: String,
    /// The least value of the axis.
    pub min: Option<f64>,
    /// The greatest value of the axis.
    pub max: Option<f64>,
    /// Whether the series are stacked.
    pub stacked: bool,
    /// The queries.
    pub queries: Vec<Query>,
    /// Thresholds.
    pub steps: Vec<Step>,
    /// Where clicks lead.
    pub links: Vec<Link>,
    /// Cells.
    pub width: u32,
    /// Cells.
    pub height: u32,
    /// Its number in the dashboard.
    pub id: u32,
    /// Cells from the left.
    pub x: u32,
    /// Cells from the top.
    pub y: u32,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Query {
    /// `A`, `B`, ...
    pub name: String,
    /// PromQL.
    pub expr: String,
    /// Grafana's template of a series' name.
    pub legend: String,
    /// Time between two scrapes, where it is longer than the data source's.
    pub interval: Option<String>,
    /// Whether it asks for one moment.
    pub instant: bool,
    /// Whether it gives a table.
    pub table: bool,
}

/// From this value on, this colour. The first has no value.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Step {
    /// From here on.
    pub value: Option<f64>,
    /// Grafana's name of the colour.
    pub color: String,
}

/// Where a click on a field leads.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Link {
    /// What it says.
    pub title: &'static str,
    /// How Grafana finds the series: by its name, or by a regular expression.
    pub matcher: &'static str,
    /// The name of the series, or the expression.
    pub field: String,
    /// Where it leads.
    pub url: String,
}

impl Panel {
    pub fn new(look: PanelTemplate, title: &str, description: &str) -> Self {
        Self {
            look,
            title: title.to_string(),
            description: description.to_string(),
            unit: "short".to_string(),
            min: None,
            max: None,
            stacked: false,
            queries: Vec::new(),
            steps: vec![Step {
                value: None,
                color: "green".to_string(),
            }],
            links: Vec::new(),
            width: 12,
            height: 8,
            id: 0,
            x: 0,
            y: 0,
        }
    }

    pub fn row(title: &str) -> Self {
        Self::new(PanelTemplate::Row, title, "").size(COLUMNS, 1)
    }

    pub fn unit(mut self, unit: &str) -> Self {
        self.unit = unit.to_string();
        self
    }

    /// Starts at zero.
    pub fn zero_based(mut self) -> Self {
        self.min = Some(0.0);
        self
    }

    /// A share of the whole: from 0 to 1.
    pub fn share(mut self) -> Self {
        self.unit = "percentunit".to_string();
        (self.min, self.max) = (Some(0.0), Some(1.0));
        self
    }

    pub fn stacked(mut self) -> Self {
        self.stacked = true;
        self
    }

    pub fn size(mut self, width: u32, height: u32) -> Self {
        (self.width, self.height) = (width.clamp(1, COLUMNS), height.max(1));
        self
    }

    /// From this value on, this colour.
    pub fn step(mut self, value: f64, color: &str) -> Self {
        self.steps.push(Step {
            value: Some(value),
            color: color.to_string(),
        });
        self
    }

    pub fn link(self, field: &str, url: &str) -> Self {
        self.linking("Dashboard", "byName", field, url)
    }

    /// A link of all series whose names fit a regular expression.
    pub fn links(self, fields: &str, url: &str) -> Self {
        self.linking("Dashboard", "byRegexp", fields, url)
    }

    /// A link from the names of components in a table to their log lines, where there are any.
    pub fn with_logs(self, logs: Option<&Logs<'_>>) -> Self {
        match logs {
            Some(logs) => self.linking("Logs", "byName", "Component", &logs.link(LogOwner::Cell)),
            None => self,
        }
    }

    fn linking(
        mut self,
        title: &'static str,
        matcher: &'static str,
        field: &str,
        url: &str,
    ) -> Self {
        self.links.push(Link {
            title,
            matcher,
            field: field.to_string(),
            url: url.to_string(),
        });
        self
    }

    pub fn query(mut self, expr: impl Into<String>, legend: &str) -> Self {
        self.queries.push(Query {
            name: letters(self.queries.len()),
            expr: expr.into(),
            legend: legend.to_string(),
            interval: None,
            instant: !self.look.over_time(),
            table: self.look.is_table(),
        });
        self
    }

    /// Says how seldom its data come, where that is more seldom than usual: rates need a window that holds two samples.
    pub fn every(mut self, interval: u64, usual: u64) -> Self {
        if interval > usual {
            for query in &mut self.queries {
                query.interval = Some(prometheus::duration(interval));
            }
        }
        self
    }

    /// Names the server in each legend where several give a series each, by the label that tells them apart.
    pub fn with_server_in_legends(mut self, label: &str) -> Self {
        let names = ["job", "instance", "component"].map(|name| format!("{{{{{name}}}}}"));
        for query in &mut self.queries {
            // A tile is narrow: the name of the server is enough, its exporter's address is no name for it.
            if self.look == PanelTemplate::Up && label == "job" && query.legend == "{{instance}}" {
                query.legend = "{{job}}".to_string();
            }
            let is_named = names.iter().any(|name| query.legend.contains(name));
            if !is_named && expr::keeps(&without_variables(&query.expr), label) {
                query.legend = format!("{{{{{label}}}}} {}", query.legend);
            }
        }
        self
    }

    /// A panel of a kind or of a component, its row aside; `selector` selects the component's own series.
    pub fn of_model(panel: &model::Panel, selector: &str) -> Self {
        let mut out = Self::new(look(panel.kind), &panel.title, &panel.description)
            .unit(&panel.unit)
            .size(panel.width, panel.height);
        (out.min, out.max) = (panel.min, panel.max);
        for query in &panel.queries {
            out = out.query(query.expr.with(selector), &query.legend);
        }
        if !panel.thresholds.is_empty() {
            out.steps = steps(&panel.thresholds);
        }
        out
    }
}

/// The template that draws a panel of this type.
fn look(kind: PanelKind) -> PanelTemplate {
    match kind {
        PanelKind::Timeseries => PanelTemplate::Timeseries,
        PanelKind::Stat => PanelTemplate::Stat,
        PanelKind::Up => PanelTemplate::Up,
        PanelKind::Info => PanelTemplate::Name,
        PanelKind::Gauge => PanelTemplate::Gauge,
        PanelKind::Table => PanelTemplate::Table,
        PanelKind::Bargauge => PanelTemplate::Bargauge,
    }
}

/// Grafana wants a first step without a value.
fn steps(thresholds: &[Threshold]) -> Vec<Step> {
    let mut steps: Vec<Step> = thresholds
        .iter()
        .map(|threshold| Step {
            value: threshold.value,
            color: threshold.color.clone(),
        })
        .collect();
    if let Some(first) = steps.first_mut().filter(|first| first.value.is_some()) {
        let color = first.color.clone();
        let base = Step { value: None, color };
        steps.insert(0, base);
    }
    steps
}

/// `A` to `Z`, then `AA` and on.
fn letters(index: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(index % 26).unwrap_or_default());
    match index / 26 {
        0 => letter.to_string(),
        more => format!("{}{letter}", letters(more - 1)),
    }
}

/// Panels in shelves without gaps: a shelf takes each next panel that still fits, and shares out what is left of its width.
/// None is more than doubled.
pub(super) fn packed(mut panels: Vec<Panel>) -> Vec<Panel> {
    let mut out = Vec::new();
    while !panels.is_empty() {
        let mut left = COLUMNS;
        let (mut shelf, rest): (Vec<Panel>, Vec<Panel>) = panels.into_iter().partition(|panel| {
            let fits = panel.width <= left;
            if fits {
                left -= panel.width;
            }
            fits
        });
        for (place, on_it) in (1..=shelf.len()).rev().zip(&mut shelf) {
            let share = left / u32::try_from(place).unwrap_or(u32::MAX);
            let more = share.min(on_it.width);
            on_it.width += more;
            left -= more;
        }
        out.extend(shelf);
        panels = rest;
    }
    out
}

/// Gives each panel its number and its place: from left to right, on the next shelf where a shelf is full or a section
/// starts.
pub(super) fn place(panels: Vec<Panel>) -> Vec<Panel> {
    let (mut x, mut y, mut shelf) = (0, 0, 0);
    let mut placed = Vec::new();
    for (id, mut panel) in (1..).zip(panels) {
        if x + panel.width > COLUMNS || panel.look == PanelTemplate::Row {
            (x, y, shelf) = (0, y + shelf, 0);
        }
        (panel.id, panel.x, panel.y) = (id, x, y);
        x += panel.width;
        shelf = shelf.max(panel.height);
        placed.push(panel);
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shelves_fill_from_the_left_and_a_section_starts_a_new_one() {
        let panel = |width, height| Panel::new(PanelTemplate::Stat, "", "").size(width, height);
        let panels = vec![
            panel(10, 4),
            panel(10, 8),
            panel(10, 4),
            Panel::row("Next"),
            panel(24, 2),
        ];
        let places: Vec<(u32, u32)> = place(panels).iter().map(|p| (p.x, p.y)).collect();
        assert_eq!(places, [(0, 0), (10, 0), (0, 8), (0, 12), (0, 13)]);
    }

    #[test]
    fn what_is_packed_fills_its_shelves() {
        let panel = |width| Panel::new(PanelTemplate::Tiles, "", "").size(width, 4);
        let widths = |of: &[u32]| -> Vec<u32> {
            let panels = packed(of.iter().map(|width| panel(*width)).collect());
            panels.iter().map(|panel| panel.width).collect()
        };
        assert_eq!(widths(&[12, 12, 6, 24, 6, 12]), [12, 12, 6, 6, 12, 24]);
        assert_eq!(widths(&[6, 12]), [9, 15]);
        assert_eq!(widths(&[6]), [12]);
        assert!(widths(&[]).is_empty());
    }

    #[test]
    fn queries_are_lettered_as_columns_of_a_sheet() {
        assert_eq!(
            [0, 25, 26, 27, 52].map(letters),
            ["A", "Z", "AA", "AB", "BA"]
        );
    }
}
