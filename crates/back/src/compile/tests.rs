//! Prometheus and Grafana on small platforms: what the whole platform's golden files do not show.

use crate::{
    compile::{Compilation, Output, Request, compile},
    diag::Code,
    target::{
        Context, Emission, Vantage,
        content::{config, grafana, prometheus},
        shared::mounted::Mounted,
    },
    template::{Engine, TemplateError},
    world::MemoryWorld,
};

/// A Prometheus, and a Grafana that asks it.
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
/// What most components of these tests say of their metrics.
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
        .clone()
}

#[test]
fn without_prometheus_there_is_nothing_to_say() {
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
fn a_job_asks_for_the_container_by_its_name() {
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
fn what_runs_elsewhere_is_scraped_there() {
    let keys = "kind = \"mlflow\"\nexternal = { host = \"mlflow.example.com\", port = 5000 }\n";
    let text = scrape_config(&platform(&format!("[components.models]\n{keys}"), ""));
    assert!(text.contains("job_name: models"), "{text}");
    assert!(text.contains("\"mlflow.example.com:5000\""), "{text}");
}

#[test]
fn what_may_be_off_is_found_by_its_name_and_is_no_target_while_it_is_off() {
    let text = scrape_config(&api(&format!("{METRICS}profiles = [\"extra\"]")));
    assert!(text.contains("dns_sd_configs"), "{text}");
    assert!(
        text.contains("- target_label: instance\n        replacement: \"api:8000\""),
        "{text}"
    );
}

#[test]
fn what_has_no_address_on_a_network_is_a_loss_and_no_job() {
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
fn a_prometheus_on_the_host_asks_published_ports() {
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
fn words_of_a_user_are_no_template() {
    let output = api(
        "ports.http = 8000\nmetrics.port = \"http\"\n[components.api.alerts.Slow]\nexpr = 'up{job=\"api\"} == 0'\nfor = \"1m\"\nseverity = \"warning\"\nsummary = \"{{ $value }}, {{ $x }} and {{{\"",
    );
    let emission = emit(&output, Vantage::Compose, prometheus::emit);
    let text = &emission.files.files["prometheus/rules/api.yml"].text;
    assert!(
        text.contains(r#"{{ $value }}, {{ \"{{\" }} $x }} and {{ \"{{\" }}{"#),
        "{text}"
    );
    let platform_rules = &emission.files.files["prometheus/rules/_platform.yml"].text;
    assert!(
        platform_rules.contains("|api") || platform_rules.contains("\"api"),
        "{platform_rules}"
    );
}

#[test]
fn rules_that_look_back_less_than_two_scrapes_are_told() {
    let output = api(
        "ports.http = 8000\nmetrics = { port = \"http\", interval = \"2m\" }\nalerts.Slow = { expr = 'rate(x{job=\"api\"}[3m]) > 1', severity = \"warning\" }",
    );
    let emission = emit(&output, Vantage::Compose, prometheus::emit);
    assert!(
        emission.losses[0].message.contains("looks back 3m"),
        "{:?}",
        emission.losses
    );
}

#[test]
fn jobs_of_ones_own_stand_below_ours_and_broken_ones_are_an_error() {
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
fn a_long_uid_is_cut_and_stays_apart() {
    let long = ["a".repeat(40), "a".repeat(39)];
    let keys = format!("{METRICS}panels = [{{ title = \"Requests\", expr = \"up\" }}]");
    let lines: String = long.iter().map(|name| component(name, &keys)).collect();
    let emission = emit(&platform(&lines, ""), Vantage::Compose, grafana::emit);
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

#[test]
fn of_two_that_need_each_other_neither_is_held_back() {
    let with = |name: &str, other: &str| {
        component(
            name,
            &format!("{METRICS}env.OTHER = \"${{components.{other}.http.url}}\"\n"),
        )
    };
    let lines = format!(
        "[components.pager]\nkind = \"alertmanager\"\ngroup = \"one\"\n{}{}{}",
        with("first", "second"),
        with("second", "first"),
        with("third", "first"),
    );
    let output = platform(&lines, "");
    let graph = &output.graph;
    assert_eq!(graph.needed_by("first"), ["third".to_string()].into());
    let emission = emit(&output, Vantage::Compose, config::emit);
    let path = "config/pager/etc/alertmanager/alertmanager.yml";
    let text = &emission.files.files[path].text;
    assert!(text.contains(r#"- "component = \"third\"""#), "{text}");
    assert!(!text.contains("first|"), "{text}");
}

#[test]
fn an_overview_asks_the_program_behind_the_exporter() {
    let lines = "[components.cache]\nkind = \"redis\"\ngroup = \"one\"\n";
    let emission = emit(&platform(lines, ""), Vantage::Compose, grafana::emit);
    let text = &emission.files.files["grafana/dashboards/_platform.json"].text;
    let tile = r#"min((redis_up{job=\"cache\"}) or on (job, instance) up{job=\"cache\"} * 0) or vector(0)"#;
    assert!(text.contains(tile), "{text}");
}

#[test]
fn several_endpoints_are_a_job_each_and_secrets_stand_in_files() {
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
fn samples_are_sent_elsewhere_and_kept_within_the_volume() {
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
fn who_reads_from_the_machine_knows_its_name() {
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

/// The dashboard of this file, as JSON.
fn dashboard(output: &Output, name: &str) -> serde_json::Value {
    let emission = emit(output, Vantage::Compose, grafana::emit);
    let text = &emission.files.files[&format!("grafana/dashboards/{name}.json")].text;
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn components_of_a_kind_share_a_dashboard_whose_variable_chooses() {
    let lines = "[components.cache]\nkind = \"redis\"\ngroup = \"one\"\n[components.queue]\nkind = \"redis\"\ngroup = \"one\"\n";
    let output = platform(lines, "");
    let json = dashboard(&output, "kind.redis");
    assert_eq!(json["uid"], "sample_redis");
    let job = &json["templating"]["list"][0];
    assert_eq!(
        job["definition"],
        "label_values(up{job=~\"cache|queue\"}, job)"
    );
    let text = json.to_string();
    assert!(
        text.contains(r#"redis_up{job=~\"$job\", instance=~\"$instance\"}"#),
        "{text}"
    );
    assert!(!text.contains(r#"job=\"cache\""#), "{text}");
    let overview = dashboard(&output, "_platform").to_string();
    assert!(
        overview.contains(concat!(
            "/d/sample_redis?var-job=$",
            "{__field.labels.component}"
        )),
        "{overview}"
    );
}

#[test]
fn panels_of_a_component_stand_on_a_dashboard_of_its_own_before_those_of_its_kind() {
    let output = platform(
        "[components.cache]\nkind = \"redis\"\ngroup = \"one\"\npanels = [{ title = \"Features\", queries = ['rate(a[$__rate_interval])', { expr = \"b\", legend = \"{{x}}\" }], thresholds = [1, 2], unit = \"ops\" }]\n",
        "",
    );
    let json = dashboard(&output, "cache");
    let first = &json["panels"][0];
    assert_eq!(first["title"], "Features");
    assert_eq!(first["targets"][0]["expr"], "rate(a[$__rate_interval])");
    assert_eq!(first["targets"][1]["legendFormat"], "{{x}}");
    let steps = first["fieldConfig"]["defaults"]["thresholds"]["steps"].to_string();
    assert!(steps.contains("orange") && steps.contains("red"), "{steps}");
    assert!(
        json.to_string()
            .contains(r#"redis_up{job=\"cache\", instance=~\"$instance\"}"#)
    );
    let emission = emit(&output, Vantage::Compose, grafana::emit);
    assert!(
        !emission
            .files
            .files
            .contains_key("grafana/dashboards/kind.redis.json")
    );
}

#[test]
fn a_service_level_of_a_kind_that_counts_needs_no_more_words() {
    let output = platform(
        "[components.models]\nkind = \"mlflow\"\ngroup = \"one\"\nslo = { availability = \"99%\", latency = { p = 99.5, under = \"2s\" }, window = \"7d\" }\n",
        "",
    );
    let emission = emit(&output, Vantage::Compose, prometheus::emit);
    let rules = &emission.files.files["prometheus/rules/models.yml"].text;
    for part in [
        "record: \"slo:error_ratio:rate14m\"",
        "mlflow_http_request_total{job=\"models\", status=~\"5..\"}[1h24m]",
        "le=~\"2([.]0+)?\"",
        "slo:error_ratio:rate14m{component=\"models\", slo=\"availability\"} > 0.144",
        "slo:error_ratio:rate14m{component=\"models\", slo=\"latency\"} > 0.072",
    ] {
        assert!(rules.contains(part), "{part} in {rules}");
    }
    let titles = dashboard(&output, "models").to_string();
    assert!(titles.contains("Error budget: availability"), "{titles}");
}

#[test]
fn a_schedule_is_watched_where_airflow_is_scraped() {
    let lines = r#"
[components.airflow]
kind = "airflow"
group = "one"
uses = { database = "db" }
settings.admin_password = "${secrets.grafana-password}"
[components.db]
kind = "postgres"
group = "one"
settings = { database = "airflow", password = "${secrets.grafana-password}" }
[pipelines.daily]
schedule = "@daily"
image = "a/b:1"
tasks.run = { run = "true" }
[pipelines.yearly]
schedule = "@yearly"
image = "a/b:1"
tasks.run = { run = "true" }
[pipelines.by_hand]
image = "a/b:1"
tasks.run = { run = "true" }
"#;
    let compilation = compiled(lines, "");
    let losses: Vec<&String> = compilation
        .diagnostics
        .iter()
        .filter(|it| it.code == Code::TargetLoss)
        .map(|it| &it.message)
        .collect();
    assert!(
        losses.iter().any(|it| it.contains("`yearly`")),
        "{losses:?}"
    );
    let output = compilation.output.unwrap();
    let emission = emit(&output, Vantage::Compose, prometheus::emit);
    let rules = &emission.files.files["prometheus/rules/airflow.yml"].text;
    assert_eq!(rules.matches("alert: PipelineOverdue").count(), 1);
    assert!(rules.contains("dag_id=\"daily\"}[1d6h]"), "{rules}");
    assert!(!rules.contains("by_hand"), "{rules}");
}

#[test]
fn an_alert_leads_to_the_dashboard_where_people_reach_grafana() {
    let output = platform(&component("api", METRICS), "");
    let rules = |vantage, name: &str| {
        let emission = emit(&output, vantage, prometheus::emit);
        emission.files.files[&format!("prometheus/rules/{name}.yml")]
            .text
            .clone()
    };
    let link = "dashboard: \"http://localhost:3000/d/sample_service?var-job=api\"";
    assert!(rules(Vantage::Compose, "api").contains(link));
    assert!(!rules(Vantage::Kubernetes, "service.api").contains("dashboard:"));
}
