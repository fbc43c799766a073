//! The dashboards of Grafana.

use super::{METRICS, component, emit, platform};
use crate::{
    compile::Output,
    target::{Vantage, content::grafana},
};

/// The dashboard of this file, as JSON.
pub(super) fn dashboard(output: &Output, name: &str) -> serde_json::Value {
    let emission = emit(output, Vantage::Compose, grafana::emit);
    let text = &emission.files.files[&format!("grafana/dashboards/{name}.json")].text;
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn a_long_uid_is_cut_and_stays_unique() {
    let long = ["a".repeat(40), "a".repeat(39)];
    let keys = format!("{METRICS}panels = [{{ title = \"Requests\", expr = \"up\" }}]");
    let lines: String = long.iter().map(|name| component(name, &keys)).collect();
    let emission = emit(&platform(&lines, ""), Vantage::Compose, grafana::emit);
    let uids: Vec<String> = long
        .iter()
        .map(|name| {
            let text = &emission.files.files[&format!("grafana/dashboards/{name}.json")].text;
            let json: serde_json::Value = serde_json::from_str(text).unwrap();
            json["uid"].as_str().unwrap().to_string()
        })
        .collect();
    assert!(uids.iter().all(|uid| uid.len() == 40) && uids[0] != uids[1]);
}

#[test]
fn the_overview_queries_the_program_behind_the_exporter() {
    let lines = "[components.cache]\nkind = \"redis\"\ngroup = \"one\"\n";
    let emission = emit(&platform(lines, ""), Vantage::Compose, grafana::emit);
    let text = &emission.files.files["grafana/dashboards/_platform.json"].text;
    let tile = r#"min((redis_up{job=\"cache\"}) or on (job, instance) up{job=\"cache\"} * 0) or vector(0)"#;
    assert!(text.contains(tile), "{text}");
}

#[test]
fn the_tile_of_a_component_counts_its_second_endpoint() {
    let lines = "[components.events]\nkind = \"kafka\"\ngroup = \"one\"\nsettings.jmx_agent = \"/opt/jmx.jar\"\n";
    let output = platform(lines, "");
    let overview = dashboard(&output, "_platform").to_string();
    let tile = r#"min((kafka_brokers{job=\"events\"} >= bool 1) or on (job, instance) up{job=\"events\"} * 0 or on (job, instance) up{job=\"events/jmx\"}) or vector(0)"#;
    assert!(overview.contains(tile), "{overview}");
    // The panels of the case follow those of the kind.
    let board = dashboard(&output, "kind.kafka").to_string();
    for title in ["Worst lag", "Inside of the broker", "Idle request handlers"] {
        assert!(
            board.contains(&format!("\"title\":\"{title}\"")),
            "{title}: {board}"
        );
    }
}

#[test]
fn while_the_prober_is_down_what_it_asks_is_unknown() {
    let page = component(
        "page",
        "ports.http = 80\nhealth = { http = \"/\", port = \"http\" }",
    );
    let text = dashboard(&platform(&page, ""), "_platform").to_string();
    let tile = r#"min(probe_success{job=\"page/probe\"} or on (job, instance) up{job=\"page/probe\"} * 0 + 2) or vector(0)"#;
    assert!(text.contains(tile), "{text}");
    assert!(text.contains(r#""2":{"text":"Unknown""#), "{text}");
}

#[test]
fn the_first_tiles_count_components_by_what_shows_that_they_work() {
    let lines = format!(
        "[components.cache]\nkind = \"redis\"\ngroup = \"one\"\n{}{}",
        component("api", &format!("{METRICS}replicas = 3\n")),
        component(
            "page",
            "ports.http = 80\nhealth = { http = \"/\", port = \"http\" }"
        ),
    );
    let overview = dashboard(&platform(&lines, ""), "_platform");
    let query = |title: &str| {
        let panels = overview["panels"].as_array().expect("panels");
        let panel = panels.iter().find(|panel| panel["title"] == title);
        panel.expect(title)["targets"][0]["expr"].to_string()
    };
    let down = query("Components down");
    for part in [
        "redis_up{job=\\\"cache\\\"}",
        "max by (component) (up{job=\\\"api\\\"})",
        "probe_success{job=\\\"page/probe\\\"}",
        "1 - (count(count by (component) (up{job=\\\"api\\\"})) or vector(0))",
    ] {
        assert!(down.contains(part), "{part} in {down}");
    }
    assert!(query("Components up").contains("== 1"));
}

#[test]
fn components_of_a_kind_share_a_dashboard_with_a_variable() {
    let lines = "[components.cache]\nkind = \"redis\"\ngroup = \"one\"\n[components.queue]\nkind = \"redis\"\ngroup = \"one\"\n";
    let output = platform(lines, "");
    let json = dashboard(&output, "kind.redis");
    assert_eq!(json["uid"], "sample_redis");
    let job = &json["templating"]["list"][0];
    assert_eq!(
        job["definition"],
        "label_values(up{job=~\"cache|queue\"}, job)"
    );
    let text = json.to_string();
    assert!(
        text.contains(r#"redis_up{job=~\"$job\", instance=~\"$instance\"}"#),
        "{text}"
    );
    assert!(!text.contains(r#"job=\"cache\""#), "{text}");
    let overview = dashboard(&output, "_platform").to_string();
    assert!(
        overview.contains(concat!(
            "/d/sample_redis?var-job=$",
            "{__field.labels.component}"
        )),
        "{overview}"
    );
}

#[test]
fn a_component_with_panels_has_a_dashboard_with_them_first() {
    let output = platform(
        "[components.cache]\nkind = \"redis\"\ngroup = \"one\"\npanels = [{ title = \"Features\", queries = ['rate(a[$__rate_interval])', { expr = \"b\", legend = \"{{x}}\" }], thresholds = [1, 2], unit = \"ops\" }]\n",
        "",
    );
    let json = dashboard(&output, "cache");
    let first = &json["panels"][0];
    assert_eq!(first["title"], "Features");
    assert_eq!(first["targets"][0]["expr"], "rate(a[$__rate_interval])");
    assert_eq!(first["targets"][1]["legendFormat"], "{{x}}");
    let steps = first["fieldConfig"]["defaults"]["thresholds"]["steps"].to_string();
    assert!(steps.contains("orange") && steps.contains("red"), "{steps}");
    assert!(
        json.to_string()
            .contains(r#"redis_up{job=\"cache\", instance=~\"$instance\"}"#)
    );
    let emission = emit(&output, Vantage::Compose, grafana::emit);
    assert!(
        !emission
            .files
            .files
            .contains_key("grafana/dashboards/kind.redis.json")
    );
}
