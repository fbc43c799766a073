//! Numbers, durations and texts, as Go reads them.

/// The value of a number; `None` of what is none. Errors: a number that is too large.
pub(super) fn number(text: &str) -> Result<Option<f64>, String> {
    if !is_parted(text) {
        return Ok(None);
    }
    let plain = text.replace('_', "");
    if let Some(digits) = plain.strip_prefix("0x").or(plain.strip_prefix("0X")) {
        if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_hexdigit()) {
            return Ok(None);
        }
        return match i64::from_str_radix(digits, 16) {
            Ok(number) => Ok(Some(number as f64)),
            Err(_) => Err(too_large(text)),
        };
    }
    // A zero in front makes it octal.
    let is_octal = plain.len() > 1 && plain.starts_with('0');
    if is_octal && let Ok(number) = i64::from_str_radix(&plain, 8) {
        return Ok(Some(number as f64));
    }
    match plain.parse::<f64>() {
        Ok(number) if number.is_infinite() => Err(too_large(text)),
        Ok(number) => Ok(Some(number)),
        Err(_) => Ok(None),
    }
}

fn too_large(text: &str) -> String {
    format!("the number `{text}` is out of range")
}

/// Whether each `_` stands between two digits.
fn is_parted(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    let is_digit = |at: usize| {
        let byte = bytes.get(at).copied().unwrap_or_default();
        byte.is_ascii_digit() || is_hexadecimal && byte.is_ascii_hexdigit()
    };
    let is_prefix = |at: usize| at == 1 && matches!(bytes[1], b'x' | b'X');
    let mut parts = text.match_indices('_').map(|(at, _)| at);
    parts.all(|at| at > 0 && (is_digit(at - 1) || is_prefix(at - 1)) && is_digit(at + 1))
}

/// The units of a duration in their order, and how many milliseconds each has.
const UNITS: [(&str, u64); 7] = [
    ("y", 31_536_000_000),
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// More milliseconds than a duration has: nanoseconds in 63 bits.
const LONGEST: u64 = i64::MAX as u64 / 1_000_000;

/// What is said of a duration that is longer.
pub(super) const TOO_LONG: &str = "a duration is out of range: the longest is 292 years";

/// A duration such as `1h30m`, in seconds.
pub(super) fn duration(text: &str) -> Result<f64, String> {
    let mut units = UNITS.iter();
    let mut rest = text;
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit());
        let digits = digits
            .filter(|it| *it > 0)
            .ok_or_else(|| no_duration(text))?;
        let (number, behind) = rest.split_at(digits);
        let letters = behind.find(|c: char| c.is_ascii_digit());
        let (unit, behind) = behind.split_at(letters.unwrap_or(behind.len()));
        let (_, factor) = units
            .find(|(name, _)| *name == unit)
            .ok_or_else(|| no_duration(text))?;
        let number: Option<u64> = number.parse().ok();
        let time = number.and_then(|it| it.checked_mul(*factor));
        let sum = time.and_then(|time| total.checked_add(time));
        total = sum.filter(|it| *it <= LONGEST).ok_or(TOO_LONG)?;
        rest = behind;
    }
    Ok(total as f64 / 1000.0)
}

fn no_duration(text: &str) -> String {
    format!("`{text}` is neither a number nor a duration, such as `5m` or `1h30m`")
}

/// The text between the quotes that another begins with, and where it ends.
pub(super) fn quoted(text: &str) -> Result<(String, usize), String> {
    let quote = text.chars().next().unwrap_or_default();
    let inner = &text[quote.len_utf8()..];
    if quote == '`' {
        let end = inner.find('`').ok_or("a text in `` ` `` is not closed")?;
        return Ok((inner[..end].to_string(), end + 2));
    }
    let mut bytes = Vec::new();
    let mut rest = inner;
    while let Some(c) = rest.chars().next() {
        match c {
            '\n' => break,
            _ if c == quote => {
                let end = text.len() - rest.len() + 1;
                // Bytes can be written that are no character.
                return Ok((String::from_utf8_lossy(&bytes).into_owned(), end));
            }
            '\\' => rest = escaped(&rest[1..], quote, &mut bytes)?,
            _ => {
                bytes.extend_from_slice(&rest.as_bytes()[..c.len_utf8()]);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    Err(format!("a text in `{quote}` is not closed"))
}

/// Reads what stands behind a backslash. Gives what comes after it.
fn escaped<'a>(text: &'a str, quote: char, bytes: &mut Vec<u8>) -> Result<&'a str, String> {
    let Some(c) = text.chars().next() else {
        return Err(format!("a text in `{quote}` is not closed"));
    };
    let one = match c {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 11,
        '\\' => b'\\',
        _ if c == quote => quote as u8,
        _ => return numbered(text, c, bytes),
    };
    bytes.push(one);
    Ok(&text[1..])
}

/// Reads a character that is written as its number, as `\x41`.
fn numbered<'a>(text: &'a str, kind: char, bytes: &mut Vec<u8>) -> Result<&'a str, String> {
    let (from, digits, radix) = match kind {
        '0'..='7' => (0, 3, 8),
        'x' => (1, 2, 16),
        'u' => (1, 4, 16),
        'U' => (1, 8, 16),
        _ => {
            return Err(format!(
                "`\\{kind}` means nothing in a text; `\\\\` is a backslash"
            ));
        }
    };
    let end = from + digits;
    let wrong = || format!("`\\{kind}` in a text names no character");
    let written = text.get(from..end).filter(|it| !it.starts_with('+'));
    let number = written.and_then(|it| u32::from_str_radix(it, radix).ok());
    let number = number.ok_or_else(wrong)?;
    if kind == 'u' || kind == 'U' {
        let c = char::from_u32(number).ok_or_else(wrong)?;
        bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    } else {
        bytes.push(u8::try_from(number).map_err(|_| wrong())?);
    }
    Ok(&text[end..])
}

#[cfg(test)]
mod tests {
    use super::{duration, number, quoted};

    #[test]
    fn numbers_are_read_as_go_reads_them() {
        for (text, wanted) in [
            ("0", Some(0.0)),
            ("010", Some(8.0)),
            ("08", Some(8.0)),
            ("0x1F", Some(31.0)),
            ("0x_1f", Some(31.0)),
            ("1_000", Some(1000.0)),
            ("1_000.5e-1", Some(100.05)),
            (".5", Some(0.5)),
            ("5.", Some(5.0)),
            ("1_", None),
            ("1__0", None),
            ("1_e3", None),
            ("1e_3", None),
            ("0x", None),
            ("1.2.3", None),
            ("5m", None),
        ] {
            assert_eq!(number(text), Ok(wanted), "{text}");
        }
        for text in ["1e400", "0xFFFFFFFFFFFFFFFF"] {
            assert!(number(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_have_their_units_in_order() {
        assert_eq!(duration("1h30m"), Ok(5400.0));
        assert_eq!(duration("1y2w3d4h5m6s7ms"), Ok(33_019_506.007));
        for text in ["5", "5x", "5m1h", "5m5m", "1.5h", "1_0s", "m", "300y", "5M"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn texts_have_the_escapes_of_go() {
        for (text, wanted) in [
            (r#""a\tb" c"#, "a\tb"),
            (r#""\x41\101\u00e9\U0001F600""#, "AA\u{e9}\u{1f600}"),
            (r#"'it\'s'"#, "it's"),
            (r"`\d`", r"\d"),
        ] {
            let (read, _) = quoted(text).expect(text);
            assert_eq!(read, wanted, "{text}");
        }
        for text in [
            r#""\d""#,
            r#""\'""#,
            r#""\400""#,
            r#""\uD800""#,
            r#""\x+1""#,
            "\"a\nb\"",
            "\"a",
            "`a",
        ] {
            assert!(quoted(text).is_err(), "{text}");
        }
    }
}
