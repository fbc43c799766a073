//! Small wording for messages: counts with their nouns, lists of names.

/// A count with its noun: `1 file`, `3 files`. The plural is the noun with an `s`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}

/// Names to choose from, each in backticks: `` `a`, `b` or `c` ``.
pub fn any_of<T: AsRef<str>>(names: &[T]) -> String {
    join(names, "or")
}

/// Names that all hold, each in backticks: `` `a`, `b` and `c` ``.
pub fn all_of<T: AsRef<str>>(names: &[T]) -> String {
    join(names, "and")
}

fn join<T: AsRef<str>>(names: &[T], word: &str) -> String {
    let quoted: Vec<String> = names
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    match quoted.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} {word} {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{all_of, any_of, count};

    #[test]
    fn one_is_not_plural() {
        assert_eq!(count(0, "file"), "0 files");
        assert_eq!(count(1, "file"), "1 file");
        assert_eq!(count(2, "file"), "2 files");
    }

    #[test]
    fn the_last_of_a_list_has_the_word_before_it() {
        assert_eq!(any_of::<&str>(&[]), "");
        assert_eq!(any_of(&["a"]), "`a`");
        assert_eq!(any_of(&["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(all_of(&["a", "b"]), "`a` and `b`");
    }
}
