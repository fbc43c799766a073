//! A project's folder: what it compiles to, and what that means for what lies there.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use super::{Extent, Lock, Place, read_manifest, survey, world::DiskWorld};
use crate::{
    compile::{self, Compilation, Failed, Output, Request},
    plan::{self, Failure, Plan},
    threads,
};

/// A project and what to compile of it.
#[derive(Debug)]
pub struct Project {
    /// The project's folder and the output folder in it.
    pub place: Place,
    /// The platform file, the environment and the targets that were asked for.
    pub request: Request,
    root: PathBuf,
}

/// One compilation, and the plan where it came to its end.
#[derive(Debug)]
pub struct Prepared {
    /// What the compiler made, or what is wrong.
    pub compilation: Compilation,
    /// What `apply` would do; why there is none where the compilation has errors.
    pub plan: Result<Plan, Failed>,
}

impl Project {
    /// Errors: the output folder can't be one.
    pub fn new(root: &Path, request: Request) -> Result<Self, Failure> {
        Ok(Self {
            place: Place::new(root, request.environment.as_deref())?,
            root: root.to_path_buf(),
            request,
        })
    }

    /// Compiles without a look at `generated/`.
    pub fn compile(&self) -> Compilation {
        compile::compile(&DiskWorld::new(&self.root), &self.request())
    }

    /// What to compile, with the data that earlier runs have written down. A manifest that can't be read is reported when
    /// planning.
    fn request(&self) -> Request {
        let bytes = read_manifest(&self.place).ok().flatten();
        let recorded = plan::read(bytes.as_deref()).ok();
        Request {
            recorded: recorded
                .map(|recorded| recorded.manifest.volumes.into_keys().collect())
                .unwrap_or_default(),
            ..self.request.clone()
        }
    }

    /// Every path of the project that compiling it asks for, there or not.
    pub fn reads(&self) -> BTreeSet<String> {
        let world = DiskWorld::new(&self.root);
        compile::compile(&world, &self.request());
        world.reads()
    }

    /// Compiles, looks at the disk and plans.
    pub fn prepare(&self, lock: Option<&Lock>) -> Result<Prepared, Failure> {
        threads::on(self.request.threads, || self.prepare_here(lock))
    }

    fn prepare_here(&self, lock: Option<&Lock>) -> Result<Prepared, Failure> {
        let compilation = self.compile();
        let plan = match &compilation.output {
            Ok(output) => Ok(self.plan(output, lock)?),
            Err(failed) => Err(*failed),
        };
        Ok(Prepared { compilation, plan })
    }

    fn plan(&self, output: &Output, lock: Option<&Lock>) -> Result<Plan, Failure> {
        self.refuse_unknown_targets(output)?;
        let wanted = &output.files;
        let recorded = plan::read(read_manifest(&self.place)?.as_deref())?;
        let found = survey(
            &self.place,
            &Extent {
                paths: &plan::paths_of_interest(wanted, &recorded),
                wanted,
                stubs: &wanted.stubs,
                lock,
            },
        )?;
        Ok(plan::plan(&plan::Inputs {
            wanted,
            targets: &output.platform.targets,
            selected: self.request.targets.as_ref(),
            recorded: &recorded,
            found: &found,
        }))
    }

    /// What `--target` writes of a target that is off unless the platform names it, the next `apply` would remove.
    fn refuse_unknown_targets(&self, output: &Output) -> Result<(), Failure> {
        let mut selected = self.request.targets.iter().flatten();
        let unknown = selected
            .find(|target| !target.is_default() && !output.platform.targets.contains(target));
        match unknown.map(|target| target.name()) {
            None => Ok(()),
            Some(name) => Err(
                Failure::new(format!("this platform has no target `{name}`"))
                    .help(format!("add \"{name}\" to `targets` of `[platform]`")),
            ),
        }
    }
}
