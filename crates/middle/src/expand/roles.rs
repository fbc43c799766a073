//! Roles: binds what a kind needs to the components that fill it.

use std::collections::BTreeSet;

use super::{
    Bound, Declarations, MissingLine, databases,
    draft::{BoundRole, Declared},
    role_or_setting,
    schemas::{database_of_its_own, free_stores},
    unknown,
    unknown_role::{is_misnamed, unknown_role},
};
use crate::{
    catalog::Role,
    diag::{Code, Diagnostic, Sink, nearest},
    source::Span,
    syntax::{Node, Value, inline, quoted},
    text::one_of,
};

/// What fills the roles of every component.
pub(super) fn bind(all: &Declarations, sink: &mut Sink) -> Vec<Bound> {
    (0..all.components.len())
        .map(|index| bind_component(all, index, sink))
        .collect()
}

/// What the user bound, then what a default binds.
fn bind_component(all: &Declarations, index: usize, sink: &mut Sink) -> Bound {
    let mut roles = bound_by_uses(all, index, sink);
    let mut is_complete = true;
    let declared = &all.components[index];
    for role in &declared.kind.roles {
        match declared.user.get_path(&["uses", &role.name]) {
            None => roles.extend(by_default(all, index, role, sink)),
            Some(node)
                if role.required && declared.external.is_none() && names_nothing(role, node) =>
            {
                sink.push(taken_away(all, index, role, node));
            }
            Some(_) => {}
        }
        is_complete &= !role.required || roles.iter().any(|bound| bound.role.name == role.name);
    }
    role_or_setting::check(all, index, &roles, sink);
    Bound { roles, is_complete }
}

/// Whether `uses` says of a role that nothing fills it.
fn names_nothing(role: &Role, node: &Node) -> bool {
    let is_empty = role.many && node.as_array().is_some_and(<[Node]>::is_empty);
    node.is_false() || node.is_removed() || is_empty
}

/// A role that the kind can't do without, and that `uses` leaves empty.
fn taken_away(all: &Declarations, index: usize, role: &Role, node: &Node) -> Diagnostic {
    let draft = &all.components[index];
    let diagnostic = needs_one(draft, role).label(node.span, "nothing fills it");
    let fitting = candidates(all, index, role);
    let free = free_stores(all, draft, role, &fitting);
    match free.as_deref() {
        Ok([first, rest @ ..]) => {
            let others = match rest {
                [] => String::new(),
                _ => format!(", or another of {}", one_of(&fitting)),
            };
            diagnostic
                .help(format!("write `{} = {}`{others}", role.name, quoted(first)))
                .replacing(node.span, quoted(first))
        }
        Ok([]) => diagnostic.help(none_fits(role)),
        Err(store) => diagnostic.help(format!(
            "write `{} = \"{}/NAME\"`, a database of its own: the first one keeps the schema of another component",
            role.name, store.name
        )),
    }
}

fn bound_by_uses(all: &Declarations, index: usize, sink: &mut Sink) -> Vec<BoundRole> {
    let draft = &all.components[index];
    let mut bound = Vec::new();
    let Some(uses) = draft.user.table("uses") else {
        return bound;
    };
    for (key, node) in uses.iter() {
        let Some(role) = draft.kind.roles.iter().find(|role| role.name == key.name) else {
            if !node.is_false() {
                sink.push(unknown_role(all, draft, key, node));
            }
            continue;
        };
        match &node.value {
            Value::String(_) => bound.extend(fill(all, index, role, node, sink)),
            Value::Array(items) if role.many => {
                for item in items {
                    let Some(more) = fill(all, index, role, item, sink) else {
                        continue;
                    };
                    match bound.iter().find(|known| known.is_same_as(&more)) {
                        Some(first) => sink.push(filled_twice(role, first, item, node)),
                        None => bound.push(more),
                    }
                }
            }
            Value::Array(items) => {
                let diagnostic = Diagnostic::new(
                    Code::WrongType,
                    format!("role `{}` takes one component, not a list", role.name),
                )
                .label(node.span, "a list");
                sink.push(match items.first().and_then(Node::as_str).map(quoted) {
                    Some(first) => diagnostic
                        .help(format!("write `{} = {first}`", role.name))
                        .replacing(node.span, first),
                    None => diagnostic.help("write the component's name"),
                });
            }
            _ => {}
        }
    }
    bound
}

/// A component that a list names again: what is made for it, such as a data source, would be there twice.
fn filled_twice(role: &Role, first: &BoundRole, again: &Node, list: &Node) -> Diagnostic {
    let name = again.as_str().unwrap_or_default();
    let mut kept: Vec<String> = Vec::new();
    for item in list.as_array().unwrap_or_default().iter().map(inline) {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    let list_without = format!("[{}]", kept.join(", "));
    Diagnostic::new(
        Code::DuplicateName,
        format!("`{name}` fills the role `{}` twice", role.name),
    )
    .label(first.span, "first here")
    .label(again.span, "and again here")
    .help(format!("write `{} = {list_without}`", role.name))
    .replacing(list.span, list_without)
}

/// `"component"` or `"component/database"`.
fn fill(
    all: &Declarations,
    index: usize,
    role: &Role,
    node: &Node,
    sink: &mut Sink,
) -> Option<BoundRole> {
    let written = node.as_str()?;
    let (name, database) = match written.split_once('/') {
        Some((name, database)) => (name, Some(database)),
        None => (written, None),
    };
    if all.names.lost.contains(name) {
        return None;
    }
    if written.contains("://") {
        sink.push(an_address(role, node));
        return None;
    }
    let Some(target) = all.find(name) else {
        let fitting = candidates(all, index, role);
        let known = sink.shown(all.component_names());
        let mut diagnostic = unknown("component", name, node.span, &known);
        let with_database = written.split_once('.');
        let with_database = with_database.filter(|(store, _)| all.find(store).is_some());
        if let Some((store, database)) = with_database {
            let meant = format!("{store}/{database}");
            diagnostic.edits.clear();
            diagnostic = diagnostic.misspelled(written, Some(meant.as_str()), String::new);
        } else if nearest(name, known).is_none() && !fitting.is_empty() {
            diagnostic.help = Some(format!("it can be filled by {}", one_of(&fitting)));
        }
        sink.push(diagnostic);
        return None;
    };
    let filler = &all.components[target];
    if !role.kinds.iter().any(|kind| filler.is_a(kind)) {
        let says_nothing = ["kind", "image", "build"]
            .iter()
            .all(|key| filler.user.get(key).is_none());
        if says_nothing && filler.external.is_none() {
            sink.push(without_kind(role, node.span, filler));
            // That it has no image either is the same mistake.
            sink.refuse(filler.span);
            return None;
        }
        sink.push(misfit(all, index, role, node.span, filler));
        return None;
    }
    if let Some(database) = database {
        if database.is_empty() || database.contains('/') {
            sink.push(no_one_name(filler, written, node));
            return None;
        }
        databases::check(all, filler, (database, node), sink);
    }
    Some(BoundRole {
        role: role.clone(),
        target,
        database: database.map(ToString::to_string),
        span: node.span,
    })
}

/// A component that says neither its kind nor what it runs: the role that it fills tells the kind.
fn without_kind(role: &Role, span: Span, filler: &Declared) -> Diagnostic {
    let lines: Vec<String> = role
        .kinds
        .iter()
        .map(|kind| format!("kind = {}", quoted(kind)))
        .collect();
    let message = format!("component `{}` has no `kind`", filler.name);
    let diagnostic = Diagnostic::new(Code::MissingKey, message)
        .label(filler.span, "neither a kind nor an image")
        .label(span, format!("fills the role `{}`", role.name))
        .help(format!("write {}", one_of(&lines)));
    match lines.first() {
        Some(line) => diagnostic.adding(filler.span, line),
        None => diagnostic,
    }
}

fn misfit(
    all: &Declarations,
    index: usize,
    role: &Role,
    span: Span,
    filler: &Declared,
) -> Diagnostic {
    let fitting = candidates(all, index, role);
    let takes = match fitting.as_slice() {
        [] => format!(
            "it takes a component of kind {}; there is none yet",
            one_of(&role.kinds)
        ),
        fitting => format!(
            "it takes a component of kind {}: {}",
            one_of(&role.kinds),
            one_of(fitting)
        ),
    };
    let help = format!("{takes}{}", other_role(&all.components[index], filler));
    Diagnostic::new(
        Code::RoleMisfit,
        format!("`{}` does not fit the role `{}`", filler.name, role.name),
    )
    .label(span, format!("of kind `{}`", filler.kind.name))
    .label(filler.span, "this component")
    .help(help)
}

/// The role of the same component that such a filler is for, as the end of a help.
fn other_role(draft: &Declared, filler: &Declared) -> String {
    let filled = draft.user.table("uses");
    let is_open = |role: &&Role| filled.is_none_or(|uses| uses.get(&role.name).is_none());
    let takes_it = |role: &&Role| role.kinds.contains(&filler.kind.name);
    let mut roles = draft.kind.roles.iter().filter(takes_it).filter(is_open);
    roles.next().map_or_else(String::new, |role| {
        let name = quoted(&filler.name);
        let role = &role.name;
        format!(
            "; `{}` fills the role `{role}`: `uses.{role} = {name}`",
            filler.name
        )
    })
}

/// The URL of a store, as the program itself takes it: it may hold a password, so it is not repeated.
fn an_address(role: &Role, node: &Node) -> Diagnostic {
    let message = format!("role `{}` takes a component, not an address", role.name);
    Diagnostic::new(Code::BadValue, message)
        .label(node.span, "an address")
        .help(format!(
            "name a component of kind {}; one that runs elsewhere is declared with `external = {{ host = \"HOST\", port = 5432 }}`",
            one_of(&role.kinds)
        ))
}

/// What follows the `/` is empty, or has a `/` of its own.
fn no_one_name(filler: &Declared, written: &str, node: &Node) -> Diagnostic {
    let alone = quoted(&filler.name);
    Diagnostic::new(
        Code::BadValue,
        format!(
            "`{written}` does not name one of what `{}` has",
            filler.name
        ),
    )
    .label(node.span, "one name follows the `/`")
    .help(format!(
        "write {alone} for its first, or `\"{}/NAME\"`",
        filler.name
    ))
    .replacing(node.span, alone)
}

/// Whether there are several only because the platform has more of a kind than it may, which is an error already.
fn is_one_too_many(all: &Declarations, fitting: &[&str]) -> bool {
    fitting
        .iter()
        .filter_map(|name| Some(&all.components[all.find(name)?]))
        .all(|draft| draft.external.is_none() && draft.kind.per_platform.is_some())
}

/// A role that was not named: bound where it is a default and just one component fits, or where it takes all that there
/// are.
fn by_default(all: &Declarations, index: usize, role: &Role, sink: &mut Sink) -> Vec<BoundRole> {
    let draft = &all.components[index];
    if draft.external.is_some() || !role.default && !role.required {
        return Vec::new();
    }
    let fitting = candidates(all, index, role);
    if role.default && fitting.len() > 1 && is_one_too_many(all, &fitting) {
        return Vec::new();
    }
    if role.default && (fitting.len() == 1 || role.all) {
        let targets = fitting.iter().filter_map(|name| all.find(name));
        return targets
            .map(|target| BoundRole {
                role: role.clone(),
                target,
                database: None,
                span: draft.span,
            })
            .collect();
    }
    unbound(all, draft, role, &fitting, sink);
    Vec::new()
}

/// Reports a role that nothing fills, or that more than one component could.
fn unbound(all: &Declarations, draft: &Declared, role: &Role, fitting: &[&str], sink: &mut Sink) {
    if is_misnamed(all, draft, role) {
        return;
    }
    match fitting {
        [_, _, ..] if role.default => {
            let diagnostic = Diagnostic::new(
                Code::RoleAmbiguous,
                format!(
                    "several components can fill the role `{}` of `{}`",
                    role.name, draft.name
                ),
            )
            .label(draft.span, "which one?");
            sink.push(choosing(diagnostic, draft, role, fitting));
        }
        fitting if role.required => {
            // A component that would fill the role may be one that was lost to another mistake, as what `uses` says may be.
            let is_broken = draft.user.get("uses").is_some_and(Node::is_broken);
            if is_broken || fitting.is_empty() && !all.names.lost.is_empty() {
                return;
            }
            let diagnostic =
                needs_one(draft, role).label(draft.span, format!("of kind `{}`", draft.kind.name));
            sink.push(match fitting {
                [] => diagnostic.help(none_fits(role)),
                fitting => match free_stores(all, draft, role, fitting) {
                    Ok(free) => choosing(diagnostic, draft, role, &free),
                    Err(filler) => database_of_its_own(diagnostic, draft, role, filler),
                },
            });
        }
        _ => {}
    }
}

fn needs_one(draft: &Declared, role: &Role) -> Diagnostic {
    let (name, role) = (&draft.name, &role.name);
    let message = format!("`{name}` needs a component in the role `{role}`");
    Diagnostic::new(Code::RoleMissing, message)
}

fn none_fits(role: &Role) -> String {
    let (kinds, role) = (one_of(&role.kinds), &role.name);
    format!("add a component of kind {kinds} and write `uses.{role} = \"NAME\"`")
}

/// A line of `uses` that a component lacks.
pub(super) fn binding<'a>(draft: &'a Declared, line: &'a str, more: &'a str) -> MissingLine<'a> {
    MissingLine {
        component: draft.span,
        written: &draft.user,
        table: "uses",
        line,
        more,
    }
}

/// A help to bind a role to the first of those that fit.
fn choosing(diagnostic: Diagnostic, draft: &Declared, role: &Role, fitting: &[&str]) -> Diagnostic {
    let line = format!("{} = {}", role.name, quoted(fitting[0]));
    let more = match fitting {
        [_] => String::new(),
        fitting => format!(", or another of {}", one_of(fitting)),
    };
    binding(draft, &line, &more).help(diagnostic)
}

pub(super) fn candidates<'a>(all: &'a Declarations, index: usize, role: &Role) -> Vec<&'a str> {
    let of_kinds = role.kinds.iter().filter_map(|kind| all.of_kind.get(kind));
    let fitting: BTreeSet<usize> = of_kinds.flatten().copied().collect();
    fitting
        .into_iter()
        .filter(|other| *other != index)
        .map(|other| all.components[other].name.as_str())
        .collect()
}
