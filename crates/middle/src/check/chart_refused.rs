//! Raw values of the chart that are what they should be by their shape, and that Helm or the cluster refuses: one of them ends the
//! whole upgrade.

use std::net::IpAddr;

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    language::memory_bytes,
    model::{Platform, Workload, is_dns_label},
    syntax::{Node, Table},
};

/// Lists of `networkPolicy` that can't be empty.
const FILLED: [&str; 2] = ["controller", "dns"];
/// Lists of peers there.
const PEERS: [&str; 5] = [
    "controller",
    "dns",
    "serviceSources",
    "extraIngress",
    "extraEgress",
];

pub(super) fn values(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    if let Some(values) = platform.raw_written.table("helm") {
        at_top(values, sink);
    }
    for workload in platform.workloads().filter(|it| !it.in_chart) {
        hostname(workload, sink);
        memory(workload, sink);
        aliases(platform, workload, sink);
        for (_, mount) in tables(workload.values.get("volumes")) {
            filled(mount.get("accessModes"), "who may mount it", sink);
        }
    }
}

fn at_top(values: &Table, sink: &mut Sink) {
    let cleanup = values.get_path(&["taskPods", "cleanup"]);
    // A cluster knows more words than Airflow does.
    let is_line = |text: &str| text.starts_with('@') || text.split_whitespace().count() == 5;
    if let Some((node, text)) = written(cleanup).filter(|(_, text)| !is_line(text)) {
        sink.push(refused(
            node,
            &format!("`{text}` is no cron line"),
            "five fields, such as `0 5 * * *`; empty: never",
        ));
    }
    for (_, claim) in tables(values.get("volumes")) {
        filled(claim.get("accessModes"), "who may mount it", sink);
    }
    let Some(policy) = values.table("networkPolicy") else {
        return;
    };
    for key in FILLED {
        filled(policy.get(key), "who is meant", sink);
    }
    let peers = PEERS.iter().filter_map(|key| policy.array(key)).flatten();
    for peer in peers.filter_map(Node::as_table) {
        blocks(peer, sink);
    }
}

/// The addresses of a peer.
fn blocks(peer: &Table, sink: &mut Sink) {
    let Some(block) = peer.table("ipBlock") else {
        return;
    };
    let except = block.array("except").into_iter().flatten();
    for node in block.get("cidr").into_iter().chain(except) {
        if let Some((node, text)) = written(Some(node)).filter(|(_, text)| !is_cidr(text)) {
            sink.push(refused(
                node,
                &format!("`{text}` is no block of addresses"),
                "an address and how many of its bits are fixed, such as `10.9.0.0/16` or `10.9.0.7/32`",
            ));
        }
    }
}

fn is_cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else {
        return false;
    };
    let most = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    bits.parse::<u8>().is_ok_and(|bits| bits <= most)
}

/// The name of a pod in itself.
fn hostname(workload: &Workload, sink: &mut Sink) {
    let said = written(workload.values.get("hostname"));
    if let Some((node, text)) = said.filter(|(_, text)| !is_dns_label(text)) {
        let diagnostic = refused(
            node,
            &format!("`{text}` is no name that a pod can have"),
            "lower case letters, digits and `-`, at most 63",
        );
        sink.push(diagnostic.about(&workload.component));
    }
}

/// A request above the limit, which stays the component's.
fn memory(workload: &Workload, sink: &mut Sink) {
    let of = |path: &[&str]| workload.values.get_path(&[&["resources"], path].concat());
    if of(&["limits"]).is_some() {
        return;
    }
    let asked = written(of(&["requests", "memory"]))
        .and_then(|(node, text)| Some((node, text, memory_bytes(text)?)))
        .filter(|(_, _, asked)| workload.resources.memory.is_some_and(|most| *asked > most));
    if let Some((node, text, _)) = asked {
        let diagnostic = refused(
            node,
            &format!("it asks for {text}, more than its limit allows"),
            "it as `memory` in `resources` of the component, which is both; or write `limits` beside it",
        );
        sink.push(diagnostic.about(&workload.component));
    }
}

/// A further Service under the name of another workload.
fn aliases(platform: &Platform, workload: &Workload, sink: &mut Sink) {
    for node in workload.values.array("aliases").into_iter().flatten() {
        let Some((node, alias)) = written(Some(node)) else {
            continue;
        };
        let other = platform.workload(alias);
        let is_there = |it: &Workload| it.profiles.is_empty() && !it.ports.is_empty();
        if is_there(workload) && other.is_some_and(|other| is_there(other) && !other.in_chart) {
            let diagnostic = refused(
                node,
                &format!("the Service `{alias}` is that of a workload"),
                "an alias that nothing else has",
            );
            sink.push(diagnostic.about(&workload.component));
        }
    }
}

/// A list that has to say something.
fn filled(list: Option<&Node>, what: &str, sink: &mut Sink) {
    if let Some(node) = list.filter(|it| it.as_array().is_some_and(<[Node]>::is_empty)) {
        sink.push(refused(
            node,
            &format!("an empty list does not say {what}"),
            "it, or leave the key out",
        ));
    }
}

/// A text as it is written. What a reference makes is not known here, and an empty one says nothing.
fn written(node: Option<&Node>) -> Option<(&Node, &str)> {
    let node = node?;
    let text = node.as_str()?;
    (!text.is_empty() && !text.contains('$')).then_some((node, text))
}

fn tables(node: Option<&Node>) -> impl Iterator<Item = (&str, &Table)> {
    let table = node.and_then(Node::as_table).into_iter();
    table
        .flat_map(Table::iter)
        .filter_map(|(key, node)| Some((key.name.as_str(), node.as_table()?)))
}

fn refused(node: &Node, message: &str, instead: &str) -> Diagnostic {
    Diagnostic::new(Code::BadValue, message.to_string())
        .label(node.span, "the upgrade ends with an error")
        .help(format!("write {instead}"))
}
