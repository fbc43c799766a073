//! What Prometheus scrapes, and how.

use super::{Emit, METRICS, MONITORING, api, compiled, component, emit, platform, scrape_config};
use crate::{
    compile::{Output, Request, compile},
    diag::Code,
    target::{
        Vantage,
        content::{grafana, prometheus},
    },
    world::MemoryWorld,
};

#[test]
fn without_prometheus_nothing_is_generated() {
    let (start, _) = MONITORING.split_once("[secrets]").unwrap();
    let text = format!("{start}{}", component("api", METRICS));
    let world = MemoryWorld::new().with("platform.toml", text);
    let output = compile(&world, &Request::default()).output.unwrap();
    for emitter in [prometheus::emit as Emit, grafana::emit] {
        let emission = emit(&output, Vantage::Compose, emitter);
        assert!(emission.files.files.is_empty());
    }
}

#[test]
fn a_job_scrapes_the_container_by_its_name() {
    let text = scrape_config(&api(
        "ports.http = { container = 8000, scheme = \"https\" }\nmetrics = { port = \"http\", path = \"/metrics?format=prometheus\", interval = \"5s\", honor_labels = true }",
    ));
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
fn an_external_component_is_scraped_at_its_host() {
    let keys = "kind = \"mlflow\"\nexternal = { host = \"mlflow.example.com\", port = 5000 }\n";
    let text = scrape_config(&platform(&format!("[components.models]\n{keys}"), ""));
    assert!(text.contains("job_name: models"), "{text}");
    assert!(text.contains("\"mlflow.example.com:5000\""), "{text}");
}

#[test]
fn a_component_that_may_be_off_is_discovered_by_dns() {
    let text = scrape_config(&api(&format!("{METRICS}profiles = [\"extra\"]")));
    assert!(text.contains("dns_sd_configs"), "{text}");
    assert!(
        text.contains("- target_label: instance\n        replacement: \"api:8000\""),
        "{text}"
    );
}

#[test]
fn a_component_without_an_address_is_a_loss_and_no_job() {
    for mode in ["host", "none"] {
        let output = api(&format!("{METRICS}network_mode = \"{mode}\""));
        let emission = emit(&output, Vantage::Compose, prometheus::emit);
        assert_eq!(emission.losses[0].code, Code::TargetLoss);
        let text = &emission.files.files["prometheus/prometheus.yml"].text;
        assert!(!text.contains("job_name: api"), "{text}");
    }
    let output = api(&format!("{METRICS}network_mode = \"service:grafana\""));
    let emission = emit(&output, Vantage::Compose, prometheus::emit);
    assert!(emission.losses.is_empty());
    let text = &emission.files.files["prometheus/prometheus.yml"].text;
    assert!(text.contains("\"grafana:8000\""), "{text}");
}

#[test]
fn a_prometheus_on_the_host_scrapes_published_ports() {
    let published = component(
        "api",
        "ports.http = { container = 8000, host = 18000 }\nmetrics.port = \"http\"",
    );
    let lines = format!(
        "network_mode = \"host\"\n{published}{}",
        component("hidden", METRICS)
    );
    let (start, _) = MONITORING.split_once("[secrets]").unwrap();
    let text = format!(
        "{start}[components.prometheus]\nkind = \"prometheus\"\ngroup = \"one\"\nports.http = {{ host = 9090 }}\n{lines}"
    );
    let world = MemoryWorld::new().with("platform.toml", text);
    let text = scrape_config(&compile(&world, &Request::default()).output.unwrap());
    assert!(text.contains("\"127.0.0.1:18000\""), "{text}");
    assert!(text.contains("\"127.0.0.1:9090\""), "{text}");
    assert!(!text.contains("hidden"), "{text}");
}

#[test]
fn jobs_of_the_user_stand_below_the_generated_ones_and_broken_ones_are_an_error() {
    let setting = "[components.prometheus.settings]\nscrape_configs = \"ops/scrape.yml\"\n";
    let good = "- job_name: gpu\n  static_configs: [{targets: ['10.0.0.7:9400']}]\n";
    let text = scrape_config(&platform(setting, good));
    assert!(
        text.ends_with("  - job_name: gpu\n    static_configs:\n      - targets:\n          - \"10.0.0.7:9400\"\n"),
        "{text}"
    );
    for broken in ["jobs: []", "- job_name: grafana", "- job_name: ["] {
        let compilation = compiled(setting, broken);
        let codes = compilation.diagnostics.iter().map(|printed| printed.code);
        assert!(codes.into_iter().any(|code| code == Code::BadValue));
        assert!(compilation.output.is_err());
    }
}

#[test]
fn each_endpoint_is_a_job_and_secrets_stand_in_files() {
    let lines = r#"
[secrets.token]
env = "TOKEN"
[secrets.pass]
env = "PASS"
[components.api]
image = "api:1"
group = "one"
ports.http = 8000
ports.admin = 9000
metrics = [
  { port = "http", interval = "30s", timeout = "20s", bearer = "${secrets.token}" },
  { port = "admin", ca = "ops/ca.pem", basic = { user = "prom", password = "${secrets.pass}" }, metric_relabel = [{ source_labels = ["__name__"], regex = "go_.*", action = "drop" }] },
]
"#;
    let world = MemoryWorld::new()
        .with("platform.toml", format!("{MONITORING}{lines}"))
        .with("ops/ca.pem", "-----BEGIN CERTIFICATE-----\n");
    let output = compile(&world, &Request::default()).output.unwrap();
    let text = scrape_config(&output);
    let first = "  - job_name: api\n    scrape_interval: \"30s\"\n    scrape_timeout: \"20s\"\n    authorization:\n      credentials_file: /etc/prometheus/secrets/token\n";
    assert!(text.contains(first), "{text}");
    let second = "  - job_name: api/admin\n    scheme: https\n    basic_auth:\n      username: prom\n      password_file: /etc/prometheus/secrets/pass\n    tls_config:\n      ca_file: /etc/prometheus/ca/api.admin.pem\n";
    assert!(text.contains(second), "{text}");
    assert!(text.contains("metric_relabel_configs:\n      - source_labels:\n          - __name__\n        regex: \"go_.*\"\n        action: drop\n"), "{text}");
    let prometheus = output.platform.workload("prometheus").unwrap();
    let mounted: Vec<&str> = prometheus.files.iter().map(|it| it.path.as_str()).collect();
    for path in [
        "/etc/prometheus/secrets/token",
        "/etc/prometheus/secrets/pass",
        "/etc/prometheus/ca/api.admin.pem",
    ] {
        assert!(mounted.contains(&path), "{path} in {mounted:?}");
    }
}

#[test]
fn samples_are_sent_to_remote_write_and_kept_within_the_volume() {
    let lines = r#"
[secrets.remote]
env = "REMOTE"
[components.prometheus.settings]
remote_write = "https://mimir.example.com/api/v1/push"
remote_write_token = "${secrets.remote}"
[components.prometheus.volumes.data]
size = "10Gi"
"#;
    let output = platform(lines, "");
    let text = scrape_config(&output);
    let expected = "remote_write:\n  - url: \"https://mimir.example.com/api/v1/push\"\n    authorization:\n      credentials_file: /etc/prometheus/secrets/remote\n";
    assert!(text.contains(expected), "{text}");
    let size = |output: &Output| {
        let command = output
            .platform
            .workload("prometheus")
            .unwrap()
            .command
            .clone();
        let words: Vec<String> = command
            .unwrap()
            .iter()
            .filter_map(crate::model::Text::as_plain)
            .collect();
        let flag = "--storage.tsdb.retention.size=";
        words
            .iter()
            .find_map(|it| it.strip_prefix(flag).map(str::to_string))
    };
    assert_eq!(size(&output).unwrap(), "8589934592B");
    let with_size = platform(
        "[components.prometheus.settings]\nretention_size = \"2Gi\"\n",
        "",
    );
    assert_eq!(size(&with_size).unwrap(), "2147483648B");
}

#[test]
fn each_of_several_stores_has_its_own_login() {
    let lines = r#"
[secrets.remote]
env = "REMOTE"
[secrets.pushed]
env = "PUSHED"
[components.prometheus.settings]
remote_write = [
  "https://plain.example.com/push",
  { url = "https://mimir.example.com/push", user = "team", password = "${secrets.pushed}" },
  { url = "${components.sink.http.url}/push", token = "${secrets.remote}" },
]
[components.sink]
image = "a/sink:1"
group = "one"
ports.http = 9009
"#;
    let output = platform(lines, "");
    let text = scrape_config(&output);
    let expected = r#"
remote_write:
  - url: "https://plain.example.com/push"
  - url: "https://mimir.example.com/push"
    basic_auth:
      username: team
      password_file: /etc/prometheus/secrets/pushed
  - url: "http://sink:9009/push"
    authorization:
      credentials_file: /etc/prometheus/secrets/remote
"#;
    assert!(text.contains(expected), "{text}");
    let prometheus = output.platform.workload("prometheus").unwrap();
    let mounted: Vec<&str> = prometheus.files.iter().map(|it| it.path.as_str()).collect();
    for secret in ["pushed", "remote"] {
        let path = format!("/etc/prometheus/secrets/{secret}");
        assert!(mounted.contains(&path.as_str()), "{path} in {mounted:?}");
    }
}

#[test]
fn in_a_cluster_the_docker_host_is_not_scraped() {
    let lines = |extra: &str| {
        format!(
            "[components.agent]\nexternal = {{ host = \"host.docker.internal\", port = 9100 }}\nports.http = 9100\nmetrics = {{ port = \"http\" }}\n{}{extra}",
            component("reader", "env.AGENT = \"${components.agent.http.url}\""),
        )
    };
    let output = platform(&lines(""), "");
    let emission = emit(&output, Vantage::Kubernetes, prometheus::emit);
    let text = &emission.files.files["prometheus/prometheus.yml"].text;
    assert!(!text.contains("host.docker.internal"), "{text}");
    let rules = emission
        .files
        .files
        .get("prometheus/rules/service.agent.yml");
    assert!(rules.is_none(), "no data, no rules");
    let losses = format!("{:?}", emission.losses);
    assert!(
        losses.contains("`metrics` of `agent` cannot be reached"),
        "{losses}"
    );
    let all = format!("{:?}", compiled(&lines(""), "").diagnostics);
    assert!(all.contains("`reader` cannot reach `agent`"), "{all}");
    let known = platform(
        &lines("[components.prometheus.extra_hosts]\n\"host.docker.internal\" = \"10.0.0.5\"\n"),
        "",
    );
    let emission = emit(&known, Vantage::Kubernetes, prometheus::emit);
    let text = &emission.files.files["prometheus/prometheus.yml"].text;
    assert!(text.contains("host.docker.internal:9100"), "{text}");
}

#[test]
fn a_reader_of_the_docker_host_can_resolve_its_name() {
    let lines = format!(
        "[components.agent]\nexternal = {{ host = \"host.docker.internal\", port = 9100 }}\nports.http = 9100\nmetrics = {{ port = \"http\" }}\n{}{}",
        component("reader", "env.AGENT = \"${components.agent.http.url}\""),
        component("other", ""),
    );
    let output = platform(&lines, "");
    let files = &output.files.files;
    let text = &files["compose/one.yaml"].text;
    // The reader, and Prometheus, which scrapes it.
    assert_eq!(
        text.matches("host.docker.internal:host-gateway").count(),
        2,
        "{text}"
    );
}

/// The kind's panels and alerts ask for a part by the name of its job.
#[test]
fn a_part_keeps_the_name_of_its_job_where_the_main_one_is_not_scraped() {
    let node = "[components.node]\nkind = \"node-exporter\"\ngroup = \"one\"\n";
    let jobs = |text: &str| {
        let names = text
            .lines()
            .filter_map(|it| it.trim().strip_prefix("- job_name: "));
        names.map(ToString::to_string).collect::<Vec<String>>()
    };
    let both = jobs(&scrape_config(&platform(node, "")));
    let one = jobs(&scrape_config(&platform(
        &format!("{node}metrics = false\n"),
        "",
    )));
    let has = |jobs: &[String], name: &str| jobs.iter().any(|job| job == name);
    assert!(has(&both, "node") && has(&both, "node-network"), "{both:?}");
    assert!(!has(&one, "node") && has(&one, "node-network"), "{one:?}");
}
