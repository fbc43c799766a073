//! A component of an environment that platform.toml does not have, and that is no whole one: a misspelled name.

use super::Inputs;
use crate::{
    diag::{Code, Diagnostic, nearest},
    syntax::{Key, Table},
};

/// Keys of which a component of its own has one.
const OF_WHOLE: [&str; 5] = ["group", "kind", "image", "build", "external"];

/// The error of such a component, where one of platform.toml has a name like it. `written`: over its presets.
pub(super) fn misspelled(
    key: &Key,
    written: &Table,
    components: &Table,
    inputs: &Inputs<'_>,
) -> Option<Diagnostic> {
    let is_whole = OF_WHOLE.iter().any(|key| written.get(key).is_some());
    if is_whole || inputs.over != Some(key.span.source) {
        return None;
    }
    let name = key.name.as_str();
    let others = components.iter();
    let others = others.filter(|(other, _)| other.span.source != key.span.source);
    let others: Vec<&str> = others.map(|(other, _)| other.name.as_str()).collect();
    let is_longer = |other: &&&str| other.starts_with(name) || name.starts_with(**other);
    let mut longer = others.iter().filter(is_longer);
    let only = longer.next().filter(|_| longer.next().is_none());
    let near = nearest(name, others.iter().copied()).or(only.copied())?;
    let message = format!("there is no component `{name}` that this environment could change");
    Some(
        Diagnostic::new(Code::UnknownName, message)
            .label(key.span, "no such component")
            .misspelled(name, Some(near), String::new),
    )
}
