//! A port, a path prefix or the path of the metrics that is set only in `args` or `env`: health checks, scrapes and links would not use
//! it.
//!
//! The kind shows which flags and variables of its program set one: those that it gives `${self.PORT.port}`,
//! `${self.PORT.path}` or the public URL, and what it calls another way to say one of these. What is set at start counts with its
//! default.

mod line;
mod metrics;
mod parts;
mod ways;

pub use line::with_line;

use self::ways::{Fact, PortOption, ways_of, workloads};
use super::{
    Declarations, Layers,
    draft::Declared,
    given::{self, Given},
    layers::Layered,
    own_name::unknown_public_address,
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    reference::{self, Constants, Mode, Words},
    source::Span,
    syntax::{Node, Table, Value, inline, quoted},
    value::UrlParts,
};

/// Reports what is written twice of each component: by a flag or a variable, and by a key that it hides.
pub(super) fn check(all: &Declarations, layers: &[Layers], sink: &mut Sink) {
    let constants = &all.names.constants;
    let of_component = |(declared, layers): (&Declared, &Layers), sink: &mut Sink| {
        let written = match declared.external {
            Some(_) => Vec::new(),
            None => all_written(declared, constants),
        };
        if !written.is_empty() {
            let ways = ways_of(&declared.kind);
            let address = public_address(declared, &ways, &written);
            let main = layers.workloads.iter().find(|it| it.part.is_none());
            let metrics = main.and_then(|it| metrics::hidden(declared, it, &ways, &written));
            let found = hidden(declared, &ways, &written).into_iter();
            let found = found.chain(address).chain(metrics);
            found.for_each(|diagnostic| sink.push(diagnostic));
        }
        let found = layers.workloads.iter();
        let found = found.filter_map(|workload| parts::hidden(all, declared, workload));
        found.for_each(|diagnostic| sink.push(diagnostic));
    };
    let components = all.components.iter().zip(layers);
    sink.each(components, of_component).for_each(drop);
}

/// A flag or a variable that says the public address, where nothing else does.
fn public_address(declared: &Declared, ways: &[PortOption], all: &[Written]) -> Option<Diagnostic> {
    let main = declared.kind.port.as_deref().unwrap_or("http");
    let of_port = declared.user.get_path(&["ports", main, "public_url"]);
    if declared.public_url().is_some() || of_port.is_some() {
        return None;
    }
    all.iter().find_map(|written| {
        let says = |way: &&PortOption| {
            way.name == written.name && matches!(way.fact, Fact::Url | Fact::OwnUrl)
        };
        let value = value_within(ways.iter().find(says)?, &written.value)?;
        let by = format!("`{}`", written.name);
        unknown_public_address(declared, &by, value, written.span)
    })
}

/// What the user wrote in one of these ways, and where.
struct Written {
    name: String,
    value: String,
    span: Span,
}

fn hidden(declared: &Declared, ways: &[PortOption], all: &[Written]) -> Option<Diagnostic> {
    all.iter()
        .find_map(|written| contradiction(declared, ways, written, all))
}

/// What the user wrote for the program: flags, then variables.
fn all_written(declared: &Declared, constants: &Constants) -> Vec<Written> {
    let mut all = flags_of(declared, constants);
    all.extend(variables_of(declared.user.table("env"), constants));
    all
}

/// The flags that the user gives the kind's program, with defaults in the place of variables.
fn flags_of(declared: &Declared, constants: &Constants) -> Vec<Written> {
    let flags = given::flags(&declared.user, &declared.kind);
    with_defaults(flags, constants)
}

/// The flags among the words of a line that stands at `span`.
fn flags_among(words: &[String], span: Span, constants: &Constants) -> Vec<Written> {
    with_defaults(given::among(words, span), constants)
}

fn with_defaults(flags: Vec<Given>, constants: &Constants) -> Vec<Written> {
    let flags = flags.into_iter();
    flags
        .map(|Given { name, value, span }| Written {
            name,
            value: constants.with_defaults(&value, span),
            span,
        })
        .collect()
}

fn variables_of(env: Option<&Table>, constants: &Constants) -> Vec<Written> {
    let variables = env.into_iter().flat_map(Table::iter);
    variables
        .filter_map(|(key, node)| {
            let value = match &node.value {
                Value::Integer(_) => inline(node),
                _ => {
                    let phrase = reference::of_node(node, Words::Platform, Mode::Strict);
                    let written = constants.written_out(&phrase)?;
                    (!written.is_open).then_some(written.text)?
                }
            };
            Some(Written {
                name: key.name.clone(),
                value,
                span: node.span,
            })
        })
        .collect()
}

fn contradiction(
    declared: &Declared,
    ways: &[PortOption],
    written: &Written,
    all: &[Written],
) -> Option<Diagnostic> {
    ways.iter()
        .filter(|way| is_same_name(&way.name, &written.name))
        .find_map(|way| contradicts(declared, ways, way, written, all))
}

/// Programs that take settings behind a flag, as `-c port=5432`, read their names in any letter case. Those that know a long flag with one
/// dash take it with two, too.
fn is_same_name(way: &str, written: &str) -> bool {
    match (way.split_once(' '), written.split_once(' ')) {
        (Some((flag, of)), Some((written, name))) => {
            flag == written && of.eq_ignore_ascii_case(name)
        }
        _ => without_dash(way) == without_dash(written),
    }
}

/// A long flag with one dash.
fn without_dash(name: &str) -> &str {
    match name.strip_prefix('-') {
        Some(rest) if rest.starts_with('-') && rest.len() > 2 => rest,
        _ => name,
    }
}

fn contradicts(
    declared: &Declared,
    ways: &[PortOption],
    way: &PortOption,
    written: &Written,
    all: &[Written],
) -> Option<Diagnostic> {
    let value = value_within(way, &written.value)?;
    let main = declared.kind.port.as_deref().unwrap_or("http");
    match &way.fact {
        Fact::Port { port, before } => {
            let number = port_number(value, before)?;
            let differs = declared_number(declared, port)? != number;
            let line = format!("container = {number}");
            differs.then(|| {
                let what = format!("listens on {number}");
                explained(
                    declared,
                    written,
                    &Hidden {
                        port,
                        sets: "a port",
                        what,
                        line,
                    },
                )
            })
        }
        Fact::PublicPath | Fact::OwnUrl | Fact::MetricsPath => None,
        Fact::Url if declared.public_url().is_some() => None,
        // The prefix that is said by itself is the one that holds, such as none behind a proxy that strips it.
        Fact::Url if says_a_path(ways, all) => None,
        Fact::Path { .. } if is_for_browsers(declared, ways, &written.name) => None,
        Fact::Path { .. } | Fact::Url | Fact::Switch(_) => {
            let path = match &way.fact {
                Fact::Switch(on) if value != on => return None,
                Fact::Switch(_) => prefix_said(declared, ways, all)?,
                Fact::Path { after } => without_end(path_of_url(value), after)?,
                _ => path_of_url(value).trim_end_matches('/'),
            };
            let known = declared.user.get_path(&["ports", main, "path"]);
            let differs = path.starts_with('/') && Some(path) != known.and_then(Node::as_str);
            let line = format!("path = {}", quoted(path));
            differs.then(|| {
                let what = format!("serves below `{path}`");
                explained(
                    declared,
                    written,
                    &Hidden {
                        port: main,
                        sets: "a path prefix",
                        what,
                        line,
                    },
                )
            })
        }
    }
}

/// The prefix before what the kind writes behind it, such as the `/api` of an API below the prefix.
fn without_end<'a>(path: &'a str, after: &str) -> Option<&'a str> {
    let path = path.trim_end_matches('/');
    Some(path.strip_suffix(after)?.trim_end_matches('/'))
}

fn says_a_path(ways: &[PortOption], all: &[Written]) -> bool {
    let paths = ways
        .iter()
        .filter(|way| matches!(way.fact, Fact::Path { .. }));
    let mut names = paths.map(|way| &way.name);
    names.any(|name| all.iter().any(|written| written.name == *name))
}

/// The value of a variable, or of the flag in it that sets the fact.
fn value_within<'a>(way: &PortOption, value: &'a str) -> Option<&'a str> {
    match &way.within {
        None => Some(value),
        Some(flag) => value
            .split_whitespace()
            .find_map(|word| word.strip_prefix(flag.as_str())),
    }
}

/// Whether the variable is also what the kind tells browsers, and an entry point may take that prefix away.
fn is_for_browsers(declared: &Declared, ways: &[PortOption], name: &str) -> bool {
    let mut public = ways.iter();
    declared.public_url().is_some()
        && public.any(|way| way.name == name && matches!(way.fact, Fact::PublicPath))
}

/// The prefix that the user's own variables say beside a switch, else that of the public URL.
fn prefix_said<'a>(
    declared: &'a Declared,
    ways: &[PortOption],
    all: &'a [Written],
) -> Option<&'a str> {
    let says = |name: &str| {
        let mut ways = ways.iter();
        ways.any(|way| {
            way.name == name && matches!(way.fact, Fact::Path { .. } | Fact::Url | Fact::OwnUrl)
        })
    };
    let written = all.iter().find(|written| says(&written.name));
    let url = written.map(|written| written.value.as_str());
    let path = path_of_url(url.or(declared.public_url())?).trim_end_matches('/');
    (!path.is_empty()).then_some(path)
}

/// The number at the end of an address, if what stands before it is what the kind writes there or an address of the machine.
fn port_number(value: &str, before: &str) -> Option<u16> {
    let digits = value.len() - value.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (start, number) = value.split_at(value.len() - digits);
    let is_address = start.is_empty() || start.ends_with(':') || start == before;
    is_address.then(|| number.parse().ok())?
}

/// The number that the rest of the platform knows for a port.
pub(super) fn declared_number(declared: &Declared, port: &str) -> Option<u16> {
    let own = declared.user.get_path(&["ports", port]);
    let kinds =
        workloads(&declared.kind).find_map(|(_, workload)| workload.get_path(&["ports", port]));
    [own, kinds].into_iter().flatten().find_map(number_of)
}

/// The number in a port's table, or in its place.
fn number_of(port: &Node) -> Option<u16> {
    let number = match &port.value {
        Value::Integer(number) => Some(*number),
        Value::Table(table) => table.integer("container"),
        _ => None,
    };
    u16::try_from(number?).ok()
}

/// What the rest of the platform does not know of a port.
struct Hidden<'a> {
    port: &'a str,
    /// As in "a port".
    sets: &'a str,
    /// What the program does, as in "listens on 9090".
    what: String,
    /// What says it to the platform.
    line: String,
}

fn explained(declared: &Declared, written: &Written, hidden: &Hidden<'_>) -> Diagnostic {
    let Hidden {
        port,
        sets,
        what,
        line,
    } = hidden;
    let name = &written.name;
    let diagnostic = Diagnostic::new(
        Code::ConflictingKeys,
        format!(
            "`{name}` sets {sets} of `{}`, and platform.toml does not know it",
            declared.name
        ),
    )
    .label(written.span, what.as_str());
    let why = match declared.user.get("command") {
        Some(_) => "health check, scrape and links then use it".to_string(),
        None => format!("health check, scrape and links then use it, and `{name}` is not needed"),
    };
    with_line(diagnostic, declared, (port, line), &why)
}

/// What follows the host in a URL; what is no URL stays as it is.
pub(super) fn path_of_url(text: &str) -> &str {
    UrlParts::split(text).map_or(text, |url| url.path)
}
