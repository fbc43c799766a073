//! Data that another program, or another version of its own, has to read.

use std::collections::BTreeSet;

use super::{manifest::Facts, recorded::RecordedData};
use crate::{
    data::{Data, Keeper, Kept, MountedBy, Place, Program, Reader},
    files::Target,
};

/// A program has to read data of another major version, or of another program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MajorChange {
    /// The store.
    pub data: Data,
    /// What wrote the data.
    pub from: Program,
    /// What is to read it.
    pub to: Reader,
    /// What to do, in sentences.
    pub needs: Vec<String>,
}

/// Compares what wrote the data with what is to read it.
pub(super) fn upgrades(recorded: &RecordedData<'_>, wanted: &[&Kept]) -> Vec<MajorChange> {
    let same = wanted.iter().flat_map(|kept| {
        let way: Way = match recorded.used(&kept.data).next() {
            Some(_) => separated,
            None => removed,
        };
        let same = recorded.same(&kept.data);
        same.filter_map(move |(before, facts)| change(kept, (before, facts), way))
    });
    same.collect()
}

/// How a program gets other data than what it can't read, from the data before and afterwards.
pub(super) type Way = fn(&Data, &Data) -> String;

/// The same for one volume: what is to mount it, what the manifest has of it.
pub(super) fn change(
    kept: &Kept,
    (before, facts): (&Data, &Facts),
    way: Way,
) -> Option<MajorChange> {
    // Two runtimes may run two versions over two volumes of one name.
    if !have_a_runtime_in_common(&facts.places, &kept.places) {
        return None;
    }
    let to = kept.data.program.clone();
    let to = to.map_or(Reader::Unknown, Reader::Program);
    // What else mounts the data of a store that is gone may well be there to read it.
    let is_other_use = to == Reader::Unknown && before.key != kept.data.key;
    let from = before.program.as_ref().filter(|_| !is_other_use)?;
    // Then it is the program that looks elsewhere, or the volume is another one's.
    if to == Reader::Unknown && has_old_readers_alone(kept, before, facts) {
        return None;
    }
    let needs = needs(from, &to, kept, &way(before, &kept.data));
    let (from, to) = without_same_libc(from, &to);
    (!needs.is_empty()).then(|| MajorChange {
        data: kept.data.clone(),
        from,
        to,
        needs,
    })
}

/// Whether all that mount the data now mounted it before: the program that wrote it, or others, which read it beside that.
fn has_old_readers_alone(kept: &Kept, before: &Data, facts: &Facts) -> bool {
    let writer = before.program.as_ref().map(|program| &program.kind);
    let is_old = |by: &MountedBy| {
        let mut old = facts.places.iter().filter(|it| it.workload == by.workload);
        let is_there = old.clone().next().is_some();
        let was_beside = before.key.component() != Some(&by.component)
            && old.all(|place| place.folder.is_none());
        by.program.as_ref() == writer || is_there && was_beside
    };
    !kept.readers.is_empty() && kept.readers.iter().all(is_old)
}

/// The C library is named where it is another one.
fn without_same_libc(from: &Program, to: &Reader) -> (Program, Reader) {
    match to {
        Reader::Program(to) if from.libc.is_some() && to.libc.is_some() && from.libc != to.libc => {
            (from.clone(), Reader::Program(to.clone()))
        }
        Reader::Program(to) => (from.without_libc(), Reader::Program(to.without_libc())),
        Reader::Unknown => (from.without_libc(), Reader::Unknown),
    }
}

/// Whether one runtime mounts the data before and after: what no workload mounts, none reads. A manifest of an earlier version
/// has no places: then what is mounted now is taken to have been.
fn have_a_runtime_in_common(before: &BTreeSet<Place>, after: &BTreeSet<Place>) -> bool {
    let starts_it = |runtime: Target| after.iter().any(|place| place.runtime == runtime);
    before.is_empty() && !after.is_empty() || before.iter().any(|place| starts_it(place.runtime))
}

fn needs(from: &Program, to: &Reader, kept: &Kept, way: &str) -> Vec<String> {
    let Reader::Program(to) = to else {
        return vec![format!(
            "if it can't read what `{}` wrote: {way}",
            from.kind
        )];
    };
    let asked = kept.upgrades.iter();
    let asked = asked.filter(|upgrade| upgrade.is_of(from, to));
    let asked: Vec<String> = asked.map(|upgrade| upgrade.needs.clone()).collect();
    if from.kind != to.kind && asked.is_empty() {
        return vec![cant_read(from, to, way)];
    }
    asked
}

/// Why a program does not go on with data that another volume stands in the place of, and what to do. `None`: it could read it.
pub(super) fn unread_by(data: &Data, instead: &Kept) -> Option<String> {
    let (from, to) = (data.program.as_ref()?, instead.data.program.as_ref()?);
    let mut upgrades = instead.upgrades.iter();
    let is_other = from.kind != to.kind && !upgrades.any(|it| it.is_of(from, to));
    is_other.then(|| cant_read(from, to, &separated(data, &instead.data)))
}

fn cant_read(from: &Program, to: &Program, way: &str) -> String {
    format!("`{}` can't read what `{}` wrote: {way}", to.kind, from.kind)
}

/// How two programs come to data of their own: both have to run while one is copied into the other.
fn separated(before: &Data, after: &Data) -> String {
    let owner = before.key.component();
    match owner.filter(|it| Some(*it) == after.key.component()) {
        Some(name) => format!(
            "leave `{name}` as it was, and add the new program as a component of another name; copy the data while both run, lead to the new one what uses `{name}`, then take `{name}` away"
        ),
        None => format!(
            "leave `{}` to what wrote it; give `{}` data of its own, and copy into it while both programs run",
            before.key, after.key
        ),
    }
}

/// The same where nothing uses the data of before: no program is there that a copy could come from.
pub(super) fn removed(before: &Data, after: &Data) -> String {
    let key = match after.keeper {
        Keeper::Host => "source",
        Keeper::Engine | Keeper::Cluster => "name",
    };
    format!(
        "remove {}, which was left behind, or give `{}` another `{key}`",
        before.title(),
        after.key
    )
}
