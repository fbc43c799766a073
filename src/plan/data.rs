//! What a plan does to data: volumes that are left behind, that start empty, or that keep their data under another key, and
//! data that another major version has to read.

mod lines;

use std::collections::{BTreeMap, BTreeSet};

use lines::{earlier_place, lines_that_keep, lines_that_mount};

use super::{
    Accepted, Consequence, Inputs, Manifest, claims,
    consequences::{consequences, other_secrets},
    displaced::{Displaced, displaced},
    manifest::Facts,
    recorded::{RecordedData, is_partly_known},
    replacements::Replacements,
    upgrades::{MajorChange, unread_by, upgrades},
};
use crate::{
    data::{Data, DataKey, Identity, Keeper, Kept, Program},
    files::{Site, Target},
    fileset::ChartOfOthers,
};

/// What a plan means for data. Each list is sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataPlan {
    /// Data that nothing uses afterwards.
    pub left: Vec<LeftBehind>,
    /// New volumes, if the manifest already lists data.
    pub fresh: Vec<Data>,
    /// Those of them that are not simply empty.
    pub begins: BTreeMap<Data, Begin>,
    /// Data that was left behind and is used again, as the manifest has it.
    pub back: BTreeSet<Data>,
    /// Volumes that keep their data under another key.
    pub moved: Vec<Moved>,
    /// Programs that no longer meet their data where they did.
    pub displaced: Vec<Displaced>,
    /// Stores whose program changes its major version over existing data.
    pub upgrades: Vec<MajorChange>,
    /// What components no longer have of data that stays.
    pub consequences: Vec<Consequence>,
    /// Other secrets than those that data was made with, which may have the same values.
    pub other_secrets: Vec<Consequence>,
    /// Claims that ask for another size.
    pub resized: Vec<Resized>,
}

/// How a volume begins that the manifest does not list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begin {
    /// With its existing content, if the volume exists: platform.toml names it.
    AsItIs,
    /// With its existing content: it has to exist, as nothing here makes it.
    HasToBeThere,
    /// With what a program left in it, if nobody has removed it since. `None`: nobody wrote down which.
    LeftBehind(Option<Program>),
}

impl Begin {
    /// `None`: empty.
    fn of(kept: &Kept, recorded: &RecordedData<'_>) -> Option<Self> {
        let left = recorded.left_behind(&kept.data).next();
        match (kept.external, left) {
            (true, _) => Some(Begin::HasToBeThere),
            (false, Some((left, _))) => Some(Begin::left_behind(left)),
            (false, None) => kept.adopted.then_some(Begin::AsItIs),
        }
    }

    /// What was left behind is used again.
    pub(super) fn left_behind(data: &Data) -> Self {
        Begin::LeftBehind(data.program.as_ref().map(Program::without_libc))
    }
}

/// Data that nothing will use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftBehind {
    /// The data, as the manifest has it.
    pub data: Data,
    /// What stands in its place, and starts empty.
    pub instead: Option<Data>,
    /// What keeps it.
    pub keep: Keep,
}

impl LeftBehind {
    /// What the manifest says where the user agreed to it: all that it knew of the data.
    pub(super) fn accepted(&self, recorded: &Manifest) -> Accepted {
        // Nobody tells whether the commands were typed. If they were, other data or none is under this name later.
        if matches!(self.keep, Keep::Bind(_)) {
            return Accepted::LeftBehind {
                data: Data {
                    program: None,
                    ..self.data.clone()
                },
                facts: Facts::default(),
            };
        }
        let facts = recorded.volumes.get(&self.data);
        // The manifest has those of the claims of all pods at once.
        let of_all = || {
            let (all, _) = claims::of_all_pods(&self.data)?;
            recorded.volumes.get(&all)
        };
        Accepted::LeftBehind {
            data: self.data.clone(),
            facts: facts.or_else(of_all).cloned().unwrap_or_default(),
        }
    }
}

/// What the user does to keep using the data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// Writes these lines into platform.toml.
    Write(String),
    /// Types these shell commands before the generated files are used.
    Type(String),
    /// Types these: they take the data from its name to what stands in its place.
    Bind(String),
    /// Copies the data: these are the steps.
    Copy(String),
}

impl Keep {
    /// The lines or the commands.
    pub fn text(&self) -> &str {
        match self {
            Keep::Write(text) | Keep::Type(text) | Keep::Bind(text) | Keep::Copy(text) => text,
        }
    }
}

/// Data that is used under another key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The key that it had.
    pub from: DataKey,
    /// The data, under its new key.
    pub data: Data,
}

/// A claim whose size changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resized {
    /// The claim.
    pub data: Data,
    /// Bytes.
    pub from: u64,
    /// Bytes.
    pub to: u64,
}

impl DataPlan {
    /// Whether the user has to agree to it.
    pub fn is_loss(&self) -> bool {
        !self.left.is_empty()
            || !self.displaced.is_empty()
            || !self.upgrades.is_empty()
            || !self.consequences.is_empty()
    }
}

/// Compares the recorded data with the desired data.
pub(super) fn data(inputs: &Inputs<'_>) -> DataPlan {
    let recorded = RecordedData::of(inputs);
    let wanted = desired_data(inputs);
    let fresh: Vec<Data> = wanted
        .iter()
        .filter(|kept| !kept.is_only_declared() && recorded.used(&kept.data).next().is_none())
        .map(|kept| kept.data.clone())
        .collect();
    let kept = wanted.iter().filter(|kept| !kept.is_only_declared());
    let back = kept.flat_map(|kept| recorded.left_behind(&kept.data));
    let back = back.map(|(data, _)| data.clone()).collect();
    let keepers = recorded.keepers();
    let upgrades = upgrades(&recorded, &wanted);
    let moved = volumes_of_other_keys(&recorded, &wanted);
    let mut plan = DataPlan {
        left: all_left_behind(inputs, (&recorded, &wanted), &fresh),
        begins: begins(&recorded, &wanted, &fresh),
        back,
        consequences: Vec::new(),
        other_secrets: other_secrets(inputs, &recorded, &wanted, &moved),
        moved,
        displaced: displaced(&recorded, &wanted, &upgrades, inputs.targets),
        upgrades,
        resized: resized(&recorded, &wanted),
        // Where nothing is written down yet, all of it is new.
        fresh: fresh
            .into_iter()
            .filter(|new| keepers.contains(&new.keeper))
            .collect(),
    };
    plan.consequences = consequences(inputs, (&recorded, &wanted), &plan);
    plan
}

/// The recorded data that nothing uses any more.
fn all_left_behind(
    inputs: &Inputs<'_>,
    (recorded, wanted): (&RecordedData<'_>, &[&Kept]),
    fresh: &[Data],
) -> Vec<LeftBehind> {
    let used: BTreeSet<Identity<'_>> = wanted.iter().map(|kept| kept.data.identity()).collect();
    let names: BTreeMap<(Keeper, &str), &Data> = wanted
        .iter()
        .map(|kept| (kept.data.keeper_and_name(), &kept.data))
        .collect();
    let is_used = |data: &Data, facts: &Facts| {
        let other = claims::other_name(data);
        let other = other.as_ref();
        let other = other.and_then(|name| names.get(&(data.keeper, name.as_str())));
        let other = other.filter(|after| after.key == data.key);
        let mut same = names.get(&data.keeper_and_name()).into_iter().chain(other);
        same.any(|after| is_partly_known(data, facts, after)) || used.contains(&data.identity())
    };
    let replacements = Replacements::of(wanted, fresh);
    recorded
        .all()
        .filter(|(data, facts)| !is_used(data, facts))
        .filter(|(data, facts)| !is_of_earlier_version(data, facts, wanted))
        .filter(|(data, _)| !is_still_mounted(data, &inputs.wanted.folders))
        .map(|(data, facts)| match target_left_out(data, facts, inputs) {
            Some(keep) => LeftBehind {
                data: data.clone(),
                instead: None,
                keep,
            },
            None => left_behind(data, facts, &replacements, fresh, &inputs.wanted.charts),
        })
        .collect()
}

/// How new volumes begin that are not simply empty.
fn begins(recorded: &RecordedData<'_>, wanted: &[&Kept], fresh: &[Data]) -> BTreeMap<Data, Begin> {
    let new: BTreeSet<&Data> = fresh.iter().collect();
    let kept = wanted.iter().filter(|kept| new.contains(&kept.data));
    let begins = kept.filter_map(|kept| Some((kept.data.clone(), Begin::of(kept, recorded)?)));
    begins.collect()
}

/// Whether a manifest of an earlier version, which has no places, names data as if no raw key did. The raw key may have been there.
fn is_of_earlier_version(data: &Data, facts: &Facts, wanted: &[&Kept]) -> bool {
    let is_same = |kept: &&Kept| kept.data.keeper == data.keeper && kept.data.key == data.key;
    let mut same = wanted.iter().filter(|kept| is_same(kept));
    facts.places.is_empty() && same.any(|kept| kept.named_by.is_some())
}

/// Whether it is a folder of a machine that something mounts, though nothing says any more that it holds data.
fn is_still_mounted(data: &Data, folders: &BTreeSet<String>) -> bool {
    data.keeper == Keeper::Host && folders.contains(&data.name)
}

/// Whether a selected target keeps data there. This run knows nothing about the other targets.
pub(super) fn is_selected(keeper: Keeper, selected: Option<&BTreeSet<Target>>) -> bool {
    let keeps = |target: &Target| match (keeper, target.runs_on()) {
        (Keeper::Engine | Keeper::Host, Some(Site::Engine)) => true,
        (Keeper::Cluster | Keeper::Host, Some(Site::Cluster)) => true,
        (Keeper::Engine, Some(Site::Cluster)) | (Keeper::Cluster, Some(Site::Engine)) => false,
        (_, None) => false,
    };
    selected.is_none_or(|selected| selected.iter().any(keeps))
}

/// The desired data of the selected runtimes.
pub(super) fn desired_data<'a>(inputs: &Inputs<'a>) -> Vec<&'a Kept> {
    let kept = inputs.wanted.kept.iter();
    kept.filter(|kept| is_selected(kept.data.keeper, inputs.selected))
        .collect()
}

/// What keeps data of runtimes that platform.toml no longer names: the targets. Nothing else of the platform has changed there.
fn target_left_out(data: &Data, facts: &Facts, inputs: &Inputs<'_>) -> Option<Keep> {
    let keeps = |target: &Target| is_selected(data.keeper, Some(&BTreeSet::from([*target])));
    if inputs.targets.iter().any(keeps) {
        return None;
    }
    let mut runtimes: BTreeSet<Target> = facts.places.iter().map(|it| it.runtime).collect();
    if runtimes.is_empty() {
        runtimes.extend(Target::ALL.iter().copied().find(keeps));
    }
    let names = |targets: &BTreeSet<Target>| {
        let names = targets.iter().map(|it| format!("\"{}\"", it.name()));
        names.collect::<Vec<_>>().join(", ")
    };
    let all = &runtimes | inputs.targets;
    Some(Keep::Write(format!(
        "# nothing is made for {} any more: `targets` of [platform] leaves it out\n[platform]\ntargets = [{}]",
        names(&runtimes),
        names(&all)
    )))
}

/// `charts`: components that charts of others run in a cluster.
fn left_behind(
    data: &Data,
    facts: &Facts,
    replacements: &Replacements<'_>,
    fresh: &[Data],
    charts: &BTreeMap<String, ChartOfOthers>,
) -> LeftBehind {
    let replacement = replacements.instead_of(data);
    let instead = replacement.map(|kept| kept.data.clone());
    let raw = replacement.and_then(|kept| kept.named_by.as_ref());
    let place = instead.as_ref().and_then(|new| earlier_place(data, new));
    let unread = replacement.and_then(|kept| unread_by(data, kept));
    let place = place.or_else(|| raw.map(|raw| format!("# leave out: {raw}")));
    LeftBehind {
        keep: unread
            .map(Keep::Copy)
            .or_else(|| place.map(Keep::Write))
            .or_else(|| claims::keep(data, instead.as_ref(), fresh, charts))
            .unwrap_or_else(|| {
                Keep::Write(match data.keeper {
                    Keeper::Host => {
                        lines_that_mount(data, facts, instead.as_ref(), fresh, replacements)
                    }
                    _ => lines_that_keep(data, instead.as_ref(), fresh),
                })
            }),
        instead,
        data: data.clone(),
    }
}

/// Data that has another key than before.
fn volumes_of_other_keys(recorded: &RecordedData<'_>, wanted: &[&Kept]) -> Vec<Moved> {
    let changed = wanted.iter().filter_map(|kept| {
        let (before, _) = recorded.used(&kept.data).next()?;
        let is_moved = before.key != kept.data.key || kept.data.moved && !before.moved;
        is_moved.then(|| Moved {
            from: before.key.clone(),
            data: kept.data.clone(),
        })
    });
    changed.collect()
}

fn resized(recorded: &RecordedData<'_>, wanted: &[&Kept]) -> Vec<Resized> {
    let mounted = wanted.iter().filter(|kept| !kept.is_only_declared());
    let changed = mounted.filter_map(|kept| {
        let to = kept.size?;
        let (_, facts) = recorded.same(&kept.data).next()?;
        let from = facts.size?;
        (from != to).then(|| Resized {
            data: kept.data.clone(),
            from,
            to,
        })
    });
    changed.collect()
}
