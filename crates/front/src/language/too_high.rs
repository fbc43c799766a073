//! Keys that stand one level too high: those of a port on its component, and raw tables of a component at the top of the file.

use super::{
    component::{COMPONENT, component_key},
    context::Owner,
    key::KeyShape,
    misplaced::{entry_keys, inner_keys, is_same},
};
use crate::{
    diag::{Code, Diagnostic},
    syntax::{Entry, Table, Value, inline, places},
};

/// The port that is meant where a component writes none.
const USUAL_PORT: &str = "http";

/// A key of a port on the component: `path = "/mlflow"`, `bind = "0.0.0.0"`.
pub(super) fn of_a_port(
    entry: &Entry,
    table: &Table,
    keys: &[KeyShape],
    owner: Owner<'_>,
) -> Option<Diagnostic> {
    let Entry { key, value } = entry;
    let name = key.name.as_str();
    let is_of_component = is_same(keys, COMPONENT) && component_key(name).is_none();
    let ports = component_key("ports").filter(|_| is_of_component)?;
    let mut of_port = entry_keys(&ports.shape).iter();
    of_port.find(|it| it.name == name && it.shape.takes(&value.value))?;
    // What Compose or a database calls `host` is something else.
    if matches!(name, "host" | "container") && !matches!(value.value, Value::Integer(_)) {
        return None;
    }
    let written = table.table("ports");
    let port = written.and_then(|ports| ports.keys().next());
    let port = port.unwrap_or(USUAL_PORT);
    let own = format!("ports.{port}.{name}");
    let diagnostic = Diagnostic::new(Code::UnknownKey, format!("{owner} has no key `{name}`"))
        .label(key.span, "a key of a port");
    Some(match written.and_then(|ports| ports.get(port)) {
        None if written.is_none() => diagnostic
            .help(format!("write `{own}` for it"))
            .renaming(name, own),
        // The number is `container` already.
        Some(number) if name != "container" && matches!(number.value, Value::Integer(_)) => {
            let whole = format!(
                "{{ container = {}, {name} = {} }}",
                inline(number),
                inline(value)
            );
            diagnostic
                .help(format!("write `ports.{port} = {whole}` for it"))
                .replacing(number.span, whole)
                .removing(places(key, value))
        }
        _ => diagnostic.help(format!(
            "move it to `ports.{port}`, which is written here too"
        )),
    })
}

/// `[compose]` and `[helm]` at the top: raw tables of the whole platform stand below `raw`.
pub(super) fn raw_of_the_platform(
    entry: &Entry,
    table: &Table,
    keys: &[KeyShape],
    owner: Owner<'_>,
) -> Option<Diagnostic> {
    let name = &entry.key.name;
    let raw = keys.iter().find(|it| it.name == "raw")?;
    component_key(name)?;
    inner_keys(&raw.shape).iter().find(|it| it.name == *name)?;
    let own = format!("raw.{name}");
    let diagnostic = Diagnostic::new(Code::UnknownKey, format!("{owner} has no key `{name}`"))
        .label(entry.key.span, "a key of `raw`, and of a component")
        .help(format!(
            "write `[{own}]` for what belongs to the whole platform, and `[components.NAME.{name}]` for what belongs to one component"
        ));
    Some(match table.get("raw") {
        None => diagnostic.renaming_table(entry.key.span, name, &own),
        Some(_) => diagnostic,
    })
}
