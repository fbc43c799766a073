//! The ports that an entry point can lead to.
//!
//! In: a component as declared. Out: its ports before they are read, and what they speak.

use super::{
    draft::Declared,
    ports::{port_names, scheme},
};
use crate::{
    catalog::HTTP_PORT,
    diag::{Code, Diagnostic},
    model::Scheme,
    source::Span,
    syntax::{Key, Node, Table, quoted},
};

/// Ports of the kind and of the user, without those that were taken away; of what runs elsewhere, those that have an address.
pub(super) fn ports(declared: &Declared) -> Vec<&str> {
    match &declared.external {
        Some(external) if external.whole => {
            let addresses = external.addresses.iter();
            addresses.map(|it| it.port.as_str()).collect()
        }
        _ => port_names(&declared.kind, &declared.user),
    }
}

/// The port that people open: the main one, or `http` where the main one is for programs.
pub(super) fn page_port(declared: &Declared) -> Option<String> {
    let names = ports(declared);
    let main = declared.kind.main_port(&names)?;
    let is_for_programs = matches!(scheme(declared, main), Scheme::Other(_));
    let page = match is_for_programs && names.contains(&HTTP_PORT) {
        true => HTTP_PORT,
        false => main,
    };
    Some(page.to_string())
}

/// Whether a port could not be read, which was reported.
pub(super) fn is_broken(declared: &Declared, port: &str) -> bool {
    let own = declared.user.get_path(&["ports", port]);
    own.is_some_and(Node::is_broken)
}

/// What a port speaks where that is no HTTP, which is spoken over TCP.
pub(super) fn no_http(declared: &Declared, port: &str) -> Option<String> {
    let of_user = declared.user.get_path(&["ports", port, "protocol"]);
    let of_kind = ["workload", "ports", port, "protocol"];
    let protocol = of_user.or_else(|| declared.kind.table.get_path(&of_kind));
    if protocol.and_then(Node::as_str) == Some("udp") {
        return Some("udp".to_string());
    }
    match scheme(declared, port) {
        Scheme::Other(other) => Some(other),
        Scheme::Http | Scheme::Https => None,
    }
}

/// Whether nothing but the user's own keys can tell the program under which prefix it is asked: its kind has no such port.
pub(super) fn tells_no_prefix(declared: &Declared, port: &str) -> bool {
    let of_kind = declared.kind.ports();
    of_kind.is_none_or(|ports| ports.get(port).is_none())
}

/// A program that is told its prefix, behind two of them.
pub(super) fn two_prefixes(
    declared: &Declared,
    port: &str,
    first: Span,
    again: Span,
) -> Diagnostic {
    let name = &declared.name;
    Diagnostic::new(
        Code::ConflictingKeys,
        format!("port `{port}` of `{name}` is served under two prefixes"),
    )
    .label(first, "this prefix")
    .label(again, "and this one")
    .help(format!(
        "keep one of the two: kind `{}` tells its program one prefix; behind another host it is the same",
        declared.kind.name
    ))
}

/// A prefix that the user gives the port, beside that of a route.
pub(super) fn other_prefix(declared: &Declared, port: &str, own: Span, route: Span) -> Diagnostic {
    Diagnostic::new(
        Code::ConflictingKeys,
        format!(
            "port `{port}` of `{}` is served under two prefixes",
            declared.name
        ),
    )
    .label(own, "this prefix")
    .label(route, "and this one")
    .help("leave `path` out: it follows from the route; behind another host the path is the same")
}

/// A prefix of the port's own that a route removes.
pub(super) fn removed_prefix(
    declared: &Declared,
    port: &str,
    own: Span,
    route: Span,
) -> Diagnostic {
    let message = format!(
        "port `{port}` of `{}` is served under a prefix that the route removes",
        declared.name
    );
    Diagnostic::new(Code::ConflictingKeys, message)
        .label(own, "expects this prefix")
        .label(route, "the route removes the prefix")
        .help("leave out one of the two: `path` is for a program that serves under it, `strip` for one that can't")
}

/// A path that leads to a port where no HTTP is spoken.
pub(super) fn speaks_no_http(
    declared: &Declared,
    port: &str,
    other: &str,
    span: Span,
) -> Diagnostic {
    let fitting = |name: &&str| no_http(declared, name).is_none();
    let fitting: Vec<&str> = ports(declared).into_iter().filter(fitting).collect();
    let name = &declared.name;
    let diagnostic = Diagnostic::new(
        Code::RoleMisfit,
        format!("port `{port}` of `{name}` does not speak HTTP"),
    )
    .label(span, format!("speaks `{other}`"));
    match fitting.first() {
        Some(first) => {
            let end = quoted(&format!("{name}.{first}"));
            let help = format!("write `{end}`, a port that does");
            diagnostic.help(help).replacing(span, end)
        }
        None => diagnostic.help(format!(
            "an entry point takes only HTTP: publish the port itself, as `ports.{port} = {{ host = \"auto\" }}`"
        )),
    }
}

/// An entry point that somebody else runs.
pub(super) fn runs_elsewhere(door: &str, through: Span) -> Diagnostic {
    Diagnostic::new(
        Code::RoleMisfit,
        format!("`{door}` runs elsewhere: nothing here tells it of the route"),
    )
    .label(through, "leads through this")
    .help("name an entry point that runs here; where another one leads to a component, say what people type: `public_url` on it")
}

/// An entry point behind itself.
pub(super) fn leads_to_itself(path: &Key, door: &str, to: Span) -> Diagnostic {
    Diagnostic::new(
        Code::ConflictingKeys,
        format!("`{}` of `{door}` leads to `{door}` itself", path.name),
    )
    .label(to, "it would ask itself without an end")
    .help("name the component that is to answer")
}

/// One path of a host that stands there twice: each with what it leads to.
pub(super) fn path_written_twice(
    host: &str,
    first: (&Key, &Node),
    again: (&Key, &Node),
) -> Diagnostic {
    let ((path, one), (again, other)) = (first, again);
    let target = |node: &Node| {
        let to = node.as_table().and_then(|table| table.get("to"));
        to.unwrap_or(node).as_str().map(ToString::to_string)
    };
    let (what, labels, help) = match target(one) == target(other) {
        true => (
            "stands there twice",
            ["here", "and here"],
            "remove one of them: with a `/` at its end it is the same path",
        ),
        false => (
            "leads to two components",
            ["to this one", "and to that one"],
            "give each its own path or host",
        ),
    };
    let message = format!("`{}` of `{host}` {what}", again.name);
    Diagnostic::new(Code::DuplicateName, message)
        .label(path.span, labels[0])
        .label(again.span, labels[1])
        .help(help)
}

/// Where a key of a route is written, else the route.
pub(super) fn place(route: &Table, name: &str, key: &Key) -> Span {
    route.entry(name).map_or(key.span, |entry| entry.key.span)
}
