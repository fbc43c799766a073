//! Writing: everything is prepared in the working folder first, then renamed into place step by step.
//!
//! A step that fails undoes those before it. A run that is killed can undo nothing, but the first step writes a
//! manifest that owns every file as it was and as it will be: the next run finds nothing that it would not know.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::{
    lock::Lock,
    place::{Place, leaves},
    survey::{read_manifest, state},
};
use crate::plan::{Action, Change, Failure, MANIFEST, Plan, State};

/// So many files are brought to the disk one by one; more of them all together.
const FEW: usize = 16;

/// A plan on its way to the disk.
#[derive(Debug)]
pub struct Transaction {
    steps: Vec<Step>,
    /// How many steps have been taken.
    taken: usize,
    undo: Vec<Undo>,
    work: PathBuf,
    /// Folders are removed up to here where they are left empty.
    project: PathBuf,
}

#[derive(Debug)]
enum Step {
    /// Rename the prepared file to its place, over what is there.
    Write {
        prepared: PathBuf,
        path: PathBuf,
    },
    /// The same, where nothing may be there.
    Create {
        prepared: PathBuf,
        path: PathBuf,
    },
    Remove {
        path: PathBuf,
    },
}

#[derive(Debug)]
enum Undo {
    Restore { backup: PathBuf, path: PathBuf },
    Remove { path: PathBuf },
}

impl Transaction {
    /// Checks that the disk is still as the plan found it, and prepares everything that is to be written.
    ///
    /// The caller has dealt with what the plan refuses: here every change is carried out.
    pub fn prepare(plan: &Plan, place: &Place, _lock: &Lock) -> Result<Self, Failure> {
        verify(plan, place)?;
        let mut transaction = Self {
            steps: Vec::new(),
            taken: 0,
            undo: Vec::new(),
            work: place.work(),
            project: place.project().to_path_buf(),
        };
        let root = place.root();
        let manifest = root.join(MANIFEST);
        let meanwhile = plan.manifest_meanwhile.render();
        if !plan.changes.is_empty() {
            transaction.prepare_write(&manifest, &meanwhile)?;
        }
        // Removals first: a file may take the place of a folder, and a folder that of a file.
        for change in with_action(plan, &[Action::Remove]) {
            let path = root.join(&change.path);
            transaction.steps.push(Step::Remove { path });
        }
        for change in with_action(plan, &[Action::Create, Action::Change]) {
            let text = change.after.as_deref().unwrap_or_default();
            transaction.prepare_write(&root.join(&change.path), text)?;
        }
        for stub in &plan.stubs {
            transaction.prepare_stub(place, &stub.path, &stub.text)?;
        }
        if plan.manifest_changes || !plan.changes.is_empty() {
            transaction.prepare_write(&manifest, &plan.manifest.render())?;
        }
        transaction.sync_prepared()?;
        Ok(transaction)
    }

    /// Takes all steps. Where one fails, those before it are undone.
    pub fn commit(mut self) -> Result<(), Failure> {
        loop {
            match self.advance() {
                Ok(true) => {}
                Ok(false) => break,
                Err(failure) => return Err(self.roll_back(failure)),
            }
        }
        self.sync_folders();
        Ok(())
    }

    /// Takes one step; `false` when none is left. [`commit`](Self::commit) is what a caller wants, unless it wants to
    /// see what a run leaves behind that is killed between two steps.
    pub fn advance(&mut self) -> Result<bool, Failure> {
        let Some(step) = self.steps.get(self.taken) else {
            return Ok(false);
        };
        match step {
            Step::Write { prepared, path } => {
                let (prepared, path) = (prepared.clone(), path.clone());
                self.keep_for_undo(&path)?;
                place_at(&prepared, &path)?;
            }
            Step::Create { prepared, path } => {
                let (prepared, path) = (prepared.clone(), path.clone());
                // Somebody else made it in the meantime: then it is theirs.
                if fs::symlink_metadata(&path).is_err() {
                    self.undo.push(Undo::Remove { path: path.clone() });
                    place_at(&prepared, &path)?;
                }
            }
            Step::Remove { path } => {
                let path = path.clone();
                self.keep_for_undo(&path)?;
                fs::remove_file(&path).map_err(|error| Failure::io("remove", &path, &error))?;
                remove_empty_folders(&path, &self.project);
            }
        }
        self.taken += 1;
        Ok(true)
    }

    fn prepare_write(&mut self, path: &Path, text: &str) -> Result<(), Failure> {
        let prepared = self.prepare_file(path, text)?;
        self.steps.push(Step::Write {
            prepared,
            path: path.to_path_buf(),
        });
        Ok(())
    }

    fn prepare_stub(&mut self, place: &Place, stub: &str, text: &str) -> Result<(), Failure> {
        let path = place.project().join(stub);
        let existing = path.ancestors().skip(1).find(|folder| folder.exists());
        if existing.is_some_and(|folder| leaves(place.project(), folder)) {
            return Err(Failure::new(format!(
                "the stub `{stub}` lies behind a symbolic link that leaves the project"
            )));
        }
        let prepared = self.prepare_file(&path, text)?;
        self.steps.push(Step::Create { prepared, path });
        Ok(())
    }

    /// Writes a text to the working folder, with the permissions of the file that it is to replace.
    fn prepare_file(&self, path: &Path, text: &str) -> Result<PathBuf, Failure> {
        let prepared = self.work.join(format!("new-{}", self.steps.len()));
        fs::write(&prepared, text)
            .and_then(|()| match fs::metadata(path) {
                Ok(metadata) if metadata.is_file() => {
                    fs::set_permissions(&prepared, metadata.permissions())
                }
                _ => Ok(()),
            })
            .map_err(|error| Failure::io("write", &prepared, &error))?;
        Ok(prepared)
    }

    fn keep_for_undo(&mut self, path: &Path) -> Result<(), Failure> {
        let path = path.to_path_buf();
        if fs::symlink_metadata(&path).is_err() {
            self.undo.push(Undo::Remove { path });
            return Ok(());
        }
        let backup = self.work.join(format!("old-{}", self.taken));
        // A hard link costs nothing and keeps the time of the last change; not every file system has them.
        fs::hard_link(&path, &backup)
            .or_else(|_| fs::copy(&path, &backup).map(|_| ()))
            .map_err(|error| Failure::io("keep a copy of", &path, &error))?;
        self.undo.push(Undo::Restore { backup, path });
        Ok(())
    }

    fn roll_back(self, failure: Failure) -> Failure {
        let mut all_undone = true;
        for undo in self.undo.into_iter().rev() {
            all_undone &= match undo {
                Undo::Restore { backup, path } => place_at(&backup, &path).is_ok(),
                Undo::Remove { path } => {
                    let removed = fs::remove_file(&path);
                    remove_empty_folders(&path, &self.project);
                    removed.is_ok_or_missing()
                }
            };
        }
        failure.help(if all_undone {
            "everything is as it was before; once this is resolved, run `mlopsgen apply` again"
        } else {
            "not everything could be put back; once this is resolved, `mlopsgen apply` finishes the work"
        })
    }

    /// Brings what is prepared to the disk, so that no power cut finds a file renamed that has no text yet.
    fn sync_prepared(&self) -> Result<(), Failure> {
        let prepared: Vec<&Path> = self
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Write { prepared, .. } | Step::Create { prepared, .. } => {
                    Some(prepared.as_path())
                }
                Step::Remove { .. } => None,
            })
            .collect();
        // One by one each file waits for the disk.
        if prepared.len() > FEW && sync_file_system(&self.work) {
            return Ok(());
        }
        for path in prepared {
            File::open(path)
                .and_then(|file| file.sync_all())
                .map_err(|error| Failure::io("write", path, &error))?;
        }
        Ok(())
    }

    /// Makes the renames survive a power cut, where folders can be synced at all.
    fn sync_folders(&self) {
        let folders: BTreeSet<&Path> = self
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Write { path, .. } | Step::Create { path, .. } | Step::Remove { path } => {
                    path.parent()
                }
            })
            .collect();
        for folder in folders {
            if let Ok(folder) = File::open(folder) {
                let _ = folder.sync_all();
            }
        }
    }
}

trait OkOrMissing {
    fn is_ok_or_missing(&self) -> bool;
}

impl OkOrMissing for io::Result<()> {
    fn is_ok_or_missing(&self) -> bool {
        match self {
            Ok(()) => true,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }
}

fn with_action<'a>(plan: &'a Plan, actions: &'a [Action]) -> impl Iterator<Item = &'a Change> {
    plan.changes
        .iter()
        .filter(|change| actions.contains(&change.action))
}

/// Between the plan and its application, somebody was asked and somebody may have edited.
fn verify(plan: &Plan, place: &Place) -> Result<(), Failure> {
    let root = place.root();
    let mut moved: Vec<&str> = Vec::new();
    for change in &plan.changes {
        let now = match state(&root, &change.path) {
            Some(State::File(bytes)) => Some(bytes),
            // A folder, or a file, that gives way; or nothing at all.
            Some(State::Folder | State::BelowFile(_)) | None => None,
            Some(State::Outside(_) | State::Unreadable(_)) => {
                moved.push(&change.path);
                continue;
            }
        };
        if now != change.before {
            moved.push(&change.path);
        }
    }
    if read_manifest(place)? != plan.manifest_before {
        moved.push(MANIFEST);
    }
    if moved.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} changed while `apply` was running; nothing was written",
        crate::text::all_of(&moved)
    ))
    .help("run `mlopsgen apply` again"))
}

/// Brings everything that was written to a folder's file system to the disk; `false` where that can't be asked for.
#[cfg(target_os = "linux")]
fn sync_file_system(folder: &Path) -> bool {
    File::open(folder).is_ok_and(|folder| rustix::fs::syncfs(folder).is_ok())
}

#[cfg(not(target_os = "linux"))]
fn sync_file_system(_folder: &Path) -> bool {
    false
}

fn place_at(prepared: &Path, path: &Path) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::io("write", path, &error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::rename(prepared, path).map_err(failed)
}

/// Removes the folders of a removed file, from the inside out, as long as they are empty.
fn remove_empty_folders(path: &Path, project: &Path) {
    for folder in path.ancestors().skip(1) {
        if folder == project || fs::remove_dir(folder).is_err() {
            return;
        }
    }
}
