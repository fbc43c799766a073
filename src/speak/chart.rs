//! Texts as values of the chart: a string, or a list of parts that the chart's templates put together.

use serde_json::{Value, json};

use super::Speak;
use crate::model::{Component, HostPort, Piece, Platform, Port, Secret, Text, Workload};

/// Where the chart's templates put parts together: strings, `{secret}`, `{var}`, `{namespace}`, `{publicUrl}` and
/// `{publicHost}`.
#[derive(Clone, Copy, Debug)]
pub struct Chart<'a>(pub &'a Platform);

impl Speak for Chart<'_> {
    fn platform(&self) -> &Platform {
        self.0
    }

    fn secret(&self, secret: &Secret) -> String {
        ChartDefaults(self.0).secret(secret)
    }

    fn value(&self, text: &Text) -> Value {
        let mut parts: Vec<Value> = Vec::new();
        for piece in &text.pieces {
            let part = part(self.0, piece);
            match (parts.last_mut(), &part) {
                (Some(Value::String(last)), Value::String(next)) => last.push_str(next),
                _ => parts.push(part),
            }
        }
        match parts.as_slice() {
            [] => json!(""),
            [Value::String(only)] => json!(only),
            _ => Value::Array(parts),
        }
    }

    fn piece(&self, piece: &Piece) -> String {
        ChartDefaults(self.0).piece(piece)
    }
}

/// Where the chart can't put parts together: variables have their defaults, public addresses are those of forwarded
/// ports.
#[derive(Clone, Copy, Debug)]
pub struct ChartDefaults<'a>(pub &'a Platform);

impl Speak for ChartDefaults<'_> {
    fn platform(&self) -> &Platform {
        self.0
    }

    fn secret(&self, _: &Secret) -> String {
        String::new()
    }

    /// The namespace that a release of the platform's name suggests.
    fn network(&self, _: &str) -> String {
        self.0.name.clone()
    }

    fn piece(&self, piece: &Piece) -> String {
        match piece {
            Piece::PublicUrl { component, port } => match listener(self.0, component, port) {
                Some((_, port)) => {
                    let (scheme, path) = (&port.scheme, &port.path);
                    format!("{scheme}://localhost:{}{path}", local_port(port))
                }
                None => elsewhere(self.0, piece),
            },
            Piece::PublicHost { component, port } => match listener(self.0, component, port) {
                Some(_) => "localhost".to_string(),
                None => elsewhere(self.0, piece),
            },
            Piece::Network(group) => self.network(group),
            Piece::Secret(_) => String::new(),
            Piece::Literal(_) | Piece::Variable(_) | Piece::Endpoint(_) => {
                self.0.constant(piece).unwrap_or_default()
            }
        }
    }
}

fn part(platform: &Platform, piece: &Piece) -> Value {
    match piece {
        Piece::Literal(_) | Piece::Endpoint(_) => {
            json!(platform.constant(piece).unwrap_or_default())
        }
        Piece::Secret(name) => json!({ "secret": name }),
        Piece::Variable(name) => json!({ "var": name }),
        Piece::Network(_) => json!({ "namespace": true }),
        Piece::PublicUrl { component, port } => match listener(platform, component, port) {
            Some((workload, port)) => json!({ "publicUrl": address(workload, port) }),
            None => json!(elsewhere(platform, piece)),
        },
        Piece::PublicHost { component, port } => match listener(platform, component, port) {
            Some((workload, port)) => json!({ "publicHost": address(workload, port) }),
            None => json!(elsewhere(platform, piece)),
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

fn listener<'a>(
    platform: &'a Platform,
    component: &str,
    port: &str,
) -> Option<(&'a Workload, &'a Port)> {
    platform.component(component)?.listener(port)
}

/// The address of what runs elsewhere: it is the same for everybody. Nothing where the component runs here and no
/// workload of it has the port.
fn elsewhere(platform: &Platform, piece: &Piece) -> String {
    let (Piece::PublicUrl { component, port } | Piece::PublicHost { component, port }) = piece
    else {
        return String::new();
    };
    let address = platform
        .component(component)
        .and_then(|component: &Component| component.external_address(port));
    match address {
        Some(_) => platform.constant(piece).unwrap_or_default(),
        None => String::new(),
    }
}
