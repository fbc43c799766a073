//! What stands in the place of data that is left behind, found by its key: a platform can lose thousands of volumes at once.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::{Data, DataKey, Keeper, Kept};

pub(super) struct Replacements<'a> {
    by_key: BTreeMap<(Keeper, &'a DataKey), &'a Kept>,
    /// Keys of the volumes that something is mounted at.
    mounted: BTreeSet<&'a DataKey>,
    /// What starts empty.
    fresh: BTreeSet<&'a Data>,
}

impl<'a> Replacements<'a> {
    pub(super) fn of(wanted: &[&'a Kept], fresh: &'a [Data]) -> Self {
        let mut by_key = BTreeMap::new();
        for kept in wanted.iter().copied() {
            let keys = std::iter::once(&kept.data.key);
            // The first that has a key, had it before, or mounts what it names.
            for key in keys.chain(&kept.before).chain(&kept.mounts) {
                by_key.entry((kept.data.keeper, key)).or_insert(kept);
            }
        }
        Self {
            by_key,
            mounted: wanted.iter().flat_map(|kept| &kept.mounts).collect(),
            fresh: fresh.iter().collect(),
        }
    }

    /// Under the same key there is something else now, it was moved here, or what is mounted at that key has become shared: what starts
    /// empty there.
    pub(super) fn instead_of(&self, data: &Data) -> Option<&'a Kept> {
        let found = self.by_key.get(&(data.keeper, &data.key)).copied();
        found.filter(|kept| self.fresh.contains(&kept.data))
    }

    /// Whether something is mounted at a key, whoever keeps it.
    pub(super) fn is_mounted(&self, key: &DataKey) -> bool {
        self.mounted.contains(key)
    }
}
