//! References: any string in every place where a reference may stand.

#![no_main]

mod judge;

use libfuzzer_sys::fuzz_target;
use mlopsgen::{
    model::{Piece, Text},
    world::MemoryWorld,
};

/// `@` is the string as TOML writes it.
const PLATFORM: &str = r#"
[platform]
name = "p"
[vars]
constant = "c"
late = { default = "d", env = "LATE" }
[secrets]
key = { env = "KEY" }
[groups]
g = "g"
[components.db]
kind = "postgres"
group = "g"
settings = { database = "x", user = "y", password = "${secrets.key}" }
[components.web]
image = "i:1"
group = "g"
ports.http = { container = 80, host = 8080 }
env.A = @
command = ["run", @]
args = [@]
labels.l = @
files."/f" = { content = @ }
health = { shell = @ }
compose.x-raw = [@]
helm.raw = { k = @ }
[pipelines.p]
image = "i:1"
env.A = @
tasks.t = { run = @ }
[ci.c]
stages = [{ name = "s", run = [@], env = { A = @ } }]
"#;

fuzz_target!(|data: &[u8]| {
    let Ok(string) = std::str::from_utf8(data) else {
        return;
    };
    let quoted = quoted(string);
    let world = MemoryWorld::new().with("platform.toml", PLATFORM.replace('@', &quoted));
    let compilation = judge::judge(&world);
    let Ok(output) = &compilation.output else {
        assert!(
            string.contains("${") || string.contains('\0') || compilation.has_errors(),
            "refused"
        );
        return;
    };
    let Some(web) = output.platform.workload("web") else {
        panic!("a component is lost");
    };
    let found = web.env.iter().find(|variable| variable.name == "A");
    let value = found.map(|variable| &variable.value);
    // Without a reference nothing changes; with some, what stands between them.
    if !string.contains("${") {
        assert_eq!(value, Some(&Text::literal(string)));
    }
    for piece in value.iter().flat_map(|text| &text.pieces) {
        if let Piece::Literal(text) = piece {
            assert!(!text.is_empty());
        }
    }
});

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\U{:08X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
