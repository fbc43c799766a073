//! Lines of configuration files: each of `tests/lines/secret.txt` writes a secret out, none of `tests/lines/harmless.txt` does. Their
//! keys are those that programs have in their own files.

use std::collections::BTreeSet;

use mlopsgen::{
    compile::{Request, compile},
    diag::Code,
    world::MemoryWorld,
};

/// The numbers of the lines of a mounted file that are reported.
fn reported(lines: &str) -> BTreeSet<usize> {
    let platform = "[platform]\nname = \"shop\"\n[groups]\nmain = \"Everything\"\n[components.api]\nimage = \"shop/api:1.0\"\ngroup = \"main\"\nhealth = false\nresources = { memory = \"64Mi\" }\nfiles.\"/etc/api.conf\" = { source = \"api.conf\" }\n";
    let world = MemoryWorld::new()
        .with("platform.toml", platform.as_bytes().to_vec())
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

#[test]
fn what_a_line_writes_out_is_told_from_what_it_says_of_a_secret() {
    let mut faults = Vec::new();
    for (lines, is_secret) in [
        (include_str!("../lines/secret.txt"), true),
        (include_str!("../lines/harmless.txt"), false),
    ] {
        let reported = reported(lines);
        let wrong = lines.lines().enumerate();
        let wrong = wrong.filter(|(index, _)| reported.contains(&(index + 1)) != is_secret);
        faults.extend(wrong.map(|(_, line)| format!("secret: {is_secret}: {line}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
