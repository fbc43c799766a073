//! What a compilation reports, as people read it.

use mlopsgen::{
    compile::Compilation,
    diag::{
        Diagnostic,
        render::{Style, human},
    },
    source::Sources,
};

/// All that a compilation reports.
pub fn messages(compilation: &Compilation) -> String {
    messages_of(&compilation.diagnostics, &compilation.sources)
}

/// Some of it.
pub fn messages_of(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let style = Style {
        color: false,
        width: 100,
    };
    human(diagnostics, sources, style)
}
