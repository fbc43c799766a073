//! The rules of Prometheus and what Alertmanager does with them.

use super::{METRICS, MONITORING, api, compiled, component, dashboards::dashboard, emit, platform};
use crate::{
    compile::{Request, compile},
    diag::Code,
    target::{
        Vantage,
        content::{config, prometheus},
    },
    world::MemoryWorld,
};

#[test]
fn text_of_the_user_is_no_template() {
    let output = api(
        "ports.http = 8000\nmetrics.port = \"http\"\n[components.api.alerts.Slow]\nexpr = 'up{job=\"api\"} == 0'\nfor = \"1m\"\nseverity = \"warning\"\nsummary = \"{{ $value }}, {{ 1 }} and {{{\"",
    );
    let emission = emit(&output, Vantage::Compose, prometheus::emit);
    let text = &emission.files.files["prometheus/rules/api.yml"].text;
    assert!(
        text.contains(r#"{{ $value }}, {{ \"{{\" }} 1 }} and {{ \"{{\" }}{"#),
        "{text}"
    );
    let platform_rules = &emission.files.files["prometheus/rules/_platform.yml"].text;
    assert!(
        platform_rules.contains("|api") || platform_rules.contains("\"api"),
        "{platform_rules}"
    );
}

#[test]
fn rules_that_look_back_less_than_two_scrapes_are_reported() {
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
fn alerts_of_a_cycle_do_not_inhibit_each_other() {
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
fn a_histogram_is_asked_for_its_buckets_everywhere() {
    for name in ["d_seconds", "d_seconds_bucket"] {
        let api = component(
            "api",
            &format!(
                "{METRICS}slo = {{ latency = {{ p = 95, under = \"300ms\" }}, durations = \"{name}\" }}\n"
            ),
        );
        let output = platform(&api, "");
        let rules = emit(&output, Vantage::Compose, prometheus::emit);
        let rules = &rules.files.files["prometheus/rules/api.yml"].text;
        assert!(rules.contains("d_seconds_bucket{"), "{rules}");
        assert!(!rules.contains("d_seconds{"), "{rules}");
        let overview = dashboard(&output, "_platform").to_string();
        assert!(overview.contains("rate(d_seconds_bucket{"), "{overview}");
    }
}

#[test]
fn a_kind_that_counts_requests_gives_the_queries_of_a_service_level() {
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
fn a_budget_that_burns_fast_holds_back_that_it_burns_slowly() {
    let line = "burns fast burns slowly too";
    let receiver = "[components.pager]\nkind = \"alertmanager\"\ngroup = \"one\"\n";
    let promise = "slo = { availability = \"99%\", requests = 'a', errors = 'b' }\n";
    let inhibited = |slo: &str| {
        let api = component("api", &format!("{METRICS}{slo}"));
        let output = platform(&format!("{receiver}{api}"), "");
        let emission = emit(&output, Vantage::Compose, config::emit);
        let path = "config/pager/etc/alertmanager/alertmanager.yml";
        emission.files.files[path].text.to_string()
    };
    assert!(inhibited(promise).contains(line));
    assert!(!inhibited("").contains(line));
}

#[test]
fn a_component_that_is_down_holds_back_its_further_endpoints() {
    let endpoints = "ports.http = 80\nports.admin = 90\nmetrics = [{ port = \"http\" }, { port = \"admin\" }]\n";
    let api = component("api", endpoints);
    let receiver = "[components.pager]\nkind = \"alertmanager\"\ngroup = \"one\"\n";
    let output = platform(&format!("{receiver}{api}"), "");
    let rules = emit(&output, Vantage::Compose, prometheus::emit);
    let rules = &rules.files.files["prometheus/rules/_platform.yml"].text;
    assert!(rules.contains("alert: TargetDown"), "{rules}");
    assert!(
        !rules.contains("api/admin"),
        "TargetDown covers it: {rules}"
    );
    let told = emit(&output, Vantage::Compose, config::emit);
    let told = &told.files.files["config/pager/etc/alertmanager/alertmanager.yml"].text;
    let rule = "      - \"down = \\\"component\\\"\"\n      - \"component != \\\"\\\"\"\n";
    assert!(told.contains(rule), "{told}");
}

#[test]
fn the_absence_of_a_container_without_metrics_is_an_alert() {
    let lines = "[components.watcher]\nkind = \"cadvisor\"\ngroup = \"one\"\n";
    let quiet = component("quiet", "");
    let scraped = component("scraped", METRICS);
    let off = component("off", "profiles = [\"debug\"]\n");
    let text = format!("{MONITORING}{lines}{quiet}{scraped}{off}");
    let world = MemoryWorld::new()
        .with("platform.toml", text)
        .with("platform.test.toml", "");
    let request = Request {
        environment: Some("test".to_string()),
        ..Request::default()
    };
    let output = compile(&world, &request).output.unwrap();
    let rules = |vantage| {
        let emission = emit(&output, vantage, prometheus::emit);
        let rules = &emission.files.files["prometheus/rules/_platform.yml"];
        rules.text.clone()
    };
    let compose = rules(Vantage::Compose);
    assert_eq!(compose.matches("alert: ContainerAbsent").count(), 1);
    let gone = "absent(container_last_seen{job=\"watcher\", container_label_com_docker_compose_project=\"sample-test\", container_label_com_docker_compose_service=\"quiet\"})";
    assert!(compose.contains(gone), "{compose}");
    assert!(!rules(Vantage::Kubernetes).contains("ContainerAbsent"));
}

#[test]
fn a_series_without_a_job_means_the_components_own() {
    let output = platform(
        "[components.ranker]\nimage = \"a/ranker:1\"\ngroup = \"one\"\nports.http = 8080\nmetrics.port = \"http\"\n\
         slo = { availability = \"99%\", requests = \"hits_total\", errors = 'hits_total{job=\"door\", code=\"500\"}' }\n",
        "",
    );
    let emission = emit(&output, Vantage::Compose, prometheus::emit);
    let rules = &emission.files.files["prometheus/rules/ranker.yml"].text;
    for part in [
        "rate(hits_total{job=~\"ranker(/.+)?\"}[1h])",
        "rate(hits_total{job=\"door\", code=\"500\"}[1h])",
    ] {
        assert!(rules.contains(part), "{part} in {rules}");
    }
}

#[test]
fn replicas_with_two_endpoints_are_counted_by_one() {
    let output = platform(
        "[components.ranker]\nimage = \"a/ranker:1\"\ngroup = \"one\"\nreplicas = 2\nports.http = 8080\nports.extra = 8081\n\
         metrics = [{ port = \"http\" }, { port = \"extra\" }]\n",
        "",
    );
    let emission = emit(&output, Vantage::Kubernetes, prometheus::emit);
    let rules = &emission.files.files["prometheus/rules/_platform.yml"].text;
    for alert in ["NoReplicas", "ReplicasMissing"] {
        let found = rules.matches(&format!("alert: {alert}")).count();
        assert_eq!(found, 1, "{alert} in {rules}");
    }
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
[pipelines.weekly]
schedule = "@weekly"
image = "a/b:1"
tasks.run = { run = "true" }
[pipelines.thrice_a_month]
schedule = "0 3 1,12,22 * *"
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
    let is_lost = |what: &str| losses.iter().any(|it| it.contains(what));
    assert!(is_lost("`yearly` is overdue or slow"), "{losses:?}");
    assert!(is_lost("`thrice_a_month` is slow"), "{losses:?}");
    assert!(!is_lost("`weekly`"), "{losses:?}");
    let output = compilation.output.unwrap();
    let emission = emit(&output, Vantage::Compose, prometheus::emit);
    let rules = &emission.files.files["prometheus/rules/airflow.yml"].text;
    assert_eq!(rules.matches("alert: PipelineOverdue").count(), 6);
    assert!(rules.contains("dag_id=\"daily\"}[1d6h]"), "{rules}");
    assert_eq!(rules.matches("alert: PipelineSlow").count(), 2);
    assert!(
        rules.contains("dag_id=\"daily\"}[7d] offset 1d6h"),
        "{rules}"
    );
    // 15 days hold a week before the last.
    assert!(
        rules.contains("dag_id=\"weekly\"}[7d] offset 7d6h"),
        "{rules}"
    );
    assert!(!rules.contains("by_hand"), "{rules}");
}

#[test]
fn an_alert_links_to_the_dashboard_where_grafana_is_published() {
    let output = platform(&component("api", METRICS), "");
    let rules = |vantage, name: &str| {
        let emission = emit(&output, vantage, prometheus::emit);
        emission.files.files[&format!("prometheus/rules/{name}.yml")]
            .text
            .to_string()
    };
    let link = "dashboard: \"http://localhost:3000/d/sample_service?var-job=api\"";
    assert!(rules(Vantage::Compose, "api").contains(link));
    // The chart writes the host that its values name.
    let link = "dashboard: \"mlopsgen-public-url/grafana/http/d/sample_service?var-job=api\"";
    assert!(rules(Vantage::Kubernetes, "service.api").contains(link));
}

/// If the metrics of every job are listed, a metric in no list does not exist.
#[test]
fn a_metric_of_nobody_is_reported() {
    let redis = "[components.redis]\nkind = \"redis\"\ngroup = \"one\"\n\
                 alerts.Typo = { expr = 'redis_upq == 0' }\nalerts.Right = { expr = 'redis_up == 0 or up == 0 or x:y > 1' }\n";
    let lost = |lines: &str| {
        let emission = emit(&platform(lines, ""), Vantage::Compose, prometheus::emit);
        let messages = emission.losses.iter().map(|it| it.message.clone());
        messages
            .filter(|it| it.contains("no scrape job has"))
            .collect::<Vec<_>>()
    };
    let found = lost(redis);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("`redis_upq`"), "{found:?}");
    let with_own = format!("{redis}{}", component("api", METRICS));
    assert!(lost(&with_own).is_empty());
    // A cluster's nodes have what no list names.
    assert!(
        lost(&format!(
            "{redis}[components.prometheus.settings]\nkubelet = true\n"
        ))
        .is_empty()
    );
}

/// What others send to this Prometheus has any job and any name.
#[test]
fn what_is_written_to_prometheus_is_not_asked_for_in_vain() {
    let lines = |receiver: &str| {
        format!(
            "args = [\"--web.enable-{receiver}\"]\nalerts.Far = {{ expr = 'up{{job=\"laptop\"}} == 0 or laptop_lid == 1', severity = \"info\" }}\n\
             [components.redis]\nkind = \"redis\"\ngroup = \"one\"\n"
        )
    };
    let lost = |receiver: &str| {
        let text = MONITORING.replace(
            "[components.grafana]",
            &format!("{}\n[components.grafana]", lines(receiver)),
        );
        let world = MemoryWorld::new().with("platform.toml", text);
        let found = compile(&world, &Request::default()).diagnostics;
        let messages = found.iter().map(|it| it.message.clone());
        messages.filter(|it| it.contains("laptop")).count()
    };
    assert_eq!(lost("lifecycle"), 1);
    for receiver in ["remote-write-receiver", "otlp-receiver"] {
        assert_eq!(lost(receiver), 0, "{receiver}");
    }
}

#[test]
fn alerts_name_the_program_that_runs() {
    let lines = "[components.cache]\nkind = \"valkey\"\ngroup = \"one\"\n[components.queue]\nkind = \"redis\"\ngroup = \"one\"\n";
    let emission = emit(&platform(lines, ""), Vantage::Compose, prometheus::emit);
    let rules = |name: &str| &emission.files.files[&format!("prometheus/rules/{name}.yml")].text;
    assert!(rules("cache").contains("Valkey `cache` is down"));
    assert!(rules("queue").contains("Redis `queue` is down"));
}

/// Jobs of the user's own are known by their names, unless something on the way writes the label.
#[test]
fn jobs_are_checked_beside_those_of_the_user() {
    let lines = "[components.prometheus.settings]\nscrape_configs = \"ops/scrape.yml\"\n\
                 [components.redis]\nkind = \"redis\"\ngroup = \"one\"\n\
                 alerts.Typo = { expr = 'redis_up{job=\"redsi\"} == 0' }\nalerts.Right = { expr = 'up{job=\"ext\"} == 0' }\n";
    let unknown = |jobs: &str| {
        let emission = emit(&platform(lines, jobs), Vantage::Compose, prometheus::emit);
        let messages = emission.losses.iter().map(|it| it.message.clone());
        messages
            .filter(|it| it.contains("is not scraped"))
            .collect::<Vec<_>>()
    };
    let plain = "- job_name: ext\n  static_configs: [{targets: ['10.2.3.4:9']}]\n";
    let found = unknown(plain);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("`redsi`"), "{found:?}");
    let renamed =
        format!("{plain}  relabel_configs: [{{target_label: job, replacement: redsi}}]\n");
    assert!(unknown(&renamed).is_empty());
}

/// What needs a component starts again after it: until then its alerts are held back, by the one that goes on firing.
#[test]
fn an_alert_that_holds_back_others_goes_on_while_they_recover() {
    let keeps = |version: &str, needing: &str, own: &str| {
        let lines = format!(
            "[components.pager]\nkind = \"alertmanager\"\ngroup = \"one\"\n{}{}",
            component("api", &format!("{METRICS}{own}")),
            component("web", &format!("{METRICS}{needing}")),
        );
        let server = "kind = \"prometheus\"";
        let image = format!("{server}\nimage = \"prom/prometheus:{version}\"");
        let world = MemoryWorld::new().with(
            "platform.toml",
            format!("{}{lines}", MONITORING.replace(server, &image)),
        );
        let output = compile(&world, &Request::default()).output;
        let emission = emit(
            &output.expect("it compiles"),
            Vantage::Compose,
            prometheus::emit,
        );
        let rules = &emission.files.files["prometheus/rules/api.yml"].text;
        let kept = rules.lines().map(str::trim);
        kept.filter_map(|line| line.strip_prefix("keep_firing_for: "))
            .map(|time| time.trim_matches('"').to_string())
            .collect::<Vec<_>>()
    };
    let needs = "env.API = \"${components.api.http.url}\"\n";
    assert_eq!(keeps("v3.13.2", needs, ""), ["3m"]);
    assert!(keeps("v3.13.2", "", "").is_empty());
    assert!(keeps("v2.41.0", needs, "").is_empty());
    let own = |time: &str| format!("alerts.ServiceDown.keep_firing_for = \"{time}\"\n");
    assert_eq!(keeps("v3.13.2", needs, &own("10m")), ["10m"]);
    assert!(keeps("v3.13.2", needs, &own("0s")).is_empty());
}

/// Of several the others work, and one that is dead has one alert, however many ports it has.
#[test]
fn one_of_several_that_is_dead_is_one_warning() {
    let two = "ports.http = 80\nports.admin = 90\nreplicas = 3\nmetrics = [{ port = \"http\" }, { port = \"admin\" }]\n";
    let lines = format!(
        "[components.ray]\nkind = \"ray\"\ngroup = \"one\"\nparts.worker.replicas = 4\n{}",
        component("api", two)
    );
    let emission = emit(&platform(&lines, ""), Vantage::Compose, prometheus::emit);
    let rules = &emission.files.files["prometheus/rules/_platform.yml"].text;
    let targets: Vec<&str> = rules.split("- alert: ").skip(1).take(2).collect();
    let [critical, warning] = targets.as_slice() else {
        panic!("{rules}");
    };
    assert!(critical.starts_with("TargetDown") && critical.contains("severity: critical"));
    for job in ["ray-worker", "api/admin"] {
        assert!(critical.contains(&format!("|{job}")), "{rules}");
        assert!(warning.contains(&format!("\"{job}\"")), "{rules}");
    }
    assert!(warning.contains("severity: warning"), "{rules}");
    assert!(
        warning.contains("unless on (component, host) label_replace(up{job=\"api\"} == 0"),
        "{rules}"
    );
}

/// Exporters that are all dead say nothing of what they measure.
#[test]
fn what_nobody_measures_is_not_known_to_be_down() {
    let lines = "[components.search]\nkind = \"opensearch\"\ngroup = \"one\"\nparts.exporter.replicas = 2\n";
    let emission = emit(&platform(lines, ""), Vantage::Compose, prometheus::emit);
    let rules = &emission.files.files["prometheus/rules/_platform.yml"].text;
    let gone: Vec<&str> = rules
        .split("- alert: ")
        .filter(|rule| rule.starts_with("NoReplicas"))
        .collect();
    let [server, exporters] = gone.as_slice() else {
        panic!("{rules}");
    };
    assert!(server.contains("down: component"), "{rules}");
    assert!(
        server.contains("and on (job, instance) up{job=\"search\"} == 1) == 0"),
        "{rules}"
    );
    assert!(!exporters.contains("down:"), "{rules}");
    assert!(exporters.contains("`search-exporter` is gone"), "{rules}");
}
