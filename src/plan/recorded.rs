//! The data of the manifest, found by what it is on a disk.

use std::collections::BTreeMap;

use super::{Inputs, data::is_selected, manifest::Facts};
use crate::data::{Data, Identity, Keeper, cluster_key, is_only_declared};

/// A platform can have thousands of volumes, and each desired one is looked up.
pub(super) struct RecordedData<'a> {
    in_order: Vec<(&'a Data, &'a Facts)>,
    by_identity: BTreeMap<Identity<'a>, Vec<(&'a Data, &'a Facts)>>,
    /// Data by its name alone, for what does not tell all of it: see [`is_partly_known`].
    by_name: BTreeMap<(Keeper, &'a str), (&'a Data, &'a Facts)>,
}

impl<'a> RecordedData<'a> {
    /// The data of the selected runtimes.
    pub(super) fn of(inputs: &Inputs<'a>) -> Self {
        let recorded = || inputs.recorded.manifest.volumes.iter();
        // A version before this one wrote down what nothing mounted, too. One that wrote down no places at all may have mounted it.
        let has_places = recorded().any(|(_, facts)| !facts.places.is_empty());
        let is_data =
            |(data, facts): &(&Data, &Facts)| !has_places || !is_only_declared(data, &facts.places);
        let in_order: Vec<(&Data, &Facts)> = recorded()
            .filter(|(data, _)| is_selected(data.keeper, inputs.selected))
            .filter(is_data)
            .collect();
        let mut by_identity: BTreeMap<Identity<'a>, Vec<(&Data, &Facts)>> = BTreeMap::new();
        let mut by_name = BTreeMap::new();
        for (data, facts) in in_order.iter().copied() {
            let same = by_identity.entry(data.identity()).or_default();
            same.push((data, facts));
            by_name.insert(data.keeper_and_name(), (data, facts));
        }
        Self {
            in_order,
            by_identity,
            by_name,
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&'a Data, &'a Facts)> {
        self.in_order.iter().copied()
    }

    /// What the manifest says of the same thing on a disk; several keys may have named it.
    pub(super) fn same<'b>(
        &'b self,
        data: &'b Data,
    ) -> impl Iterator<Item = (&'b Data, &'b Facts)> {
        let found = self.by_identity.get(&data.identity());
        let by_name = self.by_name.get(&data.keeper_and_name());
        let by_name = by_name
            .filter(|(before, facts)| found.is_none() && is_partly_known(before, facts, data));
        found.into_iter().flatten().chain(by_name).copied()
    }
}

/// Whether two of one name may well be the same thing: a manifest without places says nothing of drivers either.
pub(super) fn is_partly_known(before: &Data, facts: &Facts, after: &Data) -> bool {
    facts.places.is_empty()
        || before.keeper == Keeper::Cluster && may_be_in_one_place(before, after)
}

/// Without `[deploy]` nobody knows the namespace of a claim, and a version before this one wrote down no cluster.
fn may_be_in_one_place(before: &Data, after: &Data) -> bool {
    let (Some((before, cluster)), Some((after, cluster_after))) =
        (before.release(), after.release())
    else {
        return true;
    };
    let clusters = cluster.zip(cluster_after);
    before == after && clusters.is_none_or(|(one, other)| cluster_key(one) == cluster_key(other))
}
