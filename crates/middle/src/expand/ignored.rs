//! What a component says that its program does not hear: another place for its data, a prefix that it can't serve under.

use super::draft::{Declared, Names};
use crate::{
    catalog::Kind,
    diag::{Code, Diagnostic, Sink},
    language::{COMPONENT, Reader, component_key},
    syntax::{Node, Table, Value, quoted},
    template,
};

/// `kind` are the kind's tables with its conditions decided, `holds` says whether a condition of it holds.
pub(super) fn check(
    declared: &Declared,
    kind: &Table,
    names: &Names,
    holds: &dyn Fn(&Node) -> bool,
    sink: &mut Sink,
) {
    if declared.external.is_some() {
        return;
    }
    for diagnostic in moved_mounts(declared, kind, names).chain(prefixes(declared, kind, holds)) {
        sink.push(diagnostic.about(&declared.name));
    }
}

/// Volumes of the kind that the user mounts elsewhere, while the program still writes where the kind mounted them.
fn moved_mounts(
    declared: &Declared,
    kind: &Table,
    names: &Names,
) -> impl Iterator<Item = Diagnostic> {
    let volumes = declared.user.entries_of("volumes");
    volumes.filter_map(|(key, volume)| {
        let volume = volume.as_table()?;
        let mount = volume.get("mount")?;
        let path = mount.as_str()?;
        // A chart names a folder below the mount to a program that makes its folder itself, in a claim that the chart makes.
        let of_kind = ["workload", "volumes", &key.name, "makes_folder"];
        let makes_folder = kind.get_path(&of_kind).and_then(Node::as_bool) == Some(true);
        let is_made = volume.get("external").is_none() && volume.get("shared").is_none();
        if names.in_charts_alone && makes_folder && is_made {
            return None;
        }
        let usual = kind.get_path(&["workload", "volumes", &key.name, "mount"])?;
        let usual = usual.as_str()?;
        let holds_it = format!("{usual}/").starts_with(&format!("{}/", path.trim_end_matches('/')));
        if holds_it || is_heard(declared, path) {
            return None;
        }
        let title = &declared.kind.title;
        Some(
            Diagnostic::new(
                Code::NoPersistence,
                format!(
                    "the volume `{}` of `{}` stays empty: {title} writes to `{usual}`",
                    key.name, declared.name
                ),
            )
            .label(mount.span, "mounted where nothing is written")
            .help(format!(
                "write `mount = {}`; if the program is to write to `{path}`, tell it so in `env`, `args` or `files`",
                quoted(usual)
            ))
            .replacing(mount.span, quoted(usual)),
        )
    })
}

/// Whether something that the program reads holds this text.
fn is_heard(declared: &Declared, text: &str) -> bool {
    let told = COMPONENT.iter().filter(|key| key.reader == Reader::Program);
    let mut values = told.filter_map(|key| declared.user.get(key.name));
    values.any(|node| any_string(node, &|string| string.contains(text)))
}

fn any_string(node: &Node, holds: &dyn Fn(&str) -> bool) -> bool {
    match &node.value {
        Value::String(text) => holds(text),
        Value::Array(items) => items.iter().any(|item| any_string(item, holds)),
        Value::Table(table) => table
            .iter()
            .any(|(key, node)| holds(&key.name) || any_string(node, holds)),
        _ => false,
    }
}

/// Prefixes of ports whose program the kind can't tell of one. Of a command or a configuration of the user's own nobody here
/// knows; of an image of the user's own neither, but where the kind tells versions apart by whether they serve under a prefix.
fn prefixes(
    declared: &Declared,
    kind: &Table,
    holds: &dyn Fn(&Node) -> bool,
) -> impl Iterator<Item = Diagnostic> {
    let user = &declared.user;
    let has = |keys: &[&str]| keys.iter().any(|key| user.get(key).is_some());
    let is_own = has(&["command", "entrypoint"]) || declared.setting("config").is_some();
    let is_own_image = has(&["image", "build"]);
    let known = !is_own && declared.kind.image.is_some();
    let ports = user.table("ports").filter(|_| known).into_iter();
    ports.flat_map(Table::iter).filter_map(move |(port, node)| {
        let path = node.as_table()?.get("path")?;
        let prefix = path.as_str()?.trim_end_matches('/');
        if prefix.is_empty()
            || is_told(kind, &port.name)
            || is_own_image && cases(&declared.kind, &port.name).next().is_none()
            || adapts(&declared.kind, &port.name, holds)
            || is_heard(declared, prefix)
        {
            return None;
        }
        let title = &declared.kind.title;
        Some(
            Diagnostic::new(
                Code::NoPrefix,
                format!("{title} does not serve `{}` under `{prefix}`", declared.name),
            )
            .label(path.span, "nothing tells the program this prefix")
            .help("give it a host of its own: a route with `paths = { \"/\" = ... }`, or a port without `path`; or have the entry point take the path away: `paths = { \"/x\" = { to = \"NAME\", strip = true } }`"),
        )
    })
}

/// Whether a key of a workload is about those who look at the program, and tells it nothing.
fn is_of_observers(key: &str) -> bool {
    component_key(key).is_some_and(|key| key.reader.observes())
}

/// Whether the workload, or a file that the kind makes for it, reads the prefix of a port. A check of its health and a scrape
/// read it, too, and tell the program nothing.
fn is_told(decided: &Table, port: &str) -> bool {
    let reads = |text: &str| text.contains(&format!("self.{port}.path"));
    let told = |text: &str| {
        reads(text) || text.starts_with("kinds/") && template::embedded(text).is_none_or(reads)
    };
    let mut keys = decided.entries_of("workload");
    keys.any(|(key, node)| !is_of_observers(&key.name) && any_string(node, &told))
}

/// Whether the kind has a case for a prefix of this port that holds. A kind of the user's own is believed.
fn adapts(kind: &Kind, port: &str, holds: &dyn Fn(&Node) -> bool) -> bool {
    template::embedded(&format!("kinds/{}.toml", kind.name)).is_none()
        || cases(kind, port).any(holds)
}

/// The conditions of the kind's cases for a prefix of this port. One that has a check of its health alone tells the program nothing.
fn cases<'a>(kind: &'a Kind, port: &str) -> impl Iterator<Item = &'a Node> {
    let prefix = format!("ports.{port}.path");
    let tells = |case: &&Table| {
        let mut keys = case.entries_of("workload").map(|(key, _)| key);
        case.get("workload").is_none() || keys.any(|key| !is_of_observers(&key.name))
    };
    let conditions = kind.cases().filter(tells).filter_map(|case| case.get("if"));
    conditions.filter(move |condition| {
        condition
            .as_str()
            .is_some_and(|text| text.contains(&prefix))
    })
}
