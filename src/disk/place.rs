//! Where a run reads and writes.

use std::{
    ffi::OsStr,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    folder::{Folder, Kind, Obstacle},
    git::KEPT,
};
use crate::{
    files::{GENERATED, output_folder},
    plan::Failure,
};

/// The folder that a run works in; it holds the lock and what is to be renamed into place.
pub(super) const WORK: &str = "generated/.mlopsgen";

/// A project's folder and the environment that is compiled.
#[derive(Clone, Debug)]
pub struct ProjectPlace {
    project: PathBuf,
    opened: Arc<Folder>,
    folder: String,
}

impl ProjectPlace {
    /// Errors: the project's folder can't be opened; the output folder, or the one that a run works in, is a file or a
    /// symbolic link.
    pub fn new(project: &Path, environment: Option<&str>) -> Result<Self, Failure> {
        let folder = output_folder(environment);
        let opened = Folder::open(project).map_err(|error| Failure::io("open", project, &error))?;
        for path in [GENERATED, &folder, WORK] {
            must_be_folder(&opened, path)?;
        }
        Ok(Self {
            project: project.to_path_buf(),
            opened: Arc::new(opened),
            folder,
        })
    }

    /// The output folder, relative to the project: `generated` or `generated/E`.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// The project's folder.
    pub fn project(&self) -> &Path {
        &self.project
    }

    /// The project's folder, to read and write in.
    pub fn opened(&self) -> &Folder {
        &self.opened
    }

    pub(super) fn shared(&self) -> Arc<Folder> {
        Arc::clone(&self.opened)
    }

    /// The output folder of this environment.
    pub fn root(&self) -> PathBuf {
        self.project.join(&self.folder)
    }

    /// A path of the output folder, relative to the project.
    pub fn output(&self, path: &str) -> String {
        format!("{}/{path}", self.folder)
    }

    /// Whether a folder of the host, or of the project, holds anything but what keeps it in git. One that can't be read does.
    pub fn is_filled(&self, path: &str) -> bool {
        let names = match Folder::open(&self.project.join(path)) {
            Err(error) => return error.kind() != io::ErrorKind::NotFound,
            Ok(folder) => folder.names("."),
        };
        // A disk of its own begins with a folder of the file system's.
        let is_nothing = |name: &OsStr| name == KEPT || name == "lost+found";
        names.map_or(true, |names| {
            names.iter().any(|(name, _)| !is_nothing(name))
        })
    }

    pub(super) fn is_environment(&self) -> bool {
        self.folder != GENERATED
    }
}

fn must_be_folder(project: &Folder, path: &str) -> Result<(), Failure> {
    let shown = project.path(path);
    let kind = match project.entry(path) {
        Ok(None) => return Ok(()),
        Ok(Some(entry)) => entry.kind,
        Err(obstacle) => return Err(obstacle.failure("open", &shown)),
    };
    match kind {
        Kind::Folder => Ok(()),
        Kind::Link => Err(Obstacle::Link(path.to_string()).failure("open", &shown)),
        Kind::File | Kind::Special => Err(Failure::new(format!(
            "`{}` is a file, and a folder must be there",
            shown.display()
        ))
        .help("move it away")),
    }
}
