//! One run at a time: an advisory lock of the operating system on a file in the working folder.
//!
//! A run that is killed loses its lock with its life. What it leaves behind lies in the working folder, which git
//! ignores and the next run empties.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

use same_file::Handle;

use super::place::Place;
use crate::plan::Failure;

const LOCK: &str = "lock";
const GITIGNORE: &str = ".gitignore";

/// The right to write below `generated/`, until it is dropped.
#[derive(Debug)]
pub struct Lock {
    work: PathBuf,
    generated: PathBuf,
    // Held open: closing it is what unlocks.
    _file: File,
}

impl Lock {
    /// Takes the lock, and empties the working folder. Where another run has it, calls `on_wait` once and waits.
    pub fn acquire(place: &Place, on_wait: impl FnOnce()) -> Result<Self, Failure> {
        let work = place.work();
        let path = work.join(LOCK);
        let failed = |error: io::Error| Failure::io("lock", &path, &error);
        let mut on_wait = Some(on_wait);
        loop {
            fs::create_dir_all(&work).map_err(failed)?;
            let file = match open(&path) {
                // The run before removed the folder in this very moment.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                opened => opened.map_err(failed)?,
            };
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    if let Some(on_wait) = on_wait.take() {
                        on_wait();
                    }
                    file.lock().map_err(failed)?;
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            // The run before removed its lock file when it was done: a lock on that one keeps nobody out.
            if !is_still_at(&file, &path) {
                continue;
            }
            let lock = Self {
                work,
                generated: place.generated(),
                _file: file,
            };
            lock.empty().map_err(failed)?;
            // A run that is killed here leaves nothing that git sees.
            fs::write(lock.work.join(GITIGNORE), "*\n").map_err(failed)?;
            return Ok(lock);
        }
    }

    /// Whether the working folder holds more than a lock: a run is writing, or was killed while it wrote.
    ///
    /// The lock alone is what Ctrl-C leaves behind when a question was open. Nothing was written then.
    pub(super) fn is_work_unfinished(place: &Place) -> bool {
        fs::read_dir(place.work())
            .into_iter()
            .flatten()
            .filter_map(Result::ok)
            .any(|entry| entry.file_name() != LOCK && entry.file_name() != GITIGNORE)
    }

    /// Removes everything from the working folder but the lock.
    fn empty(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.work)? {
            let entry = entry?;
            if entry.file_name() == LOCK {
                continue;
            }
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // What can't be removed now is removed by the next run. Folders go only if they are empty.
        let _ = self.empty();
        let _ = fs::remove_file(self.work.join(LOCK));
        let _ = fs::remove_dir(&self.work);
        let _ = fs::remove_dir(&self.generated);
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
}

fn is_still_at(file: &File, path: &Path) -> bool {
    let held = file.try_clone().and_then(Handle::from_file);
    matches!((held, Handle::from_path(path)), (Ok(held), Ok(there)) if held == there)
}
