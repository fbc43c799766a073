//! A port or a path prefix that is set only in `args` or `env`: health checks, scrapes and links would not use it.
//!
//! The kind shows which flags and variables of its program set one: those that it gives `${self.PORT.port}`,
//! `${self.PORT.path}` or the public URL, and the variables that it calls another way to set such a flag. What is set at start
//! counts with its default.

mod line;
mod parts;

pub use line::with_line;

use super::{
    Declarations, draft::Declared, flags, layers::Layered, own_name::unknown_public_address,
};
use crate::{
    catalog::Kind,
    diag::{Code, Diagnostic, Sink},
    reference::{self, Constants, Mode, Piece, Words},
    source::Span,
    syntax::{Node, Table, Value, inline, quoted},
    value::UrlParts,
};

/// `workloads`: those of each component, with its parts that run.
pub(super) fn check(all: &Declarations, workloads: &[Vec<Layered>], sink: &mut Sink) {
    let constants = &all.names.constants;
    for (declared, workloads) in all.components.iter().zip(workloads) {
        if declared.external.is_none() {
            let found = hidden(declared, constants).into_iter();
            let found = found.chain(public_address(declared, constants));
            found.for_each(|diagnostic| sink.push(diagnostic));
        }
        let found = workloads.iter();
        let found = found.filter_map(|workload| parts::hidden(all, declared, workload));
        found.for_each(|diagnostic| sink.push(diagnostic));
    }
}

/// A flag or a variable that says the public address, where nothing else does.
fn public_address(declared: &Declared, constants: &Constants) -> Option<Diagnostic> {
    let main = declared.kind.port.as_deref().unwrap_or("http");
    let of_port = declared.user.get_path(&["ports", main, "public_url"]);
    if declared.public_url().is_some() || of_port.is_some() {
        return None;
    }
    let first = |ways: &[PortOption], all: &[Written]| {
        all.iter().find_map(|written| {
            let says = |way: &&PortOption| {
                way.name == written.name && matches!(way.fact, Fact::Url | Fact::OwnUrl)
            };
            let value = value_within(ways.iter().find(says)?, &written.value)?;
            let by = format!("`{}`", written.name);
            unknown_public_address(declared, &by, value, written.span)
        })
    };
    let kind = &declared.kind;
    let variables = || variables_of(declared.user.table("env"), constants);
    first(&flags_of_kind(kind), &flags_of(declared, constants))
        .or_else(|| first(&variables_of_kind(kind), &variables()))
}

/// A flag or a variable of the kind's program that sets a fact of a port.
struct PortOption {
    /// Of the flag or the variable.
    name: String,
    /// Of a variable with several flags: the one that sets it, with its `=`.
    within: Option<String>,
    fact: Fact,
}

enum Fact {
    /// The number of this port, which the kind writes behind this text.
    Port { port: String, before: String },
    /// The prefix under which the program serves.
    Path,
    /// The prefix for browsers, which an entry point takes away.
    PublicPath,
    /// The whole public URL, the path of which is the prefix.
    Url,
    /// What the program calls itself: its path is the prefix only beside a switch.
    OwnUrl,
    /// That the program serves under the prefix, if this is its value.
    Switch(String),
}

/// What the user wrote in one of these ways, and where.
struct Written {
    name: String,
    value: String,
    span: Span,
}

fn hidden(declared: &Declared, constants: &Constants) -> Option<Diagnostic> {
    let first = |ways: &[PortOption], all: &[Written]| {
        let mut written = all.iter();
        written.find_map(|written| contradiction(declared, ways, written, all))
    };
    let kind = &declared.kind;
    let variables = || variables_of(declared.user.table("env"), constants);
    first(&flags_of_kind(kind), &flags_of(declared, constants))
        .or_else(|| first(&variables_of_kind(kind), &variables()))
}

/// The flags in `args`, and in a command of the user's own that starts the kind's program, from a shell too.
fn flags_of(declared: &Declared, constants: &Constants) -> Vec<Written> {
    let user = &declared.user;
    let command = user.get("command");
    let in_shell = command.and_then(|command| {
        let of_kind = declared.kind.table.get_path(&["workload", "command"]);
        let words = flags::words_in_shell(command, &flags::first_word(of_kind?)?)?;
        Some((command, words))
    });
    if in_shell.is_none() && command.is_some_and(|it| !starts_the_program(declared, it)) {
        return Vec::new();
    }
    let lines = [command, user.get("args")].into_iter().flatten();
    let lines = match in_shell {
        Some(line) => vec![line],
        None => lines.map(|line| (line, flags::words(line))).collect(),
    };
    let flags = lines.into_iter();
    flags
        .flat_map(|(line, words)| flags_among(&words, line.span, constants))
        .collect()
}

/// The flags among the words of a line that stands at `span`.
fn flags_among(words: &[String], span: Span, constants: &Constants) -> Vec<Written> {
    let flags = flags::flags_with_values(words).into_iter();
    flags
        .map(|(name, value)| Written {
            name,
            value: constants.with_defaults(&value, span),
            span,
        })
        .collect()
}

/// Whether a command of the user's begins as the kind's does: with the same word, or with a flag where the image names the program.
fn starts_the_program(declared: &Declared, command: &Node) -> bool {
    if declared.user.get("entrypoint").is_some() {
        return false;
    }
    let kinds = declared.kind.table.get_path(&["workload", "command"]);
    let of_kind = kinds.and_then(flags::first_word);
    let is_flag = |word: &String| word.starts_with('-');
    match (flags::first_word(command), of_kind) {
        (Some(own), Some(of_kind)) => own == of_kind || is_flag(&own) && is_flag(&of_kind),
        (Some(own), None) => is_flag(&own),
        (None, _) => false,
    }
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
        .filter(|way| way.name == written.name)
        .find_map(|way| contradicts(declared, ways, way, written, all))
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
        Fact::PublicPath | Fact::OwnUrl => None,
        Fact::Url if declared.public_url().is_some() => None,
        // The prefix that is said by itself is the one that holds, such as none behind a proxy that strips it.
        Fact::Url if says_a_path(ways, all) => None,
        Fact::Path if is_for_browsers(declared, ways, &written.name) => None,
        Fact::Path | Fact::Url | Fact::Switch(_) => {
            let path = match &way.fact {
                Fact::Switch(on) if value != on => return None,
                Fact::Switch(_) => prefix_said(declared, ways, all)?,
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

fn says_a_path(ways: &[PortOption], all: &[Written]) -> bool {
    let paths = ways.iter().filter(|way| matches!(way.fact, Fact::Path));
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
            way.name == name && matches!(way.fact, Fact::Path | Fact::Url | Fact::OwnUrl)
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
fn declared_number(declared: &Declared, port: &str) -> Option<u16> {
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

/// The main workload of a kind, and what its conditions add to it with the condition.
fn workloads(kind: &Kind) -> impl Iterator<Item = (&str, &Table)> {
    let cases = kind.table.array("when").unwrap_or_default().iter();
    let cases = cases.filter_map(|case| {
        let case = case.as_table()?;
        Some((
            case.string("if").unwrap_or_default(),
            case.table("workload")?,
        ))
    });
    let always = kind.table.table("workload").map(|main| ("", main));
    always.into_iter().chain(cases)
}

fn flags_of_kind(kind: &Kind) -> Vec<PortOption> {
    let workloads = workloads(kind);
    workloads.flat_map(|(_, table)| flags_in(table)).collect()
}

/// The flags of a workload of the kind.
fn flags_in(workload: &Table) -> Vec<PortOption> {
    let mut found = Vec::new();
    for key in ["command", "args"] {
        let words = workload.array(key).unwrap_or_default();
        for (index, word) in words.iter().enumerate() {
            let Some(mut fact) = fact_in(word) else {
                continue;
            };
            let previous = index.checked_sub(1).and_then(|before| words.get(before));
            let own = word.as_str().and_then(|word| word.split_once('='));
            let name = own
                .map(|(name, _)| name)
                .or(previous.and_then(Node::as_str));
            // Of `--listen=:` the flag's value is what stands behind the flag.
            if let (Fact::Port { before, .. }, Some(_)) = (&mut fact, own) {
                *before = before.split_once('=').map_or("", |(_, it)| it).to_string();
            }
            found.extend(name.map(|name| PortOption {
                name: name.to_string(),
                within: None,
                fact,
            }));
        }
    }
    found
}

fn variables_of_kind(kind: &Kind) -> Vec<PortOption> {
    let mut found = Vec::new();
    for (condition, workload) in workloads(kind) {
        for (key, node) in workload.table("env").into_iter().flat_map(Table::iter) {
            let fact = match is_for_prefix(condition) {
                true => fact_in(node).or_else(|| switch(node)),
                false => fact_in(node).map(|fact| match fact {
                    Fact::Url => Fact::OwnUrl,
                    fact => fact,
                }),
            };
            let option = |fact, within| PortOption {
                name: key.name.clone(),
                within,
                fact,
            };
            found.extend(fact.map(|fact| option(fact, None)));
            let within = flags_within(node).into_iter();
            found.extend(within.map(|(flag, fact)| option(fact, Some(flag))));
        }
    }
    found.extend(other_ways(kind));
    found
}

fn is_for_prefix(condition: &str) -> bool {
    condition.contains(".path")
}

/// A variable that the kind sets to a word where there is a prefix.
fn switch(node: &Node) -> Option<Fact> {
    let phrase = reference::of_node(node, Words::Kind, Mode::Strict);
    phrase.literal().map(Fact::Switch)
}

/// The flags of a variable that holds several, as `--httpPort=${self.http.port} --prefix=${self.http.path}`.
fn flags_within(node: &Node) -> Vec<(String, Fact)> {
    let phrase = reference::of_node(node, Words::Kind, Mode::Strict);
    let pairs = phrase.pieces.windows(2).filter(|_| phrase.pieces.len() > 2);
    let flags = pairs.filter_map(|pair| {
        let [Piece::Literal(before), Piece::Reference(reference)] = pair else {
            return None;
        };
        let flag = before.split_whitespace().last()?;
        let fact = match reference.segments.as_slice() {
            ["self", port, "port"] => Fact::Port {
                port: (*port).to_string(),
                before: String::new(),
            },
            ["self", _, "path"] => Fact::Path,
            _ => return None,
        };
        (flag.starts_with('-') && flag.ends_with('=')).then(|| (flag.to_string(), fact))
    });
    flags.collect()
}

/// Variables that the program reads in the place of a flag.
fn other_ways(kind: &Kind) -> impl Iterator<Item = PortOption> {
    let ways = kind.table.table("flags_by_variable").into_iter();
    let ways = ways.flat_map(Table::iter);
    ways.filter_map(|(variable, flag)| {
        let mut flags = flags_of_kind(kind).into_iter();
        let way = flags.find(|way| Some(way.name.as_str()) == flag.as_str())?;
        Some(PortOption {
            name: variable.name.clone(),
            ..way
        })
    })
}

/// The fact that a kind's string says: a port's number at its end, or a prefix anywhere.
fn fact_in(word: &Node) -> Option<Fact> {
    let phrase = reference::of_node(word, Words::Kind, Mode::Strict);
    let pieces = phrase.pieces.as_slice();
    let before = match pieces {
        [Piece::Reference(_)] => Some(""),
        [Piece::Literal(before), Piece::Reference(_)] => Some(*before),
        _ => None,
    };
    phrase
        .references()
        .find_map(|reference| match reference.segments.as_slice() {
            ["self", port, "port"] => Some(Fact::Port {
                port: (*port).to_string(),
                before: before?.to_string(),
            }),
            ["self", _, "path"] => Some(Fact::Path),
            ["self", _, "public_path"] => Some(Fact::PublicPath),
            ["self", "public_url"] | ["self", _, "public_url"] => Some(Fact::Url),
            _ => None,
        })
}
