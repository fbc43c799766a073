//! Patterns of paths and branches in the words of Jenkins.
//!
//! Jenkins' own patterns are Ant's: `?`, `*` and `**`. Alternatives become several of them, and what Ant has no words
//! for (a choice of characters) a regular expression.

use serde::Serialize;

/// One condition of a stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Condition {
    Paths { pattern: String },
    PathsMatching { pattern: String },
    Branch { pattern: String },
    BranchMatching { pattern: String },
    Tag { pattern: String },
    TagMatching { pattern: String },
}

/// Conditions of which one must hold for one of these paths to have changed.
pub fn paths(patterns: &[String]) -> Vec<Condition> {
    conditions(patterns, |pattern| match pattern {
        Pattern::Regex(pattern) => Condition::PathsMatching { pattern },
        Pattern::Glob(pattern) => Condition::Paths { pattern },
    })
}

/// Conditions of which one must hold for the branch to be one of these.
pub fn branches(patterns: &[String]) -> Vec<Condition> {
    conditions(patterns, |pattern| match pattern {
        Pattern::Regex(pattern) => Condition::BranchMatching { pattern },
        Pattern::Glob(pattern) => Condition::Branch { pattern },
    })
}

/// Conditions of which one must hold for the tag to be one of these.
pub fn tags(patterns: &[String]) -> Vec<Condition> {
    conditions(patterns, |pattern| match pattern {
        Pattern::Regex(pattern) => Condition::TagMatching { pattern },
        Pattern::Glob(pattern) => Condition::Tag { pattern },
    })
}

/// Patterns of files as one string, in which Jenkins separates them by commas.
pub fn files(patterns: &[String]) -> String {
    let all = patterns.iter().flat_map(|pattern| alternatives(pattern));
    all.collect::<Vec<_>>().join(",")
}

/// A pattern in one of the two forms that Jenkins reads.
enum Pattern {
    Glob(String),
    Regex(String),
}

fn conditions(patterns: &[String], condition: impl Fn(Pattern) -> Condition) -> Vec<Condition> {
    patterns
        .iter()
        .flat_map(|pattern| alternatives(pattern))
        .map(|pattern| {
            condition(match pattern.contains(['[', '\\']) {
                true => Pattern::Regex(regex(&pattern)),
                false => Pattern::Glob(pattern),
            })
        })
        .collect()
}

/// `a/{b,c}` as `a/b` and `a/c`. Braces may nest.
fn alternatives(pattern: &str) -> Vec<String> {
    let Some((before, choices, after)) = first_braces(pattern) else {
        return vec![pattern.to_string()];
    };
    choices
        .iter()
        .flat_map(|choice| alternatives(&format!("{before}{choice}{after}")))
        .collect()
}

/// What stands before the first braces, the choices inside of them, and what stands after.
fn first_braces(pattern: &str) -> Option<(&str, Vec<&str>, &str)> {
    let mut open = None;
    let mut depth = 0;
    let mut from = 0;
    let mut choices = Vec::new();
    let mut escaped = false;
    for (at, letter) in pattern.char_indices() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match letter {
            '\\' => escaped = true,
            '{' => {
                depth += 1;
                if depth == 1 {
                    open = Some(at);
                    from = at + 1;
                }
            }
            ',' if depth == 1 => {
                choices.push(&pattern[from..at]);
                from = at + 1;
            }
            '}' if depth == 1 => {
                choices.push(&pattern[from..at]);
                return Some((&pattern[..open?], choices, &pattern[at + 1..]));
            }
            '}' if depth > 1 => depth -= 1,
            _ => {}
        }
    }
    None
}

/// A pattern without braces as a regular expression. Backslashes are left out of it as far as possible, because
/// Jenkins takes them for separators of paths.
fn regex(pattern: &str) -> String {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(letter) = rest.chars().next() {
        let (piece, length) = match letter {
            _ if rest.starts_with("**/") => ("(.*/)?".to_string(), 3),
            _ if rest.starts_with("**") => (".*".to_string(), 2),
            '*' => ("[^/]*".to_string(), 1),
            '?' => ("[^/]".to_string(), 1),
            '[' => class(rest),
            '\\' => {
                let next = rest[1..].chars().next().unwrap_or('\\');
                (literal(next), 1 + next.len_utf8().min(rest.len() - 1))
            }
            letter => (literal(letter), letter.len_utf8()),
        };
        out.push_str(&piece);
        rest = &rest[length..];
    }
    out
}

/// A choice of characters: `[!a-z]` is `[^a-z]`.
fn class(rest: &str) -> (String, usize) {
    let negated = rest[1..].starts_with(['!', '^']);
    let start = if negated { 2 } else { 1 };
    // A bracket that comes first is one of the choices.
    let first = rest[start..].chars().next().map_or(0, char::len_utf8);
    let Some(end) = rest[start + first..].find(']') else {
        return (literal('['), 1);
    };
    let end = start + first + end;
    let choices: String = rest[start..end]
        .chars()
        .map(|letter| match letter {
            '[' | ']' | '\\' | '^' | '&' => format!("\\{letter}"),
            letter => letter.to_string(),
        })
        .collect();
    let mark = if negated { "^" } else { "" };
    (format!("[{mark}{choices}]"), end + 1)
}

fn literal(letter: char) -> String {
    match letter {
        '\\' | '^' => format!("\\{letter}"),
        letter if ".$|()[]{}+*?".contains(letter) => format!("[{letter}]"),
        letter => letter.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(pattern: &str) -> Vec<Condition> {
        paths(&[pattern.to_string()])
    }

    fn ant(pattern: &str) -> Condition {
        Condition::Paths {
            pattern: pattern.to_string(),
        }
    }

    #[test]
    fn alternatives_become_several_patterns() {
        assert_eq!(patterns("src/**"), [ant("src/**")]);
        assert_eq!(
            patterns("{a,b{c,d}}/*.py"),
            [ant("a/*.py"), ant("bc/*.py"), ant("bd/*.py")]
        );
    }

    #[test]
    fn a_choice_of_characters_becomes_a_regular_expression() {
        let expected = Condition::PathsMatching {
            pattern: "(.*/)?v[0-9][.]py".to_string(),
        };
        assert_eq!(patterns("**/v[0-9].py"), [expected]);
    }
}
