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
    /// Secrets of its kind that its data was made with, without the component's name.
    pub keys: BTreeSet<String>,
    /// Variables that its program read alone while there was nothing of it in these stores, each with its value then.
    pub made_with: BTreeMap<String, String>,
}

impl Tenant {
    /// Whether there is anything to remember of it.
    pub fn has_something(&self) -> bool {
        !self.stores.is_empty() || !self.keys.is_empty() || !self.made_with.is_empty()
    }
}

/// The same as platform.toml has it now. It may have nothing any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantNow {
    /// What the manifest remembers.
    pub tenant: Tenant,
    /// What the program asks for when its version changes, where its schema lies in one of these stores.
    pub upgrades: Vec<Upgrade>,
    /// The roles of those stores.
    pub schemas: BTreeSet<String>,
    /// What a change of such a variable asks for.
    pub first_start: BTreeMap<String, String>,
    /// Those of them whose value is a secret.
    pub of_secrets: BTreeSet<String>,
    /// Those of them that encrypt what it keeps, there or on a volume of its own: they are read at every start.
    pub encrypted_with: BTreeSet<String>,
    /// Keys of its kind in whose place the user sets a variable, each with that.
    pub replaced_keys: BTreeMap<String, String>,
    /// The names that it had before, by `[[moved]]`, the newest first.
    pub before: Vec<String>,
    /// Where it keeps data, by the role, under each name that the store had before.
    pub stores_before: BTreeMap<String, BTreeSet<String>>,
}
