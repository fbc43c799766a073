//! Data that stays, and whose program would look elsewhere.

use super::{Case, PLATFORM};
use crate::binary::run;

/// The data stays, and its program would look elsewhere: asked for, and recorded after consent. The way back asks again: what was
/// written meanwhile lies there.
#[test]
fn a_program_that_is_led_elsewhere_is_asked_for_and_recorded() {
    let mut case = Case::new();
    let version = "version = \"17.11\"";
    let led = format!("{version}\nenv.PGDATA = \"/var/lib/postgresql/data/new\"");
    case.change(version, &led).refuses(&[
        "! `mlflow-db` keeps its data at the top of volume `ml_mlflow-db-data` (components.mlflow-db.volumes.data), and is to look in the folder `new` of it: it starts empty (compose, swarm)",
        "and is to look in the folder `data/new` of it: it starts empty (helm)",
        "bring the data to the new place",
    ]);
    let json = run(&case.project, &["plan", "--format", "json"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let displaced = json["displaced"].as_array().expect("a list");
    assert_eq!(displaced.len(), 2, "{json}");
    assert_eq!(displaced[0]["to"]["folder"], "new", "{json}");
    let saved = run(&case.project, &["plan", "--out", "saved.json"]);
    assert_eq!(saved.status, 0, "{}", saved.err);
    let ran = run(&case.project, &["apply", "saved.json"]);
    assert!(ran.err.contains("--accept-data-loss"), "{}", ran.err);
    let ran = run(&case.project, &["apply", "--yes", "--accept-data-loss"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let key = "components.mlflow-db.volumes.data";
    let expected = serde_json::json!([
        { "displaced": "ml_mlflow-db-data", "key": key, "workload": "mlflow-db", "from": "at the top", "to": "in the folder `new`" },
        { "displaced": "mlflow-db-data", "key": key, "in": "cluster", "workload": "mlflow-db", "from": "in the folder `data`", "to": "in the folder `data/new`" },
    ]);
    assert_eq!(case.manifest()["accepted"], expected);
    assert_eq!(run(&case.project, &["check"]).status, 0);
    case.change(&led, version)
        .refuses(&["is to look at the top of it: it starts empty"]);
}

/// A manifest that an earlier version wrote has no places, and says nothing of drivers: nothing is asked for the new facts alone.
#[test]
fn a_manifest_without_places_asks_for_nothing() {
    let driver = "[raw.compose.volumes.trainer-cache]\ndriver_opts = { type = \"none\", o = \"bind\", device = \"/srv\" }\n";
    let mut case = Case::of(&format!("{PLATFORM}{driver}"));
    let text = case.project.read("generated/.mlopsgen.json");
    assert!(
        text.contains("\"at\":[") && text.contains("\"backing\":"),
        "{text}"
    );
    let mut manifest = case.manifest();
    for volume in manifest["volumes"].as_array_mut().expect("a list") {
        let volume = volume.as_object_mut().expect("a table");
        volume.remove("at");
        volume.remove("backing");
    }
    case.project
        .write("generated/.mlopsgen.json", manifest.to_string());
    case.change("ml/trainer:1.0", "ml/trainer:1.1");
    let ran = case.apply();
    assert_eq!(ran.status, 0, "{}", ran.err);
    // Compose's volume with a driver, and the stack's without one, are two.
    let text = case.project.read("generated/.mlopsgen.json");
    assert_eq!(text.matches("\"at\":[").count(), 10, "{text}");
}

/// A raw list replaces the mounts of the model: the folder of the data is then mounted nowhere, though platform.toml names it.
#[test]
fn a_raw_list_that_leaves_a_folder_out_is_asked_for() {
    let mut case = Case::of(&PLATFORM.replace(", \"swarm\"", ""));
    let typed = "volumes.notes = { mount = \"/notes\", source = \"notes\", data = true }\n";
    let raw = format!("{typed}compose.volumes = [\"/srv/all:/notes\"]\n");
    case.change(typed, &raw).refuses(&[
        "nothing would use the data of folder `notes`",
        "# components.trainer.compose.volumes: mount `notes` as before",
    ]);
}
