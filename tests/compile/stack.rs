//! In a stack of Docker Swarm Prometheus finds each container of a service, as it does in Compose.

use crate::support::{
    compiled::{compiled, texts},
    messages::messages,
};

const PLATFORM: &str = r#"
[platform]
name = "p"
targets = ["compose", "swarm", "prometheus"]
[groups]
one = "1"
[components.prometheus]
kind = "prometheus"
group = "one"
[components.watcher]
kind = "cadvisor"
group = "one"
ports.http = { host = 8081 }
[components.workers]
image = "a/workers:1"
group = "one"
replicas = 2
ports.http = 8000
metrics = { port = "http" }
[components.quiet]
image = "a/quiet:1"
group = "one"
replicas = 2
[components.front]
image = "a/front:1"
group = "one"
replicas = 2
ports.http = { container = 8000, host = 8000 }
metrics = { port = "http" }
"#;

/// The lines of a service of the stack.
fn service<'a>(stack: &'a str, name: &str) -> &'a str {
    let start = stack.find(&format!("\n  {name}:\n")).expect("the service") + 1;
    let rest = &stack[start..];
    let end = rest.find("\n\n").unwrap_or(rest.len());
    &rest[..end]
}

#[test]
fn each_container_of_a_scraped_service_is_found_by_name() {
    let compilation = compiled(PLATFORM);
    let said = messages(&compilation);
    let files = texts(compilation).expect("it compiles");
    let stack = &files["swarm/stack.yaml"];
    for (name, has_each) in [
        ("watcher", true),
        ("workers", true),
        ("quiet", false),
        ("front", false),
    ] {
        let service = service(stack, name);
        assert_eq!(
            service.contains("endpoint_mode: dnsrr"),
            has_each,
            "{service}"
        );
        // Swarm takes no other mode of a port beside it.
        assert_eq!(
            service.contains("mode: host"),
            name == "watcher",
            "{service}"
        );
        // Each node has the folders that it reads.
        assert!(!service.contains("node.role"), "{service}");
    }
    let config = &files["prometheus/prometheus.yml"];
    for name in ["watcher", "workers"] {
        let found = format!("      - names:\n          - {name}\n");
        assert!(config.contains(&found), "{name}: {config}");
    }
    assert!(
        said.contains("`replicas` of `front`: with a published port they have one address"),
        "{said}"
    );
}

#[test]
fn without_a_stack_a_daemon_is_one_container() {
    let text = PLATFORM.replace("\"swarm\", ", "");
    let files = texts(compiled(text)).expect("it compiles");
    assert!(files["prometheus/prometheus.yml"].contains("- \"watcher:8080\"\n"));
}

/// Only Docker Desktop knows the machine by its name without being told: in a stack, as in Compose, and of the tasks of a pipeline.
#[test]
fn who_reads_something_on_the_machine_is_told_its_name() {
    let files = texts(compiled(
        r#"
[platform]
name = "p"
targets = ["compose", "swarm", "airflow"]
[groups]
one = "1"
[components.agent]
external = { http = "host.docker.internal:9999" }
group = "one"
[components.reader]
image = "a/reader:1"
group = "one"
env.AGENT = "${components.agent.http.url}"
[components.other]
image = "a/other:1"
group = "one"
[pipelines.load]
image = "a/load:1"
env.AGENT = "${components.agent.http.url}"
tasks.one = { run = "load" }
[pipelines.none]
image = "a/load:1"
tasks.one = { run = "load" }
"#,
    ))
    .expect("it compiles");
    let stack = &files["swarm/stack.yaml"];
    let told = "host.docker.internal:host-gateway";
    assert!(service(stack, "reader").contains(told), "{stack}");
    assert!(!service(stack, "other").contains(told), "{stack}");
    let told = "hosts={\"host.docker.internal\": \"host-gateway\"},";
    let dag = &files["airflow/dags/load.py"];
    assert!(dag.contains(told), "{dag}");
    let dag = &files["airflow/dags/none.py"];
    assert!(!dag.contains("hosts="), "{dag}");
}
