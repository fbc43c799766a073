//! Texts as values of the chart: a string, or a list of parts that the chart's templates put together.

use serde_json::{Value, json};

use super::Speak;
use crate::{
    files::Site,
    model::{Component, HostPort, Piece, Platform, Port, Secret, Text, Workload},
};

/// Where the chart's templates put parts together: strings, `{secret}`, `{var}`, `{namespace}`, `{publicUrl}` and
/// `{publicHost}`.
#[derive(Clone, Copy, Debug)]
pub struct Chart<'a>(pub &'a Platform);

impl Speak for Chart<'_> {
    fn platform(&self) -> &Platform {
        self.0
    }

    fn site(&self) -> Site {
        Site::Cluster
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

    fn site(&self) -> Site {
        Site::Cluster
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
                    let (scheme, path) = (&port.scheme, port.prefix());
                    format!("{scheme}://localhost:{}{path}", local_port(port))
                }
                None => constant_address(self.0, piece),
            },
            Piece::PublicOrigin { component, port } => match listener(self.0, component, port) {
                Some((_, port)) => format!("{}://localhost:{}", port.scheme, local_port(port)),
                None => constant_address(self.0, piece),
            },
            Piece::PublicHost { component, port } => match listener(self.0, component, port) {
                Some(_) => "localhost".to_string(),
                None => constant_address(self.0, piece),
            },
            Piece::Network(group) => self.network(group),
            Piece::Secret(_) => String::new(),
            Piece::Literal(_)
            | Piece::Variable(_)
            | Piece::Endpoint(_)
            | Piece::RouteOrigin(_)
            | Piece::RoutePort(_) => self.0.constant_at(Site::Cluster, piece).unwrap_or_default(),
        }
    }
}

fn part(platform: &Platform, piece: &Piece) -> Value {
    match piece {
        Piece::Literal(_) | Piece::Endpoint(_) | Piece::RouteOrigin(_) | Piece::RoutePort(_) => {
            let constant = platform.constant_at(Site::Cluster, piece);
            json!(constant.unwrap_or_default())
        }
        Piece::Secret(name) => json!({ "secret": name }),
        Piece::Variable(name) => json!({ "var": name }),
        Piece::Network(_) => json!({ "namespace": true }),
        Piece::PublicUrl { component, port } => match listener(platform, component, port) {
            Some((workload, port)) => {
                let path = port.prefix();
                json!({ "publicUrl": address(workload, port, path) })
            }
            None => json!(constant_address(platform, piece)),
        },
        Piece::PublicOrigin { component, port } => match listener(platform, component, port) {
            Some((workload, port)) => json!({ "publicUrl": address(workload, port, "") }),
            None => json!(constant_address(platform, piece)),
        },
        Piece::PublicHost { component, port } => match listener(platform, component, port) {
            Some((workload, port)) => json!({ "publicHost": address(workload, port, &port.path) }),
            None => json!(constant_address(platform, piece)),
        },
    }
}

fn address(workload: &Workload, port: &Port, path: &str) -> Value {
    json!({
        "workload": workload.name,
        "port": port.name,
        "number": local_port(port),
        "scheme": port.scheme.name(),
        "path": path,
    })
}

/// Where a forwarded port listens on the user's machine: as in Compose, so that two of them do not meet.
pub fn local_port(port: &Port) -> u16 {
    match port.host {
        Some(HostPort::Fixed(range)) => range.first,
        Some(HostPort::Auto) | None => port.container.first,
    }
}

/// Who listens on a port whose public address is the chart's to say.
fn listener<'a>(
    platform: &'a Platform,
    component: &str,
    port: &str,
) -> Option<(&'a Workload, &'a Port)> {
    let component = platform.component(component)?;
    let is_said = component.declared_public_url(port).is_some();
    match is_said || platform.is_bypassed(&component.name) {
        true => None,
        false => component.listener(port),
    }
}

/// The address of an entry point that does not run in a cluster: there people come by the host of its first route.
fn bypassed_address(platform: &Platform, component: &str, piece: &Piece) -> Option<String> {
    let mut routes = platform.routes.iter();
    let first = routes.find(|route| route.door == component)?;
    let origin = first.origin.at(Site::Cluster);
    Some(match piece {
        Piece::PublicHost { .. } => origin.authority().to_string(),
        _ => origin.origin().to_string(),
    })
}

/// A public address that the platform says, or that of what runs elsewhere: it is the same for everybody. Nothing where
/// the component runs here and no workload of it has the port.
fn constant_address(platform: &Platform, piece: &Piece) -> String {
    let (Piece::PublicUrl { component, port }
    | Piece::PublicOrigin { component, port }
    | Piece::PublicHost { component, port }) = piece
    else {
        return String::new();
    };
    let is_known = |component: &Component| {
        component.declared_public_url(port).is_some() || component.external_address(port).is_some()
    };
    let constant = match platform.component(component).is_some_and(is_known) {
        true => platform.constant_at(Site::Cluster, piece),
        false if platform.is_bypassed(component) => bypassed_address(platform, component, piece),
        false => None,
    };
    constant.unwrap_or_default()
}
