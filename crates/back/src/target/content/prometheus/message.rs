//! A message of an alert as a template of Prometheus'.
//!
//! Prometheus runs summaries and descriptions as templates of Go's, and refuses a whole file of rules for one that it
//! can't read. Of what people write, `{{ $value }}` and `{{ $labels.x }}` are actions, also through the functions that
//! print a number for people; every other `{{` is text.

use crate::target::shared::go_template::literal;

/// Functions of one argument.
const OF_ONE: [&str; 8] = [
    "humanize",
    "humanize1024",
    "humanizeDuration",
    "humanizePercentage",
    "humanizeTimestamp",
    "title",
    "toLower",
    "toUpper",
];

/// A text in which only the actions that are known here mean something to Prometheus.
pub(super) fn message(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        out.push_str(&rest[..start]);
        let inside = &rest[start + 2..];
        match inside.find("}}") {
            Some(end) if is_action(&inside[..end]) => {
                out.push_str(&rest[start..start + 2 + end + 2]);
                rest = &inside[end + 2..];
            }
            _ => {
                out.push_str(&literal("{{"));
                rest = inside;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Whether this is what Prometheus fills in: a value or a label, through functions or not.
fn is_action(text: &str) -> bool {
    let Some(tokens) = tokens(text) else {
        return false;
    };
    let mut commands = tokens.split(|token| *token == "|");
    let first = commands.next().unwrap_or_default();
    let starts = match first {
        [value] => is_value(value),
        [function, value] => OF_ONE.contains(function) && is_value(value),
        ["printf", format, values @ ..] => {
            is_string(format) && !values.is_empty() && values.iter().all(|it| is_value(it))
        }
        _ => false,
    };
    starts
        && commands.all(|command| match command {
            [function] => OF_ONE.contains(function),
            ["printf", format] => is_string(format),
            _ => false,
        })
}

fn is_value(token: &str) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    token == "$value" || token.strip_prefix("$labels.").is_some_and(is_name)
}

fn is_string(token: &str) -> bool {
    token.starts_with('"')
}

/// Words, `|` and strings in double quotes; `None` where there is something else.
fn tokens(text: &str) -> Option<Vec<&str>> {
    let mut out = Vec::new();
    let mut rest = text.trim_start_matches(' ');
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '|' => 1,
            '"' => 2 + rest[1..].find('"')?,
            _ => rest.find([' ', '|', '"']).unwrap_or(rest.len()),
        };
        let token = &rest[..end];
        if token.contains(['\\', '\n', '\r', '\t']) {
            return None;
        }
        out.push(token);
        rest = rest[end..].trim_start_matches(' ');
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::message;

    #[test]
    fn values_and_labels_are_filled_in() {
        for text in [
            "{{ $value }} of {{ $labels.instance }}",
            "{{$value|humanize}}",
            "{{ humanizePercentage $value }}",
            r#"{{ printf "%.0f" $value }}"#,
            r#"{{ $value | printf "%.2f" | toUpper }}"#,
        ] {
            assert_eq!(message(text), text);
        }
    }

    #[test]
    fn every_other_brace_is_text() {
        for (text, wanted) in [
            ("{{ 1 }}", r#"{{ "{{" }} 1 }}"#),
            ("{{ $value", r#"{{ "{{" }} $value"#),
            ("{{ $labels.a-b }}", r#"{{ "{{" }} $labels.a-b }}"#),
            ("{{ $value | nope }}", r#"{{ "{{" }} $value | nope }}"#),
            ("{{ .Values.x }}", r#"{{ "{{" }} .Values.x }}"#),
            ("{{{ $value }}", r#"{{ "{{" }}{ $value }}"#),
            (
                r#"{{ printf "%s\" $value }}"#,
                r#"{{ "{{" }} printf "%s\" $value }}"#,
            ),
            ("{ $value }", "{ $value }"),
        ] {
            assert_eq!(message(text), wanted);
        }
    }
}
