//! Kinds that adapt to the version of their image.

use std::collections::BTreeSet;

use mlopsgen::{
    compile::{Compilation, Request, compile},
    diag::Severity,
    files::Target,
    world::MemoryWorld,
};

use super::{catalog, least, most};
use crate::support;

fn compiled_at(kind: &str, lines: &str) -> Compilation {
    let component = format!("[components.it]\n{lines}\n");
    let text = least(kind).replacen("[components.it]\n", &component, 1);
    support::compiled::compiled(text)
}

/// The Compose file and the files that the kind makes for its program.
fn written(kind: &str, lines: &str) -> String {
    let compilation = compiled_at(kind, lines);
    let output = compilation
        .output
        .unwrap_or_else(|_| panic!("{kind} with {lines} has errors"));
    let files = output.files.files.iter();
    files
        .filter(|(path, _)| path.starts_with("compose/one") || path.starts_with("config/it/"))
        .map(|(_, file)| &*file.text)
        .collect()
}

/// A line for each boundary: what the version before it has, and what the version at it has.
#[test]
fn a_kind_follows_the_version_of_its_image() {
    let boundaries = [
        (
            "keycloak",
            "25.0.6",
            "26.0.0",
            "KEYCLOAK_ADMIN:",
            "KC_BOOTSTRAP_ADMIN_USERNAME:",
        ),
        (
            "keycloak",
            "24.0.5",
            "25.0.0",
            "KC_HOSTNAME_URL:",
            "KC_HTTP_MANAGEMENT_PORT:",
        ),
        (
            "keycloak",
            "23.0.7",
            "24.0.0",
            "KC_PROXY: edge",
            "KC_PROXY_HEADERS:",
        ),
        (
            "loki",
            "2.9.17",
            "3.0.0",
            "store: boltdb-shipper",
            "store: tsdb",
        ),
        (
            "loki",
            "2.9.17",
            "3.0.0",
            "shared_store:",
            "delete_request_store:",
        ),
        ("loki", "3.5.12", "3.6.0", "- wget", "-health.url="),
        ("tempo", "2.9.0", "2.10.0", "- wget", ""),
        ("tempo", "2.10.8", "3.0.0", "compactor:", "-health.url="),
        (
            "tempo",
            "2.4.2",
            "2.5.0",
            "user: \"0:0\"",
            "user: \"10001:10001\"",
        ),
        ("tempo", "2.2.0", "2.2.1", "", "stream_over_http_enabled:"),
        (
            "node-exporter",
            "v1.6.1",
            "v1.7.0",
            "",
            "--no-collector.arp.netlink",
        ),
        (
            "node-exporter",
            "v1.4.0",
            "v1.5.0",
            "",
            "--no-collector.netdev.netlink",
        ),
        (
            "postgres-exporter",
            "v0.13.2",
            "v0.14.0",
            "",
            "--collector.long_running_transactions",
        ),
        ("s3", "4.03", "4.04", "-s3.config=", "- mini"),
        (
            "fluent-bit",
            "3.1.10",
            "3.2.0",
            "parsers_file:",
            "parsers:\n",
        ),
        (
            "fluent-bit",
            "3.0.7",
            "3.1.0",
            "line_format: key_value",
            "structured_metadata:",
        ),
        ("fluent-bit", "2.0.14", "2.1.0", "", "compress: gzip"),
        (
            "superset",
            "4.1.4-dev",
            "6.1.0-dev",
            "SQLALCHEMY_DATABASE_URI = os.environ",
            "SQLALCHEMY_DATABASE_URI = os.environ",
        ),
    ];
    for (kind, old, new, only_old, only_new) in boundaries {
        let [before, from] = [old, new].map(|it| written(kind, &format!("version = \"{it}\"")));
        let at = format!("{kind} {old} and {new}");
        assert!(
            before.contains(only_old),
            "{at}: no `{only_old}`:\n{before}"
        );
        assert!(from.contains(only_new), "{at}: no `{only_new}`:\n{from}");
        if only_old != only_new {
            assert!(
                only_old.is_empty() || !from.contains(only_old),
                "{at}: `{only_old}`"
            );
            assert!(
                only_new.is_empty() || !before.contains(only_new),
                "{at}: `{only_new}`"
            );
        }
    }
}

/// Numbers that the tag leaves out are those of the newest version.
#[test]
fn a_short_tag_means_the_newest_version() {
    for lines in [
        "version = \"3\"",
        "image = \"example/loki:stable\"\nsettings.major = 3",
        "image = \"example/loki@sha256:0123456789012345678901234567890123456789012345678901234567890123\"\nsettings.major = 3",
    ] {
        assert!(written("loki", lines).contains("-health.url="), "{lines}");
    }
    assert!(written("loki", "version = \"3.5\"").contains("- wget"));
}

/// A kind of one major version asks for none, and takes an image of one's own for the newest.
#[test]
fn an_image_without_a_version_is_the_newest_of_a_single_major() {
    let text = written("node-exporter", "image = \"team/node-exporter\"");
    assert!(text.contains("--no-collector.arp.netlink"), "{text}");
}

/// Prefect 2 has no metrics: nothing asks for them, and no alert waits for them.
#[test]
fn what_has_no_metrics_is_not_scraped() {
    let metrics = |version: &str| {
        let compilation = compiled_at("prefect", &format!("version = \"{version}\""));
        let output = compilation.output.expect("no errors, so there is output");
        let component = output.platform.component("it").expect("the component");
        component.workloads[0].metrics.len()
    };
    assert_eq!(
        (metrics("2.20.25-python3.11"), metrics("3.8.5-python3.11")),
        (0, 1)
    );
}

/// A prefix that only a newer version of the program serves under is a lint at the older one, in an image of the user's own too: its
/// number tells which it is. One that tells nothing is taken for the newest.
#[test]
fn a_prefix_needs_a_version_that_serves_under_it() {
    let is_warned = |kind: &str, image: &str| -> bool {
        let lines = format!("{image}\nports.http = {{ path = \"/here\" }}");
        let found = compiled_at(kind, &lines).diagnostics;
        found.iter().any(|it| it.code.name() == "no-prefix")
    };
    for (kind, older, since) in [
        ("mlflow", "3.11.1", "3.12.0"),
        ("prefect", "3.1.15", "3.2.0"),
        ("superset", "5.0.0", "6.0.0"),
    ] {
        let own = |tag: &str| format!("image = \"registry.example.com/ours:{tag}\"");
        let major = since.split('.').next().expect("a number");
        let built = "build = { context = \".\" }";
        assert!(is_warned(kind, &own(older)), "{kind} {older}");
        assert!(!is_warned(kind, &own(since)), "{kind} {since}");
        assert!(!is_warned(kind, &own("nightly")), "{kind}");
        assert!(!is_warned(kind, &own("0.7.1")), "{kind}");
        let said = format!("{}\nsettings.major = {major}", own("0.7.1"));
        assert!(!is_warned(kind, &said), "{kind} {major}");
        assert!(is_warned(kind, &format!("{built}\nversion = \"{older}\"")));
        assert!(!is_warned(kind, built), "{kind}");
    }
    // Only who sets a prefix needs to know it: no image is asked for its version because of that.
    for kind in ["mlflow", "superset"] {
        let image = "image = \"registry.example.com/ours:nightly\"";
        assert!(compiled_at(kind, image).output.is_ok(), "{kind}");
    }
    assert!(is_warned("superset", "version = \"5.0.0-dev\""));
    assert!(!is_warned("superset", "version = \"6.0.0-dev\""));
    // Of other kinds the number of an image of one's own tells nothing.
    assert!(!is_warned(
        "qdrant",
        "image = \"registry.example.com/ours:1.17.0\""
    ));
    assert!(is_warned("qdrant", "version = \"v1.17.0\""));
}

/// MLflow's calls are below a prefix from 3.12 on, where its log-in answers a check of its health with 401.
#[test]
fn mlflow_below_a_prefix_is_healthy_with_accounts() {
    let written = |version: &str| {
        let component = format!(
            "[components.it]\nversion = \"{version}\"\nports.http = {{ path = \"/ml\" }}\nsettings.admin_password = \"${{secrets.key}}\"\n"
        );
        let text = least("mlflow").replacen("[components.it]\n", &component, 1);
        let secrets = "[secrets]\nkey = { env = \"KEY\" }\n";
        let output = support::compiled::compiled(text.replacen("[secrets]\n", secrets, 1)).output;
        let output = output.unwrap_or_else(|_| panic!("{version} has errors"));
        let file = output.files.files.get("compose/one.yaml");
        file.expect("the file of its group").text.to_string()
    };
    let before = written("v3.11.1-full");
    assert!(!before.contains("static-prefix"), "{before}");
    assert!(before.contains("127.0.0.1:5000/health"), "{before}");
    let since = written("v3.12.0-full");
    assert!(since.contains("static-prefix"), "{since}");
    assert!(since.contains("127.0.0.1:5000/ml/health"), "{since}");
    assert!(since.contains("if error.code != 401"), "{since}");
}

/// Its plugins need a newer core; somebody who names the plugins may have an older one.
#[test]
fn an_older_jenkins_needs_older_plugins() {
    let errors = |lines: &str| -> Vec<&str> {
        let found = compiled_at("jenkins", lines).diagnostics;
        let found = found.iter().map(|it| it.code.name());
        found.filter(|code| *code == "unknown-version").collect()
    };
    let old = "version = \"2.426.3-lts-jdk17\"\n";
    assert_eq!(errors(old), ["unknown-version"]);
    assert_eq!(
        errors(&format!("{old}settings.plugins = [\"git:5.2.0\"]\n")),
        [""; 0]
    );
    assert_eq!(errors("version = \"2.541.1-lts-jdk21\"\n"), [""; 0]);
    let elsewhere = "external = { host = \"ci.example.com\", port = 443 }\n";
    assert_eq!(errors(&format!("{old}{elsewhere}")), [""; 0]);
}

/// Each major that a kind names compiles, with all that its conditions add.
#[test]
fn every_major_of_every_kind_compiles() {
    for kind in catalog().values().filter(|kind| kind.adapts()) {
        let has_http = kind.table.get_path(&["workload", "ports", "http"]);
        let prefix = has_http.map_or("", |_| "ports.http = { path = \"/x\" }");
        for major in &kind.versions.majors {
            written(&kind.name, &format!("settings.major = {major}\n{prefix}"));
        }
    }
}

/// References are resolved for every target; one is enough to read the messages.
fn compiled_for_compose(text: &str) -> Compilation {
    let world = MemoryWorld::new().with("platform.toml", text);
    let request = Request {
        targets: Some(BTreeSet::from([Target::Compose])),
        ..Request::default()
    };
    compile(&world, &request)
}

/// What does not fit in an older version of a filler is the user's choice: no message points into a kind's file.
#[test]
fn no_error_of_an_older_major_points_into_a_kind() {
    for kind in catalog().values() {
        let text = most(&kind.name);
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            // Those in its own roles: what these need is tried with them.
            let of_role = |name: &str| format!("[components.it-{}]", name.replace('_', "-"));
            let mut roles = kind.roles.iter().map(|role| of_role(&role.name));
            if at == 0 || !roles.any(|it| it == lines[at - 1]) {
                continue;
            }
            let filler = line
                .strip_prefix("kind = \"")
                .and_then(|it| it.strip_suffix('"'));
            let Some(filler) = filler.and_then(|name| catalog().get(name)) else {
                continue;
            };
            for major in filler.versions.majors.iter().filter(|_| filler.adapts()) {
                let major = format!("settings.major = {major}");
                let mut lines = lines.clone();
                lines.insert(at + 1, &major);
                let compilation = compiled_for_compose(&lines.join("\n"));
                for diagnostic in &compilation.diagnostics {
                    let is_error = diagnostic.severity == Severity::Error;
                    let mut places = diagnostic.labels.iter().filter(|_| is_error);
                    let of_kind = places.find(|label| {
                        let name = &compilation.sources.file(label.span.source).name;
                        name.starts_with("templates/")
                    });
                    assert!(
                        of_kind.is_none(),
                        "{} with {} and {major}: {}",
                        kind.name,
                        filler.name,
                        diagnostic.message
                    );
                }
            }
        }
    }
}

/// The lint about the name under which clients call starts with the version that asks for it: MLflow 3.5.
#[test]
fn an_own_name_is_asked_of_versions_that_need_one() {
    let lints = |version: &str| -> bool {
        let lines =
            format!("version = \"{version}\"\nports.http = {{ host = 5000, bind = \"0.0.0.0\" }}");
        let found = compiled_at("mlflow", &lines).diagnostics;
        found.iter().any(|it| it.code.name() == "own-name")
    };
    assert!(!lints("v2.22.1"));
    assert!(!lints("v3.4.0"));
    assert!(lints("v3.5.0"));
    assert!(lints("v3.14.0-full"));
}
