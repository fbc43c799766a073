//! Times, cores and bytes: a number and a unit.

use crate::text::one_of;

/// The longest duration: Prometheus, Compose and Kubernetes count nanoseconds in 64 bits.
const LONGEST_MS: u64 = i64::MAX as u64 / 1_000_000;

/// A duration in milliseconds: a number and `ms`, `s`, `m`, `h` or `d`; `None` for any other text.
pub fn duration_ms(text: &str) -> Option<u64> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u64 = text[..unit_at].parse().ok()?;
    let factor = match &text[unit_at..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    let time = number.checked_mul(factor)?;
    (time <= LONGEST_MS).then_some(time)
}

/// A number without a unit in each that could be meant, as text for a help: `300` is `"300ms"`, `"300s"`, `"300m"` or `"300h"`.
pub(super) fn with_each_unit(number: &str) -> Option<String> {
    let number = number.trim();
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    if number.is_empty() || !number.chars().all(is_number) {
        return None;
    }
    let units = ["ms", "s", "m", "h"].iter();
    let written = units.filter_map(|unit| duration_in_one_unit(&format!("{number}{unit}")));
    let written = written.filter(|it| duration_ms(it) > Some(0));
    let written: Vec<String> = written.map(|it| format!("\"{it}\"")).collect();
    (!written.is_empty()).then(|| one_of(&written))
}

/// A duration as others write it, in one unit: `1m30s` is `90s`, `1.5s` is `1500ms`. A number alone is none.
pub(super) fn duration_in_one_unit(text: &str) -> Option<String> {
    if duration_ms(text).is_some() {
        return Some(text.to_string());
    }
    let mut total: u64 = 0;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let is_number = |c: char| c.is_ascii_digit() || c == '.';
        let unit_at = rest.find(|c| !is_number(c)).unwrap_or(rest.len());
        let after = &rest[unit_at..];
        let unit = &after[..after.find(is_number).unwrap_or(after.len())];
        let (whole, fraction) = rest[..unit_at]
            .split_once('.')
            .unwrap_or((&rest[..unit_at], "0"));
        let millis: u64 = match unit.trim() {
            "s" | "sec" | "second" | "seconds" => 1_000,
            "ms" => 1,
            "m" | "min" | "minute" | "minutes" => 60_000,
            "h" | "hour" | "hours" => 3_600_000,
            "d" | "day" | "days" => 86_400_000,
            _ => return None,
        };
        let scale = 10u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        let part = digits(fraction)?.checked_mul(millis)? / scale;
        let whole = digits(whole)?.checked_mul(millis)?;
        total = total.checked_add(whole)?.checked_add(part)?;
        rest = &after[unit.len()..];
    }
    let units = [(3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")];
    let (size, unit) = match total {
        0 => (1_000, "s"),
        _ => units
            .into_iter()
            .find(|(size, _)| total.is_multiple_of(*size))?,
    };
    Some(format!("{}{unit}", total / size))
}

/// Processors as Kubernetes takes them: `0.5000` is `0.5`, what is less than a thousandth is one.
pub(super) fn cpu_in_millis(text: &str) -> Option<String> {
    if cpu_millis(text).is_some() && !text.ends_with('0') {
        return Some(text.to_string());
    }
    let number: f64 = text.trim().parse().ok()?;
    let is_fine = number > 0.0 && number < 1_000_000.0;
    is_fine.then(|| {
        let number = format!("{:.3}", number.max(0.001));
        let number = number.trim_end_matches('0').trim_end_matches('.');
        number.to_string()
    })
}

/// Milliseconds in the largest units: `1m30s`.
pub fn duration_text(milliseconds: u64) -> String {
    const UNITS: [(&str, u64); 5] = [
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1_000),
        ("ms", 1),
    ];
    let mut rest = milliseconds;
    let mut out = String::new();
    for (unit, size) in UNITS {
        if rest >= size {
            out.push_str(&format!("{}{unit}", rest / size));
            rest %= size;
        }
    }
    if out.is_empty() {
        "0s".to_string()
    } else {
        out
    }
}

/// Thousandths of a processor; `None` where Kubernetes would refuse the text or it is not above zero.
pub fn cpu_millis(text: &str) -> Option<u64> {
    let millis = match (text.strip_suffix('m'), with_exponent(text)) {
        (Some(millis), _) => digits(millis)?,
        (None, Some((number, exponent))) => scaled(number, exponent.checked_add(3)?)?,
        (None, None) => {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
            if fraction.len() > 3 {
                return None;
            }
            let scale = 10u64.pow(3 - fraction.len() as u32);
            digits(whole)?
                .checked_mul(1000)?
                .checked_add(digits(fraction)? * scale)?
        }
    };
    (millis > 0).then_some(millis)
}

/// Bytes; `None` where Kubernetes would refuse the text or it is not above zero.
pub fn memory_bytes(text: &str) -> Option<u64> {
    if let Some((number, exponent)) = with_exponent(text) {
        return scaled(number, exponent).filter(|bytes| *bytes > 0);
    }
    let unit_at = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let factor: u64 = match &text[unit_at..] {
        "" => 1,
        "k" => 1_000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        "T" => 1_000_000_000_000,
        "Ki" => 1 << 10,
        "Mi" => 1 << 20,
        "Gi" => 1 << 30,
        "Ti" => 1 << 40,
        "P" => 1_000_000_000_000_000,
        "Pi" => 1 << 50,
        _ => return None,
    };
    let (whole, fraction) = text[..unit_at]
        .split_once('.')
        .unwrap_or((&text[..unit_at], "0"));
    if fraction.len() > 3 {
        return None;
    }
    let whole = digits(whole)?.checked_mul(factor)?;
    let part = digits(fraction)?.checked_mul(factor)? / 10u64.pow(fraction.len() as u32);
    let bytes = whole.checked_add(part)?;
    (bytes > 0).then_some(bytes)
}

/// Bytes in Compose's own units, where a key means the same as in Compose: `64m`, `1gb`.
pub fn compose_bytes(text: &str) -> Option<u64> {
    let lower = text.to_ascii_lowercase();
    let unit_at = lower.find(|c: char| !c.is_ascii_digit())?;
    let factor = match lower[unit_at..].trim() {
        "b" => 1,
        "k" | "kb" => 1 << 10,
        "m" | "mb" => 1 << 20,
        "g" | "gb" => 1 << 30,
        _ => return None,
    };
    digits(&lower[..unit_at])?.checked_mul(factor)
}

/// `1e9`, `129E+6`: the number and the power of ten, which Kubernetes takes in the place of a unit.
fn with_exponent(text: &str) -> Option<(&str, i32)> {
    let (number, exponent) = text.split_once(['e', 'E'])?;
    Some((number, exponent.parse().ok()?))
}

/// A number times a power of ten, where that is a whole number.
fn scaled(number: &str, power: i32) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    digits(whole)?;
    let all = digits(&format!("{whole}{fraction}"))?;
    let power = power.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    let factor = 10u64.checked_pow(power.unsigned_abs())?;
    match power < 0 {
        true => all.is_multiple_of(factor).then_some(all / factor),
        false => all.checked_mul(factor),
    }
}

/// A plain decimal number: no sign, not empty.
fn digits(text: &str) -> Option<u64> {
    text.chars()
        .all(|c| c.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_have_the_grammar_of_kubernetes() {
        assert_eq!(cpu_millis("500m"), Some(500));
        assert_eq!(cpu_millis("0.5"), Some(500));
        assert_eq!(cpu_millis("2"), Some(2000));
        assert_eq!(cpu_millis("0"), None);
        assert_eq!(cpu_millis("2 cores"), None);
        assert_eq!(memory_bytes("512Mi"), Some(512 << 20));
        assert_eq!(memory_bytes("1.5Gi"), Some(3 << 29));
        assert_eq!(memory_bytes("512MB"), None);
        assert_eq!(memory_bytes("1e9"), Some(1_000_000_000));
        assert_eq!(memory_bytes("129E+6"), Some(129_000_000));
        assert_eq!(memory_bytes("1.5e3"), Some(1_500));
        assert_eq!(memory_bytes("15e-1"), None);
        assert_eq!(memory_bytes("1e99"), None);
        assert_eq!(memory_bytes("0e3"), None);
        assert_eq!(memory_bytes("1e"), None);
        assert_eq!(memory_bytes("e3"), None);
        assert_eq!(cpu_millis("5e-1"), Some(500));
        assert_eq!(cpu_millis("2e0"), Some(2000));
        assert_eq!(cpu_millis("1e-4"), None);
        assert_eq!(duration_ms("2h"), Some(7_200_000));
        assert_eq!(duration_ms("5 minutes"), None);
        // promtool: `duration out of range`.
        assert_eq!(duration_ms("106752d"), None);
        assert!(duration_ms("106751d").is_some());
    }

    #[test]
    fn what_others_write_is_written_in_one_unit() {
        for (text, expected) in [
            ("1m30s", Some("90s")),
            ("1.5s", Some("1500ms")),
            ("1h30m", Some("90m")),
            ("90", None),
            ("0.5m", Some("30s")),
            ("60s", Some("60s")),
            ("1m30", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(duration_in_one_unit(text).as_deref(), expected, "{text}");
        }
        for (text, expected) in [
            ("0.50000", Some("0.5")),
            ("500m", Some("500m")),
            ("2", Some("2")),
            ("2.0", Some("2")),
            ("10", Some("10")),
            ("0.0001", Some("0.001")),
            ("two", None),
        ] {
            assert_eq!(cpu_in_millis(text).as_deref(), expected, "{text}");
        }
    }
}
