//! Data that was left behind, as the user agreed, is still there: nothing removes it. Whatever uses its name again meets it.

use super::{Case, agree, entry};
use crate::binary::run;

const STORE: &str = "kind = \"postgres\"\nversion = \"17.11\"";
const ELSEWHERE: &str =
    "kind = \"postgres\"\nexternal = { host = \"db.example.com\", port = 5432 }";

/// A platform whose store was left behind.
fn left() -> Case {
    let mut case = Case::new();
    case.change(STORE, ELSEWHERE);
    agree(&case);
    case
}

/// The same facts as of any other data: what wrote it, what it was made with, where it lies in the volume.
#[test]
fn what_returns_meets_what_was_left_behind() {
    let there = "volume `ml_mlflow-db-data` (components.mlflow-db.volumes.data) is there already, with the data of postgres 17 that was left behind";
    let mut case = left();
    case.change(ELSEWHERE, "kind = \"postgres\"\nversion = \"18.1\"")
        .refuses(&[
            there,
            "volume `ml_mlflow-db-data` (components.mlflow-db.volumes.data) holds data of postgres 17, and postgres 18 is to read it",
            "claim `mlflow-db-data` (components.mlflow-db.volumes.data) holds data of postgres 17",
        ]);
    left()
        .change(ELSEWHERE, "kind = \"mysql\"")
        .refuses(&[
            "`mysql` can't read what `postgres` wrote: remove volume `ml_mlflow-db-data`, which was left behind, or give `components.mlflow-db.volumes.data` another `name`",
        ]);
    let json = run(&case.project, &["plan", "--format", "json"]).json();
    let fresh = &json["volumes_fresh"][0];
    assert_eq!(fresh["begins"], "left_behind");
    assert_eq!(fresh["program"], "postgres 17");
    left()
        .change(ELSEWHERE, STORE)
        .change("settings = {", "settings = { database = \"b\",")
        .refuses(&["was made with `POSTGRES_DB="]);
    // It is used again from here on.
    agree(&case);
    assert_eq!(
        case.manifest()["accepted"][0]["upgraded"],
        "ml_mlflow-db-data"
    );
    case.change("18.1", "18.2");
    assert_eq!(case.apply().status, 0);
}

#[test]
fn a_name_that_is_taken_back_meets_its_own_data() {
    let mut case = Case::new();
    case.change("mlflow-db]", "tracking-db]");
    agree(&case);
    case.change("tracking-db]", "mlflow-db]").refuses(&[
        "volume `ml_mlflow-db-data` (components.mlflow-db.volumes.data) is there already, with the data of postgres 17",
        &entry("components.tracking-db", "components.mlflow-db"),
    ]);
    let mut case = Case::new();
    case.change("\"17.11\"", "\"17.11\"\nvolumes.data.name = \"legacy-one\"");
    agree(&case);
    case.change("\nvolumes.data.name = \"legacy-one\"", "")
        .change("17.11", "18.1")
        .refuses(&["volume `ml_mlflow-db-data` (components.mlflow-db.volumes.data) holds data of postgres 17"]);
}

#[test]
fn a_target_that_comes_back_meets_its_own_data() {
    let mut case = Case::new();
    let (all, less) = ("\"compose\", \"helm\", ", "\"compose\", ");
    case.change(all, less);
    agree(&case);
    case.change("17.11", "18.1");
    agree(&case);
    case.change(less, all).refuses(&[
        "claim `mlflow-db-data` (components.mlflow-db.volumes.data) is there already",
        "claim `mlflow-db-data` (components.mlflow-db.volumes.data) holds data of postgres 17",
    ]);
}

/// A version before this one wrote down the name alone.
#[test]
fn a_name_alone_is_said_too() {
    let mut case = left();
    let mut manifest = case.manifest();
    for line in manifest["accepted"].as_array_mut().expect("a list") {
        let line = line.as_object_mut().expect("a table");
        line.retain(|key, _| ["left_behind", "key", "in"].contains(&key.as_str()));
    }
    let path = "generated/.mlopsgen.json";
    case.project.write(path, manifest.to_string());
    case.change(ELSEWHERE, "kind = \"postgres\"\nversion = \"18.1\"");
    let ran = case.apply();
    let said = "+ volume `ml_mlflow-db-data` (components.mlflow-db.volumes.data) may hold what was left behind, unless you have removed it";
    assert!(ran.out.contains(said), "{}", ran.out);
    assert_eq!(
        (ran.status, &case.manifest()["accepted"]),
        (0, &serde_json::Value::Null)
    );
}

const SHARED: &str = r#"
[platform]
name = "ml"
targets = ["compose", "helm"]

[groups]
main = "Main"

[volumes]
sh = { size = "1Gi" }

[components.y]
image = "ml/y:1.0"
group = "main"

[components.x]
image = "ml/x:1.0"
group = "main"
volumes.w = { mount = "/w", shared = "sh" }
"#;

const DECLARED: &str = "[volumes]\nsh = { size = \"1Gi\" }\n";
const MOUNTED: &str = "volumes.w = { mount = \"/w\", shared = \"sh\" }\n";

/// A volume that one component mounted, and that was left behind.
fn shared_left() -> Case {
    let mut case = Case::of(SHARED);
    case.change(DECLARED, "").change(MOUNTED, "");
    agree(&case);
    case
}

/// Nothing meets what is only declared, and it stays what was left behind.
#[test]
fn a_volume_that_nothing_mounts_does_not_return() {
    let mut case = shared_left();
    case.change("[groups]", "[volumes]\nsh = { size = \"2Gi\" }\n[groups]");
    let ran = case.apply();
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(!ran.out.contains("it was 1Gi"), "{}", ran.out);
    assert_eq!(run(&case.project, &["check"]).status, 0);
    assert_eq!(case.manifest()["accepted"][0]["left_behind"], "ml_sh");
}

/// The loss was agreed to for the component that had it: only where it mounts the data again, it may look elsewhere.
#[test]
fn what_is_gone_is_not_asked_about_again() {
    let used = |mount: &str| format!("volumes.w = {{ mount = \"{mount}\", shared = \"sh\" }}");
    let other = format!("image = \"ml/y:1.0\"\n{}", used("/cache"));
    let mut case = shared_left();
    case.change("[groups]", &format!("{DECLARED}[groups]"))
        .change("image = \"ml/y:1.0\"", &other);
    let ran = case.apply();
    assert_eq!(ran.status, 0, "{}", ran.err);
    let said = "+ volume `ml_sh` (volumes.sh) may hold what was left behind";
    assert!(ran.out.contains(said), "{}", ran.out);
    let again = format!("image = \"ml/x:1.0\"\n{}", used("/other"));
    shared_left()
        .change("[groups]", &format!("{DECLARED}[groups]"))
        .change("image = \"ml/x:1.0\"", &again)
        .refuses(&["`x` has volume `ml_sh` (volumes.sh) at `/w`, and gets it at `/other`"]);
}
