//! The rules of Grafana's dashboard linter, held over every dashboard that is generated: those of this repository's platform,
//! of the cases and examples, and of a platform with a component of every kind that has alerts. If a dashboard breaks a rule,
//! `tests/dashboards.toml` says why; an exception that nothing needs is a mistake too.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use mlopsgen::{
    compile::{Request, compile},
    world::MemoryWorld,
};
use promql_parser::{
    label::MatchOp,
    parser::{self, Expr, VectorSelector},
};
use serde_json::Value;

use super::contract::compiled;
use crate::support::{cases, compiled::texts};

/// Units that Grafana knows, as far as dashboards use them.
const UNITS: [&str; 21] = [
    "currencyUSD",
    "mbytes",
    "short",
    "none",
    "percent",
    "percentunit",
    "bytes",
    "decbytes",
    "Bps",
    "bps",
    "pps",
    "s",
    "ms",
    "cps",
    "ops",
    "reqps",
    "iops",
    "celsius",
    "watt",
    "dateTimeFromNow",
    "hertz",
];

/// Why a rule does not hold.
#[derive(serde::Deserialize)]
struct Exception {
    rules: Vec<String>,
    /// Parts of what is found.
    texts: Vec<String>,
    why: String,
}

#[derive(serde::Deserialize)]
struct Exceptions {
    exception: Vec<Exception>,
}

/// A rule that a dashboard breaks, and where.
struct Finding {
    rule: &'static str,
    text: String,
}

#[test]
fn the_rules_of_grafanas_linter_hold_or_there_is_a_reason() {
    let text = fs::read_to_string("tests/dashboards.toml").expect("the exceptions");
    let exceptions: Exceptions = toml::from_str(&text).expect("a list of exceptions");
    let mut spare: BTreeSet<(String, String)> = BTreeSet::new();
    for exception in &exceptions.exception {
        assert!(!exception.why.is_empty());
        for rule in &exception.rules {
            let pairs = exception.texts.iter();
            spare.extend(pairs.map(|text| (rule.clone(), text.clone())));
        }
    }
    let known = spare.clone();
    let mut broken: BTreeMap<String, String> = BTreeMap::new();
    for (path, text) in dashboards() {
        let dashboard: Value = serde_json::from_str(&text).expect("a dashboard is JSON");
        for finding in findings(&dashboard) {
            let fits =
                |it: &&(String, String)| it.0 == finding.rule && finding.text.contains(&it.1);
            let fitting: Vec<&(String, String)> = known.iter().filter(fits).collect();
            for pair in &fitting {
                spare.remove(*pair);
            }
            if fitting.is_empty() {
                let found = format!("{}: {}", finding.rule, finding.text);
                broken.entry(found).or_insert_with(|| path.clone());
            }
        }
    }
    let broken: Vec<String> = broken
        .iter()
        .map(|(found, path)| format!("{found} ({path})"))
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(
        spare.is_empty(),
        "nothing needs these exceptions: {spare:?}"
    );
}

const DRAWN: &str = r#"
[components.prometheus]
kind = "prometheus"
group = "one"
[components.grafana]
kind = "grafana"
group = "one"
settings.admin_password = "${secrets.s}"
[components.app]
image = "a/app:1"
group = "one"
ports.http = 80
metrics = { port = "http" }
panels = [
    { title = "a", type = "stat", expr = 'up{job="app"}' },
    { title = "b", type = "up", expr = 'up{job="app"}' },
    { title = "c", type = "info", expr = 'up{job="app"}' },
    { title = "d", type = "stat", expr = 'app_info{job="app"}' },
]
"#;

/// Panels with the same query look different, and a query's words change nothing.
#[test]
fn the_type_of_a_panel_alone_says_how_it_is_drawn() {
    let files = compiled(DRAWN);
    let dashboard: Value =
        serde_json::from_str(&files["grafana/dashboards/app.json"]).expect("JSON");
    let drawn = |title: &str| {
        let panel = list(&dashboard["panels"]).find(|panel| word(panel, "title") == title);
        let panel = panel.unwrap_or_else(|| panic!("no panel `{title}`"));
        let mapping = &panel["fieldConfig"]["defaults"]["mappings"][0]["options"];
        let one = word(&mapping["1"], "text").to_string();
        (one, word(&panel["options"], "textMode").to_string())
    };
    let look = |one: &str, mode: &str| (one.to_string(), mode.to_string());
    assert_eq!(drawn("a"), look("", "auto"));
    assert_eq!(drawn("b"), look("Up", "auto"));
    assert_eq!(drawn("c"), look("", "name"));
    assert_eq!(drawn("d"), look("", "auto"));
}

/// Every dashboard by its path.
pub(super) fn dashboards() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut add = |of: &str, files: BTreeMap<String, String>| {
        let boards = files
            .into_iter()
            .filter(|(path, _)| path.starts_with("grafana/dashboards/") && path.ends_with(".json"));
        found.extend(boards.map(|(path, text)| (format!("{of}/{path}"), text)));
    };
    add("generated", cases::read(Path::new("generated")));
    for case in cases::all().into_iter().chain(cases::examples()) {
        for compiled in case.compiled {
            add(
                &format!("{}/{}", case.name, compiled.prefix),
                compiled.files,
            );
        }
    }
    add("all kinds", of_all_kinds());
    assert!(found.len() > 100, "there are dashboards");
    found
}

/// Those of a platform with a component of every kind that has alerts.
fn of_all_kinds() -> BTreeMap<String, String> {
    let mut world = MemoryWorld::new();
    for (path, text) in cases::read(Path::new("tests/alerts")) {
        let text = text.replace(
            "targets = [\"prometheus\"]",
            "targets = [\"prometheus\", \"grafana\"]",
        );
        world = world.with(&path, text);
    }
    texts(compile(&world, &Request::default())).unwrap_or_else(|messages| panic!("{messages}"))
}

fn findings(dashboard: &Value) -> Vec<Finding> {
    let mut out = Vec::new();
    if dashboard["editable"] != false {
        out.push(finding(
            "uneditable-dashboard",
            "it can be edited".to_string(),
        ));
    }
    variables(dashboard, &mut out);
    for panel in list(&dashboard["panels"]) {
        of_panel(dashboard, panel, &mut out);
    }
    out
}

fn finding(rule: &'static str, text: String) -> Finding {
    Finding { rule, text }
}

pub(super) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

pub(super) fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn variables(dashboard: &Value, out: &mut Vec<Finding>) {
    let variables: BTreeMap<&str, &Value> = list(&dashboard["templating"]["list"])
        .map(|it| (word(it, "name"), it))
        .collect();
    let title = word(dashboard, "title");
    if !variables.values().any(|it| it["type"] == "datasource") {
        out.push(finding(
            "template-datasource-rule",
            format!("{title}: no variable of a data source"),
        ));
    }
    for (name, label, rule) in [
        ("job", "Job", "template-job-rule"),
        ("instance", "Instance", "template-instance-rule"),
    ] {
        let Some(variable) = variables.get(name) else {
            out.push(finding(
                rule,
                format!("{}: no variable `{name}`", kind_of(dashboard)),
            ));
            continue;
        };
        let is_right = variable["type"] == "query"
            && word(variable, "label") == label
            && variable["multi"] == true;
        if !is_right {
            out.push(finding(
                rule,
                format!("`{name}` is no query with a label and several values"),
            ));
        }
        if variable["includeAll"] == true && variable["allValue"] != ".+" {
            out.push(finding(
                rule,
                format!("`{name}`: all is `{}`", word(variable, "allValue")),
            ));
        }
    }
    for (name, variable) in variables.iter().filter(|(_, it)| it["type"] == "query") {
        if variable["refresh"] != 2 {
            out.push(finding(
                "template-on-time-change-reload-rule",
                format!("`{name}`"),
            ));
        }
        let asked = word(variable, "definition");
        let inner = asked
            .strip_prefix("label_values(")
            .and_then(|it| it.rsplit_once(','));
        let parsed = inner.map(|(selector, _)| parser::parse(&substituted(selector)));
        if !matches!(parsed, Some(Ok(_))) {
            out.push(finding(
                "template-label-promql-rule",
                format!("`{name}`: {asked}"),
            ));
        }
    }
}

/// The overview, that of a component, or that of a kind.
fn kind_of(dashboard: &Value) -> &'static str {
    match list(&dashboard["templating"]["list"]).count() {
        0 => "the overview",
        1 => "a component",
        _ => "a kind",
    }
}

fn of_panel(dashboard: &Value, panel: &Value, out: &mut Vec<Finding>) {
    if word(panel, "type") == "row" {
        return;
    }
    let title = word(panel, "title");
    if title.is_empty() || word(panel, "description").is_empty() {
        out.push(finding(
            "panel-title-description-rule",
            format!("`{title}`"),
        ));
    }
    let unit = word(&panel["fieldConfig"]["defaults"], "unit");
    if !UNITS.contains(&unit) {
        out.push(finding("panel-units-rule", format!("`{title}`: `{unit}`")));
    }
    if list(&panel["targets"]).next().is_none() {
        out.push(finding("panel-no-targets-rule", format!("`{title}`")));
    }
    if !word(&panel["datasource"], "uid").starts_with('$') {
        out.push(finding(
            "panel-datasource-rule",
            format!("`{title}` names its data source"),
        ));
    }
    for target in list(&panel["targets"]) {
        let asked = word(target, "expr");
        match parser::parse(&substituted(asked)) {
            Ok(expr) => of_query(dashboard, title, asked, &expr, out),
            Err(error) => out.push(finding(
                "target-promql-rule",
                format!("`{title}`: {asked}: {error}"),
            )),
        }
    }
}

/// A query as Prometheus gets it.
pub(super) fn substituted(query: &str) -> String {
    query
        .replace("$__rate_interval", "7m")
        .replace("$__range", "1h")
        .replace("$__interval", "1m")
}

fn of_query(dashboard: &Value, title: &str, asked: &str, expr: &Expr, out: &mut Vec<Finding>) {
    let mut selectors = Vec::new();
    walk(expr, &mut Vec::new(), &mut |node, calls| match node {
        Expr::VectorSelector(selector) => selectors.push((selector.clone(), None)),
        Expr::MatrixSelector(matrix) => {
            let call = calls.last().copied().unwrap_or_default();
            let is_rate = ["rate", "irate"].contains(&call);
            if is_rate && matrix.range.as_secs() != 7 * 60 {
                out.push(finding(
                    "target-rate-interval-rule",
                    format!("`{title}`: {asked}"),
                ));
            }
            selectors.push((matrix.vs.clone(), Some(call.to_string())));
        }
        _ => {}
    });
    for (selector, call) in selectors {
        let name = selector.name.clone().unwrap_or_default();
        let counts = call.is_some_and(|it| ["rate", "irate", "increase"].contains(&it.as_str()));
        if name.ends_with("_total") && !counts {
            out.push(finding(
                "target-counter-agg-rule",
                format!("`{title}`: {name} in {asked}"),
            ));
        }
        if kind_of(dashboard) == "the overview" {
            continue;
        }
        for (label, rule) in [
            ("job", "target-job-rule"),
            ("instance", "target-instance-rule"),
        ] {
            if !chooses(&selector, label) {
                out.push(finding(rule, format!("`{title}`: {name}")));
            }
        }
    }
}

/// Whether a selector chooses by the dashboard's variable, or by the job itself.
fn chooses(selector: &VectorSelector, label: &str) -> bool {
    let variable = format!("${label}");
    selector.matchers.matchers.iter().any(|matcher| {
        let named = label == "job" && matcher.op == MatchOp::Equal;
        matcher.name == label && (named || matcher.value == variable)
    })
}

/// Calls `see` for each node, with the names of the functions around it.
fn walk<'a>(node: &'a Expr, calls: &mut Vec<&'a str>, see: &mut impl FnMut(&'a Expr, &[&'a str])) {
    see(node, calls);
    match node {
        Expr::Aggregate(it) => walk(&it.expr, calls, see),
        Expr::Unary(it) => walk(&it.expr, calls, see),
        Expr::Paren(it) => walk(&it.expr, calls, see),
        Expr::Subquery(it) => walk(&it.expr, calls, see),
        Expr::Binary(it) => {
            walk(&it.lhs, calls, see);
            walk(&it.rhs, calls, see);
        }
        Expr::Call(it) => {
            calls.push(it.func.name);
            for argument in &it.args.args {
                walk(argument, calls, see);
            }
            calls.pop();
        }
        Expr::NumberLiteral(_)
        | Expr::StringLiteral(_)
        | Expr::VectorSelector(_)
        | Expr::MatrixSelector(_)
        | Expr::Extension(_) => {}
    }
}

/// The legends of a panel of the dashboard of all Redis servers.
fn legends(servers: &[&str], title: &str) -> Vec<String> {
    let mut text = "[platform]\nname = \"p\"\n[groups]\none = \"All\"\n[secrets]\nadmin = { env = \"ADMIN\" }\n\
                    [components.prometheus]\nkind = \"prometheus\"\ngroup = \"one\"\n\
                    [components.grafana]\nkind = \"grafana\"\ngroup = \"one\"\n\
                    settings.admin_password = \"${secrets.admin}\"\n"
        .to_string();
    for server in servers {
        text += &format!("[components.{server}]\nkind = \"redis\"\ngroup = \"one\"\n");
    }
    let world = MemoryWorld::new().with("platform.toml", text);
    let output = compile(&world, &Request::default()).output;
    let files = output.unwrap_or_else(|_| panic!("it compiles")).files.files;
    let dashboard = &files["grafana/dashboards/kind.redis.json"].text;
    let dashboard: Value = serde_json::from_str(dashboard).expect("JSON");
    let mut panels = list(&dashboard["panels"]);
    let panel = panels.find(|panel| word(panel, "title") == title);
    let targets = list(&panel.expect("the panel")["targets"]);
    targets
        .map(|target| word(target, "legendFormat").to_string())
        .collect()
}

#[test]
fn a_legend_names_the_server_where_several_are_chosen() {
    assert_eq!(legends(&["cache"], "Memory"), ["used", "maxmemory"]);
    let two = ["cache", "queue"];
    assert_eq!(
        legends(&two, "Memory"),
        ["{{job}} used", "{{job}} maxmemory"]
    );
    // What is summed up is one series, whoever gives it; and some say it already.
    assert_eq!(legends(&two, "Hits and misses"), ["hits", "misses"]);
    assert_eq!(legends(&two, "Fragmentation"), ["{{instance}}"]);
}

/// Without a Prometheus it shows logs alone: there is no dashboard, no folder of dashboards to mount, and no link to one.
#[test]
fn a_grafana_that_asks_no_prometheus_shows_logs() {
    let files = compiled(
        r#"
[components.logs]
kind = "loki"
group = "one"
[components.metrics]
kind = "prometheus"
group = "one"
[components.boards]
kind = "grafana"
group = "one"
settings.admin_password = "${secrets.s}"
uses.datasource = false
ports.http = { host = 3000 }
allow = ["target-loss"]
"#,
    );
    let sources = &files["grafana/provisioning/datasources/platform.yaml"];
    assert!(sources.contains("- name: logs\n"), "{sources}");
    assert!(!sources.contains("type: prometheus"), "{sources}");
    let providers = &files["grafana/provisioning/dashboards/platform.yaml"];
    assert!(providers.ends_with("providers: []\n"), "{providers}");
    let of_grafana = |path: &&String| path.starts_with("grafana/dashboards");
    assert_eq!(files.keys().find(of_grafana), None);
    let services = &files["compose/one.yaml"];
    assert!(!services.contains("grafana/dashboards\""), "{services}");
    for rules in files.keys().filter(|it| it.starts_with("prometheus/rules")) {
        assert!(!files[rules].contains("dashboard:"), "{rules}");
    }
}
