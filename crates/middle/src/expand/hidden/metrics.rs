//! The path of the metrics: where a flag or a variable moves it, the scrape would ask where they were.

use super::{
    Code, Declared, Diagnostic, Fact, Layered, Node, PortOption, Table, Written, is_same_name,
};
use crate::{
    reference::{self, Mode, Words},
    syntax::quoted,
};

/// Where metrics are without a word of anybody.
const USUAL_PATH: &str = "/metrics";

/// A flag or a variable of the user's by which a workload gives its metrics elsewhere than the scrape asks.
pub(super) fn hidden(
    declared: &Declared,
    workload: &Layered,
    ways: &[PortOption],
    written: &[Written],
) -> Option<Diagnostic> {
    let scraped = workload.table.one_or_many_tables("metrics");
    if scraped.is_empty() {
        return None;
    }
    let moves = |written: &&Written| {
        let mut ways = ways.iter();
        let moves = |way: &PortOption| matches!(way.fact, Fact::MetricsPath);
        ways.any(|way| moves(way) && is_same_name(&way.name, &written.name))
    };
    // Programs take the last of two.
    let written = written.iter().rfind(moves)?;
    let path = Some(&written.value).filter(|path| path.starts_with('/'))?;
    let path = format!("{}{path}", prefix(declared, workload));
    let is_known = |scraped: &&Table| known(declared, scraped) == path;
    let is_said = scraped.iter().any(is_known);
    (!is_said).then(|| explained(declared, workload, written, &path))
}

/// Where the scrape asks.
fn known(declared: &Declared, scraped: &Table) -> String {
    let path = scraped.get("path").map(|node| filled(declared, node));
    path.unwrap_or_else(|| USUAL_PATH.to_string())
}

/// What stands before the path that the program is told: the prefix of a port, where the kind asks below it.
fn prefix(declared: &Declared, workload: &Layered) -> String {
    let of_workload: &[&str] = match &workload.part {
        Some(part) => &["parts", part],
        None => &["workload"],
    };
    let tables = declared.kind.tables();
    let tables = tables.filter_map(|table| table.get_path(of_workload)?.as_table());
    let paths = tables.flat_map(|table| table.one_or_many_tables("metrics"));
    let mut paths = paths.filter_map(|scraped| scraped.get("path"));
    let is_below = |path: &&Node| {
        let phrase = reference::of_node(path, Words::Kind, Mode::Strict);
        phrase.references().any(|it| is_prefix(&it.segments))
    };
    let path = paths.find(is_below).map(|path| filled(declared, path));
    let prefix = path.as_deref().and_then(|it| it.strip_suffix(USUAL_PATH));
    prefix.unwrap_or_default().to_string()
}

fn is_prefix(segments: &[&str]) -> bool {
    matches!(segments, ["self", _, "path"])
}

/// A path with the prefixes of ports in it.
fn filled(declared: &Declared, path: &Node) -> String {
    let phrase = reference::of_node(path, Words::Kind, Mode::Strict);
    phrase.rewritten(|reference| match reference.segments.as_slice() {
        ["self", port, "path"] => {
            let own = declared.user.get_path(&["ports", port, "path"]);
            let own = own.and_then(Node::as_str).unwrap_or_default();
            Some(own.trim_end_matches('/').to_string())
        }
        _ => None,
    })
}

fn explained(declared: &Declared, workload: &Layered, written: &Written, path: &str) -> Diagnostic {
    let name = &written.name;
    let whose = match &workload.part {
        Some(part) => format!("{}-{part}", declared.name),
        None => declared.name.clone(),
    };
    let diagnostic = Diagnostic::new(
        Code::ConflictingKeys,
        format!("`{name}` moves the metrics of `{whose}`, and platform.toml does not know it"),
    )
    .label(written.span, format!("gives them at `{path}`"))
    .about(&declared.name);
    with_path(diagnostic, declared, workload.part.as_deref(), path)
}

/// Asks for the path where the user's `metrics` are, or would be.
fn with_path(
    diagnostic: Diagnostic,
    declared: &Declared,
    part: Option<&str>,
    path: &str,
) -> Diagnostic {
    let whole = match part {
        Some(part) => format!("parts.{part}.metrics.path = {}", quoted(path)),
        None => format!("metrics.path = {}", quoted(path)),
    };
    let diagnostic = diagnostic.help(format!("write `{whole}`, too: the scrape then asks there"));
    let parts = declared.user.table("parts");
    let of_part = part.and_then(|part| parts?.entry(part));
    let (own, place) = match (part, of_part) {
        (None, _) => (Some(&declared.user), declared.span),
        (Some(_), None) => return diagnostic.adding(declared.span, whole),
        (Some(_), Some(part)) => (part.value.as_table(), part.key.span),
    };
    let metrics = own.and_then(|own| own.entry("metrics"));
    let Some(metrics) = metrics else {
        return diagnostic.adding(place, format!("metrics.path = {}", quoted(path)));
    };
    match metrics.value.as_table().map(|table| table.get("path")) {
        Some(Some(said)) => diagnostic.replacing(said.span, quoted(path)),
        Some(None) => diagnostic.adding(metrics.key.span, format!("path = {}", quoted(path))),
        None => diagnostic,
    }
}
