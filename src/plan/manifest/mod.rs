//! The manifest: a list of the files that an earlier run wrote, so that the next run knows which files are its own.
//!
//! It is JSON with one line a file, so that git merges it line by line. Where git could not, both sides count: a path
//! may stand there with several hashes, and a file that has any of them is unedited.

mod lines;
mod sides;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
};

use data_encoding::HEXLOWER;
use memchr::memchr;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use self::{
    lines::{
        AcceptedLine, FileLine, SecretLine, TenantLine, VolumeLine, accepted, accepted_line,
        file_line, secret_line, tenant, tenant_line, volume_line,
    },
    sides::{is_conflicted, read_both_sides},
};
use super::Failure;
use crate::{
    data::{Data, DataKey, Keeper, Kept, Place, Program, Reader, Tenant},
    files::PLATFORM_FILE,
    value::TreePath,
};

/// The manifest's name, in the folder that it describes.
pub const MANIFEST: &str = ".mlopsgen.json";

/// The version of this program, which the manifest names.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The number of what this version writes down of data. It grows with each kind of fact that a plan compares.
const FORMAT: u32 = 1;

/// What is owned: paths with the hashes that their files may have, and data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// What it may say: [`FORMAT`], or 0 of a version that wrote down less.
    pub format: u32,
    /// The platform file that all of it is made from; `None` is `platform.toml`.
    pub file: Option<String>,
    /// By path in the output folder; the hashes are SHA-256, and several only while a run writes.
    pub files: BTreeMap<String, BTreeSet<String>>,
    /// Data that is kept, and what more is known of it.
    pub volumes: BTreeMap<Data, Facts>,
    /// What components have outside of volumes of their own; two of one name only while a run writes.
    pub tenants: BTreeSet<Tenant>,
    /// The variables that each secret has had, by its name, the newest first: a value may still stand under an earlier one.
    pub secrets: BTreeMap<String, Vec<String>>,
    /// The losses of data that a user accepted, so that a reviewer sees them.
    pub accepted: BTreeSet<Accepted>,
}

/// What the manifest remembers of data beside its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Facts {
    /// Bytes that a claim asks for.
    pub size: Option<u64>,
    /// Where workloads meet it; empty in a manifest of a version that did not record it.
    pub places: BTreeSet<Place>,
    /// Variables that its program read at its first start alone.
    pub made_with: BTreeMap<String, String>,
    /// Files that its program ran at its first start alone, each with a hash.
    pub scripts: BTreeMap<String, String>,
    /// How many pods have such claims, where their workload has none for now.
    pub paused_with: Option<u64>,
}

/// Something that `--accept-data-loss` was given for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Accepted {
    /// Nothing uses the data any more. All that was known of it is kept. New data with this name finds the old data.
    LeftBehind {
        /// The data.
        data: Data,
        /// What more is known of it; nothing, where a version before this one wrote it down.
        facts: Facts,
    },
    /// The data is no longer mounted where the program looks.
    Displaced {
        /// Who keeps it.
        keeper: Keeper,
        /// What it is called there.
        name: String,
        /// The key that uses it.
        key: DataKey,
        /// The workload.
        workload: String,
        /// Where it met the data.
        from: String,
        /// Where it meets the data now, if it does.
        to: Option<String>,
    },
    /// Data stays where it is, and a component no longer has what it wrote.
    Consequence {
        /// The component.
        component: String,
        /// What it had.
        from: String,
        /// What it has.
        to: String,
    },
    /// A program has to read data of another major version, or of another program.
    Upgraded {
        /// Who keeps it.
        keeper: Keeper,
        /// What it is called there.
        name: String,
        /// The key that uses it.
        key: DataKey,
        /// What wrote the data.
        from: Program,
        /// What is to read it.
        to: Reader,
    },
}

impl Accepted {
    /// The data, where nothing uses it any more.
    pub fn left_behind(&self) -> Option<(&Data, &Facts)> {
        match self {
            Accepted::LeftBehind { data, facts } => Some((data, facts)),
            Accepted::Displaced { .. }
            | Accepted::Consequence { .. }
            | Accepted::Upgraded { .. } => None,
        }
    }
}

/// A manifest as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// What it lists; of both sides of a conflict, all.
    pub manifest: Manifest,
    /// Git left conflict markers in it: whatever it lists, it has to be written again.
    pub conflicted: bool,
}

/// What every version's manifest has.
#[derive(Deserialize)]
struct Header {
    #[serde(default)]
    version: serde_json::Value,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    version: serde_json::Value,
    #[serde(default)]
    format: u32,
    #[serde(default)]
    file: Option<String>,
    files: Vec<FileLine>,
    #[serde(default)]
    volumes: Vec<VolumeLine>,
    #[serde(default)]
    tenants: Vec<TenantLine>,
    #[serde(default)]
    secrets: Vec<SecretLine>,
    #[serde(default)]
    accepted: Vec<AcceptedLine>,
}

/// The hash that the manifest records: SHA-256 in hexadecimal, with every CRLF read as LF.
pub fn fingerprint(bytes: &[u8]) -> String {
    match memchr(b'\r', bytes) {
        None => hash(bytes),
        Some(_) => hash(&with_unix_line_ends(bytes)),
    }
}

/// SHA-256 of exactly these bytes, in hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// The same text with LF where CRLF was.
pub fn with_unix_line_ends(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (index, &byte) in bytes.iter().enumerate() {
        if byte != b'\r' || bytes.get(index + 1) != Some(&b'\n') {
            out.push(byte);
        }
    }
    out
}

impl Manifest {
    /// That of a platform file, which owns nothing yet.
    pub fn of(file: &str) -> Self {
        Self {
            format: FORMAT,
            file: (file != PLATFORM_FILE).then(|| file.to_string()),
            ..Self::default()
        }
    }

    /// Whether it tells of a platform that is there, and not all that a plan compares.
    pub(super) fn tells_less(&self) -> bool {
        self.format < FORMAT && self.has_something()
    }

    /// Whether it owns files or tells of data.
    pub fn has_something(&self) -> bool {
        !self.files.is_empty() || !self.volumes.is_empty() || !self.tenants.is_empty()
    }

    /// The platform file that all of it is made from.
    pub fn platform_file(&self) -> &str {
        self.file.as_deref().unwrap_or(PLATFORM_FILE)
    }

    /// Owns a file with this hash, besides those that it may have already.
    pub fn record_file(&mut self, path: &str, fingerprint: String) {
        self.files
            .entry(path.to_string())
            .or_default()
            .insert(fingerprint);
    }

    /// Remembers data that a platform keeps.
    pub fn record_data(&mut self, kept: &Kept) {
        let facts = self.volumes.entry(kept.data.clone()).or_default();
        facts.size = kept.size;
        facts.places.extend(kept.places.iter().cloned());
        let made_with = kept.made_with.iter();
        facts
            .made_with
            .extend(made_with.map(|(name, value)| (name.clone(), value.clone())));
        let scripts = kept.scripts.iter();
        facts
            .scripts
            .extend(scripts.map(|(path, hash)| (path.clone(), hash.clone())));
    }

    /// Everything that either of the two owns.
    pub fn union(&self, other: &Manifest) -> Manifest {
        let mut union = self.clone();
        for (path, fingerprints) in &other.files {
            union
                .files
                .entry(path.clone())
                .or_default()
                .extend(fingerprints.iter().cloned());
        }
        for (data, facts) in &other.volumes {
            let all = union.volumes.entry(data.clone()).or_default();
            all.size = facts.size;
            all.paused_with = all.paused_with.or(facts.paused_with);
            let scripts = facts.scripts.iter();
            all.scripts
                .extend(scripts.map(|(path, hash)| (path.clone(), hash.clone())));
            all.places.extend(facts.places.iter().cloned());
            // A run that was killed may not have told the program yet.
            let made_with = facts.made_with.iter();
            all.made_with
                .extend(made_with.map(|(name, value)| (name.clone(), value.clone())));
        }
        union.tenants.extend(other.tenants.iter().cloned());
        for (secret, variables) in &other.secrets {
            let all = union.secrets.entry(secret.clone()).or_default();
            let more = variables.iter().filter(|it| !all.contains(it)).cloned();
            let more: Vec<String> = more.collect();
            all.extend(more);
        }
        union.accepted.extend(other.accepted.iter().cloned());
        union
    }

    /// The text of the manifest file.
    pub fn render(&self) -> String {
        let file = self.file.as_ref().map(|file| {
            let file = serde_json::Value::from(file.as_str());
            format!("  \"file\": {file},\n")
        });
        let file = file.unwrap_or_default();
        let files = self.files.iter().flat_map(|(path, fingerprints)| {
            let fingerprints = fingerprints.iter();
            fingerprints.map(move |sha256| file_line(path, sha256))
        });
        let volumes = self.volumes.iter().map(volume_line);
        let tenants = section("tenants", self.tenants.iter().map(tenant_line));
        let secrets = self.secrets.iter().flat_map(|(secret, variables)| {
            let variables = variables.iter();
            variables.map(move |variable| secret_line(secret, variable))
        });
        let secrets = section("secrets", secrets);
        let accepted = section("accepted", self.accepted.iter().map(accepted_line));
        format!(
            "{{\n  \"version\": \"{VERSION}\",\n  \"format\": {},\n{file}  \"files\": [{}],\n  \"volumes\": [{}]{tenants}{secrets}{accepted}\n}}\n",
            self.format,
            comma_separated(files),
            comma_separated(volumes)
        )
    }

    fn from_lines(lines: Lines) -> Result<Self, Failure> {
        let mut manifest = Manifest {
            format: lines.format,
            file: lines.file,
            ..Manifest::default()
        };
        for line in lines.files {
            if !stays_inside(&line.path) {
                return Err(broken(&format!(
                    "`{}` is not a path inside of the folder",
                    line.path
                )));
            }
            if !is_sha256(&line.sha256) {
                return Err(broken(&format!("`{}` has no SHA-256", line.path)));
            }
            manifest.record_file(&line.path, line.sha256);
        }
        for line in lines.volumes {
            let (data, known) = line.kept.named(line.name)?;
            let facts = manifest.volumes.entry(data).or_default();
            facts.size = known.size;
            facts.paused_with = known.paused_with;
            facts.places.extend(known.places);
            facts.made_with.extend(known.made_with);
            facts.scripts.extend(known.scripts);
        }
        for line in lines.tenants {
            manifest.tenants.insert(tenant(line)?);
        }
        for line in lines.secrets {
            let variables = manifest.secrets.entry(line.secret).or_default();
            if !variables.contains(&line.variable) {
                variables.push(line.variable);
            }
        }
        for line in lines.accepted {
            manifest.accepted.insert(accepted(line)?);
        }
        Ok(manifest)
    }
}

/// The lines of a manifest, by section.
#[derive(Default)]
struct Lines {
    format: u32,
    file: Option<String>,
    files: Vec<FileLine>,
    volumes: Vec<VolumeLine>,
    tenants: Vec<TenantLine>,
    secrets: Vec<SecretLine>,
    accepted: Vec<AcceptedLine>,
}

/// Whether a text is one in hexadecimal digits. It is written as it was read.
fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A list that is left out where it is empty.
fn section(name: &str, values: impl Iterator<Item = impl Display>) -> String {
    let values = comma_separated(values);
    match values.is_empty() {
        true => values,
        false => format!(",\n  \"{name}\": [{values}]"),
    }
}

fn comma_separated(values: impl Iterator<Item = impl Display>) -> String {
    let mut out = String::new();
    for value in values {
        let comma = if out.is_empty() { "" } else { "," };
        out.push_str(&format!("{comma}\n    {value}"));
    }
    if !out.is_empty() {
        out.push_str("\n  ");
    }
    out
}

/// Reads a manifest; `None` is one that does not exist, and that owns nothing.
///
/// Errors: it was made by a newer version of this program, or it is not a manifest.
pub fn read(bytes: Option<&[u8]>) -> Result<Recorded, Failure> {
    let Some(bytes) = bytes else {
        return Ok(Recorded {
            manifest: Manifest::default(),
            conflicted: false,
        });
    };
    let text = std::str::from_utf8(bytes).map_err(|_| broken("it is not UTF-8"))?;
    let conflicted = is_conflicted(text);
    let manifest = if conflicted {
        read_both_sides(text)?
    } else {
        read_json(text)?
    };
    Ok(Recorded {
        manifest,
        conflicted,
    })
}

/// What a manifest says of data, and nothing of files; `None` if it is no manifest, or one without data.
pub fn read_data(bytes: &[u8]) -> Option<Manifest> {
    let manifest = Manifest {
        files: BTreeMap::new(),
        ..read(Some(bytes)).ok()?.manifest
    };
    let has_data = !manifest.volumes.is_empty() || !manifest.tenants.is_empty();
    has_data.then_some(manifest)
}

fn read_json(text: &str) -> Result<Manifest, Failure> {
    let document: Document = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(error) => {
            // The rest of a newer manifest may look different.
            if let Ok(header) = serde_json::from_str::<Header>(text) {
                check_version(&header.version)?;
            }
            return Err(broken(&error.to_string()));
        }
    };
    check_version(&document.version)?;
    Manifest::from_lines(Lines {
        format: document.format,
        file: document.file,
        files: document.files,
        volumes: document.volumes,
        tenants: document.tenants,
        secrets: document.secrets,
        accepted: document.accepted,
    })
}

fn check_version(version: &serde_json::Value) -> Result<(), Failure> {
    let version = version.as_str();
    refuse_newer(version.ok_or_else(|| broken("it has no `version`"))?)
}

fn refuse_newer(version: &str) -> Result<(), Failure> {
    let made_by = semver::Version::parse(version)
        .map_err(|_| broken(&format!("its `version` is `{version}`")))?;
    if semver::Version::parse(VERSION).is_ok_and(|this| made_by > this) {
        return Err(Failure::new(format!(
            "`{MANIFEST}` was made by mlopsgen {made_by}, this is {VERSION}"
        ))
        .help(format!("use mlopsgen {made_by} or newer for this project")));
    }
    Ok(())
}

fn broken(why: &str) -> Failure {
    Failure::new(format!("`{MANIFEST}` is not a manifest of mlopsgen: {why}")).help(
        "restore it from git; or delete it: files that are as `apply` would write them stay as they are, \
         and the others then need `--force`",
    )
}

/// A manifest is read from a folder that others may have written: it must not reach out of that folder.
fn stays_inside(path: &str) -> bool {
    TreePath::parse(path).is_ok()
}
