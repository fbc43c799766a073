//! What a platform.toml of a test compiles to.

use std::collections::BTreeMap;

use mlopsgen::{
    compile::{Compilation, Request, compile},
    world::MemoryWorld,
};

use super::messages::messages_of;

/// Compiles a project of one file.
pub fn compiled(platform: impl Into<Vec<u8>>) -> Compilation {
    let world = MemoryWorld::new().with("platform.toml", platform);
    compile(&world, &Request::default())
}

/// The texts of the files, by their paths in `generated/`. Errors: what is reported, where that are errors.
pub fn texts(compilation: Compilation) -> Result<BTreeMap<String, String>, String> {
    let Ok(output) = compilation.output else {
        return Err(messages_of(&compilation.diagnostics, &compilation.sources));
    };
    let files = output.files.files.into_iter();
    Ok(files
        .map(|(path, file)| (path, file.text.to_string()))
        .collect())
}
