//! What several services of a file have in common stands in it once, at an anchor.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::{
    model::Platform,
    target::runtime::shared::service::{COMPOSE_LABELS, ServiceView, logging},
};

/// A shorter environment is read faster than its anchor is looked up.
const FEW_VARIABLES: usize = 4;

/// A value that several services have.
#[derive(Debug, Serialize)]
pub(super) struct SharedValue {
    /// The name of its anchor, in the file's language already.
    anchor: String,
    /// The value.
    value: Value,
}

/// The values, and which key of which service has which of them.
#[derive(Debug, Default, Serialize)]
pub(super) struct Repeated {
    /// What stands once, each at its anchor.
    pub shared: Vec<SharedValue>,
    /// The anchors of a service's keys, by the service's name.
    pub anchors: BTreeMap<String, BTreeMap<String, String>>,
}

/// Environments and logging that two or more of the services have alike.
pub(super) fn of(platform: &Platform, services: &[ServiceView]) -> Repeated {
    let mut out = Repeated::default();
    let usual = logging(platform, COMPOSE_LABELS);
    let logs_as_usual = |service: &&ServiceView| service.keys.get("logging") == Some(&usual);
    let loggers: Vec<&ServiceView> = services.iter().filter(logs_as_usual).collect();
    out.share("logging", "logging", &loggers);
    for alike in services_by_environment(services) {
        if let Some(first) = alike.first() {
            let anchor = format!("{}-environment", first.name);
            out.share("environment", &anchor, &alike);
        }
    }
    out
}

/// The services, grouped by equal environments. The group of the first service comes first.
fn services_by_environment(services: &[ServiceView]) -> Vec<Vec<&ServiceView>> {
    let mut alike: Vec<Vec<&ServiceView>> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for service in services {
        let environment = service.keys.get("environment");
        let Some(variables) = environment.and_then(Value::as_object) else {
            continue;
        };
        if variables.len() < FEW_VARIABLES {
            continue;
        }
        let text = environment.map(ToString::to_string).unwrap_or_default();
        match places.get(&text) {
            Some(place) => alike[*place].push(service),
            None => {
                places.insert(text, alike.len());
                alike.push(vec![service]);
            }
        }
    }
    alike
}

impl Repeated {
    /// Notes a value that these services have alike, where they are several.
    fn share(&mut self, key: &str, anchor: &str, alike: &[&ServiceView]) {
        let [first, _, ..] = alike else {
            return;
        };
        let Some(value) = first.keys.get(key) else {
            return;
        };
        for service in alike {
            let keys = self.anchors.entry(service.name.clone()).or_default();
            keys.insert(key.to_string(), anchor.to_string());
        }
        self.shared.push(SharedValue {
            anchor: anchor.to_string(),
            value: value.clone(),
        });
    }
}
