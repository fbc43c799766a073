//! Where a run reads and writes.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::plan::Failure;

/// The folder beside platform.toml that everything is generated into.
pub(super) const GENERATED: &str = "generated";

/// The folder in `generated/` that a run works in; it holds the lock and what is to be renamed into place.
const WORK: &str = ".mlopsgen";

/// A project's folder and the environment that is compiled.
#[derive(Clone, Debug)]
pub struct Place {
    project: PathBuf,
    folder: String,
}

impl Place {
    /// Errors: the output folder is a file, or a symbolic link that leaves the project.
    pub fn new(project: &Path, environment: Option<&str>) -> Result<Self, Failure> {
        let folder = match environment {
            None => GENERATED.to_string(),
            Some(environment) => format!("{GENERATED}/{environment}"),
        };
        let place = Self {
            project: project.to_path_buf(),
            folder,
        };
        stays_within(project, &place.generated())?;
        stays_within(&place.generated(), &place.root())?;
        stays_within(&place.generated(), &place.work())?;
        Ok(place)
    }

    /// The output folder, relative to the project: `generated` or `generated/E`.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    pub fn project(&self) -> &Path {
        &self.project
    }

    /// The output folder of this environment.
    pub fn root(&self) -> PathBuf {
        self.project.join(&self.folder)
    }

    /// The output folder of all environments.
    pub(super) fn generated(&self) -> PathBuf {
        self.project.join(GENERATED)
    }

    pub(super) fn work(&self) -> PathBuf {
        self.generated().join(WORK)
    }

    pub(super) fn is_environment(&self) -> bool {
        self.folder != GENERATED
    }
}

fn stays_within(boundary: &Path, folder: &Path) -> Result<(), Failure> {
    let metadata = match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Failure::io("read", folder, &error)),
        Ok(metadata) => metadata,
    };
    if metadata.is_symlink() && leaves(boundary, folder) {
        return Err(Failure::new(format!(
            "`{}` is a symbolic link that leaves `{}`",
            folder.display(),
            boundary.display()
        ))
        .help("mlopsgen writes through no such link: remove it"));
    }
    if !folder.is_dir() {
        return Err(Failure::new(format!(
            "`{}` is a file, and a folder must be there",
            folder.display()
        ))
        .help("move it away"));
    }
    Ok(())
}

/// A symbolic link that points out of a folder, or nowhere.
pub(super) fn leaves(boundary: &Path, link: &Path) -> bool {
    match (fs::canonicalize(boundary), fs::canonicalize(link)) {
        (Ok(boundary), Ok(target)) => !target.starts_with(boundary),
        _ => true,
    }
}
