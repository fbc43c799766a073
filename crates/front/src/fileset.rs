//! What a compilation makes: files in memory, and what the manifest remembers beside them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    data::{Kept, TenantNow},
    files::{CONFIG, Site, Target},
    source::Span,
};

/// One file to write, and the target that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// The whole file, UTF-8. Who mounts the file or puts it into a chart shares the text.
    pub text: Arc<str>,
    /// By which selection of targets it is written.
    pub owner: Owner,
}

/// Which selection of targets a file belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// Written where this target is selected.
    Target(Target),
    /// Written where a runtime of an engine is selected: all of them mount it.
    Engine,
    /// Written whatever targets are selected (`.gitattributes`).
    Always,
}

impl Owner {
    /// Whose a file is, by the first folder of its path below `generated/`.
    pub fn of(path: &str) -> Self {
        match path.split_once('/') {
            None => Owner::Always,
            Some((CONFIG, _)) => Owner::Engine,
            Some((folder, _)) => Target::from_name(folder).map_or(Owner::Always, Owner::Target),
        }
    }

    /// Whether it is written where these targets are selected.
    pub fn is_selected(self, selected: &BTreeSet<Target>) -> bool {
        match self {
            Owner::Target(target) => selected.contains(&target),
            Owner::Engine => {
                let mut runtimes = Target::of_site(Site::Engine);
                runtimes.any(|target| selected.contains(&target))
            }
            Owner::Always => true,
        }
    }
}

/// A stub that `apply` creates once and never touches again. The path is relative to the project's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stub {
    /// With `/` between its names.
    pub path: String,
    /// What stands in it at first.
    pub text: String,
}

/// A chart that runs a component in a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartOfOthers {
    /// Its name.
    pub name: String,
    /// The commands that bring data into its claims, where the kind knows them.
    pub moves: Option<String>,
}

/// A folder of a program's data that lies in nothing that is kept, though the component has a volume for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unkept {
    /// The component's name.
    pub component: String,
    /// The path in the container.
    pub path: String,
    /// What leads the program there.
    pub span: Span,
}

/// Everything that one compilation makes. Paths are relative to `generated/` (or `generated/E/`), with `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileSet {
    /// By path.
    pub files: BTreeMap<String, GeneratedFile>,
    /// Files that are created once and then edited by the user.
    pub stubs: Vec<Stub>,
    /// The data that the platform keeps, sorted.
    pub kept: Vec<Kept>,
    /// What the runtimes of an engine call what they run: the project of Compose, the stack of Swarm.
    pub projects: BTreeMap<Target, String>,
    /// Components that charts of others run in a cluster: those keep its data there.
    pub charts: BTreeMap<String, ChartOfOthers>,
    /// Folders of a machine that workloads and tasks mount, whether they hold data or not, as platform.toml names them.
    pub folders: BTreeSet<String>,
    /// Where programs write data that nothing keeps.
    pub unkept: BTreeSet<Unkept>,
    /// What components have outside of volumes of their own, in the order of platform.toml; empty without a runtime.
    pub tenants: Vec<TenantNow>,
    /// The variable of each secret, by the secret's name.
    pub secrets: BTreeMap<String, String>,
}

impl FileSet {
    /// Adds a file of a target; it replaces an earlier one of the same path.
    pub fn add(&mut self, target: Target, path: impl Into<String>, text: impl Into<Arc<str>>) {
        let path = path.into();
        let owner = match Owner::of(&path) {
            Owner::Engine => Owner::Engine,
            _ => Owner::Target(target),
        };
        let text = text.into();
        self.files.insert(path, GeneratedFile { text, owner });
    }
}
