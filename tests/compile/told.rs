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

/// An address in more than one text, with a scheme of a database, in a configuration of another form, and of another namespace.
#[test]
fn what_is_said_in_several_ways_is_an_edge() {
    let text = platform(
        r##"
[components.app]
image = "a/app:1"
group = "one"
ports.http = 80
command = ["serve", "--db-host=10.1.0.1", "--db-port=5433", "--cache-host", "10.1.0.2", "--cache-port", "6380", "--host=0.0.0.0", "--port=80"]
env.DB_HOST = "10.2.0.1"
env.DB_PORT = "3307"
env.PGHOST = "10.2.0.2"
env.SEARCH_SERVER = "10.2.0.3"
env.SEARCH_SERVER_PORT = 9201
env.REDIS_HOST = "10.2.0.4"
env.QUEUE_HOST = "${secrets.s}"
env.QUEUE_PORT = "5673"
env.HOST = "app.example.com"
env.PORT = "80"
env.SQL = "jdbc:sqlserver://10.3.0.1:1434;databaseName=x"
env.SQL_USUAL = "jdbc:sqlserver://10.3.0.2;databaseName=x"
env.ORACLE = "jdbc:oracle:thin:@//10.3.0.3:1522/x"
env.ORACLE_SID = "jdbc:oracle:thin:@10.3.0.4:1523:x"
env.LIBPQ = "host=10.3.0.5 port=5434 dbname=x"
env.LIBPQ_USUAL = "host=10.3.0.7 dbname=x"
env.ADO = "Server=tcp:10.3.0.6,1435;Database=x"
env.ADO_USUAL = "Server=10.3.0.8;Database=x"
env.METRICS = "http://prometheus.monitoring.svc.cluster.local:9090"
env.SAME_NAME = "http://app.other.svc:8080"
env.BESIDE = "http://operator:9443"
files."/etc/app.yml" = { content = "store:\n  host: 10.4.0.1\n  port: 7001\n  db_url: http://10.4.0.2:1\n" }
files."/etc/app.json" = { content = '{"kafka": {"bootstrapServers": "10.4.0.3:9094"}}' }
files."/etc/app.ini" = { content = "; http://10.0.0.1:1\n[db]\nhost = 10.4.0.4\nport = 7002\n[cache]\nport = 1\n" }
files."/etc/app.properties" = { content = "spring.datasource.url=jdbc:postgresql://10.4.0.5:7003/x\n# see http://10.0.0.2:1\n" }
files."/etc/app.toml" = { content = "[a]\nendpoint = \"10.4.0.6:7004\" # http://10.0.0.3:1\n" }
"##,
    );
    let world = MemoryWorld::new().with("platform.toml", text);
    let compilation = compile(&world, &Request::default());
    let output = compilation.output.expect("no errors");
    let values = &output.files.files["helm/p/values.yaml"].text;
    is_as_written(
        "edges-that-keys-tell-together.yaml",
        &block(values, "  edges:"),
    );
}

/// A key that names a file with a URL, and discoveries that ask a public API.
#[test]
fn an_address_in_a_file_is_open_like_one_in_a_secret() {
    for (config, is_open) in [
        ("webhook_configs: [{ url_file: /etc/url }]", true),
        ("slack_configs: [{ api_url_file: /etc/url }]", true),
        ("webhook_configs: [{ url: 'http://10.0.0.1:1' }]", false),
    ] {
        let text = platform(
            "[components.am]\nkind = \"alertmanager\"\ngroup = \"one\"\nsettings = { config = \"am.yml\" }\n",
        );
        let config = format!("route: {{ receiver: a }}\nreceivers: [{{ name: a, {config} }}]\n");
        let world = MemoryWorld::new()
            .with("platform.toml", text)
            .with("am.yml", config.as_str());
        let output = compile(&world, &Request::default())
            .output
            .expect("no errors");
        let values = &output.files.files["helm/p/values.yaml"].text;
        let edges = block(values, "  edges:");
        assert_eq!(edges.contains("port: 443"), is_open, "{config}: {edges}");
    }
}

#[test]
fn what_nobody_can_know_is_said_where_egress_is_strict() {
    let raw = |keys: &str| {
        let app = "[components.app]\nimage = \"a/app:1\"\ngroup = \"one\"\n\
            env.DATABASE_URL = \"${secrets.s}\"\nenv.MAIL_HOST = \"mail.example.com\"\nenv.TOKEN = \"${secrets.s}\"\n\
            env.KNOWN_URL = \"http://${secrets.s}@10.0.0.1:1\"\n";
        outcome(&format!("{app}[raw.helm.networkPolicy]\n{keys}\n")).1
    };
    let said = "does not say to which host and port it leads";
    assert!(!raw("egress = \"open\"").contains(said));
    let strict = raw("egress = \"strict\"");
    assert_eq!(strict.matches(said).count(), 2, "{strict}");
    assert!(strict.contains("`DATABASE_URL` of `app`") && strict.contains("`MAIL_HOST` of `app`"));
    let let_out = "egress = \"strict\"\nextraEgress = [{ ipBlock = { cidr = \"10.9.0.7/32\" }, from = [\"app\"] }]";
    assert!(!raw(let_out).contains(said));
}

/// A variable that says an address is no riddle, wherever that is: said before, on the same machine, or of the platform.
#[test]
fn an_address_that_is_told_is_known_where_egress_is_strict() {
    let said = strict(
        r#"
env.DATABASE_URL = "postgresql://u:${secrets.s}@warehouse.example.com:5432/a"
env.RESULT_URL = "postgresql://u:${secrets.s}@warehouse.example.com:5432/b"
env.TOKEN_URL = "https://${secrets.s}/a"
env.OTHER_URL = "https://${secrets.s}/b"
env.CACHE_URL = "redis://:${secrets.s}@localhost:6379/0"
env.STORE_URL = "redis://:${secrets.s}@store:6379/0"
env.FILE_URI = "file:///data/${secrets.s}"
[components.store]
image = "a/store:1"
group = "one"
ports.redis = 6379
[pipelines.train]
image = "a/train:1"
env.DATABASE_URL = "postgresql://u:${secrets.s}@warehouse.example.com:5432/a"
tasks.a = { run = "true" }
tasks.b = { run = "true" }
"#,
    );
    assert_eq!(said, Vec::<String>::new());
}

/// Names that end as those of hosts do, and say nothing that a program asks.
#[test]
fn what_is_no_target_is_not_warned_of_where_egress_is_strict() {
    let said = strict(
        r#"
env.VIRTUAL_HOST = "shop.example.com"
env.N8N_HOST = "n8n.example.com"
env.PUBLIC_HOST = "shop.example.com"
env.COOKIE_HOST = "example.com"
env.ALLOWED_HOST = "example.com"
env.ALLOWED_HOSTS = "example.com"
env.DB_ALLOWED_HOST = "example.com"
env.POD_HOST = "x"
env.SERVER_HOSTNAME = "shop.example.com"
env.BIND_ADDRESS = "10.0.0.1"
env.GHOST = "blog.example.com"
env.MODEL_SERVER = "triton-1.2"
env.STORE_SERVER = "triton-1.2"
env.ADMIN_EMAIL_ADDRESS = "${secrets.s}"
env.WALLET_ADDRESS = "${secrets.s}"
env.OAUTH_REDIRECT_URI = "${secrets.s}"
env.KAFKA_ADVERTISED_HOST = "kafka.example.com"
env.MAIL_HOST = "mail.example.com"
env.SNOWFLAKE_HOST = "x.snowflakecomputing.com"
env.WAREHOUSE_HOST = "${secrets.s}"
env.CLICK_URL = "clickhouse://u:${secrets.s}@click.example.com/x"
env.WEBHOOK_URL = "${secrets.s}"
"#,
    );
    assert_eq!(
        said,
        ["CLICK_URL", "MAIL_HOST", "WAREHOUSE_HOST", "WEBHOOK_URL"]
    );
}

/// The variables of `app` that are said to lead nobody knows where.
fn strict(env: &str) -> Vec<String> {
    let text = format!(
        "[components.app]\nimage = \"a/app:1\"\ngroup = \"one\"\n{env}[raw.helm.networkPolicy]\negress = \"strict\"\n"
    );
    let said = outcome(&text).1;
    let lines = said
        .lines()
        .filter(|it| it.contains("does not say to which host"));
    let mut names: Vec<String> = lines
        .filter_map(|line| Some(line.split('`').nth(1)?.to_string()))
        .collect();
    names.sort();
    names
}

/// A Service of another namespace may have no pods: that of the cluster's API, and one that leads out of the cluster.
#[test]
fn a_service_of_another_namespace_is_reached_wherever_it_leads() {
    let files = compiled(
        r#"
[components.app]
image = "a/app:1"
group = "one"
env.API = "https://kubernetes.default.svc"
env.LAKE = "${components.lake.db.address}"
[components.lake]
group = "one"
external = { host = "lake.data.svc", port = 5432 }
ports.db = 5432
"#,
    );
    let edges = block(&files["helm/p/values.yaml"], "  edges:");
    for namespace in ["default", "data"] {
        let of = edges.split("- from:");
        let of = of.filter(|it| it.contains(&format!("- {namespace}\n")));
        let of: Vec<&str> = of.collect();
        assert!(
            !of.is_empty() && of.iter().all(|it| it.contains("0.0.0.0/0")),
            "{edges}"
        );
    }
}

/// `cdr.raw` with 24 partitions is a topic, in the setting and in the variable of the job that makes it.
#[test]
fn a_topic_is_no_host() {
    let files = compiled(
        r#"
[components.kafka]
kind = "kafka"
group = "one"
settings.topics = ["cdr.raw:24", "calls:6"]
"#,
    );
    let values = &files["helm/p/values.yaml"];
    assert!(values.contains("cdr.raw:24"), "{values}");
    assert!(!values.contains("port: 24\n"), "{values}");
}
