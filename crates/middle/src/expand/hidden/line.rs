//! The line by which the platform knows of a port what the program was told.

use super::Declared;
use crate::{diag::Diagnostic, syntax::inline};

/// Asks for a line of a port where the port is written: in its table, in the place of its number, or as a line of the component.
pub fn with_line(
    diagnostic: Diagnostic,
    declared: &Declared,
    (port, line): (&str, &str),
    why: &str,
) -> Diagnostic {
    let key = format!("ports.{port}");
    let entry = declared
        .user
        .table("ports")
        .and_then(|ports| ports.entry(port));
    let table = entry.and_then(|entry| Some((entry, entry.value.as_table()?)));
    let number = table.and_then(|(_, table)| table.get("container"));
    match (table, number) {
        // Written as `ports.http = 9090`.
        (Some((entry, _)), Some(number)) if number.span == entry.value.span => {
            let whole = match line.strip_prefix("container = ") {
                Some(other) => other.to_string(),
                None => format!("{{ container = {}, {line} }}", inline(number)),
            };
            diagnostic
                .help(format!("write `{key} = {whole}`: {why}"))
                .replacing(number.span, whole)
        }
        (Some(_), Some(number)) if line.starts_with("container") => diagnostic
            .help(format!("write `{line}` in `{key}`: {why}"))
            .replacing(number.span, line.trim_start_matches("container = ")),
        (Some((entry, _)), _) => diagnostic
            .help(format!("write `{line}` in `{key}`: {why}"))
            .adding(entry.key.span, line),
        (None, _) => {
            let line = format!("{key}.{line}");
            diagnostic
                .help(format!("write `{line}`: {why}"))
                .adding(declared.span, line)
        }
    }
}
