//! Addresses outside of the platform that keys tell programs of: the chart's policies let them there, and nowhere else.

use mlopsgen::{
    compile::{Request, compile},
    world::MemoryWorld,
};

use crate::contract::{block, compiled, is_as_written, outcome, platform};

#[test]
fn who_is_told_of_an_address_reaches_it() {
    let text = platform(
        r##"
[vars]
mirror = { default = "http://10.5.5.5:8081/simple", env = "MIRROR" }
[components.prometheus]
kind = "prometheus"
group = "one"
settings = { remote_write = "http://10.9.8.7:9009/api/v1/push", scrape_configs = "jobs.yml" }
[components.alertmanager]
kind = "alertmanager"
group = "one"
[notify]
default = "t"
smtp = { host = "10.20.30.41:25", from = "a@example.com", tls = false }
[notify.receivers]
t = { webhook = "http://10.20.30.40:9000/hook", email = ["a@example.com"], slack = "${secrets.s}", channel = "#ml" }
[components.app]
image = "a/app:1"
group = "one"
public_url = "https://app.example.com"
ports.http = 80
command = ["serve", "--listen=0.0.0.0:80", "--mail=mail.example.com:587", "--root=https://app.example.com"]
env.STORE = "s3+https://key:${secrets.s}@10.6.6.6/models"
env.BROKERS = "10.7.7.1:9092,10.7.7.2:9092"
env.DAGS = "git@10.8.8.8:team/dags.git"
env.INDEX = "${vars.mirror}"
env.OURS = "http://prometheus:9090 ${components.prometheus.http.url} http://localhost:1 image.tar:latest sqlite:////x"
[pipelines.nightly]
schedule = "@daily"
start = 2026-01-01
image = "a/tasks:1"
env.API = "https://10.4.4.4/v1"
[pipelines.nightly.tasks]
one = { run = "curl http://10.4.4.5:8000/" }
"##,
    );
    let jobs = "# https://10.1.1.1/docs\n- job_name: gpu\n  static_configs: [{ targets: ['10.3.3.3:9400'], labels: { at: 'http://10.1.1.2:1' } }]\n";
    let world = MemoryWorld::new()
        .with("platform.toml", text)
        .with("jobs.yml", jobs);
    let compilation = compile(&world, &Request::default());
    let output = compilation.output.expect("no errors");
    let values = &output.files.files["helm/p/values.yaml"].text;
    is_as_written("edges-that-keys-tell.yaml", &block(values, "  edges:"));
}

/// What a raw value lets a pod reach beside that is of pods and pipelines that are there.
#[test]
fn further_addresses_are_of_workloads_and_pipelines_that_are_there() {
    let app = "[components.app]\nimage = \"a/app:1\"\ngroup = \"one\"\n";
    let raw = |from: &str| {
        format!(
            "{app}[raw.helm.networkPolicy]\nextraEgress = [{{ ipBlock = {{ cidr = \"10.9.0.7/32\" }}, ports = [{{ port = 443 }}], from = [\"{from}\"] }}]\n"
        )
    };
    let files = compiled(&raw("app"));
    let values = block(&files["helm/p/values.yaml"], "  extraEgress:");
    assert!(values.contains("- app"), "{values}");
    let (files, said) = outcome(&raw("apq"));
    assert!(files.is_none());
    assert!(
        said.contains("there is no workload or pipeline `apq`"),
        "{said}"
    );
}
