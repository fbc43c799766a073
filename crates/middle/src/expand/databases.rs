//! `"component/database"`: the name after the `/` is one of the store's databases, or of its buckets.

use super::{Declarations, draft::Declared, edits::written, settings};
use crate::{
    catalog::SettingType,
    diag::{Code, Diagnostic, Sink, nearest},
    source::Span,
    syntax::{Node, Table, Value, inline, key_text, quoted},
    text::all_of,
};

/// `named` is the name and what it stands in. A store elsewhere that lists nothing may have any.
pub(super) fn check(all: &Declarations, filler: &Declared, named: (&str, &Node), sink: &mut Sink) {
    let (database, node) = named;
    let Some(binding) = &filler.kind.binding else {
        sink.push(
            Diagnostic::new(
                Code::RoleMisfit,
                format!("`{}` has no databases to choose among", filler.name),
            )
            .label(node.span, "names one")
            .help(format!("write `\"{}\"`", filler.name)),
        );
        return;
    };
    let mut settings = binding.default.iter().chain(&binding.more);
    if settings.any(|setting| is_unread(filler, setting)) {
        return;
    }
    let known = listed(filler);
    let more = binding.more.as_deref().unwrap_or("databases");
    let is_listed = filler.user.get_path(&["settings", more]).is_some();
    if known.contains(&database) {
        return;
    }
    if filler.external.is_some() && !is_listed {
        if database.trim() != database {
            sink.push(with_a_space(filler, named));
        }
        return;
    }
    let near = nearest(database, known.iter().copied());
    if near.is_some() {
        let message = format!("`{}` lists no `{database}` in `{more}`", filler.name);
        let diagnostic = Diagnostic::new(Code::UnknownName, message)
            .label(node.span, "not there")
            .label(filler.span, "this component");
        sink.push(diagnostic.misspelled(database, near, String::new));
        return;
    }
    let missing = missing(all, filler, &known);
    // The first of them says it for all: a list is written once.
    if missing
        .first()
        .is_some_and(|(_, first)| *first == node.span)
    {
        sink.push(lists_none_of(&missing, filler, more));
    }
}

/// The names that a store lists.
fn listed(filler: &Declared) -> Vec<&str> {
    let binding = filler.kind.binding.iter();
    let settings = binding.flat_map(|binding| binding.default.iter().chain(&binding.more));
    let mut known: Vec<&str> = Vec::new();
    for setting in settings {
        match filler.setting(setting).map(|node| &node.value) {
            Some(Value::String(name)) => known.push(name),
            Some(Value::Array(items)) => known.extend(items.iter().filter_map(Node::as_str)),
            _ => {}
        }
    }
    known
}

/// What roles name of a store that it does not list, and that is no misspelled name of what it does.
fn missing<'a>(all: &'a Declarations, filler: &Declared, known: &[&str]) -> Vec<(&'a str, Span)> {
    let mut out = Vec::new();
    for component in &all.components {
        for role in &component.kind.roles {
            let fits = role.kinds.iter().any(|kind| filler.is_a(kind));
            let Some(node) = component
                .user
                .get_path(&["uses", &role.name])
                .filter(|_| fits)
            else {
                continue;
            };
            let nodes = node.items();
            for node in nodes {
                let named = node.as_str().and_then(|text| text.split_once('/'));
                let Some((store, name)) = named.filter(|(store, _)| *store == filler.name) else {
                    continue;
                };
                let is_one = !store.is_empty() && !name.is_empty() && !name.contains('/');
                if is_one
                    && !known.contains(&name)
                    && nearest(name, known.iter().copied()).is_none()
                {
                    out.push((name, node.span));
                }
            }
        }
    }
    out
}

fn lists_none_of(missing: &[(&str, Span)], filler: &Declared, more: &str) -> Diagnostic {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in missing {
        if !names.contains(name) {
            names.push(name);
        }
    }
    let message = match names.as_slice() {
        [one] => format!("`{}` lists no `{one}` in `{more}`", filler.name),
        several => format!(
            "`{}` does not list {} in `{more}`",
            filler.name,
            all_of(several)
        ),
    };
    let diagnostic = Diagnostic::new(Code::UnknownName, message);
    let places = missing.iter();
    let diagnostic = places.fold(diagnostic, |diagnostic, (_, place)| {
        diagnostic.label(*place, "not there")
    });
    let diagnostic = diagnostic.label(filler.span, "this component");
    with_more(diagnostic, filler, more, &names)
}

/// A name with a space at its start or its end, which no list is there to tell from the one that was meant.
fn with_a_space(filler: &Declared, (database, node): (&str, &Node)) -> Diagnostic {
    let meant = quoted(&format!("{}/{}", filler.name, database.trim()));
    let message = format!("`{database}` begins or ends with a space");
    Diagnostic::new(Code::BadValue, message)
        .label(node.span, "part of the name here")
        .help(format!("write `{meant}`"))
        .replacing(node.span, meant)
}

/// Whether a setting that could not be read, or whose name is misspelled, may hold any name.
fn is_unread(filler: &Declared, setting: &str) -> bool {
    let mut specs = filler.kind.settings.iter();
    let spec = specs.find(|spec| spec.name == setting);
    let written = filler.user.table("settings");
    let is_known = |name: &str| filler.kind.settings.iter().any(|spec| spec.name == name);
    let mut names = written.into_iter().flat_map(Table::keys);
    if names.any(|name| !is_known(name) && settings::meant(filler, name) == Some(setting)) {
        return true;
    }
    let is_of_other_type = |node: &Node| match (spec.map(|spec| spec.kind), &node.value) {
        (_, Value::Broken) => true,
        // A name with a space at an end can't be one, which is reported where it stands.
        (_, Value::Array(items)) => items
            .iter()
            .any(|item| item.as_str().is_none_or(|name| name.trim() != name)),
        (Some(SettingType::List), _) => true,
        (Some(SettingType::Databases), Value::String(_)) => true,
        _ => false,
    };
    filler.setting(setting).is_some_and(is_of_other_type)
}

/// The help that adds databases to the setting of that name.
fn with_more(
    diagnostic: Diagnostic,
    filler: &Declared,
    setting: &str,
    databases: &[&str],
) -> Diagnostic {
    let settings = written(&filler.user, "settings");
    let list = settings.and_then(|entry| entry.value.as_table()?.entry(setting));
    let items = list.map(|entry| &entry.value.value);
    let added = databases.iter().map(|name| quoted(name));
    match (items, settings) {
        // Those with a user of their own stand in a table.
        (Some(_), _) if !filler.logins.is_empty() => {
            let lines: Vec<String> = databases
                .iter()
                .map(|name| format!("{} = {{}}", key_text(name)))
                .collect();
            let diagnostic = diagnostic.help(format!(
                "write `{}` in its `{setting}`; `{{ user, password }}` gives one a user of its own",
                lines.join("`, `")
            ));
            let place = list.map_or(filler.span, |entry| entry.key.span);
            lines.into_iter().fold(diagnostic, |diagnostic, line| {
                diagnostic.adding(place, line)
            })
        }
        (Some(Value::Array(items)), _) => {
            let names: Vec<String> = items.iter().map(inline).chain(added).collect();
            let longer = format!("[{}]", names.join(", "));
            let help = format!("write `{setting} = {longer}` in its settings");
            let diagnostic = diagnostic.help(help);
            match list {
                Some(entry) => diagnostic.replacing(entry.value.span, longer),
                None => diagnostic,
            }
        }
        (_, settings) => {
            let list = added.collect::<Vec<_>>().join(", ");
            let line = format!("{setting} = [{list}]");
            match settings {
                Some(entry) => {
                    let help = format!("write `{line}` in its settings");
                    diagnostic.help(help).adding(entry.key.span, line)
                }
                None => {
                    let line = format!("settings.{line}");
                    let help = format!("write `{line}` in it");
                    diagnostic.help(help).adding(filler.span, line)
                }
            }
        }
    }
}
