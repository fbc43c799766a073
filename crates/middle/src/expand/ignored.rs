//! What a component says that its program does not hear: another place for its data, a prefix that it can't serve under.

use super::draft::Declared;
use crate::{
    catalog::Kind,
    diag::{Code, Diagnostic, Sink},
    syntax::{Node, Table, Value, quoted},
    template,
};

/// `kind` are the kind's tables with its conditions decided.
pub(super) fn check(declared: &Declared, kind: &Table, sink: &mut Sink) {
    if declared.external.is_some() {
        return;
    }
    for diagnostic in moved_mounts(declared, kind).chain(prefixes(declared)) {
        sink.push(diagnostic.about(&declared.name));
    }
}

/// Volumes of the kind that the user mounts elsewhere, while the program still writes where the kind mounted them.
fn moved_mounts(declared: &Declared, kind: &Table) -> impl Iterator<Item = Diagnostic> {
    let volumes = declared.user.table("volumes").into_iter();
    volumes.flat_map(Table::iter).filter_map(|(key, volume)| {
        let mount = volume.as_table()?.get("mount")?;
        let path = mount.as_str()?;
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
    [
        "env",
        "args",
        "command",
        "entrypoint",
        "files",
        "settings",
        "working_dir",
    ]
    .into_iter()
    .filter_map(|key| declared.user.get(key))
    .any(|node| any_string(node, &|string| string.contains(text)))
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

/// Prefixes of ports whose program the kind can't tell of one. Of an image, a command or a configuration of the user's own
/// nobody here knows.
fn prefixes(declared: &Declared) -> impl Iterator<Item = Diagnostic> {
    let user = &declared.user;
    let is_own = ["image", "build", "command", "entrypoint"]
        .into_iter()
        .any(|key| user.get(key).is_some())
        || declared.setting("config").is_some();
    let known = !is_own && declared.kind.image.is_some();
    let ports = user.table("ports").filter(|_| known).into_iter();
    ports.flat_map(Table::iter).filter_map(|(port, node)| {
        let path = node.as_table()?.get("path")?;
        let prefix = path.as_str()?.trim_end_matches('/');
        if prefix.is_empty() || follows(&declared.kind, &port.name) || is_heard(declared, prefix) {
            return None;
        }
        let title = &declared.kind.title;
        Some(
            Diagnostic::new(
                Code::NoPrefix,
                format!("{title} does not serve `{}` under `{prefix}`", declared.name),
            )
            .label(path.span, "a prefix that it is not told")
            .help("give it a host of its own: a route with `paths = { \"/\" = ... }`, or a port without `path`; or have the entry point take the path away: `paths = { \"/x\" = { to = \"NAME\", strip = true } }`"),
        )
    })
}

/// Whether the kind, or a file that it makes, reads the prefix of a port. A kind of the user's own is believed.
fn follows(kind: &Kind, port: &str) -> bool {
    let reads = |text: &str| text.contains(&format!("self.{port}.path"));
    let conditions = format!("ports.{port}.path");
    let holds = |text: &str| {
        text.contains(&conditions)
            || reads(text)
            || text.starts_with("kinds/") && template::embedded(text).is_none_or(reads)
    };
    let is_of_user = template::embedded(&format!("kinds/{}.toml", kind.name)).is_none();
    is_of_user || kind.table.iter().any(|(_, node)| any_string(node, &holds))
}
