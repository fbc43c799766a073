//! A file that can't be read is an error: its outputs must not be removed silently.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use super::Hostile;

/// Removes all permissions of a path while a test runs. `None` for a user who ignores permissions.
fn is_locked(hostile: &Hostile, path: &str) -> bool {
    let full = hostile.path(path);
    fs::set_permissions(&full, fs::Permissions::from_mode(0o000)).expect("a mode");
    let is_folder = fs::metadata(&full).expect("metadata").is_dir();
    match is_folder {
        true => fs::read_dir(&full).is_err(),
        false => fs::File::open(&full).is_err(),
    }
}

fn unlock(hostile: &Hostile, path: &str) {
    let mode = fs::Permissions::from_mode(0o700);
    fs::set_permissions(hostile.path(path), mode).expect("a mode");
}

#[test]
fn what_can_not_be_opened_stops_everything() {
    let source = "files.\"/etc/x\" = { source = \"conf\" }\n";
    for (more, file, locked) in [
        ("", "teams/a.toml", "teams"),
        ("", "teams/a.toml", "teams/a.toml"),
        ("", "mlopsgen/kinds/x.toml", "mlopsgen/kinds"),
        (
            "",
            "mlopsgen/templates/docs/x.md",
            "mlopsgen/templates/docs",
        ),
        (source, "conf/x", "conf"),
        (source, "conf/x", "conf/x"),
    ] {
        let hostile = Hostile::new(more);
        hostile.write("teams/b.toml", "");
        let text = hostile.read("platform.toml");
        hostile.write(
            "platform.toml",
            "include = [\"teams/*.toml\"]\n".to_string() + &text,
        );
        hostile.write(file, "");
        let is_refused = is_locked(&hostile, locked);
        let ran = hostile.run(&["validate"]);
        unlock(&hostile, locked);
        // Root can read everything, so the test does not apply.
        match is_refused {
            true => ran.failed_with(&["unreadable", locked]),
            false => eprintln!("not tried: this user may read {locked} all the same"),
        }
    }
}

#[test]
fn a_folder_where_a_file_is_meant_and_the_other_way_round_are_errors() {
    for (folder, words) in [
        ("teams/a.toml/x", ["teams/a.toml", "is a folder"]),
        ("mlopsgen/kinds", ["mlopsgen/kinds", "it is a file"]),
    ] {
        let hostile = Hostile::new("");
        hostile.write("teams/b.toml", "");
        let text = hostile.read("platform.toml");
        let include = "include = [\"teams/b.toml\", \"teams/a.toml\"]\n";
        hostile.write("platform.toml", include.to_string() + &text);
        hostile.write("teams/a.toml/x", "");
        if folder == "mlopsgen/kinds" {
            fs::remove_dir_all(hostile.path("teams/a.toml")).expect("a folder");
            hostile.write("teams/a.toml", "");
        }
        hostile.write(folder, "");
        hostile.run(&["validate"]).failed_with(&words);
    }
}

/// An engine makes an empty folder where a file to mount is missing.
#[test]
fn an_empty_folder_that_a_pattern_or_a_kind_may_mean_is_an_error() {
    for (folder, reader) in [
        ("teams/a.toml", "fmt"),
        ("mlopsgen/kinds/postgres.toml", "validate"),
    ] {
        let hostile = Hostile::new("");
        let text = hostile.read("platform.toml");
        let include = "include = [\"teams/*.toml\"]\n";
        hostile.write("platform.toml", include.to_string() + &text);
        hostile.write("teams/b.toml", "");
        fs::create_dir_all(hostile.path(folder)).expect("a folder");
        let ran = hostile.run(&["validate"]);
        ran.failed_with(&["unreadable", &format!("`{folder}` is a folder")]);
        let ran = hostile.run(&[reader]);
        ran.failed_with(&["put a regular file there, or move it away"]);
    }
}

/// What an included file has is not known: it is neither formatted nor added to.
#[test]
fn an_included_file_that_is_not_read_stops_what_writes_platform_toml() {
    for command in [&["fmt"][..], &["fmt", "--check"], &["add", "redis"]] {
        let hostile = Hostile::new("");
        let text = hostile.read("platform.toml");
        hostile.write("platform.toml", format!("include = [\"a.toml\"]\n{text}"));
        hostile.link(&hostile.outside("precious"), "a.toml");
        let before = hostile.read("platform.toml");
        hostile
            .run(command)
            .failed_with(&["`a.toml` is a symbolic link"]);
        assert_eq!(hostile.read("platform.toml"), before);
    }
}

/// The file of an environment that is there, and none that can be read, is not said to be missing.
#[test]
fn the_file_of_an_environment_that_is_a_folder_is_an_error() {
    let hostile = Hostile::new("");
    hostile.write("platform.x.toml/x", "");
    for words in [&["check"][..], &["validate", "--env", "x"]] {
        let ran = hostile.run(words);
        ran.failed_with(&["unreadable", "platform.x.toml"]);
    }
}

#[test]
fn a_pattern_that_matches_nothing_is_reported() {
    let hostile = Hostile::new("");
    let text = hostile.read("platform.toml");
    hostile.write(
        "platform.toml",
        "include = [\"teams/*.toml\"]\n".to_string() + &text,
    );
    let ran = hostile.run(&["validate"]);
    ran.failed_with(&["file-missing", "`teams/*.toml` matches no file"]);
}

#[test]
fn a_name_that_is_no_text_is_reported() {
    use std::os::unix::ffi::OsStrExt;
    let hostile = Hostile::new("files.\"/etc/x\" = { source = \"conf\" }\n");
    hostile.write("conf/good", "");
    let name = std::ffi::OsStr::from_bytes(b"bad\xff");
    fs::write(hostile.path("conf").join(name), "").expect("a file");
    hostile
        .run(&["validate"])
        .failed_with(&["conf/bad", "not UTF-8"]);
    fs::remove_file(hostile.path("conf").join(name)).expect("removed");
    let environment = std::ffi::OsStr::from_bytes(b"platform.bad\xff.toml");
    fs::write(hostile.path("").join(environment), "").expect("a file");
    hostile
        .run(&["check"])
        .failed_with(&["platform.bad", "not UTF-8"]);
}

/// Folders can lie deeper than a path is long: each step takes longer than the one before.
#[test]
fn folders_below_the_longest_possible_path_are_not_walked() {
    let hostile = Hostile::new("files.\"/etc/x\" = { source = \"conf\" }\n");
    let nest = |top: &str| {
        let script = format!(
            "mkdir -p {top} && cd {top} && n=0; while [ $n -lt 30 ]; do mkdir $0 && cd -P $0 || exit 1; n=$((n+1)); done; echo x > file"
        );
        let name = "d".repeat(200);
        let mut shell = Command::new("sh");
        shell
            .args(["-c", &script, &name])
            .current_dir(hostile.path(""));
        assert!(shell.status().expect("sh").success());
    };
    nest("conf");
    hostile
        .run(&["validate"])
        .failed_with(&["unreadable", "its path has more than 4096 bytes"]);
    fs::remove_dir_all(hostile.path("conf")).expect("a folder");
    hostile.write("conf/x", "x");
    nest("generated/own");
    hostile.run(&["apply", "--yes"]).succeeded();
    hostile.run(&["check"]).succeeded();
}

/// A file of a huge size is not read into memory, and the message names the limit.
#[test]
fn an_endless_file_is_not_read() {
    for (path, words, most) in [
        (
            "platform.prod.toml",
            &["validate", "--env", "prod"][..],
            "4 MiB",
        ),
        ("mlopsgen/kinds/x.toml", &["validate"], "4 MiB"),
        ("generated/.mlopsgen.json", &["plan"], "64 MiB"),
        ("generated/compose/.env", &["env", "init"], "4 MiB"),
        ("today.plan", &["apply", "today.plan"], "256 MiB"),
    ] {
        let hostile =
            Hostile::new("env.KEY = \"${secrets.key}\"\n[secrets]\nkey = { env = \"KEY\" }\n");
        hostile.write(path, "");
        let file = fs::File::options().write(true).open(hostile.path(path));
        file.and_then(|file| file.set_len(10 << 30))
            .expect("a sparse file");
        let wanted = format!("has more than {most}");
        hostile.run(words).failed_with(&[&wanted]);
    }
}
