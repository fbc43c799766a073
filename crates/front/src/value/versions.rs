//! Versions of which the newest tag counts, as Flux and Argo CD read them: `1.4.*`, `>=1.4.0, <2`, `1.4 - 1.6`, `^1 || ^3`.
//! Source: the grammar in `constraints.go` of Masterminds/semver 3, which both use.

/// What may stand before a version; of two that begin alike the longer one first.
const SIGNS: [&str; 11] = ["!=", ">=", "=>", "<=", "=<", "~>", "=", ">", "<", "~", "^"];

/// What stands between versions of which any counts.
const OR: &str = "||";

/// Whether a text asks for versions, rightly or wrongly: git has no name with most of these signs, and people give none with
/// the others.
pub fn asks_for_versions(text: &str) -> bool {
    text.starts_with(['<', '>', '=', '!'])
        || text.contains(['*', '~', '^', ' '])
        || text.contains(OR)
}

/// Whether it is understood.
fn is_versions(text: &str) -> bool {
    text.split(OR)
        .all(|all| is_range(all.trim()).unwrap_or_else(|| are_all(all.trim())))
}

/// A branch, a tag, a commit, or versions.
pub fn is_revision(text: &str) -> bool {
    match asks_for_versions(text) {
        true => is_versions(text),
        false => super::is_word(text),
    }
}

/// What is wrong with a text that is none of them, for a message.
pub fn revision_fault(text: &str) -> Option<String> {
    (asks_for_versions(text) && !is_versions(text)).then(|| {
        "`*`, `~`, `^` and spaces stand in versions alone, such as `1.4.*` or `>=1.4.0, <2`"
            .to_string()
    })
}

/// `1.4 - 1.6`; `None` where it is no range.
fn is_range(text: &str) -> Option<bool> {
    let (first, last) = text.split_once(" - ")?;
    let is_one = |text: &str| behind_version(text.trim()).is_some_and(str::is_empty);
    Some(is_one(first) && is_one(last))
}

/// Versions that all hold, with commas or spaces between them.
fn are_all(text: &str) -> bool {
    let mut rest = text;
    loop {
        let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
        rest = rest[sign.map_or(0, |sign| sign.len())..].trim_start_matches(' ');
        let Some(behind) = behind_version(rest) else {
            return false;
        };
        if behind.is_empty() {
            return true;
        }
        let next = behind.trim_start_matches(' ');
        rest = match next.strip_prefix(',') {
            Some(next) => next.trim_start_matches(' '),
            None if next.len() < behind.len() => next,
            None => return false,
        };
    }
}

/// What follows the version that a text begins with: up to three numbers, each perhaps `x` or `*`, and what is behind them.
fn behind_version(text: &str) -> Option<&str> {
    let mut rest = behind_number(text.strip_prefix('v').unwrap_or(text))?;
    for _ in 0..2 {
        if let Some(next) = rest.strip_prefix('.') {
            rest = behind_number(next)?;
        }
    }
    for sign in ['-', '+'] {
        if let Some(words) = rest.strip_prefix(sign) {
            let is_inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
            let end = words.find(|c| !is_inner(c)).unwrap_or(words.len());
            if words[..end].split('.').any(str::is_empty) {
                return None;
            }
            rest = &words[end..];
        }
    }
    Some(rest)
}

fn behind_number(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix(['x', 'X', '*']) {
        return Some(rest);
    }
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::{is_revision, is_versions};

    #[test]
    fn versions_are_read_as_flux_reads_them() {
        for good in [
            "1.4.*",
            "*",
            "^1",
            "~> 1.4",
            "!=1.2.3",
            ">= 1.4.0, < 2",
            ">=1.4 <2",
            "1.4 - 1.6.2",
            "1.x || >=3.0.0-rc.1",
            "=v1.4.0+build.7",
        ] {
            assert!(is_versions(good), "{good}");
        }
        for bad in [
            "",
            "release/1.*",
            "HEAD~1",
            "main^",
            ">=1.4,",
            ">=",
            "1.4 -1.6",
            ">=1.4 - 2",
            "1.2.3.*",
            "1 | 2",
            "two words",
            ">=1.4<2",
            "1.0-",
        ] {
            assert!(!is_versions(bad), "{bad}");
        }
    }

    #[test]
    fn a_name_in_git_has_no_spaces_and_no_signs_of_versions() {
        for good in ["main", "release/1.4", "v1.x", "refs/heads/1.4", "1 - 2"] {
            assert!(is_revision(good), "{good}");
        }
        for bad in ["", "release/*", "my branch", "a\tb", "main~3"] {
            assert!(!is_revision(bad), "{bad}");
        }
    }
}
