//! Variables that hold a list, such as `PYTHONPATH`: the kind has an item in it, and the user's own items follow.

use super::draft::Declared;
use crate::syntax::{Entry, Node, Table, Value};

/// What the user wrote, with the kind's item in front of each such variable; nothing where there is none.
pub(super) fn user(declared: &Declared, kind: &Table) -> Option<Table> {
    let signs = kind.table("joined_env")?;
    let of_kind = kind.get_path(&["workload", "env"])?.as_table()?;
    let items: Vec<(&str, String)> = signs
        .iter()
        .filter_map(|(name, sign)| {
            let item = of_kind.get(&name.name)?.as_str()?;
            Some((name.name.as_str(), format!("{item}{}", sign.as_str()?)))
        })
        .collect();
    if items.is_empty() {
        return None;
    }
    let mut user = declared.user.clone();
    join(&mut user, &items);
    if let Some(parts) = user.table_mut("parts") {
        let parts = parts.entries.iter_mut();
        parts
            .filter_map(|part| part.value.as_table_mut())
            .for_each(|part| join(part, &items));
    }
    Some(user)
}

fn join(workload: &mut Table, items: &[(&str, String)]) {
    let Some(env) = workload.table_mut("env") else {
        return;
    };
    for Entry { key, value } in &mut env.entries {
        let item = items.iter().find(|(name, _)| *name == key.name);
        // One that is taken away is a table.
        if let (Some((_, item)), Some(written)) = (item, value.as_str()) {
            *value = Node {
                span: value.span,
                value: Value::String(format!("{item}{written}")),
            };
        }
    }
}
