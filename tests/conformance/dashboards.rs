//! Dashboards: Grafana's own types judge the model; the PromQL of each query is parsed, its jobs are scraped,
//! its data source is provisioned; panels have an id each and lie on the grid without covering each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use crate::tree::{Finding, Tree};
use crate::{consumer, prometheus, typescript};

const TSCONFIG: &str = r#"{
  "compilerOptions": {
    "target": "es2022", "module": "esnext", "moduleResolution": "bundler", "strict": true, "noEmit": true,
    "skipLibCheck": true, "types": [], "exactOptionalPropertyTypes": false
  },
  "include": ["*.ts"]
}"#;

/// Grafana's types, with all dashboards of all trees in one run of the compiler.
pub fn judge_types(trees: &[Tree]) -> Vec<Finding> {
    // Inside of the cache, so that the types are found as any project finds its modules.
    let work = tempfile::tempdir_in(consumer::installed("grafana")).expect("a temporary folder");
    let write = |name: &str, text: &str| {
        fs::write(work.path().join(name), text).expect("a file can be written");
    };
    write("tsconfig.json", TSCONFIG);
    let model =
        fs::read_to_string(consumer::script("dashboard_model.ts")).expect("the model can be read");
    write("model.ts", &model);
    let mut sources = BTreeMap::new();
    for tree in trees {
        for file in tree.files("grafana/dashboards", &[".json"]) {
            let name = format!("d{}.ts", sources.len());
            let json = fs::read_to_string(&file).expect("the dashboard can be read");
            write(
                &name,
                &format!(
                    "import type {{ GrafanaDashboard }} from \"./model\";\nexport const dashboard: GrafanaDashboard = {json};\n"
                ),
            );
            sources.insert(name, (tree, tree.relative(&file)));
        }
    }
    typescript::findings("grafana", work.path(), &sources)
}

/// What types cannot say.
pub fn judge(trees: &[Tree]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for tree in trees {
        let context = Context::read(tree);
        let mut uids = BTreeSet::new();
        for file in tree.files("grafana/dashboards", &[".json"]) {
            let text = fs::read_to_string(&file).expect("the dashboard can be read");
            let faults = match serde_json::from_str::<Value>(&text) {
                Ok(dashboard) if !uids.insert(dashboard["uid"].to_string()) => {
                    vec!["its uid is another's".to_owned()]
                }
                Ok(dashboard) => context.faults(&dashboard),
                Err(error) => vec![error.to_string()],
            };
            findings.extend(
                faults
                    .into_iter()
                    .map(|fault| tree.finding(format!("{}: {fault}", tree.relative(&file)))),
            );
        }
    }
    findings
}

/// What the dashboards of a tree may refer to.
struct Context {
    sources: BTreeSet<String>,
    jobs: BTreeSet<String>,
}

impl Context {
    fn read(tree: &Tree) -> Context {
        let mut sources = BTreeSet::new();
        for file in tree.files("grafana/provisioning/datasources", &[".yaml", ".yml"]) {
            let model = consumer::yaml_file(&file).unwrap_or(Value::Null);
            let list = model["datasources"].as_array().cloned().unwrap_or_default();
            sources.extend(
                list.iter()
                    .filter_map(|source| Some(source["uid"].as_str()?.to_owned())),
            );
        }
        Context {
            sources,
            jobs: prometheus::jobs(tree),
        }
    }

    fn faults(&self, dashboard: &Value) -> Vec<String> {
        let panels = panels(dashboard);
        let mut faults = layout(&panels);
        let variables: BTreeSet<&str> = list(&dashboard["templating"]["list"])
            .filter_map(|entry| entry["name"].as_str())
            .collect();
        for panel in panels {
            let title = panel["title"].as_str().unwrap_or_default();
            for target in std::iter::once(panel).chain(list(&panel["targets"])) {
                let source = target["datasource"]["uid"].as_str();
                if let Some(uid) = source.filter(|uid| !self.knows_source(uid, &variables)) {
                    faults.push(format!(
                        "`{title}` asks the data source `{uid}`, which is not provisioned"
                    ));
                }
            }
            for expression in list(&panel["targets"]).filter_map(|target| target["expr"].as_str()) {
                match substituted(expression, &variables)
                    .and_then(|text| prometheus::used_jobs(&text))
                {
                    Ok(used) => faults.extend(
                        used.difference(&self.jobs)
                            .filter(|job| !job.starts_with('$'))
                            .map(|job| {
                                format!("`{title}` asks for the job `{job}`, which is not scraped")
                            }),
                    ),
                    Err(message) => faults.push(format!("`{title}`: `{expression}`: {message}")),
                }
            }
        }
        faults
    }

    fn knows_source(&self, uid: &str, variables: &BTreeSet<&str>) -> bool {
        let variable = uid.trim_start_matches(['$', '{']).trim_end_matches('}');
        self.sources.contains(uid)
            || (uid.starts_with('$') && variables.contains(variable))
            || uid == "-- Grafana --"
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// All panels, those inside of rows included.
fn panels(dashboard: &Value) -> Vec<&Value> {
    list(&dashboard["panels"])
        .flat_map(|panel| std::iter::once(panel).chain(list(&panel["panels"])))
        .collect()
}

fn layout(panels: &[&Value]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    let title = |panel: &Value| panel["title"].as_str().unwrap_or_default().to_owned();
    let place = |panel: &Value| {
        ["x", "y", "w", "h"].map(|key| panel["gridPos"][key].as_u64().unwrap_or_default())
    };
    for (index, panel) in panels.iter().enumerate() {
        if !ids.insert(panel["id"].to_string()) {
            faults.push(format!(
                "`{}` has the id {} of another panel",
                title(panel),
                panel["id"]
            ));
        }
        let [x, y, w, h] = place(panel);
        if w == 0 || h == 0 || x + w > 24 {
            faults.push(format!(
                "`{}` does not lie on the grid of 24 columns",
                title(panel)
            ));
        }
        for other in &panels[index + 1..] {
            let [left, top, width, height] = place(other);
            if x < left + width && left < x + w && y < top + height && top < y + h {
                faults.push(format!(
                    "`{}` and `{}` cover each other",
                    title(panel),
                    title(other)
                ));
            }
        }
    }
    faults
}

/// The expression as Prometheus gets it: Grafana's variables replaced by a duration, a number or a word. An
/// error names a variable that the dashboard does not have.
fn substituted(expression: &str, variables: &BTreeSet<&str>) -> Result<String, String> {
    let mut text = String::new();
    let mut rest = expression;
    while let Some(start) = rest.find('$') {
        text.push_str(&rest[..start]);
        let after = &rest[start + 1..];
        let braced = after.starts_with('{');
        let body = after.strip_prefix('{').unwrap_or(after);
        let end = body
            .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .unwrap_or(body.len());
        let name = &body[..end];
        let quoted = text.matches('"').count() % 2 == 1;
        // The end of a regular expression, or a group of one: Grafana leaves what is no variable of the dashboard.
        let is_of_expression = name.chars().all(|letter| letter.is_ascii_digit());
        if quoted && !braced && is_of_expression {
            text.push('$');
            rest = after;
            continue;
        }
        if !name.starts_with("__") && !variables.contains(name) {
            return Err(format!("the dashboard has no variable `{name}`"));
        }
        text.push_str(match name {
            _ if quoted => "$variable",
            "__interval_ms" | "__range_s" | "__range_ms" => "300",
            _ if name.starts_with("__") || text.ends_with(['[', ':']) => "5m",
            _ => "5",
        });
        rest = if braced {
            body.split_once('}').map_or("", |(_, rest)| rest)
        } else {
            &body[end..]
        };
    }
    text.push_str(rest);
    Ok(text)
}
