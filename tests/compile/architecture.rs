//! The floors hold: a module of the library knows only those that stand above it in lib.rs, and no target knows another.

use std::{fs, path::Path};

/// Modules of lib.rs in their order.
fn floors() -> Vec<String> {
    fs::read_to_string("src/lib.rs")
        .expect("lib.rs can be read")
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(ToString::to_string)
        .collect()
}

/// Rust files of a module: `src/NAME.rs` and everything below `src/NAME/`.
fn files_of(module: &str) -> Vec<(String, String)> {
    let mut paths = vec![format!("src/{module}.rs")];
    collect(Path::new(&format!("src/{module}")), &mut paths);
    paths
        .into_iter()
        // Tests may build what they want to look at.
        .filter(|path| !path.contains("/tests"))
        .filter_map(|path| Some((path.clone(), fs::read_to_string(path).ok()?)))
        .collect()
}

fn collect(folder: &Path, paths: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path.display().to_string());
        }
    }
}

/// The modules that a file names after `crate::`, in paths and in groups of a `use`.
fn imports(text: &str) -> Vec<String> {
    let code: String = text
        .split("#[cfg(test)]")
        .next()
        .unwrap_or_default()
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut out = Vec::new();
    for part in code.split("crate::").skip(1) {
        match part.strip_prefix('{') {
            Some(group) => {
                let mut depth = 0;
                let mut name = String::new();
                for c in group.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            out.push(std::mem::take(&mut name));
                        }
                        c if depth == 0 => name.push(c),
                        _ => {}
                    }
                }
                out.push(name);
            }
            None => out.push(part.to_string()),
        }
    }
    out.into_iter()
        .map(|path| {
            path.trim()
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect()
        })
        .collect()
}

#[test]
fn no_module_knows_one_below_it() {
    let floors = floors();
    assert!(floors.len() > 10, "lib.rs lists its modules: {floors:?}");
    for (floor, module) in floors.iter().enumerate() {
        for (path, text) in files_of(module) {
            for import in imports(&text) {
                let other = floors.iter().position(|name| *name == import);
                assert!(
                    other.is_none_or(|other| other <= floor),
                    "{path} ({module}) imports `{import}`, which stands below it in lib.rs"
                );
            }
        }
    }
}

#[test]
fn no_target_knows_another() {
    const TARGETS: [&str; 10] = [
        "runtime/compose",
        "runtime/helm",
        "runtime/swarm",
        "content/config",
        "content/prometheus",
        "content/grafana",
        "content/jenkins",
        "content/airflow",
        "content/docs",
        "content/own",
    ];
    for target in TARGETS {
        let files = files_of(&format!("target/{target}"));
        assert!(!files.is_empty(), "{target} has files");
        for (path, text) in files {
            for other in TARGETS.iter().filter(|other| **other != target) {
                let module = other.replace('/', "::");
                let name = other.split('/').next_back().unwrap_or(other);
                assert!(
                    !text.contains(&format!("target::{module}"))
                        && !text.contains(&format!("super::super::{name}")),
                    "{path} knows the target `{other}`"
                );
            }
        }
    }
}

/// Every Rust file below `src/`, with its text up to its tests.
fn sources() -> Vec<(String, String)> {
    let mut paths = Vec::new();
    collect(Path::new("src"), &mut paths);
    paths
        .into_iter()
        .filter(|path| !path.contains("/tests"))
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a source can be read");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let lines = code
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            (path, lines.collect::<Vec<_>>().join("\n"))
        })
        .collect()
}

/// Whether a path lies in one of these modules: `disk` means `src/disk.rs` and `src/disk/`.
fn is_in(path: &str, modules: &[&str]) -> bool {
    modules.iter().any(|module| {
        path == format!("src/{module}.rs") || path.starts_with(&format!("src/{module}/"))
    })
}

/// What a file names of the standard library: `fs` for `std::fs` and for `use std::{fs, ...}`.
fn names_of_std(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for part in code.split("std::").skip(1) {
        let group = part
            .strip_prefix('{')
            .and_then(|rest| rest.split(";").next());
        let words = group.unwrap_or(part);
        let end = match group {
            Some(group) => group.len(),
            None => words
                .find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':')
                .unwrap_or(words.len()),
        };
        let words = words[..end].split(|c: char| !c.is_alphanumeric() && c != '_');
        names.extend(words.map(ToString::to_string));
    }
    names
}

#[test]
fn the_library_is_pure_but_for_disk_and_engine() {
    const IMPURE: [&str; 3] = ["disk", "engine", "cli"];
    const WORLD: [&str; 8] = [
        "fs",
        "process",
        "env",
        "net",
        "Instant",
        "SystemTime",
        "stdout",
        "stderr",
    ];
    let mut pure = 0;
    for (path, code) in sources() {
        // The program itself, which starts the command line and nothing else.
        if is_in(&path, &IMPURE) || path == "src/main.rs" {
            continue;
        }
        pure += 1;
        let names = names_of_std(&code);
        for word in WORLD {
            // Addresses are values; sockets are not.
            let is_address =
                word == "net" && !code.contains("TcpListener") && !code.contains("UdpSocket");
            assert!(
                is_address || !names.iter().any(|name| name == word),
                "{path} uses `{word}` of the standard library: only disk, engine and cli may"
            );
        }
        assert!(!code.contains("getrandom::"), "{path} asks for randomness");
        assert!(
            !code.contains("HashMap") && !code.contains("HashSet"),
            "{path} has a map without an order"
        );
    }
    assert!(pure > 100, "the sources are found");
}

#[test]
fn the_engine_is_asked_in_one_place_and_git_in_another() {
    for (path, code) in sources() {
        let starts = code.contains("Command::new(");
        let may = is_in(&path, &["engine/compose", "disk/purge/git"]);
        assert!(!starts || may, "{path} starts a program");
    }
}

/// Crates that one module keeps to itself, so that another one can take their place.
#[test]
fn each_of_these_crates_has_one_user() {
    const USERS: [(&str, &[&str]); 14] = [
        ("miette", &["diag/render"]),
        ("toml", &["syntax"]),
        ("taplo", &["layout"]),
        ("toml_edit", &["add"]),
        ("minijinja", &["template"]),
        ("petgraph", &["graph"]),
        ("similar", &["plan/diff"]),
        ("strsim", &["diag/nearest"]),
        ("rustix", &["disk", "engine/host"]),
        ("procfs", &["engine/kernel"]),
        ("tempfile", &["disk/replace"]),
        ("getrandom", &["engine/secrets"]),
        ("indicatif", &["cli/live"]),
        ("clap", &["cli"]),
    ];
    let sources = sources();
    for (name, users) in USERS {
        let uses = |code: &str| {
            code.match_indices(&format!("{name}::")).any(|(at, _)| {
                let before = code[..at].chars().next_back();
                !before.is_some_and(|c| c.is_alphanumeric() || "_:.".contains(c))
            })
        };
        let found: Vec<&str> = sources
            .iter()
            .filter(|(_, code)| uses(code))
            .map(|(path, _)| path.as_str())
            .collect();
        assert!(!found.is_empty(), "nothing uses `{name}`");
        for path in found {
            assert!(
                is_in(path, users),
                "{path} uses `{name}`, which is for {users:?}"
            );
        }
    }
}

#[test]
fn only_the_command_line_prints_or_ends_the_program() {
    for (path, code) in sources() {
        for word in ["println!", "eprintln!", "print!(", "process::exit", "dbg!"] {
            assert!(
                is_in(&path, &["cli"]) || !code.contains(word),
                "{path} uses `{word}`"
            );
        }
    }
}

/// Methods that look for a text in another.
const SEARCHES: [&str; 15] = [
    "contains",
    "find",
    "rfind",
    "split",
    "split_once",
    "rsplit",
    "rsplit_once",
    "replace",
    "replacen",
    "matches",
    "match_indices",
    "strip_prefix",
    "starts_with",
    "trim_start_matches",
    "ends_with",
];

/// The calls of a file that look for `${` in a text. What they look for may be written in pieces: `format!("${{x.{y}}}")`.
fn searches_for_references(text: &str) -> Vec<String> {
    let code: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    SEARCHES
        .iter()
        .flat_map(|method| {
            let call = format!(".{method}(");
            code.match_indices(&call)
                .filter_map(|(at, _)| {
                    let arguments = code[at + call.len()..].trim_start();
                    let arguments = arguments.trim_start_matches(['&', '[', ' ']);
                    let arguments = arguments.strip_prefix("format!(").unwrap_or(arguments);
                    let literal = arguments.trim_start_matches(['&', '[', ' ', 'r', '#']);
                    let literal = literal.strip_prefix('"')?;
                    literal[..literal.find('"')?]
                        .contains("${")
                        .then(|| code[at..].chars().take(60).collect())
                })
                .collect::<Vec<String>>()
        })
        .collect()
}

#[test]
fn only_reference_reads_the_syntax_of_references() {
    let found = searches_for_references(
        "x.split_once( \"${\" ); x.replace(&format!(\"${{vars.{}}}\", a), b)",
    );
    assert_eq!(found.len(), 2, "the test sees what it looks for: {found:?}");
    let mut paths = Vec::new();
    collect(Path::new("src"), &mut paths);
    let owner = |path: &String| path.starts_with("src/reference/");
    assert!(paths.iter().any(owner), "src/reference has files");
    // Compose's own variables look the same, and are its targets' to read.
    let compose = |path: &String| path.starts_with("src/target/runtime/compose/");
    for path in paths.iter().filter(|path| !owner(path) && !compose(path)) {
        let text = fs::read_to_string(path).expect("a source can be read");
        let found = searches_for_references(&text);
        assert!(
            found.is_empty(),
            "{path} reads references itself: {found:#?}"
        );
    }
}

#[test]
fn no_stage_fills_in_what_another_left_open() {
    for module in ["reference", "expand", "resolve", "graph", "check"] {
        for (path, text) in files_of(module) {
            for word in ["Cell<", "OnceLock<", "Mutex<"] {
                assert!(!text.contains(word), "{path} holds a `{word}`");
            }
        }
    }
}
