//! Links from a component to its log lines, in Grafana's Explore.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::{
    Board,
    provisioning::{self, ELASTICSEARCH, LOKI},
};
use crate::model::Purpose;

/// The first data source of logs.
pub(super) struct Logs<'a> {
    kind: &'static str,
    source: &'a str,
}

/// Of whom the lines are.
pub(super) enum LogOwner<'a> {
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
        let grafana = platform.first_for(Purpose::Dashboards)?;
        [LOKI, ELASTICSEARCH].into_iter().find_map(|kind| {
            let sources = provisioning::in_role(platform, grafana, kind);
            let source = sources.first()?.name.as_str();
            Some(Self { kind, source })
        })
    }

    /// The address of their lines, below that of Grafana, for the time that the dashboard shows.
    pub fn link(&self, owner: LogOwner<'_>) -> String {
        let name = match owner {
            LogOwner::Component(name) => name.to_string(),
            LogOwner::Chosen | LogOwner::Cell => NAME.to_string(),
        };
        let source = json!({ "type": self.kind, "uid": self.source });
        let query = if self.kind == LOKI {
            json!({ "refId": "A", "datasource": source, "expr": format!("{{component=~\"{name}\"}}") })
        } else {
            json!({
                "refId": "A", "datasource": source, "query": format!("component:{name}"),
                "metrics": [{ "id": "1", "type": "logs" }], "bucketAggs": [], "timeField": "@timestamp",
            })
        };
        let range = json!({ "from": FROM.to_string(), "to": TO.to_string() });
        let pane = json!({ "datasource": self.source, "queries": [query], "range": range });
        let variable = match owner {
            LogOwner::Cell => "${__value.raw}",
            _ if self.kind == LOKI => "${job:pipe}",
            _ => "${job:lucene}",
        };
        let panes = encode(&json!({ "logs": pane }).to_string(), variable);
        format!("/explore?schemaVersion=1&orgId=1&panes={panes}")
    }
}

/// Stand where Grafana puts something in.
const NAME: char = '\u{e000}';
const FROM: char = '\u{e001}';
const TO: char = '\u{e002}';

/// What is encoded in a value of a query.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A text as a value in a URL's query. What Grafana puts in is not encoded: it would not see its variables.
fn encode(text: &str, name: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            NAME => out.push_str(name),
            FROM => out.push_str("${__from}"),
            TO => out.push_str("${__to}"),
            c => out.extend(utf8_percent_encode(c.encode_utf8(&mut [0; 4]), ENCODED)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_the_variables_of_grafana_is_encoded() {
        let text = format!("a=\"{NAME}\" ü{FROM}");
        assert_eq!(
            encode(&text, "${job:pipe}"),
            "a%3D%22${job:pipe}%22%20%C3%BC${__from}"
        );
    }
}
