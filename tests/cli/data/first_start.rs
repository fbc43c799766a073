//! What a program reads only while it has no data, and what an earlier version did not write down.

use super::{Case, PLATFORM};
use crate::binary::run;

const FOLDER: &str = "/docker-entrypoint-initdb.d";

fn with_scripts() -> Case {
    let scripts = format!(
        "settings = {{ password = \"${{secrets.db-password}}\" }}\n\
         files.\"{FOLDER}/1.sql\" = {{ content = \"CREATE TABLE a (b int);\" }}\n\
         files.\"/etc/other.sql\" = {{ content = \"one\" }}\n"
    );
    let settings = "settings = { password = \"${secrets.db-password}\" }\n";
    Case::of(&PLATFORM.replace(settings, &scripts))
}

#[test]
fn a_script_of_the_first_start_that_changes_is_told() {
    let mut case = with_scripts();
    let told = format!(
        "~ `mlflow-db` reads `{FOLDER}/1.sql` only while it has no data, and volume `ml_mlflow-db-data` has some"
    );
    let plan = run(&case.project, &["plan"]).out;
    assert!(!plan.contains("only while it has no data"), "{plan}");
    case.change("b int", "b text");
    let json = run(&case.project, &["plan", "--format", "json"]).json();
    let notice = &json["notices"][0];
    assert_eq!(notice["what"], "not_run", "{json}");
    assert_eq!(notice["component"], "mlflow-db", "{json}");
    let ran = case.apply();
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.contains(&told), "{told}\n{}", ran.out);
    assert!(
        ran.out.contains("claim `mlflow-db-data` has some"),
        "{}",
        ran.out
    );
    // Told once; a new script is one that does not run either, another file is none.
    assert_eq!(run(&case.project, &["check"]).status, 0);
    case.change("\"one\"", "\"two\"");
    let ran = case.apply();
    assert!(
        !ran.out.contains("only while it has no data"),
        "{}",
        ran.out
    );
    let second =
        format!("files.\"{FOLDER}/2.sh\" = {{ content = \"echo\" }}\nfiles.\"/etc/other.sql\"");
    case.change("files.\"/etc/other.sql\"", &second);
    let ran = case.apply();
    assert!(
        ran.out.contains(&told.replace("1.sql", "2.sh")),
        "{}",
        ran.out
    );
}

/// Nothing was written down that could be compared: it is said, once, and nothing is asked for the new facts alone.
#[test]
fn a_manifest_of_an_earlier_version_is_told() {
    let mut case = with_scripts();
    let manifest = case.project.read("generated/.mlopsgen.json");
    let line = "  \"format\": 1,\n";
    let earlier = manifest.replace(line, "");
    assert_ne!(earlier, manifest);
    case.project.write("generated/.mlopsgen.json", &earlier);
    let told = "is of an earlier version, which wrote down less of the data";
    let ran = run(&case.project, &["plan"]);
    assert!(ran.out.contains(told), "{}", ran.out);
    // Of targets that are left out it tells what it told.
    assert_eq!(
        run(&case.project, &["apply", "--yes", "--target", "docs"]).status,
        0
    );
    case.change("b int", "b text");
    let ran = case.apply();
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.contains(told), "{}", ran.out);
    assert!(
        !ran.out.contains("only while it has no data"),
        "{}",
        ran.out
    );
    let ran = run(&case.project, &["plan"]);
    assert!(!ran.out.contains(told), "{}", ran.out);
    assert!(case.project.read("generated/.mlopsgen.json").contains(line));
}
