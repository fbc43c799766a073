//! The Secret that a chart's pods read: nothing generated makes it, so a plan says when it has to be made again.
//!
//! In: the chart's values in the output folder, and the desired ones. Out: the Secret's new name, and the keys that it needs besides.

use serde_json::Value;

use super::chart::Charts;

/// A Secret that has to be made, or to be made again, before the upgrade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretChange {
    /// What pods read from now on.
    pub name: String,
    /// What they read until now, where that is another one.
    pub was: Option<String>,
    /// Keys that it needs now, sorted. Optional ones are left out.
    pub keys: Vec<String>,
}

/// Compares the chart of before with the chart of afterwards. `None`: there is no chart on one side, the Secret is as it was, or an
/// operator makes it.
pub(super) fn secret(charts: &Charts) -> Option<SecretChange> {
    let (before, after) = (charts.before.first()?, charts.after.first()?);
    let name = |values: &Value| values["existingSecret"].as_str().map(str::to_string);
    let is_made_by_operator = [
        &after["externalSecrets"]["store"],
        &after["secretsStore"]["providerClass"],
    ];
    if is_made_by_operator
        .iter()
        .any(|value| value.as_str().is_some_and(|it| !it.is_empty()))
    {
        return None;
    }
    let (was, name) = (name(before)?, name(after)?);
    let needed = |values: &Value| -> Vec<String> {
        let secrets = values["secrets"].as_object().into_iter().flatten();
        let needed = secrets.filter(|(_, secret)| secret["optional"] != "true");
        needed.map(|(key, _)| key.clone()).collect()
    };
    let had = needed(before);
    let mut keys = needed(after);
    keys.retain(|key| !had.contains(key));
    keys.sort();
    let was = Some(was).filter(|was| *was != name);
    (was.is_some() || !keys.is_empty()).then_some(SecretChange { name, was, keys })
}
