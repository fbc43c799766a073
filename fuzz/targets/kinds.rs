//! Kind files: any bytes as a kind of the user's own, and a component of that kind.

#![no_main]

mod judge;

use libfuzzer_sys::fuzz_target;
use mlopsgen::world::MemoryWorld;

const PLATFORM: &str = r#"
[platform]
name = "p"
[groups]
g = "g"
[components.own]
kind = "own"
group = "g"
[components.database]
kind = "postgres"
group = "g"
settings = { password = "${secrets.key}" }
[secrets]
key = { env = "KEY" }
"#;

fuzz_target!(|data: &[u8]| {
    let world = MemoryWorld::new()
        .with("platform.toml", PLATFORM)
        .with("mlopsgen/kinds/own.toml", data);
    judge::judge(&world);
});
