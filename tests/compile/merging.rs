//! What one table means over another: `false`, parts of a component, constants that are written out.

use std::collections::BTreeMap;

use mlopsgen::{
    compile::{Request, compile},
    world::MemoryWorld,
};

use crate::{
    contract::{block, compiled, outcome},
    support::{compiled::texts, messages::messages},
};

/// The files of the environment `prod`.
fn of_environment(platform: &str, environment: &str) -> BTreeMap<String, String> {
    let head = "[platform]\nname = \"p\"\n[groups]\none = \"1\"\ntwo = \"2\"\n";
    let world = MemoryWorld::new()
        .with("platform.toml", format!("{head}{platform}"))
        .with("platform.prod.toml", environment.to_string());
    let request = Request {
        environment: Some("prod".to_string()),
        environments: vec!["prod".to_string()],
        ..Request::default()
    };
    texts(compile(&world, &request)).unwrap_or_else(|messages| panic!("{messages}"))
}

/// A file whose path ends so.
fn file<'a>(files: &'a BTreeMap<String, String>, ending: &str) -> &'a str {
    let found = files.iter().find(|(path, _)| path.ends_with(ending));
    found.map_or_else(|| panic!("no {ending}"), |(_, text)| text.as_str())
}

/// An environment may use it, and have what it names.
#[test]
fn a_preset_that_the_platform_does_not_use_may_be_that_of_an_environment() {
    let world = MemoryWorld::new().with(
        "platform.toml",
        "[platform]\nname = \"p\"\n[groups]\none = \"1\"\n[presets.traced]\nenv.OTEL = \"${components.otel.otlp_http}\"\n",
    );
    let errors_of = |environments: &[&str]| {
        let request = Request {
            environments: environments.iter().map(ToString::to_string).collect(),
            ..Request::default()
        };
        compile(&world, &request).has_errors()
    };
    assert!(errors_of(&[]) && !errors_of(&["dev"]));
}

/// As in the platform's own file: a component with an image needs no kind.
#[test]
fn an_environment_takes_a_kind_away() {
    let files = of_environment(
        "[components.a]\nkind = \"mlflow\"\ngroup = \"one\"\nimage = \"a/mlflow:2.9.2\"\nports.http = 5000\n",
        "components.a = { kind = false, command = \"serve\" }\n",
    );
    let service = block(file(&files, "compose/one.yaml"), "  a:");
    assert!(
        service.contains("image: \"a/mlflow:2.9.2\"") && !service.contains("MLFLOW"),
        "{service}"
    );
}

#[test]
fn false_takes_an_entry_of_a_preset_away_and_stays_a_value_where_there_is_none() {
    let files = compiled(
        r#"
[presets.x]
labels = { team = "a", kept = "b" }
build.args = { OLD = "1", KEPT = "1" }
helm.podAnnotations = { old = "1", kept = "1" }
[components.app]
build.context = "app"
group = "one"
presets = ["x"]
labels = { team = false, new = false }
build.args = { OLD = false, NEW = false }
helm.podAnnotations = { old = false }
alerts.Slow = { expr = "up == 0" }
"#,
    );
    let service = block(file(&files, "compose/one.yaml"), "  app:");
    let labels = block(&service, "  labels:");
    assert_eq!(labels, "labels:\n  kept: b\n  new: \"false\"\n");
    let arguments = block(&service, "    args:");
    assert_eq!(arguments, "args:\n  KEPT: \"1\"\n  NEW: \"false\"\n");
    let values = file(&files, "helm/p/values.yaml");
    assert!(!values.contains("old:"), "{values}");
}

#[test]
fn an_environment_takes_entries_and_whole_tables_away() {
    let files = of_environment(
        r#"
[[flows]]
from = "app"
to = "other"
[vars]
level = "info"
[components.app]
image = "a/app:1"
group = "one"
labels = { team = "a", kept = "b" }
alerts.Slow = { expr = "up == 0", labels = { tier = "1", kept = "1" } }
metrics = { port = "http" }
ports.http = 80
[components.prometheus]
kind = "prometheus"
group = "one"
[components.other]
image = "a/other:1"
group = "two"
[pipelines.train]
image = "a/train:1"
tasks.one = { run = "true" }
[ci.x]
stages = [{ name = "a", run = ["x"] }]
[notify]
default = "team"
receivers.team = { webhook = "https://example.com/x" }
"#,
        r#"
flows = false
vars = false
pipelines = false
ci = false
notify = false
components.app.labels.team = false
components.app.alerts.Slow.labels.tier = false
"#,
    );
    let service = block(file(&files, "compose/one.yaml"), "  app:");
    assert_eq!(block(&service, "  labels:"), "labels:\n  kept: b\n");
    let rules: Vec<&String> = files
        .iter()
        .filter(|(path, text)| path.contains("rules/") && text.contains("alert: Slow\n"))
        .map(|(_, text)| text)
        .collect();
    let rule = rules.first().expect("the rule");
    assert!(rule.contains("kept:") && !rule.contains("tier:"), "{rule}");
    let gone = |path: &&String| path.contains("airflow/") || path.contains("jenkins/");
    assert_eq!(files.keys().find(gone), None);
    assert!(!file(&files, "docs/architecture.md").contains("train"));
}

const AIRFLOW: &str = r#"
[components.db]
kind = "postgres"
group = "one"
settings = { database = "a", user = "a", password = "${secrets.s}" }
[components.prometheus]
kind = "prometheus"
group = "one"
[components.cache]
kind = "redis"
group = "one"
parts.exporter.build = { context = "exporter" }
[components.store]
kind = "redis"
group = "one"
parts.exporter.version = "v1.80.0"
[components.air]
kind = "airflow"
group = "one"
settings.admin_password = "${secrets.s}"
uses.database = "db"
"#;

#[test]
fn a_part_runs_the_image_that_is_written_for_it() {
    let image = |keys: &str, service: &str| {
        let files = compiled(&format!("{AIRFLOW}{keys}\n"));
        let service = block(file(&files, "compose/one.yaml"), &format!("  {service}:"));
        let line = service.lines().find(|line| line.starts_with("  image:"));
        let image = line.unwrap_or_default().trim_start_matches("  image: ");
        image.trim_matches('"').to_string()
    };
    let main = image("", "air-scheduler");
    assert!(main.starts_with("apache/airflow:"), "{main}");
    for (keys, expected) in [
        ("parts.scheduler.image = \"my/air:3.9\"", "my/air:3.9"),
        (
            "parts.scheduler.version = \"3.1.0\"",
            "apache/airflow:3.1.0",
        ),
        (
            "version = \"3.1.0\"\nparts.scheduler.image = \"my/air\"",
            "my/air:3.1.0",
        ),
        (
            "version = \"3.1.0\"\nparts.scheduler.image = \"my/air:3.9\"",
            "my/air:3.9",
        ),
        (
            "parts.scheduler.build = { context = \"b\" }",
            "p/air-scheduler:0",
        ),
        (
            "parts.scheduler = { version = \"2\", build = { context = \"b\" } }",
            "p/air-scheduler:2",
        ),
        (
            "image = \"other/air:3.1.0\"\nparts.scheduler.image = false",
            &main,
        ),
        ("image = \"other/air:3.1.0\"", "other/air:3.1.0"),
        ("build = { context = \"b\" }", "p/air:0"),
    ] {
        assert_eq!(image(keys, "air-scheduler"), expected, "{keys}");
    }
    let keys = "parts.scheduler.image = \"my/air:3.9\"";
    assert_eq!(image(keys, "air"), main);
    let keys = "[components.other]\nkind = \"redis\"\ngroup = \"one\"\nparts.exporter.image = \"my/exporter\"";
    assert_eq!(image(keys, "other-exporter"), "my/exporter");
    assert_eq!(image("", "cache-exporter"), "p/cache-exporter:0");
    assert_eq!(
        image("", "store-exporter"),
        "oliver006/redis_exporter:v1.80.0"
    );
}

#[test]
fn strings_that_are_read_beforehand_take_constants_and_defaults() {
    let platform = r#"
[vars]
cron = "@daily"
long = { default = "2h", env = "ITS_LONG" }
at = "data"
[components.app]
image = "a/app:1"
group = "one"
[pipelines.train]
image = "a/train:1"
schedule = "CRON"
timeout = "LONG"
retry_delay = "LONG"
start = 2026-01-01
resources.memory = "MEMORY"
volumes.d = { mount = "/AT", source = "AT/PLATFORM" }
tasks.one = { run = "true", timeout = "LONG" }
[ci.x]
paths = ["AT/**"]
branches = ["AT"]
timeout = "LONG"
stages = [{ name = "a", run = ["x"] }]
"#;
    let with = |values: [(&str, &str); 5]| {
        let text = platform.to_string();
        values
            .iter()
            .fold(text, |text, (name, value)| text.replace(name, value))
    };
    let written = [
        ("\"CRON", "\"@daily"),
        ("\"LONG", "\"2h"),
        ("MEMORY", "2Gi"),
        ("AT/PLATFORM", "data/p"),
        ("AT", "data"),
    ];
    let referred = [
        ("\"CRON", "\"${vars.cron}"),
        ("\"LONG", "\"${vars.long}"),
        ("MEMORY", "2Gi"),
        ("AT/PLATFORM", "${vars.at}/${platform.name}"),
        ("AT", "${vars.at}"),
    ];
    // The variables are used in either, so that both declare the same ones.
    let used = "[pipelines.use]\nimage = \"a/train:1\"\ntags = [\"${vars.cron}${vars.long}${vars.at}\"]\ntasks.one = { run = \"true\" }\n";
    let of = |values| compiled(&format!("{}{used}", with(values)));
    assert_eq!(of(written), of(referred));
    // A variable that is named nowhere else is used all the same.
    let (_, messages) = outcome(&with(referred));
    assert!(!messages.contains("variable `cron`"), "{messages}");
}

/// The files of an environment lie a folder deeper: a raw path of platform.toml, which Compose reads from them, leads elsewhere there.
#[test]
fn a_raw_path_of_an_environment_names_the_folder_that_it_leads_to() {
    let with = |line: &str| {
        let text = format!(
            "[platform]\nname = \"p\"\ntargets = [\"compose\"]\n[groups]\none = \"1\"\n[components.app]\nimage = \"x/app:1\"\n\
             group = \"one\"\nallow = [\"no-resources\"]\n{line}\n"
        );
        let world = MemoryWorld::new()
            .with("platform.toml", text)
            .with("platform.prod.toml", String::new());
        let request = Request {
            environment: Some("prod".to_string()),
            environments: vec!["prod".to_string()],
            ..Request::default()
        };
        messages(&compile(&world, &request))
    };
    let of = |volume: &str| with(&format!("compose.volumes = [\"{volume}:/d\"]"));
    for (volume, fits) in [
        ("../../../data/pg", true),
        ("./own", true),
        ("/srv/pg", true),
        ("../../data/pg", false),
        ("../../pg", false),
    ] {
        let printed = of(volume);
        assert_eq!(printed.is_empty(), fits, "{printed}");
    }
    let printed = of("../../data/pg");
    for words in [
        "`../../data/pg`, which is `generated/data/pg` of the project, is another folder than without an environment",
        "[platform.toml:10:20]",
        "without an environment it is `data/pg`: for that write `../../../data/pg` in platform.prod.toml",
        "or a key of `volumes` with `source = \"data/pg\"`",
    ] {
        let printed: Vec<&str> = printed
            .split([' ', '\n', '│'])
            .filter(|it| !it.is_empty())
            .collect();
        assert!(printed.join(" ").contains(words), "{words}\n{printed:?}");
    }
    for key in ["env_file", "label_file"] {
        assert_eq!(with(&format!("compose.{key} = \"../../../x.env\"")), "");
        let printed = with(&format!("compose.{key} = \"../../x.env\""));
        for words in ["another file than without", "`../../../x.env`"] {
            assert!(printed.contains(words), "{printed}");
        }
    }
}

/// What the platform writes as a list has no values to change, but entries to take away.
#[test]
fn an_environment_takes_a_dependency_out_of_a_list() {
    let platform = "[components.a]\ngroup = \"one\"\nimage = \"x/a:1\"\n\
        [components.b]\ngroup = \"one\"\nimage = \"x/b:1\"\n\
        [components.c]\ngroup = \"one\"\nimage = \"x/c:1\"\ndepends_on = [\"a\", \"b\"]\n";
    let service = |environment: &str| {
        let files = of_environment(platform, environment);
        block(file(&files, "compose/one.yaml"), "  c:")
    };
    let both = service("");
    assert!(
        both.contains("\n    a:") && both.contains("\n    b:"),
        "{both}"
    );
    let one = service("components.c.depends_on = { a = false }\n");
    assert!(
        !one.contains("\n    a:") && one.contains("\n    b:"),
        "{one}"
    );
    let none = service("components.c.depends_on = { a = false, b = false }\n");
    assert!(!none.contains("depends_on"), "{none}");
    // With an entry of its own the table replaces the list.
    let other = service("components.c.depends_on = { a = false, b = \"started\" }\n");
    assert!(
        !other.contains("\n    a:") && other.contains("\n    b:"),
        "{other}"
    );
}

/// What is read before references are resolved, such as settings that a kind's conditions test, reads the constants.
#[test]
fn a_constant_says_what_its_text_says() {
    let platform = r#"
[components.db]
kind = "postgres"
external = { host = "db.example.com", port = 5432 }
settings = { database = "d", user = "u", password = "${secrets.s}", tls = "<tls>" }
[components.cache]
kind = "redis"
group = "one"
settings.appendonly = "<switch>"
[components.airflow]
kind = "airflow"
group = "one"
uses.database = "db"
settings = { admin_password = "${secrets.s}", parallelism = <number> }
args = "--pid '${self.name} <port>'"
parts.scheduler.env.AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT = "<port>"
parts.scheduler.ports.health = 9999
[components.app]
image = "a/app:1"
group = "one"
command = "serve --title '<words>' 'x <home>'"
health = { shell = "curl ${HOME:-<port>}", interval = "30s" }
env = { A = "<port>", B = "<words> <x>", C = "${components.cache.redis.address}/<port>" }
"#;
    let values = [
        ("<tls>", "verify-full", "${vars.tls}"),
        ("<switch>", "no", "${vars.switch}"),
        ("<number>", "4", "\"${vars.number}\""),
        ("<port>", "9999", "${vars.port}"),
        ("<words>", "two words", "${vars.words}"),
        ("<x>", "$${x}", "${vars.dollar}{x}"),
        ("<home>", "$${HOME}", "${vars.dollar}{HOME}"),
    ];
    let vars = r#"[vars]
tls = "verify-full"
switch = "no"
number = 4
port = 9999
words = "two words"
dollar = "$"
"#;
    // The variables are used in either, so that both declare the same ones.
    let used = "[pipelines.use]\nimage = \"a/train:1\"\ntasks.one = { run = \"true\" }\nenv.A = \"${vars.tls}${vars.switch}${vars.number}${vars.port}${vars.words}${vars.dollar}\"\n";
    let fill = |choose: fn(&(&'static str, &'static str, &'static str)) -> &'static str| {
        let text = values.iter().fold(platform.to_string(), |text, value| {
            text.replace(value.0, choose(value))
        });
        compiled(&format!("{vars}{text}{used}"))
    };
    assert_eq!(fill(|it| it.1), fill(|it| it.2));
}

/// Prometheus and Grafana complete nothing at start.
#[test]
fn a_file_that_nothing_completes_has_the_default() {
    let files = compiled(
        r#"
[vars]
reader = { default = "reader", env = "READER" }
[components.es]
kind = "elasticsearch"
external = { host = "es.example.com", port = 9200 }
settings = { user = "${vars.reader}", password = "${secrets.s}" }
[components.grafana]
kind = "grafana"
group = "one"
settings.admin_password = "${secrets.s}"
uses = { datasource = "prometheus", elasticsearch = "es" }
[components.prometheus]
kind = "prometheus"
group = "one"
[components.app]
image = "a/app:1"
group = "one"
ports.http = 80
metrics = { port = "http", basic = { user = "the-${vars.reader}", password = "${secrets.s}" } }
"#,
    );
    let sources = file(&files, "provisioning/datasources/platform.yaml");
    assert!(sources.contains("basicAuthUser: reader\n"), "{sources}");
    let jobs = file(&files, "prometheus/prometheus.yml");
    assert!(jobs.contains("username: the-reader\n"), "{jobs}");
}

/// What is said of a broker that runs here is for the other environments.
#[test]
fn an_environment_lets_settings_of_one_that_runs_here_rest() {
    let broker = "[components.k]\nkind = \"kafka\"\ngroup = \"one\"\nports.host = { host = 9094 }\nsettings = { topics = [\"t\"], advertised_host = \"k.example.com\" }\n[components.app]\nimage = \"a/app:1\"\ngroup = \"one\"\nenv.K = \"${components.k.bootstrap_servers}\"\n";
    let files = of_environment(
        broker,
        "[components.k]\nexternal = { broker = \"k1.prod:9092\" }\n",
    );
    let services = file(&files, "compose/one.yaml");
    assert!(services.contains("K: \"k1.prod:9092\"\n"), "{services}");
    assert!(!services.contains("k-topics"), "{services}");
}
