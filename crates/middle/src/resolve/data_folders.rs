//! Where the program of a kind keeps its data, as the kind tells.

use super::{
    Scene,
    reference::{Scope, text},
};
use crate::{
    diag::Sink,
    expand::{ComponentDraft, read},
    model::{DataFolder, KeptIf},
    syntax::{Node, Table},
};

pub(super) fn of_kind(scene: &Scene<'_>, index: usize, sink: &mut Sink) -> Vec<DataFolder> {
    let folders = scene.components[index].kind_table.array("data_folders");
    let folders = folders.unwrap_or_default().iter();
    let scope = Scope::component(index, None);
    folders
        .filter_map(Node::as_table)
        .map(|folder| DataFolder {
            default: folder
                .get("default")
                .and_then(|node| text(scene, node, &scope, sink).as_plain()),
            env: read::strings(folder, "env"),
            options: read::strings(folder, "options"),
            config: read::strings(folder, "config"),
            config_files: read::strings(folder, "config_files"),
            config_folders: read::strings(folder, "config_folders"),
            config_texts: read::strings(folder, "config_texts"),
            keys: read::strings(folder, "keys"),
            files_first: folder.boolean("files_first").unwrap_or(false),
            relative_to: read::owned(folder, "relative_to"),
            kept_if: folder.table("kept_if").map(kept_if),
            adopted: read::owned(folder, "adopted"),
        })
        .collect()
}

/// Where the volumes of a kind lie: at its own paths, and where the user moved them to.
pub(super) fn of_volumes(draft: &ComponentDraft) -> Vec<String> {
    let of_kind = draft.kind_table.get_path(&["workload", "volumes"]);
    let of_kind = of_kind.and_then(Node::as_table);
    let mut paths = Vec::new();
    for (key, volume) in of_kind.into_iter().flat_map(Table::iter) {
        let own = draft.workload(None).map(|main| &main.table);
        let own = own.and_then(|table| table.get_path(&["volumes", &key.name]));
        let both = [Some(volume), own].into_iter().flatten();
        let at = both.filter_map(|volume| read::owned(volume.as_table()?, "mount"));
        paths.extend(at);
    }
    paths
}

fn kept_if(table: &Table) -> KeptIf {
    let value = read::owned(table, "value").unwrap_or_default();
    KeptIf {
        env: read::strings(table, "env"),
        options: read::strings(table, "options"),
        keys: read::strings(table, "keys"),
        otherwise: read::owned(table, "otherwise").unwrap_or_else(|| value.clone()),
        value,
    }
}
