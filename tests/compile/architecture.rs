//! The floors hold: a module of the library knows only those that stand above it in lib.rs, and no target knows another.
//! Unit tests are held to the same. The compiler holds it between the crates, this test inside of them.

mod accepting;
mod bools;
mod errors;
mod keys;
mod kinds;
mod lengths;
mod model;
mod names;
mod page;
mod unused;

use std::{fs, path::Path};

/// The sources of the crates, in floor order. The paths of files in this test begin below them: a module is in one crate.
const CRATES: [&str; 4] = [
    "crates/front/src",
    "crates/middle/src",
    "crates/back/src",
    "src",
];

/// The modules that each lib.rs lists, in their order.
fn floors() -> Vec<String> {
    let modules = |root: &str| -> Vec<String> {
        fs::read_to_string(format!("{root}/lib.rs"))
            .expect("lib.rs can be read")
            .lines()
            .filter_map(|line| {
                line.strip_prefix("pub ")
                    .unwrap_or(line)
                    .strip_prefix("mod ")?
                    .strip_suffix(';')
            })
            .map(ToString::to_string)
            .collect()
    };
    CRATES.iter().flat_map(|root| modules(root)).collect()
}

/// A Rust file without its comments.
struct File {
    path: String,
    code: String,
}

/// Every Rust file of the crates, unit tests included.
fn sources() -> Vec<File> {
    let files = texts().into_iter().map(|(path, text)| {
        let code = without_comments(&text);
        File { path, code }
    });
    files.collect()
}

/// The Rust files of tests, benches, examples and fuzzing, without comments.
fn beside_the_crates() -> Vec<File> {
    let mut paths = Vec::new();
    for folder in ["tests", "benches", "examples", "fuzz/targets"] {
        let before = paths.len();
        collect(Path::new(folder), &mut paths);
        assert!(paths.len() > before, "the sources below {folder} are found");
    }
    let files = paths.into_iter().map(|path| {
        let text = fs::read_to_string(&path).expect("a source can be read");
        let code = without_comments(&text);
        File { path, code }
    });
    files.collect()
}

fn without_comments(text: &str) -> String {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Every Rust file of the crates: its path below the sources of its crate, and its text.
fn texts() -> Vec<(String, String)> {
    let mut out = Vec::new();
    for root in CRATES {
        let mut paths = Vec::new();
        collect(Path::new(root), &mut paths);
        assert!(paths.len() > 30, "the sources below {root} are found");
        for path in paths {
            let text = fs::read_to_string(&path).expect("a source can be read");
            let path = path.trim_start_matches(root).trim_start_matches('/');
            out.push((path.to_string(), text));
        }
    }
    out
}

/// The Rust files of a module: `NAME.rs` and everything below `NAME/`.
fn files_of(module: &str) -> Vec<File> {
    let mut files = sources();
    files.retain(|file| is_in(&file.path, &[module]));
    files
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

/// Whether a path lies in one of these modules: `disk` means `disk.rs` and `disk/`.
fn is_in(path: &str, modules: &[&str]) -> bool {
    modules
        .iter()
        .any(|module| path == format!("{module}.rs") || path.starts_with(&format!("{module}/")))
}

/// The modules of the library that a file names: after `crate::`, or after as many `super::` as lead to the root.
fn imports(file: &File) -> Vec<String> {
    let module = file.path.trim_end_matches(".rs");
    let depth = module.trim_end_matches("/mod").split('/').count();
    // A module inside of the file is one step further away.
    let inner = file.code.find("mod tests {").unwrap_or(file.code.len());
    let mut out = names_after(&file.code, "crate::");
    out.extend(names_after(&file.code[..inner], &"super::".repeat(depth)));
    out.extend(names_after(
        &file.code[inner..],
        &"super::".repeat(depth + 1),
    ));
    out
}

/// The first name of each path that follows a prefix, in paths and in groups of a `use`.
fn names_after(code: &str, prefix: &str) -> Vec<String> {
    let mut out = Vec::new();
    for part in code.split(prefix).skip(1) {
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
fn imports_are_seen_wherever_they_stand() {
    let file = File {
        path: "target/content/own.rs".into(),
        code: "use crate::{model::{A, b::C}, graph};\nsuper::super::super::plan::x();\n\
               super::super::shared::y();\n#[cfg(test)]\nmod tests { use crate::check; \
               use super::super::super::super::{disk::Z}; }"
            .into(),
    };
    assert_eq!(
        imports(&file),
        ["model", "graph", "check", "plan", "disk"],
        "in code and in tests, in groups and in paths"
    );
}

#[test]
fn no_module_knows_one_below_it() {
    let floors = floors();
    assert!(floors.len() > 10, "lib.rs lists its modules: {floors:?}");
    for (floor, module) in floors.iter().enumerate() {
        for file in files_of(module) {
            let path = &file.path;
            for import in imports(&file) {
                let other = floors.iter().position(|name| *name == import);
                assert!(
                    other.is_none_or(|other| other <= floor),
                    "{path} ({module}) imports `{import}`, which stands below it in lib.rs"
                );
            }
        }
    }
}

/// `runtime/compose`, `content/docs`: every folder of a target.
fn folders_of_targets() -> Vec<String> {
    let mut out = Vec::new();
    for sort in ["runtime", "content"] {
        let entries =
            fs::read_dir(format!("crates/back/src/target/{sort}")).expect("it is a folder");
        for entry in entries.flatten().filter(|entry| entry.path().is_dir()) {
            let name = entry.file_name().to_string_lossy().into_owned();
            // What the runtimes have in common is no target.
            if name != "shared" {
                out.push(format!("{sort}/{name}"));
            }
        }
    }
    out.sort();
    out
}

#[test]
fn no_target_knows_another() {
    let targets = folders_of_targets();
    assert!(targets.len() > 10, "the targets are found: {targets:?}");
    for target in &targets {
        let files = files_of(&format!("target/{target}"));
        assert!(!files.is_empty(), "{target} has files");
        for File { path, code } in files {
            for other in targets.iter().filter(|other| *other != target) {
                let module = other.replace('/', "::");
                let name = other.split('/').next_back().unwrap_or(other);
                assert!(
                    !code.contains(&format!("target::{module}"))
                        && !code.contains(&format!("super::super::{name}")),
                    "{path} knows the target `{other}`"
                );
            }
        }
    }
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
    for File { path, code } in sources() {
        // The program itself, which starts the command line and nothing else.
        if is_in(&path, &IMPURE) || path == "main.rs" {
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
    for File { path, code } in sources() {
        let makes = code.contains("Command::new(");
        let may = is_in(&path, &["disk/programs"]);
        assert!(!makes || may, "{path} finds a program in `PATH` itself");
        let starts = code.contains("programs::command") || code.contains("disk::command");
        let may = is_in(&path, &["engine/compose", "disk/git", "disk/mod"]);
        assert!(!starts || may, "{path} starts a program");
    }
}

/// Crates that a part of a module keeps to itself, so that another one can take their place. ARCHITECTURE.md names more.
const USERS: [(&str, &[&str]); 10] = [
    ("miette", &["diag/render"]),
    ("similar", &["plan/diff"]),
    ("strsim", &["diag/nearest"]),
    ("rustix", &["disk", "engine/host"]),
    ("procfs", &["engine/kernel"]),
    ("tempfile", &["disk", "engine/host"]),
    ("getrandom", &["engine/secrets"]),
    ("indicatif", &["cli/live"]),
    ("clap", &["cli"]),
    ("rayon", &["threads"]),
];

#[test]
fn each_of_these_crates_has_one_user() {
    let sources = sources();
    for (name, users) in USERS {
        assert_only_users(&sources, name, users);
    }
}

fn assert_only_users(sources: &[File], name: &str, users: &[&str]) {
    let uses = |code: &str| {
        code.match_indices(&format!("{name}::")).any(|(at, _)| {
            let before = code[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || "_:.".contains(c))
        })
    };
    let found: Vec<&str> = sources
        .iter()
        .filter(|file| uses(&file.code))
        .map(|file| file.path.as_str())
        .collect();
    assert!(!found.is_empty(), "nothing uses `{name}`");
    for path in found {
        assert!(
            is_in(path, users),
            "{path} uses `{name}`, which is for {users:?}"
        );
    }
}

/// The claims of ARCHITECTURE.md with the words "the only": the module of the row, and the claim.
fn claims(architecture: &str) -> Vec<(&str, &str)> {
    architecture
        .lines()
        .filter_map(|line| {
            let module = line.strip_prefix("| `")?.split('`').next()?;
            let (_, claim) = line.split_once("the only ")?;
            Some((module, claim.split([')', '|']).next()?.trim()))
        })
        .collect()
}

#[test]
fn each_claim_of_an_only_user_is_true() {
    let architecture = fs::read_to_string("ARCHITECTURE.md").expect("it can be read");
    let sources = sources();
    let claims = claims(&architecture);
    assert_eq!(
        claims.len(),
        architecture.matches("the only ").count(),
        "a claim outside of the table, or two in a row: nothing here checks it"
    );
    for (module, claim) in claims {
        match claim.strip_prefix("user of ") {
            Some(name) => assert_only_users(&sources, name, &[module]),
            None => assert!(
                [
                    // only_reference_reads_the_syntax_of_references
                    ("reference", "reader of `${...}`"),
                    // only_the_command_line_prints_or_ends_the_program
                    ("cli", "code of ours that prints"),
                ]
                .contains(&(module, claim)),
                "no test checks that `{module}` is the only {claim}"
            ),
        }
    }
}

#[test]
fn only_the_command_line_prints_or_ends_the_program() {
    for File { path, code } in sources() {
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

/// The calls and comparisons of a file that look for `${` in a text. What they look for may be written in pieces:
/// `format!("${{x.{y}}}")`.
fn searches_for_references(text: &str) -> Vec<String> {
    let code: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let calls = SEARCHES.iter().map(|method| format!(".{method}("));
    let comparisons = ["== ", "!= "].map(ToString::to_string);
    calls
        .chain(comparisons)
        .flat_map(|call| {
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
        "x.split_once( \"${\" ); x.replace(&format!(\"${{vars.{}}}\", a), b); *x == format!(\"${{settings.{a}}}\")",
    );
    assert_eq!(found.len(), 3, "the test sees what it looks for: {found:?}");
    let texts = texts();
    let owner = |path: &str| is_in(path, &["reference"]);
    assert!(texts.iter().any(|(path, _)| owner(path)), "it has files");
    // Compose's own variables look the same, and are its targets' to read.
    let compose = |path: &str| is_in(path, &["target/runtime/compose"]);
    for (path, text) in texts {
        if owner(&path) || compose(&path) {
            continue;
        }
        let found = searches_for_references(&text);
        assert!(
            found.is_empty(),
            "{path} reads references itself: {found:#?}"
        );
    }
}

#[test]
fn no_stage_holds_a_cell_that_a_later_one_fills() {
    for module in ["reference", "expand", "resolve", "graph", "check"] {
        for File { path, code } in files_of(module) {
            for word in ["Cell<", "OnceLock<", "Mutex<"] {
                assert!(!code.contains(word), "{path} holds a `{word}`");
            }
        }
    }
}
