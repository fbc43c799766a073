//! One run at a time: an advisory lock of the operating system on a file in the working folder.
//!
//! The system releases the lock of a killed run. The files that it leaves behind are in the working folder, which git
//! ignores and the next run empties. A lock is held only while files are written, never while a question is open.

use std::{
    fs::{File, TryLockError},
    io::{self, Read, Seek, Write},
    sync::Arc,
};

use same_file::Handle;

use super::{
    folder::{Folder, Kind, Obstacle},
    place::{ProjectPlace, WORK},
};
use crate::{files::GENERATED, plan::Failure, text::visible};

const LOCK: &str = "lock";
/// What the note in the lock file begins with, before the number of the process.
const NOTE: &str = "process ";

const GITIGNORE: &str = ".gitignore";

/// The draft of a `.env`, which is renamed into place.
pub(super) const DOTENV_DRAFT: &str = "env";

/// What the `.gitignore` says: git sees nothing of this folder.
const IGNORED: &[u8] = b"*\n";

/// The most that is read of another run's note in the lock file, in bytes.
const LONGEST_HOLDER: u64 = 100;

/// The right to write below `generated/`, until it is dropped.
#[derive(Debug)]
pub struct Lock {
    project: Arc<Folder>,
    // Held open: closing it is what unlocks.
    _file: File,
}

impl Lock {
    /// Takes the lock, and empties the working folder. Where another run has it, calls `on_wait` with what is known of that run
    /// (`process 42`), and waits. Errors: the working folder can't be written, or holds what is not of mlopsgen.
    pub fn acquire(place: &ProjectPlace, on_wait: impl FnOnce(&str)) -> Result<Self, Failure> {
        let project = place.shared();
        let path = format!("{WORK}/{LOCK}");
        let failed = |obstacle: Obstacle| {
            obstacle.failure("lock", &project.path(&path)).or_help(
                "`apply` needs to write in this folder: look who owns it, and how it is mounted",
            )
        };
        let of_system = |error: io::Error| failed(Obstacle::from(error));
        let mut on_wait = Some(on_wait);
        loop {
            project.make_folders(WORK).map_err(failed)?;
            let mut file = match project.lock_file(&path) {
                // The previous run removed the folder just now.
                Err(obstacle) if obstacle.is_missing() => continue,
                Err(Obstacle::System(error)) if error.kind() == io::ErrorKind::IsADirectory => {
                    return Err(not_ours(LOCK));
                }
                opened => opened.map_err(failed)?,
            };
            if !is_sole_file(&file) {
                let why = "it is no file, or has a second name elsewhere";
                return Err(failed(io::Error::other(why).into()));
            }
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    if let Some(on_wait) = on_wait.take() {
                        on_wait(&holder(&file));
                    }
                    file.lock().map_err(of_system)?;
                }
                Err(TryLockError::Error(error)) => return Err(of_system(error)),
            }
            // The run before removed its lock file when it was done: a lock on that one keeps nobody out.
            if !is_still_at(&file, &project, &path) {
                continue;
            }
            if !is_note(&file) {
                return Err(not_ours(LOCK));
            }
            sign(&mut file).map_err(of_system)?;
            let lock = Self {
                project: Arc::clone(&project),
                _file: file,
            };
            if let Some(foreign) = contents(&project).map_err(failed)?.1 {
                return Err(not_ours(&foreign));
            }
            remove_own(&project).map_err(failed)?;
            // A run that is killed here leaves nothing that git sees.
            let ignore = format!("{WORK}/{GITIGNORE}");
            project.create(&ignore, IGNORED, 0o666).map_err(failed)?;
            return Ok(lock);
        }
    }

    /// Removes what a killed run left in the working folder, unless a run has the lock. What can't be removed stays: whoever
    /// calls this has nothing to write.
    pub fn clear(place: &ProjectPlace) {
        let project = place.opened();
        let names = project.names(WORK).unwrap_or_default();
        if names.is_empty() {
            let _ = project.remove_folder(WORK);
            return;
        }
        let has_lock = names.iter().any(|(name, _)| name == LOCK);
        if !has_lock || Self::obstacle(place).is_some() {
            return;
        }
        let is_free = |file: File| is_sole_file(&file) && is_note(&file) && file.try_lock().is_ok();
        if project
            .lock_file(&format!("{WORK}/{LOCK}"))
            .is_ok_and(is_free)
        {
            // Another run may take it in between: then that one removes it.
            drop(Self::acquire(place, |_| {}));
        }
    }

    /// The path of what is in the working folder and was written by no run: it stops every run that writes.
    pub(super) fn obstacle(place: &ProjectPlace) -> Option<String> {
        let (_, foreign) = contents(place.opened()).ok()?;
        Some(format!("{WORK}/{}", foreign?))
    }

    /// Whether the working folder holds more of a run's than a lock that git ignores: a run is writing, or was killed. Where
    /// something else is in it, nothing is removed.
    pub(super) fn is_work_unfinished(place: &ProjectPlace) -> bool {
        let Ok((own, None)) = contents(place.opened()) else {
            return false;
        };
        let is_ignored = own.iter().any(|name| name == GITIGNORE);
        let has_lock = || {
            let names = place.opened().names(WORK).unwrap_or_default();
            names.iter().any(|(name, _)| name == LOCK)
        };
        own.iter().any(|name| name != GITIGNORE) || !is_ignored && has_lock()
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // What can't be removed now is removed by the next run. Folders go only if they are empty.
        let _ = remove_own(&self.project);
        let _ = self.project.remove_file(&format!("{WORK}/{LOCK}"));
        let _ = self.project.remove_folder(WORK);
        let _ = self.project.remove_folder(GENERATED);
    }
}

fn not_ours(name: &str) -> Failure {
    obstructed(&format!("{WORK}/{name}"))
}

/// The error of a run that something else in the working folder stops. `path`: relative to the project.
pub fn obstructed(path: &str) -> Failure {
    Failure::new(format!(
        "`{}` was not written by mlopsgen, which keeps this folder for its runs; nothing was written",
        visible(path)
    ))
    .help("move it away")
}

/// Whether the lock file is empty or holds a run's note, and nothing that a person wrote.
fn is_note(file: &File) -> bool {
    let mut start = Vec::new();
    let read = file.take(NOTE.len() as u64).read_to_end(&mut start);
    read.is_ok() && begins_a_note(&start)
}

/// Whether a lock file with this text is a run's, which may have been killed while it wrote the note.
fn begins_a_note(text: &[u8]) -> bool {
    text.starts_with(NOTE.as_bytes()) || NOTE.as_bytes().starts_with(text)
}

/// Whether what has the name of the lock file is one. A link, or what is no file, stops a run where it opens that.
fn is_lock(project: &Folder, kind: Kind) -> bool {
    let text = || project.read(&format!("{WORK}/{LOCK}"), LONGEST_HOLDER);
    match kind {
        Kind::File => text().is_ok_and(|text| begins_a_note(&text)),
        Kind::Folder => false,
        _ => true,
    }
}

/// What is in the working folder but for the lock: files that runs leave there, and the name of something else.
fn contents(project: &Folder) -> Result<(Vec<String>, Option<String>), Obstacle> {
    let (mut own, mut foreign) = (Vec::new(), None);
    for (name, kind) in project.names(WORK)? {
        match name.to_str() {
            Some(LOCK) if is_lock(project, kind) => {}
            Some(name) if is_own(project, name, kind) => own.push(name.to_string()),
            _ => foreign = foreign.or(Some(name.to_string_lossy().into_owned())),
        }
    }
    Ok((own, foreign))
}

/// Whether a run writes such a file. (A link is removed, not what it leads to.)
fn is_own(project: &Folder, name: &str, kind: Kind) -> bool {
    let mut starts = ["new-", "old-"].iter();
    let number = starts.find_map(|start| name.strip_prefix(start));
    let is_named = number.is_some_and(|number| number.parse::<usize>().is_ok())
        || name == DOTENV_DRAFT
        || name == GITIGNORE && ignores_all(project);
    is_named && matches!(kind, Kind::File | Kind::Link)
}

/// Removes what runs leave in the working folder, but for the lock.
fn remove_own(project: &Folder) -> Result<(), Obstacle> {
    let (own, _) = contents(project)?;
    own.iter()
        .try_for_each(|name| project.remove_file(&format!("{WORK}/{name}")))
}

/// Whether the `.gitignore` of the working folder is a run's, which may have been killed while it wrote the file.
fn ignores_all(project: &Folder) -> bool {
    let text = project.read(&format!("{WORK}/{GITIGNORE}"), IGNORED.len() as u64);
    text.is_ok_and(|text| IGNORED.starts_with(&text))
}

/// Whether it is a regular file without a second name: what is written into it would stand there, too.
fn is_sole_file(file: &File) -> bool {
    #[cfg(unix)]
    let is_sole = |found: &std::fs::Metadata| std::os::unix::fs::MetadataExt::nlink(found) <= 1;
    #[cfg(not(unix))]
    let is_sole = |_: &std::fs::Metadata| true;
    let found = file.metadata();
    found.is_ok_and(|found| found.is_file() && is_sole(&found))
}

/// Writes into the lock file which process has the lock.
fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(format!("{NOTE}{}", std::process::id()).as_bytes())
}

/// The note of the run that has the lock.
fn holder(file: &File) -> String {
    let mut text = String::new();
    let read = file.take(LONGEST_HOLDER).read_to_string(&mut text);
    let number = text.strip_prefix(NOTE).filter(|_| read.is_ok());
    match number.and_then(|number| number.parse::<u32>().ok()) {
        Some(number) => format!("process {number}"),
        None => "a process that is not known".to_string(),
    }
}

fn is_still_at(file: &File, project: &Folder, path: &str) -> bool {
    let held = file.try_clone().and_then(Handle::from_file);
    let there = project
        .lock_file(path)
        .map(Handle::from_file)
        .map_err(|_| io::Error::other("it is gone"));
    matches!((held, there), (Ok(held), Ok(Ok(there))) if held == there)
}
