//! Health checks that Prometheus' prober runs.

use crate::contract::{block, compiled, is_as_written};

/// Prometheus' prober checks a component that has no metrics but a health check over the network. Its alert can be changed.
#[test]
fn health_checks_without_metrics_are_asked_from_outside() {
    let files = compiled(
        r#"
[components.prometheus]
kind = "prometheus"
group = "one"
[components.page]
image = "a/page:1"
group = "two"
ports.http = 80
health = { http = "/ready?all=$1", port = "http" }
alerts.EndpointDown = { severity = "warning", for = "5m" }
[components.queue]
image = "a/queue:1"
group = "two"
ports.main = 5000
health = { tcp = "main" }
replicas = 3
[components.scraped]
image = "a/scraped:1"
group = "two"
ports.http = 80
health = { http = "/", port = "http" }
metrics = { port = "http" }
[components.left-alone]
image = "a/b:1"
group = "two"
ports.http = 80
health = { http = "/", port = "http", probe = false }
"#,
    );
    let config = &files["prometheus/prometheus.yml"];
    let jobs =
        ["page/probe", "queue/probe"].map(|job| block(config, &format!("  - job_name: {job}")));
    is_as_written("probes.yaml", &jobs.concat());
    let chart = &files["helm/p/files/prometheus/prometheus.yml"];
    is_as_written(
        "probes-in-the-chart.yaml",
        &block(chart, "  - job_name: queue/probe"),
    );
    let rules =
        ["page", "queue"].map(|name| files[&format!("prometheus/rules/{name}.yml")].clone());
    is_as_written("probe-alerts.yaml", &rules.concat());
    for name in ["scraped", "left-alone"] {
        assert!(!config.contains(&format!("{name}/probe")), "{config}");
        let rules = files.get(&format!("prometheus/rules/{name}.yml"));
        assert!(
            !rules.is_some_and(|it| it.contains("probe_success")),
            "{name}"
        );
    }
    // The prober joins the network of each target, and in a cluster it reaches one port of it.
    let prober = block(&files["compose/one.yaml"], "  prometheus-blackbox:");
    assert!(
        prober.contains("networks:\n    - one\n    - two\n"),
        "{prober}"
    );
    let edges = &files["helm/p/values.yaml"];
    assert!(
        edges.contains(
            "    - from: prometheus-blackbox\n      to: queue\n      ports:\n        - port: 5000\n"
        ),
        "{edges}"
    );
}

/// There is no prober if it has no target, is switched off, or could not be reached by Prometheus.
#[test]
fn a_prober_without_targets_is_left_out() {
    let check = "image = \"a/b:1\"\ngroup = \"one\"\nports.http = 80\nhealth = { http = \"/\", port = \"http\" }";
    for (prometheus, app) in [
        ("", "image = \"a/b:1\"\ngroup = \"one\""),
        ("parts.blackbox = false", check),
        ("network_mode = \"host\"", check),
    ] {
        let files = compiled(&format!(
            "[components.prometheus]\nkind = \"prometheus\"\ngroup = \"one\"\n{prometheus}\n[components.app]\n{app}\n"
        ));
        let all = [
            "compose/one.yaml",
            "prometheus/prometheus.yml",
            "helm/p/values.yaml",
        ];
        for path in all {
            assert!(!files[path].contains("blackbox"), "{prometheus}: {path}");
        }
        assert!(
            !files.contains_key("prometheus/rules/app.yml"),
            "{prometheus}"
        );
    }
}

/// The alerts of a kind query its exporter, so the exporter's job keeps the component's name.
#[test]
fn own_metrics_of_a_store_do_not_replace_the_job_of_its_exporter() {
    let store = r#"
[components.prometheus]
kind = "prometheus"
group = "one"
[components.cache]
kind = "redis"
group = "one"
ports.more = 9000
metrics = { port = "more" }
"#;
    let files = compiled(store);
    let config = &files["prometheus/prometheus.yml"];
    let job = |name: &str| block(config, &format!("  - job_name: {name}"));
    assert!(job("cache").contains("cache-exporter:9121"), "{config}");
    assert!(job("cache/more").contains("cache:9000"), "{config}");
    assert!(files["prometheus/rules/cache.yml"].contains("redis_up{job=\"cache\"}"));
    // Without the exporter, the metrics of the kind do not exist.
    let files = compiled(&format!("{store}parts.exporter = false\n"));
    assert!(!files.contains_key("prometheus/rules/cache.yml"));
    assert!(files["prometheus/prometheus.yml"].contains("- job_name: cache\n"));
}

/// The alert that names the cause fires first and suppresses the others, so that people get one page.
#[test]
fn a_probe_waits_for_the_alert_that_says_what_is_down() {
    let files = compiled(
        r#"
[components.prometheus]
kind = "prometheus"
group = "one"
[components.db]
kind = "postgres"
group = "one"
settings = { database = "a", user = "a", password = "${secrets.s}" }
[components.flow]
kind = "airflow"
group = "one"
uses = { database = "db" }
settings = { admin_password = "${secrets.s}" }
[components.door]
kind = "nginx"
group = "one"
"#,
    );
    let hold = |file: &str, alert: &str| {
        let rules = &files[&format!("prometheus/rules/{file}.yml")];
        let rule = block(rules, &format!("      - alert: {alert}"));
        let line = rule.lines().find(|line| line.trim().starts_with("for:"));
        line.unwrap_or_default().trim().to_string()
    };
    assert_eq!(hold("flow", "AirflowSchedulerDown"), "for: \"3m\"");
    assert_eq!(hold("flow", "ProbeFailed"), "for: \"4m\"");
    assert_eq!(hold("door", "NginxDown"), "for: \"1m\"");
    assert_eq!(hold("door", "ProbeFailed"), "for: \"2m\"");
    // The scheduler has a heartbeat, so no probe is needed.
    assert!(!files["prometheus/prometheus.yml"].contains("flow-scheduler/probe"));
}

/// What watches a cluster is off elsewhere, and has the rights that it needs in one.
#[test]
fn a_cluster_is_watched_where_there_is_one() {
    let files = compiled(
        r#"
[components.prometheus]
kind = "prometheus"
group = "one"
settings = { kubelet = true }
[components.objects]
kind = "kube-state-metrics"
group = "one"
[components.machine]
kind = "node-exporter"
group = "one"
"#,
    );
    let service = block(&files["compose/one.yaml"], "  objects:");
    assert!(service.contains("profiles:\n    - cluster\n"), "{service}");
    let here = &files["prometheus/prometheus.yml"];
    assert!(!here.contains("nodes/"), "{here}");
    let rules = &files["prometheus/rules/prometheus.yml"];
    assert!(!rules.contains("nodes/"), "{rules}");
    let rules = &files["helm/p/files/prometheus/rules/prometheus.prometheus.yml"];
    assert!(rules.contains("KubeVolumeNearlyFull"), "{rules}");
    let found = block(here, "  - job_name: objects");
    assert!(
        found.contains("dns_sd_configs"),
        "what is off is no target: {found}"
    );
    let there = &files["helm/p/files/prometheus/prometheus.yml"];
    for job in ["nodes/kubelet", "nodes/cadvisor"] {
        let job = block(there, &format!("  - job_name: {job}"));
        assert!(job.contains("- role: node"), "{job}");
    }
    // What runs on each node is called after its node.
    for job in ["machine", "machine-network"] {
        let found = block(there, &format!("  - job_name: {job}"));
        let selector = format!("label: \"app.kubernetes.io/name={job}\"\n");
        assert!(found.contains(&selector), "{found}");
        let instance = "[__meta_kubernetes_pod_node_name]\n      target_label: instance";
        assert!(found.contains(instance), "{found}");
        assert!(!found.contains("dns_sd_configs"), "{found}");
    }
    let steady = block(there, "  - job_name: objects");
    assert!(steady.contains("static_configs"), "{steady}");
    let values = &files["helm/p/values.yaml"];
    let objects = block(values, "  objects:");
    assert!(objects.contains("enabled: true"), "{objects}");
    assert!(
        objects.contains("reads:\n") && objects.contains("- jobs.batch\n"),
        "{objects}"
    );
    let prometheus = block(values, "  prometheus:");
    assert!(
        prometheus.contains("readsEverywhere:\n    - nodes\n    - nodes/metrics\n"),
        "{prometheus}"
    );
    assert!(prometheus.contains("reads:\n    - pods\n"), "{prometheus}");
}

/// What kubelets say is drawn where there are some.
#[test]
fn volumes_and_pods_have_panels_in_a_cluster() {
    let files = compiled(
        r#"
[secrets.key]
env = "KEY"
[components.prometheus]
kind = "prometheus"
group = "one"
settings = { kubelet = true }
[components.grafana]
kind = "grafana"
group = "one"
settings.admin_password = "${secrets.key}"
"#,
    );
    let here = &files["grafana/dashboards/kind.prometheus.json"];
    let there = &files["helm/p/files/grafana/dashboards/kind.prometheus.json"];
    for title in ["Used of volumes", "Memory of pods"] {
        assert!(there.contains(title), "{title}");
        assert!(!here.contains(title), "{title}");
    }
    assert!(!here.contains("nodes/"), "{here}");
}

/// On the host's network, as a container of a daemon's pod, or asked from outside: each is called after its node.
#[test]
fn all_that_runs_on_each_node_is_called_after_it() {
    let files = compiled(
        r#"
[components.prometheus]
kind = "prometheus"
group = "one"
settings = { kubelet = true }
[components.machine]
kind = "node-exporter"
group = "one"
network_mode = "host"
[components.agent]
image = "a/agent:1"
group = "one"
ports.http = 80
health = { http = "/", port = "http" }
daemon = true
[components.guest]
image = "a/guest:1"
group = "one"
network_mode = "service:agent"
ports.metrics = 81
metrics = { port = "metrics" }
"#,
    );
    let config = &files["helm/p/files/prometheus/prometheus.yml"];
    let found = [
        ("machine", "machine", 9100),
        ("guest", "agent", 81),
        ("agent/probe", "agent", 80),
    ];
    for (job, pods, port) in found {
        let job = block(config, &format!("  - job_name: {job}"));
        for part in [
            format!("label: \"app.kubernetes.io/name={pods}\"\n"),
            format!("regex: \"{port}\"\n"),
            "[__meta_kubernetes_pod_node_name]\n      target_label: instance".to_string(),
        ] {
            assert!(
                job.contains(&part.replace('"', "")) || job.contains(&part),
                "{part}: {job}"
            );
        }
        assert!(!job.contains("dns_sd_configs"), "{job}");
        assert_eq!(job.matches("target_label: instance").count(), 1, "{job}");
    }
    let values = &files["helm/p/values.yaml"];
    let machine = block(values, "  machine:");
    assert!(machine.contains("hostNetwork: true"), "{machine}");
    assert!(machine.contains("port: 9100"), "{machine}");
}

/// What the chart does not start is found once a value turns it on, and nothing is missing before.
#[test]
fn what_the_chart_does_not_start_is_no_fixed_target_there() {
    let files = compiled(
        r#"
[components.prometheus]
kind = "prometheus"
group = "one"
[components.gateway]
kind = "nginx"
group = "one"
[components.page]
image = "a/page:1"
group = "two"
ports.http = 80
metrics = { port = "http" }
[components.off]
image = "a/off:1"
group = "two"
ports.http = 80
metrics = { port = "http" }
helm.enabled = false
[routes.main]
through = "gateway"
host = "ml.example.com"
paths = { "/" = "page" }
"#,
    );
    let compose = &files["prometheus/prometheus.yml"];
    let chart = &files["helm/p/files/prometheus/prometheus.yml"];
    for name in ["gateway-exporter:9113", "gateway:", "off:80"] {
        let is_fixed = |config: &str| {
            let lines = config
                .lines()
                .map(|line| line.trim_start_matches(['-', ' ', '[', '"']));
            let mut lines = lines.filter(|line| line.starts_with(name));
            lines.next().is_some()
        };
        assert!(is_fixed(compose), "{name}: {compose}");
        assert!(!is_fixed(chart), "{name}: {chart}");
    }
}

/// What may take half a minute is no failure after ten seconds, and what is checked once a minute is not asked four times in it.
#[test]
fn a_probe_is_as_slow_as_its_health_check() {
    let files = compiled(
        r#"
[components.prometheus]
kind = "prometheus"
group = "one"
[components.slow]
image = "a/slow:1"
group = "one"
ports.http = 80
health = { http = "/deep", port = "http", interval = "60s", timeout = "30s" }
[components.rare]
image = "a/rare:1"
group = "one"
ports.http = 80
health = { http = "/", port = "http", interval = "1h", timeout = "10m" }
[components.usual]
image = "a/usual:1"
group = "one"
ports.http = 80
health = { http = "/", port = "http", interval = "10s", timeout = "9s" }
"#,
    );
    let config = &files["prometheus/prometheus.yml"];
    let times = |job: &str| {
        let job = block(config, &format!("  - job_name: {job}/probe"));
        let times = job.lines().filter(|line| line.contains("scrape_"));
        times.map(str::trim).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        times("slow"),
        "scrape_interval: \"1m\", scrape_timeout: \"31s\""
    );
    // Never so seldom that Prometheus forgets the answer before.
    assert_eq!(
        times("rare"),
        "scrape_interval: \"4m\", scrape_timeout: \"4m\""
    );
    assert_eq!(times("usual"), "");
}

/// Values, or an autoscaler, may make more pods of one: each is asked.
#[test]
fn in_a_cluster_every_pod_is_asked() {
    let files = compiled(
        "[components.prometheus]\nkind = \"prometheus\"\ngroup = \"one\"\n\
         [components.page]\nimage = \"a/page:1\"\ngroup = \"one\"\nports.http = 80\nhealth = { http = \"/\", port = \"http\" }\n",
    );
    let chart = &files["helm/p/files/prometheus/prometheus.yml"];
    let job = block(chart, "  - job_name: page/probe");
    assert!(job.contains("- page-headless"), "{job}");
    let rules = &files["helm/p/files/prometheus/rules/_platform.yml"];
    assert!(
        rules.contains("mlopsgen:replicas page 1") && rules.contains("job=\"page/probe\""),
        "{rules}"
    );
    let engine = block(
        &files["prometheus/prometheus.yml"],
        "  - job_name: page/probe",
    );
    assert!(engine.contains("static_configs"), "{engine}");
}

/// A Service has no pod that is not ready: a check by the name of its own workload would never pass.
#[test]
fn a_check_asks_its_own_container_and_not_its_service() {
    let files = compiled(
        r#"
[components.app]
image = "a/app:1"
group = "one"
ports.http = 80
health = { shell = "curl -f ${self.http.url}/ok && nc -z ${self.http.host} ${self.http.port}" }
[components.tool]
image = "a/tool:1"
group = "one"
ports.main = 5000
health = { command = ["check", "${self.main.address}", "${components.app.http.url}"] }
"#,
    );
    for file in ["compose/one.yaml", "helm/p/values.yaml"] {
        let text = &files[file];
        assert!(
            text.contains("curl -f http://127.0.0.1:80/ok && nc -z app 80"),
            "{text}"
        );
        assert!(text.contains("127.0.0.1:5000"), "{text}");
        assert!(text.contains("http://app:80"), "{text}");
    }
}
