//! A project's folder: compiles the project, and plans the changes to the files in the folder.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    thread,
};

use super::{
    Extent, Lock, ProjectPlace, Proofs,
    answers::Answers,
    committed::{committed_manifest, manifests_of_sides},
    folder::{Entry, Kind},
    read_manifest, survey,
    world::DiskWorld,
};
use crate::{
    compile::{self, Compilation, Failed, Output, Request},
    data::Data,
    diag::Diagnostic,
    plan::{self, Failure, Fingerprints, Force, Found, Manifest, Plan, Recorded},
    project::{bad_environment, environment_file},
    source::Sources,
    text::visible,
    threads,
    value::TreePath,
};

/// A project and what to compile of it.
#[derive(Debug)]
pub struct Project {
    /// The project's folder and the output folder in it.
    pub place: ProjectPlace,
    /// The platform file, the environment and the targets that were asked for.
    pub request: Request,
    root: PathBuf,
    proofs: Option<Proofs>,
}

/// One compilation, and its plan if there were no errors.
#[derive(Debug)]
pub struct Prepared {
    /// What the compiler made, or what is wrong.
    pub compilation: Compilation,
    /// What `apply` would do; why there is none where the compilation has errors.
    pub plan: Result<Plan, Failed>,
    answers: Answers,
    fingerprints: Fingerprints,
    /// The data that was written down then.
    recorded: Vec<Data>,
}

/// The diagnostics and the plan of a run, compiled or taken from a [proof](Proofs).
#[derive(Debug)]
pub struct Outcome {
    /// Errors and lints, in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that the diagnostics point into.
    pub sources: Sources,
    /// What `apply` would do; why there is none after errors.
    pub plan: Result<Plan, Failed>,
    /// What was compiled; `None` after errors, and where nothing had to be.
    pub(super) made: Option<CompiledProject>,
}

/// What was compiled, and of what.
#[derive(Debug)]
pub(super) struct CompiledProject {
    pub(super) output: Output,
    pub(super) answers: Answers,
    fingerprints: Fingerprints,
    /// The data that was written down then.
    recorded: Vec<Data>,
}

impl Outcome {
    /// A hash of what was compiled; `None` where nothing had to be.
    pub fn inputs(&self) -> Option<String> {
        let made = self.made.as_ref();
        made.map(|made| made.answers.digest())
    }

    /// The same for a command that needs no more of it. What was compiled is freed on a thread of its own: for a large platform that
    /// takes as long as a stage, and nobody waits for it.
    #[must_use]
    pub fn without_output(mut self) -> Self {
        let made = self.made.take();
        // Without a thread it is freed here.
        let _ = thread::Builder::new().spawn(move || drop(made));
        self
    }
}

impl From<Prepared> for Outcome {
    fn from(prepared: Prepared) -> Self {
        let (answers, fingerprints) = (prepared.answers, prepared.fingerprints);
        let output = prepared.compilation.output.ok();
        Self {
            diagnostics: prepared.compilation.diagnostics,
            sources: prepared.compilation.sources,
            plan: prepared.plan,
            made: output.map(|output| CompiledProject {
                output,
                answers,
                fingerprints,
                recorded: prepared.recorded,
            }),
        }
    }
}

impl Project {
    /// Errors: the output folder can't be one; this machine has no room for a compilation.
    pub fn new(root: &Path, request: Request) -> Result<Self, Failure> {
        if let Some(error) = threads::refusal() {
            return Err(Failure::new(format!(
                "no thread with a stack of {} MiB can be started here: {error}",
                threads::STACK >> 20
            ))
            .help("raise the limits of threads (`ulimit -u`) and of address space (`ulimit -v`), or those of the container"));
        }
        Ok(Self {
            place: ProjectPlace::new(root, request.environment.as_deref())?,
            root: root.to_path_buf(),
            request,
            proofs: None,
        })
    }

    /// The same, with the proofs of earlier runs, and with a folder for the proof of this run.
    #[must_use]
    pub fn with_proofs(mut self, proofs: Option<Proofs>) -> Self {
        self.proofs = proofs;
        self
    }

    /// Compiles without a look at `generated/`.
    pub fn compile(&self) -> Compilation {
        self.compile_noting(&self.request()).0
    }

    fn compile_noting(&self, request: &Request) -> (Compilation, Answers) {
        let world = DiskWorld::new(&self.root);
        let compilation = compile::compile(&world, request);
        (compilation, world.answers())
    }

    /// What to compile, with the data that earlier runs have written down. A manifest that can't be read is reported when
    /// planning.
    fn request(&self) -> Request {
        self.request_of(ReadManifest::of(&self.place).ok().as_ref())
    }

    fn request_of(&self, manifest: Option<&ReadManifest>) -> Request {
        Request {
            recorded: manifest
                .map(|it| it.recorded.manifest.volumes.keys().cloned().collect())
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

    /// Compiles, looks at the disk and plans. Errors: the output folder or its manifest can't be read.
    pub fn prepare(&self, lock: Option<&Lock>) -> Result<Prepared, Failure> {
        threads::on(self.request.threads, || self.prepare_here(lock))
    }

    /// The diagnostics and the plan of a run without the lock. It compiles if there is no valid proof. Errors: the output
    /// folder or its manifest can't be read.
    pub fn look(&self) -> Result<Outcome, Failure> {
        threads::on(self.request.threads, || {
            let proofs = self.proofs.as_ref();
            if let Some(proven) = proofs.and_then(|it| it.find(&self.place, &self.request)) {
                return Ok(proven);
            }
            let outcome = Outcome::from(self.prepare_here(None)?);
            if let Some(proofs) = proofs {
                proofs.keep(&self.place, &self.request, &outcome);
            }
            Ok(outcome)
        })
    }

    /// Plans again, now with the lock. The compilation is still valid if all of its inputs are the same. Errors: the output
    /// folder or its manifest can't be read.
    pub fn look_again(&self, before: Outcome, lock: &Lock) -> Result<Outcome, Failure> {
        threads::on(self.request.threads, || {
            let is_good = |made: &CompiledProject| {
                made.recorded == self.request().recorded
                    && made.answers.are_still_given(&DiskWorld::new(&self.root))
            };
            match before.made.filter(is_good) {
                None => Ok(Outcome::from(self.prepare_here(Some(lock))?)),
                Some(made) => Ok(Outcome {
                    plan: Ok(self.plan(
                        &made.output,
                        (&made.fingerprints, &made.answers),
                        None,
                        Some(lock),
                    )?),
                    made: Some(made),
                    ..before
                }),
            }
        })
    }

    fn prepare_here(&self, lock: Option<&Lock>) -> Result<Prepared, Failure> {
        let manifest = ReadManifest::of(&self.place).ok();
        let request = self.request_of(manifest.as_ref());
        let (compilation, answers) = self.compile_noting(&request);
        let (fingerprints, plan) = match &compilation.output {
            Ok(output) => {
                let fingerprints = Fingerprints::of(&output.files);
                let plan = self.plan(output, (&fingerprints, &answers), manifest, lock)?;
                (fingerprints, Ok(plan))
            }
            Err(failed) => (Fingerprints::default(), Err(*failed)),
        };
        Ok(Prepared {
            compilation,
            plan,
            answers,
            fingerprints,
            recorded: request.recorded,
        })
    }

    /// `manifest`: as it was before the compilation.
    fn plan(
        &self,
        output: &Output,
        (fingerprints, answers): (&Fingerprints, &Answers),
        manifest: Option<ReadManifest>,
        lock: Option<&Lock>,
    ) -> Result<Plan, Failure> {
        self.refuse_unknown_targets(output)?;
        refuse_own_paths(output)?;
        self.refuse_paths_of_environments(output)?;
        let wanted = &output.files;
        let manifest = ReadManifest::again(&self.place, manifest)?;
        let is_manifest_of_commit = manifest.is_of_commit;
        let recorded = manifest.recorded;
        self.refuse_another_platform(&recorded.manifest, answers)?;
        let is_wanted = |path: &str, bytes: &[u8]| {
            let wanted = wanted.files.get(path);
            wanted.is_some_and(|file| file.text.as_bytes() == bytes)
        };
        let stubs = plan::stubs_of_interest(wanted, &recorded);
        let mut found = survey(
            &self.place,
            &Extent {
                paths: &plan::paths_of_interest(wanted, &recorded),
                is_wanted: &is_wanted,
                stubs: &stubs,
                lock,
            },
        )?;
        found.is_manifest_of_commit = is_manifest_of_commit;
        let plan_with = |found: &Found| {
            plan::plan(&plan::Inputs {
                file: &self.request.file,
                wanted,
                fingerprints,
                targets: &output.platform.targets,
                selected: self.request.targets.as_ref(),
                recorded: &recorded,
                found,
            })
        };
        let plan = plan_with(&found);
        let is_forced = plan.refused(Force::No).len() > plan.refused(Force::Yes).len();
        if !is_forced || found.manifest.is_none() {
            return Ok(plan);
        }
        // A merge that took the manifest of one side leaves files of the other.
        for side in manifests_of_sides(&self.place) {
            if let Ok(side) = plan::read(Some(&side)) {
                found.sides = found.sides.union(&side.manifest);
            }
        }
        match found.sides == Manifest::default() {
            true => Ok(plan),
            false => Ok(plan_with(&found)),
        }
    }

    /// Refuses files of the base in the folder of an environment, whose own files they would be.
    fn refuse_paths_of_environments(&self, output: &Output) -> Result<(), Failure> {
        if self.place.is_environment() {
            return Ok(());
        }
        let paths = output.files.files.keys();
        let mut inner = paths.filter_map(|path| path.split_once('/'));
        let environments = &self.request.environments;
        match inner.find(|(folder, _)| environments.iter().any(|name| name == folder)) {
            None => Ok(()),
            Some((folder, path)) => Err(match bad_environment(folder) {
                // It has the name of a target, whose folder this is.
                Some(problem) => Failure::new(format!(
                    "`{}` can't stay: {}",
                    environment_file(&self.request.file, folder),
                    problem.message
                ))
                .help(problem.help.unwrap_or_default()),
                None => Failure::new(format!(
                    "`{folder}/{}` would be written into the folder of the environment `{folder}`: nothing is written",
                    visible(path)
                ))
                .help("give the template another folder"),
            }),
        }
    }

    /// Refuses a folder that was made from another platform file, if that is still there: this one would remove its files and take
    /// over its data.
    fn refuse_another_platform(
        &self,
        manifest: &Manifest,
        answers: &Answers,
    ) -> Result<(), Failure> {
        let (file, owner) = (&self.request.file, manifest.platform_file());
        let is_file = |entry: Entry| entry.kind == Kind::File;
        // Manifests of earlier versions do not say whose they are.
        let is_unknown = manifest.format == 0 && manifest.file.is_none();
        // A platform file that is split becomes a part of another one.
        if is_unknown || answers.have_file(owner) {
            return Ok(());
        }
        let entry = self.place.opened().entry(owner).ok().flatten();
        if owner == file || !manifest.has_something() || !entry.is_some_and(is_file) {
            return Ok(());
        }
        let (folder, owner) = (self.place.folder(), visible(owner));
        let shown = visible(file);
        Err(Failure::new(format!(
            "`{folder}/` is made from `{owner}`, and this is `{shown}`: nothing is written"
        ))
        .help(format!(
            "two platforms need a folder each: move `{shown}` to one of its own. If it takes the place of `{owner}`, remove that file \
             first. If it is the same platform elsewhere, write what differs to `{}`, and type `--env E`",
            environment_file(&owner, "E")
        )))
    }

    /// Refuses `--target` for a target that the platform does not name: the next `apply` would remove its files.
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

/// The manifest, and the bytes that it was read from.
struct ReadManifest {
    bytes: Option<Vec<u8>>,
    recorded: Recorded,
    /// It is gone, and what it said of data is in git.
    is_of_commit: bool,
}

impl ReadManifest {
    fn of(place: &ProjectPlace) -> Result<Self, Failure> {
        Self::again(place, None)
    }

    /// The manifest as it is now: that of a platform of thousands of components is not parsed twice if it is the same.
    fn again(place: &ProjectPlace, before: Option<Self>) -> Result<Self, Failure> {
        let bytes = read_manifest(place)?;
        match before.filter(|before| before.bytes == bytes) {
            Some(same) => Ok(same),
            None => {
                let mut recorded = plan::read(bytes.as_deref())?;
                // The names of volumes may stand nowhere else, as after a `[[moved]]` that was taken out again. Files are not
                // owned by a manifest that is gone.
                let lost = bytes.is_none().then(|| committed_manifest(place)).flatten();
                let lost = lost.and_then(|bytes| plan::read_data(&bytes));
                let is_of_commit = lost.is_some();
                if let Some(manifest) = lost {
                    recorded.manifest = manifest;
                }
                Ok(Self {
                    recorded,
                    bytes,
                    is_of_commit,
                })
            }
        }
    }
}

/// What git, a run or a system takes for its own is not written, whatever wants it.
fn refuse_own_paths(output: &Output) -> Result<(), Failure> {
    for path in output.files.files.keys() {
        if let Err(why) = TreePath::parse(path) {
            return Err(
                Failure::new(format!("`{}` {why}: nothing is written", visible(path)))
                    .help("give the component or the file another name"),
            );
        }
    }
    Ok(())
}
