//! Points and lengths of time as Python writes them.

use serde::Serialize;

/// The arguments of `timedelta`, in the largest unit that needs no fraction: `hours=2`.
pub fn delta(milliseconds: u64) -> String {
    const UNITS: [(&str, u64); 5] = [
        ("days", 86_400_000),
        ("hours", 3_600_000),
        ("minutes", 60_000),
        ("seconds", 1_000),
        ("milliseconds", 1),
    ];
    UNITS
        .iter()
        .find(|(_, size)| milliseconds >= *size && milliseconds.is_multiple_of(*size))
        .map_or_else(
            || "seconds=0".to_string(),
            |(name, size)| format!("{name}={}", milliseconds / size),
        )
}

/// A point in time as the arguments of `pendulum.datetime`, and how far its zone is ahead of UTC.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Start {
    /// Year, month, day; then hour, minute and second where they are written.
    pub parts: Vec<u32>,
    /// Minutes.
    pub shift: i32,
}

/// Reads a date of TOML, with or without a time. `None` where it is no date.
pub fn start(written: &str) -> Option<Start> {
    let date = written.get(..10)?;
    let mut parts = numbers(date, '-')?;
    let (time, shift) = zone(written.get(10..)?.trim_start_matches(['T', 't', ' ']))?;
    if !time.is_empty() {
        let whole = time.split('.').next().unwrap_or(time);
        parts.extend(numbers(whole, ':')?);
    }
    Some(Start { parts, shift })
}

fn numbers(text: &str, separator: char) -> Option<Vec<u32>> {
    text.split(separator)
        .map(|number| number.parse().ok())
        .collect()
}

/// Splits a time from its zone.
fn zone(text: &str) -> Option<(&str, i32)> {
    if let Some(time) = text.strip_suffix(['Z', 'z']) {
        return Some((time, 0));
    }
    let Some(at) = text.rfind(['+', '-']) else {
        return Some((text, 0));
    };
    let (time, zone) = text.split_at(at);
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = zone[1..].split_once(':')?;
    let minutes = hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?;
    Some((time, sign * minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_written_in_its_largest_whole_unit() {
        assert_eq!(delta(7_200_000), "hours=2");
        assert_eq!(delta(5_400_000), "minutes=90");
        assert_eq!(delta(1), "milliseconds=1");
        assert_eq!(delta(0), "seconds=0");
    }

    #[test]
    fn a_start_is_a_date_with_or_without_a_time_and_a_zone() {
        let read = |text| start(text).map(|start| (start.parts, start.shift));
        assert_eq!(read("2026-01-01"), Some((vec![2026, 1, 1], 0)));
        assert_eq!(
            read("2026-01-01T06:30:00Z"),
            Some((vec![2026, 1, 1, 6, 30, 0], 0))
        );
        assert_eq!(
            read("2026-01-01 06:30:00.5+07:00"),
            Some((vec![2026, 1, 1, 6, 30, 0], 420))
        );
        assert_eq!(read("06:30:00"), None);
    }
}
