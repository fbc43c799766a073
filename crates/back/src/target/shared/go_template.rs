//! Texts where Prometheus and Alertmanager read a template of Go's.

/// A text as a template that yields the text itself: only `{{` means something.
pub fn literal(text: &str) -> String {
    text.replace("{{", r#"{{ "{{" }}"#)
}
