//! The files that a platform file includes: which they are, and which are never read.

use std::collections::{BTreeMap, BTreeSet};

use globset::GlobBuilder;

use super::{merge::only_included_keys, read_file};
use crate::{
    diag::{Code, Diagnostic, Sink},
    files::GENERATED,
    language::Form,
    source::{Sources, Span},
    syntax::{Node, Table},
    value::why_not_read,
    world::{Listing, ReadError, World},
};

/// What a platform file includes.
#[derive(Debug, Default)]
pub struct Included {
    /// Sorted by pattern, then by path.
    pub files: Vec<String>,
    /// Patterns for files that are not read.
    pub refused: Vec<String>,
    /// What can't be read where a pattern may mean files, and why.
    pub unread: Vec<(String, ReadError)>,
}

/// The files that a platform file includes, as far as it can be read.
pub fn included_files(world: &dyn World, file: &str) -> Included {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let Some(read) = read_file(world, file, &mut sources, &mut sink) else {
        return Included::default();
    };
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut walked = FolderCache::new(world);
    let patterns = read.table.strings("include").into_iter();
    let (refused, good): (Vec<&str>, Vec<&str>) = patterns
        .partition(|pattern| may_leave_project(pattern) || !is_read(&pattern_in(folder, pattern)));
    let mut included = Included {
        refused: refused.into_iter().map(ToString::to_string).collect(),
        ..Included::default()
    };
    for pattern in good {
        let matched = matching(&mut walked, folder, pattern);
        included.files.extend(matched.files);
        included.unread.extend(matched.unread);
    }
    included
}

/// Whether the compiler may read the file at this path of the project. It reads no file of git, no generated file and no secret.
pub fn is_read(path: &str) -> bool {
    why_not_read(path, GENERATED).is_none()
}

/// The tables of all files that `include` of a platform file names.
pub(super) fn include(
    world: &dyn World,
    file: &str,
    table: &Table,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Vec<Table> {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut found: Vec<Table> = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut walked = FolderCache::new(world);
    let mut idle = Vec::new();
    for pattern in table.array("include").unwrap_or_default() {
        let Some(text) = pattern.as_str() else {
            continue;
        };
        if let Some(refused) = refused(text, (folder, file), pattern.span) {
            sink.push(refused);
            continue;
        }
        // A text that is no pattern is reported with the other values of the file.
        if !Form::Glob.accepts(text) {
            continue;
        }
        let matched = matching(&mut walked, folder, text);
        // A wide pattern also meets the file itself and its environments.
        let is_own = |path: &String| path == file || is_environment_of(file, path);
        if matched.unread.is_empty() && matched.files.iter().all(is_own) {
            match matched.files.first() {
                None => sink.push(matches_nothing(world, folder, file, pattern)),
                Some(own) => idle.push(matches_itself(own, file, pattern)),
            }
        }
        for (path, error) in &matched.unread {
            sink.push(
                Diagnostic::new(Code::Unreadable, format!("`{path}` {error}"))
                    .label(pattern.span, "may mean files there")
                    .help("what can't be read would be missing: fix it, or narrow the pattern"),
            );
        }
        for path in matched.files {
            if is_own(&path) || !seen.insert(path.clone()) {
                continue;
            }
            if let Some(read) = read_file(world, &path, sources, sink) {
                found.push(only_included_keys(read.table, file, sink));
            }
        }
    }
    // Beside others such a pattern is for files that may come.
    if seen.is_empty() {
        for diagnostic in idle {
            sink.push(diagnostic);
        }
    }
    found
}

/// What is wrong with a pattern that means files that are never read.
fn refused(text: &str, (folder, file): (&str, &str), span: Span) -> Option<Diagnostic> {
    if may_leave_project(text) {
        return Some(
            Diagnostic::new(
                Code::OutsideProject,
                format!("`{text}` is outside of the project"),
            )
            .label(span, format!("not in the folder of {file}"))
            .help(format!(
                "paths in `include` are relative to {file} and lie below its folder"
            )),
        );
    }
    let why = why_not_read(&pattern_in(folder, text), GENERATED)?;
    Some(
        Diagnostic::new(Code::OutsideProject, format!("`{text}` {why}"))
            .label(span, "it is not read")
            .help("name files of platform.toml's own language, which everyone may read"),
    )
}

fn matches_nothing(world: &dyn World, folder: &str, file: &str, pattern: &Node) -> Diagnostic {
    let text = pattern.as_str().unwrap_or_default();
    let (message, label) = match text.contains(['*', '?', '[', '{']) {
        true => (format!("`{text}` matches no file"), "no such files"),
        false => {
            let read = world.read(&pattern_in(folder, text));
            let why = read.err().unwrap_or(ReadError::Missing);
            (format!("`{text}` {why}"), "no such file")
        }
    };
    Diagnostic::new(Code::FileMissing, message)
        .label(pattern.span, label)
        .help(format!("paths in `include` are relative to {file}"))
}

/// A pattern that meets no file but the platform's own, which are read anyway.
fn matches_itself(own: &str, file: &str, pattern: &Node) -> Diagnostic {
    let text = pattern.as_str().unwrap_or_default();
    let what = match own == file {
        true => "the file itself",
        false => "an environment",
    };
    let message = format!("`{text}` matches no file but `{own}`, {what}");
    Diagnostic::new(Code::FileMissing, message)
        .label(pattern.span, "nothing to add")
        .help("leave it out, or name the files that have more tables, as `teams/*.toml`")
}

/// Folders of the project, each listed once.
struct FolderCache<'a> {
    world: &'a dyn World,
    folders: BTreeMap<String, Listing>,
}

impl<'a> FolderCache<'a> {
    fn new(world: &'a dyn World) -> Self {
        Self {
            world,
            folders: BTreeMap::new(),
        }
    }

    fn list(&mut self, folder: &str) -> &Listing {
        self.folders
            .entry(folder.to_string())
            .or_insert_with(|| self.world.list(folder))
    }
}

/// Whether a path is `platform.E.toml` beside `platform.toml`.
fn is_environment_of(file: &str, path: &str) -> bool {
    let stem = file.strip_suffix(".toml").unwrap_or(file);
    path.strip_prefix(stem)
        .and_then(|rest| rest.strip_prefix('.'))
        .and_then(|rest| rest.strip_suffix(".toml"))
        .is_some_and(|name| !name.contains('/'))
}

/// Whether a pattern may mean files outside of the project: with `..` in it nobody knows where it leads.
fn may_leave_project(pattern: &str) -> bool {
    pattern.starts_with('/') || pattern.split('/').any(|part| part == "..")
}

/// The files that a pattern means, and what can't be read where it may mean some. `walked` remembers folders that were
/// listed before.
fn matching(walked: &mut FolderCache<'_>, folder: &str, pattern: &str) -> Listing {
    let mut matched = Listing::default();
    // A text that is no pattern is reported where the values of the file are checked.
    if !Form::Glob.accepts(pattern) {
        return matched;
    }
    let joined = pattern_in(folder, pattern);
    let Ok(glob) = GlobBuilder::new(&joined).literal_separator(true).build() else {
        return matched;
    };
    let glob = glob.compile_matcher();
    // Only the folder before the first wildcard needs to be walked.
    let fixed = joined
        .split(['*', '?', '[', '{'])
        .next()
        .unwrap_or_default();
    let root = fixed.rsplit_once('/').map_or("", |(root, _)| root);
    let listing = walked.list(root);
    let files = listing.files.iter();
    matched.files = files
        .filter(|path| glob.is_match(path.as_str()) && is_read(path))
        .cloned()
        .collect();
    let unread = listing.unread.iter();
    matched.unread = unread
        .filter(|(path, error)| leads_to(&joined, path, error))
        .cloned()
        .collect();
    let folders = listing.folders.iter();
    let folders = folders.filter(|path| glob.is_match(path.as_str()));
    let folders = folders.map(|path| (path.clone(), ReadError::Directory));
    matched.unread.extend(folders);
    matched
}

/// A pattern that is written in a platform file of this folder.
fn pattern_in(folder: &str, pattern: &str) -> String {
    let pattern = pattern.trim_start_matches("./");
    match folder {
        "" => pattern.to_string(),
        folder => format!("{folder}/{pattern}"),
    }
}

/// Whether a pattern means this path or files below it. `**` enters no links, as in a shell.
fn leads_to(pattern: &str, path: &str, error: &ReadError) -> bool {
    let mut parts = pattern.split('/');
    for name in path.split('/').filter(|name| !name.is_empty()) {
        match parts.next() {
            None => return false,
            Some("**") => return !matches!(error, ReadError::Link(_) | ReadError::Special),
            // A choice may hold several folders.
            Some(part) if part.contains(['{', '}']) => return true,
            Some(part) => {
                let glob = GlobBuilder::new(part).literal_separator(true).build();
                if !glob.is_ok_and(|glob| glob.compile_matcher().is_match(name)) {
                    return false;
                }
            }
        }
    }
    // Below a pipe or a device there is nothing.
    *error != ReadError::Special || parts.next().is_none()
}
