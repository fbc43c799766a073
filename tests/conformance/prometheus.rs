//! promtool reads `prometheus/` with the paths that the container has, put below a temporary folder.
//! Rules may only speak of jobs that are scraped. What a chart's ConfigMaps hold for Prometheus is read the
//! same way, because the addresses in a cluster are others.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use promql_parser::label::{MatchOp, Matcher};
use promql_parser::parser::{self, Expr};
use promql_parser::util::{ExprVisitor, walk_expr};
use serde_json::{Value, json};

use crate::consumer::{self, Verdict};
use crate::helm::{self, Chart};
use crate::tree::{self, Finding, Tree};

/// The folder in the container that `prometheus/` is mounted at.
const MOUNT: &str = "/etc/prometheus/";

pub fn judge(trees: &[Tree]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for tree in trees {
        if tree.path.join("prometheus").is_dir() {
            findings.extend(faults(tree).into_iter().map(|fault| tree.finding(fault)));
        }
        for chart in helm::charts(tree) {
            let work = tempfile::tempdir().expect("a temporary folder");
            let copy = Tree {
                name: String::new(),
                path: work.path().to_owned(),
            };
            if lay_out_chart(&chart, work.path()) {
                findings.extend(
                    faults(&copy)
                        .into_iter()
                        .map(|fault| tree.finding(format!("in the chart: {fault}"))),
                );
            }
        }
    }
    findings
}

/// Lays out what the chart's ConfigMaps hold for Prometheus as `prometheus/` is; false if they hold nothing.
fn lay_out_chart(chart: &Chart, folder: &Path) -> bool {
    let objects = chart
        .render(&[])
        .and_then(|rendered| consumer::yaml(&rendered))
        .unwrap_or_default();
    let rules = folder.join("prometheus/rules");
    fs::create_dir_all(&rules).expect("a folder can be made");
    let mut found = false;
    for (name, text) in objects
        .iter()
        .filter_map(|object| object["data"].as_object())
        .flatten()
    {
        let Some(text) = text.as_str() else { continue };
        if name == "prometheus.yml" {
            found = true;
            fs::write(folder.join("prometheus").join(name), text).expect("a file can be written");
        } else if name.ends_with(".yml") && text.lines().any(|line| line == "groups:") {
            fs::write(rules.join(name), text).expect("a file can be written");
        }
    }
    found
}

fn faults(tree: &Tree) -> Vec<String> {
    let work = tempfile::tempdir().expect("a temporary folder");
    let folder = work.path().join("prometheus");
    tree::copy(&tree.path.join("prometheus"), &folder);
    let local = |text: &str| text.replace(&format!("{}/", folder.display()), "");
    let mut faults = Vec::new();
    for file in files_below(&folder) {
        let text = fs::read_to_string(&file).expect("the configuration is text");
        fs::write(
            &file,
            text.replace(MOUNT, &format!("{}/", folder.display())),
        )
        .expect("a copy can be written");
    }
    let config = folder.join("prometheus.yml");
    if let Ok(model) = consumer::yaml_file(&config) {
        lay_down_secrets(&model, &folder);
    }
    let verdict = promtool("config", &[config]);
    if !verdict.success || !verdict.stderr.is_empty() {
        faults.push(format!(
            "promtool check config: {}",
            local(&verdict.words())
        ));
    }
    let rules: Vec<PathBuf> = files_below(&folder.join("rules"));
    if !rules.is_empty() {
        let verdict = promtool("rules", &rules);
        if !verdict.success || !verdict.stderr.is_empty() {
            faults.push(format!("promtool check rules: {}", local(&verdict.words())));
        }
    }
    let scraped = jobs(tree);
    // A file that is no YAML is promtool's finding.
    let models = consumer::yaml_files(&rules).unwrap_or_default();
    for (file, model) in rules.iter().zip(&models) {
        for expression in expressions(model) {
            // An expression that does not parse is promtool's finding.
            let unknown = used_jobs(&expression)
                .unwrap_or_default()
                .into_iter()
                .filter(|job| !scraped.contains(job));
            faults.extend(unknown.map(|job| {
                format!(
                    "{} speaks of the job `{job}`, which is not scraped",
                    local(&file.display().to_string())
                )
            }));
        }
    }
    faults
}

fn promtool(what: &str, files: &[PathBuf]) -> Verdict {
    let mut command = consumer::consumer("bin/promtool");
    consumer::run(
        command
            .args(["check", what, "--lint=all", "--lint-fatal"])
            .args(files),
    )
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let tree = Tree {
        name: String::new(),
        path: folder.to_owned(),
    };
    tree.files("", &[".yml", ".yaml"])
}

/// promtool wants the secret files that a scrape names, which are made when the platform starts: this makes
/// those that lie below the mount.
fn lay_down_secrets(model: &Value, folder: &Path) {
    match model {
        Value::Array(list) => list.iter().for_each(|item| lay_down_secrets(item, folder)),
        Value::Object(table) => {
            for (key, value) in table {
                let file = value
                    .as_str()
                    .map(Path::new)
                    .filter(|file| key.ends_with("_file") && file.starts_with(folder));
                if let Some(file) = file.filter(|file| !file.exists()) {
                    fs::create_dir_all(file.parent().expect("it is below the folder"))
                        .expect("a folder can be made");
                    fs::write(file, "conformance-1").expect("a secret can be written");
                }
                lay_down_secrets(value, folder);
            }
        }
        _ => {}
    }
}

/// The expressions of a file of rules.
fn expressions(rules: &Value) -> Vec<String> {
    let groups = rules["groups"].as_array().into_iter().flatten();
    let rules = groups.flat_map(|group| group["rules"].as_array().into_iter().flatten());
    rules
        .filter_map(|rule| Some(rule["expr"].as_str()?.to_owned()))
        .collect()
}

/// The jobs that the tree's Prometheus scrapes; none without one.
pub fn jobs(tree: &Tree) -> BTreeSet<String> {
    let model =
        consumer::yaml_file(&tree.path.join("prometheus/prometheus.yml")).unwrap_or(Value::Null);
    let scrapes = model["scrape_configs"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    scrapes
        .iter()
        .filter_map(|scrape| Some(scrape["job_name"].as_str()?.to_owned()))
        .collect()
}

/// The jobs that an expression names in `job="..."`, or why it is no PromQL.
pub fn used_jobs(expression: &str) -> Result<BTreeSet<String>, String> {
    struct Jobs(BTreeSet<String>);
    impl ExprVisitor for Jobs {
        type Error = String;
        fn pre_visit(&mut self, expression: &Expr) -> Result<bool, String> {
            let selector = match expression {
                Expr::VectorSelector(selector) => selector,
                Expr::MatrixSelector(selector) => &selector.vs,
                _ => return Ok(true),
            };
            let named = |matcher: &&Matcher| matcher.name == "job" && matcher.op == MatchOp::Equal;
            self.0.extend(
                selector
                    .matchers
                    .matchers
                    .iter()
                    .filter(named)
                    .map(|matcher| matcher.value.clone()),
            );
            Ok(true)
        }
    }
    let mut jobs = Jobs(BTreeSet::new());
    walk_expr(&mut jobs, &parser::parse(expression)?)?;
    Ok(jobs.0)
}

/// The expressions of `tests/promql.toml` are what that file says they are.
#[test]
fn promtool_reads_expressions_as_we_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/promql.toml");
    let text = fs::read_to_string(path).expect("the file is there");
    let lists: toml::Table = toml::from_str(&text).expect("the file is TOML");
    let work = tempfile::tempdir().expect("a temporary folder");
    let file = work.path().join("rules.yml");
    for (name, list) in &lists {
        // promtool 2.42 is older than each of those of newer versions.
        let is_taken = name == "taken";
        let list = list.as_array().expect("it is a list").iter();
        for expr in list.map(|it| it.as_str().expect("it is a text")) {
            let rule = json!({ "record": "read", "expr": expr });
            let rules = json!({ "groups": [{ "name": "one", "rules": [rule] }] });
            fs::write(&file, rules.to_string()).expect("a file can be written");
            let verdict = consumer::run(
                consumer::consumer("bin/promtool")
                    .args(["check", "rules"])
                    .arg(&file),
            );
            assert_eq!(verdict.success, is_taken, "{expr}: {}", verdict.words());
        }
    }
}
