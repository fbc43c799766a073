//! Each kind as a program that runs elsewhere: what others read of it has an address, or the error says where to write one.

use mlopsgen::{
    catalog::{Kind, SettingType},
    compile::{Compilation, Request, compile},
    diag::apply,
    syntax::Table,
    world::MemoryWorld,
};

use super::catalog;
use crate::support::messages::messages;

/// A component that runs elsewhere, at one address, and another one that reads all its outputs.
fn platform(kind: &Kind, outputs: &[&str]) -> String {
    let mut text = format!(
        "[platform]\nname = \"sample\"\n[groups]\none = \"One\"\n[secrets]\ns = {{ env = \"S\" }}\n\
         [components.it]\nkind = \"{}\"\nexternal = {{ host = \"it.example.com\", port = 4321 }}\n",
        kind.name
    );
    for setting in kind.settings.iter().filter(|setting| setting.required) {
        let value = match setting.kind {
            SettingType::Secret => "${secrets.s}",
            _ => "sample",
        };
        text += &format!("settings.{} = \"{value}\"\n", setting.name);
    }
    if kind.settings.iter().any(|it| it.name == "buckets") {
        text += "settings.buckets = [\"models\"]\n";
    }
    text += "[components.client]\nimage = \"a/b:1\"\ngroup = \"one\"\nhealth = false\nresources.memory = \"64Mi\"\n";
    for output in outputs {
        text += &format!(
            "env.{} = \"${{components.it.{output}}}\"\n",
            output.to_uppercase()
        );
    }
    text
}

fn run(text: &str) -> Compilation {
    let world = MemoryWorld::new().with("platform.toml", text);
    compile(&world, &Request::default())
}

/// The text with the edits of one error carried out, or nothing where it has none.
fn mended(compilation: &Compilation) -> Option<String> {
    let mut errors = compilation.diagnostics.iter();
    let edits = &errors.find(|it| !it.edits.is_empty())?.edits;
    apply(edits, &compilation.sources).remove("platform.toml")
}

#[test]
fn what_runs_elsewhere_at_one_address_is_reached_or_the_error_says_how() {
    let mut told = Vec::new();
    for kind in catalog().values().filter(|it| it.name != "job") {
        let outputs = kind.table.table("outputs").into_iter();
        let outputs: Vec<&str> = outputs.flat_map(Table::keys).collect();
        let reaches_others = |output: &&str| {
            let node = kind.table.get_path(&["outputs", output]);
            node.and_then(|it| it.as_str())
                .is_some_and(|it| !it.contains("${roles."))
        };
        let outputs: Vec<&str> = outputs.into_iter().filter(reaches_others).collect();
        if kind.roles.iter().any(|role| role.required) {
            continue;
        }
        let mut text = platform(kind, &outputs);
        let mut tries = 0;
        let mut compilation = run(&text);
        while compilation.output.is_err() {
            tries += 1;
            let next = mended(&compilation).filter(|_| tries < 5);
            text = next
                .unwrap_or_else(|| panic!("{}:\n{text}\n{}", kind.name, messages(&compilation)));
            compilation = run(&text);
        }
        if tries > 0 {
            told.push(kind.name.clone());
        }
    }
    assert!(told.contains(&"clickhouse".to_string()), "{told:?}");
}
