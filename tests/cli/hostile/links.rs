//! Symbolic links, pipes and devices at every place that is read or written.

use std::{fs, process::Command};

use super::Hostile;

/// A read that follows the link would print its content, and one of a device would never end.
fn is_refused(hostile: &Hostile, arguments: &[&str], words: &[&str]) {
    let ran = hostile.run(arguments);
    ran.failed_with(words);
    assert!(!ran.err.contains("precious contents"), "{}", ran.err);
    assert!(hostile.is_outside_untouched(), "{arguments:?}");
}

#[test]
fn an_output_folder_that_is_a_link_is_refused_inside_of_the_project_too() {
    for link in ["generated", "generated/.mlopsgen", "generated/prod"] {
        for target in ["elsewhere", "outside"] {
            let hostile = Hostile::new("");
            hostile.write("platform.prod.toml", "");
            hostile.write("elsewhere/kept", "kept");
            let target = match target {
                "outside" => hostile.outside(""),
                inner => hostile.path(inner).display().to_string(),
            };
            hostile.link(&target, link);
            for command in [
                &["apply"] as &[&str],
                &["apply", "--yes"],
                &["plan"],
                &["check"],
                &["env", "init"],
            ] {
                let with_environment = [command, &["--env", "prod"]].concat();
                is_refused(&hostile, &with_environment, &[link, "symbolic link"]);
            }
            assert_eq!(hostile.read("elsewhere/kept"), "kept");
        }
    }
}

#[test]
fn nothing_is_created_or_emptied_before_the_user_agrees() {
    let hostile = Hostile::new("");
    hostile.write("generated/.mlopsgen/kept", "kept");
    let told = "`generated/.mlopsgen/kept` was not written by mlopsgen";
    hostile.run(&["apply"]).failed_with(&[told]);
    assert_eq!(hostile.read("generated/.mlopsgen/kept"), "kept");
    let fresh = Hostile::new("");
    fresh.run(&["apply"]).failed_with(&["no terminal"]);
    assert!(!fresh.exists("generated"));
}

#[test]
fn a_lock_and_a_manifest_that_are_links_are_refused() {
    for link in ["generated/.mlopsgen/lock", "generated/.mlopsgen.json"] {
        let hostile = Hostile::new("");
        hostile.link(&hostile.outside("precious"), link);
        is_refused(&hostile, &["apply", "--yes"], &[link, "symbolic link"]);
    }
}

/// A hard link is a file like others, so nothing is written into a file that was there.
#[test]
fn a_second_name_of_a_file_outside_is_not_written_through() {
    let secret = "env.KEY = \"${secrets.key}\"\n[secrets]\nkey = { env = \"KEY\" }\n";
    let outside = "precious contents\n";
    for name in [
        "generated/.mlopsgen/lock",
        "generated/compose/main.yaml",
        "generated/compose/.env",
        "generated/.mlopsgen/new-0",
    ] {
        let hostile = Hostile::new(secret);
        let path = hostile.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::hard_link(hostile.outside("precious"), path).expect("a link");
        hostile.run(&["apply", "--yes", "--force"]);
        hostile.run(&["env", "init"]);
        let found = fs::read_to_string(hostile.outside("precious")).expect("a file");
        assert_eq!(found, outside, "{name}");
    }
}

#[test]
fn a_link_in_the_place_of_a_written_folder_or_file_is_refused() {
    for link in ["generated/compose", "generated/compose/compose.yaml"] {
        let hostile = Hostile::new("");
        hostile.link(&hostile.outside("precious"), link);
        let arguments = ["apply", "--yes", "--force"];
        is_refused(&hostile, &arguments, &["is a symbolic link"]);
    }
    let stub = "[pipelines.p]\nimage = \"p:1\"\n[pipelines.p.tasks]\nnotify = { stub = true }\n";
    for link in ["dags", "dags/p", "dags/p/notify.py"] {
        let hostile = Hostile::new(stub);
        hostile.link(&hostile.outside(""), link);
        is_refused(&hostile, &["apply", "--yes"], &[link, "symbolic link"]);
    }
}

#[test]
fn secrets_go_through_no_link() {
    let secret = "env.KEY = \"${secrets.key}\"\n[secrets]\nkey = { env = \"KEY\" }\n";
    for (link, target) in [
        ("generated/compose", ""),
        ("generated/compose/.env", "precious"),
    ] {
        let hostile = Hostile::new(secret);
        hostile.link(&hostile.outside(target), link);
        is_refused(&hostile, &["env", "init"], &[link, "symbolic link"]);
    }
}

#[test]
fn sources_kinds_templates_and_includes_are_no_links() {
    let file = "files.\"/etc/x\" = { source = \"conf\" }\n";
    let inner = "files.\"/etc/x\" = { source = \"folder\" }\n";
    let include = |line: &str| format!("include = [\"{line}\"]\n");
    for (more, link) in [
        (file, "conf"),
        (inner, "folder/inner"),
        (inner, "folder"),
        ("", "mlopsgen"),
        ("", "mlopsgen/kinds"),
        ("", "mlopsgen/kinds/x.toml"),
        ("", "mlopsgen/templates"),
        ("", "mlopsgen/templates/docs/x.md"),
    ] {
        for target in ["precious", ""] {
            let hostile = Hostile::new(more);
            hostile.link(&hostile.outside(target), link);
            is_refused(&hostile, &["validate"], &[link, "symbolic link"]);
        }
    }
    for (pattern, link) in [
        ("teams/*.toml", "teams/a.toml"),
        ("teams/*.toml", "teams"),
        ("*/x.toml", "teams"),
        ("teams/a.toml", "teams/a.toml"),
    ] {
        let hostile = Hostile::new("");
        hostile.link(&hostile.outside(""), link);
        let text = hostile.read("platform.toml");
        hostile.write("platform.toml", include(pattern) + &text);
        is_refused(&hostile, &["validate"], &[link, "symbolic link"]);
    }
}

#[test]
fn a_platform_file_that_is_a_link_is_read_by_no_command() {
    for link in ["platform.toml", "platform.prod.toml"] {
        let hostile = Hostile::new("");
        fs::remove_file(hostile.path("platform.toml")).expect("a file");
        match link {
            "platform.toml" => hostile.write("platform.prod.toml", ""),
            _ => hostile.write("platform.toml", super::PLATFORM),
        }
        hostile.link(&hostile.outside("precious"), link);
        is_refused(&hostile, &["validate", "--env", "prod"], &[link]);
        is_refused(&hostile, &["fmt"], &[link, "symbolic link"]);
    }
}

#[test]
fn pipes_and_devices_are_read_by_no_command() {
    let file = "files.\"/etc/x\" = { source = \"conf\" }\n";
    for path in ["conf", "mlopsgen/kinds/x.toml", "mlopsgen/templates/x"] {
        let hostile = Hostile::new(file);
        hostile.write("conf", "");
        let full = hostile.path(path);
        fs::create_dir_all(full.parent().expect("a parent")).expect("a folder");
        let _ = fs::remove_file(&full);
        let made = Command::new("mkfifo").arg(&full).status();
        assert!(made.expect("mkfifo").success());
        is_refused(
            &hostile,
            &["validate"],
            &[path, "neither a file nor a folder"],
        );
    }
    let hostile = Hostile::new(file);
    hostile.link("/dev/zero", "conf");
    is_refused(&hostile, &["validate"], &["conf", "symbolic link"]);
}

#[test]
fn fmt_writes_through_no_link_and_touches_only_what_validate_reads() {
    let hostile = Hostile::new("");
    hostile.write("own.toml", "a=1\n");
    for link in [".platform.toml.mlopsgen", ".mlopsgen"] {
        hostile.link(&hostile.path("own.toml").display().to_string(), link);
    }
    hostile.link(&hostile.path("own.toml").display().to_string(), "link.toml");
    is_refused(
        &hostile,
        &["fmt", "link.toml"],
        &["link.toml", "symbolic link"],
    );
    hostile.run(&["fmt"]).succeeded();
    assert_eq!(hostile.read("own.toml"), "a=1\n");
    let outer = Hostile::new("");
    outer.write("sub/platform.toml", "include=[\"../own.toml\"]\n");
    outer.write("own.toml", "a=1\n");
    outer.run(&["-C", "sub", "fmt"]).succeeded();
    assert_eq!(outer.read("own.toml"), "a=1\n");
}

#[test]
fn plans_and_first_files_go_through_no_link() {
    let hostile = Hostile::new("");
    hostile.link(&hostile.outside("precious"), "today.plan");
    hostile.link(&hostile.outside(""), "way");
    for path in ["today.plan", "way/new.plan"] {
        is_refused(&hostile, &["plan", "--out", path], &["symbolic link"]);
        is_refused(&hostile, &["apply", path], &["symbolic link"]);
    }
    is_refused(&hostile, &["init", "way"], &["symbolic link"]);
    hostile.write("notes.txt", "mine\n");
    is_refused(
        &hostile,
        &["plan", "--out", "notes.txt"],
        &["is not a plan"],
    );
    assert_eq!(hostile.read("notes.txt"), "mine\n");
    for _ in 0..2 {
        hostile.run(&["plan", "--out", "good.plan"]).succeeded();
    }
}
