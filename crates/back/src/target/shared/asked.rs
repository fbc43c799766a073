//! What users ask Prometheus for: in alerts, panels, rule files and dashboards of their own. What kinds ask for names the jobs
//! that are there.

use serde_json::Value;

use crate::{
    language::without_variables,
    model::{Component, Platform, Setting, SettingFile, SettingValue},
    resolve::{label_of_rules, rules_of},
    source::Span,
};

/// What stands for a variable of Grafana outside of a string: no metric has this name.
const VARIABLE: &str = "a_variable_of_grafana";

/// An expression of somebody's own.
pub(in crate::target) struct Question<'a> {
    /// Where it stands, as in ``the alert `Late` ``.
    pub what: String,
    /// On which component, and whose `allow` accepts a loss.
    pub component: &'a str,
    /// What has no data if nobody knows what it asks for.
    pub loser: &'static str,
    /// In PromQL.
    pub text: String,
    /// Its place in platform.toml.
    pub span: Span,
    /// What stands at this place.
    pub mark: &'static str,
    /// Whether people look at it.
    pub is_shown: bool,
    /// Whether it stands in platform.toml itself.
    pub is_inline: bool,
}

impl Question<'_> {
    /// As in ``the alert `Late` of `api` ``.
    pub fn place(&self) -> String {
        match self.is_inline {
            true => format!("{} of `{}`", self.what, self.component),
            false => self.what.clone(),
        }
    }
}

/// Everything that users ask, in the order of components; then the files of Prometheus and of Grafana.
pub(in crate::target) fn questions<'a>(
    platform: &'a Platform,
    prometheus: Option<&'a Component>,
    grafana: Option<&'a Component>,
) -> Vec<Question<'a>> {
    let mut out = Vec::new();
    for component in &platform.components {
        out.extend(of_alerts(component));
        out.extend(of_panels(component));
    }
    for (component, setting, file, span) in files(prometheus, "rules") {
        let text = String::from_utf8_lossy(&file.bytes);
        out.extend(rules_of(&text).into_iter().map(|(name, text)| Question {
            what: format!("the rule `{name}` of {}", file.path),
            component: &component.name,
            loser: "the rule",
            text,
            span: span.unwrap_or(setting.span),
            mark: "this file",
            is_shown: false,
            is_inline: false,
        }));
    }
    for (component, setting, file, span) in files(grafana, "dashboards") {
        let mut found = Vec::new();
        let board = serde_json::from_slice(&file.bytes).unwrap_or_default();
        queries(&board, Source::Prometheus, &mut found);
        out.extend(found.into_iter().map(|text| Question {
            what: format!("the dashboard {}", file.path),
            component: &component.name,
            loser: "one of its panels",
            text,
            span: span.unwrap_or(setting.span),
            mark: "this file",
            is_shown: true,
            is_inline: false,
        }));
    }
    out
}

fn of_alerts(component: &Component) -> impl Iterator<Item = Question<'_>> {
    let own = component.alerts.iter().filter(|alert| !alert.from_kind);
    own.map(|alert| Question {
        what: format!("the alert `{}`", alert.name),
        component: &component.name,
        loser: "the alert",
        text: alert.expr.clone(),
        span: place_of(component, &alert.name).unwrap_or(alert.span),
        mark: "this alert",
        is_shown: false,
        is_inline: true,
    })
}

/// The place of an alert's expression. What runs elsewhere has no workload that keeps it.
fn place_of(component: &Component, alert: &str) -> Option<Span> {
    let written = &component.main()?.written;
    Some(written.get_path(&["alerts", alert, "expr"])?.span)
}

fn of_panels(component: &Component) -> impl Iterator<Item = Question<'_>> {
    let panels = component.own_panels.iter();
    let queries = panels.flat_map(|panel| panel.queries.iter().map(move |query| (panel, query)));
    queries.map(|(panel, query)| Question {
        what: format!("the panel `{}`", panel.title),
        component: &component.name,
        loser: "the panel",
        text: without_variables(&query.expr.with("")),
        span: query.span,
        mark: "this panel",
        is_shown: true,
        is_inline: true,
    })
}

/// The names of what rule files record.
pub(in crate::target) fn recorded(prometheus: &Component) -> Vec<String> {
    let files = files(Some(prometheus), "rules").into_iter();
    let names = files.flat_map(|(_, _, file, _)| rules_of(&String::from_utf8_lossy(&file.bytes)));
    names.map(|(name, _)| name).collect()
}

/// The values of a label, as of `job`, that no scrape has, but that rules give to what they compute.
pub(in crate::target) fn values_of_rules(
    platform: &Platform,
    prometheus: &Component,
    label: &str,
) -> Vec<String> {
    let files = files(Some(prometheus), "rules").into_iter();
    let of_files = files
        .flat_map(|(_, _, file, _)| label_of_rules(&String::from_utf8_lossy(&file.bytes), label));
    let labels = |component: &'_ Component| -> Vec<String> {
        let records = component.records.iter().flat_map(|it| &it.labels);
        let alerts = component.alerts.iter().flat_map(|it| &it.labels);
        let named = records.chain(alerts).filter(|(name, _)| name == label);
        named.map(|(_, value)| value.clone()).collect()
    };
    let of_components = platform.components.iter().flat_map(labels);
    of_files.chain(of_components).collect()
}

/// The files of a setting, each with the place where it is named.
fn files<'a>(
    component: Option<&'a Component>,
    name: &str,
) -> Vec<(&'a Component, &'a Setting, &'a SettingFile, Option<Span>)> {
    let Some(component) = component else {
        return Vec::new();
    };
    let Some(setting) = component.settings.iter().find(|it| it.name == name) else {
        return Vec::new();
    };
    let SettingValue::Files(files) = &setting.value else {
        return Vec::new();
    };
    let written = component.main().and_then(|main| {
        let list = main.written.get_path(&["settings", name])?;
        list.as_array()
    });
    let written = written.unwrap_or_default();
    let files = files.iter().enumerate();
    files
        .map(|(at, file)| (component, setting, file, written.get(at).map(|it| it.span)))
        .collect()
}

/// Where a query goes.
#[derive(Clone, Copy, PartialEq)]
enum Source {
    Prometheus,
    Other,
}

/// Every `expr` of a dashboard that goes to a Prometheus. The data source stands beside it, or around it.
fn queries(value: &Value, around: Source, out: &mut Vec<String>) {
    match value {
        Value::Object(keys) => {
            // Grafana's second schema has it as the `group` of a query.
            let word = |key: &str| keys.get(key).and_then(Value::as_str);
            let of_query = word("group").filter(|_| word("kind") == Some("DataQuery"));
            let beside = keys.get("datasource").filter(|it| !it.is_null());
            // Without a type there is its name, which is the uid that we give, or one that is not known here.
            let named = beside.map(|it| {
                let of = |key: &str| it.get(key).and_then(Value::as_str);
                of("type").or(of("uid")).or(it.as_str()).unwrap_or_default()
            });
            let source = match named.or(of_query) {
                // Each query of a mixed panel has its own.
                None | Some("datasource" | "mixed" | "-- Mixed --") => around,
                Some(name) if name.eq_ignore_ascii_case("prometheus") => Source::Prometheus,
                Some(_) => Source::Other,
            };
            for (key, value) in keys {
                match value {
                    Value::String(text) if key == "expr" => {
                        out.extend((source == Source::Prometheus).then(|| plain(text)));
                    }
                    value => queries(value, source, out),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|it| queries(it, around, out)),
        _ => {}
    }
}

/// An expression with something in the place of Grafana's variables: a duration between square brackets, a word elsewhere. In
/// strings they stay.
fn plain(text: &str) -> String {
    let text = without_variables(text);
    let mut out = String::new();
    let (mut quote, mut is_range) = (None, false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match (quote, c) {
            (Some(_), '\\') => {
                out.push(c);
                out.extend(rest.next());
                continue;
            }
            (Some(open), c) if open == c => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '[') => is_range = true,
            (None, ']') => is_range = false,
            (None, '$') => {
                match rest.next_if_eq(&'{') {
                    Some(_) => while rest.next_if(|c| *c != '}').is_some() {},
                    None => while rest.next_if(|c| c.is_alphanumeric() || *c == '_').is_some() {},
                }
                rest.next_if_eq(&'}');
                out.push_str(if is_range { "5m" } else { VARIABLE });
                continue;
            }
            _ => {}
        }
        out.push(c);
    }
    out
}

/// Whether a name is only known when the dashboard is drawn.
pub(in crate::target) fn is_filled_in_later(name: &str) -> bool {
    name.contains('$') || name.contains("[[") || name.contains(VARIABLE)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Source, is_filled_in_later, plain, queries};

    #[test]
    fn only_queries_of_prometheus_are_read() {
        let board = json!({ "panels": [
            { "datasource": { "type": "loki" }, "targets": [{ "expr": "{job=\"a\"}" }] },
            { "datasource": { "type": "prometheus" }, "targets": [{ "expr": "b" }] },
            { "datasource": { "type": "datasource", "uid": "-- Mixed --" }, "targets": [
                { "datasource": { "type": "loki" }, "expr": "{job=\"c\"}" },
                { "datasource": { "type": "prometheus" }, "expr": "d" },
            ] },
            { "datasource": "Prometheus", "targets": [{ "expr": "e" }] },
            { "datasource": { "uid": "loki" }, "targets": [{ "expr": "{job=\"h\"}" }] },
            { "datasource": "logs", "targets": [{ "datasource": null, "expr": "{job=\"i\"}" }] },
            { "datasource": { "uid": "${source}" }, "targets": [{ "expr": "{job=\"j\"}" }] },
            { "query": { "kind": "DataQuery", "group": "loki", "spec": { "expr": "{job=\"f\"}" } } },
            { "query": { "kind": "DataQuery", "group": "prometheus", "spec": { "expr": "g" } } },
        ] });
        let mut found = Vec::new();
        queries(&board, Source::Prometheus, &mut found);
        assert_eq!(found, ["b", "d", "e", "g"]);
    }

    #[test]
    fn variables_of_grafana_leave_an_expression_that_can_be_read() {
        assert_eq!(plain("rate(x[$__rate_interval])"), "rate(x[5m])");
        assert_eq!(
            plain("rate(x{a=\"$b\"}[${i:raw}])"),
            "rate(x{a=\"$b\"}[5m])"
        );
        assert_eq!(plain("a{b='\\'$c'}"), "a{b='\\'$c'}");
        let named = plain("sum by ($by) (${what}_total)");
        assert_eq!(
            named,
            "sum by (a_variable_of_grafana) (a_variable_of_grafana_total)"
        );
        assert!(is_filled_in_later("a_variable_of_grafana_total"));
        assert!(is_filled_in_later("$job") && !is_filled_in_later("job"));
    }
}
