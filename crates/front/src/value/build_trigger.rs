//! When Jenkins starts a run automatically: five fields of its cron, in which `H` is a value that it chooses for each job, so
//! that not all jobs start at once.
//! Source: the grammar of `hudson.scheduler.CrontabLexer` and the help of the field "Schedule" in Jenkins.

use super::{
    cron::{self, Field, field, number, with_step},
    schedule::never_comes,
};

const FIELDS: [Field; 5] = [
    field("minute", 0, 59, &[]),
    field("hour", 0, 23, &[]),
    field("day of the month", 1, 31, &[]),
    field("month", 1, 12, &[]),
    field("day of the week", 0, 7, &[]),
];

const NICKNAMES: [&str; 7] = [
    "@yearly",
    "@annually",
    "@monthly",
    "@weekly",
    "@daily",
    "@midnight",
    "@hourly",
];

/// Whether Jenkins reads this as one line of its cron: `H 4 * * *`, `H/15 * * * *`, `H(0-29) 2-6 * * 1,3`, `@daily`.
pub fn is_build_trigger(text: &str) -> bool {
    trigger_fault(text).is_none()
}

/// What is wrong with a text that is no such line, for a message.
pub fn trigger_fault(text: &str) -> Option<String> {
    if text.contains(|c: char| c.is_whitespace() && c != ' ') {
        return Some("a tab or the end of a line; fields stand apart by spaces".to_string());
    }
    let fault = cron::fault(text, &FIELDS, &NICKNAMES, |index, field| {
        field.split(',').all(|item| is_item(item, &FIELDS[index]))
    });
    fault.or_else(|| {
        // What Jenkins chooses from a range comes where a day of the range does.
        let fields = text.replace("H(", "").replace(')', "").replace('H', "*");
        match fields.split_whitespace().collect::<Vec<&str>>()[..] {
            [_, _, day, month, _] => never_comes(day, month),
            _ => None,
        }
    })
}

/// `*`, `H`, `H(0-29)`, a value or a range; all but a value with a step.
fn is_item(item: &str, rule: &Field) -> bool {
    let (span, step) = with_step(item);
    let is_step = |step: u32| step > 0 && step <= rule.last + 1;
    if step.is_some_and(|step| !number(step).is_some_and(is_step)) {
        return false;
    }
    let hashed = span
        .strip_prefix("H(")
        .and_then(|rest| rest.strip_suffix(')'));
    match (span, hashed) {
        ("*" | "H", _) => true,
        (_, Some(range)) => is_range(range, rule),
        _ if span.contains('-') => is_range(span, rule),
        _ => step.is_none() && rule.takes(span),
    }
}

fn is_range(text: &str, rule: &Field) -> bool {
    text.split_once('-').is_some_and(|(first, last)| {
        rule.takes(first) && rule.takes(last) && number(first) <= number(last)
    })
}

#[cfg(test)]
mod tests {
    use super::is_build_trigger;

    #[test]
    fn the_cron_of_jenkins_is_read() {
        for good in [
            "H 4 * * *",
            "H/15 * * * *",
            "H(0-29)/10 * * * *",
            "0 9-16/2 * * 1-5",
            "45 9,17 1 * 7",
            "@midnight",
            "H H H(28-31) 2 *",
            "H H 31 H *",
        ] {
            assert!(is_build_trigger(good), "{good}");
        }
        for bad in [
            "H 4 31 2 *",
            "H 4 H(30-31) 2 *",
            "",
            "* * * *",
            "60 * * * *",
            "H 24 * * *",
            "5/2 * * * *",
            "H(29-0) * * * *",
            "0 0 L * *",
            "@weekdays",
            "0 0 * * MON",
            "H H H H H H",
        ] {
            assert!(!is_build_trigger(bad), "{bad}");
        }
    }
}
