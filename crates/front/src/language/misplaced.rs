//! Keys that are right in another table.

use super::{
    component::{COMPONENT, PART, component_key},
    context::{Context, Owner},
    dotted::is_right_behind,
    key::KeyShape,
    misfit::{NO_VALUE, is_surely_a_variable},
    platform::PLATFORM_FILE,
    shape::Shape,
};
use crate::{
    diag::{Code, Diagnostic, nearest},
    names::variable_name,
    source::Span,
    syntax::{Entry, Key, Node, Table, key_text, places, quoted},
};

/// Whether these are the keys of a component, or of a part of one.
pub(super) fn is_component(keys: &[KeyShape]) -> bool {
    is_same(keys, COMPONENT) || is_same(keys, PART)
}

pub(super) fn is_same(keys: &[KeyShape], others: &[KeyShape]) -> bool {
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
    if kept.get("run").is_none() {
        kept.set_broken("run", key.span);
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
    let is_variable = is_surely_a_variable(text);
    let known = [
        "env",
        "variable",
        "description",
        "optional",
        "form",
        "length",
        "generate",
    ];
    let is_secret = context.owner == Owner::Words("a secret") && !context.entry.is_empty();
    if !is_secret || is_variable || nearest(&key.name, known).is_some() {
        return None;
    }
    let variable = variable_name(context.entry);
    if kept.get("env").is_none() {
        kept.set_broken("env", key.span);
    }
    let message = format!("a secret has no key `{}`", key.name);
    Some(
        Diagnostic::new(Code::UnknownKey, message)
            .label(key.span, "unknown key")
            .help(format!(
                "a secret's value never stands here: write `{} = {{ env = \"{variable}\" }}`; {NO_VALUE}",
                context.entry
            )),
    )
}

/// The name of a secret in the place of a variable's value, as files and routes take it.
pub(super) fn secret_of_variable(
    entry: &Entry,
    context: &Context<'_>,
    kept: &mut Table,
) -> Option<Diagnostic> {
    let Entry { key, value } = entry;
    let name = value.as_str().filter(|_| key.name == "secret")?;
    if context.owner != Owner::Words("an environment variable") || context.place == key.span {
        return None;
    }
    kept.set_broken("unset", key.span);
    let reference = quoted(&crate::reference::written(&["secrets", name]));
    let message = "an environment variable has no key `secret`";
    let diagnostic =
        Diagnostic::new(Code::UnknownKey, message).label(key.span, "a file is filled so");
    // Behind a dot there is no table to replace, but the rest of the line.
    Some(match is_right_behind(context.place, key.span) {
        true => diagnostic
            .help(format!("write `{} = {reference}`", key_text(context.entry)))
            .replacing(
                Span::new(key.span.source, context.place.end..value.span.end),
                format!(" = {reference}"),
            ),
        false => diagnostic
            .help(format!("write `{reference}` in the place of the table"))
            .replacing(context.place, reference),
    })
}

/// Environments in the platform's own file: each has one of its own.
pub(super) fn environment_inside(
    entry: &Entry,
    keys: &[KeyShape],
    owner: Owner<'_>,
) -> Option<Diagnostic> {
    let Entry { key, value } = entry;
    let is_file = keys.iter().any(|it| it.name == "include");
    let inner = value.as_table()?;
    // Compose has a key of this name among those of a component.
    let is_right = is_file || is_component(keys) && hold_components(inner);
    if !is_right || !["environments", "environment", "envs"].contains(&key.name.as_str()) {
        return None;
    }
    let name = inner.keys().next().unwrap_or("dev");
    let message = format!("{owner} has no key `{}`", key.name);
    Some(
        Diagnostic::new(Code::UnknownKey, message)
            .label(key.span, "unknown key")
            .help(format!(
                "an environment is a file of its own: write `platform.{name}.toml` beside it, with what differs"
            )),
    )
}

/// Whether all entries are tables with keys of a component in them.
fn hold_components(table: &Table) -> bool {
    let holds = |node: &Node| {
        let keys = node.as_table().into_iter().flat_map(Table::keys);
        keys.into_iter().any(|name| component_key(name).is_some())
    };
    !table.entries.is_empty() && table.iter().all(|(_, node)| holds(node))
}

/// A component in another one, as in `[components.serving.api]`: most often its group. What the outer one lacks follows from it.
pub(super) fn component_inside(
    entry: &Entry,
    keys: &[KeyShape],
    context: &Context<'_>,
    kept: &mut Table,
) -> Option<Diagnostic> {
    let Entry { key, value } = entry;
    let (name, outer) = (&key.name, context.entry);
    let inner = value.as_table().filter(|_| is_same(keys, COMPONENT))?;
    let is_one = ["image", "kind"]
        .iter()
        .any(|it| inner.string(it).is_some());
    // A key that is misspelled holds what that one does.
    let is_near = nearest(name, keys.iter().map(|it| it.name)).is_some();
    if !is_one || is_near || outer.is_empty() || !is_right_behind(context.place, key.span) {
        return None;
    }
    for missing in ["group", "image"] {
        if kept.get(missing).is_none() {
            kept.set_broken(missing, key.span);
        }
    }
    let path = format!("[components.{}]", key_text(name));
    Some(
        Diagnostic::new(
            Code::UnknownKey,
            format!("component `{outer}` has no component `{name}` in it"),
        )
        .label(key.span, "reads like a component")
        .help(format!(
            "let its heading be `{path}`: components stand beside each other; `group` is a key of it, as in `group = {}`",
            quoted(outer)
        )),
    )
}

/// What a kind's file says at its top of the main workload.
pub(super) fn of_workload(
    entry: &Entry,
    table: &Table,
    keys: &[KeyShape],
    owner: Owner<'_>,
) -> Option<Diagnostic> {
    let name = &entry.key.name;
    let workload = keys.iter().find(|it| it.name == "workload")?;
    let mut known = inner_keys(&workload.shape).iter();
    known.find(|it| owner == Owner::Words("a kind") && it.name == name)?;
    let own = format!("workload.{name}");
    let diagnostic = Diagnostic::new(Code::UnknownKey, format!("{owner} has no key `{name}`"))
        .label(entry.key.span, "a key of `workload`");
    Some(match table.get("workload") {
        // A second way to write into a table that stands there may be none in TOML.
        Some(_) => diagnostic.help("move it to `workload`, which is written here too"),
        None => diagnostic
            .help(format!("write `{own}` for it"))
            .renaming_table(entry.key.span, name, &own),
    })
}

/// What stands at the top of the file, or in `[platform]`, though it is a component, or a table of the top.
pub(super) fn of_another_level(
    entry: &Entry,
    keys: &[KeyShape],
    owner: Owner<'_>,
) -> Option<Diagnostic> {
    let Entry { key, value } = entry;
    let (name, table) = (&key.name, value.as_table()?);
    let diagnostic = Diagnostic::new(Code::UnknownKey, format!("{owner} has no key `{name}`"));
    // Those that hold entries by name are read where they were meant.
    if owner == Owner::Words("`[platform]`") && PLATFORM_FILE.iter().any(|it| it.name == *name) {
        return Some(
            diagnostic
                .label(key.span, "a table of its own")
                .help(format!(
                    "write `{name}` without `platform.` before it: it stands at the top"
                ))
                .renaming_table(key.span, &format!("platform.{name}"), name),
        );
    }
    let is_file = keys.iter().any(|it| it.name == "components");
    let is_component = ["kind", "image", "group"]
        .iter()
        .any(|it| table.string(it).is_some());
    if !is_file || !is_component {
        return None;
    }
    // Its own name stands in it, as in a list of things.
    let is_sort = ["component", "service", "container"].contains(&name.as_str());
    let own = table.entry("name").filter(|_| is_sort);
    let of_own = own.and_then(|own| own.value.as_str());
    let path = match of_own {
        Some(own) => format!("components.{}", key_text(own)),
        None => format!("components.{name}"),
    };
    let beside = match of_own {
        Some(_) => ", and remove `name`",
        None => "",
    };
    let diagnostic = diagnostic
        .label(key.span, "reads like a component")
        .help(format!(
            "write `[{path}]`{beside}: what runs is a component"
        ))
        .renaming_table(key.span, name, &path);
    Some(match own {
        Some(own) => diagnostic.removing(places(&own.key, &own.value)),
        None => diagnostic,
    })
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

/// A key that the entries of one table in here have, and nothing else: `slack`, which is one of a receiver.
pub(super) fn in_entries(
    entry: &Entry,
    table: &Table,
    keys: &[KeyShape],
    owner: Owner<'_>,
) -> Option<Diagnostic> {
    let Entry { key, value } = entry;
    let is_inside = |shape: &&KeyShape| {
        let mut inner = entry_keys(&shape.shape).iter();
        inner.any(|inner| inner.name == key.name && inner.shape.takes(&value.value))
    };
    let mut holders = keys.iter().filter(is_inside);
    let holder = holders.next().filter(|_| holders.next().is_none())?;
    let (name, of) = (&key.name, holder.name);
    let diagnostic = Diagnostic::new(Code::UnknownKey, format!("{owner} has no key `{name}`"))
        .label(key.span, format!("a key of an entry of `{of}`"));
    // The entry of the example stands for one of the user's own.
    let example = holder.example.split(" = ").next().unwrap_or_default();
    let is_named = example
        .strip_prefix(of)
        .is_some_and(|it| it.starts_with('.'));
    Some(match table.get(of).is_none() && is_named {
        true => diagnostic
            .help(format!("write `{example}.{name}` for it"))
            .renaming(name, format!("{example}.{name}")),
        false => diagnostic.help(format!("move it to an entry of `{of}`")),
    })
}

/// The keys of the entries that a table or a list holds.
pub(super) fn entry_keys(shape: &Shape) -> &'static [KeyShape] {
    match *shape {
        Shape::Map(_, item) | Shape::List(item) => inner_keys(item),
        _ => &[],
    }
}

/// The keys of a table's shape, also where it is one of several.
pub(super) fn inner_keys(shape: &Shape) -> &'static [KeyShape] {
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
