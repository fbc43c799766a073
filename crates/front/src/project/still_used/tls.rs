//! TLS that an environment takes from the routes of an entry point, whose port `https` stays: it has that port with TLS alone.

use crate::{
    diag::{Code, Diagnostic},
    source::Span,
    syntax::{Key, Node, Table},
};

const HTTPS: &str = "https";

/// The first line that takes TLS from an entry point.
pub(super) struct Lost<'a> {
    pub path: Vec<&'a str>,
    line: &'a Key,
    route: &'a str,
    door: &'a str,
    port: Span,
}

impl Lost<'_> {
    pub fn report(&self) -> Diagnostic {
        let Self { route, door, .. } = self;
        Diagnostic::new(
            Code::UnknownPort,
            format!("the port `{HTTPS}` of `{door}` is there only while a route has `tls`"),
        )
        .label(
            self.line.span,
            format!("taken from the route `{route}` here"),
        )
        .label(self.port, "needs it")
        .help("take this port away here, too, or leave the line out")
    }
}

/// For each entry point that loses all of its TLS, and keeps the port.
pub(super) fn entry_points_without_tls<'a>(
    platform: &'a Table,
    merged: &'a Table,
    environment: &'a Table,
) -> Vec<Lost<'a>> {
    let mut out: Vec<Lost<'a>> = Vec::new();
    for (route, door) in with_tls(platform) {
        let port = merged.get_path(&["components", door, "ports"]);
        let port = port.and_then(Node::as_table);
        let port = port.and_then(|ports| ports.entry(HTTPS)).filter(|port| {
            let table = port.value.as_table();
            table.is_some_and(|table| table.get("container").is_none())
        });
        let is_known = out.iter().any(|lost| lost.door == door);
        let is_kept = with_tls(merged).any(|(_, other)| other == door);
        let line = removed_at(environment, &["routes", route, "tls"]);
        if let (Some(port), Some((path, line)), false, false) = (port, line, is_known, is_kept) {
            out.push(Lost {
                path,
                line,
                route,
                door,
                port: port.key.span,
            });
        }
    }
    out
}

/// The routes with TLS, and the entry point of each.
fn with_tls(platform: &Table) -> impl Iterator<Item = (&str, &str)> {
    let routes = platform.entries_of("routes");
    routes.filter_map(|(key, node)| {
        let route = node.as_table()?;
        let tls = route.get("tls").filter(|tls| !tls.is_false());
        tls.and_then(|_| Some((key.name.as_str(), route.string("through")?)))
    })
}

/// The line of the environment that takes a key away, or a table above it.
fn removed_at<'a>(environment: &'a Table, path: &[&'a str]) -> Option<(Vec<&'a str>, &'a Key)> {
    let mut table = environment;
    for (at, name) in path.iter().enumerate() {
        let entry = table.entry(name)?;
        if entry.value.is_false() {
            return Some((path[..=at].to_vec(), &entry.key));
        }
        table = entry.value.as_table()?;
    }
    None
}
