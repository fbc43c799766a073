//! Single files outside of `generated/`: written in one step, so that a run that is killed leaves the old one or the new.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::Builder;

use crate::plan::Failure;

/// Who may read a file that did not exist before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// As the system usually has it.
    All,
    /// Its owner only, whoever could read the file before.
    Owner,
}

/// Replaces a file's text. A file that was there keeps its mode where all may read it.
///
/// Errors: the path is a symbolic link, or the file system says no.
pub fn replace(path: &Path, text: &str, readers: Readers) -> Result<(), Failure> {
    if path.symlink_metadata().is_ok_and(|file| file.is_symlink()) {
        return Err(
            Failure::new(format!("`{}` is a symbolic link", path.display()))
                .help("write to where it points, or remove it"),
        );
    }
    write(path, text, readers).map_err(|error| Failure::io("write", path, &error))
}

/// The same through a symbolic link: the link stays, and what it points to is replaced.
pub fn replace_target(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::io("write", path, &error);
    let target = fs::canonicalize(path).map_err(failed)?;
    write(&target, text, Readers::All).map_err(failed)
}

fn write(path: &Path, text: &str, readers: Readers) -> io::Result<()> {
    let folder = folder_of(path);
    fs::create_dir_all(&folder)?;
    let mut builder = Builder::new();
    builder.prefix(".mlopsgen");
    // A temporary file is its owner's alone, unless it is told otherwise.
    #[cfg(unix)]
    if readers == Readers::All {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut draft = builder.tempfile_in(&folder)?;
    draft.write_all(text.as_bytes())?;
    if let (Readers::All, Ok(found)) = (readers, fs::metadata(path)) {
        draft.as_file().set_permissions(found.permissions())?;
    }
    draft.as_file().sync_all()?;
    draft.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Writes a file that does not exist yet, with the folders to it. Errors: something has that path.
pub fn create(path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder_of(path))?;
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

/// The text of a file.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::io("read", path, &error))
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io};

    use super::{Readers, create, replace, replace_target};

    #[test]
    fn a_file_is_replaced_and_nothing_else_is_left() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("sub/f");
        replace(&path, "one", Readers::All).expect("a new file");
        replace(&path, "two", Readers::All).expect("an old file");
        assert_eq!(fs::read_to_string(&path)?, "two");
        assert_eq!(fs::read_dir(folder.path().join("sub"))?.count(), 1);
        let error = create(&path, "three").expect_err("it is there");
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn modes_and_links_stay() -> io::Result<()> {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir()?;
        let (path, link) = (folder.path().join("f"), folder.path().join("l"));
        let mode = || fs::metadata(&path).map(|it| it.permissions().mode() & 0o777);
        fs::write(&path, "one")?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640))?;
        symlink(&path, &link)?;
        assert!(replace(&link, "two", Readers::All).is_err());
        replace_target(&link, "two").expect("through the link");
        assert!(link.symlink_metadata()?.is_symlink());
        assert_eq!(
            (fs::read_to_string(&path)?.as_str(), mode()?),
            ("two", 0o640)
        );
        replace(&path, "three", Readers::Owner).expect("a secret");
        assert_eq!(mode()?, 0o600);
        Ok(())
    }
}
