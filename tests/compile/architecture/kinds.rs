//! What a kind is lives in its TOML: Rust asks for a purpose, a setting or a role, and for no kind by its name. Names that are
//! also those of kinds, and mean something else, stand here with what they mean.

use std::collections::BTreeSet;

use super::texts;
use crate::kinds::catalog;

/// Words of the language and of Prometheus.
const WORDS: [&str; 2] = ["service", "job"];

/// Files, what the names in them are, and the names.
const ALLOWED: &[(&str, &str, &[&str])] = &[
    (
        "files.rs",
        "targets",
        &["airflow", "grafana", "jenkins", "prometheus"],
    ),
    ("language/platform.rs", "a key", &["registry"]),
    ("expand/names.rs", "a key", &["registry"]),
    (
        "language/compose/ports.rs",
        "protocols, by their ports",
        &["memcached", "mongodb", "mysql", "postgres", "redis"],
    ),
    (
        "language/kind/declared.rs",
        "a form of files",
        &["alertmanager"],
    ),
    ("catalog/kind.rs", "a form of files", &["alertmanager"]),
    ("value/address.rs", "a scheme of URLs", &["redis"]),
    (
        "catalog/fact.rs",
        "facts of conditions",
        &["airflow", "grafana", "jenkins", "prometheus"],
    ),
    (
        "resolve/template_view.rs",
        "a fact of templates",
        &["prometheus"],
    ),
    (
        "language/unknown.rs",
        "a key of `[platform]`",
        &["registry"],
    ),
    (
        "check/flags.rs",
        "programs, by their names",
        &["mariadb", "mysql"],
    ),
    ("check/notify.rs", "a role", &["alertmanager"]),
    (
        "target/content/prometheus/config.rs",
        "a role",
        &["alertmanager"],
    ),
    (
        "resolve/contents/dashboard.rs",
        "data sources of Grafana",
        &["grafana", "prometheus"],
    ),
    (
        "target/runtime/helm/told/known.rs",
        "schemes of URLs",
        &[
            "elasticsearch",
            "kafka",
            "mariadb",
            "memcached",
            "mongodb",
            "mysql",
            "opensearch",
            "postgres",
            "redis",
        ],
    ),
    (
        "target/runtime/helm/ingress.rs",
        "classes of Ingresses of a cluster",
        &["nginx", "traefik"],
    ),
    (
        "target/shared/asked.rs",
        "a data source of Grafana",
        &["prometheus"],
    ),
    (
        "target/content/grafana/provisioning.rs",
        "data sources of Grafana, and roles",
        &["elasticsearch", "jaeger", "loki", "tempo"],
    ),
];

/// The names of kinds that stand between quotes in code, unit tests left out.
fn names_in<'a>(code: &'a str, kinds: &BTreeSet<String>) -> BTreeSet<&'a str> {
    let code = code.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().map(str::trim_start);
    let lines = lines.filter(|line| !line.starts_with("//"));
    lines
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        .filter(|text| kinds.contains(*text) && !WORDS.contains(text))
        .collect()
}

#[test]
fn no_code_asks_for_a_kind_by_its_name() {
    let kinds: BTreeSet<String> = catalog().keys().cloned().collect();
    assert!(kinds.len() > 60, "the catalog is read");
    let seen = names_in("if is_a(\"redis\") { \"a redis\" }\n// \"mysql\"", &kinds);
    assert_eq!(seen, BTreeSet::from(["redis"]), "the test sees names");
    let is_test = |path: &str| path.split('/').any(|part| part.starts_with("tests"));
    for (path, text) in texts() {
        let found = names_in(&text, &kinds);
        if is_test(&path) || found.is_empty() {
            continue;
        }
        let allowed = ALLOWED.iter().find(|(file, _, _)| *file == path);
        let allowed = allowed.map_or(&[][..], |(_, _, names)| names);
        let allowed: BTreeSet<&str> = allowed.iter().copied().collect();
        assert_eq!(
            found, allowed,
            "{path}: what is true of one kind is said in its file; a name that means something else is listed here"
        );
    }
}

#[test]
fn what_is_allowed_is_still_there() {
    let paths: BTreeSet<String> = texts().into_iter().map(|(path, _)| path).collect();
    for (file, what, _) in ALLOWED {
        assert!(paths.contains(*file), "{file} ({what})");
    }
}
