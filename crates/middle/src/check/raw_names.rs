//! Raw keys of a Compose service that name a volume, a network, a secret or a config which nothing declares: Compose refuses the
//! whole project.

use std::collections::BTreeSet;

use super::{
    Facts,
    power::{entries, items, section},
    raw_places::RawPlaces,
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    files::Target,
    model::{MountSource, Platform, Raw},
    source::Span,
};

pub(super) fn declared(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    // What is included may declare anything.
    let is_closed = platform.raw_compose.get("include").is_none();
    if !platform.targets.contains(&Target::Compose) || !is_closed {
        return;
    }
    let mut said = BTreeSet::new();
    for workload in platform.workloads() {
        let places = RawPlaces::of_workload(platform, workload, "compose");
        service(platform, &workload.raw_compose, places, &mut said, sink);
    }
    let places = RawPlaces::of_platform(platform, &platform.raw_compose, "compose");
    for (_, keys) in section(&platform.raw_compose, "services") {
        service(platform, keys, places, &mut said, sink);
    }
}

/// What a service names. Each name is reported once.
fn service(
    platform: &Platform,
    keys: &Raw,
    places: RawPlaces<'_>,
    said: &mut BTreeSet<(&'static str, String)>,
    sink: &mut Sink,
) {
    let volumes = items(keys.get("volumes"))
        .filter_map(|it| Some((volume(it)?, it)))
        .map(|it| ("volume", it));
    let listed = items(keys.get("networks")).filter_map(|it| Some((plain(Some(it))?, it)));
    let tables = entries(keys.get("networks")).filter(|(_, it)| !is_removed(it));
    let tables = tables.map(|(name, it)| (name.clone(), it));
    let networks = listed.chain(tables).map(|it| ("network", it));
    let sources = ["secret", "config"].into_iter().flat_map(|what| {
        let named = items(keys.get(&format!("{what}s")));
        let named = named.filter_map(|it| Some((plain(it.get("source").or(Some(it)))?, it)));
        named.map(move |it| (what, it))
    });
    for (what, (name, by)) in volumes.chain(networks).chain(sources) {
        if !is_declared(platform, what, &name) && said.insert((what, name.clone())) {
            let top = RawPlaces::of_platform(platform, &platform.raw_compose, "compose");
            let table = platform.raw_compose.get(&format!("{what}s"));
            let table = table.map(|table| top.of(table));
            sink.push(undeclared(what, &name, places.of(by), table));
        }
    }
}

/// The named volume that an entry of `volumes` mounts; `None`: a path, an unnamed one, or what is known only at the start.
fn volume(raw: &Raw) -> Option<String> {
    let source = match raw {
        Raw::Table(_) => {
            let kind = plain(raw.get("type"));
            let is_volume = kind.is_some_and(|kind| kind == "volume");
            plain(raw.get("source").filter(|_| is_volume))?
        }
        _ => plain(Some(raw))?.split_once(':')?.0.to_string(),
    };
    let is_path = source.starts_with(['/', '.', '~']) || source.contains('\\') || source.len() < 2;
    (!is_path).then_some(source)
}

fn plain(raw: Option<&Raw>) -> Option<String> {
    match raw? {
        Raw::Text(text) => text.as_plain().filter(|it| !it.contains('$')),
        _ => None,
    }
}

fn is_removed(raw: &Raw) -> bool {
    matches!(raw, Raw::Boolean(false) | Raw::Removed)
}

fn is_declared(platform: &Platform, what: &str, name: &str) -> bool {
    let raw = platform.raw_compose.get(&format!("{what}s"));
    let raw = raw.and_then(|it| it.get(name));
    if let Some(raw) = raw {
        return !is_removed(raw);
    }
    match what {
        "volume" => {
            let mounts = platform.workloads().flat_map(|it| &it.mounts);
            let mut volumes = mounts.filter_map(|it| match &it.source {
                MountSource::Volume(key) => Some(key),
                MountSource::Bind { .. } => None,
            });
            volumes.any(|key| key == name)
        }
        "network" => {
            let own = platform.networks.iter();
            let mut own = own.flat_map(|it| [it.name.clone(), format!("{}.external", it.name)]);
            ["default", "pipelines"].contains(&name)
                || platform.group(name).is_some()
                || own.any(|it| it == name)
        }
        // Those that `files` mounts.
        _ => platform.secrets.iter().any(|secret| secret.name == name),
    }
}

/// `declarations`: where those of its sort stand, if there are any.
fn undeclared(what: &str, name: &str, span: Span, declarations: Option<Span>) -> Diagnostic {
    let table = format!("raw.compose.{what}s");
    let diagnostic = Diagnostic::new(
        Code::UnknownName,
        format!("a raw key names the {what} `{name}`, which nothing declares: Compose refuses it"),
    )
    .label(span, format!("no such {what}"));
    let line = format!("{name} = {{}}");
    let declaring = |diagnostic: Diagnostic| match declarations {
        Some(place) => diagnostic.adding(place, line.as_str()),
        None => diagnostic.declaring(span, table.as_str(), line.as_str()),
    };
    match what {
        "volume" => declaring(diagnostic.help(format!("write `{line}` below `[{table}]`; or leave it to `volumes` of the component, as `volumes.{name} = {{ mount = \"/data\" }}`"))),
        "network" => declaring(diagnostic.help(format!("write `{line}` below `[{table}]`"))),
        _ => diagnostic.help(format!("declare it below `[{table}]`, with what it is made of, such as `file`")),
    }
}
