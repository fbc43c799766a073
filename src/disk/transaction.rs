//! Writing: everything is prepared in the working folder first, then renamed into place step by step.
//!
//! If a step fails, the steps before it are undone. A killed run can undo nothing. But its first step writes a manifest that
//! owns every file in its old and its new form, so the next run recognises every file.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    folder::{Entry, Folder, Kind, Obstacle},
    lock::Lock,
    place::{ProjectPlace, WORK},
    secrets::keep_dotenv_ignored,
    survey::{LARGEST, read_manifest, remove_drafts, state},
};
use crate::{
    files::GENERATED,
    plan::{Action, Change, Failure, MANIFEST, Plan, State},
};

/// Who may read a generated file that did not exist before, as the process' umask leaves it.
const MODE: u32 = 0o666;

/// A plan that is being written to the disk.
#[derive(Debug)]
pub struct Transaction {
    steps: Vec<Step>,
    /// How many steps have been taken.
    taken: usize,
    undo: Vec<Undo>,
    /// Files that are no longer generated. A run that was killed may have left their folders empty.
    gone: Vec<String>,
    /// Folders are removed up to here where they are left empty.
    project: Arc<Folder>,
    /// The working folder.
    work: Folder,
    syncing: Syncing,
}

/// How prepared files, and then the folders that they were renamed into, are synced to the disk. All files are synced before
/// the first step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Syncing {
    /// One by one.
    Each,
    /// By one call for all, which also syncs files of other programs.
    Together,
}

/// Up to this number, new files are synced one by one. For more, one call for all is faster.
const FEW: usize = 16;

/// Paths are relative to the project; prepared files and copies of old ones have names in the working folder.
#[derive(Clone, Debug)]
enum Step {
    /// Rename the prepared file to its place, over what is there.
    Write {
        prepared: String,
        path: String,
    },
    /// The same, where nothing may be there.
    Create {
        prepared: String,
        path: String,
    },
    Remove {
        path: String,
    },
}

#[derive(Debug)]
enum Undo {
    Restore { backup: String, path: String },
    Remove { path: String },
}

impl Transaction {
    /// Checks that the disk is still as the plan found it, and prepares everything that is to be written.
    ///
    /// The caller has handled the refused changes: here every change is carried out. Errors: the disk is no longer as the plan
    /// found it, or the working folder can't be written.
    pub fn prepare(plan: &Plan, place: &ProjectPlace, _lock: &Lock) -> Result<Self, Failure> {
        verify(plan, place)?;
        keep_dotenv_ignored(plan, place)?;
        let in_work = |obstacle: Obstacle| obstacle.failure("write", &place.project().join(WORK));
        let mut transaction = Self {
            work: place.opened().inner(WORK).map_err(in_work)?,
            steps: Vec::new(),
            taken: 0,
            undo: Vec::new(),
            gone: files_to_forget(plan, place),
            project: place.shared(),
            syncing: match cfg!(target_os = "linux") && plan.changes.len() > FEW {
                true => Syncing::Together,
                false => Syncing::Each,
            },
        };
        remove_drafts(&transaction.project)
            .map_err(|obstacle| obstacle.failure("clear", &place.project().join(GENERATED)))?;
        let manifest = place.output(MANIFEST);
        if !plan.changes.is_empty() {
            let meanwhile = plan.manifest_meanwhile().render();
            let mode = transaction.mode_of(&manifest)?;
            transaction.prepare_write(&manifest, &meanwhile, mode)?;
        }
        // Removals first: a file may take the place of a folder, and a folder that of a file.
        for change in with_action(plan, &[Action::Remove]) {
            let path = place.output(&change.path);
            transaction.steps.push(Step::Remove { path });
        }
        for change in with_action(plan, &[Action::Create, Action::Change]) {
            let text = change.after.as_deref().unwrap_or_default();
            let path = place.output(&change.path);
            let mode = match change.before {
                Some(_) => transaction.mode_of(&path)?,
                None => None,
            };
            transaction.prepare_write(&path, text, mode)?;
        }
        for stub in &plan.stubs {
            transaction.prepare_create(&stub.path, &stub.text)?;
        }
        if plan.manifest_changes || !plan.changes.is_empty() {
            let mode = transaction.mode_of(&manifest)?;
            transaction.prepare_write(&manifest, &plan.manifest.render(), mode)?;
        }
        if transaction.syncing == Syncing::Together {
            transaction.work.sync_disk(".").map_err(in_work)?;
        }
        Ok(transaction)
    }

    /// Takes all steps. Where one fails, those before it are undone. Errors: the first step that failed, and what could not be
    /// undone.
    pub fn commit(mut self) -> Result<(), Failure> {
        loop {
            match self.advance() {
                Ok(true) => {}
                Ok(false) => break,
                Err(failure) => return Err(self.roll_back(failure)),
            }
        }
        for path in &self.gone {
            remove_empty_folders(path, &self.project);
        }
        self.sync_folders();
        Ok(())
    }

    /// Takes one step; `false` when none is left. [`commit`](Self::commit) is what a caller wants, unless it wants to see what
    /// a run leaves behind that is killed between two steps. Errors: the step can't be taken; those before it stay.
    pub fn advance(&mut self) -> Result<bool, Failure> {
        let Some(step) = self.steps.get(self.taken).cloned() else {
            return Ok(false);
        };
        match step {
            Step::Write { prepared, path } => {
                let found = self.clear_path(&path)?;
                self.keep_for_undo(&path, found.as_ref())?;
                self.place_at(&prepared, &path)?;
            }
            Step::Create { prepared, path } => {
                // Another program created it in the meantime: it is not ours.
                if self.find(&path)?.is_none() {
                    self.undo.push(Undo::Remove { path: path.clone() });
                    self.place_at(&prepared, &path)?;
                }
            }
            Step::Remove { path } => {
                let found = self.find(&path)?;
                self.keep_for_undo(&path, found.as_ref())?;
                self.project
                    .remove_file(&path)
                    .map_err(|obstacle| obstacle.failure("remove", &self.project.path(&path)))?;
                remove_empty_folders(&path, &self.project);
            }
        }
        self.taken += 1;
        Ok(true)
    }

    /// `mode`: the permissions of the file that is replaced.
    fn prepare_write(&mut self, path: &str, text: &str, mode: Option<u32>) -> Result<(), Failure> {
        let prepared = self.prepare_file(text, mode)?;
        self.steps.push(Step::Write {
            prepared,
            path: path.to_string(),
        });
        Ok(())
    }

    fn prepare_create(&mut self, path: &str, text: &str) -> Result<(), Failure> {
        let prepared = self.prepare_file(text, None)?;
        self.steps.push(Step::Create {
            prepared,
            path: path.to_string(),
        });
        Ok(())
    }

    /// The permissions of a file; `None` where there is none.
    fn mode_of(&self, path: &str) -> Result<Option<u32>, Failure> {
        let found = self.find(path)?;
        let file = found.filter(|entry| entry.kind == Kind::File);
        Ok(file.map(|entry| entry.mode))
    }

    /// Writes a text to the working folder.
    fn prepare_file(&self, text: &str, mode: Option<u32>) -> Result<String, Failure> {
        let prepared = format!("new-{}", self.steps.len());
        let (work, bytes) = (&self.work, text.as_bytes());
        let written = match self.syncing {
            Syncing::Each => work.create(&prepared, bytes, MODE),
            Syncing::Together => work.create_unsynced(&prepared, bytes, MODE),
        };
        written
            .and_then(|()| match mode {
                Some(mode) => work.set_mode(&prepared, mode),
                None => Ok(()),
            })
            .map_err(|obstacle| obstacle.failure("write", &work.path(&prepared)))?;
        Ok(prepared)
    }

    /// What stands at a path, `None` where nothing does or only could below a file.
    fn find(&self, path: &str) -> Result<Option<Entry>, Failure> {
        match self.project.entry(path) {
            Err(Obstacle::BelowFile(_)) => Ok(None),
            found => found.map_err(|obstacle| obstacle.failure("read", &self.project.path(path))),
        }
    }

    /// Removes empty folders of a killed run at the path of a new file. Other folders stay. Returns what is at the path then.
    fn clear_path(&self, path: &str) -> Result<Option<Entry>, Failure> {
        let found = self.find(path)?;
        if !matches!(&found, Some(entry) if entry.kind == Kind::Folder) {
            return Ok(found);
        }
        let below = format!("{path}/");
        for gone in self.gone.iter().filter(|gone| gone.starts_with(&below)) {
            remove_empty_folders(gone, &self.project);
        }
        self.find(path)
    }

    /// `found`: what stands at the path now.
    fn keep_for_undo(&mut self, path: &str, found: Option<&Entry>) -> Result<(), Failure> {
        let path = path.to_string();
        if found.is_none() {
            self.undo.push(Undo::Remove { path });
            return Ok(());
        }
        let backup = format!("old-{}", self.taken);
        // A second name costs nothing and keeps the time of the last change.
        self.project
            .keep(&path, &self.work, &backup)
            .map_err(|obstacle| obstacle.failure("keep a copy of", &self.project.path(&path)))?;
        self.undo.push(Undo::Restore { backup, path });
        Ok(())
    }

    fn place_at(&self, prepared: &str, path: &str) -> Result<(), Failure> {
        place_at(&self.project, &self.work, prepared, path)
            .map_err(|obstacle| obstacle.failure("write", &self.project.path(path)))
    }

    fn roll_back(self, failure: Failure) -> Failure {
        let mut all_undone = true;
        for undo in self.undo.into_iter().rev() {
            all_undone &= match undo {
                Undo::Restore { backup, path } => {
                    place_at(&self.project, &self.work, &backup, &path).is_ok()
                        // The step that failed may have changed nothing.
                        || are_same((&self.work, &backup), (&self.project, &path))
                }
                Undo::Remove { path } => {
                    let removed = self.project.remove_file(&path);
                    remove_empty_folders(&path, &self.project);
                    removed.map_or_else(|obstacle| obstacle.is_missing(), |()| true)
                }
            };
        }
        let cause = failure.help.clone().map(|help| format!("{help}. "));
        let state = match all_undone {
            true => {
                "everything is as it was before; once this is resolved, run `mlopsgen apply` again"
            }
            false => {
                "not everything could be put back; once this is resolved, `mlopsgen apply` finishes the work"
            }
        };
        failure.help(format!("{}{state}", cause.unwrap_or_default()))
    }

    /// Makes the renames survive a power cut, where folders can be synced at all. A rename between two disks has synced its
    /// folder itself, so one call for the disk of the working folder is enough for all others.
    fn sync_folders(&self) {
        if self.syncing == Syncing::Together && self.work.sync_disk(".").is_ok() {
            return;
        }
        let folders: BTreeSet<&str> = self
            .steps
            .iter()
            .map(|step| match step {
                Step::Write { path, .. } | Step::Create { path, .. } | Step::Remove { path } => {
                    path.rsplit_once('/').map_or(".", |(folder, _)| folder)
                }
            })
            .collect();
        for folder in folders {
            let _ = self.project.sync(folder);
        }
    }
}

fn with_action<'a>(plan: &'a Plan, actions: &'a [Action]) -> impl Iterator<Item = &'a Change> {
    plan.changes
        .iter()
        .filter(|change| actions.contains(&change.action))
}

/// A file that was written earlier and is no longer generated.
fn files_to_forget(plan: &Plan, place: &ProjectPlace) -> Vec<String> {
    let before = plan.manifest_meanwhile().files.keys();
    let gone = before.filter(|path| !plan.manifest.files.contains_key(*path));
    gone.map(|path| place.output(path)).collect()
}

/// Files may have been edited between the plan and the write, while a question was open.
fn verify(plan: &Plan, place: &ProjectPlace) -> Result<(), Failure> {
    let mut moved: Vec<&str> = Vec::new();
    for change in &plan.changes {
        let now = match state(place, &change.path) {
            Some(State::File(bytes)) => Some(bytes),
            // A folder, or a file, that gives way; or nothing at all.
            Some(State::Folder | State::BelowFile(_)) | None => None,
            Some(State::Link(_) | State::Unreadable(_)) => {
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

fn place_at(project: &Folder, work: &Folder, prepared: &str, path: &str) -> Result<(), Obstacle> {
    match work.rename_into(prepared, project, path) {
        Err(obstacle) if obstacle.is_missing() => {}
        placed => return placed,
    }
    if let Some((folder, _)) = path.rsplit_once('/') {
        project.make_folders(folder)?;
    }
    work.rename_into(prepared, project, path)
}

/// Whether two files hold the same bytes.
fn are_same(one: (&Folder, &str), other: (&Folder, &str)) -> bool {
    let read = |(folder, path): (&Folder, &str)| folder.read(path, LARGEST).ok();
    read(one).is_some_and(|bytes| read(other) == Some(bytes))
}

/// Removes the folders of a removed file, from the inside out, as long as they are empty.
fn remove_empty_folders(path: &str, project: &Folder) {
    let mut inner = path;
    while let Some((folder, _)) = inner.rsplit_once('/') {
        match project.remove_folder(folder) {
            Err(obstacle) if !obstacle.is_missing() => return,
            // A run that was killed may have removed it already.
            _ => inner = folder,
        }
    }
}
