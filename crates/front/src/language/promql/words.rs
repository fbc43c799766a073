//! Words of the language that name no series, or no function, and where they stand.

use super::lexer::Token;

/// Words that stand between expressions and name no series, and where they stand.
const NO_NAMES: [(&str, &str); 6] = [
    ("atan2", "between two expressions"),
    ("bool", "right behind a comparison"),
    ("group_left", "behind `on (...)` or `ignoring (...)`"),
    ("group_right", "behind `on (...)` or `ignoring (...)`"),
    ("ignoring", "right behind an operator, or behind `bool`"),
    ("on", "right behind an operator, or behind `bool`"),
];

/// Words that name series, but no functions.
const NO_FUNCTIONS: [(&str, &str); 3] = [
    ("by", "behind an aggregation, as in `sum by (job) (up)`"),
    ("offset", "behind a series, as in `up offset 5m`"),
    (
        "without",
        "behind an aggregation, as in `sum without (job) (up)`",
    ),
];

/// Where a word stands that names no series.
pub(super) fn place_of_no_name(token: &Token<'_>) -> Option<&'static str> {
    place_of(token, &NO_NAMES)
}

/// Where a word stands that names no function.
pub(super) fn place_of_no_function(token: &Token<'_>) -> Option<&'static str> {
    place_of(token, &NO_FUNCTIONS)
}

fn place_of(token: &Token<'_>, words: &[(&str, &'static str)]) -> Option<&'static str> {
    let found = words.iter().find(|(word, _)| token.is_word(word));
    found.map(|(_, place)| *place)
}
