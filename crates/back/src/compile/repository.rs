//! Generated files that git would take for a repository together: the next `git status` there would run what its settings name.

use crate::{
    diag::{Code, Diagnostic, Sink},
    files::Target,
    fileset::FileSet,
    model::{FileContent, FileMount, Platform, Workload},
    source::{Sources, Span},
    template::Engine,
    value::{is_head, repositories},
};

/// Reports each such folder where the file `HEAD` in it is written: any file beside it may have a harmless meaning of its own.
pub(super) fn report(
    files: &FileSet,
    platform: &Platform,
    engine: &Engine,
    sources: &mut Sources,
    sink: &mut Sink,
) {
    // The chart has a copy of what Compose mounts.
    let mut told: Vec<Span> = Vec::new();
    let found = repositories(files.files.keys().map(String::as_str)).into_iter();
    for (folder, head) in found.filter(|(_, head)| is_head(&files.files[*head].text)) {
        let place = place_in_files(head, platform)
            .or_else(|| place_in_templates(head, platform, engine, sources));
        let mut fault = Diagnostic::new(
            Code::BadName,
            format!("git would take `{folder}` in what is generated for a repository of its own"),
        )
        .help("rename this file, or what lies beside it: git runs programs that the settings of a repository name");
        if let Some(span) = place {
            if told.contains(&span) {
                continue;
            }
            told.push(span);
            fault = fault.label(span, format!("it gets `{head}` from here"));
        }
        sink.push(fault);
    }
}

/// Where a component mounts what becomes the file.
fn place_in_files(path: &str, platform: &Platform) -> Option<Span> {
    let mut workloads = platform.workloads();
    workloads.find_map(|workload| {
        let mut files = workload.files.iter();
        let file = files.find(|file| becomes(workload, file, path));
        file.map(|file| file.span)
    })
}

/// Below the folder of a target, a file keeps the path that it has in the project or below that of its component.
fn becomes(workload: &Workload, file: &FileMount, path: &str) -> bool {
    let ends = |end: &str| path.ends_with(&format!("/{end}"));
    match &file.content {
        FileContent::Text { name, .. } => ends(&format!("{}/{name}", workload.component)),
        FileContent::Project { path, .. } => ends(path),
        FileContent::Folder { path, files } => {
            let mut files = files.iter();
            files.any(|(name, _)| ends(&format!("{path}/{name}")))
        }
        FileContent::Secret(_) | FileContent::Stubs | FileContent::Generated(_) => false,
    }
}

/// The first line of the user's template of which the file is made.
fn place_in_templates(
    path: &str,
    platform: &Platform,
    engine: &Engine,
    sources: &mut Sources,
) -> Option<Span> {
    let chart = format!("{}/{}/", Target::Helm.name(), platform.name);
    let in_chart = path.strip_prefix(&chart);
    let in_chart = in_chart.map(|rest| format!("{}/{rest}", Target::Helm.name()));
    let templates = engine.own_files(sources);
    let template = templates.get(in_chart.as_deref().unwrap_or(path))?;
    Some(Span::new(*template, 0..0))
}
