//! The root platform.toml is the reference: `generated/` is what it compiles to, to the byte.

use std::{fs, path::Path};

use mlopsgen::{
    compile::{Request, compile},
    diag::render::{Style, human},
    world::{ReadError, World},
};

/// The repository's own folder, read as a project.
struct Repository;

impl World for Repository {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        if Path::new(path).is_dir() {
            return Err(ReadError::Directory);
        }
        fs::read(path).map_err(|_| ReadError::Missing)
    }

    fn files_below(&self, folder: &str) -> Vec<String> {
        let mut found: Vec<String> = walkdir::WalkDir::new(folder)
            .into_iter()
            .flatten()
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| entry.path().display().to_string())
            .collect();
        found.sort();
        found
    }
}

#[test]
fn generated_is_what_the_root_platform_compiles_to() {
    let compilation = compile(&Repository, &Request::default());
    let said = human(
        &compilation.diagnostics,
        &compilation.sources,
        Style {
            color: false,
            width: 100,
        },
    );
    assert_eq!(said, "", "the root platform has nothing to complain of");
    let output = compilation.output.expect("no errors, so there is output");
    for (path, file) in &output.files.files {
        let found = fs::read_to_string(Path::new("generated").join(path)).unwrap_or_default();
        assert!(
            found == file.text,
            "generated/{path} is stale: run `cargo run -- apply`"
        );
    }
}
