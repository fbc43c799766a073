//! Numbers with a fraction, and how they are written.

use std::fmt;

/// A number with a fraction, or an exponent.
///
/// Where it becomes text, the zeros at its end stay: `3.10` is a version more often than it is 3.1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fraction {
    /// The number.
    pub number: f64,
    /// So many digits are written behind the point; none of a number with an exponent.
    digits: u8,
}

impl Fraction {
    /// A number, and the text that it was read from, without `_`.
    pub(crate) fn read(number: f64, written: &str) -> Self {
        let is_digit = |c: char| c.is_ascii_digit();
        let behind = written.split_once('.').map(|(_, behind)| behind);
        let behind = behind.filter(|behind| behind.chars().all(is_digit));
        let digits = behind.map_or(0, str::len);
        Self {
            number,
            digits: u8::try_from(digits).unwrap_or(u8::MAX),
        }
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shortest = self.number.to_string();
        let (point, behind) = match shortest.split_once('.') {
            Some((_, behind)) => ("", behind.len()),
            None => (".", 0),
        };
        let zeros = usize::from(self.digits).saturating_sub(behind);
        match zeros {
            0 => f.write_str(&shortest),
            zeros => write!(f, "{shortest}{point}{}", "0".repeat(zeros)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fraction;

    #[test]
    fn zeros_at_the_end_stay() {
        for (written, text) in [
            ("3.10", "3.10"),
            ("1.0", "1.0"),
            ("-0.50", "-0.50"),
            ("0.25", "0.25"),
            ("1e3", "1000"),
            ("2.50e1", "25"),
            ("100.00", "100.00"),
            ("inf", "inf"),
        ] {
            let number = written.parse().expect("a number");
            assert_eq!(Fraction::read(number, written).to_string(), text);
        }
    }
}
