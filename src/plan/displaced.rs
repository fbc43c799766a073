//! Data that stays, and that a program no longer meets where it did: its mount has moved, its folder has another path, something
//! else is laid over it, or nothing mounts it any more. The program then starts empty, though nothing was removed.

use std::collections::{BTreeMap, BTreeSet};

use super::{recorded::RecordedData, upgrades::MajorChange};
use crate::{
    data::{Data, Identity, Kept, Place},
    files::Target,
};

/// A program that no longer meets its data where it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Displaced {
    /// The data.
    pub data: Data,
    /// Where the workload met it.
    pub from: Place,
    /// Where it meets the data now; `None`: nowhere.
    pub to: Option<Place>,
    /// The targets that start it so.
    pub runtimes: Vec<Target>,
}

impl Displaced {
    /// What happens, as a message has it.
    pub fn sentence(&self) -> String {
        let Self { data, from, .. } = self;
        let data = format!("{} ({})", data.title(), data.key);
        let place = from.shown();
        let had = match from.folder {
            Some(_) => format!("keeps its data {place} of {data}"),
            None => format!("has {data} {place}"),
        };
        let had = match &from.unread {
            Some(unread) => format!("{had}, unless {unread} says otherwise"),
            None => had,
        };
        let consequence = self.consequence();
        let runtimes: Vec<&str> = self.runtimes.iter().map(|it| it.name()).collect();
        format!(
            "`{}` {had}, and {consequence} ({})",
            from.workload,
            runtimes.join(", ")
        )
    }

    /// What becomes of it, as what follows the workload and `and`.
    fn consequence(&self) -> String {
        let Some(to) = &self.to else {
            return "does not mount it any more: it starts empty".to_string();
        };
        let now_unread = to.unread.as_ref();
        match now_unread.filter(|unread| self.from.unread.as_ref() != Some(unread)) {
            Some(unread) => format!(
                "may be led elsewhere by {unread}, which is not read here: then it starts empty"
            ),
            None if self.from.unread != to.unread => format!(
                "is to look {} of it: it starts empty if it was led elsewhere",
                to.shown()
            ),
            None if self.from.folder.is_none() => format!(
                "gets it {}: a program that still looks there starts empty",
                to.shown()
            ),
            None if to.folder.is_none() => {
                "is led elsewhere by its command, a variable or another mount: it starts empty"
                    .to_string()
            }
            None => format!("is to look {} of it: it starts empty", to.shown()),
        }
    }

    fn is_same_elsewhere(&self, other: &Displaced) -> bool {
        let here = |place: &Place| Place {
            runtime: self.from.runtime,
            ..place.clone()
        };
        self.data.identity() == other.data.identity()
            && self.from == here(&other.from)
            && self.to == other.to.as_ref().map(here)
    }
}

/// Compares where workloads met data with where they are to meet it, in each runtime that is still asked for. What another
/// version or another program has to read is reported as that.
pub(super) fn displaced(
    recorded: &RecordedData<'_>,
    wanted: &[&Kept],
    upgrades: &[MajorChange],
    targets: &BTreeSet<Target>,
) -> Vec<Displaced> {
    let is_runtime = |place: &&Place| targets.contains(&place.runtime);
    let asked: BTreeSet<Identity<'_>> = upgrades.iter().map(|it| it.data.identity()).collect();
    let mut out: Vec<Displaced> = Vec::new();
    for same in by_identity(wanted).values() {
        let kept = same[0];
        if asked.contains(&kept.data.identity()) {
            continue;
        }
        let others = out.len();
        let after: BTreeSet<&Place> = same.iter().flat_map(|it| &it.places).collect();
        let is_used = recorded.used(&kept.data).next().is_some();
        // Who agreed that nothing uses the data agreed for all that mounted it: what mounts it again may look elsewhere.
        let is_asked =
            |from: &&Place| is_used || after.iter().any(|it| is_of_one_workload(it, from));
        for (before, facts) in recorded.same(&kept.data) {
            // What else mounts the data of a store that is gone may well be there to read it.
            if kept.data.program.is_none() && kept.data.key != before.key && !kept.data.moved {
                continue;
            }
            for from in facts.places.iter().filter(is_runtime).filter(is_asked) {
                let Some(to) = change(from, &facts.places, &after) else {
                    continue;
                };
                let displaced = Displaced {
                    data: kept.data.clone(),
                    from: from.clone(),
                    to,
                    runtimes: vec![from.runtime],
                };
                match out[others..]
                    .iter_mut()
                    .find(|it| it.is_same_elsewhere(&displaced))
                {
                    Some(known) => known.runtimes.extend(displaced.runtimes),
                    None => out.push(displaced),
                }
            }
        }
    }
    without_inner(out)
}

fn is_of_one_workload(one: &Place, other: &Place) -> bool {
    one.runtime == other.runtime && one.workload == other.workload
}

/// Leaves out folders that lie in another folder which the same program no longer finds: they go with it.
fn without_inner(all: Vec<Displaced>) -> Vec<Displaced> {
    let is_inner = |it: &Displaced, of: &Displaced| {
        let (Some(inner), Some(outer)) = (&it.from.folder, &of.from.folder) else {
            return false;
        };
        inner != outer
            && is_in(inner, outer)
            && it.data.identity() == of.data.identity()
            && it.from.workload == of.from.workload
            && it.runtimes == of.runtimes
    };
    let is_own = |it: &Displaced| !all.iter().any(|of| is_inner(it, of));
    all.iter().filter(|it| is_own(it)).cloned().collect()
}

/// Whether a folder of some data is another one, or lies in it.
fn is_in(inner: &str, outer: &str) -> bool {
    let rest = inner.strip_prefix(outer);
    outer.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Two runtimes of one engine may each have an entry for one volume.
fn by_identity<'a>(wanted: &[&'a Kept]) -> BTreeMap<Identity<'a>, Vec<&'a Kept>> {
    let mut out: BTreeMap<Identity<'_>, Vec<&Kept>> = BTreeMap::new();
    for kept in wanted {
        out.entry(kept.data.identity()).or_default().push(kept);
    }
    out
}

/// Where the workload of `from` meets the data now, if that is another place. A workload that is new may be the old one under
/// another name.
fn change(
    from: &Place,
    before: &BTreeSet<Place>,
    after: &BTreeSet<&Place>,
) -> Option<Option<Place>> {
    let was_there = |workload: &str| before.iter().any(|place| place.workload == workload);
    let here = after.iter().copied();
    let here: Vec<&Place> = here.filter(|it| it.runtime == from.runtime).collect();
    let only = |is_meant: &dyn Fn(&Place) -> bool| -> Vec<&Place> {
        here.iter().copied().filter(|it| is_meant(it)).collect()
    };
    let mut now = only(&|place| place.workload == from.workload);
    if now.is_empty() {
        now = only(&|place| !was_there(&place.workload));
    }
    if now.iter().any(|place| place.shows_the_same_as(from)) {
        return None;
    }
    if let Some(place) = instead(from, before, &now) {
        return Some(Some(place));
    }
    // Where several workloads mount the data and one stops, the others still use it. A program that kept its own files there is
    // reported all the same.
    (here.is_empty() || from.folder.is_some()).then_some(None)
}

/// Where a program meets the data now, of the places that it has: not where it keeps something else of it, as it did before.
fn instead(from: &Place, before: &BTreeSet<Place>, now: &[&Place]) -> Option<Place> {
    let first = *now.first()?;
    let Some(folder) = &from.folder else {
        let nearest = now.iter().find(|place| place.folder.is_some());
        return Some(Place::clone(nearest.unwrap_or(&first)));
    };
    // Only what may decide about it besides is another.
    let same = now
        .iter()
        .find(|place| place.folder.as_ref() == Some(folder));
    let was_there = |place: &Place| before.iter().any(|it| place.shows_the_same_as(it));
    let fresh: Vec<&&Place> = now.iter().filter(|place| !was_there(place)).collect();
    let folders: Option<Vec<&str>> = fresh.iter().map(|place| place.folder.as_deref()).collect();
    let is_around_all = |place: &Place| {
        let outer = place.folder.as_deref().unwrap_or_default();
        let mut folders = folders.iter().flatten();
        folders.all(|inner| is_in(inner, outer))
    };
    let around_all = fresh
        .iter()
        .find(|it| it.folder.is_some() && is_around_all(it));
    match same.or(around_all.copied()) {
        Some(place) => Some(Place::clone(place)),
        None => Some(Place {
            folder: None,
            ..first.clone()
        }),
    }
}
