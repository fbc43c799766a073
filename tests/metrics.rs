//! Prometheus and Grafana, from a platform built by hand: what a whole platform's golden files do not show.

use std::collections::BTreeMap;

use mlopsgen::{
    diag::Code,
    files::Target,
    graph,
    model::{
        Alert, At, Component, Group, HostPort, Lifecycle, Metrics, NetworkMode, Platform, Port,
        PortRange, Protocol, Raw, Resources, Restart, Runtime, Setting, SettingValue, Text, Use,
        Workload,
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
fn without_prometheus_there_is_nothing_to_say() {
    let mut platform = platform(vec![component("api", "service", 8000)]);
    platform.components.remove(0);
    for emitter in [prometheus::emit as Emit, grafana::emit] {
        let emission = emit(&platform, Vantage::Compose, emitter);
        assert!(emission.files.files.is_empty());
    }
}

#[test]
fn a_job_asks_for_the_container_by_its_name() {
    let mut api = component("api", "service", 8000);
    if let Some(metrics) = &mut api.workloads[0].metrics {
        metrics.path = "/metrics?format=prometheus".to_string();
        metrics.interval = Some(5_000);
        metrics.honor_labels = true;
        metrics.scheme = "https".to_string();
    }
    let text = config(&platform(vec![api]));
    let expected = r#"
  - job_name: api
    scrape_interval: "5s"
    scheme: https
    params:
      format:
        - prometheus
    honor_labels: true
    static_configs:
      - targets:
          - "api:8000"
        labels:
          component: api
          group: one
"#;
    assert!(text.ends_with(expected), "{text}");
}

#[test]
fn what_may_be_off_is_found_by_its_name_and_is_no_target_while_it_is_off() {
    let mut api = component("api", "service", 8000);
    api.workloads[0].profiles.push("extra".to_string());
    let text = config(&platform(vec![api]));
    assert!(text.contains("dns_sd_configs"), "{text}");
    assert!(text.contains("- target_label: instance\n        replacement: \"api:8000\""));
}

#[test]
fn what_has_no_address_on_a_network_is_a_loss_and_no_job() {
    let on = |mode| {
        let mut api = component("api", "service", 8000);
        api.workloads[0].network_mode = Some(At {
            value: mode,
            span: nowhere(),
        });
        emit(&platform(vec![api]), Vantage::Compose, prometheus::emit)
    };
    for mode in [NetworkMode::Host, NetworkMode::None] {
        let emission = on(mode);
        assert_eq!(emission.losses[0].code, Code::TargetLoss);
        assert!(
            !emission.files.files["prometheus/prometheus.yml"]
                .text
                .contains("job_name: api")
        );
    }
    let emission = on(NetworkMode::Service("grafana".to_string()));
    assert!(emission.losses.is_empty());
    assert!(
        emission.files.files["prometheus/prometheus.yml"]
            .text
            .contains("\"grafana:8000\"")
    );
}

#[test]
fn a_prometheus_on_the_host_asks_published_ports() {
    let mut api = component("api", "service", 8000);
    api.workloads[0].ports[0].host = Some(HostPort::Fixed(PortRange::single(18000)));
    let mut platform = platform(vec![api]);
    platform.components[0].workloads[0].network_mode = Some(At {
        value: NetworkMode::Host,
        span: nowhere(),
    });
    let text = config(&platform);
    assert!(
        text.contains("\"127.0.0.1:18000\"") && text.contains("\"127.0.0.1:9090\""),
        "{text}"
    );
    assert!(!text.contains("grafana"), "{text}");
}

#[test]
fn words_of_a_user_are_no_template() {
    let mut api = component("api", "service", 8000);
    api.alerts.push(Alert {
        name: "Slow".to_string(),
        expr: "up{job=\"api\"} == 0".to_string(),
        hold: Some(60_000),
        severity: "warning".to_string(),
        summary: Some("{{ $value }} and {{{".to_string()),
        description: None,
        from_kind: false,
        span: nowhere(),
    });
    let emission = emit(&platform(vec![api]), Vantage::Compose, prometheus::emit);
    let text = &emission.files.files["prometheus/rules/api.yml"].text;
    assert!(
        text.contains(r#"{{ \"{{\" }} $value }} and {{ \"{{\" }}{"#),
        "{text}"
    );
    let platform_rules = &emission.files.files["prometheus/rules/_platform.yml"].text;
    assert!(
        platform_rules.contains(r#"up{job!~"api"} == 0"#),
        "{platform_rules}"
    );
}

#[test]
fn jobs_of_ones_own_stand_below_ours_and_broken_ones_are_an_error() {
    let good =
        with_scrape_configs("- job_name: gpu\n  static_configs: [{targets: ['10.0.0.7:9400']}]\n");
    let text = config(&good);
    assert!(
        text.ends_with("  - job_name: gpu\n    static_configs:\n      - targets:\n          - \"10.0.0.7:9400\"\n"),
        "{text}"
    );
    for broken in ["jobs: []", "- job_name: grafana", "- job_name: ["] {
        let emission = emit(
            &with_scrape_configs(broken),
            Vantage::Compose,
            prometheus::emit,
        );
        assert_eq!(emission.losses[0].code, Code::BadValue);
    }
}

#[test]
fn a_long_uid_is_cut_and_stays_apart() {
    let long = ["a".repeat(40), "a".repeat(39)];
    let platform = platform(
        long.iter()
            .map(|name| component(name, "service", 8000))
            .collect(),
    );
    let emission = emit(&platform, Vantage::Compose, grafana::emit);
    let uids: Vec<String> = long
        .iter()
        .map(|name| {
            let text = &emission.files.files[&format!("grafana/dashboards/{name}.json")].text;
            let json: serde_json::Value = serde_json::from_str(text).unwrap();
            json["uid"].as_str().unwrap().to_string()
        })
        .collect();
    assert!(uids.iter().all(|uid| uid.len() == 40) && uids[0] != uids[1]);
}
