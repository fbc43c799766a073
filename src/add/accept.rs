//! Lints that a kind can't do without: who adds it accepts them, and platform.toml says so.

use std::collections::BTreeMap;

use super::Addition;
use crate::{
    diag::{Code, Diagnostic},
    plan::Failure,
};

/// Rights that a program of a kind needs, and alerts that reach nobody before somebody says who is told.
const ACCEPTED: [Code; 4] = [
    Code::DockerSocket,
    Code::NobodyTold,
    Code::Privileged,
    Code::RootUser,
];

impl Addition<'_> {
    /// Writes `allow` for what the compiler says about the components that were added. Returns their names, each with its lints.
    /// Errors: the file has no such component.
    pub fn accept(
        &mut self,
        diagnostics: &[Diagnostic],
    ) -> Result<BTreeMap<String, Vec<&'static str>>, Failure> {
        let mut accepted: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
        let accepting = diagnostics.iter();
        for diagnostic in accepting.filter(|it| ACCEPTED.contains(&it.code)) {
            let is_added = |name: &&str| self.added.iter().any(|it| it.name == *name);
            let Some(component) = diagnostic.component().filter(is_added) else {
                continue;
            };
            let lints = accepted.entry(component.to_string()).or_default();
            let lint = diagnostic.code.name();
            if !lints.contains(&lint) {
                lints.push(lint);
            }
        }
        for (component, lints) in &mut accepted {
            lints.sort_unstable();
            self.sheet.allow(component, lints)?;
        }
        Ok(accepted)
    }
}
