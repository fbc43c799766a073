//! References: any string in every place where a reference may stand.

#![no_main]

mod judge;

use libfuzzer_sys::fuzz_target;
use mlopsgen::world::MemoryWorld;

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
helm.podAnnotations = { k = @ }
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
    // A health check that runs nothing is refused.
    if string.trim().is_empty() {
        return;
    }
    let quoted = quoted(string);
    let world = MemoryWorld::new().with("platform.toml", PLATFORM.replace('@', &quoted));
    let compilation = judge::judge(&world);
    assert!(
        string.contains("${") || string.contains('\0') || !compilation.has_errors(),
        "refused, and there is no reference in it"
    );
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
