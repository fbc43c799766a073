//! A port that a check or metrics name by its number, where its name is asked for.

use super::{key::KeyShape, misplaced::is_component};
use crate::{
    diag::{Code, Diagnostic},
    syntax::{Key, Node, Table, Value, quoted},
};

/// Keys of a component whose tables name one of its ports, and by which keys.
const NAMING: [(&str, &[&str]); 2] = [("health", &["port", "tcp"]), ("metrics", &["port"])];

/// What to say of it, with the port's name if the component has one of that number.
pub(super) fn port_by_number(
    key: &Key,
    value: &Node,
    table: &Table,
    keys: &[KeyShape],
) -> Option<Diagnostic> {
    let (_, naming) = NAMING.iter().find(|(name, _)| *name == key.name)?;
    if !is_component(keys) {
        return None;
    }
    let inner = value.as_table()?;
    let node = naming.iter().find_map(|name| inner.get(name))?;
    let number = integer(node)?;
    let mut ports = table.table("ports").into_iter().flat_map(Table::iter);
    let found = ports.find(|(_, port)| {
        let container = port.as_table().and_then(|it| it.get("container"));
        integer(container.unwrap_or(port)) == Some(number)
    });
    let diagnostic = Diagnostic::new(
        Code::WrongType,
        format!("`{}` names a port, not its number", key.name),
    )
    .label(node.span, "a number");
    Some(match found {
        Some((name, _)) => {
            let text = quoted(&name.name);
            diagnostic
                .help(format!("write `{text}`, the port of that number"))
                .replacing(node.span, text)
        }
        None => diagnostic.help("name it, as in `port = \"http\"`; a port that the kind has not is declared first, as in `ports.http = 8000`"),
    })
}

fn integer(node: &Node) -> Option<i64> {
    match node.value {
        Value::Integer(number) => Some(number),
        _ => None,
    }
}
