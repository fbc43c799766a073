//! Helm lints and renders each chart; the rendered objects are held strictly against the Kubernetes schemas;
//! the chart's own schema has to refuse values that mean nothing.

use std::path::PathBuf;

use serde_json::Value;

use crate::consumer::{self, Verdict};
use crate::tree::{self, Finding, Tree};

const KUBERNETES: &str = "1.35";
const DUPLICATE_KEYS: &str = "{rules: {key-duplicates: enable}}";

pub fn judge(trees: &[Tree]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for tree in trees {
        for chart in charts(tree) {
            findings.extend(
                chart
                    .faults()
                    .into_iter()
                    .map(|fault| tree.finding(format!("{}: {fault}", chart.name))),
            );
        }
    }
    findings
}

/// One chart of a tree, with its default values.
pub struct Chart {
    pub name: String,
    pub values: Value,
    path: PathBuf,
}

/// The charts below `helm/`.
pub fn charts(tree: &Tree) -> Vec<Chart> {
    let open = |path: PathBuf| {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        // A file that is no YAML is the documents' judge's finding, and Helm's.
        let values = consumer::yaml_file(&path.join("values.yaml")).unwrap_or(Value::Null);
        Chart { name, values, path }
    };
    tree::folders(&tree.path.join("helm"))
        .into_iter()
        .map(open)
        .collect()
}

impl Chart {
    fn helm(&self, verb: &[&str], sets: &[String]) -> Verdict {
        let mut command = consumer::consumer("bin/helm");
        command
            .args(verb)
            .arg(&self.path)
            .args(["--namespace", "conformance"]);
        for set in sets {
            command.args(["--set-json", set]);
        }
        consumer::run(&mut command)
    }

    /// What Helm renders with `sets` (`path=JSON`) over the default values; any warning is an error.
    pub fn render(&self, sets: &[String]) -> Result<String, String> {
        let verdict = self.helm(&["template", "conformance"], sets);
        if verdict.success && verdict.stderr.is_empty() {
            return Ok(verdict.stdout);
        }
        Err(format!(
            "helm template {}: {}",
            sets.join(" "),
            verdict.stderr.trim()
        ))
    }

    /// Settings that users change first: everything that is off switched on, and the values of the contract.
    pub fn variations(&self) -> Vec<Vec<String>> {
        let mut all = vec![Vec::new()];
        let mut off = Vec::new();
        switched_off(&self.values, "", &mut off);
        if !off.is_empty() {
            all.push(off.iter().map(|path| format!("{path}=true")).collect());
        }
        if self.values["existingSecret"].is_string() {
            all.push(vec!["existingSecret=\"a-secret-of-mine\"".to_owned()]);
        }
        if self.values["networkPolicy"]["egress"].is_string() {
            all.push(vec!["networkPolicy.egress=\"strict\"".to_owned()]);
        }
        all
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let lint = self.helm(&["lint", "--strict"], &[]);
        if !lint.success {
            faults.push(format!("helm lint --strict: {}", lint.words()));
        }
        for sets in self.variations() {
            match self.render(&sets) {
                Ok(rendered) => faults.extend(schema_faults(&rendered)),
                Err(message) => faults.push(message),
            }
        }
        let mut nonsense = vec!["noSuchValue=1".to_owned()];
        for (key, value) in self.values.as_object().into_iter().flatten() {
            let wrong = if value.is_object() {
                "\"text\""
            } else {
                "{\"a\": 1}"
            };
            nonsense.push(format!("{key}={wrong}"));
        }
        for set in nonsense {
            if self
                .helm(&["template", "conformance"], std::slice::from_ref(&set))
                .success
            {
                faults.push(format!("values.schema.json lets `{set}` through"));
            }
        }
        faults
    }
}

/// The paths of all `enabled: false` that stand for a component.
fn switched_off(values: &Value, path: &str, found: &mut Vec<String>) {
    for (key, value) in values.as_object().into_iter().flatten() {
        let here = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{}", key.replace('.', "\\."))
        };
        if key == "enabled" && *value == Value::Bool(false) {
            found.push(here);
        } else {
            switched_off(value, &here, found);
        }
    }
}

fn schema_faults(rendered: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut validate = consumer::consumer("checks/bin/kubernetes-validate");
    validate.args(["--strict", "--quiet", "-k", KUBERNETES, "/dev/stdin"]);
    let mut lint = consumer::consumer("checks/bin/yamllint");
    lint.args(["-f", "parsable", "-d", DUPLICATE_KEYS, "-"]);
    for mut judge in [validate, lint] {
        // An object of an unknown kind is a WARN with status 0; every word is a fault.
        let verdict = consumer::run_with(&mut judge, rendered);
        if !verdict.success || !verdict.words().is_empty() {
            faults.push(verdict.words());
        }
    }
    faults
}
