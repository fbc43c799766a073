//! Templates: any bytes as a template of the user's own, beside ours and in the place of one of them.

#![no_main]

mod judge;

use libfuzzer_sys::fuzz_target;
use mlopsgen::world::MemoryWorld;

const PLATFORM: &str = r#"
[platform]
name = "p"
targets = ["compose", "docs"]
[groups]
g = "g"
[components.web]
image = "web:1"
group = "g"
ports.http = { container = 80, host = 8080 }
"#;

fuzz_target!(|data: &[u8]| {
    for path in ["docs/own.md", "compose/group.yaml", "own.json"] {
        let world = MemoryWorld::new()
            .with("platform.toml", PLATFORM)
            .with(&format!("mlopsgen/templates/{path}"), data);
        judge::judge(&world);
    }
});
