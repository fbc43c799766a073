//! Rule files as Prometheus reads them: it refuses what it does not know.

use std::collections::BTreeSet;

use super::Problem;
use crate::{
    language::promql,
    value::yaml::{Node, Value},
};

const OF_FILE: [&str; 1] = ["groups"];
const OF_GROUP: [&str; 7] = [
    "name",
    "interval",
    "query_offset",
    "limit",
    "labels",
    "rules",
    "partial_response_strategy",
];
const OF_RULE: [&str; 7] = [
    "record",
    "alert",
    "expr",
    "for",
    "keep_firing_for",
    "labels",
    "annotations",
];

/// The rules of a file: names and expressions.
pub(super) fn expressions(document: &Node) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for rule in rules(document) {
        let name = rule.get("alert").or_else(|| rule.get("record"));
        let name = name.and_then(Node::text).unwrap_or_default();
        if let Some(expr) = rule.get("expr").and_then(Node::text) {
            out.push((name.to_string(), expr.to_string()));
        }
    }
    out
}

/// The values that the rules of a file give to a label.
pub(super) fn label(document: &Node, name: &str) -> Vec<String> {
    let values = rules(document).filter_map(|rule| rule.get("labels")?.get(name)?.text());
    values.map(str::to_string).collect()
}

fn rules(document: &Node) -> impl Iterator<Item = &Node> {
    let groups = document.get("groups").and_then(Node::list);
    let groups = groups.into_iter().flatten();
    groups
        .filter_map(|group| group.get("rules")?.list())
        .flatten()
}

pub(super) fn problems(document: &Node) -> Vec<Problem> {
    let mut out = Vec::new();
    if is_nothing(document) {
        return out;
    }
    keys(document, "a rule file", &OF_FILE, &mut out);
    let mut names = BTreeSet::new();
    for group in items(document.get("groups"), "`groups`", &mut out) {
        keys(group, "a group", &OF_GROUP, &mut out);
        match group
            .get("name")
            .and_then(|name| Some((name, name.text()?)))
        {
            Some((name, text)) if !names.insert(text.to_string()) => out.push(Problem::new(
                &name.at,
                format!("there are two groups `{text}`"),
                "rename one of the two",
            )),
            Some(_) => {}
            None => out.push(missing(group, "a group", "name")),
        }
        for rule in items(group.get("rules"), "`rules`", &mut out) {
            self::rule(rule, &mut out);
        }
    }
    out
}

fn rule(rule: &Node, out: &mut Vec<Problem>) {
    keys(rule, "a rule", &OF_RULE, out);
    if rule.table().is_none() {
        return;
    }
    match (rule.get("record"), rule.get("alert")) {
        (Some(_), Some(alert)) => out.push(Problem::new(
            &alert.at,
            "a rule is either an `alert` or a `record`",
            "make two rules of it",
        )),
        (None, None) => out.push(missing(rule, "a rule", "alert` or `record")),
        _ => {}
    }
    match rule.get("expr") {
        None => out.push(missing(rule, "a rule", "expr")),
        Some(expression) => {
            if expression.text().is_none_or(|text| promql(text).is_none()) {
                out.push(Problem::new(
                    &expression.at,
                    "`expr` is not an expression of PromQL",
                    "fix the expression; `promtool check rules` says more",
                ));
            }
        }
    }
}

/// Says which keys of a table are unknown, or that it is no table.
fn keys(node: &Node, what: &str, known: &[&str], out: &mut Vec<Problem>) {
    let Some(entries) = node.table() else {
        out.push(Problem::new(
            &node.at,
            format!("{what} is a table"),
            "write `key: value` below it",
        ));
        return;
    };
    for (key, _) in entries {
        if key.text().is_none_or(|text| !known.contains(&text)) {
            out.push(Problem::new(
                &key.at,
                format!("{what} has no key `{}`", key.text().unwrap_or_default()),
                format!("known keys: {}", crate::text::all_of(known)),
            ));
        }
    }
}

fn items<'a>(node: Option<&'a Node>, what: &str, out: &mut Vec<Problem>) -> &'a [Node] {
    let Some(node) = node.filter(|node| !is_nothing(node)) else {
        return &[];
    };
    node.list().unwrap_or_else(|| {
        out.push(Problem::new(
            &node.at,
            format!("{what} is a list"),
            "start each item with `-`",
        ));
        &[]
    })
}

fn is_nothing(node: &Node) -> bool {
    matches!(&node.value, Value::Scalar(text) if matches!(text.as_str(), "" | "~" | "null"))
}

fn missing(node: &Node, what: &str, key: &str) -> Problem {
    let start = node.at.start..node.at.start;
    Problem::new(
        &start,
        format!("{what} needs the key `{key}`"),
        format!("write `{key}`"),
    )
}
