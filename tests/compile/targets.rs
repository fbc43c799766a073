//! What `platform.targets` selects: each runtime has all that it mounts, whatever other targets are named.

use std::collections::BTreeMap;

use mlopsgen::{compile::Compilation, files::Target};

use crate::support::{self, compiled::texts};

const PLATFORM: &str = r#"
[groups]
g = "g"
[secrets]
admin = { env = "ADMIN" }
[components.prometheus]
kind = "prometheus"
group = "g"
[components.grafana]
kind = "grafana"
group = "g"
settings = { admin_password = "${secrets.admin}" }
[components.web]
image = "team/web:1"
group = "g"
ports.http = 80
files."/etc/web.conf" = { content = "by ${components.grafana.http.url}" }
[pipelines.training]
image = "team/train:1"
tasks.train = { run = "true" }
"#;

/// The sources of a file's mounts, in their order.
fn sources(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("source: "))
        .map(|source| source.trim_matches('"'))
        .collect()
}

fn compilation(targets: &[&str]) -> Compilation {
    let targets = targets.join("\", \"");
    let text = format!("[platform]\nname = \"p\"\ntargets = [\"{targets}\"]\n{PLATFORM}");
    support::compiled::compiled(text)
}

/// The files that a platform of these targets compiles to.
fn compiled(targets: &[&str]) -> BTreeMap<String, String> {
    texts(compilation(targets)).unwrap_or_else(|printed| panic!("{printed}"))
}

fn folders(files: &BTreeMap<String, String>) -> Vec<&str> {
    let mut folders: Vec<&str> = files
        .keys()
        .filter_map(|path| Some(path.split_once('/')?.0))
        .collect();
    folders.dedup();
    folders
}

#[test]
fn a_runtime_has_copies_of_what_it_mounts_where_the_content_is_no_target() {
    let files = compiled(&["compose", "helm"]);
    assert_eq!(folders(&files), ["compose", "config", "helm"]);
    let all = compiled(&["compose", "helm", "prometheus", "grafana"]);
    let mounted = |path: &&String| path.starts_with("prometheus/") || path.starts_with("grafana/");
    let mounted: Vec<&String> = all.keys().filter(mounted).collect();
    assert!(mounted.len() > 5, "{mounted:?}");
    for path in mounted {
        let own = format!("compose/files/{path}");
        assert_eq!(files.get(&own), all.get(path), "{path}");
        // The chart names rules after their kind too.
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let is_chart = |it: &&String| {
            it.starts_with(&format!("helm/p/files/{folder}/"))
                && (it.ends_with(&format!("/{name}")) || it.ends_with(&format!(".{name}")))
        };
        let chart = files.keys().find(is_chart);
        let chart = chart.unwrap_or_else(|| panic!("{path}"));
        assert_eq!(files.get(chart), all.get(chart), "{path}");
    }
    let group = sources(&files["compose/g.yaml"]);
    assert!(
        group.contains(&"./files/prometheus/prometheus.yml"),
        "{group:?}"
    );
    assert!(group.contains(&"../config/web/etc/web.conf"), "{group:?}");
    assert!(
        !group
            .iter()
            .any(|source| source.starts_with("../prometheus")),
        "{group:?}"
    );
}

#[test]
fn a_content_that_is_a_target_is_mounted_from_its_folder() {
    let files = compiled(&["compose", "prometheus", "grafana"]);
    assert_eq!(
        folders(&files),
        ["compose", "config", "grafana", "prometheus"]
    );
    assert!(sources(&files["compose/g.yaml"]).contains(&"../prometheus/prometheus.yml"));
    assert!(!files.keys().any(|path| path.starts_with("compose/files/")));
}

#[test]
fn what_nothing_mounts_is_generated_for_the_targets_that_are_named() {
    // No Airflow runs here: who has one elsewhere names the target.
    assert_eq!(folders(&compiled(&["airflow"])), ["airflow"]);
    assert_eq!(folders(&compiled(&["docs"])), ["docs"]);
    assert!(
        !compiled(&["compose"])
            .keys()
            .any(|path| path.contains("airflow"))
    );
}

#[test]
fn the_swarm_target_alone_has_all_files_that_it_mounts() {
    let files = compiled(&["swarm"]);
    assert_eq!(folders(&files), ["swarm"]);
    let stack = &files["swarm/stack.yaml"];
    let sources = sources(stack);
    let own: Vec<&str> = sources
        .iter()
        .filter_map(|source| source.strip_prefix("./"))
        .collect();
    assert!(own.len() > 3, "{stack}");
    for source in own {
        let path = format!("swarm/{source}");
        let below = |known: &String| known.starts_with(&format!("{path}/")) || *known == path;
        assert!(files.keys().any(below), "{path} is mounted and not there");
    }
    assert!(
        !sources.iter().any(|source| source.starts_with("../")),
        "{stack}"
    );
}

#[test]
fn targets_are_known_by_their_names() {
    for (target, name) in Target::ALL.iter().zip(Target::NAMES) {
        assert_eq!(target.name(), *name);
        assert_eq!(Target::from_name(name), Some(*target));
    }
}

/// The catalog's programs gain no further rights in Compose; a stack can't say so, and that is reported once.
#[test]
fn a_stack_reports_that_it_has_no_security_options() {
    let compilation = compilation(&["compose", "swarm"]);
    let lost: Vec<&str> = compilation
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.message.as_str())
        .filter(|message| message.starts_with("swarm: ") && message.contains("`security_opt`"))
        .collect();
    assert_eq!(
        lost,
        [
            "swarm: the programs of `prometheus` and of others from the catalog may gain further rights: \
             Swarm has no `security_opt`"
        ]
    );
    let files = compiled(&["compose", "swarm"]);
    assert!(files["compose/g.yaml"].contains("no-new-privileges:true"));
    assert!(!files["swarm/stack.yaml"].contains("no-new-privileges"));
}

/// Docker sets `noexec`, `nosuid` and `nodev` on every tmpfs, in a stack too: to write them out loses nothing.
#[test]
fn only_options_of_a_tmpfs_that_change_something_are_lost_in_a_stack() {
    let losses = |options: &str| {
        let text = format!(
            "[platform]\nname = \"p\"\ntargets = [\"swarm\"]\n[groups]\ng = \"g\"\n[components.web]\nimage = \"team/web:1\"\n\
             group = \"g\"\ntmpfs = [\"/run:{options}\"]\n"
        );
        let diagnostics = support::compiled::compiled(text).diagnostics;
        let lost = |message: &str| message.starts_with("swarm: `tmpfs`");
        diagnostics.iter().filter(|it| lost(&it.message)).count()
    };
    for (options, lost) in [
        ("rw,size=64m,noexec,nosuid,nodev", 0),
        ("size=64m,mode=1777", 1),
        ("exec", 1),
        ("size=50%", 1),
    ] {
        assert_eq!(losses(options), lost, "{options}");
    }
}
