//! A manifest in which git left the two sides of a conflict.

use super::{
    Lines, Manifest, broken,
    lines::{AcceptedLine, FileLine, SecretLine, TenantLine, VolumeLine},
    refuse_newer,
};
use crate::plan::Failure;

/// Whether git left its markers in a text.
pub(super) fn is_conflicted(text: &str) -> bool {
    text.lines().any(|line| marker(line).is_some())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Marker {
    Ours,
    Base,
    Theirs,
    End,
}

fn marker(line: &str) -> Option<Marker> {
    let line = line.trim_end();
    match line.get(..7)? {
        "<<<<<<<" => Some(Marker::Ours),
        "|||||||" => Some(Marker::Base),
        "=======" if line.len() == 7 => Some(Marker::Theirs),
        ">>>>>>>" => Some(Marker::End),
        _ => None,
    }
}

/// With conflict markers the file is not JSON, but each single line still is.
pub(super) fn read_both_sides(text: &str) -> Result<Manifest, Failure> {
    let mut lines = Lines::default();
    let mut section = Marker::End;
    for line in text.lines() {
        if let Some(marker) = marker(line) {
            section = marker;
            continue;
        }
        // The common ancestor of a conflict does not count.
        if section == Marker::Base {
            continue;
        }
        let line = line.trim().trim_end_matches(',');
        if let Some(version) = line.strip_prefix("\"version\":") {
            refuse_newer(version.trim().trim_matches('"'))?;
        } else if let Some(format) = line.strip_prefix("\"format\":") {
            lines.format = serde_json::from_str(format).map_err(|_| unknown(line))?;
        } else if let Some(file) = line.strip_prefix("\"file\":") {
            lines.file = serde_json::from_str(file).map_err(|_| unknown(line))?;
        } else if let Ok(file) = serde_json::from_str::<FileLine>(line) {
            lines.files.push(file);
        } else if let Ok(volume) = serde_json::from_str::<VolumeLine>(line) {
            lines.volumes.push(volume);
        } else if let Ok(tenant) = serde_json::from_str::<TenantLine>(line) {
            lines.tenants.push(tenant);
        } else if let Ok(secret) = serde_json::from_str::<SecretLine>(line) {
            lines.secrets.push(secret);
        } else if let Ok(accepted) = serde_json::from_str::<AcceptedLine>(line) {
            lines.accepted.push(accepted);
        } else if !is_frame(line) {
            return Err(unknown(line));
        }
    }
    Manifest::from_lines(lines)
}

fn unknown(line: &str) -> Failure {
    broken(&format!("it has the line `{line}`"))
}

/// The lines around the entries, with or without the entries of an empty list.
fn is_frame(line: &str) -> bool {
    const FRAME: [&str; 14] = [
        "",
        "{",
        "}",
        "]",
        "\"files\": [",
        "\"files\": []",
        "\"volumes\": [",
        "\"volumes\": []",
        "\"tenants\": [",
        "\"tenants\": []",
        "\"secrets\": [",
        "\"secrets\": []",
        "\"accepted\": [",
        "\"accepted\": []",
    ];
    FRAME.contains(&line)
}
