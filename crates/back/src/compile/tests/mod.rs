//! Prometheus and Grafana on small platforms: what the golden files of whole platforms do not show.

mod dashboards;
mod inhibition;
mod rules;
mod scrape;

use crate::{
    compile::{Compilation, Output, Request, compile},
    target::{Context, Emission, Vantage, content::prometheus, shared::mounted::Mounted},
    template::{Engine, TemplateError},
    world::MemoryWorld,
};

/// A Prometheus, and a Grafana whose data source it is.
const MONITORING: &str = r#"
[platform]
name = "sample"
[groups]
one = "The group"
[secrets]
grafana-password = { env = "GRAFANA_PASSWORD" }
[components.prometheus]
kind = "prometheus"
group = "one"
ports.http = { host = 9090 }
[components.grafana]
kind = "grafana"
group = "one"
ports.http = { host = 3000 }
settings.admin_password = "${secrets.grafana-password}"
"#;
/// The lines that most components of these tests have about their metrics.
const METRICS: &str = "ports.http = 8000\nmetrics.port = \"http\"\n";

type Emit = fn(&Context<'_>) -> Result<Emission, TemplateError>;

/// The platform of `MONITORING` and these lines, with `ops/scrape.yml` beside it.
fn compiled(lines: &str, scrape_configs: &str) -> Compilation {
    let world = MemoryWorld::new()
        .with("platform.toml", format!("{MONITORING}{lines}"))
        .with("ops/scrape.yml", scrape_configs);
    compile(&world, &Request::default())
}

fn platform(lines: &str, scrape_configs: &str) -> Output {
    let compilation = compiled(lines, scrape_configs);
    let printed = format!("{:?}", compilation.diagnostics);
    compilation.output.expect(&printed)
}

fn emit(output: &Output, vantage: Vantage, emit: Emit) -> Emission {
    let engine = Engine::new(Vec::new()).expect("the templates can be read");
    emit(&Context {
        platform: &output.platform,
        graph: &output.graph,
        engine: &engine,
        vantage,
        mounted: &Mounted::default(),
    })
    .expect("it can be emitted")
}

/// A component `api` with these keys.
fn api(lines: &str) -> Output {
    platform(&component("api", lines), "")
}

fn component(name: &str, lines: &str) -> String {
    format!("[components.{name}]\nimage = \"api:1\"\ngroup = \"one\"\n{lines}\n")
}

fn scrape_config(output: &Output) -> String {
    let emission = emit(output, Vantage::Compose, prometheus::emit);
    emission.files.files["prometheus/prometheus.yml"]
        .text
        .to_string()
}
