//! Settings that are nothing but a number or a boolean of `[vars]`.

use crate::{
    catalog::{Kind, SettingType},
    reference::Constants,
    syntax::{Table, Value},
};

/// Puts such constants in their places: of their own type where the kind asks for it, else as text.
pub fn put_constants(user: &mut Table, kind: &Kind, constants: &Constants) {
    let Some(settings) = user.table("settings") else {
        return;
    };
    let values = settings.iter().filter_map(|(key, node)| {
        let value = constants.value(node)?;
        let mut specs = kind.settings.iter();
        let spec = specs.find(|spec| spec.name == key.name);
        let is_typed = match spec.map(|spec| spec.kind) {
            Some(SettingType::Integer | SettingType::Boolean) => true,
            Some(_) => false,
            // Of every kind, and a number.
            None => key.name == "major",
        };
        Some((key.name.clone(), is_typed, value))
    });
    let values: Vec<_> = values.collect();
    for (name, is_typed, value) in values {
        let node = user.table_mut("settings").and_then(|it| it.get_mut(&name));
        if let Some(node) = node {
            node.value = value;
            if !is_typed {
                node.value = Value::String(node.scalar());
            }
        }
    }
}
