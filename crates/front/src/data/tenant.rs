//! What a component has outside of volumes of its own: its place in the stores of others, and the keys that its kind asks for.

use std::collections::{BTreeMap, BTreeSet};

use super::{Program, Upgrade};

/// A component that keeps data in stores of others, or encrypts some of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tenant {
    /// Its name.
    pub component: String,
    /// What runs in it.
    pub program: Program,
    /// Where it keeps data, by the role: `db/mlflow`.
    pub stores: BTreeMap<String, String>,
    /// Secrets of its kind, without the component's name.
    pub keys: BTreeSet<String>,
}

/// The same as platform.toml has it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantNow {
    /// What the manifest remembers.
    pub tenant: Tenant,
    /// What the program asks for when its version changes, where its schema lies in one of these stores.
    pub upgrades: Vec<Upgrade>,
    /// The roles of those stores.
    pub schemas: BTreeSet<String>,
    /// The name that it had before, by `[[moved]]`.
    pub before: Option<String>,
    /// Where it keeps data, under the names that the stores had before.
    pub stores_before: BTreeMap<String, String>,
}
