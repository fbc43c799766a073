//! Properties of every compilation, for any input.

use mlopsgen::{
    compile::{Compilation, Request, compile},
    diag::{
        Code, Severity,
        render::{Style, human, json},
    },
    world::{MemoryWorld, World},
};
use saphyr_parser::{Parser, StrInput};

/// Compiles, and panics if a property does not hold.
pub fn judge(world: &MemoryWorld) -> Compilation {
    let request = Request::default();
    let compilation = compile(world, &request);
    check_diagnostics(&compilation);
    match &compilation.output {
        Err(_) => assert!(
            compilation
                .diagnostics
                .iter()
                .any(|diagnostic| diagnostic.severity == Severity::Error),
            "no output and no error"
        ),
        Ok(output) => {
            assert!(!compilation.has_errors(), "an output beside errors");
            // A template of the user's own may write whatever it likes.
            let is_ours = world.list("mlopsgen/templates").files.is_empty();
            for (path, file) in output.files.files.iter().filter(|_| is_ours) {
                readable(path, &file.text);
            }
        }
    }
    compilation
}

/// Every error has a place that exists, and everything that is said can be drawn.
fn check_diagnostics(compilation: &Compilation) {
    for diagnostic in &compilation.diagnostics {
        assert!(
            diagnostic.severity != Severity::Error
                || !diagnostic.labels.is_empty()
                // A file that is not there has no place.
                || diagnostic.code == Code::Unreadable,
            "an error without a place: {diagnostic:?}"
        );
        for label in &diagnostic.labels {
            let text = &compilation.sources.file(label.span.source).text;
            assert!(
                text.get(label.span.start..label.span.end).is_some(),
                "a place that does not exist: {diagnostic:?}"
            );
        }
    }
    let style = Style {
        color: false,
        width: 80,
    };
    human(&compilation.diagnostics, &compilation.sources, style);
    json(&compilation.diagnostics, &compilation.sources);
}

/// Files that programs read are of their language.
fn readable(path: &str, text: &str) {
    // What the user wrote is in `config/`; what Helm reads first is no YAML yet.
    let in_chart = |folder| path.starts_with("helm/") && path.contains(folder);
    if path.starts_with("config/") || in_chart("/templates/") || in_chart("/files/") {
        return;
    }
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("json") => {
            let read: Result<serde_json::Value, _> = serde_json::from_str(text);
            assert!(read.is_ok(), "{path} is no JSON: {read:?}\n{text}");
        }
        Some("yaml" | "yml") => {
            for event in Parser::new(StrInput::new(text)) {
                assert!(event.is_ok(), "{path} is no YAML: {event:?}\n{text}");
            }
        }
        _ => {}
    }
}
