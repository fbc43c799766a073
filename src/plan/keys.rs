//! Keys and other secrets whose values have another name than before, so that a new one would be made.

use std::collections::{BTreeMap, BTreeSet};

use super::{Consequence, Inputs};
use crate::data::{Tenant, TenantNow};

/// Keys in whose place the user sets a variable.
pub(super) fn other_keys<'a>(
    old: &'a Tenant,
    tenant: &'a TenantNow,
) -> impl Iterator<Item = Consequence> + 'a {
    let replaced = tenant.replaced_keys.iter();
    let replaced = replaced.filter(|(key, _)| old.keys.contains(*key));
    replaced.map(|(key, variable)| Consequence::OtherKey {
        component: tenant.tenant.component.clone(),
        key: key.clone(),
        variable: variable.clone(),
    })
}

/// Components that seem to have been renamed, without an entry that says so: one of a kind is gone, and one is new.
pub(super) fn new_keys(
    known: &BTreeMap<&str, Vec<&Tenant>>,
    now: &[TenantNow],
) -> Vec<Consequence> {
    let names = |it: &TenantNow| {
        let before = it.before.clone().into_iter();
        before.chain([it.tenant.component.clone()])
    };
    let there: BTreeSet<String> = now.iter().flat_map(names).collect();
    let mut new: BTreeMap<&str, Vec<&Tenant>> = BTreeMap::new();
    for it in now.iter().filter(|it| it.before.is_empty()) {
        let tenant = &it.tenant;
        if tenant.has_something() && !known.contains_key(tenant.component.as_str()) {
            new.entry(&tenant.program.kind).or_default().push(tenant);
        }
    }
    let gone = known.iter().filter(|(name, _)| !there.contains(**name));
    let renamed = gone.flat_map(|(_, tenants)| tenants).filter_map(|old| {
        let [only] = new.get(old.program.kind.as_str())?.as_slice() else {
            return None;
        };
        let keys: BTreeSet<String> = &old.keys & &only.keys;
        (!keys.is_empty()).then(|| Consequence::NewKeys {
            component: old.component.clone(),
            to: only.component.clone(),
            keys,
        })
    });
    renamed.collect()
}

/// Secrets whose value is where it was, under a name that nothing reads any more.
pub(super) fn other_variables<'a>(inputs: &Inputs<'a>) -> impl Iterator<Item = Consequence> + 'a {
    let recorded = &inputs.recorded.manifest.secrets;
    let wanted = &inputs.wanted.secrets;
    wanted.iter().filter_map(move |(secret, to)| {
        let from = recorded.get(secret)?.first().filter(|it| *it != to)?;
        let had = |variable: &String| {
            let mut others = recorded.iter().filter(|(name, _)| *name != secret);
            others.any(|(_, variables)| variables.first() == Some(variable))
        };
        let has = |variable: &String| {
            let mut others = wanted.iter().filter(|(name, _)| *name != secret);
            others.any(|(name, other)| {
                other == variable && recorded.get(name).and_then(|it| it.first()) != Some(variable)
            })
        };
        Some(Consequence::OtherVariable {
            secret: secret.clone(),
            from: from.clone(),
            to: to.clone(),
            is_shared: had(to) || has(from),
        })
    })
}
