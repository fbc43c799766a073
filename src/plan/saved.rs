//! A plan as a file, so that exactly the plan that was reviewed can be applied later.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{Action, Consequence, Displaced, Failure, Plan, Refusal, VERSION, hash};
use crate::files::Target;

/// Everything that decides what an `apply` does. Two of them are equal if `apply` would do the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedPlan {
    /// The version of the program that made it.
    pub version: String,
    /// `--file`, relative to the project.
    pub file: String,
    /// `--env`.
    pub environment: Option<String>,
    /// `--target`, sorted; `None` is all.
    pub targets: Option<Vec<String>>,
    /// What happens to files, sorted by path.
    pub changes: Vec<SavedChange>,
    /// Stubs that do not exist yet.
    pub stubs: Vec<SavedStub>,
    /// Data that is left behind, that a program no longer meets, and that another version of its program has to read.
    pub data: Vec<String>,
    /// SHA-256 of the manifest that was found.
    pub manifest_before: Option<String>,
    /// The text of the manifest to end with.
    pub manifest_after: String,
    /// What was compiled, as a hash: platform.toml and every file that it asks for. `None` where nothing had to be compiled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<String>,
}

/// One file of a [`SavedPlan`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedChange {
    /// Relative to the output folder.
    pub path: String,
    /// What happens to it.
    pub action: Action,
    /// SHA-256 of the file that was found.
    pub before: Option<String>,
    /// The text to write.
    #[serde(with = "shared")]
    pub after: Option<Arc<str>>,
    /// Why it is not touched, if it isn't.
    pub refusal: Option<Refusal>,
}

/// A text that a plan shares with the compilation that made it: in a file it is a string.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        text: &Option<Arc<str>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        text.as_deref().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Arc<str>>, D::Error> {
        let text: Option<String> = Option::deserialize(deserializer)?;
        Ok(text.map(Arc::from))
    }
}

/// One stub of a [`SavedPlan`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedStub {
    pub path: String,
    pub text: String,
}

impl SavedPlan {
    /// What `plan --out` writes of a plan; `file` is the platform file, relative to the project.
    pub fn new(
        plan: &Plan,
        file: &str,
        environment: Option<&str>,
        targets: Option<&BTreeSet<Target>>,
    ) -> Self {
        let changes = plan.changes.iter().map(|change| SavedChange {
            path: change.path.clone(),
            action: change.action,
            before: change.before.as_deref().map(hash),
            after: change.after.clone(),
            refusal: change.refusal.clone(),
        });
        let stubs = plan.stubs.iter().map(|stub| SavedStub {
            path: stub.path.clone(),
            text: stub.text.clone(),
        });
        let left = plan.data.left.iter().map(|left| left.data.title());
        let upgraded = plan.data.upgrades.iter();
        let upgraded = upgraded.map(|it| format!("{}: {} to {}", it.data.name, it.from, it.to));
        let displaced = plan.data.displaced.iter().map(Displaced::sentence);
        let name = |target: &Target| target.name().to_string();
        Self {
            version: VERSION.to_string(),
            file: file.to_string(),
            environment: environment.map(str::to_string),
            targets: targets.map(|targets| targets.iter().map(name).collect()),
            changes: changes.collect(),
            stubs: stubs.collect(),
            data: left
                .chain(displaced)
                .chain(upgraded)
                .chain(plan.data.consequences.iter().map(Consequence::sentence))
                .collect(),
            manifest_before: plan.manifest_before.as_deref().map(hash),
            manifest_after: plan.manifest.render(),
            inputs: None,
        }
    }

    /// The same plan, which holds for nothing but these inputs.
    #[must_use]
    pub fn with_inputs(self, inputs: Option<String>) -> Self {
        Self { inputs, ..self }
    }

    /// The text of the plan's file.
    pub fn render(&self) -> String {
        match serde_json::to_string_pretty(self) {
            Ok(text) => text + "\n",
            // Strings, lists and enums without data of their own: there is nothing that could fail.
            Err(error) => unreachable!("a saved plan is plain data: {error}"),
        }
    }

    /// Whether a text is a plan, of whatever version.
    pub fn is_one(text: &str) -> bool {
        serde_json::from_str::<serde_json::Value>(text)
            .is_ok_and(|value| value.get("version").is_some() && value.get("changes").is_some())
    }

    /// Errors: the text is not a saved plan, or one of another version.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let help = "make one with `mlopsgen plan --out FILE`";
        let value: serde_json::Value = serde_json::from_str(text)
            .map_err(|error| Failure::new(format!("not a saved plan: {error}")).help(help))?;
        let version = value.get("version").and_then(|version| version.as_str());
        if version.is_some_and(|version| version != VERSION) {
            return Err(Failure::new(format!(
                "the plan was made by mlopsgen {}, this is {VERSION}",
                version.unwrap_or_default()
            ))
            .help(help));
        }
        serde_json::from_value(value)
            .map_err(|error| Failure::new(format!("not a saved plan: {error}")).help(help))
    }

    /// What has changed since the plan was made, one line for each change; empty if the plan is still valid.
    pub fn differences(&self, now: &SavedPlan) -> Vec<String> {
        let (before, after) = (self.by_path(), now.by_path());
        let paths: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
        let mut differences: Vec<String> = paths
            .into_iter()
            .filter(|path| before.get(path) != after.get(path))
            .map(str::to_string)
            .collect();
        if self.stubs != now.stubs {
            differences.push("the stubs".to_string());
        }
        if self.data != now.data {
            differences.push("the data".to_string());
        }
        if self.manifest_before != now.manifest_before || self.manifest_after != now.manifest_after
        {
            differences.push(super::MANIFEST.to_string());
        }
        // Named where nothing else is: all else follows from it.
        let both = self.inputs.as_ref().zip(now.inputs.as_ref());
        if differences.is_empty() && both.is_some_and(|(before, after)| before != after) {
            differences.push(format!("{} or a file that it reads", self.file));
        }
        differences
    }

    fn by_path(&self) -> BTreeMap<&str, &SavedChange> {
        let changes = self.changes.iter();
        changes
            .map(|change| (change.path.as_str(), change))
            .collect()
    }
}
