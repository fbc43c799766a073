//! Whose a sample is that tells of others: the steps of relabeling, carried out as Prometheus does.

use std::collections::BTreeMap;

use regex_automata::nfa::thompson::pikevm::PikeVM;
use saphyr::{LoadableYamlNode, Yaml};

use crate::{
    contract::compiled,
    support::{self, compiled::texts},
};

const PLATFORM: &str = r#"
[components.redis]
kind = "redis"
group = "one"
[components.db]
kind = "postgres"
group = "two"
settings = { database = "d", user = "u", password = "${secrets.s}", databases = ["e"] }
[components.db-pool]
image = "a/pool:1"
group = "one"
ports.main = 6432
replicas = 2
volumes.spool = { mount = "/spool" }
[components.prometheus]
kind = "prometheus"
group = "two"
settings.kubelet = true
[components.watcher]
kind = "cadvisor"
group = "two"
[components.state]
kind = "kube-state-metrics"
group = "two"
"#;

const START: &str = r#"
[platform]
name = "p"
targets = ["swarm", "prometheus"]
[groups]
one = "1"
two = "2"
[secrets]
s = { env = "S" }
"#;

const STACK: &str = "container_label_com_docker_stack_namespace";
const SERVICE: &str = "container_label_com_docker_swarm_service_name";
const COMPOSE: [&str; 2] = [
    "container_label_com_docker_compose_project",
    "container_label_com_docker_compose_service",
];

type Labels = BTreeMap<String, String>;

/// The steps over samples of a job.
fn steps(config: &str, job: &str) -> Vec<(Vec<String>, String, String, String)> {
    let text = config.replace("mlopsgen-release-namespace", "ml");
    let docs = Yaml::load_from_str(&text).expect("it is YAML");
    let jobs = docs[0]["scrape_configs"].as_vec().expect("jobs");
    let named = |it: &&Yaml<'_>| it["job_name"].as_str() == Some(job);
    let job = jobs.iter().find(named).expect("the job");
    let text = |node: &Yaml<'_>| node.as_str().expect("a text").to_string();
    let all = job["metric_relabel_configs"].as_vec().expect("steps");
    let replaced = all
        .iter()
        .filter(|step| !step.contains_mapping_key("action"));
    replaced
        .map(|step| {
            let sources = step["source_labels"].as_vec().expect("labels");
            (
                sources.iter().map(text).collect(),
                text(&step["regex"]),
                text(&step["target_label"]),
                text(&step["replacement"]),
            )
        })
        .collect()
}

/// What a sample says of its component and group after the steps.
fn whose(config: &str, job: &str, labels: &str) -> String {
    let labels = relabeled(config, job, labels);
    let label = |name: &str| labels.get(name).map_or("-", String::as_str);
    format!("{} {}", label("component"), label("group"))
}

/// The labels of a sample after the steps; `labels` are pairs `name=value`.
fn relabeled(config: &str, job: &str, labels: &str) -> Labels {
    let pairs = labels.split(' ').filter_map(|pair| pair.split_once('='));
    let mut labels: Labels = pairs
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    for (sources, regex, target, replacement) in steps(config, job) {
        let value = |name: &String| labels.get(name).cloned().unwrap_or_default();
        let joined = Vec::from_iter(sources.iter().map(value)).join(";");
        let matcher = PikeVM::new(&format!("^(?s:{regex})$")).expect("a regular expression");
        let mut found = matcher.create_captures();
        matcher.captures(&mut matcher.create_cache(), &joined, &mut found);
        if !found.is_match() {
            continue;
        }
        let first = found.get_group(1).map_or("", |at| &joined[at.range()]);
        labels.insert(target, replacement.replace("$1", first));
    }
    labels
}

#[test]
fn a_container_is_of_the_component_that_compose_runs_it_for() {
    let files = compiled(PLATFORM);
    let config = &files["prometheus/prometheus.yml"];
    for (service, wanted) in [
        ("redis", "redis one"),
        ("redis-exporter", "redis one"),
        ("db", "db two"),
        ("db-pool", "db-pool one"),
        ("db-databases", "db two"),
        ("watcher", "watcher two"),
        // Not of platform.toml.
        ("other", "watcher two"),
    ] {
        let labels = format!(
            "component=watcher group=two container_label_com_docker_compose_project=p container_label_com_docker_compose_service={service}"
        );
        assert_eq!(whose(config, "watcher", &labels), wanted, "{service}");
        let elsewhere = labels.replace("project=p", "project=q");
        assert_eq!(
            whose(config, "watcher", &elsewhere),
            "watcher two",
            "{service}"
        );
    }
}

#[test]
fn a_container_of_a_stack_has_the_labels_of_compose() {
    let text = format!("{START}{PLATFORM}");
    let files = texts(support::compiled::compiled(text)).expect("it compiles");
    let config = &files["prometheus/prometheus.yml"];
    for (stack, service, wanted) in [
        ("p", "p_redis-exporter", "redis one p redis-exporter"),
        ("p", "p_db", "db two p db"),
        ("p", "p_db-pool", "db-pool one p db-pool"),
        ("p", "p_other", "watcher two p other"),
        ("q", "q_redis", "watcher two - -"),
        ("p_q", "p_q_redis", "watcher two - -"),
    ] {
        let found = relabeled(
            config,
            "watcher",
            &format!("component=watcher group=two {STACK}={stack} {SERVICE}={service}"),
        );
        let label = |name: &str| found.get(name).map_or("-", String::as_str).to_string();
        let [project, workload] = COMPOSE.map(label);
        let said = format!(
            "{} {} {project} {workload}",
            label("component"),
            label("group")
        );
        assert_eq!(said, wanted, "{service}");
    }
    let without = compiled(PLATFORM);
    assert!(!without["prometheus/prometheus.yml"].contains(SERVICE));
}

#[test]
fn what_a_cluster_makes_of_a_workload_is_of_its_component() {
    let files = compiled(PLATFORM);
    let config = &files["helm/p/files/prometheus/prometheus.yml"];
    for (labels, wanted) in [
        ("pod=redis-7d9c8bb5f6-x2x5z container=redis", "redis one"),
        (
            "pod=redis-7d9c8bb5f6-x2x5z container=wait-for-ports",
            "redis one",
        ),
        ("pod=redis-7d9c8bb5f6-x2x5z", "redis one"),
        (
            "pod=redis-exporter-7d9c8bb5f6-x2x5z container=redis-exporter",
            "redis one",
        ),
        ("pod=db-0 container=db", "db two"),
        ("pod=db-pool-1 container=db-pool", "db-pool one"),
        (
            "pod=db-databases-0a1b2c3d-x2x5z container=db-databases",
            "db two",
        ),
        ("job_name=db-databases-0a1b2c3d", "db two"),
        ("statefulset=db-pool", "db-pool one"),
        ("daemonset=watcher", "watcher two"),
        ("persistentvolumeclaim=db-data", "db two"),
        ("persistentvolumeclaim=spool-db-pool-1", "db-pool one"),
        ("horizontalpodautoscaler=redis", "redis one"),
        // Other things in the namespace.
        ("pod=redis-ui-7d9c8bb5f6-x2x5z container=ui", "state two"),
        ("pod=old-redis-7d9c8bb5f6-x2x5z container=main", "state two"),
    ] {
        let target = format!("component=state group=two {labels}");
        assert_eq!(whose(config, "state", &target), wanted, "{labels}");
    }
    let kubelet = |job: &str, labels: &str| whose(config, job, labels);
    assert_eq!(kubelet("nodes/cadvisor", "pod=db-0 container=db"), "db two");
    assert_eq!(
        kubelet("nodes/cadvisor", "pod=other-0 container=other"),
        "- -"
    );
    let claim = "persistentvolumeclaim=data-db-0";
    assert_eq!(kubelet("nodes/kubelet", claim), "db two");
    let of_pod = |namespace: &str| {
        let labels = format!(
            "component=watcher group=two container_label_io_kubernetes_pod_namespace={namespace} container_label_io_kubernetes_pod_name=db-0 container_label_io_kubernetes_container_name=db"
        );
        whose(config, "watcher", &labels)
    };
    assert_eq!(of_pod("ml"), "db two");
    assert_eq!(of_pod("other"), "watcher two");
}
