//! When Jenkins starts a run automatically: five fields of its cron, in which `H` is a value that it chooses for each job, so
//! that not all jobs start at once.
//! Source: the grammar of `hudson.scheduler.CrontabLexer` and the help of the field "Schedule" in Jenkins.

/// Minute, hour, day, month, weekday: the smallest and the largest value.
const FIELDS: [(u32, u32); 5] = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)];

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
    if NICKNAMES.contains(&text) {
        return true;
    }
    let fields: Vec<&str> = text.split(' ').filter(|field| !field.is_empty()).collect();
    let holds =
        |(field, bounds): (&&str, &(u32, u32))| field.split(',').all(|item| is_item(item, *bounds));
    fields.len() == FIELDS.len() && fields.iter().zip(&FIELDS).all(holds)
}

/// `*`, `H`, `H(0-29)`, a value or a range; all but a value with a step.
fn is_item(item: &str, bounds: (u32, u32)) -> bool {
    let (span, step) = match item.split_once('/') {
        Some((span, step)) => (span, Some(step)),
        None => (item, None),
    };
    if step.is_some_and(|step| !number(step).is_some_and(|step| step > 0 && step <= bounds.1 + 1)) {
        return false;
    }
    let hashed = span
        .strip_prefix("H(")
        .and_then(|rest| rest.strip_suffix(')'));
    match (span, hashed) {
        ("*" | "H", _) => true,
        (_, Some(range)) => is_range(range, bounds),
        _ if span.contains('-') => is_range(span, bounds),
        _ => step.is_none() && is_in(span, bounds).is_some(),
    }
}

fn is_range(text: &str, bounds: (u32, u32)) -> bool {
    let ends = text.split_once('-');
    ends.is_some_and(|(first, last)| {
        matches!((is_in(first, bounds), is_in(last, bounds)), (Some(first), Some(last)) if first <= last)
    })
}

fn is_in(text: &str, (least, most): (u32, u32)) -> Option<u32> {
    number(text).filter(|value| (least..=most).contains(value))
}

fn number(text: &str) -> Option<u32> {
    text.chars().all(|c| c.is_ascii_digit()).then_some(())?;
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::is_build_trigger;

    #[test]
    fn jenkins_own_cron_is_read() {
        for good in [
            "H 4 * * *",
            "H/15 * * * *",
            "H(0-29)/10 * * * *",
            "0 9-16/2 * * 1-5",
            "45 9,17 1 * 7",
            "@midnight",
        ] {
            assert!(is_build_trigger(good), "{good}");
        }
        for bad in [
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
