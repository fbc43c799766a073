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
    let roles = draft.kind.roles.iter();
    let known: Vec<&str> = roles.map(|role| role.name.as_str()).collect();
    let diagnostic = Diagnostic::new(
        Code::UnknownName,
        format!("kind `{kind}` has no role `{}`", key.name),
    )
    .label(key.span, "no such role");
    if let Some(near) = nearest(&key.name, known.iter().copied()) {
        return diagnostic.misspelled(&key.name, Some(near), String::new);
    }
    let named = node.as_str().and_then(|name| name.split('/').next());
    let named = named.and_then(|name| all.find(name));
    let named = named.map(|index| &all.components[index]);
    let meant = named.and_then(|named| {
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

fn fits(role: &Role, filler: &Declared) -> bool {
    role.kinds.iter().any(|kind| filler.is_a(kind))
}

fn is_free(role: &Role, of: &Declared) -> bool {
    of.user.get_path(&["uses", &role.name]).is_none()
}

/// The only role of the kind that the named component can still fill.
fn own_role(
    diagnostic: &Diagnostic,
    draft: &Declared,
    named: &Declared,
    (key, node): (&Key, &Node),
) -> Option<Diagnostic> {
    let roles = draft.kind.roles.iter();
    let mut roles = roles.filter(|role| fits(role, named) && is_free(role, draft));
    let role = &roles.next().filter(|_| roles.next().is_none())?.name;
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
