//! Reads the output folder into a [`Found`].

use std::collections::BTreeSet;

use super::{
    folder::{DRAFT, Folder, Kind, Obstacle},
    lock::Lock,
    place::{ProjectPlace, WORK},
    secrets::is_own_gitignore,
};
use crate::{
    files::{DOTENV, GENERATED},
    plan::{Failure, Found, MANIFEST, State},
    project::bad_environment,
    threads,
    world::ReadError,
};

/// The largest file of the output folder that is read, in bytes. What is generated has 16 MiB at most.
pub(super) const LARGEST: u64 = 64 << 20;

/// What a plan needs to know about the disk.
pub struct Extent<'a> {
    /// Relative to the output folder.
    pub paths: &'a BTreeSet<String>,
    /// Whether the file that was found has the desired content.
    pub is_wanted: &'a (dyn Fn(&str, &[u8]) -> bool + Sync),
    /// Paths of files that are written once, relative to the project.
    pub stubs: &'a [String],
    /// Whether this run has the lock: then working files are its own and not those of an interrupted run.
    pub lock: Option<&'a Lock>,
}

/// The manifest's bytes, `None` where there is none. Errors: something else is at its path, or it can't be read.
pub fn read_manifest(place: &ProjectPlace) -> Result<Option<Vec<u8>>, Failure> {
    let path = place.output(MANIFEST);
    match place.opened().read(&path, LARGEST) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ReadError::Missing) => Ok(None),
        Err(error) => {
            Err(Failure::new(format!("`{path}` {error}"))
                .help("restore it from git, or move it away"))
        }
    }
}

/// Reads the states of the paths asked for, and lists everything else. Errors: the manifest can't be read, or the place of a
/// stub can't be reached.
pub fn survey(place: &ProjectPlace, extent: &Extent) -> Result<Found, Failure> {
    let mut found = Found {
        manifest: read_manifest(place)?,
        leftovers: extent.lock.is_none() && Lock::is_work_unfinished(place),
        obstacle: Lock::obstacle(place).filter(|_| extent.lock.is_none()),
        ..Found::default()
    };
    let (looks, others) = threads::both(
        || look_at_paths(place, extent),
        || ForeignFiles::of(place, extent.paths),
    );
    for (path, look) in extent.paths.iter().zip(looks) {
        match look {
            PathFinding::AsWanted => drop(found.as_wanted.insert(path.clone())),
            PathFinding::Other(state) => drop(found.states.insert(path.clone(), state)),
            PathFinding::Nothing => {}
        }
    }
    found.others = others.files;
    found.leftovers |= !others.drafts.is_empty();
    for stub in extent.stubs {
        let there = place.opened().entry(stub);
        let there = there.map_err(|obstacle| {
            obstacle.failure("look for the stub", &place.opened().path(stub))
        })?;
        if there.is_some() {
            found.stubs.insert(stub.clone());
        }
    }
    Ok(found)
}

/// What a look at one path found.
enum PathFinding {
    AsWanted,
    Other(State),
    Nothing,
}

/// Reads the state of each path, in their order.
fn look_at_paths(place: &ProjectPlace, extent: &Extent) -> Vec<PathFinding> {
    let look = |path: &String| match state(place, path) {
        // Most files of most runs: there is nothing to keep of them.
        Some(State::File(bytes)) if (extent.is_wanted)(path, &bytes) => PathFinding::AsWanted,
        Some(state) => PathFinding::Other(state),
        None => PathFinding::Nothing,
    };
    threads::each(extent.paths, look)
}

/// What stands at a path of the output folder; `None` where nothing does.
pub(super) fn state(place: &ProjectPlace, path: &str) -> Option<State> {
    // The place itself was looked at when the run began.
    let below = |part: &str| {
        let inner = part.strip_prefix(place.folder()).unwrap_or(part);
        inner.trim_start_matches('/').to_string()
    };
    let full = place.output(path);
    let read = match place.opened().read_below(&full, LARGEST) {
        Ok(read) => read,
        Err(Obstacle::BelowFile(file)) => return Some(State::BelowFile(below(&file))),
        Err(obstacle) => Err(obstacle.into()),
    };
    match read {
        Ok(bytes) => Some(State::File(bytes)),
        Err(ReadError::Directory) => Some(State::Folder),
        Err(ReadError::Link(link)) => Some(State::Link(below(&link))),
        Err(ReadError::Missing) => None,
        Err(error @ (ReadError::Special | ReadError::TooLarge(_))) => {
            Some(State::Unreadable(format!("it {error}")))
        }
        Err(ReadError::Failed(why)) => Some(State::Unreadable(why)),
    }
}

/// All files that are neither requested nor working files of a run.
struct ForeignFiles<'a> {
    place: &'a ProjectPlace,
    paths: &'a BTreeSet<String>,
    /// Relative to the output folder.
    files: Vec<String>,
    /// Files that a killed run left on their way to their place.
    drafts: Vec<String>,
}

impl<'a> ForeignFiles<'a> {
    fn of(place: &'a ProjectPlace, paths: &'a BTreeSet<String>) -> Self {
        let mut others = Self {
            place,
            paths,
            files: Vec::new(),
            drafts: Vec::new(),
        };
        others.collect("");
        others.files.sort();
        others
    }

    fn collect(&mut self, folder: &str) {
        let full = self.place.output(folder);
        // A foreign folder that can't be read does not matter to a plan.
        for (name, kind) in self.place.opened().names(&full).unwrap_or_default() {
            // A draft of ours has a plain name.
            let is_draft = name.to_str().is_some_and(|name| name.starts_with(DRAFT));
            let name = name.to_string_lossy();
            let path = match folder {
                "" => name.to_string(),
                folder => format!("{folder}/{name}"),
            };
            match kind {
                Kind::Folder if self.is_another_run(&path) => {}
                Kind::Folder => self.collect(&path),
                _ if is_draft => self.drafts.push(path),
                _ if self.is_known(&path) => {}
                _ => self.files.push(path),
            }
        }
    }

    /// The working folder, or the output of another environment, which is known by a manifest of its own.
    fn is_another_run(&self, path: &str) -> bool {
        if self.place.is_environment() || path.contains('/') {
            return false;
        }
        let manifest = self.place.output(&format!("{path}/{MANIFEST}"));
        let is_file = |entry| {
            matches!(
                entry,
                Ok(Some(super::folder::Entry {
                    kind: Kind::File,
                    ..
                }))
            )
        };
        self.place.output(path) == WORK
            || (bad_environment(path).is_none() && is_file(self.place.opened().entry(&manifest)))
    }

    /// Whether it is the `.env` of an environment of which nothing else is written yet.
    fn is_dotenv_of_environment(&self, path: &str) -> bool {
        let inner = path.split_once('/');
        !self.place.is_environment()
            && inner.is_some_and(|(name, rest)| rest == DOTENV && bad_environment(name).is_none())
    }

    fn is_known(&self, path: &str) -> bool {
        path == MANIFEST
            || path == DOTENV
            || self.is_dotenv_of_environment(path)
            || path == ".gitignore" && !self.place.is_environment() && is_own_gitignore(self.place)
            || self.paths.contains(path)
            // A link to a folder is a file to a walk, and part of the way to the files asked for.
            || leads_to_any(path, self.paths)
    }
}

fn leads_to_any(path: &str, paths: &BTreeSet<String>) -> bool {
    let below = format!("{path}/");
    paths
        .range(below.clone()..)
        .next()
        .is_some_and(|next| next.starts_with(&below))
}

/// Removes temporary files that killed runs left on file systems other than that of the working folder.
pub(super) fn remove_drafts(project: &Folder) -> Result<(), Obstacle> {
    fn walk(project: &Folder, folder: &str) -> Result<(), Obstacle> {
        for (name, kind) in project.names(folder).unwrap_or_default() {
            // A draft of ours has a plain name.
            let Some(name) = name.to_str() else {
                continue;
            };
            let path = format!("{folder}/{name}");
            match kind {
                Kind::Folder => walk(project, &path)?,
                Kind::File if name.starts_with(DRAFT) => project.remove_file(&path)?,
                _ => {}
            }
        }
        Ok(())
    }
    walk(project, GENERATED)
}
