//! What every key becomes in every target, and what is lost, by running: docs/target-losses.md is written from it.
//!
//! `tests/losses.toml` says it, and each claim is tried: a small platform is compiled without the key and with it, and
//! the targets that change must be the ones that have something to say. No key of the language may be missing.

#[path = "support/page.rs"]
mod page;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use mlopsgen::{
    compile::{Compilation, Request, compile},
    diag::{
        Code,
        render::{Style, human},
    },
    files::Target,
    language::{COMPONENT, KeyShape, PLATFORM_FILE, Shape},
    world::MemoryWorld,
};
use serde::Deserialize;

/// The rest of the platform, beside the component, pipeline or CI entry that is looked at.
const START: &str = r#"
[platform]
name = "sample"
[groups]
one = "One"
two = "Two"
[secrets]
one = { env = "SECRET_ONE" }
[networks]
office = { external = "office" }
[volumes]
common = { size = "1Gi" }
[presets.extra]
env.LEVEL = "info"
[components.cache]
kind = "redis"
group = "two"
[components.lone]
image = "team/lone:1.0"
group = "two"
ports.http = 8000
"#;

const WATCHED: &str = r#"
[components.prometheus]
kind = "prometheus"
group = "one"
[components.grafana]
kind = "grafana"
group = "one"
settings = { admin_password = "${secrets.one}" }
"#;

const AIRFLOW: &str = r#"
[components.db]
kind = "postgres"
group = "one"
settings = { password = "${secrets.one}" }
[components.airflow]
kind = "airflow"
group = "one"
uses = { database = "db" }
settings = { admin_password = "${secrets.one}" }
[pipelines.other]
image = "team/other:1.0"
tasks = { all = { run = "true" } }
"#;

/// A table of the language, its heading, and lines that a key of it needs.
type Place = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// What the key is added to: header, and lines by the key that they write.
const PLACES: [Place; 5] = [
    (
        "component",
        "[components.api]",
        &[
            ("image", "image = \"team/api:1.0\""),
            ("group", "group = \"one\""),
            ("ports", "ports.http = 8000"),
            ("metrics", "metrics = { port = \"http\" }"),
        ],
    ),
    (
        "pipeline",
        "[pipelines.ours]",
        &[
            ("image", "image = \"team/train:1.0\""),
            ("tasks", "tasks.first = { run = \"true\" }"),
        ],
    ),
    (
        "task",
        "[pipelines.ours]\nimage = \"team/train:1.0\"\ntasks.first = { run = \"true\" }\n[pipelines.ours.tasks.last]",
        &[("run", "run = \"true\"")],
    ),
    (
        "ci",
        "[ci.ours]",
        &[("stages", "stages = [{ name = \"test\", run = [\"true\"] }]")],
    ),
    (
        "stage",
        "[[ci.ours.stages]]",
        &[("name", "name = \"test\""), ("run", "run = [\"true\"]")],
    ),
];

/// The targets that rows speak of, those that run workloads first. The architecture has no keys of its own.
fn targets() -> impl Iterator<Item = &'static str> {
    let by_default = Target::ALL.iter().filter(|target| target.is_default());
    by_default
        .filter(|target| **target != Target::Docs)
        .map(|target| target.name())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    key: String,
    /// Which of the key's forms this row is about.
    form: Option<String>,
    set: String,
    #[serde(default)]
    without: Vec<String>,
    compose: Option<String>,
    helm: Option<String>,
    prometheus: Option<String>,
    grafana: Option<String>,
    jenkins: Option<String>,
    airflow: Option<String>,
    #[serde(default)]
    lost: BTreeMap<String, String>,
    /// Targets whose text says why there is nothing to see.
    #[serde(default)]
    unchanged: Vec<String>,
}

impl Row {
    fn says(&self, target: &str) -> Option<&str> {
        match target {
            "compose" => self.compose.as_deref(),
            "helm" => self.helm.as_deref(),
            "prometheus" => self.prometheus.as_deref(),
            "grafana" => self.grafana.as_deref(),
            "jenkins" => self.jenkins.as_deref(),
            _ => self.airflow.as_deref(),
        }
    }

    fn title(&self) -> String {
        match &self.form {
            Some(form) => format!("`{}`, {form}", self.key),
            None => format!("`{}`", self.key),
        }
    }
}

type Book = BTreeMap<String, Vec<Row>>;

fn book() -> Book {
    let text = fs::read_to_string("tests/losses.toml").expect("the data can be read");
    toml::from_str(&text).expect("the data is well formed")
}

/// Compiles to what a platform compiles to by itself, or to one target alone.
fn compiled(place: &str, row: Option<&Row>, target: Option<&str>) -> Compilation {
    let (_, header, lines) = PLACES
        .iter()
        .find(|(name, _, _)| *name == place)
        .expect("a known place");
    let gone = |key: &str| row.is_some_and(|row| row.without.iter().any(|name| name == key));
    let lines: Vec<&str> = lines
        .iter()
        .filter(|(key, _)| !gone(key))
        .map(|(_, line)| *line)
        .collect();
    let set = row.map_or("", |row| row.set.as_str());
    let around = match place {
        "component" => WATCHED,
        "pipeline" | "task" => AIRFLOW,
        _ => "",
    };
    // A list of tables can't be added to a list in one line.
    let lines = match (place, set.contains("[[ci.ours.stages]]")) {
        ("ci", true) => vec!["[[ci.ours.stages]]\nname = \"test\"\nrun = [\"true\"]"],
        _ => lines,
    };
    let start = match target {
        None => START.to_string(),
        Some(target) => {
            let name = "name = \"sample\"";
            START.replace(name, &format!("{name}\ntargets = [\"{target}\"]"))
        }
    };
    let text = format!("{start}{around}{header}\n{}\n{set}\n", lines.join("\n"));
    compile(
        &MemoryWorld::new().with("platform.toml", text),
        &Request::default(),
    )
}

fn files(compilation: &Compilation) -> BTreeMap<String, String> {
    let style = Style {
        color: false,
        width: 120,
    };
    let said = human(&compilation.diagnostics, &compilation.sources, style);
    let output = compilation
        .output
        .as_ref()
        .unwrap_or_else(|| panic!("{said}"));
    output
        .files
        .files
        .iter()
        .map(|(path, file)| (path.clone(), file.text.clone()))
        .collect()
}

/// The targets whose files differ. What kinds mount below `config/` is Compose's.
fn changed(before: &Compilation, after: &Compilation) -> BTreeSet<String> {
    let (before, after) = (files(before), files(after));
    before
        .keys()
        .chain(after.keys())
        .filter(|path| before.get(*path) != after.get(*path))
        .filter_map(|path| path.split('/').next())
        .map(|target| {
            if target == "config" {
                "compose"
            } else {
                target
            }
        })
        .filter(|target| targets().any(|known| known == *target))
        .map(ToString::to_string)
        .collect()
}

/// The targets that lose something; what names no target is said of DAGs.
fn lost(compilation: &Compilation) -> BTreeSet<String> {
    compilation
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code == Code::TargetLoss)
        .map(|diagnostic| match diagnostic.message.split_once(": ") {
            Some((target @ ("compose" | "helm" | "swarm"), _)) => target.to_string(),
            _ => "airflow".to_string(),
        })
        .collect()
}

/// What a stack for Docker Swarm can't express, in the words that say so.
fn lost_in_swarm(compilation: &Compilation) -> BTreeSet<String> {
    let messages = compilation.diagnostics.iter();
    messages
        .filter(|diagnostic| diagnostic.message.starts_with("swarm: "))
        .map(|diagnostic| diagnostic.message.clone())
        .collect()
}

#[test]
fn every_claim_holds() {
    let mut wrong = Vec::new();
    for (place, rows) in &book() {
        let before = compiled(place, None, None);
        let alone = lost_in_swarm(&compiled(place, None, Some("swarm")));
        for row in rows {
            let after = compiled(place, Some(row), None);
            let name = format!("{place} {}", row.title());
            let changed = changed(&before, &after);
            for target in targets() {
                let claims =
                    row.says(target).is_some() && !row.unchanged.iter().any(|it| it == target);
                if claims != changed.contains(target) {
                    wrong.push(format!("{name}: {target} changes: {}", !claims));
                }
            }
            let known = lost(&before);
            let mut lost: BTreeSet<String> = lost(&after).difference(&known).cloned().collect();
            let in_swarm = lost_in_swarm(&compiled(place, Some(row), Some("swarm")));
            if in_swarm.difference(&alone).next().is_some() {
                lost.insert("swarm".to_string());
            }
            let claimed: BTreeSet<String> = row.lost.keys().cloned().collect();
            if lost != claimed {
                wrong.push(format!("{name}: lost in {lost:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The keys of a table of tables at the top of platform.toml.
fn keys_of(table: &str) -> &'static [KeyShape] {
    let key = PLATFORM_FILE
        .iter()
        .find(|key| key.name == table)
        .expect("a table of platform.toml");
    inner(&key.shape)
}

/// The first table within a shape.
fn inner(shape: &Shape) -> &'static [KeyShape] {
    match shape {
        Shape::Table(keys) => keys,
        Shape::Map(_, shape) | Shape::List(shape) => inner(shape),
        other => panic!("no table within {other:?}"),
    }
}

fn inner_of(keys: &[KeyShape], name: &str) -> &'static [KeyShape] {
    inner(
        &keys
            .iter()
            .find(|key| key.name == name)
            .expect("a key")
            .shape,
    )
}

#[test]
fn no_key_is_missing() {
    let book = book();
    let (pipelines, ci) = (keys_of("pipelines"), keys_of("ci"));
    for (place, keys) in [
        ("component", COMPONENT),
        ("pipeline", pipelines),
        ("task", inner_of(pipelines, "tasks")),
        ("ci", ci),
        ("stage", inner_of(ci, "stages")),
    ] {
        let known: BTreeSet<&str> = keys.iter().map(|key| key.name).collect();
        let told: BTreeSet<&str> = book[place]
            .iter()
            .map(|row| row.key.split('.').next().unwrap_or_default())
            .collect();
        assert_eq!(told, known, "keys of a {place}");
    }
}

fn cell(row: &Row, target: &str) -> String {
    let says = row
        .says(target)
        .filter(|_| targets().any(|known| known == target));
    match (says, row.lost.get(target)) {
        (Some(says), None) => says.to_string(),
        (None, Some(lost)) => format!("**lost**: {lost}"),
        (Some(says), Some(lost)) => format!("{says}; **lost**: {lost}"),
        (None, None) => "nothing".to_string(),
    }
}

fn has_words(row: &Row, target: &str) -> bool {
    row.lost.contains_key(target)
        || (targets().any(|known| known == target) && row.says(target).is_some())
}

/// Targets besides the two that run it.
fn others(row: &Row) -> String {
    let told: Vec<String> = targets()
        .skip(2)
        .chain(["swarm"])
        .filter(|target| has_words(row, target))
        .map(|target| format!("{target}: {}", cell(row, target)))
        .collect();
    told.join("; ")
}

fn page(book: &Book) -> String {
    let mut text = "# What each target makes of each key\n\nWhere a target can't express a key, it says so: **lost** is the lint \
        `target-loss`, which `allow = [\"target-loss\"]` on the component accepts. *Nothing* means that the key has no meaning \
        there. A stack for Docker Swarm has what Compose has, but for what is lost. The architecture in `docs/` draws and lists what is there.\n\nWritten from `tests/losses.toml`, where every line is tried: \
        `BLESS=1 cargo test --test losses`.\n"
        .to_string();
    for (place, title) in [
        ("component", "Components"),
        ("pipeline", "Pipelines"),
        ("task", "Tasks of a pipeline"),
        ("ci", "CI entries"),
        ("stage", "Stages of a CI entry"),
    ] {
        text += &format!(
            "\n## {title}\n\n| key | Compose | Helm | others |\n| --- | --- | --- | --- |\n"
        );
        for row in &book[place] {
            let (compose, helm) = (cell(row, "compose"), cell(row, "helm"));
            text += &format!(
                "| {} | {compose} | {helm} | {} |\n",
                row.title(),
                others(row)
            );
        }
    }
    text
}

#[test]
fn the_page_says_what_the_tests_hold() {
    page::is_fresh("docs/target-losses.md", &page(&book()), "losses");
}
