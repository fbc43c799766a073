//! Bytes, shares of a processor and times as each target writes them.
//!
//! In: bytes, thousandths of a processor, milliseconds.

/// The largest unit that divides an amount, and how many of it there are. Units stand from the largest to the smallest.
fn whole<'a>(amount: u64, units: &[(&'a str, u64)]) -> Option<(u64, &'a str)> {
    units
        .iter()
        .find(|(_, size)| amount > 0 && amount.is_multiple_of(*size))
        .map(|(unit, size)| (amount / size, *unit))
}

/// Compose and Swarm.
pub mod engine {
    use super::whole;

    const UNITS: [(&str, u64); 3] = [("g", 1 << 30), ("m", 1 << 20), ("k", 1 << 10)];

    /// Bytes in the largest unit that holds them exactly: `1g`, `512m`, `1000b`. The units are powers of 1024.
    pub fn bytes(bytes: u64) -> String {
        whole(bytes, &UNITS).map_or_else(
            || format!("{bytes}b"),
            |(number, unit)| format!("{number}{unit}"),
        )
    }

    /// Thousandths of a processor as a decimal number: `0.5`, `2`.
    pub fn processors(thousandths: u64) -> String {
        let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    }

    /// Milliseconds as a duration: `10s`, `1500ms`.
    pub fn duration(milliseconds: u64) -> String {
        if milliseconds.is_multiple_of(1000) {
            format!("{}s", milliseconds / 1000)
        } else {
            format!("{milliseconds}ms")
        }
    }
}

pub mod kubernetes {
    use super::whole;

    const UNITS: [(&str, u64); 4] = [
        ("Ti", 1 << 40),
        ("Gi", 1 << 30),
        ("Mi", 1 << 20),
        ("Ki", 1 << 10),
    ];

    /// Bytes in the largest unit that divides them: `1Gi`, `1000`.
    pub fn bytes(bytes: u64) -> String {
        whole(bytes, &UNITS).map_or_else(
            || bytes.to_string(),
            |(number, unit)| format!("{number}{unit}"),
        )
    }

    /// Thousandths of a processor: `2`, `500m`.
    pub fn processors(thousandths: u64) -> String {
        if thousandths.is_multiple_of(1000) {
            (thousandths / 1000).to_string()
        } else {
            format!("{thousandths}m")
        }
    }

    /// Milliseconds as whole seconds, rounded up.
    pub fn seconds(milliseconds: u64) -> u64 {
        milliseconds.div_ceil(1000)
    }
}

pub mod prometheus {
    /// Milliseconds as Prometheus and Grafana write a duration: `1m30s`.
    pub use crate::language::duration_text as duration;
}

#[cfg(test)]
mod tests {
    use super::{engine, kubernetes, prometheus};

    #[test]
    fn quantities_keep_their_value() {
        assert_eq!(engine::bytes(1 << 30), "1g");
        assert_eq!(engine::bytes(1_000_000), "1000000b");
        assert_eq!(engine::bytes(0), "0b");
        assert_eq!(engine::processors(500), "0.5");
        assert_eq!(engine::processors(2000), "2");
        assert_eq!(engine::processors(1005), "1.005");
        assert_eq!(engine::duration(90_000), "90s");
        assert_eq!(engine::duration(1500), "1500ms");
        assert_eq!(kubernetes::bytes(3 << 40), "3Ti");
        assert_eq!(kubernetes::bytes(1000), "1000");
        assert_eq!(kubernetes::bytes(0), "0");
        assert_eq!(kubernetes::processors(1500), "1500m");
        assert_eq!(kubernetes::processors(2000), "2");
        assert_eq!(kubernetes::seconds(1500), 2);
    }

    #[test]
    fn a_duration_of_prometheus_is_written_in_its_largest_units() {
        assert_eq!(prometheus::duration(90_000), "1m30s");
        assert_eq!(prometheus::duration(15_000), "15s");
        assert_eq!(prometheus::duration(500), "500ms");
        assert_eq!(prometheus::duration(86_400_000), "1d");
        assert_eq!(prometheus::duration(0), "0s");
    }
}
