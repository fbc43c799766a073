//! Prometheus prints exactly what a user wrote about an alert, although it reads every annotation as a
//! template. promtool lets each alert fire and compares the text.

use mlopsgen::world::MemoryWorld;

use super::{compiled, hostile};
use crate::consumer;

/// One alert a string.
fn platform(strings: &[String]) -> String {
    let mut text = "[platform]\nname = \"p\"\ntargets = [\"prometheus\"]\n[groups]\ng = \"g\"\n\
        [components.prometheus]\nkind = \"prometheus\"\ngroup = \"g\"\n\
        [components.web]\nimage = \"web:1\"\ngroup = \"g\"\n"
        .to_owned();
    for (number, string) in strings.iter().enumerate() {
        let string = hostile::escaped(string);
        text.push_str(&format!(
            "alerts.A{number} = {{ expr = \"up == 0\", severity = \"critical\", summary = \"{string}\", description = \"{string}\" }}\n"
        ));
    }
    text
}

/// promtool's test: every alert fires with these annotations.
fn wanted(strings: &[String]) -> String {
    let alerts: Vec<String> = strings
        .iter()
        .enumerate()
        .map(|(number, string)| {
            let string = quoted(string);
            format!(
                "      - eval_time: 1m\n        alertname: A{number}\n        exp_alerts:\n\
                 \x20         - exp_labels: {{ severity: critical, component: web, group: g }}\n\
                 \x20           exp_annotations: {{ summary: {string}, description: {string} }}\n"
            )
        })
        .collect();
    format!(
        "rule_files: [rules.yml]\ntests:\n  - interval: 1m\n    input_series: [{{ series: up, values: 0 0 }}]\n    alert_rule_test:\n{}",
        alerts.concat()
    )
}

/// A YAML scalar in which every special character is escaped.
fn quoted(text: &str) -> String {
    let character = |c: char| match c {
        ' '..='~' if c != '"' && c != '\\' => c.to_string(),
        c => format!("\\U{:08x}", c as u32),
    };
    format!("\"{}\"", text.chars().map(character).collect::<String>())
}

/// What promtool finds wrong with rules.
fn faults(rules: &str, strings: &[String]) -> Option<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("rules.yml"), rules).expect("it can be written");
    let test = folder.path().join("test.yml");
    std::fs::write(&test, wanted(strings)).expect("it can be written");
    let mut promtool = consumer::consumer("bin/promtool");
    let verdict = consumer::run(promtool.args(["test", "rules"]).arg(test));
    (!verdict.success).then(|| verdict.words())
}

fn rules(strings: &[String]) -> String {
    let world = MemoryWorld::new().with("platform.toml", platform(strings));
    let mut files = compiled(&world);
    files
        .remove("prometheus/rules/web.yml")
        .expect("there are rules")
}

#[test]
fn an_alert_has_the_text_that_was_written() {
    let strings = super::every_string();
    assert_eq!(faults(&rules(&strings), &strings), None);
}

#[test]
fn a_template_in_an_annotation_is_noticed() {
    let strings = ["some text".to_owned()];
    let rules = rules(&strings).replacen("some text", "some {{ 1 }}", 1);
    let printed = faults(&rules, &strings).unwrap_or_default();
    assert!(printed.contains("some 1"), "{printed}");
}
