//! The view of a dashboard, and its text.

use std::fmt::Display;

use serde::Serialize;

use super::{
    Board,
    logs::{LogOwner, Logs},
    panel::{self, Panel},
};
use crate::{target::shared::boards, template::TemplateError};

/// A dashboard before its panels have places.
#[derive(Debug)]
pub(super) struct Dashboard {
    pub uid: String,
    pub title: String,
    pub description: String,
    pub tags: Vec<String>,
    /// It is the one that all others lead back to.
    pub is_overview: bool,
    /// Which components it shows; none: the platform.
    pub choice: Option<Choice>,
    /// PromQL: when something of it started, in milliseconds.
    pub starts: Option<String>,
    pub panels: Vec<Panel>,
}

/// The components of a dashboard, by their jobs.
#[derive(Debug, Serialize)]
pub(super) struct Choice {
    /// Their jobs.
    pub jobs: Vec<String>,
    /// There is nothing to choose: its queries name the job.
    pub fixed: bool,
    /// They are scraped: their instances can be chosen.
    pub instances: bool,
}

#[derive(Debug, Serialize)]
struct DashboardView<'a> {
    /// Its uid.
    uid: &'a str,
    /// Its title.
    title: &'a str,
    /// What it shows.
    description: &'a str,
    /// Its tags.
    tags: &'a [String],
    /// The uid of the dashboard to go back to.
    overview: Option<String>,
    /// The tag that all dashboards of the platform have.
    family: &'a str,
    /// Where the log lines of its components are.
    logs: Option<String>,
    /// The uid of the data source.
    source: &'a str,
    /// The components among which a variable chooses.
    choice: &'a Option<Choice>,
    /// PromQL: when something of it started, in milliseconds.
    starts: &'a Option<String>,
    /// The panels, numbered and placed.
    panels: Vec<Panel>,
}

/// Where the log lines of a dashboard's components are.
fn logs(board: &Board<'_>, dashboard: &Dashboard) -> Option<String> {
    let choice = dashboard.choice.as_ref()?;
    let owner = match choice.jobs.as_slice() {
        [only] if choice.fixed => LogOwner::Component(only),
        _ => LogOwner::Chosen,
    };
    Some(Logs::of(board)?.link(owner))
}

/// The dashboard as JSON. The template's output is parsed and written again: it is JSON whatever the template says.
pub(super) fn render(board: &Board<'_>, dashboard: Dashboard) -> Result<String, TemplateError> {
    const TEMPLATE: &str = "grafana/dashboards/dashboard.json";
    let view = DashboardView {
        uid: &dashboard.uid,
        title: &dashboard.title,
        description: &dashboard.description,
        tags: &dashboard.tags,
        overview: (!dashboard.is_overview).then(|| boards::overview_uid(board.context.platform)),
        family: &board.context.platform.name,
        logs: logs(board, &dashboard),
        source: board.source,
        choice: &dashboard.choice,
        starts: &dashboard.starts,
        panels: panel::place(dashboard.panels),
    };
    let text = board.context.engine.render(TEMPLATE, view)?;
    let failed = |error: &dyn Display| TemplateError {
        template: TEMPLATE.to_string(),
        line: None,
        range: None,
        message: format!("its output is not JSON: {error}"),
    };
    let mut pretty = Vec::with_capacity(2 * text.len());
    let mut reader = serde_json::Deserializer::from_str(&text);
    let mut writer = serde_json::Serializer::pretty(&mut pretty);
    serde_transcode::transcode(&mut reader, &mut writer).map_err(|error| failed(&error))?;
    reader.end().map_err(|error| failed(&error))?;
    pretty.push(b'\n');
    String::from_utf8(pretty).map_err(|error| failed(&error))
}
