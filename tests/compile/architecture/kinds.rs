//! What a kind is lives in its TOML: Rust asks for a purpose, a setting or a role, and for no kind by its name. Names that are
//! also those of kinds, and mean something else, stand here with what they mean.

use std::collections::BTreeSet;

use mlopsgen::{Purpose, catalog::Kind};

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
    ("check/hosts.rs", "a scheme of URLs", &["s3"]),
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
        "target/content/prometheus/mod.rs",
        "whom a scrape of a node asks",
        &["cadvisor"],
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

/// What a kind has to be so that a message proposes it.
type Fits = fn(&Kind) -> bool;

/// Files, and what is true of the kinds that their messages propose: of no others of the catalog.
const PROPOSED: &[(&str, &[Fits])] = &[
    (
        "expand/routes.rs",
        &[
            |kind| !kind.routes.is_empty(),
            |kind| kind.purpose == Some(Purpose::Login),
        ],
    ),
    ("expand/routes/tls.rs", &[|kind| !kind.routes.is_empty()]),
    (
        "expand/unread_keys.rs",
        &[|kind| kind.purpose == Some(Purpose::Metrics)],
    ),
    ("check/notify.rs", &[fills_alertmanager]),
    (
        "resolve/pipelines.rs",
        &[|kind| kind.purpose == Some(Purpose::Pipelines)],
    ),
    (
        "target/content/grafana/mod.rs",
        &[|kind| kind.purpose == Some(Purpose::Metrics)],
    ),
    (
        "language/route.rs",
        &[|kind| kind.purpose == Some(Purpose::Login)],
    ),
];

fn fills_alertmanager(kind: &Kind) -> bool {
    let servers = catalog().values();
    let servers = servers.filter(|it| it.purpose == Some(Purpose::Metrics));
    let mut roles = servers.flat_map(|it| &it.roles);
    roles.any(|role| role.name == "alertmanager" && role.kinds.contains(&kind.name))
}

/// What stands before the name of a kind in a message that proposes it.
const BEFORE: [&str; 4] = ["kind `", "` or `", "mlopsgen add ", "kind = \\\""];

/// The kinds that messages propose. Examples in the declarations of keys are whole tables.
fn proposed<'a>(code: &'a str, kinds: &BTreeSet<String>) -> BTreeSet<&'a str> {
    let code = code.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().map(str::trim_start);
    let lines = lines.filter(|line| !line.starts_with("//") && line.contains(' '));
    let named = lines.flat_map(|line| {
        BEFORE.iter().flat_map(move |before| {
            let starts = line.match_indices(before).map(|(at, _)| at + before.len());
            starts.map(move |start| {
                let rest = &line[start..];
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
                &rest[..end.unwrap_or(rest.len())]
            })
        })
    });
    named
        .filter(|name| kinds.contains(*name) && !WORDS.contains(name))
        .collect()
}

#[test]
fn messages_propose_every_kind_that_does_what_is_missing() {
    let kinds: BTreeSet<String> = catalog().keys().cloned().collect();
    let seen = proposed(
        "name a component of kind `nginx` or `traefik`\n`kind = \\\"redis\\\"`, `mlopsgen add kafka`",
        &kinds,
    );
    assert_eq!(
        seen,
        BTreeSet::from(["kafka", "nginx", "redis", "traefik"]),
        "the test sees names"
    );
    // Examples of platforms.
    let is_example = |path: &str| {
        let is_key = path.starts_with("language/") && path != "language/route.rs";
        is_key || path == "commands.rs" || path.starts_with("cli/")
    };
    for (path, text) in texts() {
        let is_test = path.split('/').any(|part| part.starts_with("tests"));
        if is_test || is_example(&path) {
            continue;
        }
        let fits = PROPOSED.iter().find(|(file, _)| *file == path);
        let fits = fits.map_or(&[][..], |(_, fits)| fits);
        let known = catalog().values();
        let wanted = known.filter(|kind| fits.iter().any(|fits| fits(kind)));
        let wanted: BTreeSet<&str> = wanted.map(|kind| kind.name.as_str()).collect();
        assert_eq!(
            proposed(&text, &kinds),
            wanted,
            "{path}: a message that proposes kinds names all that the catalog has"
        );
    }
}
