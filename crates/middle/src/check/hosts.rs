//! Where in a string the name of a component stands as a host.
//!
//! In: a string of the user's and the names that lead to components. Out: the first name that can be nothing else than a host.

use std::collections::BTreeMap;

use super::{
    strings::{Owner, StringUse, UserString},
    telling::assigned,
};
use crate::model::{Component, Host, Platform};

/// A port below is more likely the tag of an image that has the component's name.
const LEAST_PORT: u16 = 1000;

/// How far from a host a file says its port, in lines.
pub(super) const LINES_AROUND: usize = 3;

/// Names in the platform's networks, and whose they are. Those of components that run elsewhere are in none.
pub(super) type Names<'a> = BTreeMap<&'a str, &'a Component>;

pub(super) fn names(platform: &Platform) -> Names<'_> {
    let mut names = Names::new();
    for component in &platform.components {
        if component.external.is_some() {
            continue;
        }
        for workload in &component.workloads {
            names.insert(&workload.name, component);
            names.extend(workload.aliases.iter().map(|it| (it.as_str(), component)));
        }
    }
    for component in &platform.components {
        let external = component.external.iter();
        let own_name = Host::Name(component.name.clone());
        let mut addresses = external.flat_map(|it| &it.addresses).peekable();
        if addresses.peek().is_some() && addresses.all(|it| it.host != own_name) {
            names.entry(&component.name).or_insert(component);
        }
    }
    names
}

/// The name that stands as a host: `NAME:PORT`, `//NAME` or `@NAME`, `NAME PORT` in a command, or alone where a host is asked for.
/// `around`: the lines of the same file near this one.
pub(super) fn host_in<'a>(
    string: &UserString<'_>,
    names: &Names<'a>,
    around: &[UserString<'_>],
) -> Option<(&'a str, &'a Component)> {
    let others = |name: &str| {
        let (name, component) = names.get_key_value(name)?;
        let is_other = Some(component.name.as_str()) != string.owner.component();
        let is_meant = is_other && !may_be_anothers(component, string.owner);
        is_meant.then_some((*name, *component))
    };
    let alone = match string.how {
        StringUse::Variable(variable) | StringUse::OfFile(variable, _) if asks_host(variable) => {
            string.text.split(',').find_map(|item| others(item.trim()))
        }
        StringUse::Variable(_) | StringUse::OfFile(..) => None,
        StringUse::Word { after, .. } => in_words(&string.words(), after, others),
        StringUse::Line => in_words(&string.words(), "", others),
        StringUse::File | StringUse::Mounted(_) => entries(string.text)
            .filter(|(key, _)| asks_host(key))
            .find_map(|(_, value)| others(value))
            .filter(|(_, component)| {
                let mut same = around.iter().filter(|it| it.span == string.span);
                same.any(|it| has_port(it.text, component))
            }),
        StringUse::Named(_) => return spelled_out(string.text, others),
    };
    alone
        .or_else(|| in_parameters(string.text, others))
        .or_else(|| spelled_out(string.text, others))
}

/// What runs elsewhere has a name here alone, unless another network or the workload itself gives it to something.
fn may_be_anothers(component: &Component, owner: Owner<'_>) -> bool {
    let Owner::Workload(workload) = owner else {
        return false;
    };
    let mut hosts = workload.runtime.extra_hosts.iter();
    component.external.is_some()
        && (!workload.networks.is_empty() || hosts.any(|host| host.name == component.name))
}

/// In the words of a command: behind a flag that asks for a host, or before a port of the component. `after`: the word behind them.
fn in_words<'a>(
    words: &[(&str, &str)],
    after: &str,
    others: impl Fn(&str) -> Option<(&'a str, &'a Component)>,
) -> Option<(&'a str, &'a Component)> {
    let next = words.iter().skip(1).map(|(_, word)| *word);
    let next = next.chain([after]);
    words.iter().zip(next).find_map(|((before, word), next)| {
        let flag = word
            .split_once('=')
            .map(|(flag, value)| (bare(flag), value));
        let flag = flag.filter(|(flag, _)| asks_host(flag));
        let follows = before.starts_with('-') && asks_host(before);
        let asked = flag.map(|(_, value)| value).or(follows.then_some(*word));
        asked.and_then(|value| others(bare(value))).or_else(|| {
            let number = bare(next).parse().ok()?;
            others(bare(word)).filter(|(_, component)| has_number(component, number))
        })
    })
}

/// A word of a shell without its quotes and what ends a command.
fn bare(word: &str) -> &str {
    let quotes: &[char] = &['"', '\''];
    let word = word.trim_end_matches([';', ')', '&', '|']);
    word.trim_matches(quotes)
}

/// The parameters of a connection: `host=pg port=5432`, `Server=pg;Database=d`. One that stands alone may be anything.
fn in_parameters<'a>(
    text: &str,
    others: impl Fn(&str) -> Option<(&'a str, &'a Component)>,
) -> Option<(&'a str, &'a Component)> {
    const BESIDE: [&str; 8] = [
        "database", "dbname", "password", "port", "pwd", "uid", "user", "user id",
    ];
    let ends = |c: char| c.is_whitespace() || ";&?\"'".contains(c);
    let pairs = || text.split(ends).filter_map(|it| it.split_once('='));
    let is_connection =
        || pairs().any(|(key, _)| BESIDE.contains(&key.to_ascii_lowercase().as_str()));
    pairs()
        .filter(|(key, _)| asks_host(key))
        .find_map(|(_, value)| others(value))
        .filter(|_| is_connection())
}

/// The entries of a line of a configuration file, and those between its braces.
fn entries(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let inner = line
        .split(['{', '}', ','])
        .filter(move |_| line.contains('{'));
    std::iter::once(line).chain(inner).filter_map(assigned)
}

/// Whether a text has the number of a port of a component.
fn has_port(text: &str, component: &Component) -> bool {
    spelled(text).any(|(_, word)| {
        let number = word.parse::<u16>();
        number.is_ok_and(|number| has_number(component, number))
    })
}

/// `NAME:PORT`, `//NAME` or `@NAME`.
fn spelled_out<'a>(
    text: &str,
    others: impl Fn(&str) -> Option<(&'a str, &'a Component)>,
) -> Option<(&'a str, &'a Component)> {
    spelled(text).find_map(|(at, name)| {
        let found = others(name)?;
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        is_address(before, after, found.1).then_some(found)
    })
}

/// What could be names in a text, and where each begins.
fn spelled(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let mut at = 0;
    text.split(move |c: char| !is_part(c))
        .filter_map(move |name| {
            let start = at;
            // What splits is not always one byte long.
            let rest = text[start + name.len()..].chars().next();
            at = start + name.len() + rest.map_or(0, char::len_utf8);
            (!name.is_empty()).then_some((start, name))
        })
}

/// Whether a variable, a flag or a key of this name holds a host.
fn asks_host(name: &str) -> bool {
    const WORDS: [&str; 10] = [
        "host", "hosts", "hostname", "server", "servers", "addr", "address", "endpoint", "broker",
        "brokers",
    ];
    // Programs that write it in one word: `PGHOST`.
    const JOINED: [&str; 9] = [
        "databasehost",
        "dbhost",
        "mongohost",
        "mysqlhost",
        "pghost",
        "postgreshost",
        "redishost",
        "smtphost",
        "sqlhost",
    ];
    let last = name.rsplit(['_', '-', '.']).next().unwrap_or_default();
    let lower = last.to_ascii_lowercase();
    // `dbHost`.
    let hump = last
        .char_indices()
        .rev()
        .find(|(_, c)| c.is_ascii_uppercase())
        .filter(|(at, _)| last[..*at].ends_with(|c: char| c.is_ascii_lowercase()))
        .map(|(at, _)| &lower[at..]);
    WORDS.contains(&lower.as_str())
        || JOINED.contains(&lower.as_str())
        || hump.is_some_and(|hump| WORDS.contains(&hump))
        || name == "-h"
}

/// Whether a component has a port of this number.
fn has_number(component: &Component, number: u16) -> bool {
    let mut ports = component.ports.iter();
    let mut elsewhere = component.external.iter().flat_map(|it| &it.addresses);
    ports.any(|port| port.container.first <= number && number <= port.container.last)
        || elsewhere.any(|address| address.number == number)
}

/// Whether what stands around a name makes an address of it.
fn is_address(before: &str, after: &str, component: &Component) -> bool {
    let in_url = before.ends_with("//") || before.ends_with('@');
    let starts = before.is_empty()
        || in_url
        || before.ends_with(|c: char| ",=\"'([{".contains(c) || c.is_whitespace());
    let asked = after.strip_prefix(':').unwrap_or_default();
    let digits = &asked[..asked
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(asked.len())];
    let ends = |c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c);
    let is_port = asked[digits.len()..].chars().next().is_none_or(ends);
    let port = digits
        .parse::<u16>()
        .is_ok_and(|port| is_port && (has_number(component, port) || port >= LEAST_PORT || in_url));
    let url_ends = after.is_empty()
        || after.starts_with(|c: char| "/?\"'];,}".contains(c) || c.is_whitespace());
    starts && (port || (in_url && url_ends))
}
