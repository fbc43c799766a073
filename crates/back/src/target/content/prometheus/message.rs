//! A message of an alert as a template of Prometheus'.

use crate::{
    target::shared::go_template::literal,
    value::{AlertPiece, alert_pieces},
};

/// A text for Prometheus: parts that are meant as a template stay, all other braces are escaped. A template that Prometheus would
/// refuse was reported before, and is plain text here.
pub(super) fn message(text: &str) -> String {
    let Ok(pieces) = alert_pieces(text) else {
        return literal(text);
    };
    let each = pieces.into_iter().map(|piece| match piece {
        AlertPiece::Text(text) => literal(text),
        AlertPiece::Action(action) => action.to_string(),
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::message;

    #[test]
    fn what_is_no_template_is_text() {
        for (text, wanted) in [
            (
                "{{ $value }} of {{ 1 }}",
                r#"{{ $value }} of {{ "{{" }} 1 }}"#,
            ),
            ("{{{ a }}}", r#"{{ "{{" }}{ a }}}"#),
            ("{{ .Values.x }}", r#"{{ "{{" }} .Values.x }}"#),
        ] {
            assert_eq!(message(text), wanted);
        }
    }
}
