//! A cache of runs that found nothing to do. An entry is a *proof*: with these inputs, and an output folder that matches its
//! manifest, there is nothing to do.
//!
//! Proofs are in the user's cache folder, never in the project, so that nobody else can supply one. A proof lists all of its
//! inputs: the program, the arguments, every answer of the disk to the compiler, the manifest. If all of them are the same, and
//! the output folder still matches the manifest, the run need not compile. Any other proof (of another program, or a damaged
//! file) is ignored.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::DirBuilder,
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    Extent,
    answers::Answers,
    folder::Folder,
    place::ProjectPlace,
    project::Outcome,
    survey::{read_manifest, survey},
    world::DiskWorld,
};
use crate::{
    compile::Request,
    diag::Diagnostic,
    fileset::Owner,
    plan::{self, DataPlan, Plan, VERSION, fingerprint, hash},
    source::Sources,
};

/// The longest proof that is read, in bytes.
const LONGEST: u64 = 64 << 20;

/// The folder of the proofs, in the user's cache folder.
const NAME: &str = "mlopsgen";

/// The most proofs that are kept, one for each project and environment. If there are more, all are deleted.
const MOST: usize = 500;

/// Proofs of one user.
#[derive(Clone, Debug)]
pub struct Proofs {
    /// The user's cache folder.
    cache: PathBuf,
    program: String,
}

#[derive(Serialize, Deserialize)]
struct Proof {
    program: String,
    request: String,
    answers: Answers,
    /// The hash of the manifest's bytes.
    manifest: String,
    /// Stubs that the platform has, relative to the project.
    stubs: Vec<String>,
    diagnostics: Vec<Diagnostic>,
    sources: Sources,
}

impl Proofs {
    /// Proofs in this cache folder of the user; `None` if this build of the program can't be told from another.
    pub fn new(cache: PathBuf) -> Option<Self> {
        Some(Self {
            cache,
            program: program()?,
        })
    }

    /// The result of a run, if there is a valid proof of it.
    pub(super) fn find(&self, place: &ProjectPlace, request: &Request) -> Option<Outcome> {
        let proof = read(&self.open(place)?, &self.name(place, request)?)?;
        let manifest = read_manifest(place).ok()??;
        let is_same = proof.program == self.program
            && proof.request == of_request(request)
            && proof.manifest == hash(&manifest)
            && proof
                .answers
                .are_still_given(&DiskWorld::new(place.project()));
        if !is_same {
            return None;
        }
        let plan = untouched(place, request, manifest, &proof.stubs)?;
        Some(Outcome {
            diagnostics: proof.diagnostics,
            sources: proof.sources,
            plan: Ok(plan),
            made: None,
        })
    }

    /// Saves the proof of a run that found nothing to do. If it can't be saved, the next run compiles again.
    pub(super) fn keep(&self, place: &ProjectPlace, request: &Request, outcome: &Outcome) {
        let (Ok(plan), Some(made)) = (&outcome.plan, &outcome.made) else {
            return;
        };
        let has_no_notices =
            plan.data == DataPlan::default() && plan.emptied.is_none() && plan.notices.is_empty();
        let Some(manifest) = &plan.manifest_before else {
            return;
        };
        if !plan.is_empty() || !has_no_notices || !made.answers.are_certain() {
            return;
        }
        let stubs = made.output.files.stubs.iter();
        let used: BTreeSet<_> = outcome
            .diagnostics
            .iter()
            .flat_map(Diagnostic::sources)
            .collect();
        let proof = Proof {
            program: self.program.clone(),
            request: of_request(request),
            answers: made.answers.clone(),
            manifest: hash(manifest),
            stubs: stubs.map(|stub| stub.path.clone()).collect(),
            diagnostics: outcome.diagnostics.clone(),
            sources: outcome.sources.only(&used),
        };
        if let Some(name) = self.name(place, request)
            && make_private(&self.cache).is_ok()
            && make_private(&self.cache.join(NAME)).is_ok()
            && let Some(folder) = self.open(place)
        {
            write(&folder, &name, &proof);
        }
    }

    /// The folder of the proofs. `None` if it does not exist, somebody else may write in it, or it is part of the project,
    /// where the project's author can put proofs.
    fn open(&self, place: &ProjectPlace) -> Option<Folder> {
        let path = self.cache.join(NAME);
        let folder = Folder::open(&path).ok()?;
        let is_in_project = path
            .canonicalize()
            .ok()?
            .starts_with(place.project().canonicalize().ok()?);
        (!is_in_project && folder.is_private()).then_some(folder)
    }

    /// The file of a project, an environment and a selection of targets.
    fn name(&self, place: &ProjectPlace, request: &Request) -> Option<String> {
        let project = place.project().canonicalize().ok()?;
        let subject = format!("{project:?} {}", of_request(request));
        Some(format!("{}.json", hash(subject.as_bytes())))
    }
}

/// The first line is the hash of the rest: a damaged file is not a proof.
fn read(folder: &Folder, name: &str) -> Option<Proof> {
    let bytes = folder.read(name, LONGEST).ok()?;
    let end = memchr::memchr(b'\n', &bytes)?;
    let (seal, text) = (&bytes[..end], &bytes[end + 1..]);
    (hash(text).as_bytes() == seal).then_some(())?;
    serde_json::from_slice(text).ok()
}

fn write(folder: &Folder, name: &str, proof: &Proof) {
    let Ok(text) = serde_json::to_string(proof) else {
        return;
    };
    let sealed = format!("{}\n{text}", hash(text.as_bytes()));
    let names = folder.names("").unwrap_or_default().into_iter();
    let names = names.map(|(name, _)| name.to_string_lossy().into_owned());
    let old: Vec<String> = names.filter(|name| is_own(name)).collect();
    if old.len() >= MOST {
        for name in old {
            let _ = folder.remove_file(&name);
        }
    }
    let draft = format!("{name}.{}", std::process::id());
    let written = folder
        .create_unsynced(&draft, sealed.as_bytes(), 0o600)
        .and_then(|()| folder.rename(&draft, name));
    if written.is_err() {
        let _ = folder.remove_file(&draft);
    }
}

/// Whether a file has the name of a proof, or of its draft. The folder may hold other files, as where it is a link.
fn is_own(name: &str) -> bool {
    name.split_once(".json").is_some_and(|(stem, draft)| {
        stem.len() == hash(b"").len()
            && stem.bytes().all(|byte| byte.is_ascii_hexdigit())
            && draft
                .trim_start_matches('.')
                .bytes()
                .all(|byte| byte.is_ascii_digit())
    })
}

/// The plan of an output folder that is as its manifest says; `None` where it is not.
fn untouched(
    place: &ProjectPlace,
    request: &Request,
    manifest: Vec<u8>,
    stubs: &[String],
) -> Option<Plan> {
    let recorded = plan::read(Some(&manifest)).ok()?;
    let files = &recorded.manifest.files;
    let is_selected = |path: &&String| {
        let targets = request.targets.as_ref();
        targets.is_none_or(|targets| Owner::of(path).is_selected(targets))
    };
    let is_recorded = |path: &str, bytes: &[u8]| {
        files
            .get(path)
            .is_some_and(|written| written.contains(&fingerprint(bytes)))
    };
    let found = survey(
        place,
        &Extent {
            paths: &files.keys().cloned().collect(),
            is_wanted: &is_recorded,
            stubs,
            lock: None,
        },
    );
    let found = found.ok()?;
    let unchanged = files.keys().filter(is_selected).cloned().collect();
    let is_whole = found.as_wanted.len() == files.len()
        && found.stubs.len() == stubs.len()
        && found.manifest.as_ref() == Some(&manifest)
        && !found.leftovers;
    is_whole.then(|| Plan {
        changes: Vec::new(),
        unchanged,
        foreign: found.others,
        stubs: Vec::new(),
        copies: BTreeMap::new(),
        data: DataPlan::default(),
        manifest_meanwhile: None,
        manifest: recorded.manifest,
        manifest_before: Some(manifest),
        is_manifest_of_commit: false,
        manifest_changes: false,
        leftovers: false,
        obstacle: found.obstacle,
        emptied: None,
        fixed: Vec::new(),
        notices: Vec::new(),
        secret: None,
    })
}

/// What was asked for. What was recorded before is in the manifest, and threads change nothing.
fn of_request(request: &Request) -> String {
    let Request {
        file,
        environment,
        environments,
        targets,
        deny_warnings,
        recorded: _,
        threads: _,
    } = request;
    format!("{file:?} {environment:?} {environments:?} {targets:?} {deny_warnings:?}")
}

/// Identifies this build of the program: its executable file, and when that file last changed.
#[cfg(unix)]
fn program() -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let path = std::env::current_exe().ok()?;
    let file = path.metadata().ok()?;
    Some(format!(
        "{VERSION} {} {} {} {}.{} {}.{}",
        file.dev(),
        file.ino(),
        file.size(),
        file.mtime(),
        file.mtime_nsec(),
        file.ctime(),
        file.ctime_nsec()
    ))
}

#[cfg(not(unix))]
fn program() -> Option<String> {
    None
}

/// Makes a folder that only the user may read, because messages quote platform.toml. It may exist. Errors: the folder
/// around it does not exist, as a home that is missing is not made; or it is another user's, whose programs could not
/// write then what root made there.
fn make_private(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(around) = folder.parent() {
        use std::os::unix::fs::MetadataExt;
        let user = rustix::process::geteuid().as_raw();
        if ![user, 0].contains(&around.metadata()?.uid()) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
    }
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}
