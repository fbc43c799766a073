//! What is declared and not used.

use super::OwnFile;
use crate::{
    diag::{Code, Diagnostic},
    source::Span,
};

/// The lint on a name that nothing uses; `(what, table)`: what it is, and the table that declares it. What an environment does not
/// use others may: its own file takes it out.
pub fn used_nowhere(
    (what, table): (&str, &str),
    name: &str,
    span: Span,
    over: Option<&OwnFile>,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::Unused, format!("{what} `{name}` is used nowhere"))
        .label(span, "declared here");
    match over.filter(|over| over.source != span.source) {
        None => diagnostic.help(
            "remove it, or use it; what one environment alone uses is declared in that one's file",
        ),
        Some(over) => diagnostic
            .help(format!(
                "other environments may use it: write `{name} = false` below `[{table}]` in `{}`",
                over.name
            ))
            .declaring(
                Span::new(over.source, 0..0),
                table,
                format!("{name} = false"),
            ),
    }
}
