//! Points and lengths of time as Python writes them.

use serde::Serialize;

use crate::model::Date;

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
#[derive(Debug, Serialize)]
pub struct Start {
    /// Year, month, day; then hour, minute and second where they are written.
    pub parts: Vec<u32>,
    /// Minutes.
    pub shift: i32,
}

/// A date with the parts that it has.
pub fn start(date: &Date) -> Start {
    let mut parts = vec![date.year.into(), date.month.into(), date.day.into()];
    if let Some(time) = date.time {
        parts.extend([time.hour, time.minute, time.second].map(u32::from));
    }
    Start {
        parts,
        shift: date.offset.into(),
    }
}

/// A day before anything that a platform could run.
pub fn start_in_the_past() -> Start {
    Start {
        parts: vec![2020, 1, 1],
        shift: 0,
    }
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
}
