//! Where in a string the name of a component stands as a host.
//!
//! In: a string of the user's and the names that lead to components. Out: the first name that can be nothing else than a host.

use std::collections::BTreeMap;

use super::{
    strings::{Owner, StringUse, UserString},
    telling::assigned,
};
use crate::{
    model::{Component, Host, Platform},
    syntax::Node,
};

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
    // What a component that runs elsewhere is called here may be the name of a machine there.
    let outside = || {
        let components = platform.components.iter();
        components.filter_map(|it| Some((it, &it.external.as_ref()?.addresses)))
    };
    let machines: Vec<&Host> = outside()
        .flat_map(|(_, addresses)| addresses)
        .map(|it| &it.host)
        .collect();
    for (component, addresses) in outside() {
        let is_machine = |host: &&Host| matches!(host, Host::Name(name) if *name == component.name);
        if !addresses.is_empty() && !machines.iter().any(is_machine) {
            names.entry(&component.name).or_insert(component);
        }
    }
    names
}

/// The name that stands as a host: `NAME:PORT`, `//NAME` or `//LOGIN@NAME`, `NAME PORT` behind `nc`, or alone where a host is asked for.
/// `around`: the lines of the same file near this one.
pub(super) fn host_in<'a>(
    string: &UserString<'_>,
    names: &Names<'a>,
    around: &[&UserString<'_>],
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
        StringUse::Word { ahead, after, .. } => in_words(&string.words(), (ahead, after), others),
        StringUse::Line => in_words(&string.words(), (&[], ""), others),
        StringUse::File | StringUse::Mounted(_) => entries(string.text)
            .filter(|(key, _)| asks_host(key))
            .find_map(|(_, value)| others(value))
            .filter(|(_, component)| {
                let mut same = around.iter().filter(|it| it.span == string.span);
                same.any(|it| has_port(it.text, component))
            }),
        StringUse::Named(_) => return spelled_out(string.text, others),
    };
    let is_of_file = matches!(string.how, StringUse::File | StringUse::Mounted(_));
    let value = assigned(string.text).filter(|_| is_of_file);
    alone
        .or_else(|| in_parameters(string.text, others))
        .or_else(|| in_parameters(value?.1, others))
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

/// In the words of a command: behind a flag that asks for a host, or before a port of the component where a program takes both.
/// `ahead` and `after`: the words of a list before them, and the one behind them.
fn in_words<'a>(
    words: &[(&str, &str)],
    (ahead, after): (&[Node], &str),
    others: impl Fn(&str) -> Option<(&'a str, &'a Component)>,
) -> Option<(&'a str, &'a Component)> {
    // A list goes on in a text that is one word. Others are commands of their own.
    let ahead = match words.len() {
        1 => ahead,
        _ => &[],
    };
    let all = ahead.iter().map(|node| node.as_str().unwrap_or_default());
    let all = all.chain(words.iter().map(|(_, word)| *word));
    let all: Vec<&str> = all.chain([after]).collect();
    let mut numbered = words.iter().zip(ahead.len()..);
    numbered.find_map(|((before, word), at)| {
        let flag = word
            .split_once('=')
            .map(|(flag, value)| (bare(flag), value));
        let flag = flag.filter(|(flag, _)| asks_host(flag));
        let follows = before.starts_with('-') && asks_host(before);
        let asked = flag.map(|(_, value)| value).or(follows.then_some(*word));
        asked.and_then(|value| others(bare(value))).or_else(|| {
            let number = bare(all[at + 1]).parse().ok()?;
            others(bare(word))
                .filter(|(_, component)| has_number(component, number))
                .filter(|_| !ends_command(word) && is_first_argument(&all[..at]))
        })
    })
}

/// Programs whose first arguments are a host and a port.
const TAKE_HOST_AND_PORT: [&str; 8] = [
    "nc",
    "ncat",
    "netcat",
    "telnet",
    "wait-for",
    "wait-for-it",
    "wait-for-it.sh",
    "wait-for.sh",
];

/// Whether before a word stand only options, their values and a program that takes a host and a port.
fn is_first_argument(mut before: &[&str]) -> bool {
    while let Some((word, rest)) = before.split_last() {
        let begun = word.rsplit(['(', '`', ';', '&', '|']).next();
        let program = bare(begun.unwrap_or_default()).rsplit('/').next();
        if program.is_some_and(|it| TAKE_HOST_AND_PORT.contains(&it)) {
            return !ends_command(word);
        }
        let is_value = rest.last().is_some_and(|it| it.starts_with('-'));
        let is_between = word.starts_with('-') || is_value || *word == "\\";
        if ends_command(word) || !is_between {
            return false;
        }
        before = rest;
    }
    false
}

/// Whether a command of a shell ends with this word.
fn ends_command(word: &str) -> bool {
    word.ends_with([';', ')', '&', '|', '`'])
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
    let of_connection = |pairs: Vec<(&str, &str)>| {
        let mut keys = pairs.iter().map(|(key, _)| key.to_ascii_lowercase());
        let is_connection = keys.any(|key| BESIDE.contains(&key.as_str()));
        let mut hosts = pairs.iter().filter(|(key, _)| asks_host(key));
        hosts
            .find_map(|(_, value)| others(value))
            .filter(|_| is_connection)
    };
    // A shell has them in quotes.
    text.split(['"', '\'']).find_map(|text| {
        parameters(text).and_then(of_connection).or_else(|| {
            let mut words = text.split_whitespace();
            words.find_map(|word| of_connection(parameters_of_url(word)?))
        })
    })
}

/// A text that is nothing but parameters. A pattern has values that are filled in.
fn parameters(text: &str) -> Option<Vec<(&str, &str)>> {
    let is_pattern = |value: &str| {
        let mut braces = value.match_indices('{');
        value.contains('%') || braces.any(|(at, _)| !value[..at].ends_with('$'))
    };
    let by_semicolon = text.contains(';');
    let parts = text.split(|c: char| match by_semicolon {
        true => c == ';',
        false => c.is_whitespace(),
    });
    let parts = parts.map(str::trim).filter(|part| !part.is_empty());
    let pairs = parts.map(|part| {
        let pair = part.split_once('=');
        pair.filter(|(key, value)| !key.is_empty() && !is_pattern(value))
    });
    pairs.collect()
}

/// What stands behind the `?` of a URL. On the web it may be anything.
fn parameters_of_url(word: &str) -> Option<Vec<(&str, &str)>> {
    let (url, query) = word.split_once('?')?;
    let (before, _) = url.split_once("://")?;
    let is_web = ["http", "https"].contains(&scheme(before).to_ascii_lowercase().as_str());
    let pairs = query.split('&').filter_map(|it| it.split_once('='));
    (!is_web).then(|| pairs.collect())
}

/// The scheme at the end of what stands before a `://`.
fn scheme(before: &str) -> &str {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let start = before.trim_end_matches(is_part).len();
    &before[start..]
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

/// `NAME:PORT`, `//NAME` or `//LOGIN@NAME`.
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
    let in_url = match scheme_around(before) {
        Some(scheme) => !is_of_no_host(scheme),
        // What runs elsewhere is often called what its protocol or its library is.
        None => before.ends_with("//") && component.external.is_none(),
    };
    let starts = before.is_empty()
        || in_url
        || before.ends_with('@')
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

/// The scheme of the URL in which a name stands where the host does: behind the `//`, or behind a login.
fn scheme_around(before: &str) -> Option<&str> {
    let login_ends = |c: char| "/?#\"'".contains(c) || c.is_whitespace();
    let (url, login) = before.rsplit_once("://")?;
    let is_host = login.is_empty() || (login.ends_with('@') && !login.contains(login_ends));
    let scheme = scheme(url);
    (is_host && !scheme.is_empty()).then_some(scheme)
}

/// Whether a file or a bucket stands where URLs of other schemes have a host.
fn is_of_no_host(scheme: &str) -> bool {
    let scheme = scheme.to_ascii_lowercase();
    ["file", "gs", "s3", "s3a"].contains(&scheme.as_str()) || scheme.starts_with("sqlite")
}
