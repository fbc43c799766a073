//! Dates of TOML.

use std::fmt;

use toml::value::{Datetime, Offset};

/// A date, with a time and an offset where they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Date {
    text: String,
    /// Four digits.
    pub year: u16,
    /// From 1.
    pub month: u8,
    /// From 1.
    pub day: u8,
    /// `None`: the day as a whole.
    pub time: Option<TimeOfDay>,
    /// Minutes that its zone is ahead of UTC; 0 where no zone is written.
    pub offset: i16,
}

/// Fractions of a second are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeOfDay {
    /// Up to 23.
    pub hour: u8,
    /// Up to 59.
    pub minute: u8,
    /// Up to 60, for leap seconds.
    pub second: u8,
}

impl Date {
    /// A date of the calendar, as TOML writes it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::of(&text.parse().ok()?)
    }

    /// `None` for a time without a date.
    pub(super) fn of(written: &Datetime) -> Option<Self> {
        let date = written.date?;
        Some(Self {
            text: written.to_string(),
            year: date.year,
            month: date.month,
            day: date.day,
            time: written.time.map(|time| TimeOfDay {
                hour: time.hour,
                minute: time.minute,
                second: time.second.unwrap_or(0),
            }),
            offset: match written.offset {
                Some(Offset::Custom { minutes }) => minutes,
                Some(Offset::Z) | None => 0,
            },
        })
    }
}

/// As TOML writes it.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(Date, String)> {
        let date = Date::of(&text.parse().ok()?)?;
        let written = date.to_string();
        Some((date, written))
    }

    #[test]
    fn a_date_has_a_time_and_a_zone_where_they_are_written() {
        let (day, written) = read("2026-01-01").expect("a date");
        assert_eq!((day.year, day.month, day.day), (2026, 1, 1));
        assert_eq!((day.time, day.offset), (None, 0));
        assert_eq!(written, "2026-01-01");
        let (moment, written) = read("2026-01-01 06:30:00.5+07:00").expect("a date");
        let time = TimeOfDay {
            hour: 6,
            minute: 30,
            second: 0,
        };
        assert_eq!((moment.time, moment.offset), (Some(time), 420));
        assert_eq!(written, "2026-01-01T06:30:00.5+07:00");
        assert_eq!(read("06:30:00"), None);
    }
}
