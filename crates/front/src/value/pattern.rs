//! Regular expressions as Go reads them (RE2), which Prometheus does.

use regex_syntax::ast::{ErrorKind, parse::Parser};

/// Why Go does not take a regular expression; `None` where it does, or where that is not known: the parser is of another language,
/// and of what it refuses only that is reported which Go refuses too.
pub fn pattern_fault(text: &str) -> Option<String> {
    // Quoted text, which this parser does not know.
    if text.contains("\\Q") {
        return None;
    }
    let error = Parser::new().parse(text).err()?;
    let is_refused = match error.kind() {
        ErrorKind::ClassRangeInvalid
        | ErrorKind::ClassUnclosed
        | ErrorKind::EscapeUnexpectedEof
        | ErrorKind::FlagUnrecognized
        | ErrorKind::GroupNameDuplicate { .. }
        | ErrorKind::GroupNameEmpty
        | ErrorKind::GroupUnclosed
        | ErrorKind::GroupUnopened
        | ErrorKind::RepetitionMissing
        | ErrorKind::UnsupportedBackreference
        | ErrorKind::UnsupportedLookAround => true,
        ErrorKind::EscapeUnrecognized => !text.contains("\\C"),
        _ => false,
    };
    is_refused.then(|| error.kind().to_string())
}

#[cfg(test)]
mod tests {
    use super::pattern_fault;

    /// Tried with promtool 2.42.
    #[test]
    fn what_go_refuses_is_a_fault() {
        for text in [
            "(", ")", "(?=x)", "(?<!x)", "[b-a]", "[a", "*a", "\\y", "(a)\\1", "a\\",
        ] {
            assert!(pattern_fault(text).is_some(), "{text}");
        }
        for text in [
            "",
            "go_gc_.*",
            "a{abc}",
            "\\Q(\\E",
            "[a&&b]",
            "\\p{Greek}\\d",
            "(?i:x)",
            "(?P<a>x)",
            "[[:alpha:]]",
            "\\C",
        ] {
            assert_eq!(pattern_fault(text), None, "{text}");
        }
    }
}
