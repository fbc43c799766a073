//! A new name may be that of something which was moved away: its data stays with what was moved.

use std::fs;

use super::{Case, entry};
use crate::binary::run;

const PIPELINE: &str = "image = \"ml/nightly:1.0\"\nvolumes.state = { mount = \"/state\" }\n[pipelines.nightly_run.tasks]\ngo = { run = \"python go.py\" }\n";

/// A rename, the old name taken again, and what the help says to write.
struct Taken {
    from: &'static str,
    to: &'static str,
    /// The words that are renamed, and what they become.
    rename: (&'static str, &'static str),
    /// What has the old name then.
    again: String,
    /// What would be called as the data that stays.
    volume: &'static str,
    /// What the help says, and where to write it.
    line: &'static str,
    place: &'static str,
}

fn all() -> Vec<Taken> {
    vec![
        Taken {
            from: "components.mlflow-db",
            to: "components.tracking-db",
            rename: ("mlflow-db", "tracking-db"),
            again: "[components.mlflow-db]\nkind = \"postgres\"\ngroup = \"track\"\nsettings = { password = \"${secrets.db-password}\" }\n".to_string(),
            volume: "ml_mlflow-db-data",
            line: "volumes.data.name = \"ml-mlflow-db-data\"\n",
            place: "[components.mlflow-db]\n",
        },
        Taken {
            from: "components.trainer.volumes.cache",
            to: "components.trainer.volumes.kept",
            rename: ("volumes.cache = { mount = \"/cache\"", "volumes.kept = { mount = \"/cache\""),
            again: "[components.trainer.volumes.cache]\nmount = \"/new\"\n".to_string(),
            volume: "ml_trainer-cache",
            line: "name = \"ml-trainer-cache\"\n",
            place: "[components.trainer.volumes.cache]\n",
        },
        Taken {
            from: "volumes.models",
            to: "volumes.weights",
            rename: ("models = { size = \"5Gi\" }", "weights = { size = \"5Gi\" }"),
            again: "[volumes.models]\nsize = \"1Gi\"\n[components.reader]\nimage = \"ml/reader:1.0\"\ngroup = \"track\"\nvolumes.models = { mount = \"/m\", shared = \"models\" }\n".to_string(),
            volume: "ml_models",
            line: "name = \"ml-models\"\n",
            place: "[volumes.models]\n",
        },
        Taken {
            from: "pipelines.nightly_run",
            to: "pipelines.each_night",
            rename: ("nightly_run", "each_night"),
            again: format!("[pipelines.nightly_run.volumes.state]\nmount = \"/state\"\n[pipelines.nightly_run]\n{}", PIPELINE.replace("volumes.state = { mount = \"/state\" }\n", "")),
            volume: "ml_nightly-run-state",
            line: "name = \"ml-nightly-run-state\"\n",
            place: "[pipelines.nightly_run.volumes.state]\n",
        },
    ]
}

#[test]
fn what_takes_an_old_name_gets_no_data_of_what_was_moved() {
    for taken in all() {
        let mut case = Case::new();
        case.change(taken.rename.0, taken.rename.1);
        if taken.from == "volumes.models" {
            case.change("shared = \"models\"", "shared = \"weights\"");
        }
        case.write_moved(taken.from, taken.to)
            .moves(taken.from, taken.to);
        let kept = case.kept();
        case.text += &taken.again;
        case.project.write("platform.toml", &case.text);
        let before = case.project.tree();
        let ran = case.apply();
        let clash = format!("two volumes would be called `{}`", taken.volume);
        let help = format!("write `{}` here", taken.line.trim_end());
        ran.failed_with(&["output-clash", &clash, &help]);
        assert_eq!(ran.err.matches("error[").count(), 1, "{}", ran.err);
        assert_eq!(case.project.tree(), before);
        case.change(taken.place, &format!("{}{}", taken.place, taken.line));
        run(&case.project, &["apply", "--yes"]).succeeded();
        let now = case.kept();
        assert!(now.is_superset(&kept), "{now:?}");
        assert_eq!(
            now.len(),
            kept.len() + 2,
            "the new one has its own: {now:?}"
        );
    }
}

/// While the entry stands, the old name can't be taken: the message of the entry leads there.
#[test]
fn an_entry_says_that_the_old_name_is_taken() {
    let mut case = Case::new();
    let (from, to) = ("components.mlflow-db", "components.tracking-db");
    case.change("mlflow-db", "tracking-db")
        .write_moved(from, to);
    case.text += &all().remove(0).again;
    assert!(case.text.contains(&entry(from, to)));
    case.project.write("platform.toml", &case.text);
    run(&case.project, &["apply", "--yes"]).failed_with(&["bad-move", "is still there"]);
}

/// An entry from a name under which nothing was ever applied takes nothing from what the current name has.
#[test]
fn what_was_moved_from_nothing_keeps_its_data() {
    for from in [
        "components.nope",
        "components.trainer.volumes.nope",
        "platform.nope",
    ] {
        let to = match from {
            "components.nope" => "components.mlflow-db",
            "platform.nope" => "platform.ml",
            _ => "components.trainer.volumes.cache",
        };
        let mut case = Case::new();
        let kept = case.kept();
        case.write_moved(from, to);
        let ran = case.apply();
        assert_eq!(ran.status, 0, "{}", ran.err);
        assert_eq!(case.kept(), kept, "{from}");
        let is_told = ran
            .err
            .contains(&format!("nothing was applied as `{from}`"));
        assert!(is_told || from == "platform.nope", "{}", ran.err);
    }
}

/// The advice is what keeps the data: a shared volume that is renamed is a shared volume again.
#[test]
fn a_renamed_shared_volume_is_advised_to_be_the_new_one() {
    let mut case = Case::new();
    let (from, to) = ("volumes.models", "volumes.weights");
    case.change("\nmodels = {", "\nweights = {")
        .change("shared = \"models\"", "shared = \"weights\"")
        .refuses(&[&entry(from, to)]);
    case.write_moved(from, to).moves(from, to);
}

/// What a person wrote for a task is not left where nobody reads it: a pipeline may be renamed, with an entry or without.
#[test]
fn the_bodies_of_a_renamed_pipeline_are_not_left_behind() {
    const WEEKLY: &str = "[platform]\nname = \"p\"\n[pipelines.weekly]\nstart = 2026-01-01\ntasks.check = { stub = true }\n";
    for moved in ["", &entry("pipelines.weekly", "pipelines.training")] {
        let mut case = Case::of(WEEKLY);
        case.project
            .write("dags/weekly/check.py", "def check(context):\n    pass\n");
        case.change("pipelines.weekly", "pipelines.training");
        case.text += moved;
        case.project.write("platform.toml", &case.text);
        case.refuses(&[
            "`dags/training/check.py` is made anew, and nothing reads `dags/weekly/check.py` any more",
            "mkdir -p dags/training && git mv dags/weekly/check.py dags/training/check.py",
        ]);
        let body = case.project.read("dags/weekly/check.py");
        fs::remove_dir_all(case.project.path("dags/weekly")).expect("a folder");
        case.project.write("dags/training/check.py", &body);
        assert_eq!(case.apply().status, 0);
        assert_eq!(case.project.read("dags/training/check.py"), body);
    }
    // A pipeline that is new beside others takes nothing.
    let mut case = Case::of(WEEKLY);
    case.change(
        "[pipelines.weekly]",
        "[pipelines.more]\nstart = 2026-01-01\ntasks.check = { stub = true }\n[pipelines.weekly]",
    );
    assert_eq!(case.apply().status, 0);
}

/// What an image reads at its first start alone is asked for once: the manifest says that a person agreed.
#[test]
fn another_name_of_a_database_is_asked_for_once() {
    let mut case = Case::new();
    case.change(
        "settings = { password",
        "settings = { database = \"tracking\", password",
    );
    case.refuses(&[
        "volume `ml_mlflow-db-data` (components.mlflow-db.volumes.data) was made with `POSTGRES_DB=postgres`",
        "ALTER DATABASE",
    ]);
    let ran = run(&case.project, &["apply", "--yes", "--accept-data-loss"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let accepted = case.manifest()["accepted"].clone();
    assert!(
        accepted.to_string().contains("POSTGRES_DB=tracking"),
        "{accepted}"
    );
    assert_eq!(run(&case.project, &["check"]).status, 0);
    case.change("ml/trainer:1.0", "ml/trainer:1.1");
    assert_eq!(case.apply().status, 0);
}
