//! What a plan does to data: volumes that are left behind, that start empty, or that keep their data under another key, and
//! data that another major version has to read.

use std::collections::{BTreeMap, BTreeSet};

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
    data::{Data, DataKey, DataOwner, Identity, Keeper, Kept, OWN_CLUSTER, Program},
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
    /// With what is in it, if it is there already: platform.toml names it.
    AsItIs,
    /// With what is in it: nothing here makes it.
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
    let used: BTreeSet<Identity<'_>> = wanted.iter().map(|kept| kept.data.identity()).collect();
    let names: BTreeMap<(Keeper, &str), &Data> = wanted
        .iter()
        .map(|kept| (kept.data.keeper_and_name(), &kept.data))
        .collect();
    let replacements = Replacements::of(&wanted, &fresh);
    let left = recorded
        .all()
        .filter(|(data, facts)| {
            let other = claims::other_name(data);
            let other = other.as_ref();
            let other = other.and_then(|name| names.get(&(data.keeper, name.as_str())));
            let other = other.filter(|after| after.key == data.key);
            let mut same = names.get(&data.keeper_and_name()).into_iter().chain(other);
            let by_name = same.any(|after| is_partly_known(data, facts, after));
            !by_name && !used.contains(&data.identity())
        })
        .filter(|(data, facts)| !is_of_earlier_version(data, facts, &wanted))
        .filter(|(data, _)| !is_still_mounted(data, &inputs.wanted.folders))
        .map(|(data, facts)| match target_left_out(data, facts, inputs) {
            Some(keep) => LeftBehind {
                data: data.clone(),
                instead: None,
                keep,
            },
            None => left_behind(data, facts, &replacements, &fresh, &inputs.wanted.charts),
        })
        .collect();
    let new: BTreeSet<&Data> = fresh.iter().collect();
    let begins = wanted.iter().filter(|kept| new.contains(&kept.data));
    let begins = begins.filter_map(|kept| Some((kept.data.clone(), Begin::of(kept, &recorded)?)));
    let begins = begins.collect();
    let kept = wanted.iter().filter(|kept| !kept.is_only_declared());
    let back = kept.flat_map(|kept| recorded.left_behind(&kept.data));
    let back = back.map(|(data, _)| data.clone()).collect();
    let keepers = recorded.keepers();
    let upgrades = upgrades(&recorded, &wanted);
    let moved = volumes_of_other_keys(&recorded, &wanted);
    let mut plan = DataPlan {
        left,
        begins,
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

/// The line that keeps the namespace and the cluster of a claim, where nothing else of it changes. A cluster that nobody wrote down stays
/// as it is now.
fn earlier_place(data: &Data, instead: &Data) -> Option<String> {
    let is_same = data.keeper_and_name() == instead.keeper_and_name();
    let (namespace, cluster) = data.release().filter(|_| is_same)?;
    let (namespace_now, cluster_now) = instead.release()?;
    let namespace = (namespace != namespace_now).then(|| format!("namespace = \"{namespace}\""));
    let cluster = cluster.filter(|it| Some(*it) != cluster_now);
    let cluster = cluster.map(|cluster| match cluster {
        OWN_CLUSTER => "no `destination`".to_string(),
        _ => format!("destination = \"{cluster}\""),
    });
    let lines: Vec<String> = namespace.into_iter().chain(cluster).collect();
    Some(format!("# in the table of `deploy`: {}", lines.join(", ")))
}

/// What to write or to type to keep using the data.
fn lines_that_keep(data: &Data, instead: Option<&Data>, fresh: &[Data]) -> String {
    match (instead, data.keeper) {
        (Some(instead), _) if instead.key != data.key => {
            move_entry(&data.key.to_string(), &instead.key.to_string())
        }
        (Some(instead), _) => match renamed_project(data, instead) {
            Some((from, to)) => move_entry(&format!("platform.{from}"), &format!("platform.{to}")),
            None if is_usual(data) => format!("# leave out: {}.name", data.key),
            None => format!("{}.name = \"{}\"", data.key, data.name),
        },
        (None, _) => lines_that_keep_unused(data, fresh),
    }
}

/// What to write to mount a folder again.
fn lines_that_mount(
    data: &Data,
    facts: &Facts,
    instead: Option<&Data>,
    fresh: &[Data],
    replacements: &Replacements<'_>,
) -> String {
    let name = &data.name;
    // A raw list that names another folder for the same component leaves out what stood there.
    let is_raw = |key: &DataKey| matches!(key, DataKey::RawMounts { .. });
    let mut raw = fresh.iter().map(|new| &new.key).filter(|key| is_raw(key));
    let raw = raw.find(|key| key.component() == data.key.component());
    if let Some(key) = raw.or(Some(&data.key).filter(|key| is_raw(key))) {
        return format!("# {key}: mount `{name}` as before");
    }
    // Another folder stands at the key, at that of its new owner, or a volume of the engine does.
    let renamed = candidate(data, fresh).and_then(|owner| {
        let mut own = fresh.iter().filter(|new| new.keeper == Keeper::Host);
        own.find(|new| new.key.owner() == owner && new.key.volume() == data.key.volume())
    });
    let of_engine = Some(&data.key).filter(|key| replacements.is_mounted(key));
    let key = instead.or(renamed).map(|new| &new.key);
    match key.or(of_engine) {
        Some(key) => format!("{key}.source = \"{name}\""),
        None => {
            let mount = facts.places.first().map_or("...", |place| &place.mount);
            let volume = data.key.volume();
            format!(
                "# where it is to be used:\nvolumes.{volume} = {{ mount = \"{mount}\", source = \"{name}\", data = true }}"
            )
        }
    }
}

/// What to write where nothing stands in the place of the data.
fn lines_that_keep_unused(data: &Data, fresh: &[Data]) -> String {
    let key = data.key.to_string();
    let (owner, name) = (data.key.owner(), data.key.volume());
    if let Some(to) = renamed_volume(data, fresh) {
        return move_entry(&key, &to.to_string());
    }
    if let Some(to) = candidate(data, fresh) {
        return move_entry(&owner.to_string(), &to.to_string());
    }
    let lines = match owner {
        DataOwner::Raw(..) => format!("{key}.name = \"{}\"", data.name),
        DataOwner::Shared(_) => move_entry(&key, &shared_instead(fresh)),
        // The component itself may still be there.
        DataOwner::Component(_) => move_entry(&key, &format!("components.NEW.volumes.{name}")),
        DataOwner::Pipeline(_) => move_entry(&owner.to_string(), "pipelines.NEW"),
    };
    match (data.keeper, owner) {
        (Keeper::Engine, DataOwner::Shared(_)) => lines,
        (Keeper::Engine, _) => format!(
            "{lines}\n# or, where it is to be used: volumes.{name}.name = \"{}\"",
            data.name
        ),
        (Keeper::Cluster | Keeper::Host, _) => lines,
    }
}

/// Where the content of a shared volume may be now: another one that is new, else what one component has of its own.
fn shared_instead(fresh: &[Data]) -> String {
    // Each runtime keeps it once.
    let shared = |data: &&Data| matches!(data.key, DataKey::Shared(_));
    let others = fresh.iter().filter(shared).map(|it| it.key.to_string());
    let others: Vec<String> = BTreeSet::from_iter(others).into_iter().collect();
    match others.as_slice() {
        [] => "components.C.volumes.V".to_string(),
        [only] => only.clone(),
        _ => "volumes.V".to_string(),
    }
}

fn move_entry(from: &str, to: &str) -> String {
    format!("[[moved]]\nfrom = \"{from}\"\nto = \"{to}\"")
}

/// Whether it has the name that its key gives it.
fn is_usual(data: &Data) -> bool {
    let id = data.key.id();
    match data.keeper {
        Keeper::Engine => data
            .name
            .split_once('_')
            .is_some_and(|(_, rest)| rest == id),
        Keeper::Cluster => data.name == id,
        Keeper::Host => false,
    }
}

/// The old and the new name of the project, where nothing else differs in two names of volumes.
fn renamed_project<'a>(old: &'a Data, new: &'a Data) -> Option<(&'a str, &'a str)> {
    let (from, old) = old.name.split_once('_')?;
    let (to, new) = new.name.split_once('_')?;
    (old == new && from != to).then_some((from, to))
}

/// The likely new name of the volume: the only volume of its owner that starts empty.
fn renamed_volume<'a>(data: &Data, fresh: &'a [Data]) -> Option<&'a DataKey> {
    let is_same = |new: &&Data| new.keeper == data.keeper && new.key.owner() == data.key.owner();
    let mut fits = fresh.iter().filter(is_same);
    fits.next()
        .filter(|_| fits.next().is_none())
        .map(|only| &only.key)
}

/// The likely new name of the owner: it has an empty volume of the same name, for the same program.
fn candidate<'a>(data: &Data, fresh: &'a [Data]) -> Option<DataOwner<'a>> {
    // A manifest of an earlier version names no program that asks for nothing.
    let may_be_same = |new: &Data| match (&new.program, &data.program) {
        (Some(new), Some(program)) => new.kind == program.kind,
        (Some(new), None) => new.major.is_none(),
        (None, program) => program.is_none(),
    };
    let mut fits = fresh.iter().filter(|new| {
        new.keeper == data.keeper
            && new.key.owner().is_like(data.key.owner())
            && new.key.volume() == data.key.volume()
            && may_be_same(new)
    });
    let only = fits.next()?;
    fits.next().is_none().then(|| only.key.owner())
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
