//! A saved plan in another checkout: it names none, and holds where the checkout's own plan is the same.

use std::collections::BTreeMap;

use crate::{binary::run, support::folder::Folder};

const PLATFORM: &str = r#"include = ["more.toml"]
[platform]
name = "demo"
[groups]
g = "G"
[components.api]
image = "a/api:1"
group = "g"
files."/etc/api.conf" = { source = "api.conf" }
[pipelines.nightly]
image = "a/nightly:1"
tasks.go = { stub = true }
"#;

/// A project with a change that is planned and not applied.
fn files() -> BTreeMap<String, Vec<u8>> {
    let project = Folder::new();
    for (path, text) in [
        ("platform.toml", PLATFORM),
        (
            "more.toml",
            "[components.db]\nimage = \"a/db:1\"\ngroup = \"g\"\nvolumes.data = \"/data\"\n",
        ),
        ("api.conf", "a = 1\n"),
        ("mlopsgen/templates/own/owners.txt", "<{ platform.name }>\n"),
        (
            "platform.prod.toml",
            "[components.api]\nimage = \"a/api:3\"\n",
        ),
    ] {
        let text = text.replace("\"/data\"", "{ mount = \"/data\" }");
        project.write(path, text);
    }
    let ran = run(&project, &["apply", "--yes", "-q"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    project.write("platform.toml", PLATFORM.replace("a/api:1", "a/api:2"));
    let ran = run(&project, &["plan", "--out", "today.plan"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    project.tree()
}

fn copy(files: &BTreeMap<String, Vec<u8>>) -> Folder {
    let copy = Folder::new();
    for (path, bytes) in files {
        copy.write(path, bytes);
    }
    copy
}

/// The tree after `apply` with these arguments; `None` where it refuses, and has written nothing.
fn applied(
    files: &BTreeMap<String, Vec<u8>>,
    arguments: &[&str],
) -> Option<BTreeMap<String, Vec<u8>>> {
    let project = copy(files);
    let ran = run(&project, arguments);
    match ran.status {
        0 => Some(project.tree()),
        _ => {
            assert_eq!(project.tree(), *files, "{}", ran.err);
            None
        }
    }
}

#[test]
fn a_saved_plan_does_elsewhere_what_the_own_plan_does_or_nothing() {
    let files = files();
    let planned = ["apply", "today.plan", "-q"];
    let own = ["apply", "--yes", "-q"];
    // CI plans in one checkout and applies in another.
    let expected = applied(&files, &own);
    assert!(expected.is_some());
    assert_eq!(applied(&files, &planned), expected);
    let manifest = String::from_utf8(files["generated/.mlopsgen.json"].clone()).expect("text");
    for (path, old, new) in [
        ("platform.toml", "a/api:2", "a/api:4"),
        ("platform.toml", "\"demo\"", "\"demi\""),
        // It changes nothing that is written, and the plan was read beside another text.
        ("platform.toml", "[groups]", "# a remark\n[groups]"),
        ("more.toml", "a/db:1", "a/db:2"),
        ("more.toml", "/data\"", "/other\""),
        ("api.conf", "a = 1", "a = 2"),
        ("generated/compose/g.yaml", "a/api:1", "a/api:0"),
        ("generated/.mlopsgen.json", "demo_db-data", "demo_db-date"),
        (
            "generated/.mlopsgen.json",
            &manifest[2..40],
            "\"version\": \"0.0.1\", \"files\": [], \"x\"",
        ),
    ] {
        let mut other = files.clone();
        let text = String::from_utf8(other[path].clone()).expect("text");
        assert!(text.contains(old), "{path}: {old}");
        other.insert(path.to_string(), text.replacen(old, new, 1).into_bytes());
        assert_eq!(applied(&other, &planned), None, "{path}: {old}");
    }
    for gone in [
        "more.toml",
        "api.conf",
        "generated/compose/g.yaml",
        "generated/.mlopsgen.json",
        "dags/nightly/go.py",
    ] {
        let mut other = files.clone();
        assert!(other.remove(gone).is_some(), "{gone}");
        assert_eq!(applied(&other, &planned), None, "{gone}");
    }
    // What nothing asks for changes nothing.
    let mut other = files.clone();
    other.insert("README.md".to_string(), b"# another project\n".to_vec());
    let expected = applied(&other, &own);
    assert!(expected.is_some());
    assert_eq!(applied(&other, &planned), expected);
}
