//! The configuration of an Alertmanager: a route for every alert, and receivers that exist.

use std::collections::BTreeSet;

use super::Problem;
use crate::value::yaml::Node;

pub(super) fn problems(document: Option<&Node>) -> Vec<Problem> {
    let mut out = Vec::new();
    let route = document.and_then(|document| document.get("route"));
    let Some(route) = route else {
        return vec![Problem::new(
            &(0..0),
            "it has no `route`",
            "write `route: { receiver: NAME }` and `receivers`: without a route Alertmanager does not start",
        )];
    };
    let receivers = document.and_then(|document| document.get("receivers"));
    let known: BTreeSet<&str> = receivers
        .and_then(Node::list)
        .into_iter()
        .flatten()
        .filter_map(|receiver| receiver.get("name")?.text())
        .collect();
    if route.get("receiver").is_none() {
        out.push(Problem::new(
            &route.at,
            "the first route has no `receiver`",
            "write `receiver: NAME`: it takes what no other route takes",
        ));
    }
    routes(route, &known, &mut out);
    out
}

fn routes(route: &Node, known: &BTreeSet<&str>, out: &mut Vec<Problem>) {
    if let Some(receiver) = route.get("receiver")
        && let Some(name) = receiver.text()
        && !known.contains(name)
    {
        let known: Vec<&str> = known.iter().copied().collect();
        out.push(Problem::new(
            &receiver.at,
            format!("there is no receiver `{name}`"),
            format!(
                "declare it below `receivers`; there is {}",
                crate::text::all_of(&known)
            ),
        ));
    }
    for inner in route
        .get("routes")
        .and_then(Node::list)
        .into_iter()
        .flatten()
    {
        routes(inner, known, out);
    }
}
