//! Texts as values of the chart: a string, or a list of parts that the chart's templates put together.

use serde_json::{Value, json};

use crate::model::{HostPort, Piece, Platform, Port, Text, Workload};

/// A text as a value. Parts are strings, `{secret}`, `{var}`, `{namespace}`, `{publicUrl}` and `{publicHost}`.
pub fn value(platform: &Platform, text: &Text) -> Value {
    let parts: Vec<Value> = text.pieces.iter().map(|piece| part(platform, piece)).fold(
        Vec::new(),
        |mut parts, part| {
            match (parts.last_mut(), &part) {
                (Some(Value::String(last)), Value::String(next)) => last.push_str(next),
                _ => parts.push(part),
            }
            parts
        },
    );
    match parts.as_slice() {
        [] => json!(""),
        [Value::String(only)] => json!(only),
        _ => Value::Array(parts),
    }
}

fn part(platform: &Platform, piece: &Piece) -> Value {
    match piece {
        Piece::Literal(text) => json!(text),
        Piece::Endpoint(endpoint) => json!(endpoint.value()),
        Piece::Secret(name) => json!({ "secret": name }),
        Piece::Variable(name) => json!({ "var": name }),
        Piece::Network(_) => json!({ "namespace": true }),
        Piece::PublicUrl { component, port } => match owner(platform, component, port) {
            Some((workload, port)) => json!({ "publicUrl": address(workload, port) }),
            None => json!(external(platform, component, port).unwrap_or_default()),
        },
        Piece::PublicHost { component, port } => match owner(platform, component, port) {
            Some((workload, port)) => json!({ "publicHost": address(workload, port) }),
            None => json!(external_host(platform, component, port).unwrap_or_default()),
        },
    }
}

fn address(workload: &Workload, port: &Port) -> Value {
    json!({
        "workload": workload.name,
        "port": port.name,
        "number": local_port(port),
        "scheme": port.scheme.name(),
        "path": port.path,
    })
}

/// Where a forwarded port listens on the user's machine: as in Compose, so that two of them do not meet.
pub fn local_port(port: &Port) -> u16 {
    match port.host {
        Some(HostPort::Fixed(range)) => range.first,
        Some(HostPort::Auto) | None => port.container.first,
    }
}

/// A port of a component by name, and the workload that listens on it.
fn owner<'a>(
    platform: &'a Platform,
    component: &str,
    port: &str,
) -> Option<(&'a Workload, &'a Port)> {
    platform
        .component(component)?
        .workloads
        .iter()
        .find_map(|workload| Some((workload, workload.port(port)?)))
}

/// The URL of what runs elsewhere: it is the same for everybody.
fn external(platform: &Platform, component: &str, port: &str) -> Option<String> {
    let component = platform.component(component)?;
    let (_, host, number) = address_of(platform, &component.name, port)?;
    let declared = component.port(port)?;
    Some(format!(
        "{}://{host}:{number}{}",
        declared.scheme, declared.path
    ))
}

fn external_host(platform: &Platform, component: &str, port: &str) -> Option<String> {
    address_of(platform, component, port).map(|(_, host, _)| host.clone())
}

fn address_of<'a>(
    platform: &'a Platform,
    component: &str,
    port: &str,
) -> Option<&'a (String, String, u16)> {
    platform
        .component(component)?
        .external
        .as_ref()?
        .addresses
        .iter()
        .find(|(name, _, _)| name == port)
}

/// A text where the chart can't put parts together: variables have their defaults.
pub fn with_defaults(platform: &Platform, text: &Text) -> String {
    text.render(|piece| match part(platform, piece) {
        Value::String(text) => text,
        _ => match piece {
            Piece::Variable(name) => platform
                .variable(name)
                .map(|variable| variable.default.clone())
                .unwrap_or_default(),
            Piece::Network(_) => platform.name.clone(),
            Piece::PublicUrl { component, port } => owner(platform, component, port)
                .map(|(_, port)| {
                    format!(
                        "{}://localhost:{}{}",
                        port.scheme,
                        local_port(port),
                        port.path
                    )
                })
                .unwrap_or_default(),
            Piece::PublicHost { .. } => "localhost".to_string(),
            Piece::Literal(_) | Piece::Secret(_) | Piece::Endpoint(_) => String::new(),
        },
    })
}
