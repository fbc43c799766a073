//! Lines of configuration files: each of `tests/lines/secret.txt` writes a secret out, none of `tests/lines/harmless.txt` does. Their
//! keys are those that programs have in their own files and in the values of their charts.

use std::collections::BTreeSet;

use mlopsgen::{
    compile::{Compilation, Request, compile},
    diag::Code,
    world::MemoryWorld,
};

const SECRET: &str = include_str!("../lines/secret.txt");
const HARMLESS: &str = include_str!("../lines/harmless.txt");

const COMPONENT: &str = "[platform]\nname = \"shop\"\n[groups]\nmain = \"Everything\"\n[components.api]\nimage = \"shop/api:1.0\"\ngroup = \"main\"\nhealth = false\nresources = { memory = \"64Mi\" }\nports.http = 80\n";

/// The numbers of the lines of a mounted file that are reported.
fn reported(lines: &str) -> BTreeSet<usize> {
    let platform = format!("{COMPONENT}files.\"/etc/api.conf\" = {{ source = \"api.conf\" }}\n");
    let world = MemoryWorld::new()
        .with("platform.toml", platform.into_bytes())
        .with("api.conf", lines.as_bytes().to_vec());
    let compilation = compile(&world, &Request::default());
    let told = compilation.diagnostics.iter();
    let told = told.filter(|it| it.code == Code::PlaintextSecret);
    told.filter_map(|it| {
        let (_, number) = it.message.rsplit_once(':')?;
        number.trim_end_matches(')').parse().ok()
    })
    .collect()
}

/// The numbers of the lines of platform.toml that are reported.
fn reported_lines(compilation: &Compilation) -> BTreeSet<usize> {
    let told = compilation.diagnostics.iter();
    let told = told.filter(|it| it.code == Code::PlaintextSecret);
    let labels = told.flat_map(|it| &it.labels);
    labels
        .map(|label| compilation.sources.position(label.span).0)
        .collect()
}

#[test]
fn what_a_line_writes_out_is_told_from_what_it_says_of_a_secret() {
    let mut faults = Vec::new();
    for (lines, is_secret) in [(SECRET, true), (HARMLESS, false)] {
        let reported = reported(lines);
        let wrong = lines.lines().enumerate();
        let wrong = wrong.filter(|(index, _)| reported.contains(&(index + 1)) != is_secret);
        faults.extend(wrong.map(|(_, line)| format!("secret: {is_secret}: {line}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(SECRET.lines().count() > 200 && HARMLESS.lines().count() > 280);
}

/// The name and the value of a line, where it has just these.
fn assigned(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once([':', '='])?;
    let (name, value) = (name.trim(), value.trim().trim_matches(['"', '\'', ',']));
    let is_name = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
    let is_plain = !value.contains(['"', '\'', '\\', '$', '#']);
    (is_name && is_plain && !name.is_empty()).then_some((name, value))
}

#[test]
fn tables_of_other_programs_are_read_like_their_files() {
    let places = [
        "components.api.chart.values",
        "components.api.helm.extra",
        "components.api.compose.x-api",
        "raw.compose.x-all",
        "raw.helm.extra",
    ];
    let mut faults = Vec::new();
    for place in places {
        for (lines, is_secret) in [(SECRET, true), (HARMLESS, false)] {
            let pairs: Vec<_> = lines.lines().filter_map(assigned).collect();
            let mut platform = COMPONENT.to_string();
            if place.contains("chart") {
                platform
                    .push_str("[components.api.chart]\nrepository = \"https://x.example.com\"\n");
                platform.push_str("name = \"api\"\nversion = \"1.0.0\"\n");
            }
            let above = platform.lines().count();
            for (number, (name, value)) in pairs.iter().enumerate() {
                platform.push_str(&format!("[{place}.l{number}]\n\"{name}\" = \"{value}\"\n"));
            }
            let world = MemoryWorld::new().with("platform.toml", platform.into_bytes());
            let compilation = compile(&world, &Request::default());
            let errors = compilation.diagnostics.iter();
            let errors: Vec<_> = errors
                .filter(|it| it.code != Code::PlaintextSecret)
                .map(|it| &it.message)
                .collect();
            let reported = reported_lines(&compilation);
            let wrong = pairs.iter().enumerate();
            let wrong =
                wrong.filter(|(it, _)| reported.contains(&(above + 2 * it + 2)) != is_secret);
            faults.extend(wrong.map(|(_, (name, value))| {
                format!("secret: {is_secret}: {place}: {name} = {value} {errors:?}")
            }));
            assert!(pairs.len() > 150, "{}", pairs.len());
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
