//! Programs that do not work with an older version of what fills a role, by major and minor version: `not_older` of the role.

use super::{Bound, Declarations, draft::Declared, major};
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::Version,
    source::Span,
    syntax::{Entry, Node, Table, quoted},
};

/// Gives a component that says no version the one of what fills such a role: who pins the store pins both.
pub(super) fn follow(tree: &Table, components: &mut [Declared], sink: &mut Sink) {
    let found: Vec<(usize, Entry)> = components
        .iter()
        .enumerate()
        .filter_map(|(index, own)| Some((index, version_to_follow(own, components)?)))
        .collect();
    for (index, version) in found {
        let own = &mut components[index];
        let entry = tree.get_path(&["components"]).and_then(Node::as_table);
        let Some(entry) = entry.and_then(|table| table.entry(&own.name)) else {
            continue;
        };
        own.user.set(version.key, version.value);
        let version = major::decide(tree, &entry.key, &own.user, &own.kind, sink);
        own.program = version.program;
        own.version = version.numbers;
        own.written_version = version.written;
    }
}

/// The version of what fills the role, where that is written and no version of the component's own.
fn version_to_follow(own: &Declared, components: &[Declared]) -> Option<Entry> {
    if own.user.get("version").is_some() || !runs_the_kinds_image(own) {
        return None;
    }
    let role = own.kind.roles.iter().find(|role| role.not_older)?;
    let named = own.user.get_path(&["uses", &role.name]);
    let named = named
        .and_then(Node::as_str)
        .map(|name| name.split('/').next().unwrap_or(name));
    let fills = |it: &&Declared| match named {
        Some(name) => it.name == name,
        None => role.kinds.contains(&it.kind.name),
    };
    let mut fillers = components.iter().filter(fills);
    let (filler, others) = (fillers.next()?, fillers.next());
    let version = filler.user.entry("version").filter(|_| others.is_none())?;
    // Other tags are of no image of the other program, or of several.
    let is_whole = |(version, _): &(Version, Span)| version.rest.len() > 1;
    let is_known = filler.written_version.as_ref().is_some_and(is_whole);
    (runs_the_kinds_image(filler) && is_known).then(|| version.clone())
}

/// Reports each component that is newer than what fills such a role.
pub(super) fn check(all: &Declarations, bound: &[Bound], sink: &mut Sink) {
    for (declared, bound) in all.components.iter().zip(bound) {
        let asked = bound.roles.iter().filter(|it| it.role.not_older);
        let found = asked.filter_map(|it| older(declared, &all.components[it.target]));
        found.for_each(|it| sink.push(it.about(&declared.name)));
    }
}

fn older(own: &Declared, filler: &Declared) -> Option<Diagnostic> {
    if own.external.is_some() {
        return None;
    }
    let (version, place) = version(own)?;
    let (theirs, their_place) = self::version(filler)?;
    // A number that is left out is the newest.
    let minors = [version.rest.first(), theirs.rest.first()];
    let is_older = match minors {
        [Some(minor), Some(their_minor)] => their_minor < minor,
        [_, _] => false,
    };
    if theirs.major > version.major || theirs.major == version.major && !is_older {
        return None;
    }
    let (title, their_title) = (&own.kind.title, &filler.kind.title);
    let message = format!(
        "{title} {version} of `{}` does not work with {their_title} {theirs} of `{}`",
        own.name, filler.name
    );
    let line = format!("version = {}", quoted(&theirs.to_string()));
    let diagnostic = Diagnostic::new(Code::RoleMisfit, message)
        .label(place, format!("{title} {version}"))
        .label(their_place, format!("{their_title} {theirs}"))
        .help(format!(
            "write `{line}` in `{}`, or move `{}` to {version}: {title} works with no older {their_title} than itself",
            own.name, filler.name
        ));
    Some(match own.user.get("version") {
        Some(node) => diagnostic.replacing(node.span, quoted(&theirs.to_string())),
        None if own.user.get("image").is_none() => diagnostic.adding(own.span, line),
        None => diagnostic,
    })
}

/// The version, as far as it is known which one runs, and where it is said.
fn version(declared: &Declared) -> Option<(Version, Span)> {
    if declared.written_version.is_some() {
        return declared.written_version.clone();
    }
    if !runs_the_kinds_image(declared) {
        return None;
    }
    let version = Version::of(declared.kind.version.as_deref()?)?;
    Some((version, declared.span))
}

fn runs_the_kinds_image(declared: &Declared) -> bool {
    let mut own = ["image", "build"].iter();
    declared.external.is_none() && own.all(|key| declared.user.get(key).is_none())
}
