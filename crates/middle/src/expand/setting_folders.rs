//! Folders in settings that list files: each file of the folder stands there as if it were listed.
//!
//! A program reads the files of one folder and not those below it, and a file that is checked or rewritten is one that is listed.
//! After this no later stage meets a folder there, but one that can't be read, which is reported where it is read.

use super::draft::Declared;
use crate::{
    catalog::SettingType,
    files::GENERATED,
    syntax::{Node, Value},
    value::{climbs_out, plain_path, why_not_read},
    world::{ReadError, World},
};

pub(super) fn list(components: &mut [Declared], world: &dyn World) {
    for declared in components {
        let kind = declared.kind.clone();
        let lists = kind.settings.iter();
        for spec in lists.filter(|spec| spec.kind == SettingType::Files) {
            let settings = declared.user.table_mut("settings");
            let node = settings.and_then(|settings| settings.get_mut(&spec.name));
            if let Some(Value::Array(items)) = node.map(|node| &mut node.value) {
                *items = items
                    .drain(..)
                    .flat_map(|item| files_of(item, world))
                    .collect();
            }
        }
    }
}

/// The files of a folder, in the place of its name; anything else as it is.
fn files_of(item: Node, world: &dyn World) -> Vec<Node> {
    let Some(files) = item.as_str().and_then(|path| folder(path, world)) else {
        return vec![item];
    };
    let node = |path| Node {
        span: item.span,
        value: Value::String(path),
    };
    files.into_iter().map(node).collect()
}

/// The paths of the files of a folder; `None` where there is none that may be read, which is reported where the files are read. Hidden
/// ones, such as `.gitkeep`, are for other programs.
fn folder(written: &str, world: &dyn World) -> Option<Vec<String>> {
    let path = plain_path(written);
    let is_outside = written.starts_with('/') || climbs_out(written, 0);
    if path.is_empty() || is_outside || why_not_read(&path, GENERATED).is_some() {
        return None;
    }
    let listing = world.list(&path);
    if !listing.unread.is_empty() {
        return None;
    }
    if listing.files.is_empty() && world.read(&path) != Err(ReadError::Directory) {
        return None;
    }
    let is_hidden = |file: &str| {
        let below = file.strip_prefix(&path).unwrap_or(file).split('/');
        below.into_iter().any(|name| name.starts_with('.'))
    };
    let files = listing.files.into_iter();
    Some(files.filter(|file| !is_hidden(file)).collect())
}
