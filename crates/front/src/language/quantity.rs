//! Times, cores and bytes: a number and a unit.

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
    number.checked_mul(factor)
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
    let millis = match text.strip_suffix('m') {
        Some(millis) => digits(millis)?,
        None => {
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
        assert_eq!(duration_ms("2h"), Some(7_200_000));
        assert_eq!(duration_ms("5 minutes"), None);
    }
}
