//! Which flags and variables of a kind's program set a port, a prefix or the public address: those that the kind gives one, and those
//! that it calls another way to say it.

use crate::{
    catalog::Kind,
    reference::{self, Mode, Piece, Words},
    syntax::{Node, Table},
};

/// A flag or a variable of the kind's program that sets a fact of a port.
#[derive(Clone)]
pub(super) struct PortOption {
    /// Of the flag or the variable.
    pub name: String,
    /// Of a variable with several flags: the one that sets it, with its `=`.
    pub within: Option<String>,
    pub fact: Fact,
}

#[derive(Clone)]
pub(super) enum Fact {
    /// The number of this port, which the kind writes behind this text.
    Port { port: String, before: String },
    /// The prefix under which the program serves, which the kind writes before this text.
    Path { after: String },
    /// The prefix for browsers, which an entry point takes away.
    PublicPath,
    /// The whole public URL, the path of which is the prefix.
    Url,
    /// What the program calls itself: its path is the prefix only beside a switch.
    OwnUrl,
    /// That the program serves under the prefix, if this is its value.
    Switch(String),
    /// The path of the metrics.
    MetricsPath,
}

/// The fact of this name, where a kind tells it to no flag and no variable of its program, but in a file or not at all.
fn named_fact(name: &str) -> Option<Fact> {
    let words: Vec<&str> = name.split('.').collect();
    match words.as_slice() {
        ["ports", port, "port"] => Some(Fact::Port {
            port: (*port).to_string(),
            before: String::new(),
        }),
        ["ports", _, "path"] => Some(Fact::Path {
            after: String::new(),
        }),
        ["metrics", "path"] => Some(Fact::MetricsPath),
        _ => None,
    }
}

/// The main workload of a kind, and what its conditions add to it with the condition.
pub(super) fn workloads(kind: &Kind) -> impl Iterator<Item = (&str, &Table)> {
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
        for (key, node) in workload.entries_of("env") {
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
            ["self", _, "path"] => Fact::Path {
                after: String::new(),
            },
            _ => return None,
        };
        (flag.starts_with('-') && flag.ends_with('=')).then(|| (flag.to_string(), fact))
    });
    flags.collect()
}

/// Every flag and variable that sets a fact of a port: those that the kind gives one, and those that it calls another way to say it.
pub(super) fn ways_of(kind: &Kind) -> Vec<PortOption> {
    let mut ways = flags_of_kind(kind);
    ways.extend(variables_of_kind(kind));
    let others = ["flags_by_variable", "other_flags"]
        .iter()
        .filter_map(|key| kind.table.table(key));
    let others: Vec<PortOption> = others
        .flat_map(Table::iter)
        .flat_map(|(name, node)| other_ways(&ways, &name.name, node))
        .collect();
    ways.extend(others);
    ways
}

/// The flags and the variables by which the kind tells the program of a part a port, and those that it calls another way to say it.
pub(super) fn ways_of_part(kind: &Kind, part: &str) -> Vec<PortOption> {
    let tables = kind.tables();
    let tables = tables.filter_map(|table| table.get_path(&["parts", part])?.as_table());
    let tables: Vec<&Table> = tables.collect();
    let mut ways = Vec::new();
    for table in &tables {
        ways.extend(flags_in(table));
        let variables = table.entries_of("env");
        ways.extend(variables.filter_map(|(key, node)| {
            Some(PortOption {
                name: key.name.clone(),
                within: None,
                fact: fact_in(node)?,
            })
        }));
    }
    let others = tables.iter().flat_map(|it| it.entries_of("other_flags"));
    let others: Vec<PortOption> = others
        .flat_map(|(name, node)| other_ways(&ways, &name.name, node))
        .collect();
    ways.extend(others);
    ways
}

/// What a flag or a variable of this name says where it stands for another one, or for the flag of this name inside of a variable; or
/// the fact itself, where the kind gives it to no flag.
fn other_ways(ways: &[PortOption], name: &str, other: &Node) -> Vec<PortOption> {
    let other = other.as_str().unwrap_or_default();
    if let Some(fact) = named_fact(other) {
        let name = name.to_string();
        let within = None;
        return vec![PortOption { name, within, fact }];
    }
    let is_meant = |way: &&PortOption| {
        let within = way.within.as_deref().map(|it| it.trim_end_matches('='));
        way.name == other && within.is_none_or(|within| within == name)
    };
    let of_one = ways
        .iter()
        .any(|way| way.name == other && way.within.is_some());
    let same = ways.iter().filter(is_meant);
    // Of a variable with several flags each says a fact of its own.
    let same = same.filter(|way| !of_one || way.within.is_some());
    let renamed = same.map(|way| PortOption {
        name: name.to_string(),
        within: None,
        fact: way.fact.clone(),
    });
    renamed.collect()
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
    let after = match pieces {
        [.., Piece::Reference(_), Piece::Literal(after)] => *after,
        _ => "",
    };
    phrase
        .references()
        .find_map(|reference| match reference.segments.as_slice() {
            ["self", port, "port"] => Some(Fact::Port {
                port: (*port).to_string(),
                before: before?.to_string(),
            }),
            ["self", _, "path"] => Some(Fact::Path {
                after: after.trim_end_matches('/').to_string(),
            }),
            ["self", _, "public_path"] => Some(Fact::PublicPath),
            ["self", "public_url"] | ["self", _, "public_url"] => Some(Fact::Url),
            _ => None,
        })
}
