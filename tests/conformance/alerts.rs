//! Every embedded alert fires if it should, and only then: promtool runs the files of
//! tests/alerts on the rules that the platform beside them compiles to.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use mlopsgen::compile::{Request, compile};
use mlopsgen::world::MemoryWorld;

use crate::consumer;
use crate::tree::Tree;

/// What a case proves, which is a part of its name.
const FIRES: &str = " fires";
const QUIET: &str = " stays quiet";

/// Always fires: it has no case in which it does not.
const WATCHDOG: &str = "Watchdog";

fn folder() -> Tree {
    Tree {
        name: "tests/alerts".to_owned(),
        path: Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/alerts"),
    }
}

/// The rules of the platform of tests/alerts: file name and text. Those of Prometheus are the chart's, as it watches the nodes
/// of a cluster alone.
fn rules() -> Vec<(String, String)> {
    let text = fs::read_to_string(folder().path.join("platform.toml")).expect("the platform");
    let targets = ["[\"prometheus\"]", "[\"prometheus\", \"helm\"]"];
    let world = MemoryWorld::new().with("platform.toml", text.replacen(targets[0], targets[1], 1));
    let compilation = compile(&world, &Request::default());
    let printed = format!("{:?}", compilation.diagnostics);
    let mut files = compilation.output.expect(&printed).files.files;
    let in_chart = files.remove("helm/alerts/files/prometheus/rules/prometheus.prometheus.yml");
    let in_chart = in_chart.expect("the chart has rules of Prometheus");
    files.insert("prometheus/rules/prometheus.yml".to_owned(), in_chart);
    files
        .into_iter()
        .filter_map(|(path, file)| {
            let name = path.strip_prefix("prometheus/rules/")?;
            Some((name.to_owned(), file.text))
        })
        .collect()
}

#[test]
fn every_case_holds() {
    let work = tempfile::tempdir().expect("a temporary folder");
    let rules_folder = work.path().join("rules");
    fs::create_dir(&rules_folder).expect("a folder can be made");
    for (name, text) in rules() {
        fs::write(rules_folder.join(name), text).expect("a file can be written");
    }
    let mut faults = Vec::new();
    for file in folder().files("", &[".yml"]) {
        let copy = work.path().join(file.file_name().expect("a name"));
        fs::copy(&file, &copy).expect("a file can be copied");
        let mut promtool = consumer::consumer("bin/promtool");
        let verdict = consumer::run(promtool.args(["test", "rules"]).arg(&copy));
        if !verdict.success {
            faults.push(format!("{}: {}", file.display(), verdict.words()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Each alert needs a case in which it fires, and one in which it does not. Otherwise it is not known to work.
#[test]
fn every_alert_has_a_case_that_fires_it_and_one_that_does_not() {
    let mut cases = BTreeSet::new();
    for file in folder().files("", &[".yml"]) {
        let model = consumer::yaml_file(&file).expect("the cases are YAML");
        let tests = model["tests"].as_array().cloned().unwrap_or_default();
        let file = file
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        // The first rule file that it reads is of the component that its cases are about.
        let rules = model["rule_files"][0].as_str().unwrap_or(&file).to_owned();
        cases.extend(
            tests
                .iter()
                .filter_map(|test| Some((rules.clone(), test["name"].as_str()?.to_owned()))),
        );
    }
    let mut missing = Vec::new();
    for (name, text) in rules() {
        let model = consumer::yaml(&text).expect("the rules are YAML");
        let groups = model[0]["groups"].as_array().cloned().unwrap_or_default();
        let rules = groups
            .iter()
            .filter_map(|group| group["rules"].as_array().cloned());
        for alert in rules
            .flatten()
            .filter_map(|rule| Some(rule["alert"].as_str()?.to_owned()))
        {
            let wanted = if alert == WATCHDOG {
                &[FIRES][..]
            } else {
                &[FIRES, QUIET]
            };
            missing.extend(
                wanted
                    .iter()
                    .map(|what| (format!("rules/{name}"), format!("{alert}{what}")))
                    .filter(|case| !cases.contains(case))
                    .map(|(file, case)| format!("{file}: no case `{case}`")),
            );
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
