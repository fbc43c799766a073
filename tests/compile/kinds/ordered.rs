//! `depends_on` of a workload of a kind, as a list and as a table: both add to the order, and take nothing of the kind's own away.

use std::collections::BTreeSet;

use mlopsgen::{catalog::Kind, compile::Output};

use super::{author::most, catalog, compiled, left_out::parts};

/// What others wait for beside a program itself is made by jobs, which run where one of these settings says what to make.
const MADE: [&str; 3] = ["databases", "buckets", "topics"];

/// Another component, and one that waits for the kind's.
const OTHERS: &str = r#"
[components.other]
image = "team/other:1.0"
group = "one"
resources = { memory = "64Mi" }
[components.reader]
image = "team/reader:1.0"
group = "one"
resources = { memory = "64Mi" }
depends_on = { it = { optional = true } }
[lints]
unused = "allow"
"#;

/// The platform, with a line in the component of the kind.
fn with(kind: &Kind, line: &str) -> String {
    let mut lines = format!("[components.it]\n{line}");
    let settings = kind.settings.iter().map(|setting| setting.name.as_str());
    for setting in settings.filter(|name| MADE.contains(name)) {
        lines.push_str(&format!("settings.{setting} = [\"more\"]\n"));
    }
    most(&kind.name).replace("[components.it]\n", &lines) + OTHERS
}

/// Who waits for whom, and for what.
fn order(output: &Output) -> BTreeSet<(String, String, &'static str)> {
    let workloads = output.platform.workloads();
    workloads
        .flat_map(|workload| {
            workload.depends_on.iter().map(|it| {
                let other = it.workload.clone();
                (workload.name.clone(), other, it.condition.name())
            })
        })
        .collect()
}

#[test]
fn depends_on_adds_to_the_order_of_a_kind_in_either_form() {
    let mut faults = Vec::new();
    for (name, kind) in catalog() {
        let usual = order(&compiled(&with(kind, "")));
        let of_parts = parts(kind)
            .into_iter()
            .map(|part| (format!("it-{part}"), format!("parts.{part}.depends_on")));
        let own = ("it".to_string(), "depends_on".to_string());
        for (waiting, key) in std::iter::once(own).chain(of_parts) {
            for written in ["[\"other\"]", "{ other = \"started\" }", "{ other = {} }"] {
                let found = order(&compiled(&with(kind, &format!("{key} = {written}\n"))));
                let mut expected = usual.clone();
                expected.insert((waiting.clone(), "other".to_string(), "started"));
                // A part that this platform does not have waits for nothing.
                let is_there = found.iter().any(|(from, _, _)| *from == waiting);
                if is_there && found != expected {
                    let lost: Vec<_> = expected.difference(&found).collect();
                    faults.push(format!("{name}: `{key} = {written}`: {lost:?}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
