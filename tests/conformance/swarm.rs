//! Docker's own client reads `swarm/stack.yaml` as `docker stack deploy` would. It checks each service alone, so a name that a
//! service uses and nothing declares is checked here.

use std::fs;

use serde_json::Value;

use crate::{
    compose::{required_variables, services},
    consumer,
    tree::{Finding, Tree},
};

/// What a service names, and where it has to be declared.
const SECTIONS: [&str; 3] = ["networks", "volumes", "secrets"];

pub fn judge(trees: &[Tree]) -> Vec<Finding> {
    trees
        .iter()
        .filter(|tree| tree.path.join("swarm/stack.yaml").is_file())
        .flat_map(|tree| judge_tree(tree).into_iter().map(|it| tree.finding(it)))
        .collect()
}

fn judge_tree(tree: &Tree) -> Vec<String> {
    let file = tree.path.join("swarm/stack.yaml");
    let text = fs::read_to_string(&file).unwrap_or_default();
    let required = required_variables(&text);
    let config = |values: &[String]| {
        let mut command = consumer::consumer("bin/docker");
        command.envs(values.iter().map(|name| (name, "conformance-1")));
        consumer::run(command.args(["stack", "config", "-c"]).arg(&file))
    };
    let mut findings = Vec::new();
    let verdict = config(&required);
    // It warns of options that Swarm ignores, and continues.
    if !verdict.success || !verdict.stderr.is_empty() {
        findings.push(format!("docker stack config: {}", verdict.words()));
        return findings;
    }
    let bare = config(&[]);
    if !required.is_empty() && bare.success {
        findings.push("the stack starts with none of the variables that it requires".to_owned());
    }
    match consumer::yaml(&verdict.stdout) {
        Ok(documents) => findings.extend(documents.iter().flat_map(undeclared)),
        Err(message) => findings.push(message),
    }
    findings
}

fn undeclared(model: &Value) -> Vec<String> {
    let mut messages = Vec::new();
    for (name, service) in services(model) {
        for section in SECTIONS {
            for named in names(service, section) {
                if model[section].get(&named).is_none() {
                    messages.push(format!(
                        "{name} names {named}, which {section} does not have"
                    ));
                }
            }
        }
    }
    messages
}

fn names(service: &Value, section: &str) -> Vec<String> {
    let source = |entry: &Value| {
        let is_other = section == "volumes" && entry["type"] != "volume";
        let source = entry["source"].as_str().or(entry.as_str());
        source.filter(|_| !is_other).map(str::to_owned)
    };
    match &service[section] {
        Value::Object(table) => table.keys().cloned().collect(),
        Value::Array(list) => list.iter().filter_map(source).collect(),
        _ => Vec::new(),
    }
}
