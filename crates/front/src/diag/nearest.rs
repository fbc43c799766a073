//! The known name that a user most likely meant.

/// The candidate closest to `name`, if one is close enough to be a slip of the finger.
///
/// Distance is Damerau-Levenshtein; a third of the name's length, and at least one, may differ. Of equally close
/// candidates the first in `candidates` wins, so the caller's order decides. Names that have the same letters are told apart one by one:
/// of thousands of such names no more are looked at than a person would.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    let lower = name.to_lowercase();
    let mut limit = (length / 3).max(1);
    let letters = Letters::of(&lower);
    let mut best = None;
    let mut compared = 0;
    for candidate in candidates {
        let other = candidate.chars().count();
        // As many letters as the lengths differ by are different.
        if length.abs_diff(other) > limit || letters.differ_from(candidate, limit) {
            continue;
        }
        compared += 1;
        if compared > MOST_COMPARED {
            break;
        }
        let distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
        // A name of one letter is no slip of another one, and `hostIPC` is none of `hostPID`.
        if distance > limit || distance >= length.max(other) || are_two_acronyms(name, candidate) {
            continue;
        }
        best = Some(candidate);
        // Only a closer one is of use from here on.
        match distance.checked_sub(1) {
            Some(closer) => limit = closer,
            None => break,
        }
    }
    best
}

/// Whether one name is surely the other one misspelled: one letter differs, and no digit, which tells names apart.
pub fn is_slip(name: &str, meant: &str) -> bool {
    let digits = |name: &str| name.matches(|c: char| c.is_ascii_digit()).count();
    name.len().abs_diff(meant.len()) <= 1
        && digits(name) == digits(meant)
        && strsim::damerau_levenshtein(name, meant) == 1
}

/// So many names are compared letter by letter.
const MOST_COMPARED: usize = 500;

/// How often each letter stands in a name. Thousands of unknown names are compared with thousands of known ones: most are told
/// apart by their letters alone.
struct Letters([u16; 128]);

impl Letters {
    fn of(lower: &str) -> Self {
        let mut counts = [0_u16; 128];
        for letter in lower.bytes() {
            let count = &mut counts[usize::from(letter & 127)];
            *count = count.saturating_add(1);
        }
        Self(counts)
    }

    /// Whether another name has more other letters than `limit`: each of them is a difference.
    fn differ_from(&self, other: &str, limit: usize) -> bool {
        if !other.is_ascii() {
            return false;
        }
        let of = |letter: u8| usize::from(letter.to_ascii_lowercase());
        // Most have letters that the name has nowhere: to see that takes no copy of its letters.
        let foreign = other.bytes().filter(|letter| self.0[of(*letter)] == 0);
        if foreign.count() > limit {
            return true;
        }
        let mut left = self.0;
        let mut others = 0;
        for letter in other.bytes() {
            match &mut left[of(letter)] {
                0 => others += 1,
                count => *count -= 1,
            }
        }
        others > limit
    }
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
        assert_eq!(nearest("ÄB-CD", ["äb-dc"]), Some("äb-dc"));
        assert_eq!(nearest("aaab", ["AABA"]), Some("AABA"));
        assert_eq!(nearest("PG_URI", ["PG_URL"]), Some("PG_URL"));
    }
}
