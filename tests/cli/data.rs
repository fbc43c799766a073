//! No change of platform.toml loses data: the plan reports data that is left behind or moves, and what another major version
//! would have to read. Claims and other objects of a cluster are in `cluster`.

mod cluster;
mod first_start;
mod handed_over;
mod nodes;
mod places;
mod pods;
mod renamed;
mod returned;
mod scaling;
mod standing;
mod unmounted;
mod whose;

use std::collections::BTreeSet;

use crate::{
    binary::{Ran, run},
    support::folder::Folder,
};

const PLATFORM: &str = r#"
[platform]
name = "ml"
targets = ["compose", "helm", "swarm", "airflow"]

[secrets]
db-password = { env = "DB_PASSWORD" }

[groups]
track = "Experiments"

[volumes]
models = { size = "5Gi" }

[components.mlflow-db]
kind = "postgres"
version = "17.11"
group = "track"
settings = { password = "${secrets.db-password}" }

[components.trainer]
image = "ml/trainer:1.0"
group = "track"
volumes.cache = { mount = "/cache", size = "1Gi" }
volumes.models = { mount = "/models", shared = "models" }
volumes.notes = { mount = "/notes", source = "notes", data = true }

[pipelines.nightly_run]
image = "ml/nightly:1.0"
volumes.state = { mount = "/state" }
[pipelines.nightly_run.tasks]
go = { run = "python go.py" }
"#;

/// A platform that was applied once.
struct Case {
    project: Folder,
    text: String,
}

impl Case {
    fn new() -> Self {
        Self::of(PLATFORM)
    }

    fn of(text: &str) -> Self {
        let case = Self {
            project: Folder::new(),
            text: text.to_string(),
        };
        case.project.write("platform.toml", text);
        case.project.write("notes/.gitkeep", "");
        let ran = case.apply();
        assert_eq!(ran.status, 0, "{}", ran.err);
        case
    }

    fn apply(&self) -> Ran {
        run(&self.project, &["apply", "--yes"])
    }

    /// Replaces some words by others.
    fn change(&mut self, old: &str, new: &str) -> &mut Self {
        assert!(self.text.contains(old), "{old}");
        self.text = self.text.replace(old, new);
        self.project.write("platform.toml", &self.text);
        self
    }

    fn write_moved(&mut self, from: &str, to: &str) -> &mut Self {
        self.text += &entry(from, to);
        self.project.write("platform.toml", &self.text);
        self
    }

    /// What is kept, as in `engine ml_trainer-cache`.
    fn kept(&self) -> BTreeSet<String> {
        let manifest = self.manifest();
        let volumes = manifest["volumes"].as_array().expect("a list");
        let keeper = |volume: &serde_json::Value| match volume["in"].as_str() {
            Some(keeper) => keeper.to_string(),
            None => "engine".to_string(),
        };
        let named = volumes.iter().map(|volume| {
            let name = volume["name"].as_str().expect("a name");
            format!("{} {name}", keeper(volume))
        });
        named.collect()
    }

    fn manifest(&self) -> serde_json::Value {
        serde_json::from_str(&self.project.read("generated/.mlopsgen.json")).expect("JSON")
    }

    /// `apply` stops, writes nothing, and prints all of these.
    fn refuses(&self, words: &[&str]) {
        let before = self.project.tree();
        let ran = self.apply();
        assert_eq!(ran.status, 1, "{}", ran.out);
        assert_eq!(self.project.tree(), before, "nothing was written");
        let flat = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
        let printed = flat(&format!("{}{}", ran.out, ran.err));
        for word in words {
            assert!(printed.contains(&flat(word)), "{word}\n{printed}");
        }
        assert!(ran.err.contains("--accept-data-loss"), "{}", ran.err);
    }

    /// `apply` succeeds, keeps the data, and prints that it moved. Removing the entry changes nothing.
    fn moves(&mut self, from: &str, to: &str) {
        let before = self.kept();
        let ran = self.apply();
        assert_eq!(ran.status, 0, "{}", ran.err);
        assert!(ran.out.contains("moved, data kept"), "{}", ran.out);
        assert_eq!(self.kept(), before);
        let fresh = run(&self.project, &["check"]);
        assert_eq!(fresh.status, 0, "the entry stands: {}", fresh.out);
        self.change(&entry(from, to), "");
        let fresh = run(&self.project, &["check"]);
        assert_eq!(fresh.status, 0, "the entry is gone: {}", fresh.out);
    }
}

fn agree(case: &Case) {
    let ran = run(&case.project, &["apply", "--yes", "--accept-data-loss"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
}

fn entry(from: &str, to: &str) -> String {
    format!("[[moved]]\nfrom = \"{from}\"\nto = \"{to}\"\n")
}

#[test]
fn every_runtime_writes_down_what_it_keeps() {
    let kept = Case::new().kept();
    let expected = [
        "cluster mlflow-db-data",
        "cluster models",
        "cluster nightly-run-state",
        "cluster trainer-cache",
        "engine ml_mlflow-db-data",
        "engine ml_models",
        "engine ml_nightly-run-state",
        "engine ml_trainer-cache",
        "host notes",
    ];
    assert_eq!(
        kept.iter().map(String::as_str).collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn a_component_that_is_renamed_keeps_its_data_where_it_is_said_to_have_moved() {
    let mut case = Case::new();
    let (from, to) = ("components.mlflow-db", "components.tracking-db");
    case.change("mlflow-db", "tracking-db").refuses(&[
        "volume `ml_mlflow-db-data`",
        "claim `mlflow-db-data`",
        "volume `ml_tracking-db-data` (components.tracking-db.volumes.data) starts empty",
        "claim `tracking-db-data` (components.tracking-db.volumes.data) starts empty",
        &entry(from, to),
    ]);
    case.write_moved(from, to).moves(from, to);
    let compose = case.project.read("generated/compose/track.yaml");
    assert!(compose.contains("name: ml_mlflow-db-data"), "{compose}");
    let stack = case.project.read("generated/swarm/stack.yaml");
    assert!(stack.contains("name: ml_mlflow-db-data"), "{stack}");
    let values = case.project.read("generated/helm/ml/values.yaml");
    assert!(values.contains("name: mlflow-db-data"), "{values}");
    assert!(
        !values.contains("tracking-db-data\n    component"),
        "{values}"
    );
}

#[test]
fn data_is_protected_in_a_platform_with_only_a_chart() {
    let mut case =
        Case::of(&PLATFORM.replace("\"compose\", \"helm\", \"swarm\", \"airflow\"", "\"helm\""));
    let (from, to) = ("components.mlflow-db", "components.tracking-db");
    case.change("mlflow-db", "tracking-db")
        .refuses(&["claim `mlflow-db-data`", &entry(from, to)]);
    case.write_moved(from, to).moves(from, to);
}

#[test]
fn what_was_moved_twice_keeps_its_first_names() {
    let mut case = Case::new();
    let before = case.kept();
    case.change("trainer", "teacher")
        .write_moved("components.trainer", "components.teacher");
    case.moves("components.trainer", "components.teacher");
    case.change("teacher", "coach")
        .write_moved("components.teacher", "components.coach");
    case.moves("components.teacher", "components.coach");
    assert_eq!(case.kept(), before);
    // A later clone without a manifest needs both.
    let mut other = Case::new();
    other.change("trainer", "coach");
    other.write_moved("components.trainer", "components.teacher");
    other.write_moved("components.teacher", "components.coach");
    let ran = other.apply();
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert_eq!(other.kept(), before);
}

#[test]
fn volumes_pipelines_and_the_platform_move_and_groups_need_nothing() {
    for (old, new, from, to) in [
        (
            "volumes.cache",
            "volumes.scratch",
            "components.trainer.volumes.cache",
            "components.trainer.volumes.scratch",
        ),
        (
            "nightly_run",
            "every_night",
            "pipelines.nightly_run",
            "pipelines.every_night",
        ),
        (
            "name = \"ml\"",
            "name = \"lab\"",
            "platform.ml",
            "platform.lab",
        ),
    ] {
        let mut case = Case::new();
        case.change(old, new)
            .refuses(&["is left behind", &entry(from, to)]);
        case.write_moved(from, to).moves(from, to);
    }
    let mut case = Case::new();
    let before = case.kept();
    case.change("track", "experiments")
        .write_moved("groups.track", "groups.experiments");
    let ran = case.apply();
    assert_eq!((ran.status, case.kept()), (0, before), "{}", ran.err);
}

#[test]
fn another_volume_in_the_place_of_one_is_reported() {
    let mut case = Case::new();
    case.change(
        "mount = \"/cache\", size = \"1Gi\"",
        "mount = \"/cache\", name = \"fast\"",
    )
    .refuses(&[
        "volume `ml_trainer-cache` (components.trainer.volumes.cache) is left behind",
        "volume `fast` stands in its place, and starts empty, unless it is there already",
        "claim `fast` stands in its place, and starts empty, unless it is there already",
        "# leave out: components.trainer.volumes.cache.name",
    ]);
    let mut case = Case::new();
    case.change(
        "mount = \"/cache\", size = \"1Gi\"",
        "mount = \"/cache\", name = \"big\", external = true",
    )
    .refuses(&[
        "+ volume `big` (components.trainer.volumes.cache) is used as it is: nothing here makes it, it has to be there",
        "claim `big` stands in its place, and is used as it is",
    ]);
    let (from, to) = ("components.trainer.volumes.cache", "volumes.cache");
    let mut case = Case::new();
    case.change(
        "mount = \"/cache\", size = \"1Gi\"",
        "mount = \"/cache\", shared = \"cache\"",
    )
    .change("[volumes]\n", "[volumes]\ncache = {}\n")
    .refuses(&[
        "claim `trainer-cache` (components.trainer.volumes.cache) is left behind",
        "volume `ml_cache` stands in its place, and starts empty",
        &entry(from, to),
    ]);
    case.write_moved(from, to).moves(from, to);
    let mut case = Case::new();
    case.change("shared = \"models\"", "size = \"5Gi\"")
        .change("models = { size = \"5Gi\" }\n", "")
        .refuses(&[
            "volume `ml_models` (volumes.models) is left behind",
            "starts empty",
        ]);
}

#[test]
fn what_is_removed_is_reported_and_recorded_after_consent() {
    let mut case = Case::new();
    case.change(
        "kind = \"postgres\"\nversion = \"17.11\"",
        "kind = \"postgres\"\nexternal = { host = \"db.example.com\", port = 5432 }",
    )
    .refuses(&["volume `ml_mlflow-db-data`", "claim `mlflow-db-data`"]);
    let said = case.apply().err;
    assert_eq!(said.matches("[[moved]]").count(), 1, "{said}");
    agree(&case);
    let key = "components.mlflow-db.volumes.data";
    let accepted = case.manifest()["accepted"].clone();
    let names = ["ml_mlflow-db-data", "mlflow-db-data"];
    for (accepted, name) in accepted.as_array().expect("a list").iter().zip(names) {
        assert_eq!(accepted["left_behind"], name);
        assert_eq!(accepted["key"], key);
        assert_eq!(accepted["program"], "postgres 17 (glibc)");
        assert!(accepted["at"].is_array(), "{accepted}");
    }
    assert_eq!(accepted[1]["in"], "cluster");
    assert_eq!(run(&case.project, &["check"]).status, 0);
    // The component comes back, so no data was lost.
    case.change(
        "external = { host = \"db.example.com\", port = 5432 }",
        "version = \"17.11\"",
    );
    let ran = case.apply();
    assert!(
        ran.out.contains("volume `ml_mlflow-db-data` (components.mlflow-db.volumes.data) is there already, with the data of postgres 17"),
        "{}",
        ran.out
    );
    assert_eq!(
        (ran.status, &case.manifest()["accepted"]),
        (0, &serde_json::Value::Null)
    );
}

#[test]
fn another_major_version_over_existing_data_is_asked_for() {
    let mut case = Case::new();
    case.change("17.11", "18.2").refuses(&[
        "volume `ml_mlflow-db-data` (components.mlflow-db.volumes.data) holds data of postgres 17, and postgres 18 is to read it",
        "claim `mlflow-db-data`",
        "pg_dumpall",
        "from 18 on the image keeps its data in a folder of the version's name",
    ]);
    let report = run(&case.project, &["plan", "--format", "json"]).json();
    assert_eq!(report["major_changes"][0]["from"], "postgres 17");
    agree(&case);
    let accepted = case.manifest()["accepted"][0].clone();
    assert_eq!(accepted["upgraded"], "ml_mlflow-db-data");
    assert_eq!(
        (&accepted["from"], &accepted["to"]),
        (&"postgres 17".into(), &"postgres 18".into())
    );
    assert_eq!(run(&case.project, &["check"]).status, 0);
    case.change("18.2", "18.3");
    assert_eq!(case.apply().status, 0, "a minor version asks for nothing");
    case.change("18.3", "16.1").refuses(&[
        "postgres 18, and postgres 16",
        "dump with the newer version",
    ]);
    case.change(
        "kind = \"postgres\"\nversion = \"16.1\"",
        "kind = \"mysql\"",
    )
    .refuses(&["`mysql` can't read what `postgres` wrote"]);
}

#[test]
fn an_environment_is_asked_for_its_own_data() {
    let case = Case::new();
    case.project.write(
        "platform.prod.toml",
        "[components.trainer]\nvolumes.cache.size = \"9Gi\"\n",
    );
    assert_eq!(
        run(&case.project, &["apply", "--all-envs", "--yes"]).status,
        0
    );
    case.project
        .write("platform.prod.toml", "[components]\ntrainer = false\n");
    let ran = run(&case.project, &["apply", "--all-envs", "--yes"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.err.contains("volume `ml-prod_trainer-cache`"),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains("`ml_trainer-cache`"), "{}", ran.err);
}

#[test]
fn an_environment_that_gets_a_name_of_its_own_can_keep_its_volumes() {
    let case = Case::new();
    let apply = || run(&case.project, &["apply", "--env", "prod", "--yes"]);
    case.project
        .write("platform.prod.toml", "[platform]\nname = \"ml\"\n");
    assert_eq!(apply().status, 0);
    case.project.write("platform.prod.toml", "");
    let ran = apply();
    let entry = entry("platform.ml", "platform.ml-prod");
    assert_eq!(ran.status, 1);
    for line in entry.lines() {
        assert!(ran.err.contains(line), "{line}{}", ran.err);
    }
    case.project.write("platform.prod.toml", entry);
    let ran = apply();
    assert_eq!(ran.status, 0, "{}", ran.err);
    let text = case.project.read("generated/prod/compose/track.yaml");
    assert!(text.contains("name: ml-prod\n"), "{text}");
    assert!(text.contains("name: ml_mlflow-db-data\n"), "{text}");
    case.project.write("platform.prod.toml", "");
    assert_eq!(run(&case.project, &["check", "--env", "prod"]).status, 0);
}

#[test]
fn a_run_for_one_target_knows_nothing_of_what_others_keep() {
    let mut case = Case::new();
    let before = case.kept();
    case.change("mlflow-db", "tracking-db");
    let ran = run(&case.project, &["plan", "--target", "swarm"]);
    assert!(
        ran.out.contains("volume `ml_mlflow-db-data`"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("claim `"), "{}", ran.out);
    let ran = run(&case.project, &["apply", "--target", "airflow", "--yes"]);
    assert_eq!((ran.status, case.kept()), (0, before), "{}", ran.err);
}

#[test]
fn an_entry_without_content_is_an_error() {
    for (from, to, words) in [
        (
            "components.trainer",
            "components.mlflow-db",
            "`components.trainer` is still there",
        ),
        (
            "component.old",
            "components.trainer",
            "did you mean `components.old`?",
        ),
        (
            "components.old",
            "groups.track",
            "`components.old` can't become `groups.track`",
        ),
        ("platform", "platform.ml", "`platform` has no old name here"),
    ] {
        let mut case = Case::new();
        case.write_moved(from, to);
        let ran = run(&case.project, &["validate"]);
        assert_eq!(ran.status, 1, "{from} {to}");
        assert!(
            ran.err.contains("bad-move") && ran.err.contains(words),
            "{}",
            ran.err
        );
    }
    let mut case = Case::new();
    case.write_moved("components.old", "components.trainer");
    case.write_moved("components.older", "components.trainer");
    assert!(
        run(&case.project, &["validate"])
            .err
            .contains("`components.trainer` is moved twice")
    );
}

/// Of an image of one's own nothing is known: the plan asks whether it can read what the store wrote.
#[test]
fn a_store_that_becomes_an_image_of_one_s_own_is_asked_for() {
    let mut case = Case::new();
    let store = "kind = \"postgres\"\nversion = \"17.11\"\ngroup = \"track\"\nsettings = { password = \"${secrets.db-password}\" }";
    let own = "image = \"ml/db:1.0\"\ngroup = \"track\"\nenv.PASSWORD = \"${secrets.db-password}\"\n\
               volumes.data = { mount = \"/data\", size = \"20Gi\" }";
    case.change(store, own).refuses(&[
        "volume `ml_mlflow-db-data` (components.mlflow-db.volumes.data) holds data of postgres 17, and another program is to read it",
        "if it can't read what `postgres` wrote",
    ]);
    agree(&case);
    assert_eq!(case.manifest()["accepted"][0]["to"], "another program");
    assert_eq!(run(&case.project, &["check"]).status, 0);
    assert_eq!(case.apply().status, 0, "it is asked for one time");
}
