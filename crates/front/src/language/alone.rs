//! A text alone where a table is asked for: the key of the table that it is the value of.

use super::{form::Form, key::KeyShape, shape::Shape};
use crate::syntax::quoted;

/// The table that a text stands for, as TOML; nothing where that is a guess.
pub(super) fn table_of(keys: &[KeyShape], text: &str) -> Option<String> {
    let has = |name: &str| keys.iter().any(|key| key.name == name);
    let name = match text {
        // Of a secret: the variable that holds it.
        _ if has("env") && has("optional") => "env",
        _ if has("source") && has("template") => "source",
        // Of metrics: what is scraped.
        _ if has("honor_labels") && text.starts_with('/') => "path",
        _ if has("docker") && has("label") => agent(text)?,
        _ if has("webhook") && text.contains("://") && !text.contains("slack.com") => "webhook",
        _ => only_one_with_a_grammar(keys, text)?,
    };
    let key = keys.iter().find(|key| key.name == name)?;
    let fits = match key.shape {
        Shape::Plain(form) | Shape::Formed(form) => form.accepts(text),
        _ => true,
    };
    fits.then(|| format!("{{ {name} = {} }}", quoted(text)))
}

/// An image has a tag or a folder; `any` is the default.
fn agent(text: &str) -> Option<&'static str> {
    match text {
        "any" | "none" => None,
        text if text.contains([':', '/']) => Some("docker"),
        _ => Some("label"),
    }
}

/// The share in `slo = "99.9%"`.
fn only_one_with_a_grammar(keys: &[KeyShape], text: &str) -> Option<&'static str> {
    let takes = |key: &&KeyShape| {
        matches!(key.shape, Shape::Plain(Form::Percent)) && Form::Percent.accepts(text)
    };
    keys.iter().find(takes).map(|key| key.name)
}
