//! Mounts that lie in one another: an engine makes the point where the inner one is mounted, and can't in every outer one. What the
//! outer one has there is hidden.

use std::collections::BTreeMap;

use super::{Facts, strings::is_the_users};
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{FileContent, FileMount, Found, Mount, Platform, Workload},
    source::Span,
    value::plain_path,
};

/// What stands at a path in a container.
struct Place<'a> {
    /// Without slashes at its ends, each part once.
    path: String,
    span: Span,
    what: What<'a>,
}

#[derive(Clone, Copy)]
enum What<'a> {
    Volume(&'a Mount),
    File(&'a FileMount),
    Memory,
}

/// Something mounted below a file, below a folder of the project that has no such entry, or over a file of the user's there.
pub(super) fn mounts(facts: Facts<'_>, sink: &mut Sink) {
    for workload in facts.platform.workloads() {
        let places = places(workload);
        let mut known: BTreeMap<&str, Vec<&Place<'_>>> = BTreeMap::new();
        for place in &places {
            known.entry(&place.path).or_default().push(place);
        }
        for inner in &places {
            // The folders around a path are few, what is mounted may be a lot.
            let mut slashes = inner.path.rmatch_indices('/');
            // The point is made in the nearest one.
            let nearest = slashes.find_map(|(at, _)| {
                let around = known.get(&inner.path[..at])?;
                Some((around, &inner.path[at + 1..]))
            });
            let Some((around, rest)) = nearest else {
                continue;
            };
            let mut around = around.iter();
            let nested = Nested {
                platform: facts.platform,
                workload: &workload.name,
                inner,
                rest,
            };
            if let Some(found) = around.find_map(|outer| nested.refused_or_hidden(outer)) {
                sink.push(found);
            }
        }
    }
}

fn places(workload: &Workload) -> Vec<Place<'_>> {
    let volumes = workload.mounts.iter();
    let volumes = volumes.map(|it| (&it.path, it.span, What::Volume(it)));
    let files = workload.files.iter();
    let files = files.map(|it| (&it.path, it.span, What::File(it)));
    let written = workload.written.entry("tmpfs");
    let span = written.map_or(workload.span, |entry| entry.key.span);
    let memory = workload.runtime.tmpfs.iter();
    let memory = memory.map(|it| (&it.path, span, What::Memory));
    volumes
        .chain(files)
        .chain(memory)
        .map(|(path, span, what)| Place {
            path: plain_path(path),
            span,
            what,
        })
        .collect()
}

impl What<'_> {
    /// Whether one file is mounted, not a folder.
    fn is_one_file(self) -> bool {
        let What::File(file) = self else {
            return false;
        };
        match &file.content {
            FileContent::Text { .. } | FileContent::Project { .. } | FileContent::Secret(_) => true,
            FileContent::Folder { .. } | FileContent::Stubs | FileContent::Generated(_) => false,
        }
    }
}

/// One place in another.
struct Nested<'a> {
    platform: &'a Platform,
    workload: &'a str,
    inner: &'a Place<'a>,
    /// The path of the inner one from the outer one on.
    rest: &'a str,
}

impl Nested<'_> {
    fn refused_or_hidden(&self, outer: &Place<'_>) -> Option<Diagnostic> {
        if outer.what.is_one_file() {
            let help = "mount one of the two elsewhere".to_string();
            return Some(self.refused(outer, "is a file, which holds nothing", help));
        }
        let (folder, found, is_written_to) = match outer.what {
            What::Volume(mount) => {
                let folder = mount.source.on_host()?.as_str();
                let mut points = mount.points.iter();
                let point = points.find(|point| point.below == self.rest)?;
                (folder, point.found, !mount.read_only)
            }
            What::File(FileMount {
                content: FileContent::Folder { path, files },
                ..
            }) => (path.as_str(), self.found_in(files), false),
            What::File(_) | What::Memory => return None,
        };
        match found {
            Found::Nothing if is_written_to => None,
            Found::Nothing => {
                let rest = self.rest;
                let help = format!(
                    "put `{rest}` into `{folder}` of the project, which is what is mounted over; or mount one of the two elsewhere"
                );
                Some(self.refused(outer, "is a folder that the container can't write to", help))
            }
            Found::Place => None,
            Found::Text => self.hidden(outer, folder),
        }
    }

    /// What a folder of the project has where the inner one is mounted.
    fn found_in(&self, files: &[(String, Vec<u8>)]) -> Found {
        let folder = format!("{}/", self.rest);
        let is_over = |name: &str| match self.inner.what.is_one_file() {
            true => name == self.rest,
            // What is generated may be either.
            false => {
                let may_be_file = matches!(self.inner.what, What::File(_));
                name.starts_with(&folder) || may_be_file && name == self.rest
            }
        };
        let covered = files.iter().filter(|(name, _)| is_over(name));
        let told = covered.map(|(_, bytes)| Found::of(bytes));
        told.fold(Found::Nothing, |known, it| match known {
            Found::Text => known,
            Found::Nothing | Found::Place => it,
        })
    }

    fn refused(&self, outer: &Place<'_>, why: &str, help: String) -> Diagnostic {
        let name = self.workload;
        let path = &self.inner.path;
        Diagnostic::new(
            Code::MountNested,
            format!("nothing can be mounted at `/{path}` of `{name}`"),
        )
        .label(outer.span, why)
        .label(self.inner.span, "and this lies below it")
        .help(help)
    }

    /// A file of the kind's over one of the user's that nobody asked for. Who writes both means it.
    fn hidden(&self, outer: &Place<'_>, folder: &str) -> Option<Diagnostic> {
        let What::File(file) = self.inner.what else {
            return None;
        };
        let is_the_kinds = !is_the_users(self.platform, self.inner.span) && file.setting.is_none();
        if !is_the_kinds || !is_the_users(self.platform, outer.span) {
            return None;
        }
        let (rest, path) = (self.rest, &self.inner.path);
        let message = format!(
            "`{folder}/{rest}` has no effect: `{}` mounts a file of its kind over it",
            self.workload
        );
        let help = format!(
            "mount yours in its place, with `files.\"/{path}\" = {{ source = \"{folder}/{rest}\" }}` beside the folder; or take it out of the folder"
        );
        Some(
            Diagnostic::new(Code::MountTwice, message)
                .label(outer.span, "has this file")
                .label(self.inner.span, "and the kind mounts another here")
                .help(help),
        )
    }
}
