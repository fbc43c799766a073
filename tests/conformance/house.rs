//! Rules for this repository's own Compose files, beyond those of Compose.

use serde_json::Value;

use crate::compose::{Project, services};
use crate::tree::{Finding, Tree};

/// Services without a port: nothing can check their health.
const NOTHING_TO_ASK: [&str; 1] = ["stream-emitter"];

pub fn judge(trees: &[Tree]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for tree in trees {
        match Project::read(tree).and_then(|project| project.model()) {
            Ok(model) => {
                for (name, service) in services(&model) {
                    findings.extend(
                        faults(name, service)
                            .into_iter()
                            .map(|fault| tree.finding(format!("{name}: {fault}"))),
                    );
                }
            }
            Err(message) => findings.push(tree.finding(message)),
        }
    }
    findings
}

fn faults(name: &str, service: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let image = service["image"].as_str().unwrap_or_default();
    if !pinned(image) {
        faults.push(format!("the image `{image}` is not pinned"));
    }
    if !service["container_name"].is_null() {
        faults.push(
            "has a container_name, which forbids a second project beside this one".to_owned(),
        );
    }
    if service["restart"].is_null() {
        faults.push("does not say when it restarts".to_owned());
    }
    // A job ends; every other service needs a health check.
    let job = service["restart"] == "no";
    if !job && !NOTHING_TO_ASK.contains(&name) && service["healthcheck"]["test"].is_null() {
        faults.push("has no health check".to_owned());
    }
    for port in service["ports"].as_array().into_iter().flatten() {
        if port["host_ip"] != "127.0.0.1" {
            faults.push(format!(
                "publishes port {} beyond this machine",
                port["published"]
            ));
        }
    }
    faults
}

/// Whether the image has a digest, or a tag other than `latest`.
fn pinned(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or_default();
    image.contains("@sha256:")
        || name
            .split_once(':')
            .is_some_and(|(_, tag)| !tag.is_empty() && tag != "latest")
}
