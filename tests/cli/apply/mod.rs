//! The files that `apply` owns and those that it leaves alone, and the state after a killed run.

mod elsewhere;
mod interrupted;
mod manifest;

use std::{
    collections::BTreeSet,
    fs,
    time::{Duration, SystemTime},
};

use crate::support::planning::{Project, files, with_stub, with_volume};
use mlopsgen::{
    disk::{Lock, Transaction},
    files::Target,
    plan::{Force, SavedPlan, fingerprint},
};

const NONE: [String; 0] = [];

#[test]
fn a_first_run_writes_all_files_and_a_sorted_manifest_with_one_line_a_file() {
    let project = Project::new();
    let wanted = with_volume(
        files([("docs/b.md", "b\n"), ("compose/a.yaml", "a\r\n")]),
        "demo_redis-data",
    );
    assert_eq!(
        project.summary(&wanted),
        ["+ compose/a.yaml", "+ docs/b.md"]
    );
    project.apply_cleanly(&wanted);
    let (a, b) = (fingerprint(b"a\n"), fingerprint(b"b\n"));
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(
        r#"{{
  "version": "{version}",
  "format": 1,
  "files": [
    {{"path":"compose/a.yaml","sha256":"{a}"}},
    {{"path":"docs/b.md","sha256":"{b}"}}
  ],
  "volumes": [
    {{"name":"demo_redis-data","key":"components.redis.volumes.data"}}
  ]
}}
"#
    );
    assert_eq!(project.manifest(), expected);
    assert_eq!(project.tree().len(), 3, "{:?}", project.tree().keys());
    assert!(project.plan(&wanted).is_ok_and(|plan| plan.is_empty()));
}

#[test]
fn changed_files_are_replaced_orphans_go_and_their_folders_with_them() {
    let project = Project::new();
    project.apply_cleanly(&files([
        ("compose/a.yaml", "1\n"),
        ("helm/x/templates/a.yaml", "1\n"),
    ]));
    let wanted = files([("compose/a.yaml", "2\n")]);
    assert_eq!(
        project.summary(&wanted),
        ["~ compose/a.yaml", "- helm/x/templates/a.yaml"]
    );
    project.apply_cleanly(&wanted);
    assert_eq!(project.read("generated/compose/a.yaml"), "2\n");
    assert!(!project.exists("generated/helm"));
}

#[test]
fn a_file_that_is_as_it_should_be_is_not_even_touched() {
    let project = Project::new();
    project.apply_cleanly(&files([
        ("compose/a.yaml", "1\n"),
        ("compose/b.yaml", "1\n"),
    ]));
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let path = project.path("generated/compose/a.yaml");
    let file = fs::File::options()
        .write(true)
        .open(&path)
        .expect("the file");
    file.set_modified(long_ago).expect("a time");
    project.apply_cleanly(&files([
        ("compose/a.yaml", "1\n"),
        ("compose/b.yaml", "2\n"),
    ]));
    let modified = fs::metadata(&path).and_then(|metadata| metadata.modified());
    assert_eq!(modified.ok(), Some(long_ago));
}

#[test]
fn windows_line_ends_are_no_edit() {
    let project = Project::new();
    project.apply_cleanly(&files([
        ("compose/a.yaml", "1\n2\n"),
        ("docs/b.md", "1\n2\n"),
    ]));
    let manifest = project.manifest().replace('\n', "\r\n");
    project.write("generated/.mlopsgen.json", manifest);
    project.write("generated/compose/a.yaml", "1\r\n2\r\n");
    project.write("generated/docs/b.md", "1\r\n2\r\n");
    let same = files([("compose/a.yaml", "1\n2\n"), ("docs/b.md", "1\n2\n")]);
    assert!(project.plan(&same).is_ok_and(|plan| plan.is_empty()));
    let changed = files([("compose/a.yaml", "1\n3\n")]);
    assert_eq!(
        project.summary(&changed),
        ["~ compose/a.yaml", "- docs/b.md"]
    );
}

#[test]
fn what_was_edited_by_hand_is_kept_unless_forced() {
    let project = Project::new();
    project.apply_cleanly(&files([("compose/a.yaml", "1\n"), ("docs/b.md", "1\n")]));
    project.write("generated/compose/a.yaml", "mine\n");
    project.write("generated/docs/b.md", "mine\n");
    let before = project.tree();
    let wanted = files([("compose/a.yaml", "1\n"), ("compose/c.yaml", "1\n")]);
    assert_eq!(
        project.summary(&wanted),
        [
            "~ compose/a.yaml edited",
            "+ compose/c.yaml",
            "- docs/b.md edited"
        ]
    );
    let refused = project.apply(&wanted, Force::No);
    assert_eq!(
        refused,
        Ok(vec!["compose/a.yaml".to_string(), "docs/b.md".to_string()])
    );
    assert_eq!(project.tree(), before);
    assert_eq!(project.apply(&wanted, Force::Yes), Ok(Vec::new()));
    assert_eq!(project.read("generated/compose/a.yaml"), "1\n");
    assert!(!project.exists("generated/docs"));
}

#[test]
fn an_edit_that_is_what_this_run_would_write_is_none() {
    let project = Project::new();
    project.apply_cleanly(&files([("compose/a.yaml", "1\n")]));
    project.write("generated/compose/a.yaml", "2\r\n");
    let wanted = files([("compose/a.yaml", "2\n")]);
    assert_eq!(project.summary(&wanted), NONE);
    project.apply_cleanly(&wanted);
    assert_eq!(project.read("generated/compose/a.yaml"), "2\r\n");
    assert!(project.manifest().contains(&fingerprint(b"2\n")));
    assert!(project.plan(&wanted).is_ok_and(|plan| plan.is_empty()));
}

#[test]
fn a_file_that_was_never_written_is_not_overwritten_unless_forced() {
    let project = Project::new();
    project.write("generated/compose/a.yaml", "theirs\n");
    let wanted = files([("compose/a.yaml", "1\n")]);
    assert_eq!(project.summary(&wanted), ["~ compose/a.yaml not-ours"]);
    assert_eq!(
        project.apply(&wanted, Force::No),
        Ok(vec!["compose/a.yaml".to_string()])
    );
    assert_eq!(project.tree().len(), 1);
    assert_eq!(project.apply(&wanted, Force::Yes), Ok(Vec::new()));
    assert_eq!(project.read("generated/compose/a.yaml"), "1\n");
}

#[test]
fn foreign_files_are_listed_and_change_nothing() {
    let project = Project::new();
    project.write("generated/helm/notes.txt", "x");
    project.write("generated/compose/.env", "SECRET=x");
    project.apply_cleanly(&files([("helm/a.yaml", "1\n")]));
    let nothing = files([]);
    let plan = project
        .plan(&files([("helm/a.yaml", "1\n")]))
        .expect("a plan");
    assert_eq!(plan.foreign, ["helm/notes.txt"]);
    assert!(plan.is_empty());
    project.apply_cleanly(&nothing);
    assert_eq!(project.read("generated/helm/notes.txt"), "x");
    assert_eq!(project.read("generated/compose/.env"), "SECRET=x");
    assert!(!project.exists("generated/helm/a.yaml"));
}

#[test]
fn files_of_targets_that_the_flag_leaves_out_are_left_alone() {
    let mut project = Project::new();
    let all = with_volume(
        files([
            ("compose/a.yaml", "1\n"),
            ("config/redis/redis.conf", "1\n"),
            ("helm/a.yaml", "1\n"),
            (".gitattributes", "1\n"),
        ]),
        "demo_redis-data",
    );
    project.apply_cleanly(&all);
    project.selected = Some(BTreeSet::from([Target::Helm]));
    let helm = files([("helm/b.yaml", "1\n"), (".gitattributes", "1\n")]);
    assert_eq!(project.summary(&helm), ["- helm/a.yaml", "+ helm/b.yaml"]);
    assert!(
        project
            .plan(&helm)
            .is_ok_and(|plan| plan.data.left.is_empty())
    );
    project.apply_cleanly(&helm);
    assert!(project.exists("generated/compose/a.yaml"));
    for kept in [
        "compose/a.yaml",
        "config/redis/redis.conf",
        "helm/b.yaml",
        "demo_redis-data",
    ] {
        assert!(project.manifest().contains(kept), "{kept}");
    }
    // Without the flag, files that no target of the platform generates are removed.
    project.selected = None;
    assert_eq!(
        project.summary(&helm),
        ["- compose/a.yaml", "- config/redis/redis.conf"]
    );
}

#[test]
fn a_removed_volume_is_reported() {
    let project = Project::new();
    project.apply_cleanly(&with_volume(
        files([("compose/a.yaml", "1\n")]),
        "demo_redis-data",
    ));
    let wanted = with_volume(files([("compose/a.yaml", "1\n")]), "demo_cache-data");
    let plan = project.plan(&wanted).expect("a plan");
    let names: Vec<&str> = plan
        .data
        .left
        .iter()
        .map(|left| left.data.name.as_str())
        .collect();
    assert_eq!(names, ["demo_redis-data"]);
    assert!(!plan.is_empty());
}

#[test]
fn stubs_are_created_once_and_never_listed() {
    let project = Project::new();
    let wanted = with_stub(
        files([("airflow/dags/p.py", "1\n")]),
        "dags/p/notify.py",
        "pass\n",
    );
    project.apply_cleanly(&wanted);
    assert_eq!(project.read("dags/p/notify.py"), "pass\n");
    assert!(!project.manifest().contains("notify"));
    project.write("dags/p/notify.py", "mine\n");
    assert!(project.plan(&wanted).is_ok_and(|plan| plan.is_empty()));
    project.apply_cleanly(&files([]));
    assert_eq!(project.read("dags/p/notify.py"), "mine\n");
}

#[test]
fn an_environment_has_a_folder_and_a_manifest_of_its_own() {
    let mut project = Project::new();
    let wanted = files([("compose/a.yaml", "1\n")]);
    project.apply_cleanly(&wanted);
    project.environment = Some("prod".to_string());
    project.apply_cleanly(&wanted);
    assert!(project.exists("generated/prod/.mlopsgen.json"));
    project.environment = None;
    let plan = project.plan(&wanted).expect("a plan");
    assert!(plan.is_empty() && plan.foreign.is_empty(), "{plan:?}");
}

#[test]
fn a_folder_where_a_file_must_be_stops_everything() {
    let project = Project::new();
    project.write("generated/compose/a.yaml/keep", "x");
    project.write("generated/docs", "x");
    let wanted = files([
        ("compose/a.yaml", "1\n"),
        ("docs/b.md", "1\n"),
        ("helm/c", "1\n"),
    ]);
    assert_eq!(
        project.summary(&wanted),
        [
            "+ compose/a.yaml folder",
            "+ docs/b.md below-file",
            "+ helm/c"
        ]
    );
    let refused = project.apply(&wanted, Force::Yes);
    assert_eq!(
        refused,
        Ok(vec!["compose/a.yaml".to_string(), "docs/b.md".to_string()])
    );
    assert!(!project.exists("generated/helm"));
}

#[test]
fn an_owned_file_and_an_owned_folder_replace_each_other() {
    let project = Project::new();
    let folder = files([("config/a/x.conf", "1\n"), ("config/b", "1\n")]);
    let file = files([("config/a", "2\n"), ("config/b/y.conf", "2\n")]);
    project.apply_cleanly(&folder);
    project.apply_cleanly(&file);
    assert_eq!(project.read("generated/config/a"), "2\n");
    assert_eq!(project.read("generated/config/b/y.conf"), "2\n");
    project.apply_cleanly(&folder);
    assert_eq!(project.read("generated/config/a/x.conf"), "1\n");
}

#[cfg(unix)]
#[test]
fn nothing_is_written_or_removed_through_a_link() {
    use std::os::unix::fs::symlink;
    let project = Project::new();
    let outside = Project::new();
    let before = files([("compose/a.yaml", "1\n"), ("docs/b.md", "1\n")]);
    project.apply_cleanly(&before);
    outside.write("a.yaml", "1\n");
    outside.write("b.md", "1\n");
    fs::remove_dir_all(project.path("generated/compose")).expect("a folder to remove");
    symlink(outside.path(""), project.path("generated/compose")).expect("a link");
    project.remove("generated/docs/b.md");
    symlink(outside.path("b.md"), project.path("generated/docs/b.md")).expect("a link");
    let wanted = files([("compose/a.yaml", "2\n"), ("compose/new.yaml", "2\n")]);
    assert_eq!(
        project.summary(&wanted),
        [
            "+ compose/a.yaml link",
            "+ compose/new.yaml link",
            "- docs/b.md link"
        ]
    );
    let refused = project.apply(&wanted, Force::Yes);
    assert_eq!(refused.map(|refused| refused.len()), Ok(3));
    assert_eq!(outside.tree().len(), 2);
    assert_eq!(outside.read("a.yaml"), "1\n");
}

#[cfg(unix)]
#[test]
fn an_output_folder_that_is_a_link_out_of_the_project_is_refused() {
    use std::os::unix::fs::symlink;
    let outside = Project::new();
    for link in ["generated", "generated/prod", "generated/.mlopsgen"] {
        let mut project = Project::new();
        project.environment = Some("prod".to_string());
        let path = project.path(link);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        symlink(outside.path(""), path).expect("a link");
        let failure = project
            .apply(&files([("compose/a.yaml", "1\n")]), Force::Yes)
            .err();
        assert!(
            failure.is_some_and(|failure| failure.message.contains("symbolic link")),
            "{link}"
        );
    }
    assert!(outside.tree().is_empty());
}

#[test]
fn a_saved_plan_holds_only_as_long_as_nothing_changed() {
    let project = Project::new();
    project.apply_cleanly(&files([("compose/a.yaml", "1\n")]));
    let wanted = files([("compose/a.yaml", "2\n")]);
    let save = |wanted| {
        let plan = project.plan(wanted).expect("a plan");
        SavedPlan::new(&plan, "platform.toml", None, None)
    };
    let saved = SavedPlan::parse(&save(&wanted).render()).expect("a saved plan");
    assert_eq!(saved.differences(&save(&wanted)), NONE);
    let other = files([("compose/a.yaml", "3\n")]);
    assert_eq!(
        saved.differences(&save(&other)),
        ["compose/a.yaml", ".mlopsgen.json"]
    );
    project.write("generated/compose/a.yaml", "mine\n");
    assert_eq!(saved.differences(&save(&wanted)), ["compose/a.yaml"]);
    project.write("generated/compose/a.yaml", "1\n");
    assert_eq!(saved.differences(&save(&wanted)), NONE);
    project.apply_cleanly(&wanted);
    assert!(!saved.differences(&save(&wanted)).is_empty());
}

#[test]
fn what_is_edited_between_plan_and_write_stops_the_write() {
    let project = Project::new();
    let place = project.place().expect("a place");
    project.apply_cleanly(&files([("compose/a.yaml", "1\n")]));
    let lock = Lock::acquire(&place, |_| {}).expect("the lock");
    let wanted = files([("compose/a.yaml", "2\n"), ("compose/b.yaml", "2\n")]);
    let plan = project.plan_with(&wanted, Some(&lock)).expect("a plan");
    project.write("generated/compose/a.yaml", "mine\n");
    let failure = Transaction::prepare(&plan, &place, &lock).err();
    assert!(failure.is_some_and(|failure| failure.message.contains("`compose/a.yaml`")));
    assert_eq!(project.read("generated/compose/a.yaml"), "mine\n");
}
