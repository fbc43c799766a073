//! What only pictures of dashboards have shown so far, held over every dashboard that is generated.

use std::collections::{BTreeMap, BTreeSet};

use promql_parser::parser::{self, Expr, LabelModifier};
use serde_json::Value;

use super::dashboards::{dashboards, list, substituted, word};

/// What is wrong with a panel, and in which dashboard.
fn wrong(see: impl Fn(&Value) -> Vec<String>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (path, text) in dashboards() {
        let dashboard: Value = serde_json::from_str(&text).expect("a dashboard is JSON");
        for one in see(&dashboard) {
            found.entry(one).or_insert_with(|| path.clone());
        }
    }
    found
}

fn panels(dashboard: &Value) -> impl Iterator<Item = &Value> {
    list(&dashboard["panels"]).filter(|panel| word(panel, "type") != "row")
}

/// `x or vector(0)` is two values where `x` has a label: the zero does not give way to it.
#[test]
fn a_zero_stands_in_for_one_value_without_labels() {
    let doubled = wrong(|dashboard| {
        let targets = panels(dashboard).flat_map(|panel| list(&panel["targets"]));
        let asked = targets.map(|target| word(target, "expr"));
        let doubled = asked.filter(|asked| {
            let expr = parser::parse(&substituted(asked)).expect("PromQL");
            is_zero_or_labelled(&expr)
        });
        doubled.map(str::to_string).collect()
    });
    assert!(doubled.is_empty(), "{doubled:#?}");
}

fn is_zero_or_labelled(expr: &Expr) -> bool {
    let Expr::Binary(both) = expr else {
        return false;
    };
    let is_zero = matches!(both.rhs.as_ref(), Expr::Call(call) if call.func.name == "vector");
    is_zero && both.op.to_string() == "or" && has_labels(&both.lhs)
}

fn has_labels(expr: &Expr) -> bool {
    match expr {
        Expr::Aggregate(it) => match &it.modifier {
            Some(LabelModifier::Include(by)) => !by.labels.is_empty(),
            Some(LabelModifier::Exclude(_)) => true,
            None => ["topk", "bottomk"].contains(&it.op.to_string().as_str()),
        },
        Expr::Paren(it) => has_labels(&it.expr),
        Expr::Unary(it) => has_labels(&it.expr),
        Expr::Binary(it) => has_labels(&it.lhs) || has_labels(&it.rhs),
        Expr::Call(it) => it.args.args.iter().any(|argument| has_labels(argument)),
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) => false,
        _ => true,
    }
}

#[test]
fn no_dashboard_shows_the_same_twice() {
    let twice = wrong(|dashboard| {
        let mut seen = BTreeSet::new();
        let asked = panels(dashboard).map(|panel| {
            let asked: Vec<&str> = list(&panel["targets"])
                .map(|target| word(target, "expr"))
                .collect();
            (word(panel, "type"), asked)
        });
        let twice = asked.filter(|panel| !seen.insert(panel.clone()));
        twice.map(|panel| format!("{panel:?}")).collect()
    });
    assert!(twice.is_empty(), "{twice:#?}");
}

/// In a window of 1,400 pixels, at eight pixels a letter.
#[test]
fn titles_have_room() {
    let cut = wrong(|dashboard| {
        let titles = panels(dashboard).map(|panel| (word(panel, "title"), &panel["gridPos"]["w"]));
        let cut = titles.filter(|(title, columns)| {
            let room = columns.as_u64().expect("a width") * 1400 / 24 - 40;
            title.chars().count() as u64 * 8 > room
        });
        cut.map(|(title, _)| title.to_string()).collect()
    });
    assert!(cut.is_empty(), "{cut:#?}");
}

/// A tile without its name is a colour that nobody can place.
#[test]
fn every_tile_of_the_overview_has_a_name() {
    let nameless = wrong(|dashboard| {
        let is_overview = word(dashboard, "title") == "Platform overview";
        let tiles = panels(dashboard)
            .filter(|panel| is_overview && word(&panel["options"], "colorMode") == "background");
        let nameless = tiles.filter(|tile| word(&tile["options"], "textMode") != "value_and_name");
        nameless
            .map(|tile| word(tile, "title").to_string())
            .collect()
    });
    assert!(nameless.is_empty(), "{nameless:#?}");
}

/// What pushes its metrics, or is measured by others, has no scrape job: its panels are shown all the same, as its alerts fire.
#[test]
fn panels_are_shown_without_a_scrape() {
    let files = crate::contract::compiled(
        r#"
[components.prometheus]
kind = "prometheus"
group = "one"
[components.grafana]
kind = "grafana"
group = "one"
ports.http = { host = 3000 }
settings = { admin_password = "${secrets.s}" }
[components.train]
kind = "job"
image = "a/train:1"
group = "one"
panels = [{ title = "Loss", expr = 'train_loss{job="train"}' }]
alerts.LossHigh = { expr = 'train_loss{job="train"} > 3' }
[components.elsewhere]
external = { http = "10.1.2.3:443" }
panels = [{ title = "Calls", expr = 'sum(calls_total)' }]
"#,
    );
    for (name, title) in [("train", "Loss"), ("elsewhere", "Calls")] {
        let text = &files[&format!("grafana/dashboards/{name}.json")];
        let dashboard: Value = serde_json::from_str(text).expect("JSON");
        let titles = Vec::from_iter(panels(&dashboard).map(|panel| word(panel, "title")));
        assert_eq!(titles, [title]);
        // There is no instance to choose.
        assert_eq!(list(&dashboard["templating"]["list"]).count(), 0);
    }
    let alert = &files["prometheus/rules/train.yml"];
    assert!(alert.contains("/d/p-train"), "{alert}");
}
