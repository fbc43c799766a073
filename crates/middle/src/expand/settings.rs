//! Settings: typed by the kind.

mod choices;
mod constants;
mod contents;
mod defaults;
mod missing;
mod typed;
mod unknown;

use std::collections::BTreeSet;

use choices::is_switch;
pub(super) use constants::put_constants;
use missing::missing;
use typed::typed;
pub(super) use typed::{is_secret, takes, wrong_type};
pub(super) use unknown::meant;
use unknown::unknown_setting;

use super::{Declarations, buckets, draft::Declared, env_settings, read::refers_to, stores};
use crate::{
    catalog::{SettingSpec, SettingType},
    diag::{Code, Diagnostic, Sink},
    model::Version,
    reference::{self, Constants, Mode, Phrase, Words},
    syntax::{Key, Node, Table, Value, places},
};

/// Reports unknown settings, wrong types and secrets that are missing. Returns of each component whether what it says is what the
/// settings take.
pub(super) fn check(all: &Declarations, sink: &mut Sink) -> Vec<bool> {
    let mut fits = Vec::new();
    let mut kinds = BTreeSet::new();
    for declared in &all.components {
        if kinds.insert(&declared.kind.name) {
            defaults::check(all, declared, sink);
        }
        let written = declared.user.entries_of("settings");
        let mut all_fit = true;
        for (key, node) in written {
            all_fit &= check_one(all, declared, key, node, sink);
        }
        fits.push(all_fit);
        check_logins(all, declared, sink);
        check_databases(declared, sink);
        stores::check_login(declared, sink);
        // What it has could not be read.
        if !declared.user.get("settings").is_some_and(Node::is_broken) {
            check_absent(all, declared, sink);
        }
    }
    fits
}

/// Whether the setting takes this value. What is wrong otherwise is reported, too.
fn check_one(
    all: &Declarations,
    declared: &Declared,
    key: &Key,
    node: &Node,
    sink: &mut Sink,
) -> bool {
    let spec = spec(declared, key);
    let is_off = |spec: &SettingSpec| {
        node.is_false() && spec.kind != SettingType::Boolean && !is_switch(spec)
    };
    if key.name == "major" || node.is_removed() || spec.is_some_and(is_off) {
        return true;
    }
    let Some(spec) = spec else {
        sink.push(unknown_setting(declared, key));
        return true;
    };
    if spec.only_external && declared.external.is_none() {
        sink.push(only_external(spec, key));
        return true;
    }
    if spec.only_here && declared.external.is_some() {
        sink.push(only_here(spec, key, node));
        return true;
    }
    if let Some(diagnostic) = too_early(declared, spec, key) {
        sink.push(diagnostic);
        return true;
    }
    let errors = sink.errors();
    typed(spec, node, &all.names.constants, Some(&all.names), sink);
    if sink.errors() == errors {
        contents::check(all, declared, spec, node, sink);
    }
    let fits = sink.errors() == errors;
    // The rules of buckets say more of a name than which characters it takes.
    if fits {
        buckets::check(all, spec, node, sink);
    }
    fits
}

fn check_absent(all: &Declarations, declared: &Declared, sink: &mut Sink) {
    let meant = misspelled(declared);
    // A setting beside `settings` was reported as an unknown key.
    let is_beside = |name: &str| declared.user.get(name).is_some_and(Node::is_broken);
    let is_absent = |spec: &SettingSpec| {
        let name = spec.name.as_str();
        declared.setting(name).is_none() && !meant.contains(&name) && !is_beside(name)
    };
    for spec in &declared.kind.settings {
        let mut with = spec.required_with.iter();
        // One that is for a component elsewhere was reported, and goes.
        let counts = |name: &String| {
            let mut specs = declared.kind.settings.iter();
            let spec = specs.find(|spec| spec.name == *name);
            declared.setting(name).is_some()
                && (declared.external.is_some() || spec.is_none_or(|spec| !spec.only_external))
        };
        if with.any(counts) && is_absent(spec) {
            sink.push(missing(all, declared, spec));
        }
    }
    if declared.external.is_some() {
        return;
    }
    for spec in &declared.kind.settings {
        if spec.required && is_absent(spec) && !is_of_parts_that_are_off(declared, &spec.name) {
            sink.push(missing(all, declared, spec));
        }
    }
}

/// Whether a part that the user takes away, and nothing else of the kind, reads a setting.
fn is_of_parts_that_are_off(declared: &Declared, setting: &str) -> bool {
    let is_off = |part: &str| {
        let written = declared.user.get_path(&["parts", part]);
        written.is_some_and(Node::is_false)
    };
    let table = &declared.kind.table;
    let mut off = table.entries_of("parts");
    off.any(|(part, node)| is_off(&part.name) && refers_to(node, &["settings", setting]))
        && !reads_setting(table, setting, &is_off)
}

/// Whether a table of the kind reads a setting, without what is said of parts that are off.
fn reads_setting(table: &Table, setting: &str, is_off: &dyn Fn(&str) -> bool) -> bool {
    table
        .iter()
        .any(|(key, node)| match (key.name.as_str(), &node.value) {
            ("parts", Value::Table(parts)) => parts
                .iter()
                .any(|(part, node)| !is_off(&part.name) && refers_to(node, &["settings", setting])),
            ("when", Value::Array(cases)) => cases
                .iter()
                .filter_map(Node::as_table)
                .any(|case| reads_setting(case, setting, is_off)),
            // In a case it is a table like that of the kind.
            ("when", Value::Table(case)) => reads_setting(case, setting, is_off),
            ("settings" | "if", _) => false,
            _ => refers_to(node, &["settings", setting]),
        })
}

/// The settings that misspelled ones were meant to be: those are not missing as well.
pub(super) fn misspelled(declared: &Declared) -> Vec<&str> {
    let known = || declared.kind.settings.iter().map(|spec| spec.name.as_str());
    let written = declared.user.table("settings").into_iter();
    let unknown = written
        .flat_map(Table::keys)
        .filter(|key| known().all(|name| name != *key));
    unknown
        .filter_map(|key| unknown::meant(declared, key))
        .collect()
}

/// A database is made once, and belongs to one user with one password.
fn check_databases(declared: &Declared, sink: &mut Sink) {
    let lists = declared.kind.settings.iter();
    let lists = lists.filter(|spec| spec.kind == SettingType::Databases);
    for node in lists.filter_map(|spec| declared.setting(&spec.name)) {
        let mut seen: Vec<&Node> = declared.setting("database").into_iter().collect();
        for item in node.as_array().unwrap_or_default() {
            let Some(name) = item.as_str() else { continue };
            match seen.iter().find(|known| known.as_str() == Some(name)) {
                Some(first) => {
                    let variable = env_settings::variable_of(&declared.user, first);
                    sink.push(
                        Diagnostic::new(
                            Code::DuplicateName,
                            format!("database `{name}` is there twice"),
                        )
                        .label(first.span, "first here")
                        .label(item.span, "and again here")
                        .help(match variable {
                            Some(variable) => format!(
                                "take it out of `databases`: `env.{variable}` is the setting `database`, and that one is made without the list"
                            ),
                            None => "name each database once: the one of `database` is made without `databases`".to_string(),
                        }),
                    );
                }
                None => seen.push(item),
            }
        }
    }
    let own = declared.setting("user").zip(declared.setting("password"));
    let mut users: Vec<(&Node, &Node)> = own.into_iter().collect();
    for login in &declared.logins {
        let same = |(user, _): &&(&Node, &Node)| user.as_str() == login.user.as_str();
        match users.iter().find(same) {
            Some((user, password)) if password.as_str() != login.password.as_str() => sink.push(
                Diagnostic::new(
                    Code::DuplicateName,
                    format!(
                        "user `{}` has two passwords",
                        login.user.as_str().unwrap_or_default()
                    ),
                )
                .label(user.span, "with one here")
                .label(login.user.span, "and with another here")
                .help("give each user one password, or each database a user of its own"),
            ),
            Some(_) => {}
            None => users.push((&login.user, &login.password)),
        }
    }
}

/// Users and passwords of databases follow the rules of those of the store.
fn check_logins(all: &Declarations, declared: &Declared, sink: &mut Sink) {
    for login in &declared.logins {
        for (name, node) in [("user", &login.user), ("password", &login.password)] {
            let specs = &mut declared.kind.settings.iter();
            if let Some(spec) = specs.find(|spec| spec.name == name) {
                typed(spec, node, &all.names.constants, Some(&all.names), sink);
                contents::check(all, declared, spec, node, sink);
            }
        }
    }
}

fn spec<'a>(declared: &'a Declared, key: &Key) -> Option<&'a SettingSpec> {
    declared
        .kind
        .settings
        .iter()
        .find(|spec| spec.name == key.name)
}

fn only_external(spec: &SettingSpec, key: &Key) -> Diagnostic {
    Diagnostic::new(
        Code::ConflictingKeys,
        format!(
            "setting `{}` is for a component that runs elsewhere",
            spec.name
        ),
    )
    .label(key.span, "this one has no `external`")
    .help("remove it, or write where it runs: `external = { host = \"db.example.com\", port = 5432 }`")
}

fn only_here(spec: &SettingSpec, key: &Key, value: &Node) -> Diagnostic {
    Diagnostic::new(
        Code::ConflictingKeys,
        format!("setting `{}` is for a component that runs here", spec.name),
    )
    .label(key.span, "has no effect on one that runs elsewhere")
    .help("remove it")
    .removing(places(key, value))
}

/// A setting that the version of the kind's own program does not take yet. Of a version that is not known nothing is said.
fn too_early(declared: &Declared, spec: &SettingSpec, key: &Key) -> Option<Diagnostic> {
    let since = spec.since.as_deref()?;
    let (version, span) = declared.written_version.as_ref()?;
    let is_early = declared.external.is_none() && declared.is_older_than(&Version::of(since)?);
    is_early.then(|| {
        Diagnostic::new(
            Code::UnknownVersion,
            format!(
                "{} {version} does not take the setting `{}`",
                declared.kind.title, spec.name
            ),
        )
        .label(
            key.span,
            format!("{} takes it from {since} on", declared.kind.title),
        )
        .label(*span, "an older version")
        .help(format!("remove the setting, or move to {since} or later"))
    })
}

/// Whether the text is of a form, as far as it is known.
pub(super) fn fits(constants: &Constants, node: &Node, form: impl Fn(&str) -> bool) -> bool {
    let written = constants.written_out(&phrase(node));
    written.is_none_or(|written| written.is_open || form(&written.text))
}

pub(super) fn phrase(node: &Node) -> Phrase<'_> {
    reference::of_node(node, Words::Platform, Mode::Strict)
}

/// A string with the variables' defaults in the place of references to them. What other references bring is a name or
/// an address: it stands as a letter, which every setting takes.
pub(super) fn with_defaults(all: &Declarations, phrase: &Phrase<'_>) -> String {
    phrase.filled(|reference| {
        let segments = reference.map(|reference| reference.segments.as_slice());
        let Some(["vars", name]) = segments else {
            return "x".to_string();
        };
        let mut variables = all.names.variables.iter();
        variables
            .find(|variable| variable.name == *name)
            .map_or_else(|| "x".to_string(), |variable| variable.default.clone())
    })
}
