//! Five fields of cron, as Airflow and Jenkins have them: what a field is called, which numbers it takes, and which one is
//! wrong.

use crate::text::one_of;

/// One of the five fields.
pub(super) struct Field {
    /// As a message calls it.
    name: &'static str,
    pub first: u32,
    pub last: u32,
    /// Words for numbers, the first for `first`.
    pub names: &'static [&'static str],
}

pub(super) const fn field(
    name: &'static str,
    first: u32,
    last: u32,
    names: &'static [&'static str],
) -> Field {
    Field {
        name,
        first,
        last,
        names,
    }
}

impl Field {
    /// Whether this is one of its numbers, or a word for one.
    pub fn takes(&self, value: &str) -> bool {
        self.names.contains(&value)
            || number(value).is_some_and(|found| (self.first..=self.last).contains(&found))
    }

    fn range(&self) -> String {
        let numbers = format!("{} to {}", self.first, self.last);
        match self.names {
            [first, .., last] => format!("{numbers} or `{first}` to `{last}`"),
            _ => numbers,
        }
    }
}

/// What is wrong with a text that is not five fields which `holds` takes, each with its number; `None` if nothing is.
/// `words`: what may stand instead of the fields.
pub(super) fn fault(
    text: &str,
    rules: &[Field; 5],
    words: &[&str],
    holds: impl Fn(usize, &str) -> bool,
) -> Option<String> {
    if text.starts_with('@') {
        return (!words.contains(&text)).then(|| format!("the word is {}", one_of(words)));
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    if fields.len() != rules.len() {
        let names = rules.iter().map(|rule| rule.name).collect::<Vec<_>>();
        return Some(format!(
            "{} fields; there are five: {}",
            fields.len(),
            names.join(", ")
        ));
    }
    let mut numbered = fields.iter().zip(rules).enumerate();
    let (index, (field, rule)) = numbered.find(|(index, (field, _))| !holds(*index, field))?;
    Some(format!(
        "field {}, the {}, is `{field}`; it takes {}",
        index + 1,
        rule.name,
        rule.range()
    ))
}

/// `*/5` in its span and its step.
pub(super) fn with_step(item: &str) -> (&str, Option<&str>) {
    match item.split_once('/') {
        Some((span, step)) => (span, Some(step)),
        None => (item, None),
    }
}

/// Digits alone: `+5` is not read.
pub(super) fn number(text: &str) -> Option<u32> {
    text.chars().all(|c| c.is_ascii_digit()).then_some(())?;
    text.parse().ok()
}
