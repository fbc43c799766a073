//! Single files that a person names, or that are beside platform.toml: written in one step, so that a run that is killed
//! leaves the old one or the new.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use super::folder::{DRAFT, Entry, Folder, Kind, Obstacle};
use crate::{plan::Failure, world::ReadError};

/// The largest file that is read, in bytes: a saved plan holds all that is generated.
const LARGEST: u64 = 256 << 20;

/// A file by the path that somebody gave. Links on the way to the folder that was named are followed, none below it.
#[derive(Clone, Debug)]
pub struct NamedFile {
    base: PathBuf,
    /// Below the base.
    path: String,
}

impl NamedFile {
    /// `file` is absolute, or relative to the base. Errors: its name is no UTF-8, or it has none.
    pub fn new(base: &Path, file: &Path) -> Result<Self, Failure> {
        let is_below = file
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        let full = base.join(file);
        let (base, path) = match (is_below, full.parent(), full.file_name()) {
            (true, _, Some(_)) => (base.to_path_buf(), file.to_path_buf()),
            (false, Some(folder), Some(name)) => (folder.to_path_buf(), PathBuf::from(name)),
            _ => {
                return Err(Failure::new(format!("`{}` is not a file", file.display()))
                    .help("name a file, not a folder"));
            }
        };
        match path.to_str() {
            Some(path) => Ok(Self {
                base,
                path: path.to_string(),
            }),
            None => Err(
                Failure::new(format!("the name `{}` is not UTF-8", path.display()))
                    .help("rename it"),
            ),
        }
    }

    /// For messages.
    pub fn path(&self) -> PathBuf {
        self.base.join(&self.path)
    }

    /// The text, `None` where there is no such file. Errors: it is no regular file, or no UTF-8.
    pub fn read_text(&self) -> Result<Option<String>, Failure> {
        let shown = self.path();
        let folder = match Folder::open(&self.base) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(|error| Failure::io("open", &self.base, &error))?,
        };
        let bytes = match folder.read(&self.path, LARGEST) {
            Err(ReadError::Missing) => return Ok(None),
            Err(ReadError::TooLarge(_)) => {
                return Err(Failure::new(format!(
                    "`{}` has more than {} MiB",
                    shown.display(),
                    LARGEST >> 20
                )));
            }
            Err(error) => {
                return Err(Failure::new(format!("`{}` {error}", shown.display()))
                    .help("put a regular file there that you may read"));
            }
            Ok(bytes) => bytes,
        };
        String::from_utf8(bytes)
            .map(Some)
            .map_err(|_| Failure::new(format!("`{}` is not UTF-8", shown.display())))
    }

    /// Replaces the text. A file that was there keeps its mode. Errors: something else than a file has its path, or it can't be
    /// written.
    pub fn replace(&self, text: &str) -> Result<(), Failure> {
        let shown = self.path();
        let folder =
            Folder::open(&self.base).map_err(|error| Failure::io("open", &self.base, &error))?;
        self.replace_in(&folder, text)
            .map_err(|obstacle| obstacle.failure("write", &shown))
    }

    fn replace_in(&self, folder: &Folder, text: &str) -> Result<(), Obstacle> {
        let (around, _) = self.path.rsplit_once('/').unwrap_or((".", ""));
        folder.make_folders(around)?;
        let found = folder.entry(&self.path)?;
        match found.map(|entry| entry.kind) {
            None | Some(Kind::File) => {}
            Some(Kind::Link) => return Err(Obstacle::Link(self.path.clone())),
            Some(Kind::Folder | Kind::Special) => {
                return Err(io::Error::other("it is not a regular file").into());
            }
        }
        let draft = format!("{around}/{DRAFT}{}", std::process::id());
        remove_abandoned(folder, around, &draft);
        let mode = found.map(|entry: Entry| entry.mode);
        let written = folder
            .create(&draft, text.as_bytes(), 0o666)
            .and_then(|()| mode.map_or(Ok(()), |mode| folder.set_mode(&draft, mode)))
            .and_then(|()| folder.rename(&draft, &self.path));
        if written.is_err() {
            let _ = folder.remove_file(&draft);
        }
        written
    }

    /// Writes a file that does not exist yet, with the folders to it, whole or not at all; `false` where something has its
    /// path. Errors: the folders can't be made, or the file can't be written.
    pub fn create(&self, text: &str) -> Result<bool, Failure> {
        fs::create_dir_all(&self.base)
            .map_err(|error| Failure::io("make the folder", &self.base, &error))?;
        let folder =
            Folder::open(&self.base).map_err(|error| Failure::io("open", &self.base, &error))?;
        let (around, _) = self.path.rsplit_once('/').unwrap_or((".", ""));
        let failed = |obstacle: Obstacle| obstacle.failure("write", &self.path());
        folder.make_folders(around).map_err(failed)?;
        if folder.entry(&self.path).map_err(failed)?.is_some() {
            return Ok(false);
        }
        self.replace_in(&folder, text).map_err(failed)?;
        Ok(true)
    }
}

/// Removes drafts of runs that were killed: those of process numbers that nobody has, where the machine can tell, and of our own.
fn remove_abandoned(folder: &Folder, around: &str, own: &str) {
    let processes = Path::new("/proc");
    let is_told = processes.join("self").exists();
    let names = folder.names(around).unwrap_or_default();
    for (name, kind) in names {
        let name = name.to_string_lossy();
        let path = format!("{around}/{name}");
        let number = name
            .strip_prefix(DRAFT)
            .filter(|rest| rest.parse::<u32>().is_ok());
        let is_dead = number.is_some_and(|number| is_told && !processes.join(number).exists());
        if kind == Kind::File && (is_dead || path == own) {
            let _ = folder.remove_file(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io, path::Path};

    use super::NamedFile;

    #[test]
    fn a_file_is_replaced_and_nothing_else_is_left() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = NamedFile::new(folder.path(), Path::new("sub/f")).expect("a name");
        file.replace("one").expect("a new file");
        // A process that was killed had this number, and one that runs has that.
        let left = [".mlopsgen-draft-4294967294", ".mlopsgen-draft-x"];
        for name in left {
            fs::write(folder.path().join("sub").join(name), "half")?;
        }
        file.replace("two").expect("an old file");
        assert!(!cfg!(target_os = "linux") || !folder.path().join("sub").join(left[0]).exists());
        fs::remove_file(folder.path().join("sub").join(left[1]))?;
        assert_eq!(file.read_text().expect("a file").as_deref(), Some("two"));
        assert_eq!(fs::read_dir(folder.path().join("sub"))?.count(), 1);
        assert_eq!(file.create("three"), Ok(false));
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn modes_stay_and_links_are_not_written_through() -> io::Result<()> {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name);
        let named = |name: &str| NamedFile::new(folder.path(), Path::new(name)).expect("a name");
        fs::write(at("f"), "one")?;
        fs::set_permissions(at("f"), fs::Permissions::from_mode(0o640))?;
        symlink(at("f"), at("l"))?;
        fs::create_dir(at("folder"))?;
        symlink(at("folder"), at("way"))?;
        fs::write(at("folder/f"), "one")?;
        for name in ["l", "way/f"] {
            assert!(named(name).replace("two").is_err(), "{name}");
            assert!(named(name).read_text().is_err(), "{name}");
        }
        assert_eq!(fs::read_to_string(at("folder/f"))?, "one");
        named("f").replace("two").expect("a file");
        let mode = fs::metadata(at("f"))?.permissions().mode() & 0o777;
        assert_eq!(
            (fs::read_to_string(at("f"))?.as_str(), mode),
            ("two", 0o640)
        );
        Ok(())
    }
}
