//! Compose's variables in a value: `${X:-x}`, `$X`, and `$$` for a dollar.

use std::collections::BTreeMap;

use crate::{
    reference::{Declared, Variable},
    syntax::{Entry, Node, Table, Value},
};

/// A stretch of a text as Compose reads it.
enum Piece<'a> {
    Literal(&'a str),
    Variable(Variable<'a>),
}

/// The stretches of a text. What Compose would refuse stays as it is.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let closing = closing_braces(text);
    let (mut done, mut at) = (0, 0);
    while let Some(dollar) = text[at..].find('$').map(|found| at + found) {
        let after = &text[dollar + 1..];
        at = dollar + 1;
        let (end, piece) = if after.starts_with('$') {
            (dollar + 2, Piece::Literal("$"))
        } else if let Some(end) = closing.get(&(dollar + 1)) {
            let inner = &text[dollar + 2..*end];
            let Some(variable) = Variable::parse(inner) else {
                continue;
            };
            (end + 1, Piece::Variable(variable))
        } else {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let name = &after[..after.find(|c| !is_name(c)).unwrap_or(after.len())];
            let Some(variable) = Variable::parse(name) else {
                continue;
            };
            (dollar + 1 + name.len(), Piece::Variable(variable))
        };
        out.push(Piece::Literal(&text[done..dollar]));
        out.push(piece);
        (done, at) = (end, end);
    }
    out.push(Piece::Literal(&text[done..]));
    out
}

/// Where each `{` is closed, by where it stands. One pass finds them all: a text may have thousands that are never closed.
fn closing_braces(text: &str) -> BTreeMap<usize, usize> {
    let (mut open, mut closing) = (Vec::new(), BTreeMap::new());
    for (at, brace) in text.match_indices(['{', '}']) {
        match brace {
            "{" => open.push(at),
            _ => closing.extend(open.pop().map(|start| (start, at))),
        }
    }
    closing
}

/// Whether a text holds a variable.
pub(in crate::language) fn has_variable(text: &str) -> bool {
    let mut pieces = pieces(text).into_iter();
    pieces.any(|piece| matches!(piece, Piece::Variable(_)))
}

/// A text with its variables' defaults in their place.
///
/// Errors: the name of a variable that has none.
pub(in crate::language) fn filled(text: &str) -> Result<String, &str> {
    let pieces = pieces(text).into_iter();
    pieces
        .map(|piece| match piece {
            Piece::Literal(text) => Ok(text),
            Piece::Variable(variable) => variable.default.ok_or(variable.name),
        })
        .collect()
}

/// A path with its variables' defaults in their place. A variable without one becomes a folder of its name.
pub(super) fn path(text: &str) -> String {
    let pieces = pieces(text).into_iter();
    pieces
        .map(|piece| match piece {
            Piece::Literal(text) => text.to_string(),
            Piece::Variable(variable) => match (variable.default, variable.name) {
                (Some(default), _) => default.to_string(),
                (None, "HOME") => "~".to_string(),
                (None, "PWD") => ".".to_string(),
                (None, name) => name.to_lowercase(),
            },
        })
        .collect()
}

/// A value with the defaults of its variables in their place; those that have none stay.
pub(super) fn with_defaults(value: &Node) -> Node {
    each_text(value, &mut |text| {
        filled(text).unwrap_or_else(|_| text.to_string())
    })
}

/// A value in which paths of somebody's home begin with `~`, which Compose expands.
pub(super) fn with_home(value: &Node) -> Node {
    each_text(value, &mut |text| {
        let name = text.strip_prefix('$');
        let rest = name.and_then(|name| {
            let braced = name.strip_prefix("{HOME}");
            braced.or_else(|| name.strip_prefix("HOME"))
        });
        match rest.filter(|rest| rest.is_empty() || rest.starts_with('/')) {
            Some(rest) => format!("~{rest}"),
            None => text.to_string(),
        }
    })
}

/// A value with a reference in the place of each variable, and what is declared for it. No secret can stand there.
pub(super) fn referred(value: &Node) -> (Node, Vec<Declared>) {
    with_references(value, Place::WithoutSecrets)
}

/// The same where secrets can stand.
pub(super) fn referred_with_secrets(value: &Node) -> (Node, Vec<Declared>) {
    with_references(value, Place::WithSecrets)
}

#[derive(Clone, Copy)]
enum Place {
    WithSecrets,
    WithoutSecrets,
}

fn with_references(value: &Node, place: Place) -> (Node, Vec<Declared>) {
    let mut declared: Vec<Declared> = Vec::new();
    let node = each_text(value, &mut |text| {
        let pieces = pieces(text).into_iter();
        let texts = pieces.map(|piece| match piece {
            Piece::Literal(text) => Written::Literal(text),
            Piece::Variable(variable) => {
                let found = match place {
                    Place::WithSecrets => variable.declared(),
                    Place::WithoutSecrets => variable.as_variable(),
                };
                let reference = found.reference();
                // A variable has one default for the whole platform: the first.
                let is_same = |it: &Declared| (it.table, &it.name) == (found.table, &found.name);
                if !declared.iter().any(is_same) {
                    declared.push(found);
                }
                Written::Reference(reference)
            }
        });
        written(texts)
    });
    (node, declared)
}

/// A piece of a text of ours.
enum Written<'a> {
    Literal(&'a str),
    Reference(String),
}

/// The text of literals and references, where `${` that stands for itself is escaped.
fn written<'a>(pieces: impl Iterator<Item = Written<'a>>) -> String {
    let mut out = String::new();
    let mut is_after_dollar = false;
    for piece in pieces {
        match piece {
            Written::Literal(text) => {
                // `$$` was a dollar of its own, and a brace follows it.
                if is_after_dollar && text.starts_with('{') {
                    out.push('$');
                }
                is_after_dollar = text == "$";
                out.push_str(text);
            }
            Written::Reference(text) => {
                is_after_dollar = false;
                out.push_str(&text);
            }
        }
    }
    out
}

pub(super) fn each_text(node: &Node, change: &mut impl FnMut(&str) -> String) -> Node {
    let value = match &node.value {
        Value::String(text) => Value::String(change(text)),
        Value::Array(items) => {
            let items: Vec<Node> = items.iter().map(|item| each_text(item, change)).collect();
            Value::Array(items.into())
        }
        Value::Table(table) => {
            let mut changed = Table::default();
            for Entry { key, value } in &table.entries {
                changed.push(Entry {
                    key: key.clone(),
                    value: each_text(value, change),
                });
            }
            Value::Table(changed)
        }
        other => other.clone(),
    };
    Node {
        span: node.span,
        value,
    }
}

/// The parts of a text between colons that are not within braces.
pub(super) fn parts(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ':' if depth <= 0 => {
                out.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    out.push(&text[start..]);
    out
}

#[cfg(test)]
mod tests {
    use super::{filled, has_variable, parts, referred_with_secrets};
    use crate::{
        source::{Sources, Span},
        syntax::{Node, Value},
    };

    fn text_of(text: &str) -> (String, Vec<String>) {
        let source = Sources::default().add("platform.toml", String::new());
        let span = Span::new(source, 0..0);
        let value = Value::String(text.to_string());
        let (node, declared) = referred_with_secrets(&Node { span, value });
        let lines = declared.into_iter().map(|found| found.line()).collect();
        (node.as_str().expect("a text").to_string(), lines)
    }

    #[test]
    fn defaults_stand_in_the_place_of_variables() {
        assert_eq!(filled("${P:-80}:80"), Ok("80:80".to_string()));
        assert_eq!(filled("a$$b$c"), Err("c"));
        assert_eq!(filled("${A}/x"), Err("A"));
        assert_eq!(
            filled("$(date) ${a.b} $"),
            Ok("$(date) ${a.b} $".to_string())
        );
    }

    #[test]
    fn references_stand_in_the_place_of_variables() {
        let plain = |text: &str| (text.to_string(), Vec::new());
        assert_eq!(
            text_of("http://${H:-x}:$PORT"),
            (
                "http://${vars.h}:${vars.port}".to_string(),
                vec![
                    "h = { env = \"H\", default = \"x\" }".to_string(),
                    "port = { env = \"PORT\", default = \"\" }".to_string()
                ]
            )
        );
        assert_eq!(
            text_of("${DB_PASSWORD:?}${DB_PASSWORD}"),
            (
                "${secrets.db-password}${secrets.db-password}".to_string(),
                vec!["db-password = { env = \"DB_PASSWORD\" }".to_string()]
            )
        );
        assert_eq!(
            text_of("${DB:-x}${DB:-y}$HOME"),
            (
                "${vars.db}${vars.db}${vars.home}".to_string(),
                vec![
                    "db = { env = \"DB\", default = \"x\" }".to_string(),
                    "home = { env = \"MY_HOME\", default = \"\" }".to_string()
                ]
            )
        );
        assert_eq!(text_of("$$HOME"), plain("$HOME"));
        assert_eq!(text_of("$${HOME}"), plain("$${HOME}"));
        assert_eq!(
            text_of("${components.db.http.url}"),
            plain("${components.db.http.url}")
        );
    }

    #[test]
    fn colons_within_braces_separate_nothing() {
        assert_eq!(
            parts("127.0.0.1:${P:-80}:80"),
            ["127.0.0.1", "${P:-80}", "80"]
        );
        assert_eq!(parts("a"), ["a"]);
        assert!(has_variable("${P:-80}") && !has_variable("$$P"));
    }
}
