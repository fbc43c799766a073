//! Compares the desired files with the recorded and the present ones. The result is a [`Plan`]: what `apply` would do.
//!
//! `plan`, `check` and `apply` are three readers of the same value. Nothing here touches a disk.

mod chart;
mod claims;
mod compute;
mod consequences;
mod data;
mod diff;
mod displaced;
mod failure;
mod fewer_pods;
mod fixed;
mod found;
mod handed_over;
mod jobs;
mod keys;
mod manifest;
mod node_folders;
mod notice;
mod places;
mod recorded;
mod replacements;
mod saved;
mod scaling;
mod scripts;
mod stubs;
mod chart_secret;
mod upgrades;

pub use chart_secret::SecretChange;
pub use compute::{Fingerprints, Inputs, paths_of_interest, plan};
pub use consequences::Consequence;
pub use data::{Begin, DataPlan, Keep, LeftBehind, Moved, Resized};
pub use diff::{Diff, DiffLine, LineKind, diff};
pub use displaced::Displaced;
pub use failure::Failure;
pub use fixed::{Fixed, FixedField};
pub use found::{Found, State};
pub use handed_over::Holder;
pub use manifest::{
    Accepted, Facts, MANIFEST, Manifest, Recorded, VERSION, fingerprint, hash, read, read_data,
};
pub use notice::Notice;
pub use saved::{SavedChange, SavedPlan};
pub use stubs::stubs_of_interest;
pub use upgrades::MajorChange;

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fileset::Stub;

/// What happens to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It does not exist yet.
    Create,
    /// It exists, and its content changes.
    Change,
    /// It is owned, and no longer generated.
    Remove,
}

/// Why a file is not changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// It is owned, and was edited since it was written.
    Edited,
    /// The manifest does not list the existing file.
    NotOurs,
    /// A folder is where the file must be.
    Folder,
    /// The file with this path is where a folder must be.
    BelowFile(String),
    /// The symbolic link with this path leaves the output folder.
    Link(String),
    /// It exists and can't be read: the file system's words.
    Unreadable(String),
}

impl Refusal {
    /// Whether `--force` overrides it.
    pub fn gives_way_to_force(&self) -> bool {
        matches!(self, Refusal::Edited | Refusal::NotOurs)
    }

    /// For programs: the word that a saved plan has for it, without the path or the text beside it.
    pub fn name(&self) -> String {
        match serde_json::to_value(self).unwrap_or_default() {
            Value::String(name) => name,
            Value::Object(entry) => entry.into_iter().map(|(name, _)| name).collect(),
            _ => String::new(),
        }
    }

    /// For people, as what follows the path.
    pub fn reason(&self) -> String {
        match self {
            Refusal::Edited => "edited by hand since".to_string(),
            Refusal::NotOurs => "exists and was never written by mlopsgen".to_string(),
            Refusal::Folder => "is a folder, and a file must be there".to_string(),
            Refusal::BelowFile(file) => format!("`{file}` is a file, and a folder must be there"),
            Refusal::Link(link) => {
                format!("`{link}` is a symbolic link, and mlopsgen writes through none")
            }
            Refusal::Unreadable(error) => format!("can't be read: {error}"),
        }
    }
}

/// One file that differs from its desired state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Relative to the output folder.
    pub path: String,
    /// What happens to it.
    pub action: Action,
    /// What the file is now, `None` where it does not exist or is no file.
    pub before: Option<Vec<u8>>,
    /// What it is to be; `None` where it is removed.
    pub after: Option<Arc<str>>,
    /// Why it is not touched, if it isn't.
    pub refusal: Option<Refusal>,
}

/// What `apply` would do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Sorted by path.
    pub changes: Vec<Change>,
    /// Files that are up to date, sorted.
    pub unchanged: Vec<String>,
    /// Files that mlopsgen did not write, sorted.
    pub foreign: Vec<String>,
    /// Stubs that do not exist yet.
    pub stubs: Vec<Stub>,
    /// Files that are copies of the bodies of stubs, each with the body's path: a chart holds what it mounts.
    pub copies: BTreeMap<String, String>,
    /// What it does to data.
    pub data: DataPlan,
    /// Objects of a cluster with changed fields that are immutable.
    pub fixed: Vec<Fixed>,
    /// What of an upgrade is up to a person besides.
    pub notices: Vec<Notice>,
    /// The Secret of the chart, where it has to be made again.
    pub secret: Option<SecretChange>,
    /// The manifest to end with.
    pub manifest: Manifest,
    /// The manifest while files are being written: it owns what was and what will be. `None` where it is the one to end with.
    pub manifest_meanwhile: Option<Manifest>,
    /// The bytes of the manifest that was found; `None` where there is none.
    pub manifest_before: Option<Vec<u8>>,
    /// The manifest is gone, and which data there is was read from git's last commit.
    pub is_manifest_of_commit: bool,
    /// Whether the manifest is written again.
    pub manifest_changes: bool,
    /// An interrupted run's working files are to be removed.
    pub leftovers: bool,
    /// What stops `apply`, whatever it would write: a file of others among its working files, relative to the project.
    pub obstacle: Option<String>,
    /// Whether nearly all files are removed.
    pub emptied: Option<Emptied>,
}

/// The number of files that are removed, and the number that remain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Emptied {
    /// Files that are removed.
    pub removed: usize,
    /// Files that are there afterwards.
    pub left: usize,
}

/// How many files each action is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// New files.
    pub add: usize,
    /// Files that change.
    pub change: usize,
    /// Files that are removed.
    pub remove: usize,
}

impl Plan {
    /// `apply` would write nothing.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
            && self.stubs.is_empty()
            && !self.manifest_changes
            && !self.leftovers
    }

    /// The manifest while files are being written.
    pub(crate) fn manifest_meanwhile(&self) -> &Manifest {
        self.manifest_meanwhile.as_ref().unwrap_or(&self.manifest)
    }

    /// Whether the values of a chart that is there change: what they say of before is known.
    pub fn changes_chart(&self) -> bool {
        let mut changes = self.changes.iter();
        changes.any(|it| it.before.is_some() && chart::name_of(&it.path).is_some())
    }

    /// Files by action, the manifest and stubs aside.
    pub fn counts(&self) -> Counts {
        let of = |action| {
            self.changes
                .iter()
                .filter(|change| change.action == action)
                .count()
        };
        Counts {
            add: of(Action::Create),
            change: of(Action::Change),
            remove: of(Action::Remove),
        }
    }

    /// The changes that stop `apply`.
    pub fn refused(&self, force: Force) -> Vec<&Change> {
        self.changes
            .iter()
            .filter(|change| match &change.refusal {
                None => false,
                Some(refusal) => force == Force::No || !refusal.gives_way_to_force(),
            })
            .collect()
    }
}

/// Whether files that were edited by hand may be overwritten and removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// They stop `apply`.
    No,
    /// They are overwritten.
    Yes,
}
