//! Raw values of the chart that are what they should be by their shape, and that Helm or the cluster refuses: one of them ends the
//! whole upgrade.

use std::{collections::BTreeSet, net::IpAddr};

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    language::memory_bytes,
    model::{NetworkMode, Platform, Protocol, Workload, is_dns_label},
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
        at_top(platform, values, sink);
    }
    for workload in platform.workloads().filter(|it| !it.in_chart) {
        hostname(workload, sink);
        memory(workload, sink);
        service(workload, sink);
        aliases(platform, workload, sink);
        for (_, mount) in tables(workload.values.get("volumes")) {
            filled(mount.get("accessModes"), "who may mount it", sink);
        }
    }
}

fn at_top(platform: &Platform, values: &Table, sink: &mut Sink) {
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
    for (name, host) in tables(values.get_path(&["ingress", "hosts"])) {
        host_of_udp(platform, name, host, sink);
    }
    objects(platform, values, sink);
    let Some(policy) = values.table("networkPolicy") else {
        return;
    };
    for key in FILLED {
        filled(policy.get(key), "who is meant", sink);
    }
    let server = policy.get_path(&["apiServer", "cidrs"]);
    let server = server.and_then(Node::as_array).into_iter().flatten();
    server.for_each(|node| block(node, sink));
    let peers = PEERS.iter().filter_map(|key| policy.array(key)).flatten();
    for peer in peers.filter_map(Node::as_table) {
        blocks(peer, sink);
    }
}

/// Objects of the user's that are there already: Services of workloads, and others of the same list.
fn objects(platform: &Platform, values: &Table, sink: &mut Sink) {
    let services = platform
        .workloads()
        .filter(|it| has_service(it) && !it.in_chart);
    let service = |it: &Workload| ["", "Service", &it.name, ""].map(ToString::to_string);
    let mut known: BTreeSet<[String; 4]> = services.map(service).collect();
    // The chart has those of the platform and of each component in one list.
    let of_workloads = platform.workloads().map(|it| &it.values);
    let lists = std::iter::once(values).chain(of_workloads);
    let list = lists.filter_map(|it| it.array("extraObjects")).flatten();
    for object in list.filter_map(Node::as_table) {
        let of = |path: &[&str]| written(object.get_path(path));
        let name = of(&["metadata", "name"]);
        let Some(((_, kind), (node, name))) = of(&["kind"]).zip(name) else {
            continue;
        };
        let namespace = of(&["metadata", "namespace"]).map_or("", |(_, text)| text);
        // Other groups have kinds of the same names.
        let version = of(&["apiVersion"]).map_or("", |(_, text)| text);
        let group = version.split_once('/').map_or("", |(group, _)| group);
        if !known.insert([group, kind, name, namespace].map(ToString::to_string)) {
            sink.push(refused(
                node,
                &format!("the chart has a {kind} `{name}` already"),
                "another name",
            ));
        }
    }
}

/// A host leads HTTP to its port.
fn host_of_udp(platform: &Platform, name: &str, host: &Table, sink: &mut Sink) {
    let workload = written(host.get("workload")).and_then(|(_, text)| platform.workload(text));
    let port = written(host.get("port"));
    let port = workload
        .zip(port)
        .and_then(|(workload, (node, text))| Some((node, workload.port(text)?)));
    if let Some((node, port)) = port.filter(|(_, port)| port.protocol == Protocol::Udp) {
        sink.push(refused(
            node,
            &format!(
                "`{name}` leads HTTP to it, and port `{}` takes UDP",
                port.name
            ),
            "a port that takes TCP",
        ));
    }
}

/// The addresses of a peer.
fn blocks(peer: &Table, sink: &mut Sink) {
    let Some(block_of) = peer.table("ipBlock") else {
        return;
    };
    let except = block_of.array("except").into_iter().flatten();
    let cidrs = block_of.get("cidr").into_iter().chain(except);
    cidrs.for_each(|node| block(node, sink));
}

fn block(node: &Node, sink: &mut Sink) {
    if let Some((node, text)) = written(Some(node)).filter(|(_, text)| !is_cidr(text)) {
        sink.push(refused(
            node,
            &format!("`{text}` is no block of addresses"),
            "an address and how many of its bits are fixed, such as `10.9.0.0/16` or `10.9.0.7/32`",
        ));
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

/// A Service without an address of its own that the nodes, or a balancer, are to lead to.
fn service(workload: &Workload, sink: &mut Sink) {
    let of = |key| written(workload.values.get_path(&["service", key]));
    let published = of("type").filter(|(_, text)| matches!(*text, "LoadBalancer" | "NodePort"));
    let headless = of("clusterIP").filter(|(_, text)| *text == "None");
    if let (Some((_, sort)), Some((node, _))) = (published, headless) {
        let diagnostic = refused(
            node,
            &format!("a Service of type `{sort}` has an address in the cluster"),
            "no `clusterIP` beside it",
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
        if has_service(workload) && other.is_some_and(|it| has_service(it) && !it.in_chart) {
            let diagnostic = refused(
                node,
                &format!("the Service `{alias}` is that of a workload"),
                "an alias that nothing else has",
            );
            sink.push(diagnostic.about(&workload.component));
        }
    }
}

/// Whether the chart makes a Service of its name (`services.yaml`), unless the raw values of the whole chart say otherwise.
fn has_service(workload: &Workload) -> bool {
    let is_isolated = workload
        .network_mode
        .as_ref()
        .is_some_and(|mode| mode.value == NetworkMode::None);
    workload.profiles.is_empty() && !workload.ports.is_empty() && !is_isolated && !is_off(workload)
}

/// Whether its own values leave it out of the chart.
pub(super) fn is_off(workload: &Workload) -> bool {
    workload.values.get("enabled").is_some_and(Node::is_false)
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
