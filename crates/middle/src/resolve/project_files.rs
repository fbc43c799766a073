//! Files and folders of the project that are read when compiling, to be mounted.

use std::collections::BTreeMap;

use crate::{
    diag::{Code, Diagnostic, Sink, Subject},
    files::GENERATED,
    model::{FileContent, Mount, MountedText},
    source::Span,
    syntax::Node,
    value::{TreePath, climbs_out, is_configuration, one_spelling, plain_path, why_not_read},
    world::{ReadError, World},
};

/// The largest file that is mounted, in bytes: what fits a ConfigMap with room for its other keys.
const LARGEST: usize = 900 * 1024;

/// What is said of a source in a typed key that lies outside.
pub(crate) const OUTSIDE_SOURCE: &str = "a source outside of the project's folder";

/// The texts of configuration files of the project that a volume mounts. A folder that its program writes to holds data. What
/// can't be read is no mistake: the engine makes a folder there.
pub(super) fn mounted_texts(world: &dyn World, mount: &Mount, written: &str) -> Vec<MountedText> {
    let path = plain_path(written);
    let whole = path.is_empty() || leaves_project(written);
    if whole || why_not_read(&path, GENERATED).is_some() {
        return Vec::new();
    }
    let text = |file: &str| {
        let is_read = is_configuration(file) && why_not_read(file, GENERATED).is_none();
        let bytes = is_read.then(|| world.read(file).ok())??;
        String::from_utf8(bytes).ok()
    };
    let alone = text(&path);
    let listed = match alone {
        None if mount.read_only => world.list(&path).files,
        _ => Vec::new(),
    };
    let in_folder = listed.iter().filter_map(|file| {
        Some(MountedText {
            path: path.clone(),
            below: Some(file.strip_prefix(&path)?.strip_prefix('/')?.to_string()),
            text: text(file)?,
        })
    });
    let mut out: Vec<MountedText> = in_folder.collect();
    out.extend(alone.map(|text| MountedText {
        path: path.clone(),
        below: None,
        text,
    }));
    out
}

/// A file or a folder of the project.
pub(super) fn project(world: &dyn World, node: &Node, sink: &mut Sink) -> Option<FileContent> {
    let written = node.as_str()?;
    if leaves_project(written) {
        sink.push(
            Diagnostic::new(
                Code::OutsideProject,
                format!("`{written}` is outside of the project"),
            )
            .label(node.span, "not in the project's folder")
            .help(
                "files are read when compiling, so they must be part of the project: copy it there",
            ),
        );
        return None;
    }
    read_project(world, node, sink)
}

/// A file of the project where a program reads one file, and does not start with a folder in its place.
pub(super) fn single(
    world: &dyn World,
    node: &Node,
    what: &str,
    sink: &mut Sink,
) -> Option<FileContent> {
    let content = project(world, node, sink)?;
    let FileContent::Folder { path, files } = &content else {
        return Some(content);
    };
    let example = files
        .first()
        .map(|(name, _)| format!(", such as `{path}/{name}`"));
    sink.push(
        Diagnostic::new(Code::BadValue, format!("{what}: `{path}` is a folder"))
            .label(node.span, "not a file")
            .help(format!("name a file{}", example.unwrap_or_default())),
    );
    None
}

/// Whether a path is absolute or climbs above the project's folder.
pub(super) fn leaves_project(path: &str) -> bool {
    path.starts_with('/') || climbs_out(path, 0)
}

/// A path from which the platform would read, or mount, what lies outside of the project: an error where nothing gives it another
/// level.
pub(crate) fn path_leaves_project(
    path: &str,
    subject: Option<Subject>,
    span: Span,
    label: &str,
) -> Diagnostic {
    let message = format!("`{path}` leaves the project");
    Diagnostic::new(Code::OutsideSource, message)
        .denied()
        .of(subject)
        .label(span, label)
        .or_accept("move it into the project")
}

pub(super) fn read_project(world: &dyn World, node: &Node, sink: &mut Sink) -> Option<FileContent> {
    let written = node.as_str()?;
    let path = &plain_path(written);
    if written.is_empty() {
        sink.push(names_nothing(node.span));
        return None;
    }
    if path.split('/').all(|name| ["", ".."].contains(&name)) {
        sink.push(whole_project(written, node.span));
        return None;
    }
    let first = path.split('/').next().unwrap_or_default();
    if first.eq_ignore_ascii_case(GENERATED) {
        sink.push(
            Diagnostic::new(
                Code::OutsideProject,
                format!("`{written}` is in the folder that everything is generated into"),
            )
            .label(node.span, "this folder is generated")
            .help("secrets lie there, and it would grow at each `apply`: name the file that it comes from"),
        );
        return None;
    }
    if let Some(why) = why_not_read(path, GENERATED) {
        sink.push(private(written, why, node.span));
        return None;
    }
    match world.read(path) {
        Ok(bytes) => {
            if bytes.len() > LARGEST {
                sink.push(too_large(written, node.span));
                return None;
            }
            Some(FileContent::Project {
                path: path.clone(),
                bytes,
            })
        }
        Err(ReadError::Directory) => folder(world, path, node.span, sink),
        Err(error) => {
            sink.push(unread(written, node.span, &error));
            None
        }
    }
}

pub(super) fn names_nothing(span: Span) -> Diagnostic {
    Diagnostic::new(Code::BadValue, "this names no file")
        .label(span, "an empty path")
        .help("write the path of a file, from the project's folder on")
}

/// Of a folder in which the project's own lies.
fn whole_project(written: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::OutsideProject,
        format!("`{written}` holds the folder that everything is generated into"),
    )
    .label(span, format!("`{GENERATED}` is in it"))
    .help(
        "secrets lie there, and it would grow at each `apply`: name the file or the folder in it that is meant",
    )
}

pub(super) fn private(path: &str, why: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::OutsideProject, format!("`{path}` {why}"))
        .label(span, "it would be copied into what is generated")
        .help("name a file that everyone may read; `files.\"/path\" = { secret = \"S\" }` mounts a secret")
}

fn unread(path: &str, span: Span, error: &ReadError) -> Diagnostic {
    let (code, label, help) = match error {
        ReadError::Missing => (
            Code::FileMissing,
            "no such file",
            "paths are relative to the project's folder",
        ),
        _ => (
            Code::Unreadable,
            "this source",
            "put a regular file or folder there that you may read",
        ),
    };
    Diagnostic::new(code, format!("`{path}` {error}"))
        .label(span, label)
        .help(help)
}

fn folder(world: &dyn World, path: &str, span: Span, sink: &mut Sink) -> Option<FileContent> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let listing = world.list(path);
    let mut broken = listing.unread;
    let mut size = 0;
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for file in listing.files {
        let name = file.strip_prefix(path)?.trim_start_matches('/').to_string();
        // A name at the top of the user's folder is not at the top of the tree.
        if let Err(why) = TreePath::parse(&format!("files/{name}")) {
            broken.push((file, ReadError::Failed(format!("it {why}"))));
            continue;
        }
        if let Some(why) = why_not_read(&file, GENERATED) {
            sink.push(private(&file, why, span));
            return None;
        }
        let bytes = match world.read(&file) {
            Ok(bytes) => bytes,
            Err(error) => {
                broken.push((file, error));
                continue;
            }
        };
        if let Some(first) = seen.insert(one_spelling(&name), file.clone()) {
            sink.push(twins(&first, &file, span));
            return None;
        }
        size += bytes.len();
        if size > LARGEST {
            sink.push(too_large(path, span));
            return None;
        }
        files.push((name, bytes));
    }
    for (file, error) in &broken {
        sink.push(unread(file, span, error));
    }
    if !broken.is_empty() {
        return None;
    }
    Some(FileContent::Folder {
        path: path.to_string(),
        files,
    })
}

fn twins(first: &str, second: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::OutputClash,
        format!("`{first}` and `{second}` are one file on some systems"),
    )
    .label(span, "this folder has both")
    .help("rename one of the two; letter case and the way in which an accent is written make no difference")
}

fn too_large(path: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::BadValue, format!("`{path}` has more than 900 KB"))
        .label(span, "too large to mount")
        .help("a ConfigMap holds no more: put it on a volume, or into the image")
}
