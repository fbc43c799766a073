//! Schedules as Airflow takes them: its presets, and five fields as its reader of cron, croniter, understands them.
//! Written by hand: the crates for cron take other expressions than croniter does.

mod gap;

pub use gap::Cycle;

pub(super) use gap::never_comes;

use std::fmt;

use super::{
    SchedulePreset,
    cron::{self, Field, field, number, with_step},
};

/// When Airflow runs a DAG automatically.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schedule {
    Preset(SchedulePreset),
    /// Five fields, in the user's spelling.
    Cron(String),
}

impl Schedule {
    /// `@daily` or `0 6 * * *`.
    pub fn parse(text: &str) -> Option<Self> {
        match SchedulePreset::parse(text) {
            Some(preset) => Some(Schedule::Preset(preset)),
            None => Self::fault(text)
                .is_none()
                .then(|| Schedule::Cron(text.to_string())),
        }
    }

    /// What is wrong with a text that is no schedule, for a message.
    pub fn fault(text: &str) -> Option<String> {
        let fault = cron::fault(text, &FIELDS, SchedulePreset::NAMES, is_field);
        fault.or_else(|| {
            let fields = text.to_ascii_lowercase();
            match fields.split_whitespace().collect::<Vec<&str>>()[..] {
                [_, _, day, month, "*" | "?"] => never_comes(day, month),
                _ => None,
            }
        })
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Schedule::Preset(preset) => f.write_str(preset.name()),
            Schedule::Cron(fields) => f.write_str(fields),
        }
    }
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const DAY: usize = 2;
const WEEKDAY: usize = 4;

const FIELDS: [Field; 5] = [
    field("minute", 0, 59, &[]),
    field("hour", 0, 23, &[]),
    field("day of the month", 1, 31, &[]),
    field("month", 1, 12, &MONTHS),
    field("day of the week", 0, 7, &DAYS),
];

fn is_field(index: usize, text: &str) -> bool {
    let rule = &FIELDS[index];
    let text = &text.to_ascii_lowercase();
    let nearest = |text: &str| text.strip_suffix('w').is_some_and(|day| rule.takes(day));
    match index {
        DAY | WEEKDAY if text == "?" => true,
        DAY if nearest(text) => true,
        DAY => text
            .split(',')
            .all(|item| item == "l" || is_span(rule, item)),
        // The second Friday and the last one do not go together with plain days.
        WEEKDAY if text.contains(['#', 'l']) => text.split(',').all(is_nth_day),
        _ => text.split(',').all(|item| is_span(rule, item)),
    }
}

/// `fri#2`, the second Friday of a month, or `l5`, the last one.
fn is_nth_day(text: &str) -> bool {
    let rule = &FIELDS[WEEKDAY];
    match (text.split_once('#'), text.strip_prefix('l')) {
        (Some((day, number)), _) => {
            rule.takes(day) && matches!(number, "1" | "2" | "3" | "4" | "5")
        }
        (None, Some(day)) => day.parse::<u32>().is_ok() && rule.takes(day),
        (None, None) => false,
    }
}

/// `*`, a value or a range, which may lead over the end; each with a step.
fn is_span(rule: &Field, item: &str) -> bool {
    let (span, step) = with_step(item);
    let steps = step.is_none_or(|step| number(step).is_some_and(|step| step > 0));
    steps
        && (span == "*"
            || match span.split_once('-') {
                Some((from, to)) => rule.takes(from) && rule.takes(to),
                None => rule.takes(span),
            })
}

#[cfg(test)]
mod tests {
    use super::Schedule;

    #[test]
    fn a_message_names_the_field_that_is_wrong() {
        for (text, expected) in [
            (
                "30 * * * 8",
                "field 5, the day of the week, is `8`; it takes 0 to 7 or `sun` to `sat`",
            ),
            ("0 24 * * *", "field 2, the hour, is `24`; it takes 0 to 23"),
            (
                "0 6 * *",
                "4 fields; there are five: minute, hour, day of the month, month, day of the week",
            ),
        ] {
            assert_eq!(Schedule::fault(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(Schedule::fault("0 6 * * Mon"), None);
    }

    /// Both lists were tested with Airflow 3.3.2.
    #[test]
    fn what_airflow_takes_is_a_schedule_and_nothing_else() {
        let taken = "@daily|@annually|@midnight|00 06 * * *|*/15 0-6 1,15 * mon|0 0 1 JAN *|0 0 ? * ?|0 0 L * *|0 0 1,L * *|\
                     0 0 15W * *|0 22-2/2 * * *|0 0 * * fri-mon|0 0 * * 7|0 0 * * fri#2,1#3|0 0 * * L5|*,5 * * * *|5/15 * * * *";
        let refused = "daily|* * * *|* * * * * *|60 * * * *|0 24 * * *|0 0 0 * *|0 0 * 13 *|0 0 * * 8|*/0 * * * *|0,,5 * * * *|\
                       ? * * * *|-5 * * * *|0 0 * * 5L|0 0 * * L|0 0 * * 1,L5|0 0 * * fri#6|0 0 LW * *|0 0 1W,15 * *|H * * * *|\
                       0 0 * * mon-friday|@every 5m|+5 * * * *";
        for text in taken.split('|') {
            let schedule = Schedule::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(schedule.to_string(), text);
        }
        for text in refused.split('|') {
            assert_eq!(Schedule::parse(text), None, "{text}");
        }
    }

    /// Airflow reads them, and finds no next run.
    #[test]
    fn a_day_that_no_month_has_is_no_schedule() {
        for text in ["0 0 31 2 *", "0 0 30,31 feb *", "0 0 31 4,6 ?"] {
            assert_eq!(Schedule::parse(text), None, "{text}");
        }
        for text in ["0 0 29 2 *", "0 0 31 */2 *", "0 0 31 2 mon", "0 0 l 2 *"] {
            assert!(Schedule::parse(text).is_some(), "{text}");
        }
    }
}
