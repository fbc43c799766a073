//! Raw keys of a Compose service that name a volume, a network, a service or something else which nothing declares: Compose refuses
//! the whole project.

use std::collections::BTreeSet;

use super::{
    Facts,
    raw::{RawName, RawService, RawSort, value::removes},
};
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    files::Target,
    model::{MountSource, Platform},
    source::Span,
    text::all_of,
};

pub(super) fn declared(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    // What is included may declare anything.
    let is_closed = platform.raw_compose.get("include").is_none();
    if !platform.targets.contains(&Target::Compose) || !is_closed {
        return;
    }
    let mut said = BTreeSet::new();
    for raw in facts.raw.services() {
        service(facts, raw, &mut said, sink);
    }
}

/// What a service names. Each name is reported once.
fn service<'a>(
    facts: Facts<'a>,
    service: &'a RawService<'a>,
    said: &mut BTreeSet<(RawSort, &'a str)>,
    sink: &mut Sink,
) {
    let platform = facts.platform;
    for RawName { sort, found, .. } in &service.keys.names {
        let name = &found.value;
        if !is_declared(platform, *sort, name) && said.insert((*sort, name)) {
            let table = platform.raw_compose.get(sort.table());
            let table = table.map(|table| facts.raw.places.of(table));
            let span = service.places.of(found.by);
            sink.push(match sort {
                RawSort::Service => no_service(facts, service.name, name, span),
                _ => undeclared(*sort, name, span, table),
            });
        }
    }
}

fn is_declared(platform: &Platform, sort: RawSort, name: &str) -> bool {
    let raw = platform.raw_compose.get(sort.table());
    let raw = raw.and_then(|it| it.get(name));
    if let Some(raw) = raw {
        return !removes(raw);
    }
    match sort {
        RawSort::Volume => {
            let mounts = platform.workloads().flat_map(|it| &it.mounts);
            let mut volumes = mounts.filter_map(|it| match &it.source {
                MountSource::Volume(key) => Some(key),
                MountSource::Bind { .. } => None,
            });
            volumes.any(|key| key == name)
        }
        RawSort::Network => {
            let own = platform.networks.iter();
            let mut own = own.flat_map(|it| [it.name.clone(), format!("{}.external", it.name)]);
            ["default", "pipelines"].contains(&name)
                || platform.group(name).is_some()
                || own.any(|it| it == name)
        }
        // Those that `files` mounts.
        RawSort::Secret | RawSort::Config => {
            platform.secrets.iter().any(|secret| secret.name == name)
        }
        RawSort::Model => false,
        RawSort::Service => platform.workloads().any(|it| it.name == name),
    }
}

/// More services than these say nothing in a message.
const SHOWN: usize = 12;

/// `service`: the one that names it.
fn no_service(facts: Facts<'_>, service: &str, name: &str, span: Span) -> Diagnostic {
    let platform = facts.platform;
    let own = platform.workloads().map(|it| it.name.as_str());
    let raw = facts.raw.of_platform.iter();
    let raw = raw.filter(|it| it.workload.is_none()).map(|it| it.name);
    let known: Vec<&str> = own.chain(raw).filter(|it| *it != service).collect();
    let is_elsewhere = platform
        .component(name)
        .is_some_and(|it| it.external.is_some());
    let diagnostic = Diagnostic::new(
        Code::UnknownName,
        format!("a raw key names the service `{name}`, which nothing declares: Compose refuses it"),
    )
    .label(span, "no such service");
    if is_elsewhere {
        return diagnostic.help("leave it out: it runs elsewhere, and there is no service of it");
    }
    let near = nearest(name, known.iter().copied());
    diagnostic.misspelled(name, near, || match known.len() {
        0 => "leave it out: there is no other service".to_string(),
        1..=SHOWN => format!("there is {}", all_of(&known)),
        _ => "each component that runs here is a service, and each of its parts".to_string(),
    })
}

/// `declarations`: where those of its sort stand, if there are any.
fn undeclared(sort: RawSort, name: &str, span: Span, declarations: Option<Span>) -> Diagnostic {
    let what = sort.word();
    let table = format!("raw.compose.{}", sort.table());
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
    match sort {
        RawSort::Volume => declaring(diagnostic.help(format!("write `{line}` below `[{table}]`; or leave it to `volumes` of the component, as `volumes.{name} = {{ mount = \"/data\" }}`"))),
        RawSort::Network => declaring(diagnostic.help(format!("write `{line}` below `[{table}]`"))),
        RawSort::Secret | RawSort::Config | RawSort::Model | RawSort::Service => diagnostic.help(format!("declare it below `[{table}]`, with what it is made of, such as `{}`", sort.example())),
    }
}
