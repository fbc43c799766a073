//! Templates of the user's own that list hostile strings, one in every language: each is read back unchanged by a reader
//! of that language, values and comments alike.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use mlopsgen::{disk::Dotenv, world::MemoryWorld};
use serde_json::Value;

use super::readers::{answer, groovy_script, python_script};
use super::{compiled, hostile};
use crate::consumer;

/// Files that list the platform's variables.
const TEMPLATES: &[(&str, &str)] = &[
    (
        "list.yaml",
        "<% for v in vars %>\n# <{ v.default | comment }>\n- <{ v.default }>\n<% endfor %>\n",
    ),
    (
        "block.yaml",
        "<{ vars | map(attribute=\"default\") | list | yaml(0) }>\n",
    ),
    (
        "list.json",
        "[<% for v in vars %><{ v.default }><% if not loop.last %>,<% endif %><% endfor %>]",
    ),
    (
        "list.py",
        "[\n<% for v in vars %>\n    # <{ v.default | comment }>\n    <{ v.default }>,\n<% endfor %>\n]\n",
    ),
    (
        "list.svg",
        "<svg>\n<% for v in vars %>\n<!-- <{ v.default | comment }> --><t a=\"<{ v.default }>\"><{ v.default }></t>\n<% endfor %>\n</svg>\n",
    ),
    (
        "list.groovy",
        "[\n<% for v in vars %>\n    // <{ v.default | comment }>\n    /* <{ v.default | comment }> */\n    <{ v.default }>,\n<% endfor %>\n]\n",
    ),
    (
        "list.sh",
        "<% for v in vars %>\n# <{ v.default | comment }>\nprintf '%s\\0' <{ v.default }>\n<% endfor %>\n",
    ),
    (
        ".env",
        "<% for v in vars %>\n# <{ v.default | comment }>\nV<{ loop.index0 }>=<{ v.default }>\n<% endfor %>\n",
    ),
    (
        "compose.yaml",
        "services:\n  a:\n    image: a\n    environment:\n<% for v in vars %>\n      V<{ loop.index0 }>: ${V<{ loop.index0 }>}\n<% endfor %>\n",
    ),
];

/// The lists, rendered into a folder.
fn render(strings: &[String], folder: &Path) {
    let mut platform =
        "[platform]\nname = \"p\"\ntargets = [\"docs\"]\n[groups]\ng = \"g\"\n[vars]\n".to_owned();
    for (number, string) in strings.iter().enumerate() {
        platform.push_str(&format!("v{number} = \"{}\"\n", hostile::escaped(string)));
    }
    let world = TEMPLATES.iter().fold(
        MemoryWorld::new().with("platform.toml", platform),
        |world, (name, text)| world.with(&format!("mlopsgen/templates/lists/{name}"), *text),
    );
    let files = compiled(&world);
    for (name, _) in TEMPLATES {
        let text = &files[&format!("lists/{name}")];
        fs::write(folder.join(name), text).expect("a list can be written");
    }
}

/// What each language's reader finds in the lists of a folder.
fn read(folder: &Path) -> BTreeMap<String, Vec<String>> {
    let path = |name: &str| folder.join(name);
    let texts = |value: &Value| -> Vec<String> {
        let items = value.as_array().cloned().unwrap_or_default();
        items
            .iter()
            .map(|item| {
                item.as_str()
                    .map_or_else(|| item.to_string(), str::to_owned)
            })
            .collect()
    };
    let by_python = [
        "list.yaml",
        "block.yaml",
        "list.json",
        "list.py",
        "list.svg",
    ]
    .map(path);
    let mut read: BTreeMap<String, Vec<String>> =
        answer(&mut python_script("checks", "strings.py"), &by_python)
            .iter()
            .map(|(path, list)| (name(path), texts(list)))
            .collect();
    let groovy = answer(
        &mut groovy_script("groovy_tree.groovy"),
        &[path("list.groovy")],
    );
    let constants = &groovy[&path("list.groovy")][1][0][1];
    let constants = constants.as_array().cloned().unwrap_or_default();
    let constants = constants
        .iter()
        .map(|constant| constant[1].clone())
        .collect();
    read.insert("list.groovy".to_owned(), texts(&constants));
    let dotenv = answer(
        &mut python_script("checks", "dotenv_to_json.py"),
        &[path(".env")],
    );
    read.insert(".env".to_owned(), in_order(&dotenv[&path(".env")]));
    read.insert("compose.yaml".to_owned(), by_compose(folder));
    let text = fs::read_to_string(path(".env")).expect("a list");
    let ours = serde_json::json!(Dotenv::new(text).values());
    read.insert("`.env` for env init".to_owned(), in_order(&ours));
    let shell = consumer::run(consumer::system("/bin/sh").arg(path("list.sh")));
    assert!(
        shell.success && shell.stderr.is_empty(),
        "{}",
        shell.words()
    );
    let words = shell.stdout.split_terminator('\0').map(str::to_owned);
    read.insert("list.sh".to_owned(), words.collect());
    read
}

/// What Compose takes from `.env`.
fn by_compose(folder: &Path) -> Vec<String> {
    let mut command = consumer::consumer("bin/docker-compose");
    command.arg("--project-directory").arg(folder);
    command.arg("-f").arg(folder.join("compose.yaml"));
    let verdict = consumer::run(command.args(["config", "--format", "json"]));
    assert!(
        verdict.success && verdict.stderr.is_empty(),
        "{}",
        verdict.words()
    );
    let model: Value = serde_json::from_str(&verdict.stdout).expect("a model");
    in_order(&super::spoken::single_dollars(&model)["services"]["a"]["environment"])
}

/// The values of V0, V1, ...
fn in_order(values: &Value) -> Vec<String> {
    (0..)
        .map_while(|number| values[format!("V{number}")].as_str().map(str::to_owned))
        .collect()
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// A string as a reader of this file must find it.
fn meant(file: &str, text: &str) -> Vec<String> {
    match file {
        // XML has no way to write these; an attribute and a text each.
        "list.svg" => {
            let unwritten =
                |c: char| matches!(c as u32, 0..=8 | 11..=12 | 14..=31 | 0xfffe..=0xffff);
            vec![text.replace(unwritten, "\u{fffd}"); 2]
        }
        "list.groovy" => vec![text.replace('\u{ffff}', "\u{fffd}")],
        // If no spelling suits both readers, it is the one that Compose reads.
        ".env" if text.contains('$') && is_for_double_quotes(text) => {
            vec![text.replace('$', "\\$")]
        }
        _ => vec![text.to_owned()],
    }
}

fn is_for_double_quotes(text: &str) -> bool {
    text.ends_with('\\') || ["\\\\", "\\'", "\r"].iter().any(|mark| text.contains(mark))
}

fn faults(folder: &Path, strings: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (file, list) in read(folder) {
        let wanted: Vec<String> = strings.iter().flat_map(|text| meant(&file, text)).collect();
        if wanted.len() != list.len() {
            found.push(format!(
                "{file}: {} strings instead of {}",
                list.len(),
                wanted.len()
            ));
        }
        let pairs = wanted
            .iter()
            .zip(&list)
            .filter(|(wanted, read)| wanted != read);
        found.extend(pairs.map(|(wanted, read)| format!("{file}: {read:?} instead of {wanted:?}")));
    }
    found
}

#[test]
fn a_template_writes_what_every_language_reads_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let strings = super::every_string();
    render(&strings, folder.path());
    let found = faults(folder.path(), &strings);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_string_that_is_not_escaped_is_noticed_in_every_language() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let strings = ["some $HOME text".to_owned()];
    render(&strings, folder.path());
    for (name, _) in TEMPLATES.iter().filter(|(name, _)| *name != "compose.yaml") {
        let path = folder.path().join(name);
        let text = fs::read_to_string(&path).expect("a list");
        fs::write(&path, text.replace("$HOME", "HOME")).expect("it can be written");
    }
    let found = faults(folder.path(), &strings);
    for (name, _) in TEMPLATES {
        assert!(
            found.iter().any(|printed| printed.starts_with(name)),
            "{name} is not noticed: {found:#?}"
        );
    }
}
