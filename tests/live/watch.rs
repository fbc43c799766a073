//! What a platform's Prometheus has against it, and what its Alertmanager has sent to a receiver.

use serde_json::Value;

use crate::http::get;

/// The published ports of Prometheus and of the receiver, which is `pages/pager.py`.
#[derive(Clone, Copy)]
pub struct Watch {
    pub prometheus: u16,
    pub pager: u16,
}

impl Watch {
    /// The notifications since then that are not resolved ones, sorted: alert and component.
    pub fn pages(self, since: usize) -> Vec<(String, String)> {
        let told = self.received("page");
        let firing = told[since..].iter().filter(|it| it["status"] == "firing");
        let mut pages: Vec<_> = firing.map(|it| named(&it["groupLabels"])).collect();
        pages.sort();
        pages
    }

    /// What is pending or fires, apart from the alert that always fires.
    pub fn alerts(self) -> Vec<(String, String)> {
        let alerts = read(self.prometheus, "/api/v1/alerts")["data"]["alerts"].clone();
        let alerts = alerts.as_array().expect("a list").iter();
        alerts
            .map(|alert| named(&alert["labels"]))
            .filter(|(alert, _)| alert != "Watchdog")
            .collect()
    }

    /// What came on one path of the receiver.
    pub fn received(self, path: &str) -> Vec<Value> {
        let told = read(self.pager, &format!("/{path}"));
        told.as_array().expect("a list").clone()
    }
}

fn named(labels: &Value) -> (String, String) {
    let label = |name: &str| labels[name].as_str().unwrap_or_default().to_string();
    (label("alertname"), label("component"))
}

fn read(port: u16, path: &str) -> Value {
    let (status, text) = get(port, path);
    assert_eq!(status, 200, "{path}: {text}");
    serde_json::from_str(&text).expect("JSON")
}
