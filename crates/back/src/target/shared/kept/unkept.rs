//! Programs that are led away from the volume for their data, by a variable, an option or a file: they lose it with the container.
//! Nothing is displaced by that in the first plan, so it is said when compiling.

use super::{STORE_VOLUME, Source, Started, started::ProgramFolder};
use crate::{
    fileset::Unkept,
    model::{DataFolder, FileContent, Platform, SettingValue},
    source::Span,
};

/// The first folder of the workload's data that lies in nothing that is kept. A workload without the volume has none on purpose, and
/// a runtime that can't mount it says so itself, as the chart does of a folder of the project.
pub(super) fn of(
    started: &Started<'_>,
    folders: &[ProgramFolder],
    platform: &Platform,
) -> Option<Unkept> {
    let typed = started
        .mounts
        .iter()
        .filter_map(|it| started.typed.find(it));
    let is_mounted = typed.map(|it| &it.name).any(|it| it == STORE_VOLUME);
    if started.open_to.is_some() || !is_mounted {
        return None;
    }
    let lost = folders.iter().find(|it| is_lost(it, started))?;
    Some(Unkept {
        component: started.component.name.clone(),
        path: lost.path.clone(),
        span: place(lost, started, platform)?,
    })
}

/// What another database keeps has no path, and of what is not read nobody knows.
fn is_lost(folder: &ProgramFolder, started: &Started<'_>) -> bool {
    let is_nowhere = match folder.mount {
        None => folder.path.starts_with('/'),
        Some(index) => started.mounts[index].source == Source::Elsewhere,
    };
    is_nowhere && folder.unread.is_none()
}

/// What names the folder in platform.toml, else the component. Nothing where the user moves the mount: that is said of the mount.
fn place(lost: &ProgramFolder, started: &Started<'_>, platform: &Platform) -> Option<Span> {
    let folder: &DataFolder = &started.component.data_folders[lost.of];
    let is_own = |span: &Span| !platform.kind_sources.contains(&span.source);
    let written = &started.workload.written;
    let variables = written.table("env").into_iter();
    let variables = variables.flat_map(|env| folder.env.iter().filter_map(|it| env.entry(it)));
    let words = ["args", "command", "entrypoint"].into_iter();
    let words = words.filter_map(|key| written.entry(key));
    let variables = variables.map(|entry| entry.value.span);
    let words = words.map(|entry| entry.value.span);
    let mut spans = variables.chain(in_file(&lost.path, started)).chain(words);
    if let Some(span) = spans.find(is_own) {
        return Some(span);
    }
    let mount = written.get_path(&["volumes", STORE_VOLUME, "mount"]);
    let is_moved = mount.is_some_and(|mount| is_own(&mount.span));
    (!is_moved).then_some(started.workload.span)
}

/// The file that names the folder, where it is named in platform.toml: as a setting, or mounted.
fn in_file(path: &str, started: &Started<'_>) -> Option<Span> {
    let names_it = |text: &str| text.contains(path);
    let mut settings = started.component.settings.iter();
    let setting = settings.find(|setting| match &setting.value {
        SettingValue::Files(files) => files
            .iter()
            .any(|file| names_it(&String::from_utf8_lossy(&file.bytes))),
        _ => false,
    });
    let mut files = started.workload.files.iter();
    let file = files.find(|file| match &file.content {
        FileContent::Project { bytes, .. } => names_it(&String::from_utf8_lossy(bytes)),
        FileContent::Text { text, .. } => text.as_plain().is_some_and(|text| names_it(&text)),
        _ => false,
    });
    setting
        .map(|setting| setting.span)
        .or(file.map(|file| file.span))
}
