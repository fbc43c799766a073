//! The charts that a plan changes: their values before and afterwards.

use serde_json::{Value, json};

use super::Change;
use crate::value::yaml::{self, Node};

/// Values of the largest chart that is read.
const LARGEST: usize = 5_000_000;

/// The values of the charts that change, without their places in the text. Those that are no YAML or too large are left out.
#[derive(Debug, Default)]
pub(super) struct Charts {
    pub before: Vec<Value>,
    /// A renamed platform has another chart, and its claims and its Secret stay in use.
    pub after: Vec<Value>,
}

impl Charts {
    /// Reads both sides. To read values is slow, and nothing can differ from a chart that is not there yet: then both are empty.
    pub fn of<'a>(changes: impl Iterator<Item = &'a Change>) -> Self {
        let charts: Vec<&Change> = changes
            .filter(|change| name_of(&change.path).is_some())
            .collect();
        if charts.iter().all(|change| change.before.is_none()) {
            return Self::default();
        }
        let before = charts.iter().filter_map(|change| {
            let text = String::from_utf8_lossy(change.before.as_deref()?);
            values(&text)
        });
        let after = charts.iter().filter_map(|change| change.after.as_deref());
        Self {
            before: before.collect(),
            after: after.filter_map(values).collect(),
        }
    }
}

/// The chart whose values a file holds: `helm/PLATFORM/values.yaml`.
pub(super) fn name_of(path: &str) -> Option<&str> {
    let (name, file) = path.strip_prefix("helm/")?.split_once('/')?;
    (file == "values.yaml").then_some(name)
}

/// The values of a chart, without their places; `None`: they are no YAML, or too large.
pub(super) fn values(text: &str) -> Option<Value> {
    let node = yaml::read(text, LARGEST).ok().flatten()?;
    Some(plain(&node))
}

/// The entries of a table of values; none of what is no table.
pub(super) fn table(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// Without places. Every scalar is a text, and nothing is what is not there.
fn plain(node: &Node) -> Value {
    match &node.value {
        yaml::Value::Scalar(text) => match text.as_str() {
            "" | "~" | "null" => Value::Null,
            text => json!(text),
        },
        yaml::Value::List(items) => items.iter().map(plain).collect(),
        yaml::Value::Table(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| (key.text().unwrap_or_default().to_string(), plain(value)));
            entries.filter(|(_, value)| !value.is_null()).collect()
        }
    }
}
