//! The merging rules: presets over the kind, the component over its presets, parts, raw last.
//!
//! One mechanism for all of it: trees over trees. What the user writes under the same port, volume or environment name,
//! or the same mount path, replaces the kind's.

use super::{conditions::condition_holds, draft::Declared, flags, joined};
use crate::{
    diag::{Code, Diagnostic, Sink},
    language,
    syntax::{Entry, Key, Node, Removal, Shared, Table, Value, overlay},
    template::{Engine, View},
    text::all_of,
    value::Tmpfs,
};

/// A kind's workload and parts in normal form.
pub(super) fn kind_in_long_form(kind: &Table) -> Table {
    let mut out = kind.clone();
    for entry in &mut out.entries {
        match (entry.key.name.as_str(), &mut entry.value.value) {
            ("workload", Value::Table(table)) => *table = in_long_form(table),
            ("parts", Value::Table(parts)) => {
                for part in &mut parts.entries {
                    if let Value::Table(table) = &mut part.value.value {
                        *table = in_long_form(table);
                    }
                }
            }
            _ => {}
        }
    }
    out
}

/// The form in which tables merge: a port that is a number is a table with `container`; parts likewise.
pub(super) fn in_long_form(component: &Table) -> Table {
    let mut out = component.clone();
    for entry in &mut out.entries {
        let Value::Table(inner) = &mut entry.value.value else {
            continue;
        };
        match entry.key.name.as_str() {
            "ports" => inner.entries.iter_mut().for_each(normal_port),
            "parts" => {
                for part in &mut inner.entries {
                    if let Value::Table(table) = &mut part.value.value {
                        *table = in_long_form(table);
                    }
                }
            }
            _ => {}
        }
    }
    out
}

fn normal_port(entry: &mut Entry) {
    if matches!(entry.value.value, Value::Integer(_) | Value::String(_)) {
        let number = entry.value.clone();
        entry.value = Node {
            span: number.span,
            value: Value::Table(Table {
                entries: Shared::from(vec![Entry {
                    key: Key {
                        name: "container".to_string(),
                        span: number.span,
                    },
                    value: number,
                }]),
            }),
        };
    }
}

/// A workload's tables, merged.
pub(super) struct Layered {
    /// `None` for the main one.
    pub part: Option<String>,
    pub table: Table,
    pub own_image: bool,
    pub job: bool,
}

/// The main workload, unless the component is external, and its parts.
pub(super) fn workloads(
    declared: &Declared,
    kind_table: &Table,
    engine: &Engine,
    facts: &View,
    sink: &mut Sink,
) -> Vec<Layered> {
    let kind_main = table_or_empty(kind_table, "workload");
    let user = joined::user(declared, kind_table).unwrap_or_else(|| declared.user.clone());
    let user_parts = table_or_empty(&user, "parts");
    let kind_parts = table_or_empty(kind_table, "parts");
    let measured = measured_part(&kind_main, &kind_parts, &user);
    let mut user_main = user.clone();
    if measured.is_some() {
        user_main.remove("metrics");
    }
    let mut kind_main_started = with_image_command(&kind_main, kind_table, &user_main, sink);
    leave_start_to(&user_main, &mut kind_main_started, kind_table);
    let mut workloads = vec![Layered {
        part: None,
        table: merged(&kind_main_started, &user_main),
        own_image: true,
        job: declared.kind.job,
    }];
    for (key, node) in user_parts.iter() {
        // One that is taken away was looked for in all that the kind may have.
        if kind_parts.get(&key.name).is_none() && !node.is_false() {
            sink.push(unknown_part(declared, key, &kind_parts));
        }
    }
    for (key, node) in kind_parts.iter() {
        let Some(kind_part) = node.as_table() else {
            continue;
        };
        let user_part = user_parts.get(&key.name);
        let wanted = kind_part
            .get("if")
            .is_none_or(|condition| condition_holds(condition, engine, facts, sink));
        let off = user_part.is_some_and(Node::is_false);
        let stays = declared.external.is_none() || is_exporter(kind_part);
        if wanted && !off && stays {
            let user_part = user_part.and_then(Node::as_table).cloned();
            let mut kind_part = kind_part.clone();
            if measured.as_deref() == Some(&key.name) {
                lay_metrics(&mut kind_part, &user);
            }
            workloads.push(part(&user, &kind_main, key, &kind_part, user_part));
        }
    }
    workloads
}

/// Whether a part of a kind watches the program, and so also runs for one elsewhere: it is scraped, and is a program of its own. A
/// part with the image of the kind is the program itself.
pub(super) fn is_exporter(kind_part: &Table) -> bool {
    kind_part.get("metrics").is_some() && kind_part.get("image").is_some()
}

/// The part that the component's `metrics` are about: its program has none, and an exporter beside it speaks for it. A port of
/// the program itself says that it has some after all.
fn measured_part(kind_main: &Table, kind_parts: &Table, user: &Table) -> Option<String> {
    let metrics = user.table("metrics")?;
    let mut parts = kind_parts.iter().filter_map(|(key, node)| {
        let part = node.as_table()?;
        part.table("metrics")?;
        Some((key, part))
    });
    let (Some((key, part)), None, None) = (parts.next(), parts.next(), kind_main.get("metrics"))
    else {
        return None;
    };
    let of_part = |port: &str| part.get_path(&["ports", port]).is_some();
    let is_about_it = metrics
        .get("port")
        .is_none_or(|node| node.as_str().is_some_and(of_part));
    is_about_it.then(|| key.name.clone())
}

fn lay_metrics(kind_part: &mut Table, user: &Table) {
    if let (Some(below), Some(above)) = (kind_part.table_mut("metrics"), user.table("metrics")) {
        *below = overlay(below, above, Removal::Now);
    }
}

/// A kind that leaves the command to its image: `args` would take the place of that command, so it is written out before them.
fn with_image_command(
    kind_main: &Table,
    kind_table: &Table,
    user: &Table,
    sink: &mut Sink,
) -> Table {
    let mut out = kind_main.clone();
    let Some(args) = user.entry("args").filter(|it| !it.value.is_false()) else {
        return out;
    };
    let is_replaced = user.get("command").is_some() || user.get("entrypoint").is_some();
    if is_replaced {
        return out;
    }
    if let Some(instead) = kind_table.string("no_args") {
        sink.push(
            Diagnostic::new(Code::ConflictingKeys, "this program takes no arguments")
                .label(args.key.span, "its image starts it without them")
                .help(instead),
        );
    }
    let words = kind_table.get("image_command");
    if let Some(words) = words.filter(|_| kind_main.get("command").is_none()) {
        let key = Key {
            name: "command".to_string(),
            span: args.key.span,
        };
        out.set(key, words.clone());
    }
    out
}

/// Beside an entry point of the user's own the kind's command is its arguments: without the script for a shell that the kind has
/// there, and without the program that the image would start, which no image hands to another entry point either.
fn leave_start_to(user: &Table, kind_main: &mut Table, kind_table: &Table) {
    if user.get("entrypoint").is_none_or(Node::is_false) {
        return;
    }
    if kind_main.strings("entrypoint").contains(&"-c") {
        kind_main.remove("command");
    }
    let program = kind_table.strings("image_command");
    let of_image = kind_main.strings("command").starts_with(&program);
    if let Some(Value::Array(words)) = kind_main.get_mut("command").map(|it| &mut it.value)
        && of_image
    {
        words.drain(..program.len());
        if words.is_empty() {
            kind_main.remove("command");
        }
    }
}

fn unknown_part(declared: &Declared, key: &Key, parts: &Table) -> Diagnostic {
    let known: Vec<&str> = parts.keys().collect();
    let help = match known.as_slice() {
        [] => format!(
            "kind `{}` has one workload: write the keys on the component",
            declared.kind.name
        ),
        known => format!(
            "kind `{}` has the parts {}",
            declared.kind.name,
            all_of(known)
        ),
    };
    Diagnostic::new(
        Code::UnknownName,
        format!("kind `{}` has no part `{}`", declared.kind.name, key.name),
    )
    .label(key.span, "no such part")
    .help(help)
}

fn part(
    user: &Table,
    kind_main: &Table,
    key: &Key,
    kind_part: &Table,
    user_part: Option<Table>,
) -> Layered {
    let own_image = kind_part.get("image").is_none();
    let job = kind_part.boolean("job").unwrap_or(false);
    let mut without: Vec<&str> = kind_part.strings("without");
    // A job does not restart because a server does.
    without.extend(job.then_some("restart"));
    let user_part = user_part.unwrap_or_default();
    let table = if own_image {
        let lower = overlay(&shared(kind_main, &without), kind_part, Removal::Now);
        let upper = overlay(
            &shared_by_user(user, kind_main, &without),
            &user_part,
            Removal::Later,
        );
        merged(&lower, &upper)
    } else {
        // An exporter is off whenever its component is off. The exporter of a component that is not to be scraped is not
        // scraped either, nor asked whether it works.
        let mut lower = kind_part.clone();
        if let Some(entry) = user.entry("metrics").filter(|it| it.value.is_false())
            && lower.remove("metrics").is_some()
            && let Some(health) = lower.table_mut("health")
        {
            let key = Key {
                name: "probe".to_string(),
                span: entry.key.span,
            };
            health.set(key, entry.value.clone());
        }
        if let Some(entry) = user.entry("profiles") {
            lower.set(entry.key.clone(), entry.value.clone());
        }
        merged(&lower, &user_part)
    };
    Layered {
        part: Some(key.name.clone()),
        table,
        own_image,
        job,
    }
}

/// What a user wrote for every workload of the kind's own image. If a part has no such table of the kind, changes of the kind's
/// entries do not apply to it; the user's new entries do.
fn shared_by_user(user: &Table, kind_main: &Table, without: &[&str]) -> Table {
    let mut out = shared(user, without);
    let places = mount_places(kind_main);
    for name in without.iter().filter(|name| language::is_shared(name)) {
        let Some(entry) = user.entry(name) else {
            continue;
        };
        let Value::Table(own) = &entry.value.value else {
            continue;
        };
        let of_kind = |inner: &Entry| {
            let known = kind_main.table(name);
            let mount = inner.value.as_table().and_then(|it| it.string("mount"));
            known.is_some_and(|known| known.get(&inner.key.name).is_some())
                || places
                    .iter()
                    .any(|(_, place)| mount.map(place_of).as_ref() == Some(place))
        };
        let mut own = own.clone();
        own.entries.retain(|inner| !of_kind(inner));
        if !own.entries.is_empty() {
            let span = entry.value.span;
            let value = Value::Table(own);
            out.set(entry.key.clone(), Node { span, value });
        }
    }
    out
}

/// Files that come with what fills a role, such as the certificate by which a database is known: whoever talks to it reads them.
fn keep_files_of_roles(files: &mut Node) {
    if let Value::Table(files) = &mut files.value {
        let is_of_role = |file: &Entry| {
            let file = file.value.as_table();
            file.is_some_and(|file| file.get("of").is_some())
        };
        files.entries.retain(is_of_role);
    }
}

/// The keys that hold for every workload of the kind's own image.
fn shared(table: &Table, without: &[&str]) -> Table {
    let mut out = Table::default();
    for entry in &table.entries {
        let name = entry.key.name.as_str();
        let mut entry = entry.clone();
        if name == "files" && without.contains(&name) {
            keep_files_of_roles(&mut entry.value);
        } else if !language::is_shared(name) || without.contains(&name) {
            continue;
        }
        if let Value::Table(inner) = &mut entry.value.value {
            inner
                .entries
                .retain(|inner| !without.contains(&format!("{name}.{}", inner.key.name).as_str()));
        }
        out.push(entry);
    }
    out
}

/// The user's table over the kind's.
fn merged(kind: &Table, user: &Table) -> Table {
    let mut lower = kind.clone();
    drop_raw(&mut lower, user);
    let places = mount_places(user);
    drop_mounts(&mut lower, &places);
    drop_flags(&mut lower, user);
    // A list of dependencies replaces a table of them and the other way round; the kind's own stay under `@`.
    let inner = lower
        .table("depends_on")
        .map(|table| Table {
            entries: table
                .entries
                .iter()
                .filter(|entry| entry.key.name.starts_with('@'))
                .cloned()
                .collect(),
        })
        .unwrap_or_default();
    let mut out = overlay(&lower, user, Removal::Now);
    // A user who removes the kind's check did not forget it: no lint.
    if let Some(entry) = user.entry("health").filter(|entry| entry.value.is_false()) {
        out.set(entry.key.clone(), entry.value.clone());
    }
    if !inner.entries.is_empty() {
        let key = Key {
            name: "@depends_on".to_string(),
            span: inner.entries[0].key.span,
        };
        let span = key.span;
        out.set(
            key,
            Node {
                span,
                value: Value::Table(inner),
            },
        );
    }
    out
}

/// Takes away raw keys of the kind that say what the user says in a key of the language. An image and how it is built say the same.
fn drop_raw(kind: &mut Table, user: &Table) {
    const IMAGE: [&str; 3] = ["image", "build", "pull_policy"];
    let names_image = user.get("image").is_some() || user.get("build").is_some();
    for target in ["compose", "helm"] {
        if let Some(raw) = kind.table_mut(target) {
            raw.entries.retain(|entry| {
                let name = entry.key.name.as_str();
                user.get(name).is_none() && !(names_image && IMAGE.contains(&name))
            });
        }
    }
}

/// Takes away the flags of the kind's command that the user's `args` give, and those of its `args` that the user's command gives.
fn drop_flags(kind: &mut Table, user: &Table) {
    let (of_kind, given) = match (user.get("args"), user.get("command")) {
        (Some(args), None) => ("command", args),
        (None, Some(command)) => ("args", command),
        _ => return,
    };
    if let Some(Value::Array(words)) = kind.get_mut(of_kind).map(|node| &mut node.value) {
        *words = flags::without(words, given).into();
    }
}

/// Mount paths that a table uses, each with the table's key and the entry's name.
fn mount_places(table: &Table) -> Vec<(&str, String)> {
    let volumes = table
        .entries_of("volumes")
        .filter_map(|(key, node)| Some((key.name.as_str(), node.as_table()?.string("mount")?)));
    let files = table
        .entries_of("files")
        .map(|(key, _)| (key.name.as_str(), key.name.as_str()));
    let in_memory = table.array("tmpfs").unwrap_or_default().iter();
    let in_memory = in_memory.filter_map(Node::as_str);
    let in_memory = in_memory.map(|written| ("", Tmpfs::path_of(written)));
    let places = volumes.chain(files).chain(in_memory);
    places
        .map(|(owner, path)| (owner, place_of(path)))
        .collect()
}

/// A path as a container has it: with a `/` at its end it is the same one.
fn place_of(path: &str) -> String {
    let names = path.split('/').filter(|name| !matches!(*name, "" | "."));
    names.collect::<Vec<_>>().join("/")
}

/// Removes volumes and files of the kind at whose path the user mounts something else.
fn drop_mounts(kind: &mut Table, places: &[(&str, String)]) {
    for entry in &mut kind.entries {
        let name = entry.key.name.clone();
        let Value::Table(table) = &mut entry.value.value else {
            continue;
        };
        if name != "volumes" && name != "files" {
            continue;
        }
        table.entries.retain(|entry| {
            let path = match name.as_str() {
                "files" => Some(entry.key.name.as_str()),
                _ => entry
                    .value
                    .as_table()
                    .and_then(|volume| volume.string("mount")),
            };
            let path = path.map(place_of);
            !places
                .iter()
                .any(|(owner, place)| path.as_ref() == Some(place) && *owner != entry.key.name)
        });
    }
}

fn table_or_empty(table: &Table, name: &str) -> Table {
    table.table(name).cloned().unwrap_or_default()
}
