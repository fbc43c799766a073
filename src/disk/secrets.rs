//! The `.env` of an output folder: values of secrets, where plain Compose looks for them.
//!
//! Git must never see one. The `.gitignore` beside it is committed, so it goes when Compose is no longer a target, when another
//! commit is checked out, or when the folder of an environment is removed. So there is a second one at the top of `generated/`, which
//! is not committed: it is written before the first `.env`, ignores itself, and stays.

use std::io;

use super::{
    Dotenv, Lock, ProjectPlace,
    folder::{Kind, Obstacle},
    git,
    lock::DOTENV_DRAFT,
    place::WORK,
};
use crate::{
    files::{DOTENV, DOTENV_GITIGNORE, GENERATED, ignores_dotenv, output_folder},
    plan::{Failure, Plan},
    text::visible,
    world::ReadError,
};

/// The user's own, at the top of the project.
const GITIGNORE_OF_PROJECT: &str = ".gitignore";

/// Relative to the project: hides all of them.
const HIDING: &str = "generated/.gitignore";

/// Its text. What a kind or `files` mounts may be called `.env`, too, and has to be committed: so the rules have the whole path,
/// and `config/` is no environment.
const HIDDEN: &str = "\
# Made by mlopsgen beside secrets. Not committed: git ignores this file, too.
/.gitignore
/compose/.env*
/*/compose/.env*
!.env.example
!/config/compose/.env*
.mlopsgen-draft-*
";

/// The largest `.env` that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// Only the owner can read and write it.
const MODE: u32 = 0o600;

/// The `.env` of this place, empty where there is none. Errors: it can't be read, or a quote in it is never closed.
pub fn read_dotenv(place: &ProjectPlace) -> Result<Dotenv, Failure> {
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

/// Whether git tracks the `.env` of this place: its values came with the repository, and everybody who has that knows them.
pub fn is_dotenv_tracked(place: &ProjectPlace) -> bool {
    git::tracks(place.project(), &place.output(DOTENV))
}

/// Whether git tracks a path of the project, or anything below it.
pub fn is_tracked(place: &ProjectPlace, path: &str) -> bool {
    git::tracks(place.project(), path)
}

/// Whether there is a `.env` in this place.
pub fn has_dotenv(place: &ProjectPlace) -> bool {
    is_there(place, &place.output(DOTENV))
}

/// Whether there is a `.env` in this place that git neither tracks nor ignores: the next `git add` would take it up.
pub fn is_dotenv_exposed(place: &ProjectPlace) -> bool {
    let path = place.output(DOTENV);
    has_dotenv(place)
        && !is_dotenv_tracked(place)
        && !matches!(
            git::would_ignore(place.project(), &path),
            None | Some(Ok(true))
        )
}

/// Whether something stands at a path of the project.
fn is_there(place: &ProjectPlace, path: &str) -> bool {
    matches!(place.opened().entry(path), Ok(Some(_)))
}

/// Whether the file at the top of `generated/` is the one that [`hide_dotenv`] writes.
pub(super) fn is_own_gitignore(place: &ProjectPlace) -> bool {
    let text = place.opened().read(HIDING, LARGEST);
    text.is_ok_and(|text| text == HIDDEN.as_bytes())
}

/// Writes the `.gitignore` that hides every `.env` below `generated/`, if there is none. The caller has the lock.
///
/// Errors: another file is there, and does not do that; the file system refuses.
fn write_gitignore(place: &ProjectPlace) -> Result<(), Failure> {
    let folder = place.opened();
    let failed = |obstacle: Obstacle| obstacle.failure("write", &folder.path(HIDING));
    if folder.entry(HIDING).map_err(failed)?.is_none() {
        // A run that is killed leaves the whole file or none.
        let draft = format!("{WORK}/{DOTENV_DRAFT}");
        return folder
            .create(&draft, HIDDEN.as_bytes(), 0o666)
            .and_then(|()| folder.rename(&draft, HIDING))
            .map_err(failed);
    }
    let text = match folder.read(HIDING, LARGEST) {
        Ok(text) => text,
        Err(error) => {
            return Err(
                Failure::new(format!("`{HIDING}` {error}; nothing was written"))
                    .help("move it away: mlopsgen puts a file there that makes git ignore secrets"),
            );
        }
    };
    // Git reads the file of the folder above first, and what a later rule says counts.
    let above = folder
        .read(GITIGNORE_OF_PROJECT, LARGEST)
        .unwrap_or_default();
    let rules = [above, text].map(|text| String::from_utf8_lossy(&text).into_owned());
    if rules[1].as_bytes() == HIDDEN.as_bytes() || ignores_dotenv(&rules.join("\n")) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "`{HIDING}` does not make git ignore the secrets in `.env`; nothing was written"
    ))
    .help("write the line `.env` at its end, or move it away: mlopsgen then puts its own there"))
}

/// Before a plan is written: where a `.env` is, git goes on ignoring it whatever the plan and, later, git itself remove.
///
/// Errors: no rule can be written, and the plan leaves none behind.
pub(super) fn keep_dotenv_ignored(plan: &Plan, place: &ProjectPlace) -> Result<(), Failure> {
    let folders = place.opened().names(GENERATED).unwrap_or_default();
    let mut folders = folders.iter().filter_map(|(name, _)| name.to_str());
    let has_dotenv = |environment: Option<&str>| {
        is_there(place, &format!("{}/{DOTENV}", output_folder(environment)))
    };
    let has_secrets = has_dotenv(None) || folders.any(|name| has_dotenv(Some(name)));
    match has_secrets.then(|| write_gitignore(place)) {
        Some(Err(failure)) if !plan.manifest.files.contains_key(DOTENV_GITIGNORE) => Err(failure),
        _ => Ok(()),
    }
}

/// Makes sure that git ignores the `.env` of this place, now and when the files are gone that are committed.
///
/// Errors: git would add the file; the file system refuses.
pub fn hide_dotenv(place: &ProjectPlace, _lock: &Lock) -> Result<(), Failure> {
    let path = place.output(DOTENV);
    write_gitignore(place)?;
    let beside = place.output(DOTENV_GITIGNORE);
    let is_ignored = match git::would_ignore(place.project(), &path) {
        Some(Ok(is_ignored)) => is_ignored,
        Some(Err(said)) => {
            return Err(Failure::new(format!(
                "git can't say whether it ignores `{path}`, so the secrets in it might be committed; nothing was written: {said}"
            ))
            .help("repair what git names, then run the same command again"));
        }
        // If git is installed later, the file is already ignored: the files of rules say so, each over those of the folders above.
        None => {
            let read = |path: &str| place.opened().read(path, LARGEST).unwrap_or_default();
            let above = match is_own_gitignore(place) {
                true => b".env".to_vec(),
                false => [GITIGNORE_OF_PROJECT, HIDING].map(read).join(&b'\n'),
            };
            let rules = [above, read(&beside)].join(&b'\n');
            ignores_dotenv(&String::from_utf8_lossy(&rules))
        }
    };
    if is_ignored {
        return Ok(());
    }
    Err(Failure::new(format!(
        "git does not ignore `{path}`, so the secrets in it would be committed; nothing was written"
    ))
    .help(format!(
        "take the rule that begins with `!` out of `{beside}` and of the files `.gitignore` above it, or take the file out of git with \
         `git rm --cached {path}`"
    )))
}

/// Replaces the `.env` of this place, after it is sure that git ignores it.
///
/// Errors: git would add the file; the file system refuses.
pub fn write_dotenv(place: &ProjectPlace, dotenv: &Dotenv, lock: &Lock) -> Result<(), Failure> {
    hide_dotenv(place, lock)?;
    let folder = place.opened();
    let path = place.output(DOTENV);
    let failed = |obstacle: Obstacle| obstacle.failure("write", &folder.path(&path));
    folder
        .make_folders(&place.output("compose"))
        .map_err(failed)?;
    match folder.entry(&path).map_err(failed)?.map(|it| it.kind) {
        None | Some(Kind::File) => {}
        Some(Kind::Link) => return Err(failed(Obstacle::Link(path.clone()))),
        Some(_) => return Err(failed(io::Error::other("it is no file").into())),
    }
    // Git ignores the working folder: a run that is killed leaves no secret that it sees.
    let draft = format!("{WORK}/{DOTENV_DRAFT}");
    folder
        .create(&draft, dotenv.text().as_bytes(), MODE)
        .and_then(|()| folder.rename(&draft, &path))
        .map_err(failed)
}
