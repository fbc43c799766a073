//! The values of the settings of a component's kind.

use super::{
    Inputs, Scene, files, project_files,
    reference::{Scope, setting_text, text},
};
use crate::{
    catalog::{SettingForm, SettingSpec, SettingType},
    diag::Sink,
    expand::ComponentDraft,
    model::{FileContent, Setting, SettingFile, SettingValue, Store},
    syntax::{Node, Value},
};

/// The settings of a component that have a value, in the order of the kind.
pub(super) fn settings(
    scene: &Scene<'_>,
    index: usize,
    inputs: &Inputs<'_>,
    sink: &mut Sink,
) -> Vec<Setting> {
    let draft = &scene.components[index];
    let mut out = Vec::new();
    for spec in &draft.kind.settings {
        let Some(node) = draft.setting(&spec.name) else {
            continue;
        };
        let value = match spec.kind {
            _ if !is_file_read(draft, spec, node) => SettingValue::Files(Vec::new()),
            SettingType::File | SettingType::Files => {
                let items = node.items();
                SettingValue::Files(setting_files(scene, index, spec, items, inputs, sink))
            }
            _ => setting_value(scene, index, spec, node, sink),
        };
        out.push(Setting {
            name: spec.name.clone(),
            value,
            issued_by: spec.issued_by.clone(),
            may_be_address: spec.form.is_none_or(SettingForm::may_be_address),
            span: node.span,
        });
    }
    out
}

/// Whether the files that a setting names are read: not where the setting itself is wrong, which was reported.
pub(super) fn is_file_read(draft: &ComponentDraft, spec: &SettingSpec, node: &Node) -> bool {
    let is_out_of_place = spec.only_external && draft.external.is_none();
    let is_list = node.as_array().is_some();
    match spec.kind {
        SettingType::File => !is_out_of_place && !is_list,
        SettingType::Files => !is_out_of_place,
        _ => true,
    }
}

/// A URL, or a table with `url` and a login.
fn store(scene: &Scene<'_>, index: usize, item: &Node, sink: &mut Sink) -> Store {
    let mut read = |node: &Node| text(scene, node, &Scope::workload(index, None), sink);
    let Some(table) = item.as_table() else {
        return Store {
            url: read(item),
            user: None,
            password: None,
            token: None,
        };
    };
    Store {
        url: table.get("url").map(&mut read).unwrap_or_default(),
        user: table.get("user").map(&mut read),
        password: table.get("password").map(&mut read),
        token: table.get("token").map(&mut read),
    }
}

fn setting_files(
    scene: &Scene<'_>,
    index: usize,
    spec: &SettingSpec,
    items: &[Node],
    inputs: &Inputs<'_>,
    sink: &mut Sink,
) -> Vec<SettingFile> {
    let mut out = Vec::new();
    for item in items {
        let content = match spec.kind {
            SettingType::File => {
                let what = format!("setting `{}`", spec.name);
                project_files::single(inputs.world, item, &what, sink)
            }
            _ => project_files::project(inputs.world, item, sink),
        };
        if let Some(FileContent::Project { path, bytes }) = content {
            let written = item.as_str().unwrap_or_default();
            // Where the file is mounted, the same mistakes are found in the same places, and are reported once.
            let text = files::resolved(scene, Scope::workload(index, None), inputs, written, sink);
            out.push(SettingFile { path, bytes, text });
        }
    }
    out
}

/// A setting as the model holds it.
pub(super) fn setting_value(
    scene: &Scene<'_>,
    index: usize,
    spec: &SettingSpec,
    node: &Node,
    sink: &mut Sink,
) -> SettingValue {
    match &node.value {
        Value::Array(items) if spec.kind == SettingType::Stores => {
            let stores = items.iter().map(|item| store(scene, index, item, sink));
            SettingValue::Stores(stores.collect())
        }
        Value::Integer(number) => SettingValue::Integer(*number),
        Value::Boolean(value) => SettingValue::Boolean(*value),
        Value::Array(items) => SettingValue::List(
            items
                .iter()
                .map(|item| text(scene, item, &Scope::workload(index, None), sink))
                .collect(),
        ),
        _ => SettingValue::Text(
            setting_text(
                scene,
                index,
                &spec.name,
                &Scope::workload(index, None),
                sink,
            )
            .unwrap_or_default(),
        ),
    }
}
