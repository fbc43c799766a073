//! What a program is started with, where a wrong word loses data or keeps it from starting.

use mlopsgen::compile::Compilation;

use super::author::least;
use crate::support::compiled::compiled;

/// The text of a file of a platform whose component `it` has these lines too.
fn file(kind: &str, lines: &str, path: &str) -> String {
    let text = least(kind);
    let (before, it) = text.split_once("[components.it]\n").expect("the component");
    let secrets = "[secrets]\nkey = { env = \"KEY\" }\n";
    let before = match before.contains("[secrets]\n") {
        true => before.replace("[secrets]\n", secrets),
        false => format!("{before}{secrets}"),
    };
    let metrics = "[components.watcher]\nkind = \"prometheus\"\ngroup = \"one\"\n";
    let text = format!("{before}{metrics}[components.it]\n{lines}{it}");
    let Compilation { output, .. } = compiled(text);
    let output = output.unwrap_or_else(|_| panic!("{kind} with {lines} has errors"));
    let files = &output.files.files;
    let found = files.get(path).map(|file| file.text.to_string());
    found.unwrap_or_else(|| panic!("{kind} with {lines} has no {path}"))
}

/// Of one service of the Compose file.
fn service(kind: &str, lines: &str) -> String {
    let text = file(kind, lines, "compose/one.yaml");
    let (_, rest) = text.split_once("\n  it:\n").expect("the service");
    let mut lines = rest.lines();
    let own = lines.by_ref().take_while(|line| line.starts_with("   "));
    own.collect::<Vec<_>>().join("\n")
}

/// Entry points append words of their own: Redis takes the file of standard input only as its first word, or the last.
#[test]
fn the_password_of_redis_comes_before_what_an_entry_point_appends() {
    for (kind, version, server) in [
        ("redis", "8.10.2-alpine3.23", "redis-server"),
        ("redis", "6.0.20", "redis-server"),
        ("valkey", "9.1.0", "valkey-server"),
    ] {
        let lines = format!("version = \"{version}\"\nsettings.password = \"${{secrets.key}}\"\n");
        let service = service(kind, &lines);
        let wanted = format!("exec docker-entrypoint.sh {server} - \"$$@\" <<CONFIG");
        assert!(service.contains(&wanted), "{kind} {version}: {service}");
    }
}

#[test]
fn redpanda_flushes_what_it_acknowledges() {
    let newest = service("redpanda", "");
    for wanted in [
        "--unsafe-bypass-fsync=false",
        "redpanda.write_caching_default=false",
        "- \"1207959552\"",
    ] {
        assert!(newest.contains(wanted), "{newest}");
    }
    let older = service("redpanda", "version = \"v23.3.20\"\n");
    assert!(older.contains("--unsafe-bypass-fsync=false"), "{older}");
    assert!(!older.contains("write_caching"), "{older}");
    let free = service("redpanda", "resources = false\n");
    assert!(!free.contains("--memory"), "{free}");
    let more = service("redpanda", "resources.memory = \"4Gi\"\n");
    assert!(more.contains("- \"3221225472\""), "{more}");
}

#[test]
fn the_etcd_inside_milvus_forgets_old_revisions() {
    let service = service("milvus", "");
    let path = "/milvus/configs/embedEtcd.yaml";
    assert!(
        service.contains(&format!("ETCD_CONFIG_PATH: {path}")),
        "{service}"
    );
    let file = file("milvus", "", &format!("config/it{path}"));
    assert!(file.contains("auto-compaction-mode: revision"), "{file}");
}

/// A named volume on a folder that the image lacks belongs to root.
#[test]
fn nessie_may_write_to_its_volume() {
    let alone = service("nessie", "");
    assert!(alone.contains("user: root"), "{alone}");
    let database = "[components.db]\nkind = \"postgres\"\ngroup = \"one\"\nsettings.password = \"${secrets.key}\"\n[components.it]\nuses.database = \"db\"\n";
    let text = least("nessie").replace("[components.it]\n", database);
    let text = match text.contains("[secrets]\n") {
        true => text.replace("[secrets]\n", "[secrets]\nkey = { env = \"KEY\" }\n"),
        false => format!("{text}\n[secrets]\nkey = {{ env = \"KEY\" }}\n"),
    };
    let output = compiled(text).output.unwrap_or_else(|_| panic!("errors"));
    let text = &output.files.files["compose/one.yaml"].text;
    assert!(!text.contains("user: root"), "{text}");
}

#[test]
fn metrics_of_qdrant_are_asked_for_where_they_are() {
    let key = "settings.api_key = \"${secrets.key}\"\n";
    let prometheus = |version: &str| {
        let lines = format!("version = \"{version}\"\n{key}");
        file("qdrant", &lines, "prometheus/prometheus.yml")
    };
    assert!(prometheus("v1.17.0").contains("it:6336"));
    let older = prometheus("v1.16.3");
    assert!(older.contains("it:6333"), "{older}");
    assert!(older.contains("credentials_file:"), "{older}");
    let oldest = prometheus("v1.6.1");
    assert!(!oldest.contains("job_name: it\n"), "{oldest}");
}

/// What the user writes of Flink's configuration follows the kind's, in both programs.
#[test]
fn lines_for_flink_stand_behind_those_of_the_kind() {
    let lines = "settings.properties = \"state.backend.type: rocksdb\"\n";
    let text = file("flink", lines, "compose/one.yaml");
    assert_eq!(text.matches("state.backend.type: rocksdb").count(), 2);
    assert_eq!(text.matches("metrics.reporters: prom").count(), 2);
}

/// asyncpg takes no `sslmode`: Airflow 3 would make its second address of the first, with it.
#[test]
fn the_second_address_of_airflow_is_one_for_asyncpg() {
    let text = "[platform]\nname = \"p\"\n[groups]\none = \"One\"\n[secrets]\nkey = { env = \"KEY\" }\n\
        [components.it]\nkind = \"airflow\"\ngroup = \"one\"\nuses.database = \"db\"\nsettings.admin_password = \"${secrets.key}\"\n\
        [components.db]\nkind = \"postgres\"\ngroup = \"one\"\nexternal = { host = \"db.example.com\", port = 5432 }\n\
        settings = { password = \"${secrets.key}\", database = \"airflow\", tls = \"require\" }\n";
    let compilation = compiled(text);
    let output = compilation.output.unwrap_or_else(|_| panic!("errors"));
    let file = &output.files.files["compose/one.yaml"].text;
    let line = file
        .lines()
        .find(|line| line.contains("SQL_ALCHEMY_CONN_ASYNC:"));
    let line = line.expect("the second address");
    assert!(line.contains("postgresql+asyncpg://"), "{line}");
    assert!(line.contains("?ssl=require"), "{line}");
    assert!(!line.contains("sslmode"), "{line}");
}
