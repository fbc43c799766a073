//! kube-score reviews the rendered charts for operators of clusters. Each critical result is a finding, unless
//! `kube-score.toml` says why it stays.

use std::collections::BTreeSet;

use globset::Glob;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    consumer, helm,
    kubernetes::array,
    tree::{self, Finding, Tree},
};

/// kube-score's grade for a critical result.
const CRITICAL: u64 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    exception: Vec<Exception>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    check: String,
    /// Globs of the names of objects.
    objects: Option<Vec<String>>,
    reason: String,
}

impl Exception {
    fn covers(&self, critical: &Critical) -> bool {
        let is_named = |glob: &String| {
            let glob = Glob::new(glob).expect("a glob").compile_matcher();
            glob.is_match(&critical.object)
        };
        let objects = self.objects.as_ref();
        self.check == critical.check && objects.is_none_or(|globs| globs.iter().any(is_named))
    }
}

struct Critical {
    object: String,
    check: String,
    comment: String,
}

/// The trees that this repository shows to readers. Cases of tests may use bad practice on purpose.
pub fn shown() -> Vec<Tree> {
    let all = tree::all().into_iter();
    all.filter(|tree| tree.name == "generated" || tree.name.starts_with("examples/"))
        .collect()
}

pub fn judge(trees: &[Tree]) -> Vec<Finding> {
    let exceptions = exceptions();
    let mut findings = Vec::new();
    for tree in trees {
        for chart in helm::charts(tree) {
            match chart.render(&[]).and_then(|rendered| criticals(&rendered)) {
                Ok(found) => findings.extend(
                    found
                        .into_iter()
                        .filter(|critical| !exceptions.iter().any(|it| it.covers(critical)))
                        .map(|it| {
                            tree.finding(format!("{}: {}: {}", it.object, it.check, it.comment))
                        }),
                ),
                Err(message) => findings.push(tree.finding(message)),
            }
        }
    }
    findings
}

/// Exceptions that match nothing in these trees, and those without a reason.
pub fn idle_exceptions() -> Vec<String> {
    let mut found = Vec::new();
    for tree in shown() {
        for chart in helm::charts(&tree) {
            let rendered = chart.render(&[]).unwrap_or_default();
            found.extend(criticals(&rendered).unwrap_or_default());
        }
    }
    let idle =
        |it: &Exception| it.reason.is_empty() || !found.iter().any(|critical| it.covers(critical));
    let exceptions = exceptions().into_iter();
    exceptions.filter(idle).map(|it| it.check).collect()
}

fn exceptions() -> Vec<Exception> {
    let text = include_str!("kube-score.toml");
    let read: Exceptions = toml::from_str(text).expect("kube-score.toml is read");
    read.exception
}

/// A CPU limit is there only where platform.toml says it.
fn criticals(rendered: &str) -> Result<Vec<Critical>, String> {
    let mut command = consumer::consumer("bin/kube-score");
    command.args([
        "score",
        "--output-format=json",
        "--kubernetes-version=v1.36",
        "--ignore-container-cpu-limit",
        "-",
    ]);
    let verdict = consumer::run_with(&mut command, rendered);
    let objects: Value = serde_json::from_str(&verdict.stdout)
        .map_err(|error| format!("kube-score: {error}: {}", verdict.stderr.trim()))?;
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for object in array(&objects) {
        let name = object["object_meta"]["name"].as_str().unwrap_or_default();
        for scored in array(&object["checks"]) {
            if scored["grade"].as_u64() != Some(CRITICAL) || scored["skipped"] == Value::Bool(true)
            {
                continue;
            }
            let check = scored["check"]["id"].as_str().unwrap_or_default();
            for comment in array(&scored["comments"]) {
                let summary = comment["summary"].as_str().unwrap_or_default();
                if seen.insert((name, check, summary)) {
                    found.push(Critical {
                        object: name.to_owned(),
                        check: check.to_owned(),
                        comment: summary.to_owned(),
                    });
                }
            }
        }
    }
    Ok(found)
}
