//! Stages that never run: no branch and no tag is both theirs and that of the entry or the stage around them.

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink, Subject},
    model::{Ci, CiStage},
    source::Span,
    syntax::quoted,
    text::all_of,
};

/// On what an entry or a stage runs: its branches and its tags; without either on all.
#[derive(Clone, Copy)]
struct Runs<'a> {
    branches: &'a [String],
    tags: &'a [String],
}

impl<'a> Runs<'a> {
    fn of_entry(entry: &'a Ci) -> Self {
        Self {
            branches: &entry.branches,
            tags: &entry.tags,
        }
    }

    fn of_stage(stage: &'a CiStage) -> Self {
        Self {
            branches: &stage.branches,
            tags: &stage.tags,
        }
    }

    fn on_all(self) -> bool {
        self.branches.is_empty() && self.tags.is_empty()
    }

    /// Whether there may be something that both run on. In a build of a tag, Jenkins takes the tag's name for that of the branch, too:
    /// `branches` meets tags.
    fn meets(self, other: Self) -> bool {
        let mut own = self.names();
        self.on_all()
            || other.on_all()
            || own.any(|one| other.names().any(|other| may_meet(one, other)))
    }

    fn names(self) -> impl Iterator<Item = &'a String> {
        self.branches.iter().chain(self.tags)
    }

    /// As in "branches `main` and `dev`, tags `v*`".
    fn words(self) -> String {
        let sorts = [("branches", self.branches), ("tags", self.tags)];
        let said = sorts
            .into_iter()
            .filter(|(_, patterns)| !patterns.is_empty());
        let words: Vec<String> = said
            .map(|(sort, patterns)| format!("{sort} {}", all_of(patterns)))
            .collect();
        words.join(", ")
    }
}

/// What is around a stage.
struct Around<'a> {
    name: String,
    runs: Runs<'a>,
    span: Span,
}

pub(super) fn out_of_reach(facts: Facts<'_>, sink: &mut Sink) {
    for entry in &facts.platform.ci {
        let around = Around {
            name: format!("CI entry `{}`", entry.name),
            runs: Runs::of_entry(entry),
            span: entry.span,
        };
        let mut found = Vec::new();
        for stage in &entry.stages {
            found.extend(never_runs(stage, &around));
            let outer = Around {
                name: format!("stage `{}`", stage.name),
                runs: Runs::of_stage(stage),
                span: stage.span,
            };
            for inner in &stage.parallel {
                found.extend(never_runs(inner, &around).or_else(|| never_runs(inner, &outer)));
            }
        }
        for diagnostic in found {
            sink.push(diagnostic.of(Some(Subject::Ci(entry.name.clone()))));
        }
    }
}

fn never_runs(stage: &CiStage, around: &Around<'_>) -> Option<Diagnostic> {
    let own = Runs::of_stage(stage);
    if own.meets(around.runs) {
        return None;
    }
    let diagnostic = Diagnostic::new(
        Code::Unused,
        format!(
            "stage `{}` never runs: {} runs on other branches and tags",
            stage.name, around.name
        ),
    )
    .label(stage.span, format!("for {}", own.words()))
    .label(around.span, format!("for {}", around.runs.words()));
    let (key, patterns) = match (around.runs.tags, around.runs.branches) {
        ([], _) if !own.tags.is_empty() => ("tags", own.tags),
        (_, []) if !own.branches.is_empty() => ("branches", own.branches),
        _ => {
            return Some(diagnostic.help(format!(
                "what {} runs on has to hold what the stage runs on: add it there, or remove the stage",
                around.name
            )));
        }
    };
    let patterns: Vec<String> = patterns.iter().map(|it| quoted(it)).collect();
    Some(diagnostic.help(format!(
        "add `{key} = [{}]` to {}, too: what has both runs on each of them",
        patterns.join(", "),
        around.name
    )))
}

/// Whether a name may fit both patterns. What is more than `*` and `?` may fit everything.
fn may_meet(one: &str, other: &str) -> bool {
    let is_more = |pattern: &str| pattern.contains(['[', '{', '(', '\\', '!']);
    if is_more(one) || is_more(other) {
        return true;
    }
    let (one, other) = (letters(one), letters(other));
    // `fits[at]`: whether what is left of `one` and `other[at..]` may meet; from the end to the start.
    let mut fits = vec![false; other.len() + 1];
    for from in (0..=one.len()).rev() {
        let mut next = vec![false; other.len() + 1];
        for at in (0..=other.len()).rev() {
            let (left, right) = (one.get(from), other.get(at));
            next[at] = match (left, right) {
                (None, None) => true,
                (Some('*'), _) if fits[at] => true,
                (Some('*'), Some(_)) => next[at + 1],
                (_, Some('*')) => next[at + 1] || left.is_some() && fits[at],
                (Some(a), Some(b)) => (a == b || *a == '?' || *b == '?') && fits[at + 1],
                (None, Some(_)) | (Some(_), None) => false,
            };
        }
        fits = next;
    }
    fits[0]
}

/// A pattern as Jenkins compares it: in letters of one case, and with folders (`**`) that may be none. What it fits is no less.
fn letters(pattern: &str) -> Vec<char> {
    let pattern = pattern.to_lowercase().replace("**/", "*");
    let pattern = pattern.replace("/**", "*");
    pattern.trim_end_matches('/').chars().collect()
}

#[cfg(test)]
mod tests {
    use super::may_meet;

    #[test]
    fn patterns_meet_where_a_name_fits_both() {
        for (one, other) in [
            ("main", "main"),
            ("*", "main"),
            ("release/*", "release/1.0"),
            ("release/**", "*/hotfix"),
            ("v*", "*-rc?"),
            ("v1.?", "v?.2"),
            ("", "*"),
            ("[a-z]", "main"),
            ("**/main", "main"),
            ("feature/**", "feature"),
            ("a/**/b", "a/b"),
            ("release/", "release"),
            ("Release/*", "release/1"),
        ] {
            assert!(may_meet(one, other), "{one} and {other}");
            assert!(may_meet(other, one), "{other} and {one}");
        }
        for (one, other) in [
            ("main", "master"),
            ("release/*", "main"),
            ("v*", "w*"),
            ("*-rc", "*-beta"),
            ("v?", "v10"),
            ("**/main", "dev"),
            ("feature/**", "main"),
            ("", "?"),
        ] {
            assert!(!may_meet(one, other), "{one} and {other}");
            assert!(!may_meet(other, one), "{other} and {one}");
        }
    }
}
