//! A user's file in the place of the image's main configuration, which no longer reads the files of the kind.

use super::Scene;
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{FileContent, FileMount, Piece},
    source::Span,
};

pub(super) fn check(scene: &Scene<'_>, index: usize, files: &[FileMount], sink: &mut Sink) {
    let draft = &scene.components[index];
    let is_kinds = |span: Span| scene.names.kind_sources.contains(&span.source);
    for (path, line) in &draft.kind.main_files {
        let folder = included_folder(line);
        let own = files
            .iter()
            .find(|file| file.path == *path && !is_kinds(file.span));
        let unread = files
            .iter()
            .find(|file| file.path.starts_with(folder) && is_kinds(file.span));
        let (Some(own), Some(unread)) = (own, unread) else {
            continue;
        };
        let name = folder.trim_end_matches('/').rsplit('/').next();
        let is_read = |text: &str| name.is_none_or(|name| text.contains(&format!("{name}/")));
        if content(own).is_none_or(|text| is_read(&text)) {
            continue;
        }
        sink.push(
            Diagnostic::new(
                Code::Unused,
                format!(
                    "`{path}` of `{}` leaves out what its kind needs",
                    draft.name
                ),
            )
            .label(own.span, format!("does not read `{}`", unread.path))
            .help(format!(
                "add the line `{line}` to that file: without it the health check and the metrics of the kind find nothing"
            ))
            .about(&draft.name),
        );
    }
}

/// The folder that a line such as `include /etc/nginx/conf.d/*.conf;` names.
fn included_folder(line: &str) -> &str {
    let path = line.find('/').map_or("", |start| &line[start..]);
    path.rfind('/').map_or(path, |end| &path[..=end])
}

/// What a file holds, where that is known.
fn content(file: &FileMount) -> Option<String> {
    match &file.content {
        FileContent::Text { text, .. } => Some(text.render(|piece| match piece {
            Piece::Literal(text) => text.clone(),
            _ => String::new(),
        })),
        FileContent::Project { bytes, .. } => Some(String::from_utf8_lossy(bytes).into_owned()),
        FileContent::Folder { .. }
        | FileContent::Secret(_)
        | FileContent::Stubs
        | FileContent::Generated(_) => None,
    }
}
