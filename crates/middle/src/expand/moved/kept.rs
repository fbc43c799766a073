//! The names that volumes and claims keep.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::{Data, DataKey, Keeper};

use super::Led;

/// What was renamed.
#[derive(Debug, Default)]
pub struct Moves {
    /// Keys of platform.toml: the one that it is now, and the old one.
    pub(super) steps: BTreeMap<String, String>,
    /// The Compose project that volumes are called after.
    pub(super) project: String,
    /// The data that earlier runs recorded in the manifest, by who keeps it and its key.
    pub(super) recorded: BTreeMap<(Keeper, DataKey), Data>,
    /// The volumes that entries lead to; none of those that an environment inherits: it may lack what the base has.
    pub(super) volumes: Vec<Led>,
}

/// The names of a volume.
#[derive(Debug, PartialEq, Eq)]
pub struct VolumeNames {
    /// The engine's.
    pub volume: String,
    /// The claim's.
    pub claim: String,
    /// Whether these names differ from the ones that its key gives.
    pub moved: bool,
    /// The keys that it had before, the newest first.
    pub before: Vec<DataKey>,
}

impl Moves {
    /// Components that were renamed: the name now, and the one before.
    pub fn components(&self) -> BTreeMap<String, String> {
        let component = |key: &str| {
            let name = key.strip_prefix("components.")?;
            (!name.contains('.')).then(|| name.to_string())
        };
        let steps = self.steps.iter();
        steps
            .filter_map(|(now, before)| Some((component(now)?, component(before)?)))
            .collect()
    }

    /// The names of the volume of this key. `usual`: those that the key gives it.
    ///
    /// The names that the manifest records for a moved key stay. So an entry of `[[moved]]` may be removed after it was applied.
    pub fn names(&self, key: &DataKey, usual: (String, String)) -> VolumeNames {
        let mut chain = self.chain(key);
        if self.is_from_nothing(&chain) {
            chain.truncate(1);
        }
        let id = chain.last().map_or_else(|| key.id(), DataKey::id);
        let volume = self.named(Keeper::Engine, &chain, &usual.0);
        let volume = volume.map(|data| data.name.clone());
        let volume = volume.unwrap_or_else(|| format!("{}_{id}", self.project));
        let claim = match self.named(Keeper::Cluster, &chain, &usual.1) {
            // Claims that a StatefulSet made, one for each pod: no other claim can have their names.
            Some(data) if data.stateful_set().is_some() => usual.1.clone(),
            Some(data) => data.name.clone(),
            None => id,
        };
        VolumeNames {
            moved: (&volume, &claim) != (&usual.0, &usual.1),
            volume,
            claim,
            before: chain.into_iter().skip(1).collect(),
        }
    }

    /// The key and those that it had before, the newest first.
    fn chain(&self, key: &DataKey) -> Vec<DataKey> {
        let mut chain = vec![key.clone()];
        let mut seen: BTreeSet<DataKey> = chain.iter().cloned().collect();
        while let Some(before) = chain.last().and_then(|key| self.before(key))
            && seen.insert(before.clone())
        {
            chain.push(before);
        }
        chain
    }

    /// The key before its last move: by an entry for the volume, else by one for its component or pipeline.
    fn before(&self, key: &DataKey) -> Option<DataKey> {
        let key = key.to_string();
        if let Some(from) = self.steps.get(&key) {
            return from.parse().ok();
        }
        key.match_indices('.').find_map(|(dot, _)| {
            let from = self.steps.get(&key[..dot])?;
            format!("{from}{}", &key[dot..]).parse().ok()
        })
    }

    /// What is recorded with the name to keep: of the oldest key, or of a key that was moved to the current one.
    fn named(&self, keeper: Keeper, chain: &[DataKey], usual: &str) -> Option<&Data> {
        let of = |key: &DataKey| self.recorded.get(&(keeper, key.clone()));
        let today = chain.first().and_then(of);
        let before = chain.iter().skip(1).rev().find_map(of);
        before.or(today.filter(|data| data.moved || data.name == usual))
    }

    /// Whether the current key has been applied with data of its own, and none of those before it ever was: entries lead from
    /// nothing then, and take nothing from what is there.
    fn is_from_nothing(&self, chain: &[DataKey]) -> bool {
        let of = |key: &DataKey| {
            let keepers = [Keeper::Engine, Keeper::Cluster, Keeper::Host];
            let of_keeper = move |keeper| self.recorded.get(&(keeper, key.clone()));
            keepers
                .into_iter()
                .filter_map(of_keeper)
                .collect::<Vec<_>>()
        };
        let Some((today, before)) = chain.split_first() else {
            return false;
        };
        let today = of(today);
        let is_own = !today.is_empty() && today.iter().all(|data| !data.moved);
        is_own && !before.is_empty() && before.iter().all(|key| of(key).is_empty())
    }

    /// The same of all that has been applied under a key of platform.toml. What has a name of the user's own is no sign: it has
    /// that before it is moved, and after.
    pub(super) fn is_all_from_nothing(&self, to: &str) -> bool {
        let of_today = || self.recorded_below(to);
        let is_usual = |((keeper, key), data): (&(Keeper, DataKey), &Data)| match keeper {
            Keeper::Engine => data.name.ends_with(&format!("_{}", key.id())),
            Keeper::Cluster | Keeper::Host => data.name == key.id(),
        };
        of_today().next().is_some()
            && of_today().all(is_usual)
            && of_today().all(|((_, key), _)| self.is_from_nothing(&self.chain(key)))
    }

    /// Whether data may wait for this move: it is recorded under the old name, and not under the new one. Where nothing was
    /// ever recorded, it may.
    pub(super) fn may_wait(&self, from: &str, to: &str) -> bool {
        let has = |key| self.recorded_below(key).next().is_some();
        self.recorded.is_empty() || has(from) && !has(to)
    }

    /// The data that was applied under a key of platform.toml.
    fn recorded_below(&self, above: &str) -> impl Iterator<Item = (&(Keeper, DataKey), &Data)> {
        let is_below = move |key: &DataKey| {
            let key = key.to_string();
            let rest = key.strip_prefix(above);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let recorded = self.recorded.iter();
        recorded.filter(move |((_, key), _)| is_below(key))
    }
}
