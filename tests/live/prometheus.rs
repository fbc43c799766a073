//! What a Prometheus answers on its published port.

use serde_json::Value;

use crate::http::{escaped, get, post};

/// One that is reached on this machine.
pub struct Prometheus {
    pub port: u16,
}

impl Prometheus {
    /// Each active target: its job, and why it is down if it is.
    pub fn targets(&self) -> Vec<(String, Option<String>)> {
        let data = self.data("targets?state=active");
        let targets = data["activeTargets"].as_array().cloned();
        let targets = targets.unwrap_or_default().into_iter().map(|target| {
            let down = target["health"] != "up";
            let job = target["labels"]["job"].as_str().unwrap_or_default();
            (
                job.to_string(),
                down.then(|| target["lastError"].to_string()),
            )
        });
        targets.collect()
    }

    /// Rules that were never evaluated, or that could not be: name and error.
    pub fn broken_rules(&self) -> Vec<String> {
        let data = self.data("rules");
        let groups = data["groups"].as_array().cloned().unwrap_or_default();
        let rules = groups.iter().filter_map(|group| group["rules"].as_array());
        let broken = rules.flatten().filter(|rule| rule["health"] != "ok");
        broken
            .map(|rule| format!("{}: {} {}", rule["name"], rule["health"], rule["lastError"]))
            .collect()
    }

    /// How many series a query gives. It panics where Prometheus refuses the query.
    pub fn series(&self, query: &str) -> usize {
        let body = format!("query={}", escaped(query));
        let kind = "application/x-www-form-urlencoded";
        let (status, text) = post(self.port, "/api/v1/query", kind, &body);
        assert_eq!(status, 200, "{query}: {text}");
        let answer: Value = serde_json::from_str(&text).expect("JSON");
        match answer["data"]["resultType"].as_str() {
            Some("vector" | "matrix") => answer["data"]["result"].as_array().map_or(0, Vec::len),
            _ => 1,
        }
    }

    fn data(&self, path: &str) -> Value {
        let (_, text) = get(self.port, &format!("/api/v1/{path}"));
        let answer: Value = serde_json::from_str(&text).unwrap_or_default();
        answer["data"].clone()
    }
}
