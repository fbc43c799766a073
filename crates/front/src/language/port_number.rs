//! A port that a check or metrics name by its number, where its name is asked for.

use super::{key::KeyShape, misplaced::is_component};
use crate::{
    diag::{Code, Diagnostic},
    syntax::{Key, Node, Table, Value, quoted},
};

/// Keys of a component whose tables name one of its ports, and by which keys.
const NAMING: [(&str, &[&str]); 2] = [("health", &["port", "tcp"]), ("metrics", &["port"])];

/// What to say of it, with the port's name if the component has one of that number.
pub(super) fn port_by_number<'a>(
    key: &Key,
    value: &'a Node,
    table: &'a Table,
    keys: &[KeyShape],
) -> Option<Diagnostic> {
    let (_, naming) = NAMING.iter().find(|(name, _)| *name == key.name)?;
    if !is_component(keys) {
        return None;
    }
    // `metrics = 8000`.
    let alone = (key.name == "metrics").then_some(value);
    let in_table = |node: &'a Node| {
        let inner = node.as_table()?;
        let mut named = naming.iter().filter_map(|name| inner.get(name));
        named.find(|node| integer(node).is_some())
    };
    let node = match &value.value {
        Value::Array(entries) => entries.iter().find_map(in_table)?,
        Value::Table(_) => in_table(value)?,
        _ => alone?,
    };
    let number = integer(node)?;
    let ports = table.entries_of("ports");
    let ports: Vec<(&Key, &Node)> = ports.collect();
    let is_of_number = |(_, port): &&(&Key, &Node)| {
        let container = port.as_table().and_then(|it| it.get("container"));
        integer(container.unwrap_or(port)) == Some(number)
    };
    let found = ports.iter().find(is_of_number);
    let only = ports.first().filter(|_| ports.len() == 1);
    let written = |name: &str| match &value.value {
        Value::Table(_) | Value::Array(_) => quoted(name),
        _ => format!("{{ port = {} }}", quoted(name)),
    };
    let diagnostic = Diagnostic::new(
        Code::WrongType,
        format!("`{}` names a port, not its number", key.name),
    )
    .label(node.span, "a number");
    Some(match (found, only) {
        (Some((name, _)), _) => {
            let text = written(&name.name);
            diagnostic
                .help(format!("write `{text}`, the port of that number"))
                .replacing(node.span, text)
        }
        (None, Some((name, _))) => {
            let text = written(&name.name);
            diagnostic
                .help(format!("write `{text}`, the only port that is declared here; if {number} is another one, declare it, too"))
                .replacing(node.span, text)
        }
        (None, None) => diagnostic.help(format!("name it, as in `port = \"http\"`; a port that the kind has not is declared first, as in `ports.http = {number}`")),
    })
}

fn integer(node: &Node) -> Option<i64> {
    match node.value {
        Value::Integer(number) => Some(number),
        _ => None,
    }
}
