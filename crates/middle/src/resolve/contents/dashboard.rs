//! Dashboards that the user wrote or exported: an exported one refers to data sources of another Grafana.

use std::collections::BTreeSet;

use serde_json::Value;

/// Data sources that are built into Grafana.
const BUILT_IN: [&str; 6] = [
    "grafana",
    "-- Grafana --",
    "-- Mixed --",
    "-- Dashboard --",
    EXPRESSION,
    "-100",
];

/// Grafana's own calculations with the results of other queries: a plugin and its only uid.
const EXPRESSION: &str = "__expr__";

/// The plugin of a data source that says nothing else.
const USUAL: &str = "prometheus";

/// A data source of the platform.
#[derive(Clone, Copy)]
pub(in crate::resolve) struct Source<'a> {
    pub uid: &'a str,
    /// What Grafana calls its type.
    pub plugin: &'a str,
}

/// A dashboard that uses the platform's data sources.
pub(in crate::resolve) enum Adapted {
    AsItIs,
    Rewritten(String),
    /// The data sources that it uses and the platform does not have.
    Foreign(BTreeSet<String>),
    /// The second schema without the resource around it: Grafana reads it as a dashboard of the first, which has no panels.
    Unframed,
}

/// `sources`: in the order in which they take the place of a foreign one of their plugin.
pub(in crate::resolve) fn adapted(text: &str, sources: &[Source<'_>]) -> Adapted {
    let Ok(mut dashboard) = serde_json::from_str::<Value>(text) else {
        // That it is no JSON is reported elsewhere.
        return Adapted::AsItIs;
    };
    let has = |key: &str| dashboard.get(key).is_some();
    if has("elements") && has("layout") && !has("apiVersion") {
        return Adapted::Unframed;
    }
    let mut walk = Walk {
        inputs: inputs(&dashboard, "pluginId"),
        constants: inputs(&dashboard, "value"),
        variables: variables(&dashboard),
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

/// What an import would ask for, each with what this key says of it: the plugin of a data source, the value of a constant.
fn inputs(dashboard: &Value, key: &str) -> Vec<(String, String)> {
    let inputs = dashboard.get("__inputs").and_then(Value::as_array);
    let text = |input: &Value, key: &str| Some(input.get(key)?.as_str()?.to_string());
    inputs
        .into_iter()
        .flatten()
        .filter_map(|input| Some((text(input, "name")?, text(input, key)?)))
        .collect()
}

/// The dashboard's own variables, in either schema: as one a reader chooses the data source.
fn variables(dashboard: &Value) -> BTreeSet<String> {
    let first = dashboard.pointer("/templating/list");
    let second = dashboard.pointer("/spec/variables");
    let lists = [first, second].into_iter().flatten();
    let all = lists.filter_map(Value::as_array).flatten();
    all.filter_map(|it| it.get("name").or_else(|| it.pointer("/spec/name")))
        .filter_map(|name| Some(name.as_str()?.to_string()))
        .collect()
}

/// The variable that a text is, as `$X`, `${X}`, `${X:raw}` or `[[X]]`.
fn variable_of(text: &str) -> Option<&str> {
    let in_brackets = |start, end| text.strip_prefix(start)?.strip_suffix(end);
    let name = in_brackets("${", "}")
        .or_else(|| in_brackets("[[", "]]"))
        .or_else(|| text.strip_prefix('$'))?;
    name.split(':').next()
}

struct Walk<'a> {
    /// Data sources that an import would ask for, and their plugins.
    inputs: Vec<(String, String)>,
    /// Texts that an import would fill in.
    constants: Vec<(String, String)>,
    variables: BTreeSet<String>,
    sources: &'a [Source<'a>],
    changed: bool,
    foreign: BTreeSet<String>,
}

impl<'a> Walk<'a> {
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
            Value::String(text) => self.fill_in(text),
            _ => {}
        }
    }

    /// Constants of an export, such as `${VAR_X}`: nobody fills them in where a dashboard is provisioned.
    fn fill_in(&mut self, text: &mut String) {
        for (name, value) in &self.constants {
            let written = format!("${{{name}}}");
            if text.contains(&written) {
                *text = text.replace(&written, value);
                self.changed = true;
            }
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
        let is_known = self.sources.iter().any(|source| source.uid == uid);
        if uid.is_empty() || is_known || BUILT_IN.contains(&uid) {
            return None;
        }
        let variable = variable_of(uid);
        if variable.is_some_and(|name| self.variables.contains(name)) {
            return None;
        }
        let asked = self
            .inputs
            .iter()
            .find(|(name, _)| Some(name.as_str()) == variable);
        let plugin = asked.map(|(_, plugin)| plugin.as_str()).or(plugin);
        let plugin = plugin.unwrap_or(USUAL);
        let ours = match plugin {
            EXPRESSION => Some(EXPRESSION),
            plugin => self.of_plugin(plugin),
        };
        match ours {
            Some(ours) => {
                let ours = ours.to_string();
                self.changed = true;
                Some(ours)
            }
            None => {
                self.foreign.insert(format!("{uid} ({plugin})"));
                None
            }
        }
    }

    fn of_plugin(&self, plugin: &str) -> Option<&'a str> {
        let first = self.sources.iter().find(|it| it.plugin == plugin);
        first.map(|source| source.uid)
    }
}
