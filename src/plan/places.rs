//! Where components keep data in stores of others: which two places are one, and who is led to another.

use super::{Consequence, data::Moved};
use crate::data::{Tenant, TenantNow};

/// The component in a place: `db` of `db/mlflow` and of `db at pg.example.com:5432/mlflow`.
pub(super) fn store_of(place: &str) -> &str {
    place.split([' ', '/']).next().unwrap_or(place)
}

/// Whether two places are one that is called otherwise: a server elsewhere, by its host; or data here that a component of another name
/// has now.
fn is_one_place(from: &str, to: &str, moved: &[Moved]) -> bool {
    let (store, new_store) = (store_of(from), store_of(to));
    let (inside, new_inside) = (&from[store.len()..], &to[new_store.len()..]);
    let is_elsewhere = inside.starts_with(" at ");
    let is_moved = |it: &Moved| {
        it.from.component() == Some(store) && it.data.key.component() == Some(new_store)
    };
    inside == new_inside && (is_elsewhere || moved.iter().any(is_moved))
}

/// The places of a component's data in stores of others that it no longer has. `moved`: data that has another key now.
pub(super) fn other_stores(old: &Tenant, tenant: &TenantNow, moved: &[Moved]) -> Vec<Consequence> {
    let changed = old.stores.iter().filter_map(|(role, from)| {
        let to = tenant.tenant.stores.get(role);
        let before = tenant.stores_before.get(role);
        let is_same = |to: &String| to == from || is_one_place(from, to, moved);
        let is_kept = to.is_some_and(is_same) || before.is_some_and(|it| it.contains(from));
        (!is_kept).then(|| Consequence::OtherStore {
            component: tenant.tenant.component.clone(),
            role: role.clone(),
            from: from.clone(),
            to: to.cloned(),
        })
    });
    changed.collect()
}
