//! What every key becomes in every target, and what is lost, by running: docs/target-losses.md is written from it.
//!
//! The declarations of the keys say it, and each claim is tried: a small platform is compiled without the key and with
//! it, and the targets that change must be the ones that have something to say.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{messages::messages, page};
use mlopsgen::{
    compile::{Compilation, Request, compile},
    diag::Code,
    files::Target,
    language::{COMPONENT, Effect, KeyShape, Outcome, PLATFORM_FILE, Shape},
    world::MemoryWorld,
};

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
[components.prometheus]
kind = "prometheus"
group = "one"
[pipelines.other]
image = "team/other:1.0"
tasks = { all = { run = "true" } }
"#;

/// A table of the language, and where the sample platform has it.
struct Place {
    /// Its title on the page.
    title: &'static str,
    keys: &'static [KeyShape],
    header: &'static str,
    /// What has to stand beside a key that is looked at.
    lines: &'static [&'static str],
    /// The rest of the platform that a key can change.
    around: &'static str,
}

fn places() -> [Place; 5] {
    let (pipelines, ci) = (keys_of("pipelines"), keys_of("ci"));
    [
        Place {
            title: "Components",
            keys: COMPONENT,
            header: "[components.api]",
            lines: &[
                "image = \"team/api:1.0\"",
                "group = \"one\"",
                "ports.http = 8000",
                "metrics = { port = \"http\" }",
            ],
            around: WATCHED,
        },
        Place {
            title: "Pipelines",
            keys: pipelines,
            header: "[pipelines.ours]",
            lines: &[
                "image = \"team/train:1.0\"",
                "tasks.first = { run = \"true\" }",
            ],
            around: AIRFLOW,
        },
        Place {
            title: "Tasks of a pipeline",
            keys: inner_of(pipelines, "tasks"),
            header: "[pipelines.ours]\nimage = \"team/train:1.0\"\ntasks.first = { run = \"true\" }\n[pipelines.ours.tasks.last]",
            lines: &["run = \"true\""],
            around: AIRFLOW,
        },
        Place {
            title: "CI entries",
            keys: ci,
            header: "[ci.ours]",
            lines: &["stages = [{ name = \"test\", run = [\"true\"] }]"],
            around: "",
        },
        Place {
            title: "Stages of a CI entry",
            keys: inner_of(ci, "stages"),
            header: "[[ci.ours.stages]]",
            lines: &["name = \"test\"", "run = [\"true\"]"],
            around: "",
        },
    ]
}

/// The targets whose files a key can change, those that run workloads first. The architecture has no keys of its own. A stack is
/// looked at beside them.
fn targets() -> Vec<Target> {
    let by_default = Target::ALL
        .iter()
        .copied()
        .filter(|target| target.is_default());
    by_default
        .filter(|target| *target != Target::Docs)
        .collect()
}

/// The key of a line: `ports.http` of `ports.http = 8000`.
fn key_of(line: &str) -> &str {
    line.split(" = ").next().unwrap_or(line)
}

fn text_of(key: &KeyShape, effect: &Effect) -> &'static str {
    match effect.set {
        "" => key.example,
        set => set,
    }
}

fn title(key: &KeyShape, effect: &Effect) -> String {
    let name = match effect.inner {
        "" => key.name.to_string(),
        inner => format!("{}.{inner}", key.name),
    };
    match effect.form {
        "" => format!("`{name}`"),
        form => format!("`{name}`, {form}"),
    }
}

/// Compiles the platform with these lines at the place, or without any, to these targets.
fn compiled(place: &Place, set: &str, without: &[&str], targets: &[Target]) -> Compilation {
    let is_set = |line: &str| set.lines().any(|own| key_of(own) == key_of(line));
    let is_gone = |line: &str| {
        let name = key_of(line).split('.').next().unwrap_or_default();
        is_set(line) || without.contains(&name)
    };
    let lines: Vec<&str> = place
        .lines
        .iter()
        .filter(|line| !is_gone(line))
        .copied()
        .collect();
    let names: Vec<&str> = targets.iter().map(|target| target.name()).collect();
    let name = "name = \"sample\"";
    let start = START.replace(name, &format!("{name}\ntargets = {names:?}"));
    let (around, header) = (place.around, place.header);
    let text = format!("{start}{around}{header}\n{}\n{set}\n", lines.join("\n"));
    compile(
        &MemoryWorld::new().with("platform.toml", text),
        &Request::default(),
    )
}

fn files(compilation: &Compilation) -> BTreeMap<String, String> {
    let printed = messages(compilation);
    let output = compilation
        .output
        .as_ref()
        .unwrap_or_else(|_| panic!("{printed}"));
    output
        .files
        .files
        .iter()
        .map(|(path, file)| (path.clone(), file.text.to_string()))
        .collect()
}

/// The targets whose files differ. What kinds mount below `config/` is Compose's.
fn changed(before: &Compilation, after: &Compilation) -> BTreeSet<Target> {
    let (before, after) = (files(before), files(after));
    before
        .keys()
        .chain(after.keys())
        .filter(|path| before.get(*path) != after.get(*path))
        .filter_map(|path| path.split('/').next())
        .filter_map(|folder| match folder {
            "config" => Some(Target::Compose),
            folder => Target::from_name(folder),
        })
        .collect()
}

/// The targets that lose something, by the first word of each message.
fn lost(compilation: &Compilation) -> BTreeSet<Target> {
    compilation
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code == Code::TargetLoss)
        .map(|diagnostic| {
            let name = diagnostic.message.split_once(": ").map(|(name, _)| name);
            let target = name.and_then(Target::from_name);
            target.unwrap_or_else(|| panic!("no target: {}", diagnostic.message))
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
fn every_loss_is_reported_as_the_key_declares() {
    // Beside a stack Prometheus' files are for both, so a stack is compiled by itself.
    let by_default = targets();
    let mut wrong = Vec::new();
    for place in places() {
        let before = compiled(&place, "", &[], &by_default);
        let swarm_before = compiled(&place, "", &[], &[Target::Swarm]);
        for key in place.keys {
            for effect in key.effects {
                let set = text_of(key, effect);
                let after = compiled(&place, set, effect.without, &by_default);
                let swarm = compiled(&place, set, effect.without, &[Target::Swarm]);
                let mut changed = changed(&before, &after);
                changed.extend(self::changed(&swarm_before, &swarm));
                let mut lost: BTreeSet<Target> =
                    lost(&after).difference(&lost(&before)).copied().collect();
                let in_swarm = lost_in_swarm(&swarm);
                if in_swarm
                    .difference(&lost_in_swarm(&swarm_before))
                    .next()
                    .is_some()
                {
                    lost.insert(Target::Swarm);
                }
                let name = format!("{}: {}", place.title, title(key, effect));
                wrong.extend(
                    differences(effect, &changed, &lost).map(|what| format!("{name}: {what}")),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where what a key says of the targets differs from what they do.
fn differences(
    effect: &Effect,
    changed: &BTreeSet<Target>,
    lost: &BTreeSet<Target>,
) -> impl Iterator<Item = String> {
    let mut wrong = Vec::new();
    for &target in Target::ALL {
        let name = target.name();
        let outcome = effect.in_target(target);
        if outcome.is_loss() != lost.contains(&target) {
            wrong.push(format!("{name} loses something: {}", !outcome.is_loss()));
        }
        let is_tried = targets().contains(&target) || target == Target::Swarm;
        if is_tried && changes(outcome) != changed.contains(&target) {
            wrong.push(format!("{name} changes: {}", !changes(outcome)));
        }
    }
    wrong.into_iter()
}

fn changes(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Becomes(_) | Outcome::PartlyLost { .. })
}

/// The keys of a table of tables at the top of platform.toml.
fn keys_of(table: &str) -> &'static [KeyShape] {
    inner_of(PLATFORM_FILE, table)
}

/// The keys of the first table within a key's value.
fn inner_of(keys: &[KeyShape], name: &str) -> &'static [KeyShape] {
    fn inner(shape: &Shape) -> &'static [KeyShape] {
        match shape {
            Shape::Table(keys) => keys,
            Shape::Map(_, shape) | Shape::List(shape) => inner(shape),
            other => panic!("no table within {other:?}"),
        }
    }
    let key = keys.iter().find(|key| key.name == name);
    inner(&key.expect("a key of this name").shape)
}

#[test]
fn every_key_has_its_form_in_each_runtime() {
    let mut silent = Vec::new();
    let component = &places()[0];
    for key in component.keys {
        for target in [Target::Compose, Target::Helm] {
            let is_said = |effect: &Effect| effect.in_target(target) != Outcome::Nothing;
            if !key.effects.iter().any(is_said) {
                silent.push(format!("`{}` says nothing of {}", key.name, target.name()));
            }
        }
    }
    for place in &places()[1..] {
        let without = place.keys.iter().filter(|key| key.effects.is_empty());
        silent.extend(without.map(|key| format!("{}: `{}` says nothing", place.title, key.name)));
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

fn cell(outcome: Outcome) -> String {
    match outcome {
        Outcome::Nothing => "nothing".to_string(),
        Outcome::Becomes(what) | Outcome::Unchanged(what) => what.to_string(),
        Outcome::Lost(what) => format!("**lost**: {what}"),
        Outcome::PartlyLost { becomes, lost } => format!("{becomes}; **lost**: {lost}"),
        Outcome::AsIn(target) => format!("the same as in {}", target.name()),
    }
}

/// Targets besides the two that most people run.
fn others(effect: &Effect) -> String {
    let told: Vec<String> = targets()[2..]
        .iter()
        .chain([&Target::Swarm])
        .filter(|target| {
            !matches!(
                effect.declared(**target),
                Outcome::Nothing | Outcome::AsIn(_)
            )
        })
        .map(|target| format!("{}: {}", target.name(), cell(effect.in_target(*target))))
        .collect();
    told.join("; ")
}

fn page() -> String {
    let mut text = "# What each target makes of each key\n\n**lost**: the target can't express the key, and the lint `target-loss` \
        reports it; `allow = [\"target-loss\"]` on the component accepts that. *Nothing* means that the key has no meaning there. \
        A stack for Docker Swarm has the same as Compose, except for what is lost. The architecture in `docs/` shows and lists \
        the result.\n\n\
        Written from the keys in `crates/front/src/language/`, where every line is tried: `BLESS=1 cargo test losses`.\n"
        .to_string();
    for Place { title, keys, .. } in places() {
        text += &format!(
            "\n## {title}\n\n| key | Compose | Helm | others |\n| --- | --- | --- | --- |\n"
        );
        for key in keys {
            for effect in key.effects {
                let cell = |target| cell(effect.in_target(target));
                text += &format!(
                    "| {} | {} | {} | {} |\n",
                    self::title(key, effect),
                    cell(Target::Compose),
                    cell(Target::Helm),
                    others(effect)
                );
            }
        }
    }
    text
}

#[test]
fn the_page_agrees_with_the_tests() {
    page::is_fresh("docs/target-losses.md", &page(), "losses");
}
