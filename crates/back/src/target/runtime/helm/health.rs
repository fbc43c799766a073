//! Health checks as probes.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    model::{Health, Platform, Probe},
    speak::{Chart, Speak, units::kubernetes},
    target::runtime::shared::health::in_url,
};

/// One check and its times, of which the templates make a readiness probe and, with `liveness`, the other two.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthValues {
    #[serde(flatten)]
    check: Value,
    period_seconds: u64,
    timeout_seconds: u64,
    retries: u32,
    /// How long failures do not count at the start.
    start_seconds: u64,
    /// Whether a failing container is restarted.
    liveness: bool,
    /// The path that decides on the start and on restarts, where it is another than that of the check.
    #[serde(skip_serializing_if = "Option::is_none")]
    alive_path: Option<Value>,
}

pub fn values(platform: &Platform, health: &Health) -> HealthValues {
    let check = match health.in_cluster.as_ref().unwrap_or(&health.probe) {
        Probe::Http {
            path,
            number,
            scheme,
            ..
        } => json!({ "httpGet": {
            "path": Chart(platform).value(&in_url(path)),
            "port": number,
            "scheme": scheme.name().to_ascii_uppercase(),
        }}),
        Probe::Tcp { number, .. } => json!({ "tcpSocket": { "port": number } }),
        Probe::Command(words) => {
            let words: Vec<Value> = words
                .iter()
                .map(|word| Chart(platform).value(word))
                .collect();
            json!({ "exec": words })
        }
        Probe::Shell(line) => {
            json!({ "exec": ["/bin/sh", "-c", Chart(platform).value(line)] })
        }
    };
    HealthValues {
        check,
        period_seconds: kubernetes::seconds(health.interval).max(1),
        timeout_seconds: kubernetes::seconds(health.timeout).max(1),
        retries: health.retries.max(1),
        start_seconds: kubernetes::seconds(health.start_period),
        liveness: health.liveness,
        alive_path: health
            .alive
            .as_ref()
            .filter(|_| health.liveness)
            .map(|path| Chart(platform).value(&in_url(path))),
    }
}
