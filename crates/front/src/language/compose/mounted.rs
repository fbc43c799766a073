//! Secrets and configs of a service of Compose's as mounted files.

use super::{EnclosingTable, Rewritten, line};
use crate::{
    language::meant::file_mode,
    reference::Variable,
    syntax::{Node, Value, quoted},
};

/// Secrets as mounted files. Each is declared, too: its value comes from a variable.
pub(super) fn secrets(value: &Node, _: EnclosingTable<'_>) -> Option<Rewritten> {
    let mut declared = Vec::new();
    let lines = mounted(value, "/run/secrets/", |name| {
        let variable = variable_of(name);
        let secret = Variable {
            required: None,
            name: &variable,
            default: None,
        }
        .as_secret();
        let entry = line("secret", quoted(&secret.name));
        if !declared.contains(&secret) {
            declared.push(secret);
        }
        entry
    })?;
    Rewritten::lines(lines).map(|rewritten| rewritten.declaring(declared))
}

pub(super) fn configs(value: &Node, _: EnclosingTable<'_>) -> Option<Rewritten> {
    let lines = mounted(value, "/", |name| line("source", quoted(name)))?;
    Rewritten::lines(lines).map(|rewritten| {
        rewritten.with_reason("its source is the path of the file, as the table `configs` of the Compose file names it")
    })
}

/// A list of names, or of tables with `source` and `target`, each as a mounted file.
fn mounted(
    value: &Node,
    folder: &str,
    mut entry: impl FnMut(&str) -> String,
) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    for item in value.items() {
        let (source, target, mode) = match &item.value {
            Value::String(name) => (name.as_str(), None, None),
            Value::Table(table) => (
                table.string("source")?,
                table.string("target"),
                table.get("mode"),
            ),
            _ => return None,
        };
        let path = match target {
            Some(path) if path.starts_with('/') => path.to_string(),
            name => format!("{folder}{}", name.unwrap_or(source)),
        };
        let mut entries = vec![entry(source)];
        entries.extend(
            mode.and_then(file_mode)
                .map(|mode| line("mode", quoted(&mode))),
        );
        lines.push(line(
            &format!("files.{}", quoted(&path)),
            format!("{{ {} }}", entries.join(", ")),
        ));
    }
    Some(lines)
}

/// The variable of the environment that holds the value of a secret.
pub(super) fn variable_of(secret: &str) -> String {
    let upper = secret.to_ascii_uppercase();
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = upper.chars().map(plain).collect();
    match name.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("SECRET_{name}"),
        false => name,
    }
}
