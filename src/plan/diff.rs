//! A change as a unified diff that `git apply` takes.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

use super::{Change, manifest::with_unix_line_ends};

/// A line of a diff, with the sign that it begins with and without the newline that it ends with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// Which part of the diff it is.
    pub kind: LineKind,
    /// Without its line end, with the sign of its kind.
    pub text: String,
}

/// What a line of a diff is, which decides how it is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// A heading with the name of a file.
    File,
    /// A heading with line numbers.
    Hunk,
    /// A new line.
    Added,
    /// A line that goes.
    Removed,
    /// A line that stays.
    Context,
}

/// A whole diff of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// In the order in which they are printed.
    pub lines: Vec<DiffLine>,
}

impl Diff {
    fn push(&mut self, kind: LineKind, text: impl Into<String>) {
        self.lines.push(DiffLine {
            kind,
            text: text.into(),
        });
    }

    /// The diff as plain text.
    pub fn text(&self) -> String {
        self.lines
            .iter()
            .map(|line| format!("{}\n", line.text))
            .collect()
    }
}

/// The best diff of two large unrelated files takes minutes; after this time a coarser diff is used.
const PATIENCE: Duration = Duration::from_millis(500);

/// The diff of a change. `folder` is the output folder, relative to the project; empty for a file of the project's own.
pub fn diff(change: &Change, folder: &str) -> Diff {
    let path = match folder {
        "" => change.path.clone(),
        folder => format!("{folder}/{}", change.path),
    };
    let mut diff = Diff::default();
    let side = |exists: bool, side: &str| match exists {
        true => format!("{side}/{path}"),
        false => "/dev/null".to_string(),
    };
    let old = side(change.before.is_some(), "a");
    let new = side(change.after.is_some(), "b");
    diff.push(LineKind::File, format!("--- {old}"));
    diff.push(LineKind::File, format!("+++ {new}"));
    let before = with_unix_line_ends(change.before.as_deref().unwrap_or_default());
    let after = with_unix_line_ends(change.after.as_deref().unwrap_or_default().as_bytes());
    match (String::from_utf8(before), String::from_utf8(after)) {
        (Ok(before), Ok(after)) => push_hunks(&mut diff, &before, &after),
        _ => diff.push(LineKind::Context, "(not text)"),
    }
    diff
}

fn push_hunks(diff: &mut Diff, before: &str, after: &str) {
    let lines = TextDiff::configure()
        .timeout(PATIENCE)
        .diff_lines(before, after);
    for hunk in lines.unified_diff().context_radius(3).iter_hunks() {
        diff.push(LineKind::Hunk, hunk.header().to_string());
        for line in hunk.iter_changes() {
            let (kind, sign) = match line.tag() {
                ChangeTag::Equal => (LineKind::Context, ' '),
                ChangeTag::Delete => (LineKind::Removed, '-'),
                ChangeTag::Insert => (LineKind::Added, '+'),
            };
            let text: &str = line.value();
            diff.push(kind, format!("{sign}{}", text.trim_end_matches('\n')));
            if line.missing_newline() {
                diff.push(LineKind::Context, "\\ No newline at end of file");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::diff;
    use crate::plan::{Action, Change};

    #[test]
    fn a_change_is_shown_with_three_lines_around_it() {
        let change = Change {
            path: "compose/a.yaml".to_string(),
            action: Action::Change,
            before: Some(b"1\r\n2\r\n3\r\n4\r\n5\r\n".to_vec()),
            after: Some("1\n2\n3\n4\nfive".into()),
            refusal: None,
        };
        let expected = "\
--- a/generated/compose/a.yaml
+++ b/generated/compose/a.yaml
@@ -2,4 +2,4 @@
 2
 3
 4
-5
+five
\\ No newline at end of file
";
        assert_eq!(diff(&change, "generated").text(), expected);
    }
}
