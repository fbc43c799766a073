//! Prometheus and Grafana, from a platform built by hand: what a whole platform's golden files do not show.

use std::collections::BTreeMap;

use mlopsgen::{
    files::Target,
    graph,
    model::{
        Alert, Component, Group, Lifecycle, Metrics, Panel, Platform, Port, PortRange, Protocol,
        Query, Raw, Record, Resources, Restart, Runtime, Setting, SettingValue, Text, Threshold,
        Use, Workload,
    },
    source::{Sources, Span},
    syntax::Table,
    target::{Context, Emission, Vantage, grafana, prometheus},
    template::Engine,
};

fn nowhere() -> Span {
    let id = Sources::default().add("platform.toml", "");
    Span::new(id, 0..0)
}

fn port(number: u16) -> Port {
    Port {
        name: "http".to_string(),
        container: PortRange::single(number),
        host: None,
        protocol: Protocol::Tcp,
        scheme: "http".to_string(),
        path: String::new(),
        bind: "127.0.0.1".to_string(),
        span: nowhere(),
        host_span: nowhere(),
    }
}

fn workload(name: &str, number: u16) -> Workload {
    Workload {
        name: name.to_string(),
        component: name.to_string(),
        part: None,
        group: "one".to_string(),
        lifecycle: Lifecycle::Service,
        description: None,
        image: Text::literal("image:1"),
        build: None,
        entrypoint: None,
        command: None,
        env: Vec::new(),
        ports: vec![port(number)],
        mounts: Vec::new(),
        files: Vec::new(),
        health: None,
        metrics: Some(Metrics {
            job: name.to_string(),
            port: "http".to_string(),
            number,
            scheme: "http".to_string(),
            path: "/metrics".to_string(),
            interval: None,
            honor_labels: false,
            span: nowhere(),
        }),
        resources: Resources::default(),
        replicas: 1,
        restart: Restart::UnlessStopped,
        profiles: Vec::new(),
        network_mode: None,
        networks: Vec::new(),
        aliases: Vec::new(),
        depends_on: Vec::new(),
        reaches: Vec::new(),
        runtime: Runtime::default(),
        raw_compose: Raw::default(),
        raw_helm: Raw::default(),
        written: Table::default(),
        span: nowhere(),
    }
}

fn component(name: &str, kind: &str, number: u16) -> Component {
    Component {
        name: name.to_string(),
        kind: kind.to_string(),
        lineage: Vec::new(),
        title: kind.to_string(),
        icon: "server".to_string(),
        description: None,
        group: Some("one".to_string()),
        external: None,
        ports: vec![port(number)],
        main_port: Some("http".to_string()),
        settings: Vec::new(),
        outputs: Vec::new(),
        uses: Vec::new(),
        workloads: vec![workload(name, number)],
        alerts: Vec::new(),
        records: Vec::new(),
        panels: Vec::new(),
        allow: Default::default(),
        single: false,
        raw_helm: Raw::default(),
        span: nowhere(),
    }
}

fn uses(role: &str, component: &str) -> Use {
    Use {
        role: role.to_string(),
        component: component.to_string(),
        database: None,
        ports: vec!["http".to_string()],
        span: nowhere(),
    }
}

/// A Prometheus, a Grafana that asks it, and these.
fn platform(others: Vec<Component>) -> Platform {
    let mut grafana = component("grafana", "grafana", 3000);
    grafana.uses.push(uses("datasource", "prometheus"));
    let mut components = vec![component("prometheus", "prometheus", 9090), grafana];
    components.extend(others);
    Platform {
        name: "sample".to_string(),
        description: None,
        environment: None,
        targets: Target::ALL.into_iter().collect(),
        variables: Vec::new(),
        secrets: Vec::new(),
        groups: vec![Group {
            name: "one".to_string(),
            description: None,
            span: nowhere(),
        }],
        volumes: Vec::new(),
        networks: Vec::new(),
        components,
        pipelines: Vec::new(),
        ci: Vec::new(),
        actors: Vec::new(),
        flows: Vec::new(),
        lints: BTreeMap::new(),
        raw_compose: Raw::default(),
        raw_helm: Raw::default(),
        span: nowhere(),
    }
}

type Emit = fn(&Context<'_>) -> Result<Emission, mlopsgen::template::TemplateError>;

fn emit(platform: &Platform, vantage: Vantage, emit: Emit) -> Emission {
    let engine = Engine::new(Vec::new()).unwrap();
    emit(&Context {
        platform,
        graph: &graph::build(platform),
        engine: &engine,
        vantage,
        mounted: &BTreeMap::new(),
    })
    .unwrap()
}

fn config(platform: &Platform) -> String {
    let emission = emit(platform, Vantage::Compose, prometheus::emit);
    emission.files.files["prometheus/prometheus.yml"]
        .text
        .clone()
}

fn with_scrape_configs(text: &str) -> Platform {
    let mut platform = platform(Vec::new());
    platform.components[0].settings.push(Setting {
        name: "scrape_configs".to_string(),
        value: SettingValue::Files(vec![("ops/scrape.yml".to_string(), text.into())]),
        span: nowhere(),
    });
    platform
}

#[test]
fn scratch() {
    let dir = std::env::var("KINDS").unwrap();
    let out = std::path::PathBuf::from(std::env::var("OUT").unwrap());
    let mut comps = Vec::new();
    let mut paths: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "toml"))
        .collect();
    paths.sort();
    for p in paths {
        let kind = p.file_stem().unwrap().to_str().unwrap().to_string();
        let table: toml::Table = std::fs::read_to_string(&p).unwrap().parse().unwrap();
        let mut tables = vec![table.clone()];
        for w in table
            .get("when")
            .and_then(|w| w.as_array())
            .into_iter()
            .flatten()
        {
            tables.push(w.as_table().unwrap().clone());
        }
        let mut c = component(&kind, &kind, 8000);
        let sub = |t: &toml::Value| {
            t.as_str()
                .unwrap()
                .replace("${self.selector}", &format!("job=\"{kind}\""))
                .replace("${self.name}", &kind)
        };
        for t in &tables {
            for (n, a) in t
                .get("alerts")
                .and_then(|a| a.as_table())
                .into_iter()
                .flatten()
            {
                let Some(e) = a.get("expr") else { continue };
                let hold = a
                    .get("for")
                    .map(|f| mlopsgen::language::duration_ms(f.as_str().unwrap()).unwrap());
                c.alerts.push(Alert {
                    name: n.clone(),
                    expr: sub(e),
                    hold,
                    severity: a.get("severity").map(sub).unwrap_or("warning".into()),
                    summary: a.get("summary").map(sub),
                    description: a.get("description").map(sub),
                    from_kind: true,
                    span: nowhere(),
                });
            }
            for r in t
                .get("records")
                .and_then(|a| a.as_array())
                .into_iter()
                .flatten()
            {
                c.records.push(Record {
                    name: r["record"].as_str().unwrap().into(),
                    expr: sub(&r["expr"]),
                });
            }
            for q in t
                .get("panels")
                .and_then(|a| a.as_array())
                .into_iter()
                .flatten()
            {
                let num = |k: &str| {
                    q.get(k).map(|v| {
                        v.as_float()
                            .unwrap_or_else(|| v.as_integer().unwrap() as f64)
                    })
                };
                c.panels.push(Panel {
                    row: q.get("row").map(sub),
                    title: sub(&q["title"]),
                    description: q.get("description").map(sub).unwrap_or_default(),
                    kind: q.get("type").map(sub).unwrap_or("timeseries".into()),
                    unit: q.get("unit").map(sub).unwrap_or("short".into()),
                    queries: q["queries"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|x| Query {
                            expr: sub(&x["expr"]),
                            legend: x.get("legend").map(sub).unwrap_or_default(),
                        })
                        .collect(),
                    thresholds: q
                        .get("thresholds")
                        .and_then(|t| t.as_array())
                        .into_iter()
                        .flatten()
                        .map(|t| Threshold {
                            value: t.get("value").map(|v| {
                                v.as_float()
                                    .unwrap_or_else(|| v.as_integer().unwrap() as f64)
                            }),
                            color: sub(&t["color"]),
                        })
                        .collect(),
                    min: num("min"),
                    max: num("max"),
                    width: num("width").unwrap_or(12.0) as u32,
                    height: num("height").unwrap_or(8.0) as u32,
                });
            }
        }
        comps.push(c);
    }
    comps.push(component("plain-service", "service", 8080));
    comps.retain(|c| !["job", "service"].contains(&c.name.as_str()));
    let mut p = platform(Vec::new());
    for c in comps {
        let mut c = c;
        if c.name == "grafana" {
            c.uses.push(uses("datasource", "prometheus"));
        }
        if c.name == "prometheus" {
            c.uses.push(uses("alertmanager", "alertmanager"));
        }
        p.components.retain(|o| o.name != c.name);
        p.components.push(c);
    }
    for e in [prometheus::emit as Emit, grafana::emit] {
        let em = emit(&p, Vantage::Compose, e);
        for l in &em.losses {
            println!("LOSS {}", l.message);
        }
        for (path, f) in &em.files.files {
            let to = out.join(path);
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::write(to, &f.text).unwrap();
        }
    }
}
