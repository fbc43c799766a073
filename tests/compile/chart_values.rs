//! The values of a chart stand in three files: values.yaml, values.schema.json and the tables of README.md. Each names all of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{contract::outcome, escaping::read::yaml, support::cases};

/// What the platform names itself: the schema has its names, README.md only the table.
const NAMED_BY_THE_PLATFORM: [&str; 5] = ["secrets", "vars", "pipelines", "volumes", "components"];

/// Helm's own: any chart takes it, and none has to have it.
const GLOBAL: &str = "global";

struct Chart {
    path: String,
    values: Value,
    schema: Value,
    /// Values at the top with their default and meaning; those of a table as `ingress.className`.
    readme: BTreeMap<String, (String, String)>,
    /// Values of a workload with their meaning.
    of_component: BTreeMap<String, String>,
}

/// The chart of every case that has one, as itself and as each environment.
fn charts() -> Vec<Chart> {
    let cases = cases::all().into_iter().chain(cases::examples());
    let compiled = cases.flat_map(|case| case.compiled);
    let charts: Vec<Chart> = compiled
        .filter_map(|compiled| chart(&compiled.files))
        .collect();
    assert!(charts.len() > 10, "{} charts", charts.len());
    charts
}

fn chart(files: &BTreeMap<String, String>) -> Option<Chart> {
    let file = |name: &str| {
        let ending = format!("/{name}");
        let mut found = files
            .iter()
            .filter(|(path, _)| path.contains("helm/") && path.ends_with(&ending));
        found.next()
    };
    let (path, values) = file("values.yaml")?;
    let readme = file("README.md").expect("a chart has one").1;
    let (of_chart, of_component) = readme.split_once("### A workload").expect("both tables");
    Some(Chart {
        path: path.clone(),
        values: yaml(values).expect("YAML")[0].take(),
        schema: serde_json::from_str(file("values.schema.json").expect("a chart has one").1)
            .expect("JSON"),
        readme: rows(of_chart)
            .map(|[name, default, meaning]| (name, (default, meaning)))
            .collect(),
        of_component: rows(of_component)
            .map(|[name, meaning]| (name, meaning))
            .collect(),
    })
}

/// The rows of the tables of Markdown that have so many columns; the first one is a name in backticks.
fn rows<const N: usize>(text: &str) -> impl Iterator<Item = [String; N]> {
    text.lines().filter_map(|line| {
        let line = line.strip_prefix("| `")?.strip_suffix(" |")?;
        let cells: Vec<String> = line.split(" | ").map(str::to_string).collect();
        let mut cells: [String; N] = cells.try_into().expect("as many columns as in the heading");
        cells[0] = cells[0].trim_end_matches('`').to_string();
        Some(cells)
    })
}

fn keys(table: &Value) -> BTreeSet<String> {
    table
        .as_object()
        .into_iter()
        .flat_map(|table| table.keys().cloned())
        .collect()
}

/// The names at the top, those of a fixed table one by one.
fn flat(names: BTreeSet<String>, inner: impl Fn(&str) -> BTreeSet<String>) -> BTreeSet<String> {
    names
        .into_iter()
        .flat_map(|name| {
            let inner = inner(&name);
            match inner.is_empty() {
                true => vec![name],
                false => inner
                    .iter()
                    .map(|inner| format!("{name}.{inner}"))
                    .collect(),
            }
        })
        .collect()
}

impl Chart {
    /// Tables of the schema with keys that do not depend on the platform.
    fn fixed(&self, name: &str) -> BTreeSet<String> {
        match NAMED_BY_THE_PLATFORM.contains(&name) {
            true => BTreeSet::new(),
            false => keys(&self.schema["properties"][name]["properties"]),
        }
    }

    fn in_schema(&self) -> BTreeSet<String> {
        flat(keys(&self.schema["properties"]), |name| self.fixed(name))
    }

    fn in_values(&self) -> BTreeSet<String> {
        flat(keys(&self.values), |name| {
            match self.fixed(name).is_empty() {
                true => BTreeSet::new(),
                false => keys(&self.values[name]),
            }
        })
    }

    /// What a chart of others, or a key of the user's own, adds: nothing but values.yaml and the schema know it.
    fn is_of_others(&self, name: &str) -> bool {
        let top = name.split('.').next().unwrap_or(name);
        self.schema["properties"][top].get("description").is_none()
    }
}

#[test]
fn every_value_stands_in_readme_schema_and_values() {
    for chart in charts() {
        let own = |names: BTreeSet<String>| -> BTreeSet<String> {
            names
                .into_iter()
                .filter(|name| !chart.is_of_others(name))
                .collect()
        };
        let readme: BTreeSet<String> = chart.readme.keys().cloned().collect();
        let without_global = |mut names: BTreeSet<String>| {
            names.remove(GLOBAL);
            names
        };
        assert_eq!(
            readme,
            own(chart.in_schema()),
            "README and schema of {}",
            chart.path
        );
        assert_eq!(
            without_global(readme),
            without_global(own(chart.in_values())),
            "README and {}",
            chart.path
        );
        assert_eq!(
            without_global(chart.in_schema()),
            without_global(chart.in_values()),
            "schema and {}",
            chart.path
        );
    }
}

#[test]
fn every_value_of_a_workload_stands_in_readme_and_schema() {
    for chart in charts() {
        let schema = &chart.schema["definitions"]["component"]["properties"];
        let readme: BTreeSet<String> = chart.of_component.keys().cloned().collect();
        assert_eq!(readme, keys(schema), "{}", chart.path);
        for (name, meaning) in &chart.of_component {
            assert_eq!(
                schema[name]["description"], *meaning,
                "`{name}` of {}",
                chart.path
            );
        }
        for (workload, values) in chart.values["components"].as_object().expect("a table") {
            let unknown: Vec<String> = keys(values).difference(&readme).cloned().collect();
            assert!(
                unknown.is_empty(),
                "{workload} of {}: {unknown:?}",
                chart.path
            );
        }
    }
}

/// A default that README.md shows is the one of values.yaml. Where it shows none, the value is a table or a list that
/// holds something.
#[test]
fn every_default_of_the_readme_is_the_one_of_values() {
    for chart in charts() {
        for (name, (shown, _)) in &chart.readme {
            let value = name
                .split('.')
                .fold(&chart.values, |value, key| &value[key]);
            if name == GLOBAL {
                continue;
            }
            match shown.trim().trim_matches('`') {
                "" => assert!(
                    value.as_array().is_some_and(|list| !list.is_empty())
                        || value.as_object().is_some_and(|table| !table.is_empty()),
                    "`{name}` of {}: {value}",
                    chart.path
                ),
                shown => assert_eq!(shown, value.to_string(), "`{name}` of {}", chart.path),
            }
        }
    }
}

/// What the Secret must hold is what something reads.
#[test]
fn the_secrets_of_a_chart_are_those_that_it_reads() {
    for chart in charts() {
        let mut read = BTreeSet::new();
        secrets_in(&chart.values["components"], &mut read);
        assert_eq!(read, keys(&chart.values["secrets"]), "{}", chart.path);
    }
}

fn secrets_in(value: &Value, out: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| secrets_in(item, out)),
        Value::Object(entries) => {
            for (key, value) in entries {
                match value {
                    Value::String(name) if key == "secret" => {
                        out.insert(name.clone());
                    }
                    value => secrets_in(value, out),
                }
            }
        }
        _ => {}
    }
}

/// A key of a probe that the chart does not read is one mistake: what else the probe lacks is said once it can be read.
#[test]
fn a_probe_with_a_key_that_is_refused_is_not_incomplete_too() {
    let said = |health: &str| {
        let app = "[components.app]\nimage = \"a/app:1\"\ngroup = \"one\"\nports.http = 80\n";
        outcome(&format!("{app}helm.health = {health}\n")).1
    };
    let refused = said("{ httpGet = { path = \"/\", httpHeaders = [] } }");
    assert_eq!(refused.matches("error[").count(), 1, "{refused}");
    assert!(refused.contains("has no key `httpHeaders`"), "{refused}");
    let half = said("{ httpGet = { path = \"/\", port = 80 } }");
    assert!(half.contains("`health` completes a check"), "{half}");
}
