//! Every embedded alert fires if it should, and only then: promtool runs the files of
//! tests/alerts on the rules that the platform beside them compiles to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use mlopsgen::compile::{Request, compile};
use mlopsgen::world::MemoryWorld;

use serde_json::Value;

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
            Some((name.to_owned(), file.text.to_string()))
        })
        .collect()
}

/// The cases of one file of tests/alerts.
struct Cases {
    /// The file's name without its end.
    name: String,
    model: Value,
}

impl Cases {
    fn all() -> Vec<Cases> {
        let files = folder().files("", &[".yml"]);
        let models = consumer::yaml_files(&files).expect("the cases are YAML");
        let name = |file: &PathBuf| {
            file.file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        };
        let pairs = files.iter().map(name).zip(models);
        pairs.map(|(name, model)| Cases { name, model }).collect()
    }

    fn tests(&self) -> Vec<Value> {
        self.model["tests"].as_array().cloned().unwrap_or_default()
    }

    fn rule_files(&self) -> Vec<String> {
        let files = self.model["rule_files"].as_array().into_iter().flatten();
        files
            .filter_map(|file| file.as_str()?.strip_prefix("rules/"))
            .map(ToOwned::to_owned)
            .collect()
    }

    /// The cases by the alerts that they name: `{alerts: [case, ...]}`.
    fn by_alerts(&self, known: &BTreeSet<String>) -> BTreeMap<Vec<String>, Vec<Value>> {
        let mut parts: BTreeMap<Vec<String>, Vec<Value>> = BTreeMap::new();
        for test in self.tests() {
            let text = test.to_string();
            let words: BTreeSet<&str> = text
                .split(|letter: char| !letter.is_ascii_alphanumeric())
                .collect();
            let named = known.iter().filter(|alert| words.contains(alert.as_str()));
            parts
                .entry(named.cloned().collect())
                .or_default()
                .push(test);
        }
        parts
    }
}

/// The alerts of a file of rules.
fn alerts_of(rules: &Value) -> BTreeSet<String> {
    let groups = rules["groups"].as_array().into_iter().flatten();
    groups
        .flat_map(|group| group["rules"].as_array().into_iter().flatten())
        .filter_map(|rule| Some(rule["alert"].as_str()?.to_owned()))
        .collect()
}

/// The rules with these alerts and every record: a case then costs what its own alerts cost.
fn only(rules: &Value, alerts: &[String]) -> Value {
    let mut rules = rules.clone();
    for group in rules["groups"].as_array_mut().into_iter().flatten() {
        let Some(list) = group["rules"].as_array_mut() else {
            continue;
        };
        list.retain(|rule| {
            let alert = rule["alert"].as_str();
            alert.is_none_or(|alert| alerts.iter().any(|name| name == alert))
        });
    }
    rules
}

/// The rules as promtool has to read them: file name and model.
fn rule_models() -> BTreeMap<String, Value> {
    let work = tempfile::tempdir().expect("a temporary folder");
    let (names, texts): (Vec<String>, Vec<String>) = rules().into_iter().unzip();
    let files: Vec<PathBuf> = names.iter().map(|name| work.path().join(name)).collect();
    for (file, text) in files.iter().zip(texts) {
        fs::write(file, text).expect("a file can be written");
    }
    let models = consumer::yaml_files(&files).expect("the rules are YAML");
    names.into_iter().zip(models).collect()
}

/// Writes files for promtool into `work`, one for the cases of the same alerts; JSON is YAML. Returns the files with cases.
fn split(cases: &[Cases], rules: &BTreeMap<String, Value>, work: &Path) -> Vec<PathBuf> {
    let write = |file: &Path, model: &Value| {
        fs::write(file, model.to_string()).expect("a file can be written");
    };
    let mut files = Vec::new();
    for file in cases {
        let own = file.rule_files();
        let own: Vec<&Value> = own.iter().map(|name| &rules[name]).collect();
        let known = own.iter().flat_map(|rules| alerts_of(rules)).collect();
        for (alerts, tests) in file.by_alerts(&known) {
            let folder = work.join(format!("{}-{}", file.name, alerts.join("-")));
            fs::create_dir(&folder).expect("a folder can be made");
            let mut model = file.model.clone();
            model["tests"] = tests.into();
            let mut names = Vec::new();
            for (number, rules) in own.iter().enumerate() {
                names.push(format!("rules-{number}.yml"));
                write(&folder.join(&names[number]), &only(rules, &alerts));
            }
            model["rule_files"] = names.into();
            files.push(folder.join("cases.yml"));
            write(&folder.join("cases.yml"), &model);
        }
    }
    files
}

#[test]
fn every_case_of_an_alert_holds() {
    let rules = rule_models();
    let depends = |rules: &Value| rules.to_string().contains("ALERTS");
    assert!(
        !rules.values().any(depends),
        "a rule reads other alerts: give its cases those rules as well"
    );
    let work = tempfile::tempdir().expect("a temporary folder");
    let files = split(&Cases::all(), &rules, work.path());
    let mut promtool = consumer::consumer("bin/promtool");
    // Less work for the collector of garbage: a third of the time.
    promtool
        .env("GOGC", "400")
        .args(["test", "rules"])
        .args(&files);
    let verdict = consumer::run(&mut promtool);
    assert!(verdict.success, "{}", verdict.words());
}

/// Each alert needs a case in which it fires, and one in which it does not. Otherwise it is not known to work.
#[test]
fn every_alert_has_a_case_that_fires_it_and_one_that_does_not() {
    let mut cases = BTreeSet::new();
    for file in Cases::all() {
        // The first rule file that it reads is of the component that its cases are about.
        let rules = file.rule_files().into_iter().next();
        let rules = rules.expect("cases read a file of rules");
        let names = file.tests();
        let names = names.iter().filter_map(|test| test["name"].as_str());
        cases.extend(names.map(|name| (rules.clone(), name.to_owned())));
    }
    let mut missing = Vec::new();
    for (name, rules) in rule_models() {
        for alert in alerts_of(&rules) {
            let wanted = if alert == WATCHDOG {
                &[FIRES][..]
            } else {
                &[FIRES, QUIET]
            };
            missing.extend(
                wanted
                    .iter()
                    .map(|what| (name.clone(), format!("{alert}{what}")))
                    .filter(|case| !cases.contains(case))
                    .map(|(file, case)| format!("rules/{file}: no case `{case}`")),
            );
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
