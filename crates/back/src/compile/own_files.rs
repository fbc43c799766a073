//! The user's own kinds and templates: `mlopsgen/kinds/` and `mlopsgen/templates/`.

use std::{collections::BTreeMap, string::FromUtf8Error};

use crate::{
    catalog::Catalog,
    diag::{Code, Diagnostic, Sink},
    files::{OWN_KINDS, OWN_TEMPLATES},
    source::{Sources, Span},
    template::{self, Engine},
    value::is_git_folder,
    world::{ReadError, World},
};

/// The catalog of a project: the embedded kinds and the files of its `mlopsgen/kinds/`.
pub fn own_catalog(world: &dyn World, sources: &mut Sources, sink: &mut Sink) -> Catalog {
    let mut files = own_files(world, OWN_KINDS, ".toml", sources, sink);
    // What lies deeper belongs to a kind and is not one itself.
    files.retain(|name, _| !name.contains('/'));
    Catalog::new(files)
}

/// The engine for templates, with the user's own that can be read.
pub(super) fn engine(world: &dyn World, sources: &mut Sources, sink: &mut Sink) -> Option<Engine> {
    let mut own = own_files(world, OWN_TEMPLATES, "", sources, sink)
        .into_iter()
        .collect::<Vec<_>>();
    match Engine::new(own.clone()) {
        Ok(engine) => Some(engine),
        Err(errors) => {
            for error in &errors {
                sink.push(template::report(error, &own, sources));
            }
            own.retain(|(name, _)| errors.iter().all(|error| error.template != *name));
            Engine::new(own).ok()
        }
    }
}

/// Texts below a folder of the user's own, by their path in it without the ending.
fn own_files(
    world: &dyn World,
    folder: &str,
    ending: &str,
    sources: &mut Sources,
    sink: &mut Sink,
) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let listing = world.list(folder);
    for (path, error) in &listing.unread {
        sink.push(unread(path, error));
    }
    // What lies deeper than kinds belongs to one.
    let is_meant = |path: &&String| {
        let name = path.strip_prefix(folder).unwrap_or(path);
        !ending.is_empty() && name.trim_start_matches('/').split('/').count() == 1
    };
    for path in listing.folders.iter().filter(is_meant) {
        sink.push(unread(path, &ReadError::Directory));
    }
    for path in listing.files {
        let name = path
            .strip_prefix(folder)
            .and_then(|path| path.strip_prefix('/')?.strip_suffix(ending));
        let Some(name) = name else {
            continue;
        };
        // A file in git's own folder is not read. (A `.env` between templates is an ordinary template.)
        if path.split('/').any(is_git_folder) {
            // Such a file is never a kind. A template keeps its name here, and is refused by it later.
            if ending.is_empty() {
                files.insert(name.to_string(), String::new());
            }
            continue;
        }
        let bytes = match world.read(&path) {
            Ok(bytes) => bytes,
            Err(error) => {
                sink.push(unread(&path, &error));
                continue;
            }
        };
        if bytes.len() > LONGEST_OWN_FILE {
            sink.push(too_long(&path, &bytes, sources));
            continue;
        }
        match String::from_utf8(bytes) {
            Ok(text) => {
                files.insert(name.to_string(), text);
            }
            Err(error) => sink.push(not_text(&path, &error, sources)),
        }
    }
    files
}

/// The longest kind or template that is read, in bytes.
const LONGEST_OWN_FILE: usize = 1 << 20;

/// What can't be read would be missing: the next `apply` would remove what comes of it.
fn unread(path: &str, error: &ReadError) -> Diagnostic {
    Diagnostic::new(Code::Unreadable, format!("`{path}` {error}")).help(error.way_out())
}

fn too_long(path: &str, bytes: &[u8], sources: &mut Sources) -> Diagnostic {
    let first = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let shown = String::from_utf8_lossy(&first[..first.len().min(80)]).into_owned();
    let end = shown.len();
    let source = sources.add(path, shown);
    Diagnostic::new(
        Code::Unreadable,
        format!("`{path}` has more than {} MiB", LONGEST_OWN_FILE >> 20),
    )
    .label(Span::new(source, 0..end), "a file of this length")
    .help("kinds and templates are shorter: move it to another folder")
}

fn not_text(path: &str, error: &FromUtf8Error, sources: &mut Sources) -> Diagnostic {
    let valid = error.utf8_error().valid_up_to();
    let lossy = String::from_utf8_lossy(error.as_bytes()).into_owned();
    let source = sources.add(path, lossy);
    Diagnostic::new(Code::Unreadable, format!("`{path}` is not UTF-8"))
        .label(
            Span::new(
                source,
                valid..valid + char::REPLACEMENT_CHARACTER.len_utf8(),
            ),
            "this is not UTF-8",
        )
        .help("save the file as UTF-8, or move it to another folder")
}
