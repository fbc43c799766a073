//! What several kinds say in the same words: files of `templates/kinds/shared/`, each a part of a kind file.
//!
//! In: the tree of a kind file. Out: the same with what it shares, as if that stood at its end.

use super::Catalog;
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    source::Sources,
    syntax::{self, Node, Table, Value},
    template,
    text::one_of,
    value::PanelKind,
};

/// The folder of these files, below `templates/`.
const FOLDER: &str = "kinds/shared";

/// Has one panel: what a panel `type = "up"` shows that has no `queries`.
const UP_PANEL: &str = "up-panel";

/// Adds the files that the kind names in `shares`, and what a panel says by its type alone.
pub(super) fn add_shared(
    catalog: &mut Catalog,
    table: &mut Table,
    sources: &mut Sources,
    sink: &mut Sink,
) {
    let shares = table.remove("shares");
    let names = shares.as_ref().and_then(Node::as_array);
    for node in names.unwrap_or_default() {
        let name = node.as_str().unwrap_or_default();
        match shared_file(catalog, name, sources) {
            Some(file) => {
                lead_conditions(&file, table);
                complete(table, &file);
            }
            None => sink.push(unknown(name, node)),
        }
    }
    let cases = table.get_mut("when").map(|node| &mut node.value);
    let mut layers = Vec::new();
    if let Some(Value::Array(cases)) = cases {
        layers.extend(cases.iter_mut().filter_map(Node::as_table_mut));
    }
    for case in layers {
        complete_panels(catalog, case, sources);
    }
    complete_panels(catalog, table, sources);
}

/// The tree of one of these files, which is read once.
fn shared_file(catalog: &mut Catalog, name: &str, sources: &mut Sources) -> Option<Table> {
    if let Some(known) = catalog.shared.get(name) {
        return Some(known.clone());
    }
    let path = format!("{FOLDER}/{name}.toml");
    let text = template::embedded(&path)?;
    let source = sources.add(format!("templates/{path}"), text);
    catalog.sources.insert(source);
    let table = syntax::parse(sources, source, &mut Sink::default());
    catalog.shared.insert(name.to_string(), table.clone());
    Some(table)
}

fn unknown(name: &str, node: &Node) -> Diagnostic {
    let paths = template::embedded_below(FOLDER);
    let names: Vec<&str> = paths
        .iter()
        .filter_map(|path| {
            path.strip_prefix(FOLDER)?
                .strip_prefix('/')?
                .strip_suffix(".toml")
        })
        .collect();
    Diagnostic::new(Code::UnknownName, format!("kinds share no `{name}`"))
        .label(node.span, "no such file")
        .misspelled(name, nearest(name, names.iter().copied()), || {
            format!("they share {}", one_of(&names))
        })
}

/// Lets the conditions of a kind follow those of a file that lies under it. A list in the place of the other's would take away
/// what they hold, such as the password of a server. `when = false` takes them away on purpose.
pub(super) fn lead_conditions(lower: &Table, table: &mut Table) {
    let Some(lower) = lower.array("when") else {
        return;
    };
    let Some(Value::Array(own)) = table.get_mut("when").map(|node| &mut node.value) else {
        return;
    };
    let all: Vec<Node> = lower.iter().chain(own.iter()).cloned().collect();
    *own = all.into();
}

/// Adds what the other table says and this one does not.
fn complete(table: &mut Table, with: &Table) {
    for entry in &with.entries {
        match table.get_mut(&entry.key.name).map(|node| &mut node.value) {
            None => table.push(entry.clone()),
            Some(Value::Table(own)) => {
                if let Some(with) = entry.value.as_table() {
                    complete(own, with);
                }
            }
            Some(_) => {}
        }
    }
}

/// Panels that only say that they show whether the component answers.
fn complete_panels(catalog: &mut Catalog, table: &mut Table, sources: &mut Sources) {
    let panels = table.get_mut("panels").map(|node| &mut node.value);
    let Some(Value::Array(panels)) = panels else {
        return;
    };
    let is_up = |panel: &Table| panel.string("type") == Some(PanelKind::Up.name());
    for panel in panels.iter_mut().filter_map(Node::as_table_mut) {
        if is_up(panel) && panel.get("queries").is_none() {
            let file = shared_file(catalog, UP_PANEL, sources);
            let shown = file
                .as_ref()
                .and_then(|file| file.array("panels")?.first()?.as_table());
            shown.into_iter().for_each(|shown| complete(panel, shown));
        }
    }
}
