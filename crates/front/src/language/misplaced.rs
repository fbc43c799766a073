//! Keys that are right in another table.

use super::{
    component::{COMPONENT, PART, component_key},
    context::Owner,
    key::KeyShape,
};
use crate::{
    diag::{Code, Diagnostic},
    syntax::{Key, Node, Table, Value},
};

/// Whether these are the keys of a component, or of a part of one.
pub(super) fn is_component(keys: &[KeyShape]) -> bool {
    is_same(keys, COMPONENT) || is_same(keys, PART)
}

fn is_same(keys: &[KeyShape], others: &[KeyShape]) -> bool {
    keys.len() == others.len() && keys[0].name == others[0].name
}

/// Stages that run in parallel inside of one that does. What it runs counts as said.
pub(super) fn parallel_inside(
    key: &Key,
    keys: &[KeyShape],
    owner: Owner<'_>,
    kept: &mut Table,
) -> Option<Diagnostic> {
    let is_stage = owner == Owner::Words("a stage") && keys.iter().any(|it| it.name == "run");
    if !is_stage || key.name != "parallel" {
        return None;
    }
    let (name, span) = ("run".to_string(), key.span);
    if kept.get("run").is_none() {
        let value = Value::Broken;
        kept.set(Key { name, span }, Node { span, value });
    }
    Some(
        Diagnostic::new(
            Code::UnknownKey,
            "a stage that runs in parallel has no parallel stages of its own",
        )
        .label(key.span, "one level too deep")
        .help("move these stages up, beside the one that they stand in: all of that list run in parallel"),
    )
}

/// A key of a component in one of its parts.
pub(super) fn of_whole_component(
    key: &Key,
    keys: &[KeyShape],
    owner: Owner<'_>,
) -> Option<Diagnostic> {
    component_key(&key.name).filter(|_| is_same(keys, PART))?;
    let diagnostic = Diagnostic::new(
        Code::UnknownKey,
        format!("{owner} has no key `{}`", key.name),
    )
    .label(key.span, "about the component as a whole");
    Some(diagnostic.help(format!(
        "move it out of `parts`: `{}` is a key of the component",
        key.name
    )))
}
