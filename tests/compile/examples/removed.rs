//! `false` in an environment takes what the platform says out: what is left compiles as a platform that never said it.

use std::collections::BTreeSet;

use mlopsgen::compile::Compilation;
use mlopsgen::language::PLATFORM_FILE;
use toml::{Table, Value};

use super::{compiled, id, messages_of, placed, platform_with, walk};

/// Keys of which `false` is a value of its own: it switches a check of the image off, says that the image can't run one, and that no
/// process is put before the program.
const OF_THEIR_OWN: &[&str] = &[
    "components.*.health",
    "components.*.health.compose",
    "components.*.init",
];

#[test]
fn what_an_environment_takes_away_was_never_there() {
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    walk("", PLATFORM_FILE, &mut |path, key| {
        let at = format!("{path}.{}", key.name);
        let is_tried = path.starts_with("components.*")
            && !path.contains('#')
            && !OF_THEIR_OWN.contains(&at.as_str());
        if !is_tried || !seen.insert(id(key)) {
            return;
        }
        let with = platform_with(path, placed(path, key));
        let mut without = with.clone();
        let steps = steps(path);
        if !remove(&mut without, &steps, key.name) {
            return;
        }
        let Ok(expected) = texts(&without, &Table::new()) else {
            return;
        };
        match texts(&with, &over(&steps, key.name)) {
            Ok(found) if found == expected => {}
            Ok(_) => wrong.push(format!("{at}: another output")),
            Err(printed) => wrong.push(format!("{at}: {printed}")),
        }
    });
    assert!(seen.len() > 80, "the keys are found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The names on the way to a table, as `placed` has them.
fn steps(path: &str) -> Vec<&str> {
    let mut out: Vec<&str> = Vec::new();
    for name in path.split('.') {
        let name = match (out.last().copied(), name) {
            (Some("depends_on"), "*") => "redis",
            (Some("ulimits"), "*") => "nofile",
            (Some("files" | "paths"), "*") => "/example",
            (_, "*") => "example",
            (_, name) => name,
        };
        out.push(name);
    }
    out
}

/// Takes a key out; whether it was there.
fn remove(table: &mut Table, steps: &[&str], name: &str) -> bool {
    match steps {
        [] => table.remove(name).is_some(),
        [first, rest @ ..] => match table.get_mut(*first) {
            Some(Value::Table(inner)) => remove(inner, rest, name),
            _ => false,
        },
    }
}

/// The environment's file.
fn over(steps: &[&str], name: &str) -> Table {
    let mut table = Table::from_iter([(name.to_string(), Value::Boolean(false))]);
    for step in steps.iter().rev() {
        table = Table::from_iter([(step.to_string(), Value::Table(table))]);
    }
    table
}

/// The files of the environment, or its errors.
fn texts(platform: &Table, over: &Table) -> Result<Vec<(String, String)>, String> {
    let files = [
        ("platform.toml", platform.to_string()),
        ("platform.prod.toml", over.to_string()),
    ];
    let compilation = compiled(&files, Some("prod"));
    let printed =
        |compilation: &Compilation| messages_of(&compilation.diagnostics, &compilation.sources);
    match &compilation.output {
        Err(_) => Err(printed(&compilation)),
        Ok(output) => {
            let files = output.files.files.iter();
            Ok(files
                .map(|(path, file)| (path.clone(), file.text.to_string()))
                .collect())
        }
    }
}
