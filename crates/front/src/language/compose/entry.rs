//! One port or one volume below its name, written as Compose writes an item of its list.

use super::{
    super::Owner,
    EnclosingTable, line,
    ports::{ComposePort, number},
    variables::filled,
    volumes::ComposeVolume,
};
use crate::{
    diag::{Code, Diagnostic},
    language::form::Form,
    source::Span,
    syntax::{Key, Node, Table, Value, inline, key_text, places, quoted},
    text::all_of,
};

/// What to say of an entry of `ports` or `volumes` of a component.
pub(super) fn component_entry(
    owner: Owner<'_>,
    key: &Key,
    value: &Node,
    enclosing: EnclosingTable<'_>,
) -> Option<Diagnostic> {
    match owner {
        Owner::Words("a port") => {
            published(key, value).or_else(|| port(key, value, enclosing.place))
        }
        Owner::Words("a volume") => volume(key, value, enclosing),
        _ => None,
    }
}

fn of_compose(what: &str, key: &Key, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::WrongType,
        format!("{what} `{}` is written as Compose has it", key.name),
    )
    .label(span, "Compose's form")
}

/// The entry as it is written here: in its place, or as a line of the component.
fn rewritten(
    diagnostic: Diagnostic,
    (key, value): (&Key, &Node),
    place: Span,
    (new, why): (&str, &str),
) -> Diagnostic {
    let why = match why {
        "" => String::new(),
        why => format!(": {why}"),
    };
    let diagnostic = diagnostic.help(format!("write `{new}`{why}"));
    let is_beside = value.span.source == key.span.source && value.span.start > key.span.end;
    let (path, inner) = new.split_once(" = ").unwrap_or((new, ""));
    match is_beside && path.ends_with(&key_text(&key.name)) {
        true => diagnostic.replacing(value.span, inner),
        false => diagnostic.adding(place, new).removing(places(key, value)),
    }
}

/// A port in the long form: `{ target = 80, published = 8080 }`.
fn port(key: &Key, value: &Node, place: Span) -> Option<Diagnostic> {
    const NAMES: [(&str, &str); 6] = [
        ("target", "container"),
        ("published", "host"),
        ("host_ip", "bind"),
        ("app_protocol", "scheme"),
        ("mode", ""),
        ("name", ""),
    ];
    let table = value.as_table()?;
    let here = |name: &str| NAMES.iter().find(|(theirs, _)| *theirs == name);
    if !table.keys().any(|key| here(key).is_some()) {
        return None;
    }
    let mut entries = Vec::new();
    for (inner, value) in table.iter() {
        let text = value
            .as_str()
            .map(|text| filled(text).unwrap_or_else(|_| text.to_string()));
        let entry = match (here(&inner.name).map(|(_, name)| *name), text) {
            (Some(""), _) => continue,
            // Both are what a port is without.
            (Some("scheme"), Some(text)) if text == "http" => continue,
            (Some(name @ ("container" | "host")), Some(text)) => line(name, number(&text)),
            (Some(name), _) => line(name, inline(value)),
            (None, _) => line(&key_text(&inner.name), inline(value)),
        };
        entries.push(entry);
    }
    let long = ComposePort::of_long(table).filter(|port| port.why().is_some());
    let (entries, why) = match long {
        Some(port) => (port.entries(), port.why().unwrap_or_default()),
        None => (entries, String::new()),
    };
    let new = format!("ports.{} = {{ {} }}", key.name, entries.join(", "));
    let diagnostic = of_compose("port", key, value.span);
    Some(rewritten(diagnostic, (key, value), place, (&new, &why)))
}

/// A port that is written as `8080:80`: itself, or its `host`.
fn published(key: &Key, value: &Node) -> Option<Diagnostic> {
    let table = value.as_table();
    let node = match table {
        Some(table) => table.get("host")?,
        None => value,
    };
    let port = ComposePort::of_pair(node.as_str()?)?;
    let diagnostic = of_compose("port", key, node.span);
    let why = port.why().map(|why| format!(": {why}")).unwrap_or_default();
    let entries = port.entries();
    let Some(table) = table else {
        let inner = format!("{{ {} }}", entries.join(", "));
        let help = format!("write `ports.{} = {inner}`{why}", key.name);
        return Some(diagnostic.help(help).replacing(node.span, inner));
    };
    let is_new = |entry: &&String| {
        let key = entry.split(' ').next().unwrap_or_default();
        key != "host" && table.get(key).is_none()
    };
    let more: Vec<&String> = entries.iter().filter(is_new).collect();
    let host = entries.iter().find(|entry| entry.starts_with("host"))?;
    let help = format!("write {}{why}", all_of(&entries));
    let diagnostic = diagnostic.help(help);
    let number = host.trim_start_matches("host = ");
    let diagnostic = diagnostic.replacing(node.span, number);
    Some(more.into_iter().fold(diagnostic, |diagnostic, entry| {
        diagnostic.adding(key.span, entry.as_str())
    }))
}

/// A volume as `./data:/data:ro`, as a path alone, or in the long form.
fn volume(key: &Key, value: &Node, enclosing: EnclosingTable<'_>) -> Option<Diagnostic> {
    if value.as_table().is_some_and(|table| !is_long_volume(table)) {
        return None;
    }
    if let Some(size) = value.as_str().filter(|text| Form::Memory.accepts(text)) {
        return Some(size_alone(key, value, size));
    }
    // A folder of the host in the place of the name: `"./data" = "/data"`.
    let is_path = key.name.contains('/');
    let pair = value.as_str().filter(|_| is_path).map(|target| Node {
        span: value.span,
        value: Value::String(format!("{}:{target}", key.name)),
    });
    let read = ComposeVolume::read(pair.as_ref().unwrap_or(value), enclosing)?;
    let mut line = match is_path {
        true => read.line(&mut Vec::new()),
        false => read.named_line(&key.name),
    };
    let ours = ["size", "shared", "data", "name", "external", "read_only"];
    let kept = value.as_table().into_iter().flat_map(Table::iter);
    let kept: Vec<String> = kept
        .filter(|(inner, _)| ours.contains(&inner.name.as_str()) && !line.contains(&inner.name))
        .map(|(inner, value)| format!("{} = {}", inner.name, inline(value)))
        .collect();
    if let (false, Some(open)) = (kept.is_empty(), line.strip_suffix(" }")) {
        line = format!("{open}, {} }}", kept.join(", "));
    }
    let diagnostic = of_compose("volume", key, value.span);
    let why = read.why().join("; ");
    Some(rewritten(
        diagnostic,
        (key, value),
        enclosing.place,
        (&line, &why),
    ))
}

/// How large a volume is, in the place of its table.
fn size_alone(key: &Key, value: &Node, size: &str) -> Diagnostic {
    let table = format!("{{ size = {} }}", quoted(size));
    let name = key_text(&key.name);
    Diagnostic::new(
        Code::WrongType,
        format!("a volume `{}` is a table", key.name),
    )
    .label(value.span, "its size alone")
    .help(format!(
        "write `volumes.{name} = {table}` of a volume of the kind; one of your own has its `mount` in it, too"
    ))
    .replacing(value.span, table)
}

/// Whether a table has keys of a volume's long form that one here has not.
fn is_long_volume(table: &Table) -> bool {
    ["target", "type"]
        .iter()
        .any(|key| table.get(key).is_some())
}
