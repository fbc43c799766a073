//! Programs that are led away from the volume for their data, by a variable, an option or a file: they lose it with the container.
//! Nothing is displaced by that in the first plan, so it is said when compiling.

use super::{STORE_VOLUME, Source, Started, started::ProgramFolder};
use crate::{
    fileset::Unkept,
    model::{DataFolder, Platform},
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
        span: place(&started.component.data_folders[lost.of], started, platform)?,
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
fn place(folder: &DataFolder, started: &Started<'_>, platform: &Platform) -> Option<Span> {
    let is_own = |span: &Span| !platform.kind_sources.contains(&span.source);
    let written = &started.workload.written;
    let variables = written.table("env").into_iter();
    let variables = variables.flat_map(|env| folder.env.iter().filter_map(|it| env.entry(it)));
    let words = ["args", "command", "entrypoint"].into_iter();
    let words = words.filter_map(|key| written.entry(key));
    let mut spans = variables.chain(words).map(|entry| entry.value.span);
    if let Some(span) = spans.find(is_own) {
        return Some(span);
    }
    let mount = written.get_path(&["volumes", STORE_VOLUME, "mount"]);
    let is_moved = mount.is_some_and(|mount| is_own(&mount.span));
    (!is_moved).then_some(started.workload.span)
}
