//! Texts for readers that can complete nothing later: a variable is its default, an address is the one inside.

use super::published::{public_host, public_url};
use crate::{
    model::{Piece, Platform},
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
        Piece::PublicUrl { component, port } => public_url(platform, component, port),
        Piece::PublicHost { component, port } => public_host(platform, component, port),
        Piece::Network(group) => Some(platform.network_name(group)),
    }
}

/// A markdown paragraph that shows the text as it is.
pub fn markdown(text: &str) -> String {
    Language::Markdown.literal(text)
}
