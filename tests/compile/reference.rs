//! The root platform.toml is the reference: `generated/` is what it compiles to, to the byte, and nothing else.

use std::{collections::BTreeMap, fs, path::Path};

use crate::support::{difference, messages::messages};
use mlopsgen::{
    compile::{Request, compile},
    world::{Listing, ReadError, World},
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

    fn list(&self, folder: &str) -> Listing {
        let mut found: Vec<String> = walkdir::WalkDir::new(folder)
            .into_iter()
            .flatten()
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| entry.path().display().to_string())
            .collect();
        found.sort();
        Listing {
            files: found,
            ..Listing::default()
        }
    }
}

#[test]
fn generated_is_what_the_root_platform_compiles_to() {
    let compilation = compile(&Repository, &Request::default());
    let printed = messages(&compilation);
    assert_eq!(printed, "", "the root platform has nothing to complain of");
    let output = compilation.output.expect("no errors, so there is output");
    let files = output.files.files.into_iter();
    let compiled: BTreeMap<String, String> = files
        .map(|(path, file)| (format!("generated/{path}"), file.text.to_string()))
        .collect();
    let found: BTreeMap<String, String> = Repository
        .list("generated")
        .files
        .into_iter()
        // The record of what was written; `apply` keeps it.
        .filter(|path| path != "generated/.mlopsgen.json")
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a text");
            (path, text)
        })
        .collect();
    let difference = difference::between(&found, &compiled);
    assert!(
        difference.is_empty(),
        "{difference}\ngenerated/ is stale: run `cargo run -- apply`"
    );
}
