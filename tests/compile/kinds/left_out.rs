//! Every kind whose program runs elsewhere, or of which a part is taken away: it compiles, runs nothing of the program here, and
//! asks for no secret or variable that nothing uses.

use std::collections::BTreeSet;

use mlopsgen::{catalog::Kind, compile::Output, syntax::Table};

use super::{
    author::{least, most},
    catalog, compiled,
};

/// What makes the parts of Airflow and Jenkins run that work for pipelines and CI entries.
const WORK: &str = r#"
[pipelines.train]
image = "team/train:1.0"
tasks.fit = { run = "python fit.py" }
[ci.build]
agent = { docker = "python:3.12" }
stages = [{ name = "test", run = ["make test"] }]
[lints]
unused = "allow"
nobody-told = "allow"
not-made = "allow"
"#;

/// The parts of a kind, those of its cases too.
pub fn parts(kind: &Kind) -> BTreeSet<&str> {
    let cases = kind.table.one_or_many_tables("when").into_iter();
    let tables = std::iter::once(&kind.table).chain(cases);
    let parts = tables.filter_map(|table| table.table("parts"));
    parts.flat_map(Table::keys).collect()
}

/// Secrets and variables that no file for Compose reads, but those that the platform declares itself.
fn unused(platform: &str, output: &Output) -> Vec<String> {
    let files = output.files.files.iter();
    let read = files.filter(|(path, _)| path.starts_with("compose/") && path.ends_with(".yaml"));
    let texts: Vec<String> = read.map(|(_, file)| file.text.to_string()).collect();
    let secrets = output.platform.secrets.iter();
    let secrets = secrets.map(|secret| secret.env.clone());
    let variables = output.platform.variables.iter();
    let variables = variables.filter_map(|variable| variable.env.clone());
    secrets
        .chain(variables)
        .filter(|env| !platform.contains(&format!("\"{env}\"")))
        .filter(|env| !texts.iter().any(|text| text.contains(env.as_str())))
        .collect()
}

#[test]
fn what_a_part_needed_goes_with_it() {
    let mut faults = Vec::new();
    for (name, kind) in catalog() {
        for part in parts(kind) {
            for text in [least(name), most(name)] {
                let declared = "[components.it]\n";
                let text = text.replace(declared, &format!("{declared}parts.{part} = false\n"));
                let text = text + WORK;
                let output = compiled(&text);
                let unused = unused(&text, &output);
                if !unused.is_empty() {
                    faults.push(format!("{name} without {part}: {unused:?}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A platform in which the component `it` of the kind runs elsewhere, with the address of one port.
fn elsewhere(kind: &str, port: &str) -> String {
    format!(
        r#"
[platform]
name = "sample"
[groups]
one = "One"
[components.it]
kind = "{kind}"
group = "one"
allow = ["target-loss"]
external = {{ {port} = "it.example.com:1234" }}
"#
    ) + match kind {
        "prometheus" => "",
        _ => {
            r#"
[components.watch]
kind = "prometheus"
group = "one"
"#
        }
    } + WORK
}

#[test]
fn of_a_program_elsewhere_only_its_exporter_runs_here() {
    let mut faults = Vec::new();
    for (name, kind) in catalog() {
        let ports: Vec<&str> = kind.ports().into_iter().flat_map(Table::keys).collect();
        let Some(port) = kind.main_port(&ports) else {
            continue;
        };
        let text = elsewhere(name, port);
        let output = compiled(&text);
        let it = output.platform.component("it").expect("the component");
        for workload in &it.workloads {
            let part = workload.part.as_deref().unwrap_or("main");
            let image = kind.table.get_path(&["parts", part, "image"]);
            if image.is_none() {
                faults.push(format!("{name}: {} runs here", workload.name));
            }
        }
        let unused = unused(&text, &output);
        if !unused.is_empty() {
            faults.push(format!("{name} elsewhere: {unused:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
