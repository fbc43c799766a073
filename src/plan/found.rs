//! What is on the disk, as a value: the plan is computed from it, not from the disk.

use std::collections::{BTreeMap, BTreeSet};

use super::manifest::Manifest;

/// What stands at a path that is to be written or was written before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// A regular file, and what it holds.
    File(Vec<u8>),
    /// A folder; whatever is in it.
    Folder,
    /// A folder of the path is a file: the path of that file.
    BelowFile(String),
    /// The path, or a folder of it, is a symbolic link that leaves the folder: the path of that link.
    Link(String),
    /// Neither a file nor a folder, or one that can't be read: in the file system's words.
    Unreadable(String),
}

/// The output folder. Paths are relative to it, with `/`; a path that is in neither `states` nor
/// `as_wanted` does not exist.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Of the paths that were asked for: files that hold exactly what is wanted there.
    pub as_wanted: BTreeSet<String>,
    /// Of the other paths that were asked for.
    pub states: BTreeMap<String, State>,
    /// All other files below the folder, sorted.
    pub others: Vec<String>,
    /// The manifest's bytes, `None` where there is none.
    pub manifest: Option<Vec<u8>>,
    /// What was read instead of a manifest that is gone is that of git's last commit: which data there is.
    pub is_manifest_of_commit: bool,
    /// What the other sides of merges wrote, by git's history: files that have these hashes are not edited by hand.
    pub sides: Manifest,
    /// An interrupted run left its working files behind.
    pub leftovers: bool,
    /// What another program wrote into the folder of working files, relative to the project: it stops `apply`.
    pub obstacle: Option<String>,
    /// Of the stubs that were asked for, the paths (relative to the project) that exist.
    pub stubs: BTreeSet<String>,
}
