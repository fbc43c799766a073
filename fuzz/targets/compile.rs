//! The whole compile: any bytes as the files of a project.
//!
//! The input is platform.toml; a line `=== PATH` starts another file of the project: an included one, a kind, a template.

#![no_main]

mod judge;

use libfuzzer_sys::fuzz_target;
use mlopsgen::world::MemoryWorld;

fuzz_target!(|data: &[u8]| {
    let mut world = MemoryWorld::new();
    let mut path = "platform.toml".to_string();
    let mut body: Vec<u8> = Vec::new();
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        let name = line
            .strip_prefix(b"=== ")
            .and_then(|name| std::str::from_utf8(name).ok());
        match name {
            Some(name) => {
                world = world.with(&path, std::mem::take(&mut body));
                path = name.trim().to_string();
            }
            None => body.extend_from_slice(line),
        }
    }
    judge::judge(&world.with(&path, body));
});
