//! A role that a kind does not have: one of its own under another name, or one of the component that it names.

use super::{Declarations, draft::Declared};
use crate::{
    catalog::Role,
    diag::{Code, Diagnostic, nearest},
    syntax::{Key, Node, inline, places, quoted},
    text::all_of,
};

/// Reports it, with what was most likely meant.
pub(super) fn unknown_role(
    all: &Declarations,
    draft: &Declared,
    key: &Key,
    node: &Node,
) -> Diagnostic {
    let kind = &draft.kind.name;
    let known = role_names(draft);
    let diagnostic = Diagnostic::new(
        Code::UnknownName,
        format!("kind `{kind}` has no role `{}`", key.name),
    )
    .label(key.span, "no such role");
    if let Some(near) = nearest(&key.name, known.iter().copied()) {
        return diagnostic.misspelled(&key.name, Some(near), String::new);
    }
    let meant = filler(all, node).and_then(|named| {
        own_role(&diagnostic, draft, named, (key, node))
            .or_else(|| other_way_round(&diagnostic, draft, named, (key, node)))
    });
    meant.unwrap_or_else(|| {
        diagnostic.help(match known.as_slice() {
            [] => format!("kind `{kind}` has no roles: use `depends_on` or `reaches`"),
            known => format!("kind `{kind}` has the roles {}", all_of(known)),
        })
    })
}

/// Whether `uses` fills a role under a name that no role has: that it is empty follows from it.
pub(super) fn is_misnamed(all: &Declarations, draft: &Declared, role: &Role) -> bool {
    let known = role_names(draft);
    let uses = draft.user.entries_of("uses");
    let mut misnamed = uses.filter(|(key, _)| !known.contains(&key.name.as_str()));
    misnamed.any(|(key, node)| {
        let near = nearest(&key.name, known.iter().copied());
        let of_filler = || Some(only_free_role(draft, filler(all, node)?)?.name.as_str());
        near.or_else(of_filler) == Some(role.name.as_str())
    })
}

fn role_names(draft: &Declared) -> Vec<&str> {
    let roles = draft.kind.roles.iter();
    roles.map(|role| role.name.as_str()).collect()
}

/// The component that a value of `uses` names.
fn filler<'a>(all: &'a Declarations, node: &Node) -> Option<&'a Declared> {
    let name = node.as_str()?.split('/').next()?;
    Some(&all.components[all.find(name)?])
}

fn fits(role: &Role, filler: &Declared) -> bool {
    role.kinds.iter().any(|kind| filler.is_a(kind))
}

fn is_free(role: &Role, of: &Declared) -> bool {
    of.user.get_path(&["uses", &role.name]).is_none()
}

/// The only role of the kind that the named component can still fill.
fn only_free_role<'a>(draft: &'a Declared, named: &Declared) -> Option<&'a Role> {
    let roles = draft.kind.roles.iter();
    let mut roles = roles.filter(|role| fits(role, named) && is_free(role, draft));
    roles.next().filter(|_| roles.next().is_none())
}

fn own_role(
    diagnostic: &Diagnostic,
    draft: &Declared,
    named: &Declared,
    (key, node): (&Key, &Node),
) -> Option<Diagnostic> {
    let role = &only_free_role(draft, named)?.name;
    let line = format!("{role} = {}", inline(node));
    let (kind, filler) = (&draft.kind.name, &named.name);
    let help =
        format!("write `{line}`: that is the role of kind `{kind}` which `{filler}` can fill");
    Some(diagnostic.clone().help(help).renaming(&key.name, role))
}

/// The named component has a role that this one fills: it is said there.
fn other_way_round(
    diagnostic: &Diagnostic,
    draft: &Declared,
    named: &Declared,
    (key, node): (&Key, &Node),
) -> Option<Diagnostic> {
    let roles = named.kind.roles.iter();
    let role = roles
        .filter(|role| fits(role, draft))
        .min_by_key(|role| !role.required)?;
    let uses = draft.user.entry("uses")?;
    let is_alone = uses
        .value
        .as_table()
        .is_some_and(|uses| uses.entries.len() == 1);
    let written = match is_alone {
        true => places(&uses.key, &uses.value),
        false => places(key, node),
    };
    let diagnostic = diagnostic.clone().removing(written);
    let (who, user) = (&named.name, &draft.name);
    if !is_free(role, named) {
        let help = format!("remove it: the one that uses another names it, and `{who}` does");
        return Some(diagnostic.help(help));
    }
    let line = format!("{} = {}", role.name, quoted(user));
    let (place, line) = match named.user.entry("uses") {
        Some(uses) => (uses.key.span, line),
        None => (named.span, format!("uses = {{ {line} }}")),
    };
    let help =
        format!("remove it, and write `{line}` on `{who}`: the one that uses another names it");
    Some(diagnostic.help(help).adding(place, line))
}
