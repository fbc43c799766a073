//! Programs that reach a store elsewhere without the certificate of its authority.

use std::collections::BTreeMap;

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink, Subject},
    graph::{pipeline_texts, workload_texts},
    model::{
        Ci, Component, EnvironmentVariable, FileContent, FileMount, HostPath, Mount, Piece,
        Pipeline, SettingValue, Text, Workload,
    },
    names::variable_name,
    source::Span,
};

/// Where certificates that a reference names are mounted.
const FOLDER: &str = "/etc/mlopsgen/ca";

/// The files of authorities, by the stores elsewhere that name them.
type Authorities<'a> = BTreeMap<&'a str, &'a str>;

/// Who is told the address of a store whose certificate is from an authority of one's own, and can't know it. What a role sets
/// brings the file along.
pub(super) fn known(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    let authorities: Authorities<'_> = platform.components.iter().filter_map(authority).collect();
    if authorities.is_empty() {
        return;
    }
    for component in &platform.components {
        for workload in &component.workloads {
            for (store, file) in stores_in(workload_texts(workload), &authorities) {
                let by_role = component.uses.iter().any(|it| it.component == store);
                if component.name != store && !by_role && !has(workload, file) {
                    let place = place_of(&workload.env, store).unwrap_or(workload.span);
                    let subject = Subject::Component(component.name.clone());
                    sink.push(
                        unknown(&component.name, store, place, workload.span).of(Some(subject)),
                    );
                }
            }
        }
    }
    for pipeline in &platform.pipelines {
        for (store, file) in stores_in(pipeline_texts(pipeline), &authorities) {
            if !mounts(&pipeline.volumes, file) {
                let subject = Subject::Pipeline(pipeline.name.clone());
                let place = place_in_tasks(pipeline, store).unwrap_or(pipeline.span);
                sink.push(unknown(&pipeline.name, store, place, pipeline.span).of(Some(subject)));
            }
        }
    }
    for entry in &platform.ci {
        for (store, file) in stores_in(entry.texts(), &authorities) {
            if !names_certificate(entry) {
                sink.push(in_checkout(entry, store, file));
            }
        }
    }
}

fn authority(component: &Component) -> Option<(&str, &str)> {
    component.external.as_ref()?;
    let mut settings = component.settings.iter();
    let setting = settings.find(|it| it.name == "ca")?;
    let SettingValue::Files(files) = &setting.value else {
        return None;
    };
    Some((&component.name, &files.first()?.path))
}

/// The stores whose addresses stand in these texts.
fn stores_in<'a>(
    texts: impl Iterator<Item = &'a Text>,
    authorities: &Authorities<'a>,
) -> Authorities<'a> {
    let endpoints = texts.flat_map(Text::endpoints);
    let told = endpoints.filter_map(|it| authorities.get_key_value(it.component.as_str()));
    told.map(|(store, file)| (*store, *file)).collect()
}

/// Whether a program has the file, wherever it lies.
fn has(workload: &Workload, file: &str) -> bool {
    workload.files.iter().any(|it| brings(it, file)) || mounts(&workload.mounts, file)
}

fn brings(mounted: &FileMount, file: &str) -> bool {
    let is_it = match &mounted.content {
        FileContent::Project { path, .. } => path == file,
        FileContent::Folder { path, .. } => holds_file(path, file),
        FileContent::Text { .. }
        | FileContent::Secret(_)
        | FileContent::Stubs
        | FileContent::Generated(_) => false,
    };
    is_it || holds_file(FOLDER, &mounted.path)
}

fn mounts(mounts: &[Mount], file: &str) -> bool {
    mounts.iter().any(|mount| {
        let source = mount.source.on_host();
        let is_it = matches!(source, Some(HostPath::Project(path)) if holds_file(path, file));
        is_it || holds_file(FOLDER, &mount.path) || holds_file(&mount.path, FOLDER)
    })
}

/// Whether a path is another, or lies below it.
fn holds_file(folder: &str, path: &str) -> bool {
    let clean = |path: &str| {
        path.trim_start_matches("./")
            .trim_end_matches('/')
            .to_string()
    };
    let path = clean(path);
    let below = path.strip_prefix(&clean(folder));
    below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The variable that tells the address.
fn place_of(env: &[EnvironmentVariable], store: &str) -> Option<Span> {
    let names = |it: &&EnvironmentVariable| it.value.endpoints().any(|it| it.component == store);
    env.iter().find(names).map(|it| it.span)
}

fn place_in_tasks(pipeline: &Pipeline, store: &str) -> Option<Span> {
    let mut envs = std::iter::once(&pipeline.env).chain(pipeline.tasks.iter().map(|it| &it.env));
    envs.find_map(|env| place_of(env, store))
}

/// What names a certificate hears from Jenkins' files that nothing puts it there.
fn names_certificate(entry: &Ci) -> bool {
    let names = |piece: &Piece| matches!(piece, Piece::Literal(text) if text.contains(FOLDER));
    entry.texts().flat_map(|it| &it.pieces).any(names)
}

fn unknown(reader: &str, store: &str, place: Span, table: Span) -> Diagnostic {
    let variable = variable_name(store);
    let line = format!("env.{variable}_CA = \"${{components.{store}.ca}}\"");
    Diagnostic::new(
        Code::NotTrusted,
        format!("`{reader}` does not get the certificate of the authority that `{store}` is known by"),
    )
    .label(place, format!("tells where `{store}` is"))
    .help(format!(
        "write `{line}`: a reference to `ca` mounts the file and says where it lies; give the variable the name that the program reads"
    ))
    .adding(table, line)
}

fn in_checkout(entry: &Ci, store: &str, file: &str) -> Diagnostic {
    let envs = std::iter::once(&entry.env).chain(entry.all_stages().map(|it| &it.env));
    let place = envs.into_iter().find_map(|env| place_of(env, store));
    Diagnostic::new(
        Code::NotTrusted,
        format!(
            "the steps of `{}` are not told of the certificate of the authority that `{store}` is known by",
            entry.name
        ),
    )
    .label(place.unwrap_or(entry.span), format!("tells where `{store}` is"))
    .of(Some(Subject::Ci(entry.name.clone())))
    .help_to_accept(|accept| {
        format!("in their checkout it is `{file}`: tell their programs, and write {accept}")
    })
}
