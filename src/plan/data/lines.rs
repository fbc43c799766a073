//! What to write into platform.toml so that data which would be left behind is used on.

use std::collections::BTreeSet;

use crate::{
    data::{Data, DataKey, DataOwner, Keeper, OWN_CLUSTER},
    plan::{manifest::Facts, replacements::Replacements},
};

/// The line that keeps the namespace and the cluster of a claim, where nothing else of it changes. A cluster that nobody wrote down stays
/// as it is now.
pub(super) fn earlier_place(data: &Data, instead: &Data) -> Option<String> {
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
pub(super) fn lines_that_keep(data: &Data, instead: Option<&Data>, fresh: &[Data]) -> String {
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
pub(super) fn lines_that_mount(
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
