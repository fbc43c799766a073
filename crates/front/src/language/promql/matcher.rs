//! What a selector asks of a label.

use regex_automata::{meta::Regex, util::syntax};

use crate::value::{pattern_fault, respelled_pattern};

/// What a selector asks of a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matcher {
    /// The label.
    pub name: String,
    /// How its value is compared.
    pub op: MatchOp,
    /// With what.
    pub value: String,
}

/// How the value of a label is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchOp {
    /// `=`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `=~`: a regular expression fits all of it.
    Regex,
    /// `!~`.
    NotRegex,
}

impl Matcher {
    /// Made ready to be asked of many values; `None` with a regular expression that only Go reads.
    pub fn test(&self) -> Option<Test<'_>> {
        Some(match self.op {
            MatchOp::Equal => Test::Equal(&self.value),
            MatchOp::NotEqual => Test::NotEqual(&self.value),
            MatchOp::Regex => Test::Regex(compiled(&self.value)?),
            MatchOp::NotRegex => Test::NotRegex(compiled(&self.value)?),
        })
    }
}

/// A matcher that can be asked of many values.
pub enum Test<'a> {
    /// It is this value.
    Equal(&'a str),
    /// It is not.
    NotEqual(&'a str),
    /// The expression fits it.
    Regex(Regex),
    /// It does not.
    NotRegex(Regex),
}

impl Test<'_> {
    /// Whether a value fits.
    pub fn fits(&self, value: &str) -> bool {
        match self {
            Self::Equal(wanted) => *wanted == value,
            Self::NotEqual(other) => *other != value,
            Self::Regex(regex) => regex.is_match(value),
            Self::NotRegex(regex) => !regex.is_match(value),
        }
    }
}

/// A regular expression of Go's that fits a whole value; `None` where only Go reads it.
fn compiled(pattern: &str) -> Option<Regex> {
    if pattern_fault(pattern).is_some() {
        return None;
    }
    let whole = format!("^(?s:{})$", respelled_pattern(pattern));
    let of_characters = syntax::Config::new();
    // Without tables of Unicode, which fold the case of letters elsewhere.
    let of_bytes = syntax::Config::new().unicode(false).utf8(false);
    let mut tries = [of_characters, of_bytes].into_iter();
    tries.find_map(|config| Regex::builder().syntax(config).build(&whole).ok())
}

#[cfg(test)]
mod tests {
    use super::{MatchOp, Matcher};

    fn fits(pattern: &str, value: &str) -> bool {
        let matcher = Matcher {
            name: "a".to_string(),
            op: MatchOp::Regex,
            value: pattern.to_string(),
        };
        matcher.test().is_some_and(|it| it.fits(value))
    }

    #[test]
    fn a_pattern_fits_a_whole_value_as_in_go() {
        for (pattern, value) in [
            ("a|b", "b"),
            ("api(/.+)?", "api/probe"),
            (".*", "a\nb"),
            ("x.y", "x\u{e9}y"),
            ("5..", "503"),
            ("a{b}", "a{b}"),
            ("a{,5}", "a{,5}"),
            ("a{2,3}", "aaa"),
            ("[^[]+", "a"),
            ("[]a&&b]+", "]a&b"),
            ("[[:alpha:]*]+", "a*"),
            ("\\w+\\d", "a_1"),
            ("[\\d.]+", "1.2"),
            ("\\Qa.b\\E", "a.b"),
            ("(?i)abc", "ABC"),
            ("\\<a", "<a"),
            ("a\\Bb", "ab"),
        ] {
            assert!(fits(pattern, value), "{pattern}");
        }
        for (pattern, value) in [
            ("a|b", "ab"),
            ("api", "api/probe"),
            ("\\d", "\u{663}"),
            ("\\Qa.b\\E", "axb"),
            ("[a&&b]", "c"),
        ] {
            assert!(!fits(pattern, value), "{pattern}");
        }
    }
}
