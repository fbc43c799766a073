//! The `.env` of an output folder: values of secrets, where plain Compose looks for them.

use std::io;

use super::{
    Dotenv, Lock, Place,
    folder::{Kind, Obstacle},
    git,
    place::WORK,
};
use crate::{plan::Failure, text::visible, world::ReadError};

/// Relative to the output folder.
const DOTENV: &str = "compose/.env";
const GITIGNORE: &str = "compose/.gitignore";

/// The largest `.env` that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// Only the owner can read and write it.
const MODE: u32 = 0o600;

/// The `.env` of this place, empty where there is none. Errors: it can't be read, or a quote in it is never closed.
pub fn read_dotenv(place: &Place) -> Result<Dotenv, Failure> {
    let path = place.output(DOTENV);
    match place.opened().read(&path, LARGEST) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => closed(Dotenv::new(text), &path),
            Err(_) => Err(Failure::new(format!("`{path}` is not UTF-8")).help("save it as UTF-8")),
        },
        Err(ReadError::Missing) => Ok(Dotenv::default()),
        Err(error) => Err(Failure::new(format!("`{path}` {error}"))
            .help("put a regular file there that you may read, or remove it")),
    }
}

fn closed(dotenv: Dotenv, path: &str) -> Result<Dotenv, Failure> {
    match dotenv.open_quote() {
        None => Ok(dotenv),
        Some(open) => Err(Failure::new(format!(
            "{path}:{}: the value of `{}` begins with a quote that is never closed, so all lines below are part of it",
            open.line, visible(&open.name)
        ))
        .help("close the quote at the end of the value")),
    }
}

/// Whether the `.gitignore` beside it lists the file.
fn is_listed(place: &Place) -> bool {
    let text = place.opened().read(&place.output(GITIGNORE), LARGEST);
    let text = text.unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lists = |line: &str| [".env", "/.env", "*"].contains(&line.trim());
    text.lines().any(lists)
}

/// Whether git tracks the `.env` of this place: its values came with the repository, and everybody who has that knows them.
pub fn is_dotenv_tracked(place: &Place) -> bool {
    git::tracks(place.project(), &place.output(DOTENV))
}

/// Replaces the `.env` of this place, after it is sure that git ignores it. `ignored` is the text of the `.gitignore` that
/// lies beside it, written where there is none.
///
/// Errors: git would add the file; the file system refuses.
pub fn write_dotenv(
    place: &Place,
    dotenv: &Dotenv,
    ignored: &str,
    _lock: &Lock,
) -> Result<(), Failure> {
    let folder = place.opened();
    let path = place.output(DOTENV);
    let failed = |obstacle: Obstacle| obstacle.failure("write", &folder.path(&path));
    folder
        .make_folders(&place.output("compose"))
        .map_err(failed)?;
    match folder.create(&place.output(GITIGNORE), ignored.as_bytes(), 0o666) {
        Err(Obstacle::System(error)) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => made.map_err(failed)?,
    }
    let is_ignored = match git::would_ignore(place.project(), &path) {
        Some(is_ignored) => is_ignored,
        // If git is installed later, the file is already ignored.
        None => is_listed(place),
    };
    if !is_ignored {
        return Err(Failure::new(format!(
            "git does not ignore `{path}`, so the secrets in it would be committed; nothing was written"
        ))
        .help(format!(
            "write `.env` into `{}`, or take the file out of git with `git rm --cached {path}`",
            place.output(GITIGNORE)
        )));
    }
    match folder.entry(&path).map_err(failed)?.map(|it| it.kind) {
        None | Some(Kind::File) => {}
        Some(Kind::Link) => return Err(failed(Obstacle::Link(path.clone()))),
        Some(_) => return Err(failed(io::Error::other("it is no file").into())),
    }
    // Git ignores the working folder: a run that is killed leaves no secret that it sees.
    let draft = format!("{WORK}/env");
    folder
        .create(&draft, dotenv.text().as_bytes(), MODE)
        .and_then(|()| folder.rename(&draft, &path))
        .map_err(failed)
}
