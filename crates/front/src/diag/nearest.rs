//! The known name that a user most likely meant.

/// The candidate closest to `name`, if one is close enough to be a slip of the finger.
///
/// Distance is Damerau-Levenshtein; a third of the name's length, and at least one, may differ. Of equally close
/// candidates the first in `candidates` wins, so the caller's order decides.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    let lower = name.to_lowercase();
    let limit = (length / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other = candidate.chars().count();
        // As many letters as the lengths differ by are different.
        if length.abs_diff(other) > limit {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
        // A name of one letter is no slip of another one, and `hostIPC` is none of `hostPID`.
        let kept = distance < length.max(other) && !are_two_acronyms(name, candidate);
        if kept && distance <= limit && best.is_none_or(|(closest, _)| distance < closest) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Whether two names of mixed case differ in the letters of what is abbreviated.
fn are_two_acronyms(one: &str, other: &str) -> bool {
    let acronym = |name: &str| {
        let is_mixed = name.contains(|c: char| c.is_ascii_lowercase());
        let words = name.split(|c: char| !c.is_ascii_uppercase());
        let words = words.filter(|word| is_mixed && word.len() > 1);
        let mut letters: Vec<char> = words.flat_map(str::chars).collect();
        letters.sort_unstable();
        letters
    };
    let (one, other) = (acronym(one), acronym(other));
    !one.is_empty() && !other.is_empty() && one != other
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_swapped_letter_is_found_and_another_word_is_not() {
        assert_eq!(nearest("redsi", ["kafka", "redis"]), Some("redis"));
        assert_eq!(nearest("redis", ["postgres", "mlflow"]), None);
        assert_eq!(nearest("b", ["a"]), None);
        assert_eq!(nearest("hostIPC", ["hostPID"]), None);
        assert_eq!(nearest("hostPDI", ["hostPID"]), Some("hostPID"));
        assert_eq!(nearest("PG_URI", ["PG_URL"]), Some("PG_URL"));
    }
}
