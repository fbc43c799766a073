//! What a component uses: its roles, each with the component that fills it.

use super::{
    Scene,
    reference::{Scope, setting_text},
};
use crate::{
    catalog::Role,
    diag::Sink,
    expand::{BoundRole, read::refers_to},
    model::{DatabaseBinding, Use},
    syntax::{Node, Table},
};

/// The properties of a store that say where it is, and which part of it.
const PLACES: [&str; 4] = ["host", "address", "url", "database"];

/// The roles of a component that are bound, in the order of its kind.
pub(super) fn uses(scene: &Scene<'_>, index: usize, sink: &mut Sink) -> Vec<Use> {
    scene.components[index]
        .uses
        .iter()
        .map(|bound| {
            let target = &scene.components[bound.target];
            let name = bound.database.clone().or_else(|| {
                let text = super::reference::default_binding(scene, bound.target, sink);
                text.as_plain().filter(|name| !name.is_empty())
            });
            Use {
                role: bound.role.name.clone(),
                component: target.name.clone(),
                database: name.map(|name| DatabaseBinding {
                    name,
                    schema: bound.role.schema,
                    schema_of: schema_of(scene, index, bound),
                }),
                ports: target.main_port().into_iter().collect(),
                needed: bound.role.order,
                keeps: bound.role.keeps,
                told_by: told_by(&scene.components[index].kind_table, &bound.role),
                told_by_flags: told_by_flags(&scene.components[index].kind_table, &bound.role),
                span: bound.span,
            }
        })
        .collect()
}

fn schema_of(scene: &Scene<'_>, index: usize, bound: &BoundRole) -> Option<(String, String)> {
    let setting = bound.role.schema_of.as_ref()?;
    let scope = Scope::component(index, None);
    // What is wrong with it is reported where the setting is read.
    let value = setting_text(scene, index, setting, &scope, &mut Sink::default())?;
    Some((setting.clone(), value.as_plain()?))
}

/// The variables by which a kind tells its program where the data of a role is.
fn told_by(kind: &Table, role: &Role) -> Vec<String> {
    let env = kind.get_path(&["workload", "env"]);
    let env = env.and_then(|it| it.as_table()).into_iter();
    env.flat_map(Table::iter)
        .filter(|(_, node)| says_place(node, role))
        .map(|(name, _)| name.name.clone())
        .filter(|name| !role.passing_env.contains(name))
        .collect()
}

/// Whether a value says where the store in a role is.
fn says_place(node: &Node, role: &Role) -> bool {
    let mut places = PLACES.iter();
    places.any(|place| refers_to(node, &["roles", &role.name, place]))
}

/// The flags by which it does, and those that its program takes in the place of the variables.
fn told_by_flags(kind: &Table, role: &Role) -> Vec<String> {
    let by_variable = kind.table("flags_by_variable");
    let by_variable = by_variable.into_iter().flat_map(Table::iter);
    let variables = told_by(kind, role);
    let same = by_variable
        .filter(|(variable, _)| variables.contains(&variable.name))
        .filter_map(|(_, flag)| flag.as_str());
    let others = kind.table("other_flags").into_iter();
    let others = others
        .flat_map(Table::iter)
        .filter(|(_, other)| variables.iter().any(|it| other.as_str() == Some(it)))
        .map(|(flag, _)| flag.name.as_str());
    let mut out: Vec<String> = same.chain(others).map(ToString::to_string).collect();
    for key in ["command", "args"] {
        let words = kind.get_path(&["workload", key]);
        let words = words.and_then(Node::as_array).unwrap_or_default();
        let mut before = "";
        for word in words {
            let text = word.as_str().unwrap_or_default();
            let flag = text.split_once('=').map_or(before, |(flag, _)| flag);
            if flag.starts_with('-') && says_place(word, role) {
                out.push(flag.to_string());
            }
            before = text;
        }
    }
    out
}
