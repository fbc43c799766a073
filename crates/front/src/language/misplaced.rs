//! Keys that are right in another table.

use super::{
    component::{COMPONENT, PART, component_key},
    context::{Context, Owner},
    form::NameRule,
    key::KeyShape,
    shape::Shape,
};
use crate::{
    diag::{Code, Diagnostic, nearest},
    syntax::{Entry, Key, Node, Table, Value, places},
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

/// A secret's own value, which stands in no file of a repository. Its variable counts as said.
pub(super) fn value_of_secret(
    entry: &Entry,
    context: &Context<'_>,
    kept: &mut Table,
) -> Option<Diagnostic> {
    let Entry { key, value } = entry;
    let text = value.as_str()?;
    let is_variable = NameRule::StartVariable.accepts(text) && text == text.to_ascii_uppercase();
    let known = ["env", "variable", "description", "optional", "form"];
    let is_secret = context.owner == Owner::Words("a secret") && !context.entry.is_empty();
    if !is_secret || is_variable || nearest(&key.name, known).is_some() {
        return None;
    }
    let variable = context.entry.to_ascii_uppercase().replace('-', "_");
    if kept.get("env").is_none() {
        let (name, span) = ("env".to_string(), key.span);
        let value = Value::Broken;
        kept.set(Key { name, span }, Node { span, value });
    }
    let message = format!("a secret has no key `{}`", key.name);
    Some(
        Diagnostic::new(Code::UnknownKey, message)
            .label(key.span, "unknown key")
            .help(format!(
                "a secret's value never stands here: write `{} = {{ env = \"{variable}\" }}`; `mlopsgen env init` asks for the value or makes it",
                context.entry
            )),
    )
}

/// Environments in the platform's own file: each has one of its own.
pub(super) fn environment_inside(
    entry: &Entry,
    keys: &[KeyShape],
    owner: Owner<'_>,
) -> Option<Diagnostic> {
    let Entry { key, value } = entry;
    let is_file = keys.iter().any(|it| it.name == "include");
    if !is_file || !["environments", "environment", "envs"].contains(&key.name.as_str()) {
        return None;
    }
    let name = value.as_table()?.keys().next().unwrap_or("dev");
    let message = format!("{owner} has no key `{}`", key.name);
    Some(
        Diagnostic::new(Code::UnknownKey, message)
            .label(key.span, "unknown key")
            .help(format!(
                "an environment is a file of its own: write `platform.{name}.toml` beside it, with what differs"
            )),
    )
}

/// A switch that a component has in the chart alone: what was meant holds everywhere.
pub(super) fn switch(
    entry: &Entry,
    keys: &[KeyShape],
    context: &Context<'_>,
) -> Option<Diagnostic> {
    let Entry { key, value } = entry;
    let is_switch =
        is_same(keys, COMPONENT) && ["enabled", "disabled"].contains(&key.name.as_str());
    let is_on = value.as_bool().filter(|_| is_switch)? == (key.name == "enabled");
    let message = format!("{} has no key `{}`", context.owner, key.name);
    let diagnostic = Diagnostic::new(Code::UnknownKey, message)
        .label(key.span, "no switch of a component")
        .removing(places(key, value));
    let profiles = "profiles = [\"manual\"]";
    Some(match is_on {
        true => diagnostic.help("remove it: what stands here runs"),
        false => diagnostic
            .help(format!(
                "write `{profiles}` for it: it is off unless that is asked for, in the chart too. In the file of an environment `{} = false` below `[components]` leaves it out there; `helm.enabled` is about the chart alone",
                match context.entry {
                    "" => "NAME",
                    name => name,
                }
            ))
            .adding(context.place, profiles),
    })
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

/// A key that one of the tables in here has, and no other: `cpu`, which is `resources.cpu`.
pub(super) fn in_inner_table(
    entry: &Entry,
    table: &Table,
    keys: &[KeyShape],
    owner: Owner<'_>,
) -> Option<Diagnostic> {
    let Entry { key, value } = entry;
    let is_inside = |shape: &KeyShape| {
        inner_keys(&shape.shape)
            .iter()
            .any(|inner| inner.name == key.name && inner.shape.takes(&value.value))
    };
    let mut holders = keys.iter().filter(|shape| is_inside(shape));
    let holder = holders.next().filter(|_| holders.next().is_none())?.name;
    let name = &key.name;
    let diagnostic = Diagnostic::new(Code::UnknownKey, format!("{owner} has no key `{name}`"))
        .label(key.span, format!("a key of `{holder}`"));
    Some(match table.get(holder) {
        // A second way to write into a table that stands there may be none in TOML.
        Some(_) => diagnostic.help(format!("move it to `{holder}`, which is written here too")),
        None => diagnostic
            .help(format!("write `{holder}.{name}` for it"))
            .renaming(name, format!("{holder}.{name}")),
    })
}

/// The keys of a table's shape, also where it is one of several.
fn inner_keys(shape: &Shape) -> &'static [KeyShape] {
    match *shape {
        Shape::Table(keys) => keys,
        Shape::Either(shapes) => shapes
            .iter()
            .map(inner_keys)
            .find(|keys| !keys.is_empty())
            .unwrap_or_default(),
        _ => &[],
    }
}
