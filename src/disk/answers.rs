//! What a compilation asked the disk, and what the disk answered.
//!
//! The compiler is a pure function of these answers. Where the disk would give all of them again, the same program would
//! make the same of them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::world::DiskWorld;
use crate::{
    files::GENERATED,
    plan::hash,
    world::{Listing, ReadError, World},
};

/// Questions, each with the hash of its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// By path.
    files: BTreeMap<String, String>,
    /// By path.
    folders: BTreeMap<String, String>,
    /// Where links on the way lead, by path.
    #[serde(default)]
    links: BTreeMap<String, Option<String>>,
    /// One question was answered in two ways: somebody changed a file while it was being compiled.
    #[serde(default)]
    differed: bool,
}

impl Answers {
    pub(super) fn note_file(&mut self, path: &str, read: &Result<Vec<u8>, ReadError>) {
        let before = self.files.insert(path.to_string(), of_file(read));
        self.differed |= before.is_some_and(|before| before != self.files[path]);
    }

    pub(super) fn note_folder(&mut self, path: &str, listing: &Listing) {
        let before = self.folders.insert(path.to_string(), of_folder(listing));
        self.differed |= before.is_some_and(|before| before != self.folders[path]);
    }

    pub(super) fn note_link(&mut self, path: &str, target: Option<&str>) {
        let answer = target.map(ToString::to_string);
        let before = self.links.insert(path.to_string(), answer);
        self.differed |= before.is_some_and(|before| before != self.links[path]);
    }

    /// Whether this file was asked for.
    pub(super) fn have_file(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Whether the disk gives each of these answers, now.
    pub(super) fn are_still_given(&self, world: &DiskWorld) -> bool {
        let has_file = |(path, answer): (&String, &String)| of_file(&world.read(path)) == *answer;
        let has_folder =
            |(path, answer): (&String, &String)| of_folder(&world.list(path)) == *answer;
        let has_link = |(path, answer): (&String, &Option<String>)| world.leads_to(path) == *answer;
        !self.differed
            && self.files.iter().all(has_file)
            && self.folders.iter().all(has_folder)
            && self.links.iter().all(has_link)
    }

    /// One hash of all files, without what other environments have written down: a saved plan outlives that they are applied. A
    /// file that is new in a folder counts once it is asked for.
    pub(super) fn digest(&self) -> String {
        let below = format!("{GENERATED}/");
        let files = self.files.iter();
        let files: BTreeMap<_, _> = files
            .filter(|(path, _)| !path.starts_with(&below))
            .collect();
        hash(format!("{files:?}").as_bytes())
    }

    /// Whether each question had one answer.
    pub(super) fn are_certain(&self) -> bool {
        !self.differed
    }

    /// The paths of files that were asked for, there or not.
    pub(super) fn into_paths(self) -> BTreeSet<String> {
        self.files.into_keys().collect()
    }
}

fn of_file(read: &Result<Vec<u8>, ReadError>) -> String {
    match read {
        Ok(bytes) => hash(bytes),
        Err(error) => format!("{error:?}"),
    }
}

fn of_folder(listing: &Listing) -> String {
    hash(format!("{listing:?}").as_bytes())
}
