//! The manifest: what an earlier run wrote, so that the next one knows which files are its own.
//!
//! It is JSON with one line a file, so that git merges it line by line. Where git could not, both sides count: a path
//! may stand there with several hashes, and a file that has any of them is unedited.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Failure;
use crate::{files::RecordedVolume, value::is_reserved};

/// The manifest's name, in the folder that it describes.
pub const MANIFEST: &str = ".mlopsgen.json";

/// The version of this program, which the manifest names.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What is owned: paths with the hashes that their files may have, and volumes (real name to key).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    pub files: BTreeMap<String, BTreeSet<String>>,
    pub volumes: BTreeMap<String, String>,
}

/// A manifest as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub manifest: Manifest,
    /// Git left conflict markers in it: whatever it lists, it has to be written again.
    pub conflicted: bool,
}

#[derive(Serialize, Deserialize)]
struct FileLine {
    path: String,
    sha256: String,
}

#[derive(Serialize, Deserialize)]
struct VolumeLine {
    name: String,
    key: String,
}

#[derive(Deserialize)]
struct Document {
    files: Vec<FileLine>,
    #[serde(default)]
    volumes: Vec<VolumeLine>,
}

/// The hash that the manifest records: SHA-256 in hexadecimal, with every CRLF read as LF.
pub fn fingerprint(bytes: &[u8]) -> String {
    hash(&with_unix_line_ends(bytes))
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
    pub fn record_file(&mut self, path: &str, fingerprint: String) {
        self.files
            .entry(path.to_string())
            .or_default()
            .insert(fingerprint);
    }

    pub fn record_volumes(&mut self, volumes: &[RecordedVolume]) {
        for volume in volumes {
            self.volumes.insert(volume.name.clone(), volume.key.clone());
        }
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
        union.volumes.extend(other.volumes.clone());
        union
    }

    /// The text of the manifest file.
    pub fn render(&self) -> String {
        let files = self.files.iter().flat_map(|(path, fingerprints)| {
            fingerprints
                .iter()
                .map(move |sha256| serde_json::json!({ "path": path, "sha256": sha256 }))
        });
        let volumes = self
            .volumes
            .iter()
            .map(|(name, key)| serde_json::json!({ "name": name, "key": key }));
        format!(
            "{{\n  \"version\": \"{VERSION}\",\n  \"files\": [{}],\n  \"volumes\": [{}]\n}}\n",
            lines(files),
            lines(volumes)
        )
    }

    fn from_lines(files: Vec<FileLine>, volumes: Vec<VolumeLine>) -> Result<Self, Failure> {
        let mut manifest = Manifest::default();
        for line in files {
            if !stays_inside(&line.path) {
                return Err(broken(&format!(
                    "`{}` is not a path inside of the folder",
                    line.path
                )));
            }
            manifest.record_file(&line.path, line.sha256);
        }
        for line in volumes {
            manifest.volumes.insert(line.name, line.key);
        }
        Ok(manifest)
    }
}

fn lines(values: impl Iterator<Item = serde_json::Value>) -> String {
    let lines: Vec<String> = values.map(|value| format!("\n    {value}")).collect();
    if lines.is_empty() {
        String::new()
    } else {
        format!("{}\n  ", lines.join(","))
    }
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
    let conflicted = text.lines().any(|line| marker(line).is_some());
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

fn read_json(text: &str) -> Result<Manifest, Failure> {
    let value: serde_json::Value =
        serde_json::from_str(text).map_err(|error| broken(&error.to_string()))?;
    let version = value
        .get("version")
        .and_then(|version| version.as_str())
        .ok_or_else(|| broken("it has no `version`"))?;
    // Before anything else: the rest of a newer version's manifest may look different.
    refuse_newer(version)?;
    let document: Document =
        serde_json::from_value(value).map_err(|error| broken(&error.to_string()))?;
    Manifest::from_lines(document.files, document.volumes)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Marker {
    Ours,
    Base,
    Theirs,
    End,
}

fn marker(line: &str) -> Option<Marker> {
    let line = line.trim_end();
    match line.get(..7)? {
        "<<<<<<<" => Some(Marker::Ours),
        "|||||||" => Some(Marker::Base),
        "=======" if line.len() == 7 => Some(Marker::Theirs),
        ">>>>>>>" => Some(Marker::End),
        _ => None,
    }
}

/// With markers in it the file is not JSON, but its lines still are, each by itself.
fn read_both_sides(text: &str) -> Result<Manifest, Failure> {
    let mut files = Vec::new();
    let mut volumes = Vec::new();
    let mut section = Marker::End;
    for line in text.lines() {
        if let Some(marker) = marker(line) {
            section = marker;
            continue;
        }
        // What both sides started from is nobody's any more.
        if section == Marker::Base {
            continue;
        }
        let line = line.trim().trim_end_matches(',');
        if let Some(version) = line.strip_prefix("\"version\":") {
            refuse_newer(version.trim().trim_matches('"'))?;
        } else if let Ok(file) = serde_json::from_str::<FileLine>(line) {
            files.push(file);
        } else if let Ok(volume) = serde_json::from_str::<VolumeLine>(line) {
            volumes.push(volume);
        } else if !is_frame(line) {
            return Err(broken(&format!("it has the line `{line}`")));
        }
    }
    Manifest::from_lines(files, volumes)
}

/// The lines around the entries, with or without the entries of an empty list.
fn is_frame(line: &str) -> bool {
    const FRAME: [&str; 8] = [
        "",
        "{",
        "}",
        "]",
        "\"files\": [",
        "\"files\": []",
        "\"volumes\": [",
        "\"volumes\": []",
    ];
    FRAME.contains(&line)
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
    !path.contains(['\\', '\0'])
        && !is_reserved(path)
        && path
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
}
