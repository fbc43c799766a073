//! Dashboards that the user wrote or exported: an exported one refers to data sources of another Grafana.

use std::collections::BTreeSet;

use serde_json::Value;

/// Data sources that are built into Grafana.
const BUILT_IN: [&str; 4] = ["grafana", "-- Grafana --", "-- Mixed --", "-- Dashboard --"];

/// A dashboard that uses the platform's data sources.
pub(in crate::resolve) enum Adapted {
    AsItIs,
    Rewritten(String),
    /// The data sources that it uses and the platform does not have.
    Foreign(BTreeSet<String>),
    /// The second schema without the resource around it: Grafana reads it as a dashboard of the first, which has no panels.
    Unframed,
}

/// `sources`: uids of the data sources, the one first that takes the place of a foreign Prometheus.
pub(in crate::resolve) fn adapted(text: &str, sources: &[&str]) -> Adapted {
    let Ok(mut dashboard) = serde_json::from_str::<Value>(text) else {
        // That it is no JSON is reported elsewhere.
        return Adapted::AsItIs;
    };
    let has = |key: &str| dashboard.get(key).is_some();
    if has("elements") && has("layout") && !has("apiVersion") {
        return Adapted::Unframed;
    }
    let mut walk = Walk {
        inputs: inputs(&dashboard),
        sources,
        changed: false,
        foreign: BTreeSet::new(),
    };
    walk.value(&mut dashboard);
    if !walk.foreign.is_empty() {
        return Adapted::Foreign(walk.foreign);
    }
    if !walk.changed {
        return Adapted::AsItIs;
    }
    if let Value::Object(keys) = &mut dashboard {
        // The inputs that an import in Grafana would ask for are filled in.
        keys.shift_remove("__inputs");
    }
    serde_json::to_string_pretty(&dashboard)
        .map_or(Adapted::AsItIs, |text| Adapted::Rewritten(text + "\n"))
}

/// `${DS_X}` and the plugin that it wants.
fn inputs(dashboard: &Value) -> Vec<(String, String)> {
    let inputs = dashboard.get("__inputs").and_then(Value::as_array);
    let text = |input: &Value, key: &str| Some(input.get(key)?.as_str()?.to_string());
    inputs
        .into_iter()
        .flatten()
        .filter_map(|input| Some((text(input, "name")?, text(input, "pluginId")?)))
        .collect()
}

struct Walk<'a> {
    inputs: Vec<(String, String)>,
    sources: &'a [&'a str],
    changed: bool,
    foreign: BTreeSet<String>,
}

impl Walk<'_> {
    fn value(&mut self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(keys) => {
                // In the second schema the plugin stands beside the data source.
                let group = keys.get("group").and_then(Value::as_str);
                let group = group.map(str::to_string);
                for (key, inner) in keys.iter_mut() {
                    match key.as_str() {
                        "datasource" => self.source(inner, group.as_deref()),
                        "__inputs" | "__requires" => {}
                        _ => self.value(inner),
                    }
                }
            }
            _ => {}
        }
    }

    /// A uid or a name alone, `{ type, uid }`, or the `{ name }` of the second schema, which is a uid.
    fn source(&mut self, source: &mut Value, group: Option<&str>) {
        match source {
            Value::String(uid) => {
                if let Some(ours) = self.own_source(uid, group) {
                    *uid = ours;
                }
            }
            Value::Object(keys) => {
                let plugin = keys.get("type").and_then(Value::as_str).map(str::to_string);
                let plugin = plugin.as_deref().or(group);
                for key in ["uid", "name"] {
                    if let Some(Value::String(uid)) = keys.get_mut(key) {
                        if let Some(ours) = self.own_source(uid, plugin) {
                            *uid = ours;
                        }
                        break;
                    }
                }
            }
            _ => {}
        }
    }

    /// The uid to write instead; nothing where it is right.
    fn own_source(&mut self, uid: &str, plugin: Option<&str>) -> Option<String> {
        let input = uid
            .strip_prefix('$')
            .and_then(|rest| rest.strip_prefix('{')?.strip_suffix('}'))
            .filter(|name| name.starts_with("DS_"));
        let is_variable = uid.starts_with('$') && input.is_none();
        if is_variable || uid.is_empty() || BUILT_IN.contains(&uid) || self.sources.contains(&uid) {
            return None;
        }
        let asked = self
            .inputs
            .iter()
            .find(|(name, _)| Some(name.as_str()) == input);
        let plugin = asked.map(|(_, plugin)| plugin.as_str()).or(plugin);
        if matches!(plugin, None | Some("prometheus"))
            && let Some(first) = self.sources.first()
        {
            self.changed = true;
            return Some((*first).to_string());
        }
        let plugin = plugin.unwrap_or("prometheus");
        self.foreign.insert(format!("{uid} ({plugin})"));
        None
    }
}
