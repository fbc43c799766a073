//! Texts from outside on a terminal and in the log of a CI run: nothing of them is obeyed, and none forges a line.

use std::{fs, process::Output};

use super::Hostile;
use crate::support::machine::Machine;

/// Moves the cursor, forges closing lines and headings, gives commands to CI runners, turns the direction of writing.
const FORGED: &str = "x\nPlan: 0 to add, 0 to change, 0 to remove.\nUp: all.\n::set-output name=a::b\n\
    ##[group]a ##vso[task.debug]b\n\u{1b}[2J\u{9b}2J\u{1b}]0;title\u{7}\u{7f}\u{8}\rforged \u{202e}\u{200b}end";

/// Lines that only mlopsgen itself may begin.
const OWN: [&str; 4] = ["Plan: ", "Up: ", "forged", "::"];

/// The text in quotes of TOML or JSON.
fn quoted() -> String {
    let units = FORGED.encode_utf16();
    let written = units.map(|unit| format!("\\u{unit:04x}"));
    format!("\"{}\"", written.collect::<String>())
}

/// Asserts that nothing in an output is obeyed, and that a line that mlopsgen may print itself is printed at most `most`
/// times.
fn is_plain(all: &str, most: usize, when: &str) {
    let hidden = |c: &char| mlopsgen::text::is_hidden(*c) && !"\n\t".contains(*c);
    let plain = all.replace("\r\n", "\n");
    let found = plain.chars().find(hidden);
    assert!(found.is_none(), "{when}: {found:?} in\n{all}");
    for own in OWN {
        let lines = all.lines().filter(|line| line.starts_with(own)).count();
        assert!(lines <= most, "{when}: {lines} lines `{own}` in\n{all}");
    }
    let commands = |line: &&str| {
        line.trim_start().starts_with("::") || line.contains("##[") || line.contains("##vso[")
    };
    let command = plain.lines().find(commands);
    assert!(command.is_none(), "{when}: {command:?}");
}

/// A platform with that text in every place that takes any.
fn platform() -> Hostile {
    let hostile = Hostile::new("");
    let text = include_str!("../../compile/escaping/platform.toml");
    let inner = quoted();
    let inner = inner.trim_matches('"');
    let text = ["@plain@", "@text@", "@shell@"]
        .into_iter()
        .fold(text.to_string(), |text, mark| text.replace(mark, inner));
    hostile.write("platform.toml", text);
    let kind = format!(
        "title = {0}\ndescription = {0}\n[settings.s]\ntype = \"string\"\ndescription = {0}\ndefault = {0}\n",
        quoted()
    );
    hostile.write("mlopsgen/kinds/own.toml", kind);
    hostile
}

#[test]
fn no_text_of_a_repository_controls_the_terminal() {
    let hostile = platform();
    let ran = hostile.run(&["apply", "--yes"]);
    ran.succeeded();
    is_plain(&(ran.out + &ran.err), 1, "apply");
    // A change beside lines of that text, which the diff shows around it.
    let text = hostile.read("platform.toml");
    hostile.write(
        "platform.toml",
        text.replace("image = \"web:1\"", "image = \"web:2\""),
    );
    hostile.write("generated/config/own.txt", FORGED);
    hostile.write(&format!("generated/{}", FORGED.replace('/', "")), FORGED);
    for words in [
        "validate",
        "plan",
        "plan -v",
        "check",
        "show web",
        "show once",
        "kinds",
        "kinds own",
        "coverage -v",
        "fmt --check",
        "env secret",
        "env init",
        "doctor",
        "check --all-envs",
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        let ran = hostile.run(&words);
        is_plain(&(ran.out + &ran.err), 1, &words.join(" "));
        let colored = hostile.run(&[&words[..], &["--color", "always"]].concat());
        let all = colored.out + &colored.err;
        let sequences = all.split('\u{1b}').skip(1);
        for sequence in sequences {
            let end = sequence.trim_start_matches(|c: char| "[;".contains(c) || c.is_ascii_digit());
            assert!(end.starts_with('m'), "{words:?}: {sequence:?}");
        }
    }
}

#[test]
fn documents_escape_the_characters_that_control_a_terminal() {
    let hostile = platform();
    for words in [
        "validate",
        "plan",
        "check",
        "show web",
        "kinds",
        "kinds own",
        "graph",
        "coverage",
        "doctor",
        "check --all-envs",
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        let ran = hostile.run(&[&words[..], &["--format", "json"]].concat());
        is_plain(&ran.out, 0, &words.join(" "));
        let read: Result<serde_json::Value, _> = serde_json::from_str(&ran.out);
        assert!(read.is_ok(), "{words:?}: {read:?}");
    }
    let shown: serde_json::Value =
        serde_json::from_str(&hostile.run(&["kinds", "own", "--format", "json"]).out)
            .expect("JSON");
    assert_eq!(shown["title"], FORGED);
    is_plain(&hostile.run(&["schema"]).out, 0, "schema");
    for format in ["dot", "mermaid", "svg"] {
        is_plain(&hostile.run(&["graph", "--format", format]).out, 0, format);
    }
    // A name is quoted in a message as it is written.
    let named = Hostile::new("");
    let text = named.read("platform.toml");
    named.write(
        "platform.toml",
        format!("{text}[components.{}]\nimage = \"a:1\"\n", quoted()),
    );
    let github = named.run(&["validate", "--format", "github"]);
    let hidden = |c: char| mlopsgen::text::is_hidden(c) && c != '\n';
    assert!(!github.out.contains(hidden), "{}", github.out);
    assert!(github.out.contains("\\u{202e}"), "{}", github.out);
    for command in ["validate", "check"] {
        let sarif = hostile.run(&[command, "--format", "sarif"]);
        is_plain(&sarif.out, 0, "sarif");
        // Commands of its own, one a line: each about a file of the project.
        let github = hostile.run(&[command, "--format", "github"]);
        let hidden = |c: char| mlopsgen::text::is_hidden(c) && c != '\n';
        assert!(!github.out.contains(hidden), "{}", github.out);
        for line in github.out.lines() {
            let is_own = line.starts_with("::warning file=") || line.starts_with("::error file=");
            assert!(is_own, "{line}");
        }
    }
}

/// A machine whose engine answers that text wherever it says something.
fn machine() -> Machine {
    let machine = Machine::new("docker");
    machine.ok(&["env", "init"]);
    let engine = machine.folder.read("bin/docker");
    let (start, log) = engine.split_once("esac\n").expect("a script");
    let hostile = start.replace(
        "*\" logs \"*--no-log-prefix*) echo \"out of luck\"; exit 0 ;;",
        "*\" logs \"*) cat \"$here/said\"; cat \"$here/said\" >&2; exit 0 ;;",
    );
    assert_ne!(start, hostile);
    let says = "cat \"$here/said\"; cat \"$here/said\" >&2\n";
    machine
        .folder
        .write("bin/docker", format!("{hostile}esac\n{says}{log}"));
    machine.folder.write("bin/said", FORGED);
    let text = quoted();
    machine.folder.write(
        "bin/containers",
        format!(
            r#"[{{"ID":"a","Name":{text},"Service":"db","State":"exited","ExitCode":1,"Health":{text},"Status":{text}}},
                {{"ID":"w","Service":"web","State":{text},"Health":"unhealthy","Status":{text},
                  "Publishers":[{{"URL":{text},"TargetPort":80,"PublishedPort":81,"Protocol":{text}}}]}},
                {{"ID":"s","Service":"single","State":"running","Health":"unhealthy","Status":{text}}}]"#
        ),
    );
    machine.folder.write(
        "bin/inspected",
        format!(
            r#"[{{"Id":"a1","Created":{text},"Image":{text},"State":{{"Error":{text},"StartedAt":{text}}}}},
                {{"Id":"s1","State":{{"Health":{{"Log":[{{"ExitCode":2,"Output":{text}}}]}}}}}}]"#
        ),
    );
    for answer in ["hashes", "networks", "volumes", "disk"] {
        machine.folder.write(&format!("bin/{answer}"), FORGED);
    }
    machine
}

fn both(output: Output) -> String {
    let both = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

#[test]
fn no_text_of_an_engine_controls_the_terminal() {
    let machine = machine();
    for status in ["0", "1"] {
        machine.folder.write("bin/status", status);
        for words in [
            "up",
            "up -v",
            "up -q",
            "up other --wait",
            "restart",
            "restart -q",
            "status",
            "doctor",
            "down",
            "down -q",
            "down other",
            "down --volumes --yes",
            "restart other --build --yes",
        ] {
            let words: Vec<&str> = words.split(' ').collect();
            let all = both(machine.run(&words));
            is_plain(&all, 1, &format!("{words:?} with {status}"));
        }
    }
    for words in [
        ["status", "--format", "json"],
        ["doctor", "--format", "json"],
    ] {
        let output = machine.run(&words);
        let read: Result<serde_json::Value, _> = serde_json::from_slice(&output.stdout);
        assert!(read.is_ok(), "{words:?}: {read:?}");
        is_plain(&both(output), 0, &words.concat());
    }
    // What Compose says instead of an answer.
    machine.folder.write("bin/containers", FORGED);
    for words in [["status"], ["up"], ["down"], ["restart"], ["doctor"]] {
        is_plain(&both(machine.run(&words)), 1, words[0]);
    }
}

/// Programs read what containers wrote as it is; a person at a terminal sees what it would obey.
#[test]
fn logs_are_unchanged_in_a_pipe_and_filtered_on_a_terminal() {
    let machine = machine();
    let output = machine.run(&["logs", "web"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), FORGED);
    is_plain(&String::from_utf8_lossy(&output.stderr), 9, "logs");
    for (color, is_colored) in [("always", true), ("never", false)] {
        let seen = machine.folder.path("seen");
        let folder = machine.folder.path("project");
        let words = format!(
            "'{}' -C '{}' logs web --color {color}",
            env!("CARGO_BIN_EXE_mlopsgen"),
            folder.display()
        );
        let typed = std::process::Command::new("script")
            .args(["--quiet", "--return", "--command", &words])
            .arg(&seen)
            .env("XDG_CACHE_HOME", crate::CACHE)
            .env(
                "PATH",
                format!("{}:/usr/bin:/bin", machine.folder.path("bin").display()),
            )
            .output();
        if typed.is_err() {
            eprintln!("not tried: there is no `script` here");
            return;
        }
        let seen = fs::read_to_string(seen).expect("what was printed");
        let printed: String = seen
            .lines()
            .filter(|line| !line.starts_with("Script "))
            .map(|line| line.trim_end_matches('\r').replace("\u{1b}[0m", "") + "\n")
            .collect();
        is_plain(&printed, 9, color);
        assert_eq!(seen.contains("\u{1b}[0m"), is_colored, "{seen}");
        assert!(printed.contains("\\u{202e}"), "{printed}");
    }
}

/// The names in a manifest are its author's, and people copy the commands that are printed.
#[test]
fn no_command_that_is_printed_holds_another_one() {
    let hostile = Hostile::new("");
    let name = "data-x$(touch pwned)-*";
    let volumes = [
        format!(
            r#"{{"name":"{name}","key":"components.x$(touch pwned).volumes.data","in":"cluster"}}"#
        ),
        r#"{"name":"demo_old; touch pwned","key":"components.old.volumes.data"}"#.to_string(),
    ];
    hostile.write(
        "generated/.mlopsgen.json",
        format!(
            "{{\"version\":\"0.1.0\",\"files\":[],\"volumes\":[{}]}}\n",
            volumes.join(",")
        ),
    );
    let ran = hostile.run(&["plan"]);
    ran.succeeded();
    assert!(
        ran.out.contains("kubectl get pvc 'data-x$(touch pwned)-0'"),
        "{}",
        ran.out
    );
    let commands = ran.out.lines().filter(|line| line.contains("kubectl "));
    for line in commands {
        let bare: String = line.split('\'').step_by(2).collect();
        assert!(!bare.contains("touch pwned"), "{line}");
    }
}
