//! The data of the manifest, found by what it is on a disk: what is used, and what was left behind.

use std::collections::{BTreeMap, BTreeSet};

use super::{Accepted, Inputs, claims, data::is_selected, manifest::Facts};
use crate::data::{Data, Identity, Keeper, cluster_key, is_only_declared};

/// A platform can have thousands of volumes, and each desired one is looked up.
pub(super) struct RecordedData<'a> {
    used: Index<'a>,
    /// Nothing removes it: it is there when something uses its name again.
    left_behind: Index<'a>,
}

#[derive(Default)]
struct Index<'a> {
    in_order: Vec<(&'a Data, &'a Facts)>,
    by_identity: BTreeMap<Identity<'a>, Vec<(&'a Data, &'a Facts)>>,
    /// Data by its name alone, for what does not tell all of it: see [`is_partly_known`].
    by_name: BTreeMap<(Keeper, &'a str), (&'a Data, &'a Facts)>,
}

impl<'a> Index<'a> {
    fn of(data: impl Iterator<Item = (&'a Data, &'a Facts)>) -> Self {
        let mut index = Self::default();
        for (data, facts) in data {
            index.in_order.push((data, facts));
            let same = index.by_identity.entry(data.identity()).or_default();
            same.push((data, facts));
            let name = data.keeper_and_name();
            index.by_name.insert(name, (data, facts));
        }
        index
    }

    fn same<'b>(&'b self, data: &'b Data) -> impl Iterator<Item = (&'a Data, &'a Facts)> + 'b {
        let found = self.by_identity.get(&data.identity());
        let by_name = self.by_name.get(&data.keeper_and_name()).copied();
        let by_name = by_name.or_else(|| self.of_first_pod(data));
        let by_name = by_name
            .filter(|(before, facts)| found.is_none() && is_partly_known(before, facts, data));
        found.into_iter().flatten().copied().chain(by_name)
    }

    /// The first pod's claim, under its other name.
    fn of_first_pod(&self, data: &Data) -> Option<(&'a Data, &'a Facts)> {
        let name = claims::other_name(data)?;
        let found = self.by_name.get(&(data.keeper, name.as_str()));
        found.copied().filter(|(before, _)| before.key == data.key)
    }
}

impl<'a> RecordedData<'a> {
    /// The data of the selected runtimes.
    pub(super) fn of(inputs: &Inputs<'a>) -> Self {
        let recorded = || inputs.recorded.manifest.volumes.iter();
        // A version before this one wrote down what nothing mounted, too. One that wrote down no places at all may have mounted it.
        let has_places = recorded().any(|(_, facts)| !facts.places.is_empty());
        let is_data =
            |(data, facts): &(&Data, &Facts)| !has_places || !is_only_declared(data, &facts.places);
        let of_selected =
            |(data, _): &(&'a Data, &'a Facts)| is_selected(data.keeper, inputs.selected);
        let accepted = inputs.recorded.manifest.accepted.iter();
        Self {
            used: Index::of(recorded().filter(of_selected).filter(is_data)),
            left_behind: Index::of(
                accepted
                    .filter_map(Accepted::left_behind)
                    .filter(of_selected),
            ),
        }
    }

    /// All that is used.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'a Data, &'a Facts)> {
        self.used.in_order.iter().copied()
    }

    /// Who keeps some of it, used or left behind.
    pub(super) fn keepers(&self) -> BTreeSet<Keeper> {
        let left = self.left_behind.in_order.iter().copied();
        self.all()
            .chain(left)
            .map(|(data, _)| data.keeper)
            .collect()
    }

    /// What the manifest says of the same thing on a disk; several keys may have named it.
    pub(super) fn same<'b>(
        &'b self,
        data: &'b Data,
    ) -> impl Iterator<Item = (&'a Data, &'a Facts)> + 'b {
        let is_used = self.used(data).next().is_some();
        let left = self.left_behind(data).filter(move |_| !is_used);
        self.used(data).chain(left)
    }

    /// The same, of what is used.
    pub(super) fn used<'b>(
        &'b self,
        data: &'b Data,
    ) -> impl Iterator<Item = (&'a Data, &'a Facts)> + 'b {
        self.used.same(data)
    }

    /// The same, of what was left behind.
    pub(super) fn left_behind<'b>(
        &'b self,
        data: &'b Data,
    ) -> impl Iterator<Item = (&'a Data, &'a Facts)> + 'b {
        self.left_behind.same(data)
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
