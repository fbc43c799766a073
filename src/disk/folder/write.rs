//! What changes a folder.

use std::{
    fs::File,
    io::{self, Write},
};

use super::{Folder, Kind, Obstacle, Purpose, parts, system::Handle};

/// Starts the name of a file that is on its way to its place. A run that is killed may leave one; the next removes it.
pub const DRAFT: &str = ".mlopsgen-draft-";

impl Folder {
    /// Makes the folders of a path that are not there. Errors: a part of the path is a link or a file, or can't be made.
    pub fn make_folders(&self, path: &str) -> Result<(), Obstacle> {
        if self.folder(path).is_ok() {
            return Ok(());
        }
        let all = parts(path)?;
        for depth in 1..=all.len() {
            let here = all[..depth].join("/");
            match self.folder(&here) {
                Ok(_) => continue,
                Err(obstacle) if obstacle.is_missing() => {}
                Err(obstacle) => return Err(obstacle),
            }
            let made = self.on(&here, Handle::make_folder);
            match made {
                Err(Obstacle::System(error)) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => made?,
            }
        }
        Ok(())
    }

    /// Writes a file that does not exist yet, down to the disk. Errors: something has that path.
    pub fn create(&self, path: &str, bytes: &[u8], mode: u32) -> Result<(), Obstacle> {
        Ok(self.write_new(path, bytes, mode)?.sync_all()?)
    }

    /// The same without waiting for the disk: a power cut may take it. See [`Folder::sync_disk`]. Errors: something has that
    /// path.
    pub fn create_unsynced(&self, path: &str, bytes: &[u8], mode: u32) -> Result<(), Obstacle> {
        self.write_new(path, bytes, mode).map(drop)
    }

    fn write_new(&self, path: &str, bytes: &[u8], mode: u32) -> Result<File, Obstacle> {
        let mut file = self.on(path, |folder, name| {
            folder.file(name, Purpose::Create(mode))
        })?;
        file.write_all(bytes)?;
        Ok(file)
    }

    /// Sets the permissions of a file, as a mode. Errors: there is no such file, or it belongs to somebody else.
    pub fn set_mode(&self, path: &str, mode: u32) -> Result<(), Obstacle> {
        self.on(path, |folder, name| folder.set_mode(name, mode))
    }

    /// The file that a lock is taken on, made where it is not there. Errors: something else has that path, or it can't be made.
    pub fn lock_file(&self, path: &str) -> Result<File, Obstacle> {
        self.on(path, |folder, name| folder.file(name, Purpose::Lock))
            .map_err(|obstacle| self.named(path, obstacle))
    }

    /// Moves a file to its place, over the file that is there. Between two file systems it is copied to the place's own folder
    /// first, so that the place has the old file or the new one at any moment. Errors: there is no such file, or the place
    /// can't be written.
    pub fn rename(&self, from: &str, to: &str) -> Result<(), Obstacle> {
        self.rename_into(from, self, to)
    }

    /// The same, to a place in another open folder. Errors: there is no such file, or the place can't be written.
    pub fn rename_into(&self, from: &str, other: &Folder, to: &str) -> Result<(), Obstacle> {
        match self.between(from, other, to, Handle::rename) {
            Err(Obstacle::System(error)) if error.kind() == io::ErrorKind::CrossesDevices => {}
            done => return done,
        }
        let (folder, name) = to.rsplit_once('/').unwrap_or(("", to));
        let draft = format!("{folder}/{DRAFT}{name:.200}");
        let _ = other.remove_file(&draft);
        self.copy(from, other, &draft)?;
        if let Err(obstacle) = other.between(&draft, other, to, Handle::rename) {
            let _ = other.remove_file(&draft);
            return Err(obstacle);
        }
        other.sync(folder)?;
        self.remove_file(from)
    }

    /// A second name for a file, in another open folder; or a copy where the file system has none or it is another one. Errors:
    /// there is no such file, or the copy can't be written.
    pub fn keep(&self, from: &str, other: &Folder, to: &str) -> Result<(), Obstacle> {
        match self.between(from, other, to, Handle::hard_link) {
            Ok(()) => Ok(()),
            Err(_) => self.copy(from, other, to),
        }
    }

    fn copy(&self, from: &str, other: &Folder, to: &str) -> Result<(), Obstacle> {
        let mut source = self.on(from, |folder, name| {
            match folder.entry(name)?.kind {
                Kind::File => {}
                _ => return Err(io::Error::other("it is no file")),
            }
            folder.file(name, Purpose::Read)
        })?;
        let mut copy = other.on(to, |folder, name| folder.file(name, Purpose::Create(0o600)))?;
        let done = io::copy(&mut source, &mut copy)
            .and_then(|_| source.metadata())
            .and_then(|metadata| copy.set_permissions(metadata.permissions()))
            .and_then(|()| copy.sync_all());
        if let Err(error) = done {
            let _ = other.remove_file(to);
            return Err(error.into());
        }
        Ok(())
    }

    /// Removes a file, or a link. Errors: there is no such file, or the folder can't be written.
    pub fn remove_file(&self, path: &str) -> Result<(), Obstacle> {
        self.on(path, Handle::remove_file)
    }

    /// Errors: there is something in it.
    pub fn remove_folder(&self, path: &str) -> Result<(), Obstacle> {
        self.on(path, Handle::remove_folder)
    }

    /// Makes what was renamed in a folder survive a power cut. Errors: there is no such folder, or the disk failed.
    pub fn sync(&self, path: &str) -> Result<(), Obstacle> {
        Ok(self.folder(path)?.sync()?)
    }

    /// Brings everything that was written on the disk of a folder down to it, by one call. Errors: the system has no such
    /// call, or the disk failed.
    pub fn sync_disk(&self, path: &str) -> Result<(), Obstacle> {
        Ok(self.folder(path)?.sync_disk()?)
    }

    fn on<T>(
        &self,
        path: &str,
        act: impl FnOnce(&Handle, &str) -> io::Result<T>,
    ) -> Result<T, Obstacle> {
        let (folder, name) = self.parent(path)?;
        Ok(act(folder.as_ref().unwrap_or(&self.handle), name)?)
    }

    fn between(
        &self,
        from: &str,
        other: &Folder,
        to: &str,
        act: impl FnOnce(&Handle, &str, &Handle, &str) -> io::Result<()>,
    ) -> Result<(), Obstacle> {
        let (source, name) = self.parent(from)?;
        let (target, new) = other.parent(to)?;
        let source = source.as_ref().unwrap_or(&self.handle);
        let target = target.as_ref().unwrap_or(&other.handle);
        Ok(act(source, name, target, new)?)
    }

    /// An error of the system, as the link that it comes from.
    fn named(&self, path: &str, obstacle: Obstacle) -> Obstacle {
        match self.entry(path) {
            Ok(Some(entry)) if entry.kind == Kind::Link => Obstacle::Link(path.to_string()),
            _ => obstacle,
        }
    }
}
