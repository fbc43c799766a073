//! Words for messages.

/// `one`, `one or two`, `one, two or three`, each in backticks.
pub fn one_of<S: AsRef<str>>(words: &[S]) -> String {
    list(words, "or")
}

/// `one`, `one and two`, `one, two and three`, each in backticks.
pub fn all_of<S: AsRef<str>>(words: &[S]) -> String {
    list(words, "and")
}

fn list<S: AsRef<str>>(words: &[S], last: &str) -> String {
    let quoted: Vec<String> = words
        .iter()
        .map(|word| format!("`{}`", word.as_ref()))
        .collect();
    match quoted.as_slice() {
        [] => "nothing".to_string(),
        [only] => only.clone(),
        [start @ .., end] => format!("{} {last} {end}", start.join(", ")),
    }
}

/// A count with its noun: `1 file`, `2 files`.
pub fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// A circle as a path: `a → b → a`.
pub fn chain(names: &[&str]) -> String {
    let first = names.first().copied().unwrap_or_default();
    let mut path: Vec<&str> = names.to_vec();
    path.push(first);
    path.iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(" → ")
}

#[cfg(test)]
mod tests {
    use super::{all_of, count, one_of};

    #[test]
    fn one_is_not_plural() {
        assert_eq!(count(0, "file"), "0 files");
        assert_eq!(count(1, "file"), "1 file");
    }

    #[test]
    fn the_last_of_a_list_has_the_word_before_it() {
        assert_eq!(one_of(&["a"]), "`a`");
        assert_eq!(one_of(&["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(all_of(&["a", "b"]), "`a` and `b`");
    }
}
