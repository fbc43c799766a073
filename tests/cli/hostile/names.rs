//! Paths and names with a special meaning for a file system, git, Windows or a terminal.

use std::fs;

use super::Hostile;

#[test]
fn a_path_in_a_container_is_plain_where_it_is_written() {
    let long = format!("/etc/{}", "x".repeat(256));
    for path in [
        "/etc//b",
        "/etc/./b",
        "/etc/b\\\\c",
        "/etc/b/",
        "/etc/con",
        "/etc/nul.conf",
        "/etc/b.",
        "/etc/b\\u202ec",
        "/.git/config",
        "/etc/.GIT",
        "/etc/git~1/hooks/x",
        "/etc/b\\nc",
        &long,
    ] {
        let hostile = Hostile::new(&format!("files.\"{path}\" = {{ content = \"x\" }}\n"));
        let ran = hostile.run(&["apply", "--yes"]);
        ran.failed_with(&["bad-name", "platform.toml:11"]);
        assert!(!hostile.exists("generated"), "{path}");
    }
    let both = "files.\"/a\" = { content = \"x\" }\nfiles.\"/A/b\" = { content = \"x\" }\n";
    let ran = Hostile::new(both).run(&["validate"]);
    ran.failed_with(&["output-clash", "`/A/b` lies below `/a`, which is a file"]);
}

#[test]
fn what_is_accepted_can_be_applied_twice_and_checked() {
    let name = "x".repeat(255);
    let more = format!(
        "files.\"/etc/{name}\" = {{ content = \"x\" }}\nfiles.\"/etc/ä b\" = {{ content = \"x\" }}\n\
         volumes.data = {{ mount = \"/data/\", size = \"1Gi\" }}\n"
    );
    let hostile = Hostile::new(&more);
    for arguments in [
        &["apply", "--yes"] as &[&str],
        &["apply", "--yes"],
        &["check"],
    ] {
        hostile.run(arguments).succeeded();
    }
    let compose = hostile.read("generated/compose/main.yaml");
    assert!(
        compose.contains("/data") && !compose.contains("/data/"),
        "{compose}"
    );
}

#[test]
fn no_template_writes_what_git_or_a_run_takes_for_its_own() {
    for name in [
        "commondir",
        "HEAD",
        ".git/config",
        "docs/.git/config",
        "hooks/post-checkout",
        ".mlopsgen/lock",
        ".mlopsgen.json",
        "prod/.mlopsgen.json",
        "compose/.env",
        "docs/aux.md",
    ] {
        let hostile = Hostile::new("");
        hostile.write(&format!("mlopsgen/templates/{name}"), "x");
        let ran = hostile.run(&["apply", "--yes"]);
        ran.failed_with(&["bad-template", name, "give the template another name"]);
        assert!(!hostile.exists("generated"), "{name}");
    }
}

#[test]
fn a_manifest_lists_no_file_of_a_run() {
    for path in [
        ".mlopsgen/lock",
        "compose/.env",
        "../x",
        "prod/.mlopsgen.json",
    ] {
        let hostile = Hostile::new("");
        let sha256 = "0".repeat(64);
        let line = format!("{{\"path\": \"{path}\", \"sha256\": \"{sha256}\"}}");
        let text = format!("{{\"version\": \"0.1.0\", \"files\": [{line}], \"volumes\": []}}");
        hostile.write("generated/.mlopsgen.json", text);
        hostile
            .run(&["apply", "--yes", "--force"])
            .failed_with(&["is not a manifest"]);
    }
}

/// A name of the user's becomes that of a file.
#[test]
fn names_of_windows_devices_are_refused() {
    let more = "[components.aux]\nimage = \"a:1\"\ngroup = \"con\"\n[pipelines.NUL]\nimage = \"p:1\"\n\
                [pipelines.NUL.tasks]\ncom1 = { run = \"x\" }\n[ci.prn]\n[[ci.prn.stages]]\nname = \"s\"\nrun = [\"x\"]\n\
                [groups.con]\ndescription = \"x\"\n";
    let hostile = Hostile::new(more);
    hostile.write("platform.lpt1.toml", "");
    let words = [
        "`aux` can't be the name of a component",
        "`con` can't be the name of a group",
        "`NUL` can't be the name of a pipeline",
        "`com1` can't be the name of a task",
        "`prn` can't be the name of a CI entry",
    ];
    hostile.run(&["validate"]).failed_with(&words);
    hostile
        .run(&["validate", "--env", "lpt1"])
        .failed_with(&["`lpt1` can't be the name of an environment"]);
}

/// A folder `.git` below `generated/` is a repository, and its settings name programs.
#[test]
fn no_generated_file_makes_a_git_repository() {
    let hostile = Hostile::new("files.\"/etc/x\" = { source = \"conf\" }\n");
    hostile.write("conf/.git/config", "[core]\nfsmonitor = x\n");
    let ran = hostile.run(&["apply", "--yes"]);
    ran.failed_with(&["conf/.git/config", "has a name that git takes for its own"]);
    assert!(!hostile.exists("generated"));
}

/// A folder with `HEAD`, `objects` and `refs` is one, too, whatever it is called and however its files come there.
#[test]
fn no_generated_files_make_a_git_repository_together() {
    let folder = [
        ("HEAD", "ref: refs/heads/main\n"),
        (
            "config",
            "[core]\n\tbare = false\n\tworktree = .\n\tfsmonitor = \"touch x; false\"\n",
        ),
        ("objects/a", "x"),
        ("refs/a", "x"),
    ];
    let content =
        |(name, text): &(&str, &str)| format!("files.\"/x/{name}\" = {{ content = {text:?} }}\n");
    let contents: String = folder.iter().map(content).collect();
    let in_files = Hostile::new(&contents);
    in_files.run(&["apply", "--yes"]).failed_with(&[
        "bad-name",
        "config/web/x",
        "platform.toml:11",
    ]);
    let as_source = Hostile::new("files.\"/etc/x\" = { source = \"conf\" }\n");
    let in_template = Hostile::new("");
    for (name, text) in folder {
        as_source.write(&format!("conf/d/{name}"), text);
        in_template.write(&format!("mlopsgen/templates/compose/{name}"), text);
    }
    as_source
        .run(&["apply", "--yes"])
        .failed_with(&["files/project/conf/d", "platform.toml:11"]);
    in_template
        .run(&["apply", "--yes"])
        .failed_with(&["`compose`", "mlopsgen/templates/compose/HEAD"]);
    let in_chart = Hostile::new("");
    in_chart.write("mlopsgen/templates/helm/a/HEAD", "ref: refs/heads/main\n");
    in_chart.write("mlopsgen/templates/helm/a/commondir", "../b");
    in_chart
        .run(&["apply", "--yes"])
        .failed_with(&["`helm/demo/a`", "mlopsgen/templates/helm/a/HEAD"]);
    for hostile in [in_files, as_source, in_template, in_chart] {
        assert!(!hostile.exists("generated"));
    }
    // One name of these alone is a file like others.
    let plain = Hostile::new(
        "files.\"/x/HEAD\" = { content = \"ref: x\" }\nfiles.\"/x/refs\" = { content = \"x\" }\n",
    );
    plain.run(&["apply", "--yes"]).succeeded();
    // So is one that says something else than git's.
    let headings = Hostile::new(&contents.replace("ref: refs", "# refs"));
    headings.run(&["apply", "--yes"]).succeeded();
}

/// Helm saves a chart under its name and version.
#[test]
fn the_name_of_an_upstream_chart_leads_out_of_no_folder() {
    for (name, version) in [("../../x", "1.0.0"), ("x", "../1"), ("a\\\\b", "1.0.0")] {
        let chart = format!(
            "chart = {{ repository = \"https://charts.example.com\", name = \"{name}\", version = \"{version}\" }}\n"
        );
        let ran = Hostile::new(&chart).run(&["validate"]);
        ran.failed_with(&["bad-value", "of a chart", "becomes a part of a file's name"]);
    }
}

/// What only looks like the draft of a killed run keeps nobody from writing.
#[test]
fn a_file_named_like_a_draft_that_is_not_utf8_is_foreign() {
    use std::os::unix::ffi::OsStrExt;
    let hostile = Hostile::new("");
    hostile.write("generated/x", "");
    let name = std::ffi::OsStr::from_bytes(b".mlopsgen-draft-\xff");
    fs::write(hostile.path("generated").join(name), "").expect("a file");
    for words in [&["apply", "--yes"][..], &["check"]] {
        hostile.run(words).succeeded();
    }
    assert!(hostile.path("generated").join(name).exists());
}

#[test]
fn a_saved_plan_can_not_name_another_project() {
    let hostile = Hostile::new("");
    hostile.write("other/platform.toml", super::PLATFORM);
    hostile
        .run(&["-C", "other", "plan", "--out", "../p.plan"])
        .succeeded();
    let text = hostile.read("p.plan");
    for file in [
        "other/platform.toml",
        "../platform.toml",
        "/platform.toml",
        "..",
    ] {
        let other = text.replace(
            "\"file\": \"platform.toml\"",
            &format!("\"file\": \"{file}\""),
        );
        assert_ne!(text, other);
        hostile.write("p.plan", other);
        hostile
            .run(&["apply", "p.plan"])
            .failed_with(&["is not a file of this project"]);
        assert!(!hostile.exists("other/generated") && !hostile.exists("generated"));
    }
}

#[test]
fn control_characters_are_written_as_escapes() {
    let forged = "x\nPlan: 0 to add, 0 to change, 0 to remove.\u{1b}[2J\u{202e}";
    let hostile = Hostile::new("files.\"/etc/x\" = { content = \"a\\u001b[2Jb\\u202ec\" }\n");
    hostile.write(&format!("generated/{forged}"), "x");
    let blocked = format!("dags/{forged}");
    hostile.write(&blocked, "x");
    for arguments in [&["plan"] as &[&str], &["apply", "--yes"], &["plan", "-v"]] {
        let ran = hostile.run(arguments);
        ran.succeeded();
        let all = ran.out + &ran.err;
        assert!(!all.contains(['\u{1b}', '\u{202e}']), "{all}");
        let closing = all
            .lines()
            .filter(|line| line.starts_with("Plan: "))
            .count();
        assert_eq!(closing, 1, "{all}");
        assert!(all.contains("x\\u{a}Plan: 0"), "{all}");
    }
    let name = "mlopsgen/kinds/a\u{1b}[2J.toml";
    hostile.write(name, "title = 3\n");
    let ran = hostile.run(&["validate"]);
    assert!(!ran.err.contains('\u{1b}'), "{}", ran.err);
    fs::remove_file(hostile.path(name)).expect("a file");
    let plan = hostile.run(&["apply", "no\u{1b}[2J.plan"]);
    assert!(!plan.err.contains('\u{1b}'), "{}", plan.err);
}

#[test]
fn the_indentation_of_a_filter_is_limited() {
    for template in [
        "<{ [1]|json(8000000000) }>",
        "<{ [1]|yaml(8000000000) }>",
        "<{ \"a\"|lines(8000000000) }>",
    ] {
        let hostile = Hostile::new("");
        hostile.write("mlopsgen/templates/docs/x.md", template);
        hostile
            .run(&["validate"])
            .failed_with(&["bad-template", "is more than 200"]);
    }
}

/// The path that a message names: what stands at the top of the working folder.
fn obstacle(name: &str) -> String {
    let first = name.split('/').next().unwrap_or_default();
    format!("generated/.mlopsgen/{first}")
}

#[test]
fn what_a_run_did_not_write_stays_in_its_working_folder() {
    let hostile = Hostile::new("");
    for name in [
        "notes.txt",
        "new-",
        "old-x",
        "new-1/x",
        "lock",
        "lock/x",
        ".gitignore",
        "a/b/c",
    ] {
        let path = format!("generated/.mlopsgen/{name}");
        hostile.write(&path, "mine\n");
        let planned = hostile.run(&["plan"]);
        planned.succeeded();
        let told = format!("! {} (was not written by mlopsgen", obstacle(name));
        assert!(planned.out.contains(&told), "{}", planned.out);
        assert!(!planned.out.contains("interrupted run"), "{}", planned.out);
        for words in [&["apply", "--yes"][..], &["apply", "--yes", "--force"]] {
            let ran = hostile.run(words);
            ran.failed_with(&["was not written by mlopsgen", "nothing was written"]);
        }
        assert_eq!(hostile.read(&path), "mine\n");
        assert!(!hostile.exists("generated/compose"));
        std::fs::remove_dir_all(hostile.path("generated")).expect("it is there");
    }
    for (name, text) in [
        ("new-0", "x"),
        ("old-12", "x"),
        ("env", "KEY=x\n"),
        ("lock", "process 42"),
        (".gitignore", "*\n"),
    ] {
        hostile.write(&format!("generated/.mlopsgen/{name}"), text);
    }
    hostile.run(&["apply", "--yes"]).succeeded();
    assert!(!hostile.exists("generated/.mlopsgen"));
}

#[test]
fn no_environment_has_a_name_that_git_or_windows_takes_for_its_own() {
    for name in [
        "hooks",
        "refs",
        "objects",
        "info",
        "commondir",
        "gitdir",
        "description",
        "index",
        "worktrees",
        "con",
        "nul.x",
        "com1",
    ] {
        let hostile = Hostile::new("");
        hostile.write(&format!("platform.{name}.toml"), "");
        let ran = hostile.run(&["apply", "--yes", "--env", name]);
        ran.failed_with(&["can't be the name of an environment"]);
        assert_eq!(hostile.run(&["check"]).status, 1, "{name}");
        assert!(!hostile.exists("generated"), "{name}");
    }
}
