//! How far apart the runs of a schedule are.

use super::{DAY, DAYS, FIELDS, Schedule, WEEKDAY};
use crate::value::{SchedulePreset, cron::number};

/// Days from a Monday on (2024-01-01) within which every schedule that repeats runs twice: three leap days are in them.
const DAYS_SEEN: u32 = 3288;
const MINUTES_OF_DAY: u32 = 24 * 60;
/// The field of months.
const MONTH: usize = 3;

/// When a schedule is due that is the same every day, or every week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// Seconds of a day, or of a week.
    pub length: u64,
    /// Seconds from the start of a cycle, in order: those of a week start on Thursday, as the time of computers does.
    pub due: Vec<u64>,
}

/// The first day of the time of computers: a Thursday, where 0 is Sunday.
const FIRST_DAY: u32 = 4;

impl Schedule {
    /// When it is due, where the times between its runs differ and are the same every day or every week.
    pub fn uneven_cycle(&self) -> Option<Cycle> {
        let fields = match self {
            Schedule::Cron(fields) => fields.to_ascii_lowercase(),
            Schedule::Preset(preset) => fields_of(*preset)?.to_string(),
        };
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let of_week = fields.get(WEEKDAY)?;
        let is_repeated = is_every(fields[DAY]) && is_every(fields[MONTH]);
        if !is_repeated || of_week.contains(['#', 'l']) {
            return None;
        }
        let is_daily = is_every(of_week);
        let mut days: Vec<u32> = match is_daily {
            true => vec![0],
            false => values(WEEKDAY, of_week)
                .iter()
                .map(|day| (day + 7 - FIRST_DAY) % 7)
                .collect(),
        };
        days.sort_unstable();
        days.dedup();
        let times = times_of_day(&fields);
        let of_day = |day: &u32| {
            let start = day * MINUTES_OF_DAY;
            times.iter().map(move |time| u64::from(start + time) * 60)
        };
        let due: Vec<u64> = days.iter().flat_map(of_day).collect();
        let length = u64::from(MINUTES_OF_DAY) * 60 * if is_daily { 1 } else { 7 };
        let (first, last) = (*due.first()?, *due.last()?);
        let over_end = length - last + first;
        let is_uneven = due.windows(2).any(|pair| pair[1] - pair[0] != over_end);
        is_uneven.then_some(Cycle { length, due })
    }

    /// The longest time between two runs, in milliseconds. `None` where it does not repeat.
    pub fn longest_gap(&self) -> Option<u64> {
        let fields = match self {
            Schedule::Cron(fields) => fields.to_ascii_lowercase(),
            Schedule::Preset(preset) => fields_of(*preset)?.to_string(),
        };
        let fields: Vec<&str> = fields.split_whitespace().collect();
        if fields.len() != FIELDS.len() {
            return None;
        }
        let times = times_of_day(&fields);
        let (first, last) = (*times.first()?, *times.last()?);
        let within = times.windows(2).map(|pair| pair[1] - pair[0]).max();
        let days = match [DAY, MONTH, WEEKDAY].iter().all(|at| is_every(fields[*at])) {
            // Most schedules: nine years of days need not be looked at.
            true => vec![0, 1],
            false => days(&fields),
        };
        let between = days
            .windows(2)
            .map(|pair| (pair[1] - pair[0]) * MINUTES_OF_DAY - last + first)
            .max()?;
        let minutes = between.max(within.unwrap_or_default());
        Some(u64::from(minutes) * 60_000)
    }

    /// Of a schedule that runs on certain days of the week: how long ago, at most, the newest run that had `slack` to end was due, on
    /// each day of a week from Sunday on. All in milliseconds. `None` of any other schedule, or where it is the same on all days.
    pub fn by_weekday(&self, slack: u64) -> Option<[u64; 7]> {
        let fields = match self {
            Schedule::Cron(fields) => fields.to_ascii_lowercase(),
            Schedule::Preset(preset) => fields_of(*preset)?.to_string(),
        };
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let of_week = fields.get(WEEKDAY)?;
        let is_weekly = is_every(fields[DAY]) && is_every(fields[MONTH]) && !is_every(of_week);
        if !is_weekly || of_week.contains(['#', 'l']) {
            return None;
        }
        let weekdays: Vec<u32> = values(WEEKDAY, of_week).iter().map(|it| it % 7).collect();
        let times = times_of_day(&fields);
        if weekdays.len() * times.len() == 1 {
            // From week to week it is the same on each day, as seen from the run that is due.
            return None;
        }
        let is_due = |minute: u32| {
            let (day, of_day) = (minute / MINUTES_OF_DAY % 7, minute % MINUTES_OF_DAY);
            weekdays.contains(&day) && times.binary_search(&of_day).is_ok()
        };
        let slack = u32::try_from(slack / 60_000).ok()?;
        let week = 7 * MINUTES_OF_DAY;
        let mut longest = [0; 7];
        // What was due in the week before counts in this one. The day after which it has had its time may be another.
        let mut last = None;
        for minute in 0..2 * week {
            if is_due(minute) {
                last = Some(minute);
            }
            let day = (minute + slack) / MINUTES_OF_DAY % 7;
            if let (Some(last), true) = (last, minute >= week) {
                let ago = u64::from(minute - last + slack + 1) * 60_000;
                let longest: &mut u64 = &mut longest[usize::try_from(day).ok()?];
                *longest = ago.max(*longest);
            }
        }
        let differ = longest.iter().any(|it| *it != longest[0]);
        (differ && last.is_some()).then_some(longest)
    }
}

/// What is wrong with a day that no month of these has, for a message; `None` where it comes.
pub(in crate::value) fn never_comes(day: &str, month: &str) -> Option<String> {
    if is_every(day) || !days(&["0", "0", day, month, "*"]).is_empty() {
        return None;
    }
    Some(format!(
        "it never comes: the month `{month}` has no day `{day}`"
    ))
}

fn is_every(field: &str) -> bool {
    matches!(field, "*" | "?")
}

/// The five fields that a preset stands for, where it repeats.
fn fields_of(preset: SchedulePreset) -> Option<&'static str> {
    match preset {
        SchedulePreset::Once | SchedulePreset::Continuous => None,
        SchedulePreset::Hourly => Some("0 * * * *"),
        SchedulePreset::Daily | SchedulePreset::Midnight => Some("0 0 * * *"),
        SchedulePreset::Weekly => Some("0 0 * * 0"),
        SchedulePreset::Monthly => Some("0 0 1 * *"),
        SchedulePreset::Quarterly => Some("0 0 1 */3 *"),
        SchedulePreset::Yearly | SchedulePreset::Annually => Some("0 0 1 1 *"),
    }
}

/// Minutes of a day, in order.
fn times_of_day(fields: &[&str]) -> Vec<u32> {
    let minutes = values(0, fields[0]);
    let hours = values(1, fields[1]);
    let all = hours
        .iter()
        .flat_map(|hour| minutes.iter().map(move |minute| hour * 60 + minute));
    let mut all: Vec<u32> = all.collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The days on which it runs, counted from the first one that is looked at.
fn days(fields: &[&str]) -> Vec<u32> {
    let months = values(MONTH, fields[MONTH]);
    let every = |index: usize| is_every(fields[index]);
    let days: Vec<OfMonth> = fields[DAY].split(',').map(OfMonth::parse).collect();
    let weekdays: Vec<OfWeek> = fields[WEEKDAY].split(',').map(OfWeek::parse).collect();
    (0..DAYS_SEEN)
        .zip(Calendar::default())
        .filter(|(_, day)| {
            let of_month = days.iter().any(|item| item.is_day(day));
            let of_week = weekdays.iter().any(|item| item.is_day(day));
            let fits = match (every(DAY), every(WEEKDAY)) {
                (true, true) => true,
                (true, false) => of_week,
                (false, true) => of_month,
                // If both are set, either one is enough.
                (false, false) => of_month || of_week,
            };
            fits && months.contains(&day.month)
        })
        .map(|(number, _)| number)
        .collect()
}

/// An item of the field of days.
enum OfMonth {
    Last,
    Numbers(Vec<u32>),
}

impl OfMonth {
    fn parse(item: &str) -> Self {
        match item.strip_suffix('w') {
            // The working day nearest to it: at most two days away, which no gap needs to know.
            Some(near) => Self::Numbers(number(near).into_iter().collect()),
            None if item == "l" => Self::Last,
            None => Self::Numbers(values(DAY, item)),
        }
    }

    fn is_day(&self, day: &Day) -> bool {
        match self {
            Self::Last => day.number == day.last,
            Self::Numbers(numbers) => numbers.contains(&day.number),
        }
    }
}

/// An item of the field of weekdays: numbers where 0 and 7 are Sunday, and which of them in the month.
struct OfWeek {
    numbers: Vec<u32>,
    occurrence: Occurrence,
}

enum Occurrence {
    Each,
    Last,
    /// `None` is no number, and on no day.
    Nth(Option<u32>),
}

impl OfWeek {
    fn parse(item: &str) -> Self {
        let (text, occurrence) = match (item.split_once('#'), item.strip_prefix('l')) {
            (Some((weekday, nth)), _) => (weekday, Occurrence::Nth(number(nth))),
            (None, Some(weekday)) if !weekday.is_empty() => (weekday, Occurrence::Last),
            _ => (item, Occurrence::Each),
        };
        Self {
            numbers: values(WEEKDAY, text),
            occurrence,
        }
    }

    fn is_day(&self, day: &Day) -> bool {
        let is_which = match self.occurrence {
            Occurrence::Each => true,
            Occurrence::Last => day.number + 7 > day.last,
            Occurrence::Nth(nth) => nth == Some(day.number.div_ceil(7)),
        };
        is_which && self.numbers.iter().any(|it| it % 7 == day.weekday)
    }
}

/// The numbers of a field: values, ranges that may lead over the end, steps.
fn values(index: usize, text: &str) -> Vec<u32> {
    let rule = &FIELDS[index];
    let value = |text: &str| {
        let named = rule.names.iter().position(|name| *name == text);
        let named = named.and_then(|at| u32::try_from(at).ok());
        named.map(|at| rule.first + at).or_else(|| number(text))
    };
    let mut out = Vec::new();
    for item in text.split(',') {
        let (span, step) = item.split_once('/').unwrap_or((item, "1"));
        let (from, to) = match span.split_once('-') {
            Some((from, to)) => (value(from), value(to)),
            None if matches!(span, "*" | "?") => (Some(rule.first), Some(rule.last)),
            None if item.contains('/') => (value(span), Some(rule.last)),
            None => (value(span), value(span)),
        };
        let (Some(from), Some(to), Some(step)) = (from, to, number(step).filter(|it| *it > 0))
        else {
            continue;
        };
        let size = rule.last - rule.first + 1;
        let to = if to < from { to + size } else { to };
        let step = usize::try_from(step).unwrap_or(1);
        out.extend(
            (from..=to)
                .step_by(step)
                .map(|it| rule.first + (it - rule.first) % size),
        );
    }
    out
}

/// A day of the calendar.
#[derive(Clone, Copy)]
struct Day {
    month: u32,
    /// Of the month.
    number: u32,
    /// The month's last one.
    last: u32,
    /// 0 is Sunday.
    weekday: u32,
}

/// Days from Monday, 2024-01-01 on.
struct Calendar {
    year: u32,
    month: u32,
    number: u32,
    weekday: u32,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            year: 2024,
            month: 1,
            number: 1,
            weekday: 1,
        }
    }
}

impl Iterator for Calendar {
    type Item = Day;

    fn next(&mut self) -> Option<Day> {
        let last = match self.month {
            2 if self.year.is_multiple_of(4) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let day = Day {
            month: self.month,
            number: self.number,
            last,
            weekday: self.weekday,
        };
        self.weekday = (self.weekday + 1) % u32::try_from(DAYS.len()).unwrap_or(7);
        self.number += 1;
        if self.number > last {
            (self.number, self.month) = (1, self.month + 1);
        }
        if self.month > 12 {
            (self.month, self.year) = (1, self.year + 1);
        }
        Some(day)
    }
}

#[cfg(test)]
mod tests {
    use super::Schedule;

    fn longest_gap(schedule: &str) -> Option<u64> {
        Schedule::parse(schedule)?.longest_gap()
    }

    #[test]
    fn the_longest_gap_is_that_over_nights_weekends_and_months() {
        const HOUR: u64 = 3_600_000;
        for (schedule, hours) in [
            ("@hourly", 1),
            ("@daily", 24),
            ("@weekly", 7 * 24),
            ("@monthly", 31 * 24),
            ("*/30 9-17 * * mon-fri", 63),
            ("0 22-2/2 * * *", 20),
            ("0 6 * * 1,4", 4 * 24),
            ("0 0 29 2 *", 1461 * 24),
            ("0 0 L * *", 31 * 24),
            ("0 0 * * fri#2", 35 * 24),
            ("0 0 1 * mon", 7 * 24),
        ] {
            let expected = if schedule.starts_with("*/30") {
                Some(63 * HOUR + HOUR / 2)
            } else {
                Some(hours * HOUR)
            };
            assert_eq!(longest_gap(schedule), expected, "{schedule}");
        }
        assert_eq!(longest_gap("@once"), None);
        assert_eq!(longest_gap("nonsense"), None);
    }

    #[test]
    fn an_uneven_schedule_is_due_at_known_times() {
        const HOUR: u64 = 3600;
        let cycle = |schedule: &str| {
            let cycle = Schedule::parse(schedule)?.uneven_cycle()?;
            let hours: Vec<u64> = cycle.due.iter().map(|due| due / HOUR).collect();
            Some((cycle.length / HOUR, hours))
        };
        assert_eq!(cycle("0 6,18,20 * * *"), Some((24, vec![6, 18, 20])));
        // From Thursday on: Friday, Monday, Wednesday.
        let of_week = Some((168, vec![30, 102, 150]));
        assert_eq!(cycle("0 6 * * mon,wed,fri"), of_week);
        for schedule in [
            "@daily",
            "0 6,18 * * *",
            "0 6 * * 1",
            "0 6 1 * *",
            "0 6 * * 1#2",
            "*/5 * * * *",
        ] {
            assert_eq!(cycle(schedule), None, "{schedule}");
        }
    }

    #[test]
    fn on_each_day_the_newest_run_that_had_its_time_is_so_long_ago() {
        const HOUR: u64 = 3_600_000;
        let by = |schedule: &str, slack: u64| {
            let found = Schedule::parse(schedule).and_then(|it| it.by_weekday(slack * HOUR));
            found.map(|days| days.map(|ago| ago / HOUR))
        };
        // Saturday ends 42 hours after Friday, 6:00; by noon of Monday three days and six hours have passed.
        let workdays = Some([66, 78, 30, 30, 30, 30, 42]);
        assert_eq!(by("0 6 * * 1-5", 6), workdays);
        assert_eq!(by("0 6 * * mon-fri", 6), workdays);
        assert_eq!(by("0 6 * * 0-6", 6), None);
        for schedule in ["@daily", "@weekly", "0 6 * * *", "0 6 1 * 1", "0 6 * * 1#2"] {
            assert_eq!(by(schedule, 6), None, "{schedule}");
        }
    }
}
