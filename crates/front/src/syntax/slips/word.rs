//! Words without quotes that are more than a text: numbers and dates of other languages, and references.

use super::loose::{Slip, is_of_key, is_toml};
use crate::syntax::quoted;

/// What a word means in TOML. Nothing where it is a text like any other.
pub(super) fn meant(word: &str) -> Option<(Slip, String)> {
    let number = number(word).map(|number| (Slip::Number, number));
    number.or_else(|| date(word)).or_else(|| reference(word))
}

/// `0X1F`, `8_000_`.
fn number(word: &str) -> Option<String> {
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    let bare = lower.replace('_', "");
    [lower, bare].into_iter().find(|number| is_toml(number))
}

/// `31.12.2026`, `2026/12/31`, and a day that no calendar has.
fn date(word: &str) -> Option<(Slip, String)> {
    let (day, time) = match word.find(['T', ' ']) {
        Some(at) => word.split_at(at),
        None => (word, ""),
    };
    let sign = ['-', '/', '.']
        .into_iter()
        .find(|sign| day.contains(*sign))?;
    let parts: Vec<&str> = day.split(sign).collect();
    let [first, second, third] = parts.as_slice() else {
        return None;
    };
    let is_number = |part: &&str| (1..=4).contains(&part.len()) && is_digits(part);
    if !parts.iter().all(is_number) {
        return None;
    }
    let number = |part: &str| part.parse::<u16>().ok();
    let (year, month, day) = match (first.len(), third.len()) {
        // With dots it is a version.
        (4, ..=2) if sign != '.' => (first, number(second)?, number(third)?),
        // Americans write the month first where there are slashes.
        (..=2, 4) => match (number(first)?, number(second)?) {
            (month, day) if sign == '/' && month <= 12 => (third, month, day),
            (day, month) => (third, month, day),
        },
        _ => return None,
    };
    let (slip, month, day) = nearest(number(year)?, month, day);
    let date = format!("{year}-{month:02}-{day:02}{time}");
    is_toml(&date).then_some((slip, date))
}

fn is_digits(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit())
}

/// The day itself, the same with month and day in their order, or the nearest of that month.
fn nearest(year: u16, month: u16, day: u16) -> (Slip, u16, u16) {
    let days = |month: u16| match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 31,
    };
    let is_day =
        |month: u16, day: u16| (1..=12).contains(&month) && (1..=days(month)).contains(&day);
    if is_day(month, day) {
        return (Slip::Date, month, day);
    }
    if is_day(day, month) {
        return (Slip::NoDate, day, month);
    }
    let month = month.clamp(1, 12);
    (Slip::NoDate, month, day.clamp(1, days(month)))
}

/// `var.uid`, `secrets.db`, `components.api.http.url`.
fn reference(word: &str) -> Option<(Slip, String)> {
    let (first, rest) = word.split_once('.')?;
    let first = match first {
        "var" | "vars" => "vars",
        "secret" | "secrets" => "secrets",
        "components" if rest.contains('.') => "components",
        _ => return None,
    };
    let is_name = !rest.is_empty() && rest.chars().all(is_of_key) && !rest.ends_with('.');
    // A file may have such a name.
    let files = [
        "yaml", "yml", "json", "toml", "env", "txt", "ini", "sh", "py", "tf",
    ];
    (is_name && !files.contains(&rest))
        .then(|| (Slip::Reference, quoted(&format!("${{{first}.{rest}}}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_they_mean() {
        for (word, slip, expected) in [
            ("0X1F40", Slip::Number, "0x1f40"),
            ("8_000_", Slip::Number, "8000"),
            ("2026-02-29", Slip::NoDate, "2026-02-28"),
            ("2026-13-01", Slip::NoDate, "2026-01-13"),
            ("2026-04-31", Slip::NoDate, "2026-04-30"),
            ("2026-1-5", Slip::Date, "2026-01-05"),
            ("2026/01/05", Slip::Date, "2026-01-05"),
            ("31.12.2026", Slip::Date, "2026-12-31"),
            ("12/31/2026", Slip::Date, "2026-12-31"),
            ("2026-02-30T10:00:00Z", Slip::NoDate, "2026-02-28T10:00:00Z"),
            ("var.uid", Slip::Reference, "\"${vars.uid}\""),
            ("secrets.db", Slip::Reference, "\"${secrets.db}\""),
        ] {
            assert_eq!(meant(word), Some((slip, expected.to_string())), "{word}");
        }
        for text in ["2024.10.1", "1.2.3", "secrets.yaml", "main", "10s", "a-b-c"] {
            assert_eq!(meant(text), None, "{text}");
        }
    }
}
