//! Quantities and times as Compose writes them.

const UNITS: [(u64, &str); 3] = [(1 << 30, "g"), (1 << 20, "m"), (1 << 10, "k")];

/// Bytes in the largest unit that holds them exactly: `1g`, `512m`, `1000b`. Compose's units are powers of 1024.
pub(super) fn bytes(bytes: u64) -> String {
    UNITS
        .iter()
        .find(|(size, _)| bytes > 0 && bytes.is_multiple_of(*size))
        .map_or_else(
            || format!("{bytes}b"),
            |(size, unit)| format!("{}{unit}", bytes / size),
        )
}

/// Thousandths of a processor as a decimal number: `0.5`, `2`.
pub(super) fn processors(thousandths: u64) -> String {
    let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// Milliseconds as a duration: `10s`, `1500ms`.
pub(super) fn duration(milliseconds: u64) -> String {
    if milliseconds.is_multiple_of(1000) {
        format!("{}s", milliseconds / 1000)
    } else {
        format!("{milliseconds}ms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_keep_their_value() {
        assert_eq!(bytes(1 << 30), "1g");
        assert_eq!(bytes(1_000_000), "1000000b");
        assert_eq!(bytes(0), "0b");
        assert_eq!(processors(500), "0.5");
        assert_eq!(processors(2000), "2");
        assert_eq!(processors(1005), "1.005");
        assert_eq!(duration(90_000), "90s");
        assert_eq!(duration(1500), "1500ms");
    }
}
