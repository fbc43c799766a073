//! Data sources that the user's own files bring to Grafana, beside those of the platform.

use crate::{
    expand::read,
    syntax::{Node, Table},
    value::{
        plain_path,
        yaml::{self, BY_HAND},
    },
    world::World,
};

/// The folder that Grafana reads them from, as files of a component lie in it.
const FOLDER: &str = "/provisioning/datasources/";

/// A data source of a file.
pub(super) struct Provisioned {
    pub uid: Option<String>,
    pub name: String,
    /// What Grafana calls its type.
    pub plugin: String,
}

/// The data sources that the files of a workload bring. What can't be read brings none.
pub(super) fn data_sources(workload: &Table, world: &dyn World) -> Vec<Provisioned> {
    let files = read::tables(workload, "files");
    let files = files.filter(|(path, _)| path.name.contains(FOLDER));
    let texts = files.filter_map(|(_, table)| text_of(table, world));
    texts.flat_map(|text| in_file(&text)).collect()
}

fn text_of(table: &Table, world: &dyn World) -> Option<String> {
    if let Some(content) = table.string("content") {
        return Some(content.to_string());
    }
    let path = ["source", "template"]
        .into_iter()
        .find_map(|key| table.get(key));
    let bytes = world.read(&plain_path(path.and_then(Node::as_str)?)).ok()?;
    String::from_utf8(bytes).ok()
}

fn in_file(text: &str) -> Vec<Provisioned> {
    let document = yaml::read(text, BY_HAND).ok().flatten();
    let list = document
        .as_ref()
        .and_then(|it| it.get("datasources")?.list());
    let items = list.unwrap_or_default().iter();
    items
        .filter_map(|item| {
            let text = |key: &str| Some(item.get(key)?.text()?.to_string());
            Some(Provisioned {
                uid: text("uid"),
                name: text("name")?,
                plugin: text("type")?,
            })
        })
        .collect()
}
