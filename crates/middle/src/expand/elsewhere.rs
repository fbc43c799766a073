//! Components that run elsewhere: keys about a container would have no effect, so they are errors.

use super::layers::is_exporter;
use crate::{
    catalog::Kind,
    diag::{Code, Diagnostic, Sink},
    language::{Scope, needless_elsewhere},
    syntax::{Entry, Key, Table, Value},
    text::all_of,
};

/// Reports keys about a container in the component itself, not in its presets. If an environment makes it run elsewhere, such
/// keys of the platform are allowed: they are for the other environments.
pub(super) fn check(component: &Key, written: &Table, kind: &Kind, sink: &mut Sink) {
    let Some(external) = written
        .entry("external")
        .filter(|entry| !entry.value.is_false())
    else {
        return;
    };
    let place = external.key.span.source;
    let is_meant = |key: &Key| place == component.span.source || place == key.span.source;
    let mut needless = needless_elsewhere(written, &[Scope::Component]);
    needless.retain(|(_, key)| is_meant(key));
    let parts = written.table("parts").into_iter();
    for Entry { key, value } in parts.flat_map(|parts| &parts.entries) {
        let is_known = kind.table.get_path(&["parts", &key.name]).is_some();
        let stays = watching(kind).any(|(name, _)| name == key.name);
        if is_known && !stays && is_meant(key) && !value.is_false() {
            needless.push((format!("parts.{}", key.name), key));
        }
    }
    if needless.is_empty() {
        return;
    }
    let keys: Vec<&str> = needless.iter().map(|(path, _)| path.as_str()).collect();
    let (say, them) = match keys.as_slice() {
        [_] => ("says", "it"),
        _ => ("say", "them"),
    };
    let mut diagnostic = Diagnostic::new(
        Code::ConflictingKeys,
        format!(
            "`{}` runs elsewhere: {} {say} how it runs here",
            component.name,
            all_of(&keys)
        ),
    );
    for (_, key) in &needless {
        diagnostic = diagnostic.label(key.span, "nothing here uses this");
    }
    sink.push(
        diagnostic
            .label(external.key.span, "it runs there")
            .help(format!(
                "take {them} away; or take `external` away, and it runs here"
            )),
    );
}

/// Takes away the settings of one that runs here where an environment makes it run elsewhere: they are for the other environments,
/// as its keys about a container are.
pub(super) fn drop_settings_of_what_runs_here(component: &Key, user: &mut Table, kind: &Kind) {
    let external = user.entry("external").filter(|it| !it.value.is_false());
    let Some(place) = external.map(|it| it.key.span.source) else {
        return;
    };
    if place == component.span.source {
        return;
    }
    let is_of_here = |key: &Key| {
        let mut specs = kind.settings.iter();
        specs.any(|spec| spec.name == key.name && spec.only_here)
    };
    if let Some(settings) = user.table_mut("settings") {
        settings
            .entries
            .retain(|it| it.key.span.source == place || !is_of_here(&it.key));
    }
}

/// The same the other way round: where an environment takes `external` away, what is for one that runs elsewhere goes with it. That are
/// settings, and what the ports of the kind speak there. `written` is the component without its presets.
pub(super) fn drop_settings_of_elsewhere(
    component: &Key,
    written: Option<&Table>,
    user: &mut Table,
    kind: &Kind,
) {
    let external = written.and_then(|written| written.entry("external"));
    let external = external.filter(|it| it.value.is_false());
    let Some(place) = external.map(|it| it.key.span.source) else {
        return;
    };
    if place == component.span.source {
        return;
    }
    let is_of_elsewhere = |key: &Key| {
        let mut specs = kind.settings.iter();
        specs.any(|spec| spec.name == key.name && spec.only_external)
    };
    if let Some(settings) = user.table_mut("settings") {
        settings
            .entries
            .retain(|it| it.key.span.source == place || !is_of_elsewhere(&it.key));
    }
    let is_of_kind = |port: &str| kind.ports().is_some_and(|it| it.get(port).is_some());
    let ports = user.table_mut("ports");
    for Entry { key, value } in ports.into_iter().flat_map(|it| it.entries.iter_mut()) {
        if let Value::Table(port) = &mut value.value
            && is_of_kind(&key.name)
        {
            port.entries
                .retain(|it| it.key.span.source == place || it.key.name != "scheme");
        }
    }
}

/// The parts that also run for a component elsewhere: its exporters.
fn watching(kind: &Kind) -> impl Iterator<Item = (&str, &Table)> {
    let parts = kind.table.entries_of("parts");
    parts
        .filter_map(|(key, part)| Some((key.name.as_str(), part.as_table()?)))
        .filter(|(_, part)| is_exporter(part))
}
