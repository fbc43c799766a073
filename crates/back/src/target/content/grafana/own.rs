//! Dashboards of the user's own: Grafana takes one of two that have the same uid, and says so in its log alone.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    diag::{Code, Diagnostic},
    model::{Component, SettingFile, SettingValue},
};

/// Reports those whose uid another one has: one of them, or one that is generated.
pub(super) fn equal_uids(grafana: &Component, generated: &BTreeSet<&str>) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for setting in &grafana.settings {
        let SettingValue::Files(files) = &setting.value else {
            continue;
        };
        let written = grafana
            .main()
            .and_then(|main| {
                main.written
                    .get_path(&["settings", &setting.name])?
                    .as_array()
            })
            .unwrap_or_default();
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for (at, file) in files.iter().enumerate() {
            let Some(uid) = uid(file) else { continue };
            let other = match seen.get(&uid) {
                Some(other) => format!("`{other}` has it, too"),
                None if generated.contains(uid.as_str()) => {
                    "a dashboard that is generated has it, too".to_string()
                }
                None => {
                    seen.insert(uid, &file.path);
                    continue;
                }
            };
            out.push(
                Diagnostic::new(
                    Code::DuplicateName,
                    format!("the uid `{uid}` of `{}` is not free: {other}", file.path),
                )
                .label(
                    written.get(at).map_or(setting.span, |node| node.span),
                    "this dashboard",
                )
                .help("Grafana shows one of the two: change `uid` in the file, or remove it there"),
            );
        }
    }
    out
}

/// What its file says; without it Grafana makes one up.
fn uid(file: &SettingFile) -> Option<String> {
    let dashboard: Value = serde_json::from_slice(&file.bytes).ok()?;
    let uid = dashboard.get("uid")?.as_str()?;
    (!uid.is_empty()).then(|| uid.to_string())
}
