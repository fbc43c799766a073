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
    hostile.write("generated/compose/.gitignore", "!.env\n");
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

/// A platform whose `.env` is written, in a repository that has everything else.
fn with_values(more: &str) -> Hostile {
    let hostile = Hostile::new(&format!("{more}{SECRET}"));
    hostile.git(&["init", "--quiet"]);
    hostile.write("platform.prod.toml", "[platform]\nversion = \"2.0.0\"\n");
    for environment in [&[][..], &["--env", "prod"]] {
        for words in [&["apply", "--yes"][..], &["env", "init"]] {
            hostile.run(&[words, environment].concat()).succeeded();
        }
    }
    hostile.git(&["add", "."]);
    hostile.git(&[
        "-c",
        "user.name=x",
        "-c",
        "user.email=x@y",
        "commit",
        "-qm",
        "all",
    ]);
    hostile
}

const VALUES: [&str; 2] = ["generated/compose/.env", "generated/prod/compose/.env"];

fn replace(hostile: &Hostile, old: &str, new: &str) {
    let text = hostile.read("platform.toml");
    assert!(text.contains(old), "{text}");
    hostile.write("platform.toml", text.replacen(old, new, 1));
}

#[test]
fn git_ignores_the_file_when_compose_is_no_longer_a_target() {
    let hostile = with_values("");
    replace(
        &hostile,
        "name = \"demo\"",
        "name = \"demo\"\ntargets = [\"docs\"]",
    );
    hostile.run(&["apply", "--yes", "--all-envs"]).succeeded();
    for file in VALUES {
        assert!(
            !hostile.exists(&file.replace(".env", ".gitignore")),
            "{file}"
        );
        hostile.git(&["check-ignore", file]);
    }
    hostile.run(&["check"]).succeeded();
    // As where a person wrote the file, or an earlier version did.
    let hostile = Hostile::new(SECRET);
    hostile.git(&["init", "--quiet"]);
    hostile.run(&["apply", "--yes"]).succeeded();
    hostile.write("generated/compose/.env", "KEY=by-hand\n");
    replace(
        &hostile,
        "name = \"demo\"",
        "name = \"demo\"\ntargets = [\"docs\"]",
    );
    hostile.run(&["apply", "--yes"]).succeeded();
    hostile.git(&["check-ignore", "generated/compose/.env"]);
    let foreign = hostile.run(&["plan"]);
    assert!(!foreign.out.contains(".gitignore"), "{}", foreign.out);
}

#[test]
fn git_ignores_the_file_when_it_removes_what_is_committed() {
    let hostile = with_values("files.\"/.env\" = { content = \"A=1\" }\n");
    // Only the secrets are hidden, not other files of that name.
    hostile.git(&["ls-files", "--error-unmatch", "generated/config/web/.env"]);
    hostile.git(&["rm", "-rq", "platform.prod.toml"]);
    let check = hostile.run(&["check"]);
    let removal = "rm generated/prod/compose/.env && git rm -r generated/prod";
    assert!(check.out.contains(removal), "{}", check.out);
    hostile.git(&["rm", "-rq", "generated"]);
    for file in VALUES {
        hostile.read(file);
        hostile.git(&["check-ignore", file]);
    }
}

#[test]
fn no_template_lets_git_see_the_file() {
    let hostile = with_values("");
    let replaced = "mlopsgen/templates/compose/gitignore";
    for text in ["", "*.log\n", ".env\n!.env\n", ".env\n!*\n"] {
        hostile.write(replaced, text);
        let ran = hostile.run(&["apply", "--yes"]);
        ran.failed_with(&["bad-template", "write the line `.env`"]);
    }
    hostile.write(replaced, "*.log\n.env\n");
    hostile.run(&["apply", "--yes"]).succeeded();
    for name in [
        ".gitignore",
        "prod/.gitignore",
        "prod/compose/.gitignore",
        "prod/x.md",
    ] {
        let template = format!("mlopsgen/templates/{name}");
        hostile.write(&template, "!.env\n");
        let ran = hostile.run(&["apply", "--yes"]);
        assert_eq!(ran.status, 1, "{name}: {}", ran.out);
        std::fs::remove_file(hostile.path(&template)).expect("it is there");
    }
    for file in VALUES {
        hostile.git(&["check-ignore", file]);
    }
}

#[test]
fn another_gitignore_has_to_hide_the_file_too() {
    let hostile = Hostile::new(SECRET);
    hostile.git(&["init", "--quiet"]);
    hostile.run(&["apply", "--yes"]).succeeded();
    hostile.write("generated/.gitignore", "x\n");
    let told = "`generated/.gitignore` does not make git ignore the secrets";
    hostile.run(&["env", "init"]).failed_with(&[told]);
    assert!(!hostile.exists("generated/compose/.env"));
    hostile.write("generated/compose/.env", "KEY=by-hand\n");
    replace(
        &hostile,
        "name = \"demo\"",
        "name = \"demo\"\ntargets = [\"docs\"]",
    );
    let ran = hostile.run(&["apply", "--yes"]);
    ran.failed_with(&[told, "nothing was written"]);
    hostile.git(&["check-ignore", "generated/compose/.env"]);
    hostile.write("generated/.gitignore", "x\n.env\n");
    hostile.run(&["apply", "--yes"]).succeeded();
    hostile.git(&["check-ignore", "generated/compose/.env"]);
}

/// Git reads the rules of the folders above, too, and the last one counts.
#[test]
fn a_gitignore_above_may_hide_the_file() {
    let hostile = Hostile::new(SECRET);
    hostile.git(&["init", "--quiet"]);
    hostile.write(".gitignore", ".env\n");
    hostile.write("generated/.gitignore", "!.env\n");
    let told = "`generated/.gitignore` does not make git ignore the secrets";
    hostile.run(&["env", "init"]).failed_with(&[told]);
    hostile.write("generated/.gitignore", "x\n");
    hostile.run(&["env", "init"]).succeeded();
    hostile.git(&["check-ignore", "generated/compose/.env"]);
    assert_eq!(hostile.read("generated/.gitignore"), "x\n");
}

#[test]
fn a_file_that_git_would_take_up_is_reported() {
    let hostile = Hostile::new(SECRET);
    hostile.git(&["init", "--quiet"]);
    hostile.write("generated/compose/.env", "KEY=by-hand\n");
    let told = "git does not ignore `generated/compose/.env`";
    let doctor = hostile.run(&["doctor"]);
    assert!(doctor.out.contains(told), "{}", doctor.out);
    hostile.run(&["env", "init"]).succeeded();
    hostile.git(&["check-ignore", "generated/compose/.env"]);
    let doctor = hostile.run(&["doctor"]);
    assert!(!doctor.out.contains(told), "{}", doctor.out);
}

/// A message quotes lines of files. So files of git, generated files and secrets are not read, and `fmt` does not write to them.
#[test]
fn no_message_quotes_what_is_secret() {
    let secret = "KEY=known-to-me\n";
    for (path, keys) in [
        (
            "generated/compose/.env",
            "include = [\"generated/compose/.env\"]\n",
        ),
        (
            "generated/compose/a.toml",
            "include = [\"generated/*/a.toml\"]\n",
        ),
        (".git/a.toml", "include = [\".git/*.toml\"]\n"),
        (".git/a.toml", "include = [\".gi[t]/*.toml\"]\n"),
        ("sub/.git/a.toml", "include = [\"sub/*/*.toml\"]\n"),
        (".env", "include = [\".env\"]\n"),
        ("teams/.env", "include = [\"teams/{.env,x}\"]\n"),
    ] {
        let hostile = Hostile::new("");
        let text = hostile.read("platform.toml");
        hostile.write("platform.toml", format!("{keys}{text}"));
        hostile.write(path, secret);
        for words in [
            &["validate"] as &[&str],
            &["fmt"],
            &["fmt", "--check"],
            &["apply", "--yes"],
        ] {
            let ran = hostile.run(words);
            let all = ran.out + &ran.err;
            assert!(!all.contains("known-to-me"), "{keys}{words:?}: {all}");
            assert_eq!(hostile.read(path), secret, "{keys}{words:?}");
        }
        hostile.run(&["validate"]).failed_with(&["include"]);
        // A file that could be laid out stays as it is.
        hostile.write(path, "a   =   1\n");
        hostile.run(&["fmt"]);
        assert_eq!(hostile.read(path), "a   =   1\n", "{keys}");
    }
    let hostile = Hostile::new("");
    let text = hostile.read("platform.toml");
    hostile.write(
        "platform.toml",
        format!("include = [\"../x.toml\"]\n{text}"),
    );
    let ran = hostile.run(&["fmt"]);
    assert!(
        ran.err.contains("`../x.toml` of `include` is left out"),
        "{}",
        ran.err
    );
    for setting in [".env", "generated/compose/.env", ".git/config"] {
        let hostile = Hostile::new(&format!(
            "[components.p]\nkind = \"prometheus\"\ngroup = \"main\"\nsettings = {{ rules = [\"{setting}\"] }}\n"
        ));
        hostile.write(setting, "KEY: [known-to-me\n");
        let ran = hostile.run(&["validate"]);
        assert!(!ran.err.contains("known-to-me"), "{}", ran.err);
        ran.failed_with(&["outside-project"]);
    }
}

/// The rules of ours are there without git, too: where it is installed later, it ignores the file.
#[test]
fn a_machine_without_git_writes_the_file() {
    for targets in ["compose", "helm"] {
        let hostile = Hostile::new(SECRET);
        replace(
            &hostile,
            "name = \"demo\"",
            &format!("name = \"demo\"\ntargets = [\"{targets}\"]"),
        );
        let without = [("PATH", "/nonexistent")];
        hostile.run_with(&["env", "init"], &without).succeeded();
        assert!(hostile.exists("generated/compose/.env"), "{targets}");
        hostile.git(&["init", "--quiet"]);
        hostile.git(&["check-ignore", "generated/compose/.env"]);
    }
    let hostile = Hostile::new(SECRET);
    hostile.write("generated/compose/.gitignore", "!.env\n");
    let ran = hostile.run_with(&["env", "init"], &[("PATH", "/nonexistent")]);
    ran.failed_with(&["git does not ignore `generated/compose/.env`"]);
}
