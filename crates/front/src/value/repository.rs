//! Which files together are a repository of git, whose settings name programs that git runs.

use std::collections::BTreeSet;

use super::one_spelling;

/// The folders of generated files, each with the file `HEAD` in it, that git takes for a repository without a working tree: where
/// `objects` and `refs` lie beside `HEAD`, or `commondir`, which names another place for the two (git's setup.c, `is_git_directory`).
/// Some file systems know no letter case. What `HEAD` says is for [`is_head`].
pub fn repositories<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<(&'a str, &'a str)> {
    let mut heads = Vec::new();
    let mut beside: BTreeSet<String> = BTreeSet::new();
    for path in paths {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if name.eq_ignore_ascii_case("HEAD") {
            heads.push((folder, path));
        }
        for (end, _) in path.match_indices('/').chain([(path.len(), "")]) {
            let name = path[..end].rsplit('/').next().unwrap_or_default();
            let is_part = |part: &str| name.eq_ignore_ascii_case(part);
            if ["objects", "refs", "commondir"].into_iter().any(is_part) {
                beside.insert(one_spelling(&path[..end]));
            }
        }
    }
    heads.retain(|(folder, _)| {
        let folder = one_spelling(folder);
        let has = |name: &str| match folder.as_str() {
            "" => beside.contains(name),
            folder => beside.contains(&format!("{folder}/{name}")),
        };
        has("commondir") || has("objects") && has("refs")
    });
    heads
}

/// Whether git takes a text for that of a `HEAD`: a name of a branch, or a hash, whatever follows it (git's path.c, `validate_headref`).
pub fn is_head(text: &str) -> bool {
    /// Of SHA-1. The longer ones begin with as many.
    const DIGITS: usize = 40;
    let start = text.as_bytes().get(..DIGITS);
    // Blanks as C's `isspace` has them.
    let blanks = [' ', '\t', '\n', '\r', '\u{b}', '\u{c}'];
    let of_name = text.strip_prefix("ref:");
    of_name.is_some_and(|name| name.trim_start_matches(blanks).starts_with("refs/"))
        || start.is_some_and(|start| start.iter().all(u8::is_ascii_hexdigit))
}

#[cfg(test)]
mod tests {
    use super::{is_head, repositories};

    #[test]
    fn git_knows_a_head_by_how_it_begins() {
        let hash = "0123456789abcdefABCDEF0123456789abcdef01";
        for text in [
            "ref: refs/heads/x",
            "ref:refs/x",
            "ref:\t\n refs/x",
            hash,
            &format!("{hash}\n"),
        ] {
            assert!(is_head(text), "{text}");
        }
        for text in [
            "",
            "# Heads\n",
            " ref: refs/heads/x",
            "ref: main",
            "ref: the text",
            &hash[1..],
        ] {
            assert!(!is_head(text), "{text}");
        }
    }

    #[test]
    fn what_lies_beside_a_head_makes_a_repository() {
        for (paths, folder) in [
            (&["a/HEAD", "a/objects/x", "a/refs/x"][..], "a"),
            (&["HEAD", "objects", "refs"], ""),
            (&["a/b/head", "a/B/Objects/x/y", "a/b/REFS/heads/x"], "a/b"),
            (&["a/HEAD", "a/commondir"], "a"),
        ] {
            let found = repositories(paths.iter().copied());
            assert_eq!(found, [(folder, paths[0])], "{paths:?}");
        }
        for paths in [
            &["a/HEAD", "a/objects/x"][..],
            &["a/HEAD", "objects/x", "refs/x"],
            &["a/HEAD", "a/b/objects/x", "a/b/refs/x"],
            &["a/HEAD/x", "a/objects/x", "a/refs/x"],
            &["a/HEAD.html", "a/objects/x", "a/refs/x"],
            &["a/objects/x", "a/refs/x", "a/config"],
        ] {
            assert_eq!(repositories(paths.iter().copied()), [], "{paths:?}");
        }
    }
}
