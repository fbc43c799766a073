//! The Compose target, judged by the real Compose where it is installed.

mod health;
mod project;

use crate::contract::{block, compiled};
use project::{Project, service};
use serde_json::{Value, json};

/// Strings that a reader on the way to the container could misread.
const NASTY: &[&str] = &[
    "$HOME $${HOME} $$ $(id) $${x:-y} $${V:?m}",
    "a: b # c",
    "'single' \"double\" `back` \\ \\n",
    "line one\nline two\n\n  indented $X\n",
    "\n leading",
    "100% %s {{ .x }} {% y %}",
    "ünïcode ☃ \u{1f600} \u{2028}\u{7f}\t",
    "yes",
    "0x1f",
    "",
    " spaces ",
    "- a",
    "}",
    "{",
];

/// A string or a list of strings as TOML, which wants one more character escaped than JSON.
fn toml(value: impl Into<Value>) -> String {
    value.into().to_string().replace('\u{7f}', "\\u007f")
}

/// What the language makes of it: `$${` is a literal `${`.
fn meant(text: &str) -> String {
    text.replace("$${", "${")
}

#[test]
fn compose_reads_every_string_back_unchanged() {
    let words = toml(NASTY);
    let mut env = String::new();
    for (index, text) in NASTY.iter().enumerate() {
        env.push_str(&format!("env.V{index} = {}\n", toml(*text)));
    }
    let labels: String = NASTY
        .iter()
        .filter(|text| !text.contains('\n'))
        .map(|text| format!("labels.{} = {}\n", toml(format!("l{text}")), toml(*text)))
        .collect();
    let project = Project::new(&format!(
        "[platform]\nname = \"plat\"\n[groups]\ng = \"G # x\"\n[components.api]\nimage = \"x:1\"\ngroup = \"g\"\n\
         command = {words}\nhealth = {{ command = {words} }}\n{env}{labels}\
         files.\"/etc/a$b ${{c}} 'd' #.conf\" = {{ source = \"conf/a$b ${{c}}: 'd' #.conf\" }}\n\
         [components.shell]\nimage = \"x:1\"\ngroup = \"g\"\nhealth = {{ shell = {} }}\n",
        toml("a $X $(y) $$ ${Z:-1} `q` \"'\n#")
    ))
    .file("conf/a$b ${c}: 'd' #.conf", "x")
    .emit();
    let Some(read) = project.read_back(&["g.yaml"]) else {
        return;
    };
    let api = service(&read, "api");
    for (index, text) in NASTY.iter().enumerate() {
        let meant = meant(text);
        assert_eq!(api["environment"][format!("V{index}")], *meant);
        assert_eq!(api["command"][index], *meant);
        assert_eq!(api["healthcheck"]["test"][index + 1], *meant);
        if !text.contains('\n') {
            assert_eq!(api["labels"][format!("l{text}")], *meant);
        }
    }
    let mount = &api["volumes"][0];
    assert_eq!(mount["target"], "/etc/a$b ${c} 'd' #.conf");
    let source = mount["source"].as_str().unwrap_or_default();
    assert!(source.ends_with("/conf/a$b ${c}: 'd' #.conf"), "{source}");
    assert_eq!(
        service(&read, "shell")["healthcheck"]["test"][1],
        "a $X $(y) $$ ${Z:-1} `q` \"'\n#"
    );
}

const GROUPS: &str = r#"
[platform]
name = "plat"
[groups]
a = "A"
b = "B"
c = "C"
[networks]
a = { external = "corp" }
[secrets]
token = { env = "TOKEN", description = "A # token\nof two lines" }
maybe = { env = "MAYBE", optional = true }
[vars]
uid = { default = "50000", env = "THE_UID", description = "Owner" }
odd = { default = "a}b", env = "ODD" }
[volumes]
both = {}
[components.one]
image = "x:1"
group = "a"
networks = ["a"]
aliases = ["o_n_e"]
user = "${vars.uid}:0"
env = { TOKEN = "<${secrets.token}>{$$x}", MAYBE = "${secrets.maybe}", ODD = "${vars.odd}", TWO = "${components.two.http.url}", PUBLIC = "${components.two.http.public_url}" }
files."/run/token" = { secret = "token", mode = "0400" }
files."/run/maybe" = { secret = "maybe" }
files."/etc/x.conf" = { content = "two: ${components.two.http.address} $x\n", mode = "0600" }
volumes.data = { mount = "/data" }
volumes.src = { mount = "/src", source = "src/one" }
volumes.both = { mount = "/both", shared = "both" }
depends_on = { two = { on = "started" }, three = { on = "started", optional = true }, four = { on = "started", optional = true } }
resources = { cpu = "250m", memory = "1Gi", gpu = 1, limits = { cpu = 2 } }
replicas = 3
read_only = true
compose = { logging = false, labels = { raw = "$${X}" }, init = false }
[components.guest]
image = "x:1"
group = "a"
network_mode = "service:one"
hostname = "h"
ports.side = { container = 7000, host = "auto" }
reaches = ["three"]
[components.two]
image = "x:1"
group = "b"
replicas = 2
ports.http = { container = 80, host = 8080, bind = "::1", path = "/ui" }
ports.range = { container = "9000-9002", host = "9000-9002", protocol = "udp" }
volumes.both = { mount = "/both", shared = "both", read_only = true }
[components.three]
image = "x:1"
group = "b"
replicas = 2
ports.http = 80
build = { context = "three", args = { A = "$$1" } }
[components.four]
image = "x:1"
group = "c"
compose = { volumes = ["new:/new"] }
[raw.compose]
x-mine = { a = 1 }
networks.a = { internal = true }
volumes.new = { name = "brand_new" }
[raw.compose.services.two]
ulimits = { nofile = 10 }
[raw.compose.services.extra]
image = "y:1"
"#;

#[test]
fn groups_stand_alone_and_together() {
    let project = Project::new(GROUPS).emit();
    for files in [
        vec!["compose.yaml"],
        vec!["a.yaml", "b.yaml"],
        vec!["b.yaml", "a.yaml", "c.yaml", "order/a.c.yaml"],
        vec!["b.yaml"],
        vec!["c.yaml"],
    ] {
        project.read_back(&files);
    }
    assert_eq!(
        project.paths("compose/"),
        [
            "compose/.env.example",
            "compose/.gitignore",
            "compose/a.yaml",
            "compose/b.yaml",
            "compose/c.yaml",
            "compose/compose.yaml",
            "compose/order/a.c.yaml"
        ]
    );
    assert!(
        project
            .text("compose/.env.example")
            .ends_with("# A # token of two lines\nTOKEN=\n\n# The secret maybe\n# Optional.\nMAYBE=\n\n# Variables\n\n# Owner\n# Default: 50000\nTHE_UID=\n\n# Default: a}b\nODD=\n"),
        "{}",
        project.text("compose/.env.example")
    );
}

#[test]
fn a_service_has_the_keys_of_its_component() {
    let project = Project::new(GROUPS).emit();
    let Some(read) = project.read_back(&["compose.yaml"]) else {
        return;
    };
    let one = service(&read, "one");
    assert_eq!(one["user"], "50000:0");
    assert_eq!(one["environment"]["TOKEN"], "<filled>{$$x}");
    assert_eq!(one["environment"]["MAYBE"], "");
    assert_eq!(one["environment"]["ODD"], "a}b");
    assert_eq!(one["environment"]["TWO"], "http://two:80/ui");
    assert_eq!(one["environment"]["PUBLIC"], "http://localhost:8080/ui");
    let aliases = json!({"aliases": ["o_n_e", "guest"]});
    assert_eq!(
        one["networks"],
        json!({"a": aliases, "a.external": aliases, "b": aliases, "c": aliases})
    );
    assert_eq!(one["ports"][0]["target"], 7000);
    assert_eq!(one["deploy"]["replicas"], Value::Null);
    assert_eq!(
        one["deploy"]["resources"],
        json!({"limits": {"cpus": 2, "memory": "1073741824"}, "reservations": {"cpus": 0.25, "memory": "1073741824",
            "devices": [{"capabilities": ["gpu"], "driver": "nvidia", "count": 1}]}})
    );
    assert_eq!(one["labels"]["raw"], "${X}");
    assert_eq!(one["logging"], Value::Null);
    assert_eq!(one["init"], false);
    assert_eq!(
        one["depends_on"],
        json!({"two": {"condition": "service_started", "required": true},
            "three": {"condition": "service_started", "required": false},
            "four": {"condition": "service_started", "required": false}})
    );
    let guest = service(&read, "guest");
    assert_eq!(guest["network_mode"], "service:one");
    assert_eq!(guest["networks"], Value::Null);
    let two = service(&read, "two");
    assert_eq!(two["ports"][0]["host_ip"], "::1");
    assert_eq!(two["ulimits"], json!({"nofile": 10}));
    assert_eq!(service(&read, "three")["deploy"]["replicas"], 2);
    assert_eq!(read["services"]["extra"]["image"], "y:1");
    assert_eq!(
        read["networks"]["a"],
        json!({"name": "plat_a", "internal": true, "ipam": {}})
    );
    assert_eq!(read["networks"]["a.external"]["name"], "corp");
    assert_eq!(read["volumes"]["one-data"]["name"], "plat_one-data");
    assert_eq!(read["volumes"]["both"]["name"], "plat_both");
    assert_eq!(project.text("config/one/etc/x.conf"), "two: two:80 $x\n");
}

#[test]
fn what_compose_cannot_express_is_reported() {
    let project = Project::new(GROUPS).emit();
    assert_eq!(
        project.losses,
        [
            "compose: `hostname` of `guest`: it shares the network of another: the engine takes it there only, and nothing is emitted for it",
            "compose: `read_only` of `one`: it mounts a secret, which Compose can't copy into a read-only file system: `read_only` is left out",
            "compose: `replicas` of `one`: it publishes a port: Compose gets one container",
            "compose: `replicas` of `two`: it publishes a port: Compose gets one container",
            "compose: the default of `vars.odd` holds a line end or braces, which Compose can't read in a default: it is written out, and `ODD` does not change it",
            "compose: the file `/etc/x.conf` of `one` can't get the mode `0600`: it is mounted with the one that it has on disk",
        ]
    );
}

#[test]
fn a_changed_file_changes_its_reader() {
    let label = |content: &str| {
        let project = Project::new(&format!(
            "[platform]\nname = \"p\"\n[groups]\ng = \"G\"\n[components.c]\nimage = \"x:1\"\ngroup = \"g\"\n\
             files.\"/f\" = {{ content = \"{content}\" }}\n"
        ))
        .emit();
        let text = project.text("compose/g.yaml").to_string();
        text.lines()
            .find(|line| line.contains("io.mlopsgen.files"))
            .map(ToString::to_string)
    };
    assert!(label("a").is_some());
    assert_eq!(label("a"), label("a"));
    assert_ne!(label("a"), label("b"));
}

#[test]
fn an_environment_lies_one_folder_deeper() {
    let project = Project::new(GROUPS).environment("staging").emit();
    assert!(
        project
            .text("compose/a.yaml")
            .contains("source: \"../../../src/one\"")
            || project.text("compose/a.yaml").contains("../../../src/one")
    );
    assert!(project.text("compose/b.yaml").contains("../../../three"));
    assert!(
        project
            .text("compose/a.yaml")
            .contains("../config/one/etc/x.conf")
    );
}

#[test]
fn a_platform_without_workloads_has_no_files() {
    let project = Project::new("[platform]\nname = \"p\"\n").emit();
    assert_eq!(project.paths("compose/"), Vec::<&str>::new());
}

const PIPELINES: &str = r#"
[platform]
name = "plat"
[groups]
air = "Orchestration"
store = "Features"
[secrets]
db = { env = "DB" }
admin = { env = "ADMIN" }
token = { env = "TOKEN" }
[components.db]
kind = "postgres"
group = "air"
settings = { user = "u", database = "d", password = "${secrets.db}" }
[components.airflow]
kind = "airflow"
group = "air"
uses = { database = "db" }
settings = { admin_password = "${secrets.admin}" }
[components.redis]
kind = "redis"
group = "store"
[pipelines.p]
image = "x:1"
reaches = ["redis"]
env.TOKEN = "${secrets.token}"
volumes.out = { mount = "/out", source = "out" }
[pipelines.p.tasks]
one = { run = "true" }
two = { stub = true, after = ["one"] }
"#;

#[test]
fn airflow_has_what_the_tasks_of_pipelines_need() {
    let project = Project::new(PIPELINES).emit();
    let Some(read) = project.read_back(&["compose.yaml"]) else {
        return;
    };
    let scheduler = service(&read, "airflow-scheduler");
    let environment = &scheduler["environment"];
    assert_eq!(environment["TOKEN"], "filled");
    assert_eq!(environment["PROJECT_DIR"], "filled");
    assert_eq!(environment["MLOPSGEN_STUBS"], "/opt/airflow/stubs");
    let mounts: Vec<&str> = scheduler["volumes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|mount| mount["target"].as_str())
        .collect();
    assert_eq!(
        mounts,
        [
            "/opt/airflow/logs",
            "/var/run/docker.sock",
            "/opt/airflow/stubs",
            "/opt/airflow/dags/plat"
        ]
    );
    assert_eq!(
        service(&read, "redis")["networks"],
        json!({"store": null, "pipelines": null})
    );
    assert_eq!(read["networks"]["pipelines"]["name"], "plat_pipelines");
}

/// The engine refuses options of another logging driver.
#[test]
fn options_stay_with_their_logging_driver() {
    for (raw, driver, sizes) in [
        (r#"{ driver = "syslog" }"#, "syslog", 0),
        (
            r#"{ driver = "json-file", options = { max-file = "9" } }"#,
            "json-file",
            2,
        ),
        (r#"{ options = { max-size = "1m" } }"#, "json-file", 2),
    ] {
        let files = compiled(&format!(
            "[components.app]\nimage = \"a/app:1\"\ngroup = \"one\"\ncompose.logging = {raw}\n"
        ));
        let logging = block(&files["compose/one.yaml"], "    logging:");
        assert!(
            logging.contains(&format!("driver: {driver}\n")),
            "{logging}"
        );
        assert_eq!(logging.matches("max-").count(), sizes, "{logging}");
    }
}
