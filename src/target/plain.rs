//! Texts for readers that can complete nothing later: a variable is its default, an address is the one inside.

use crate::{
    model::{HostPort, Piece, Platform, Port},
    template::Language,
};

/// What a piece stands for where no environment can change it. `None`: a secret, which only the target can speak.
pub fn constant(platform: &Platform, piece: &Piece) -> Option<String> {
    match piece {
        Piece::Literal(text) => Some(text.clone()),
        Piece::Secret(_) => None,
        Piece::Variable(name) => platform
            .variable(name)
            .map(|variable| variable.default.clone()),
        Piece::Endpoint(endpoint) => Some(endpoint.value()),
        Piece::PublicUrl { component, port } => {
            with_port(platform, component, port, |host, port| {
                let (address, number) = published(host, port);
                format!("{}://{address}:{number}{}", port.scheme, port.path)
            })
        }
        Piece::PublicPort { component, port } => {
            with_port(platform, component, port, |host, port| {
                published(host, port).1.to_string()
            })
        }
        Piece::Network(group) => Some(platform.network_name(group)),
    }
}

/// A markdown paragraph that shows the text as it is.
pub fn markdown(text: &str) -> String {
    Language::Markdown.literal(text)
}

fn with_port(
    platform: &Platform,
    component: &str,
    port: &str,
    speak: impl Fn(&str, &Port) -> String,
) -> Option<String> {
    let component = platform.component(component)?;
    Some(speak(&component.name, component.port(port)?))
}

/// The host and port that a browser uses; those inside where nothing is published.
fn published<'a>(inside: &'a str, port: &'a Port) -> (&'a str, u16) {
    match &port.host {
        Some(HostPort::Fixed(range)) if port.bind == "127.0.0.1" || port.bind == "0.0.0.0" => {
            ("localhost", range.first)
        }
        Some(HostPort::Fixed(range)) => (port.bind.as_str(), range.first),
        Some(HostPort::Auto) | None => (inside, port.container.first),
    }
}
