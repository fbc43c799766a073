use super::{AlertPiece, alert_pieces};

/// The text as Prometheus would get it: an action between bars.
fn marked(text: &str) -> String {
    let pieces = alert_pieces(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
    let each = pieces.iter().map(|piece| match piece {
        AlertPiece::Text(text) => (*text).to_string(),
        AlertPiece::Action(text) => format!("<{text}>"),
    });
    each.collect()
}

#[test]
fn what_prometheus_runs_is_a_template() {
    for text in [
        "{{$value|humanize}}",
        "{{ humanizePercentage $value }}",
        r#"{{ printf "%.0f" $value }}"#,
        r#"{{ $value | printf "%.2f" | toUpper }}"#,
        "{{- $labels.x -}}",
        r#"{{ $labels.instance | reReplaceAll ":.*" "" }}"#,
        "{{ $externalLabels.platform }}",
        "{{ .Labels.x }}",
        "{{ .Value }}",
        r#"{{ index $labels "x" }}"#,
        r#"{{ or $labels.x "none" }}"#,
        r#"{{ printf "up{job=%q}" $labels.job | query | first | value | humanize }}"#,
        "{{ ($labels.x | toUpper) }}",
        "{{ $labels.instance | stripPort }}",
        "{{ $x := 1.5 }}",
    ] {
        assert_eq!(marked(text), format!("<{text}>"));
    }
    for (text, wanted) in [
        (
            "{{ $value }} of {{ $labels.a }}",
            "<{{ $value }}> of <{{ $labels.a }}>",
        ),
        (
            "{{ if gt $value 3.0 }}high{{ end }}",
            "<{{ if gt $value 3.0 }}>high<{{ end }}>",
        ),
        (
            "{{ with $labels.x }}{{ . }}{{ end }}",
            "<{{ with $labels.x }}><{{ . }}><{{ end }}>",
        ),
        (
            "{{ if eq $labels.a \"b\" }}c{{ else }}d{{ end }}",
            "<{{ if eq $labels.a \"b\" }}>c<{{ else }}>d<{{ end }}>",
        ),
        (
            "{{ range $i, $x := query \"up\" }}{{ $x.Labels.job }}{{ end }}",
            "<{{ range $i, $x := query \"up\" }}><{{ $x.Labels.job }}><{{ end }}>",
        ),
    ] {
        assert_eq!(marked(text), wanted);
    }
}

#[test]
fn every_other_brace_is_text() {
    for text in [
        "{{ 1 }}",
        "{{",
        "{{{{",
        "{{{ a }}}",
        "{{ .Values.x }}",
        "{ $value }",
        "{{ end }}",
        "{{ title }}",
        "{{ ds }}",
        "{{{{$x$ $$y$$",
        "{{ $HOME }}",
    ] {
        assert_eq!(marked(text), text);
    }
}

#[test]
fn what_is_meant_as_a_template_has_to_be_one() {
    for (text, wanted) in [
        ("{{ $value", "is not closed"),
        ("{{ $label.x }}", "no variable `$label`"),
        (
            "{{ $value | humanizePercent }}",
            "did you mean `humanizePercentage`?",
        ),
        ("{{ $value | humanise }}", "did you mean `humanize`?"),
        ("{{ $labels.a-b }}", "`-` means nothing behind `$labels.a`"),
        ("{{{ $value }}", "`{` means nothing"),
        (r#"{{ printf "%s\" $value }}"#, "a string is not closed"),
        ("{{ if gt $value 3.0 }}high", "has no `{{ end }}`"),
        ("{{ $value $value }}", "followed by something"),
        (
            "{{ humanize $value 1 }}",
            "`humanize` takes one value, and gets 2",
        ),
        ("{{ $value | }}", "nothing between"),
        ("{{ ($value }}", "is not closed"),
    ] {
        let fault = alert_pieces(text).expect_err(text);
        assert!(fault.contains(wanted), "{text}: {fault}");
    }
}
