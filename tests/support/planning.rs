//! Plans and applies compilations made by hand.

use std::{collections::BTreeSet, fs, ops::Deref};

use super::folder::Folder;
use mlopsgen::{
    data::{Data, Keeper, Kept},
    disk::{Extent, Lock, ProjectPlace, Transaction, read_manifest, survey},
    files::Target,
    fileset::{FileSet, GeneratedFile, Owner, Stub},
    plan::{self, Action, Failure, Force, Inputs, Plan},
};

/// A project on the disk.
pub struct Project {
    folder: Folder,
    pub environment: Option<String>,
    pub selected: Option<BTreeSet<Target>>,
}

/// What a compiler would have made: paths and texts.
pub fn files<const N: usize>(files: [(&str, &str); N]) -> FileSet {
    let mut set = FileSet::default();
    for (path, text) in files {
        let owner = Owner::of(path);
        let text = text.into();
        set.files
            .insert(path.to_string(), GeneratedFile { text, owner });
    }
    set
}

/// The same with a volume, by its real name; its key is made up from it.
pub fn with_volume(mut set: FileSet, name: &str) -> FileSet {
    set.kept.push(Kept {
        data: Data {
            keeper: Keeper::Engine,
            name: name.to_string(),
            backing: None,
            key: "components.redis.volumes.data".parse().expect("a key"),
            moved: false,
            program: None,
        },
        mounts: Vec::new(),
        upgrades: Vec::new(),
        size: None,
        folder: None,
        places: BTreeSet::new(),
        readers: BTreeSet::new(),
        made_with: Default::default(),
        first_start: Default::default(),
        of_secrets: Default::default(),
        scripts: Default::default(),
        named_by: None,
        device: None,
        mounted_by: None,
        external: false,
        adopted: false,
        before: Vec::new(),
    });
    set
}

/// The same with a stub.
pub fn with_stub(mut set: FileSet, path: &str, text: &str) -> FileSet {
    set.stubs.push(Stub {
        path: path.to_string(),
        text: text.to_string(),
    });
    set
}

impl Deref for Project {
    type Target = Folder;

    fn deref(&self) -> &Folder {
        &self.folder
    }
}

impl Project {
    pub fn new() -> Self {
        Self {
            folder: Folder::new(),
            environment: None,
            selected: None,
        }
    }

    /// The project with all that is in the folder, as another one.
    pub fn copy(&self) -> Self {
        let copy = Self::new();
        for (path, bytes) in self.tree() {
            copy.write(&path, bytes);
        }
        copy
    }

    pub fn place(&self) -> Result<ProjectPlace, Failure> {
        ProjectPlace::new(&self.path(""), self.environment.as_deref())
    }

    /// The plan, seen without a lock.
    pub fn plan(&self, wanted: &FileSet) -> Result<Plan, Failure> {
        self.plan_with(wanted, None)
    }

    pub fn plan_with(&self, wanted: &FileSet, lock: Option<&Lock>) -> Result<Plan, Failure> {
        let place = self.place()?;
        let recorded = plan::read(read_manifest(&place)?.as_deref())?;
        let stubs = plan::stubs_of_interest(wanted, &recorded);
        let found = survey(
            &place,
            &Extent {
                paths: &plan::paths_of_interest(wanted, &recorded),
                is_wanted: &|path, bytes| {
                    let file = wanted.files.get(path);
                    file.is_some_and(|file| file.text.as_bytes() == bytes)
                },
                stubs: &stubs,
                lock,
            },
        )?;
        Ok(plan::plan(&Inputs {
            file: "platform.toml",
            wanted,
            fingerprints: &plan::Fingerprints::of(wanted),
            targets: &Target::ALL.iter().copied().collect(),
            selected: self.selected.as_ref(),
            recorded: &recorded,
            found: &found,
        }))
    }

    /// Applies; returns the refused paths if there are any.
    pub fn apply(&self, wanted: &FileSet, force: Force) -> Result<Vec<String>, Failure> {
        let place = self.place()?;
        let lock = Lock::acquire(&place, |_| {})?;
        let plan = self.plan_with(wanted, Some(&lock))?;
        let refused: Vec<String> = plan
            .refused(force)
            .iter()
            .map(|change| change.path.clone())
            .collect();
        if refused.is_empty() {
            Transaction::prepare(&plan, &place, &lock)?.commit()?;
        }
        Ok(refused)
    }

    /// Applies, and fails if a path is refused.
    pub fn apply_cleanly(&self, wanted: &FileSet) {
        assert_eq!(self.apply(wanted, Force::No), Ok(Vec::new()));
    }

    /// What the plan says, one line a file: `+ path`, `~ path`, `- path`, with the reason of a refusal.
    pub fn summary(&self, wanted: &FileSet) -> Vec<String> {
        let plan = self.plan(wanted).expect("a plan");
        plan.changes
            .iter()
            .map(|change| {
                let sign = match change.action {
                    Action::Create => '+',
                    Action::Change => '~',
                    Action::Remove => '-',
                };
                let refusal = change.refusal.as_ref();
                let reason =
                    refusal.map_or(String::new(), |refusal| format!(" {}", refusal.name()));
                format!("{sign} {}{reason}", change.path)
            })
            .collect()
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).expect("a file to remove");
    }

    pub fn manifest(&self) -> String {
        self.read("generated/.mlopsgen.json")
    }
}
