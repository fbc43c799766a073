//! Links from a component to its log lines, in Grafana's Explore.

use serde_json::json;

use super::{
    Board,
    provisioning::{self, ELASTICSEARCH, LOKI},
};

/// The first data source of logs.
pub(super) struct Logs<'a> {
    kind: &'static str,
    source: &'a str,
}

/// Of whom the lines are. Grafana puts in what stands between `${` and `}` when somebody clicks.
pub(super) enum Whose<'a> {
    Component(&'a str),
    /// The components that the dashboard's variable `job` chooses.
    Chosen,
    /// The component whose name stands in the cell.
    Cell,
}

impl<'a> Logs<'a> {
    /// `None` where the platform's Grafana searches no logs.
    pub fn of(board: &Board<'a>) -> Option<Self> {
        let platform = board.context.platform;
        let grafana = platform.first_of("grafana")?;
        [LOKI, ELASTICSEARCH].into_iter().find_map(|kind| {
            let sources = provisioning::in_role(platform, grafana, kind);
            let source = sources.first()?.name.as_str();
            Some(Self { kind, source })
        })
    }

    /// The address of their lines, below that of Grafana, for the time that the dashboard shows.
    pub fn link(&self, whose: Whose<'_>) -> String {
        let name = match whose {
            Whose::Component(name) => name,
            Whose::Chosen if self.kind == LOKI => "${job:pipe}",
            Whose::Chosen => "${job:lucene}",
            Whose::Cell => "${__value.raw}",
        };
        let source = json!({ "type": self.kind, "uid": self.source });
        let query = if self.kind == LOKI {
            json!({ "refId": "A", "datasource": source, "expr": format!("{{component=~\"{name}\"}}") })
        } else {
            let metrics = [json!({ "id": "1", "type": "logs" })];
            json!({
                "refId": "A", "datasource": source, "query": format!("component:{name}"),
                "metrics": metrics, "bucketAggs": [], "timeField": "@timestamp",
            })
        };
        let pane = json!({
            "datasource": self.source,
            "queries": [query],
            "range": { "from": "${__from}", "to": "${__to}" },
        });
        let panes = encode(&json!({ "logs": pane }).to_string());
        format!("/explore?schemaVersion=1&orgId=1&panes={panes}")
    }
}

/// A text as a value in a URL's query; what Grafana is to put in stays as it is.
fn encode(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, inside, after)) = rest.split_once("${").and_then(|(before, after)| {
        let (inside, after) = after.split_once('}')?;
        Some((before, inside, after))
    }) {
        escape(before, &mut out);
        out.push_str(&format!("${{{inside}}}"));
        rest = after;
    }
    escape(rest, &mut out);
    out
}

fn escape(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_what_grafana_puts_in_is_encoded() {
        assert_eq!(
            encode("a=\"${job:pipe}\" ü"),
            "a%3D%22${job:pipe}%22%20%C3%BC"
        );
    }
}
