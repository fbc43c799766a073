//! The view of a dashboard, and its text.

use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{
    Board,
    panel::{self, Panel},
};
use crate::template::TemplateError;

/// The longest uid that Grafana takes.
const LONGEST_UID: usize = 40;

/// A dashboard before its panels have places.
#[derive(Debug)]
pub(super) struct Dashboard {
    pub uid: String,
    pub title: String,
    pub description: String,
    pub tags: Vec<String>,
    /// The uid of the dashboard to go back to.
    pub overview: Option<String>,
    pub panels: Vec<Panel>,
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
    overview: &'a Option<String>,
    /// The tag that all dashboards of the platform have.
    family: &'a str,
    /// The uid of the data source.
    source: &'a str,
    /// The panels, numbered and placed.
    panels: Vec<Panel>,
}

/// The overview's uid: the platform's name.
pub(super) fn overview_uid(board: &Board<'_>) -> String {
    board.context.platform.name.clone()
}

/// A component's uid: `PLATFORM-COMPONENT`; where that is too long, its start and a hash of it.
pub(super) fn uid(board: &Board<'_>, component: &str) -> String {
    let full = format!("{}-{component}", board.context.platform.name);
    if full.len() <= LONGEST_UID {
        return full;
    }
    let hash = HEXLOWER.encode(&Sha256::digest(full.as_bytes())[..4]);
    let start: String = full.chars().take(LONGEST_UID - 1 - hash.len()).collect();
    format!("{start}-{hash}")
}

/// The dashboard as JSON. The template's output is parsed and written again: it is JSON whatever the template says.
pub(super) fn render(board: &Board<'_>, dashboard: Dashboard) -> Result<String, TemplateError> {
    const TEMPLATE: &str = "grafana/dashboards/dashboard.json";
    let view = DashboardView {
        uid: &dashboard.uid,
        title: &dashboard.title,
        description: &dashboard.description,
        tags: &dashboard.tags,
        overview: &dashboard.overview,
        family: &board.context.platform.name,
        source: board.source,
        panels: panel::place(dashboard.panels),
    };
    let text = board.context.engine.render(TEMPLATE, view)?;
    let failed = |error: serde_json::Error| TemplateError {
        template: TEMPLATE.to_string(),
        line: None,
        range: None,
        message: format!("what it gives is no JSON: {error}"),
    };
    let mut pretty = Vec::with_capacity(2 * text.len());
    let mut reader = serde_json::Deserializer::from_str(&text);
    let mut writer = serde_json::Serializer::pretty(&mut pretty);
    serde_transcode::transcode(&mut reader, &mut writer).map_err(failed)?;
    reader.end().map_err(failed)?;
    pretty.push(b'\n');
    Ok(String::from_utf8_lossy(&pretty).into_owned())
}
