//! Strings in Compose's own language: `$` starts an interpolation, in values but never in keys.

use serde_json::Value;

use crate::model::{Piece, Platform, Raw, Secret, Text, Variable};

/// A text with its late pieces as interpolations and everything else literal.
pub(super) fn text(platform: &Platform, text: &Text) -> String {
    text.render(|piece| match piece {
        Piece::Literal(text) => literal(text),
        Piece::Endpoint(endpoint) => literal(&endpoint.value()),
        Piece::Secret(name) => platform.secret(name).map(secret).unwrap_or_default(),
        Piece::Variable(name) => platform.variable(name).map(variable).unwrap_or_default(),
        Piece::PublicUrl { component, port } => {
            literal(&platform.public_url(component, port).unwrap_or_default())
        }
        Piece::PublicHost { component, port } => {
            literal(&platform.public_host(component, port).unwrap_or_default())
        }
        Piece::Network(group) => literal(&platform.network_name(group)),
    })
}

/// A string that Compose reads back unchanged.
pub(super) fn literal(text: &str) -> String {
    text.replace('$', "$$")
}

pub(super) fn secret(secret: &Secret) -> String {
    if secret.optional {
        return format!("${{{}:-}}", secret.env);
    }
    format!(
        "${{{}:?the secret {} is missing, run mlopsgen env init}}",
        secret.env, secret.name
    )
}

pub(super) fn variable(variable: &Variable) -> String {
    match &variable.env {
        Some(env) if can_be_a_default(env, &variable.default) => {
            format!("${{{env}:-{}}}", literal(&variable.default))
        }
        _ => literal(&variable.default),
    }
}

/// Whether Compose finds the end of `${ENV:-default}` where it is. It counts braces, skips the character after an
/// opening one, and reads no further than the line; there is no way to escape any of these.
pub(super) fn can_be_a_default(env: &str, default: &str) -> bool {
    let whole = format!("{{{env}:-{}}}", literal(default));
    let mut depth = 0;
    let mut characters = whole.bytes().enumerate();
    while let Some((index, byte)) = characters.next() {
        match byte {
            b'\n' => return false,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return index + 1 == whole.len();
                }
            }
            b'{' => {
                depth += 1;
                if characters.next().is_some_and(|(_, next)| next == b'\n') {
                    return false;
                }
            }
            _ => {}
        }
    }
    false
}

/// A raw table. Keys are no templates in Compose.
pub(super) fn raw(platform: &Platform, value: &Raw) -> Value {
    match value {
        Raw::Text(value) => Value::from(text(platform, value)),
        Raw::Integer(number) => Value::from(*number),
        Raw::Float(number) => Value::from(*number),
        Raw::Boolean(value) => Value::from(*value),
        Raw::List(items) => items.iter().map(|item| raw(platform, item)).collect(),
        Raw::Table(entries) => Value::Object(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), raw(platform, value)))
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_ends_where_compose_thinks_it_ends() {
        for fits in [
            "",
            "50000",
            "a$b",
            "a:-b",
            "{a}",
            "x{\"k\": 1}y",
            "#: \\ '\"",
        ] {
            assert!(can_be_a_default("V", fits), "{fits}");
        }
        for misfit in ["a}b", "a{b", "{}", "a{{x}}b", "${x", "a\nb"] {
            assert!(!can_be_a_default("V", misfit), "{misfit}");
        }
    }
}
