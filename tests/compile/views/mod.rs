//! docs/templates-reference.md describes the view of every embedded template. It is made from the view structs themselves, their
//! fields and comments, and every variable that it names is really there: a template that prints them all compiles.
//!
//! `BLESS=1 cargo test views` rewrites the page; the reviewer reads the diff.

mod source;

use std::collections::BTreeSet;

use crate::support::page;
use mlopsgen::{
    compile::{Request, compile},
    diag::render::{Style, human},
    embedded_below,
    files::Target,
    world::MemoryWorld,
};

use source::{Field, Sources, View};

/// A template, the file that has its view (below crates/back/src/target/), the view, and what it makes.
const TEMPLATES: &[(&str, &str, &str, &str)] = &[
    (
        "compose/compose.yaml",
        "runtime/compose/mod.rs",
        "ProjectView",
        "compose/compose.yaml",
    ),
    (
        "swarm/stack.yaml",
        "runtime/swarm/mod.rs",
        "StackView",
        "swarm/stack.yaml",
    ),
    (
        "gitops/argocd.yaml",
        "content/gitops/mod.rs",
        "DeployView",
        "gitops/argocd.yaml",
    ),
    (
        "gitops/flux.yaml",
        "content/gitops/mod.rs",
        "DeployView",
        "gitops/flux.yaml",
    ),
    (
        "compose/group.yaml",
        "runtime/compose/group.rs",
        "GroupFile",
        "compose/GROUP.yaml",
    ),
    (
        "compose/order.yaml",
        "runtime/compose/mod.rs",
        "OrderView",
        "the order of start between two groups, compose/order/",
    ),
    (
        "compose/.env.example",
        "runtime/compose/environment.rs",
        "EnvironmentView",
        "compose/.env.example",
    ),
    (
        "compose/probe-http.sh",
        "runtime/shared/health.rs",
        "ProbeView",
        "the health check by HTTP inside of a container",
    ),
    (
        "compose/probe-tcp.sh",
        "runtime/shared/health.rs",
        "TcpProbeView",
        "the health check by TCP inside of a container",
    ),
    (
        "helm/Chart.yaml",
        "runtime/helm/chart.rs",
        "ChartView",
        "the chart: helm/PLATFORM/ and all below it",
    ),
    (
        "prometheus/prometheus.yml",
        "content/prometheus/config.rs",
        "ConfigView",
        "prometheus/prometheus.yml",
    ),
    (
        "prometheus/rules/component.yml",
        "content/prometheus/rules.rs",
        "RulesView",
        "prometheus/rules/COMPONENT.yml",
    ),
    (
        "prometheus/rules/_platform.yml",
        "content/prometheus/platform.rs",
        "PlatformRulesView",
        "prometheus/rules/_platform.yml",
    ),
    (
        "grafana/dashboards/dashboard.json",
        "content/grafana/dashboard.rs",
        "DashboardView",
        "grafana/dashboards/*.json",
    ),
    (
        "grafana/provisioning/datasources/platform.yaml",
        "content/grafana/provisioning.rs",
        "SourcesView",
        "the file of this path",
    ),
    (
        "grafana/provisioning/dashboards/platform.yaml",
        "content/grafana/provisioning.rs",
        "ProvidersView",
        "the file of this path",
    ),
    (
        "jenkins/Jenkinsfile",
        "content/jenkins/view.rs",
        "Jenkinsfile",
        "jenkins/NAME/Jenkinsfile",
    ),
    (
        "airflow/dag.py",
        "content/airflow/dag.rs",
        "Dag",
        "airflow/dags/PIPELINE.py",
    ),
    (
        "airflow/pipelines.py",
        "content/airflow/module.rs",
        "ModuleView",
        "airflow/dags/lib/PLATFORM_pipelines.py",
    ),
    (
        "airflow/stub.py",
        "content/airflow/stub.rs",
        "StubFile",
        "dags/PIPELINE/TASK.py, once",
    ),
    (
        "docs/architecture.md",
        "content/docs/view.rs",
        "Page",
        "docs/architecture.md",
    ),
    (
        "docs/architecture.svg",
        "content/docs/diagram/view.rs",
        "Picture",
        "docs/architecture.svg",
    ),
];

/// Templates with the view of another one, or without a view.
const FURTHER: &[(&str, &str)] = &[
    ("helm/", "helm/Chart.yaml"),
    ("grafana/panels/", "grafana/dashboards/dashboard.json"),
    ("airflow/.airflowignore", "airflow/pipelines.py"),
    (
        "compose/gitignore",
        "compose/.gitignore, which sees nothing",
    ),
];

const HEAD: &str = "\
# What each template sees

<!-- Made of the view structs in crates/back/src/target/ by `BLESS=1 cargo test views`. Do not edit. -->

[Templates of your own](templates.md) replace those of the same path; these are the variables that each of them gets. A
variable that has a table of its own below is written `outer.inner` in a template. `or none` can be left out: in a
condition it counts as false.
";

fn page(sources: &Sources) -> String {
    let mut out = HEAD.to_string();
    for (template, file, name, makes) in TEMPLATES {
        let view = sources.view(file, name);
        out.push_str(&format!("\n## `{template}`\n\nMakes {makes}."));
        let same: Vec<String> = FURTHER
            .iter()
            .filter(|(_, other)| other == template)
            .map(|(further, _)| format!("`{further}`"))
            .collect();
        if !same.is_empty() {
            out.push_str(&format!(" The same is seen by {}.", same.join(", ")));
        }
        out.push_str("\n\n");
        if !view.doc.is_empty() {
            out.push_str(&format!("{}\n\n", view.doc));
        }
        out.push_str(&table(sources, view));
        for inner in sources.inner(view) {
            out.push_str(&format!("\n### {} of `{template}`\n\n", inner.name));
            if !inner.doc.is_empty() {
                out.push_str(&format!("{}\n\n", inner.doc));
            }
            out.push_str(&table(sources, inner));
        }
    }
    out
}

fn table(sources: &Sources, view: &View) -> String {
    let mut out = String::from("| variable | is | |\n| --- | --- | --- |\n");
    for field in sources.fields(view) {
        let Field { name, doc, .. } = field;
        let kind = sources.words(view, &field.kind);
        out.push_str(&format!(
            "| `{name}` | {kind} | {} |\n",
            doc.replace('|', "\\|")
        ));
    }
    out
}

#[test]
fn the_reference_of_the_templates_is_fresh() {
    let text = page(&Sources::read());
    page::is_fresh("docs/templates-reference.md", &text, "views");
}

#[test]
fn every_template_is_in_the_reference() {
    let listed = |path: &&str| {
        TEMPLATES.iter().any(|(template, ..)| template == path)
            || FURTHER.iter().any(|(further, _)| path.starts_with(further))
    };
    let missing: Vec<&str> = Target::NAMES
        .iter()
        .flat_map(|folder| embedded_below(folder))
        .filter(|path| !listed(path))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

/// A platform for which every template generates a file.
const PLATFORM: &str = r#"
[platform]
name = "p"
targets = ["compose", "helm", "prometheus", "grafana", "jenkins", "airflow", "docs", "swarm", "gitops"]
[deploy.argocd]
repository = "https://git.example.com/p.git"
[secrets]
key = { env = "KEY" }
[groups]
g = "g"
h = "h"
[components.web]
image = "web:1"
group = "g"
ports.http = { container = 80, host = 8080 }
health = { http = "/", port = "http" }
metrics = { port = "http" }
alerts.Down = { expr = "up == 0", severity = "critical", summary = "s", description = "d" }
[components.other]
image = "other:1"
group = "h"
ports.raw = 81
health = { tcp = "raw" }
depends_on = { web = { on = "healthy", optional = true } }
[components.prometheus]
kind = "prometheus"
group = "h"
[components.grafana]
kind = "grafana"
group = "h"
settings.admin_password = "${secrets.key}"
[pipelines.train]
image = "train:1"
tasks.one = { run = "x" }
tasks.two = { stub = true }
[ci.build]
stages = [{ name = "s", run = ["x"] }]
"#;

/// The diagnostics of the platform with a template that only prints these variables.
fn printed(template: &str, variables: &[String]) -> Option<String> {
    let text = format!("<% set all = [{}] %>\n{{}}\n", variables.join(", "));
    let asked: Vec<String> = variables
        .iter()
        .map(|name| format!("<% if {name} is undefined %><{{ missing_{name} }}><% endif %>\n"))
        .collect();
    let platform = match template {
        // One tool installs a chart.
        "gitops/flux.yaml" => PLATFORM.replace("[deploy.argocd]", "[deploy.flux]"),
        _ => PLATFORM.to_string(),
    };
    let world = MemoryWorld::new().with("platform.toml", platform).with(
        &format!("mlopsgen/templates/{template}"),
        text + &asked.concat(),
    );
    let compilation = compile(&world, &Request::default());
    let style = Style {
        color: false,
        width: 100,
    };
    let message = || human(&compilation.diagnostics, &compilation.sources, style);
    compilation.output.is_err().then(message)
}

#[test]
fn every_variable_of_the_reference_exists() {
    let sources = Sources::read();
    for (template, file, name, _) in TEMPLATES {
        let fields = sources.fields(sources.view(file, name));
        let names: BTreeSet<String> = fields.iter().map(|field| field.name.clone()).collect();
        let names: Vec<String> = names.into_iter().collect();
        if let Some(message) = printed(template, &names) {
            panic!("{template}: {message}");
        }
        let unknown = [format!("un{}", names[0])];
        assert!(
            printed(template, &unknown).is_some(),
            "{template} is not run"
        );
    }
}
