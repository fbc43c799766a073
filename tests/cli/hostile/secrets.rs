//! Values of secrets stay in `.env`, and git never sees that file.

use std::{fs, os::unix::fs::PermissionsExt};

use super::Hostile;

const SECRET: &str = "env.KEY = \"${secrets.key}\"\n[secrets]\nkey = { env = \"KEY\" }\n";

#[test]
fn git_ignores_the_file_before_it_is_written() {
    let hostile = Hostile::new(SECRET);
    hostile.git(&["init", "--quiet"]);
    hostile.run(&["env", "init"]).succeeded();
    hostile.git(&["check-ignore", "generated/compose/.env"]);
    hostile.git(&["check-ignore", "generated/compose/.env.mlopsgen"]);
    let metadata = fs::metadata(hostile.path("generated/compose/.env")).expect("a file");
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    let before = hostile.read("generated/compose/.env");
    hostile.run(&["apply", "--yes"]).succeeded();
    hostile.run(&["check"]).succeeded();
    hostile.run(&["env", "init"]).succeeded();
    assert_eq!(hostile.read("generated/compose/.env"), before);
    assert!(!hostile.exists("generated/.mlopsgen"));
}

#[test]
fn a_file_that_git_would_take_up_is_not_written() {
    let hostile = Hostile::new(SECRET);
    hostile.git(&["init", "--quiet"]);
    hostile.write("generated/compose/.gitignore", "other\n");
    let ran = hostile.run(&["env", "init"]);
    ran.failed_with(&["git does not ignore `generated/compose/.env`"]);
    assert!(!hostile.exists("generated/compose/.env"));
    hostile.write("generated/compose/.gitignore", ".env\n");
    hostile.write("generated/compose/.env", "");
    hostile.git(&["add", "--force", "generated/compose/.env"]);
    hostile
        .run(&["env", "init"])
        .failed_with(&["git rm --cached"]);
    assert_eq!(hostile.read("generated/compose/.env"), "");
}

/// The author of a repository knows the values in it.
#[test]
fn values_that_come_with_the_repository_are_reported() {
    let hostile = Hostile::new(SECRET);
    hostile.run(&["apply", "--yes"]).succeeded();
    hostile.git(&["init", "--quiet"]);
    hostile.write("generated/compose/.env", "KEY=known-to-the-author\n");
    hostile.run(&["env", "init"]).succeeded();
    hostile.git(&["add", "--force", "generated/compose/.env"]);
    let told = "git tracks `generated/compose/.env`: everybody who has the repository knows";
    let ran = hostile.run(&["env", "init"]);
    ran.failed_with(&[told, "git rm --cached"]);
    let doctor = hostile.run(&["doctor"]);
    assert!(doctor.out.contains(told), "{}", doctor.out);
    // As in a hook of this repository, and of another one.
    hostile.write("elsewhere", "");
    for git in [".git", "elsewhere"] {
        let ran = hostile.run_with(&["env", "init"], &[("GIT_DIR", git)]);
        ran.failed_with(&[told]);
    }
}

#[test]
fn a_quote_that_is_never_closed_takes_no_secret() {
    let hostile = Hostile::new(SECRET);
    hostile.run(&["apply", "--yes"]).succeeded();
    let open = "OTHER=1\nPASSPHRASE='it is\n";
    hostile.write("generated/compose/.env", open);
    for words in [["env", "init"], ["env", "secret"]] {
        hostile.run(&words).failed_with(&[
            "generated/compose/.env:2: the value of `PASSPHRASE` begins with a quote that is never closed",
            "close the quote at the end of the value",
        ]);
    }
    assert_eq!(hostile.read("generated/compose/.env"), open);
}

#[test]
fn what_is_generated_is_no_source() {
    for source in [
        "generated",
        "generated/compose/.env",
        "./generated/compose",
        "x/../generated/compose/.env",
    ] {
        let more = format!("files.\"/etc/x\" = {{ source = \"{source}\" }}\n{SECRET}");
        let hostile = Hostile::new(&more);
        hostile.write("generated/compose/.env", "KEY=hidden\n");
        let ran = hostile.run(&["apply", "--yes"]);
        ran.failed_with(&["outside-project", "everything is generated into"]);
        assert!(!ran.err.contains("hidden"), "{}", ran.err);
    }
}
