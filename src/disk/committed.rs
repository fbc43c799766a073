//! What git knows of the files of an output folder: rules that keep them out of a commit, and manifests in its history.

use super::{
    ProjectPlace,
    git::{answer_to, git, is_in_repository},
};
use crate::plan::{MANIFEST, Plan};

/// The most merges whose sides are asked for what they wrote.
const MERGES: &str = "--max-count=20";

/// What a merge, a rebase or a cherry-pick that is not finished takes from elsewhere.
const OTHER_SIDES: [&str; 3] = ["MERGE_HEAD", "REBASE_HEAD", "CHERRY_PICK_HEAD"];

/// A file that git would not add, and the rule that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// Relative to the project.
    pub path: String,
    /// As it is written, such as `lib/`.
    pub rule: String,
    /// The file of the rule and its line, as git names them.
    pub place: String,
}

/// The files of a plan that git ignores. None where there is no repository, and where it ignores all of them: then nobody means to
/// commit what is generated.
pub fn ignored_files(plan: &Plan, place: &ProjectPlace) -> Vec<Ignored> {
    if !is_in_repository(place.project()) {
        return Vec::new();
    }
    let names = plan.manifest.files.keys().map(String::as_str);
    let paths: Vec<String> = names
        .chain([MANIFEST])
        .map(|name| place.output(name))
        .collect();
    let mut question = git(place.project());
    question.args(["check-ignore", "--verbose", "-z", "--stdin"]);
    let answer = answer_to(question, paths.join("\0")).unwrap_or_default();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let fields: Vec<&str> = answer.split('\0').collect();
    let ignored = fields.chunks_exact(4).filter_map(|fields| match fields {
        // The rule that decides may be one that takes the file in again.
        [file, line, rule, path] if !rule.starts_with('!') => Some(Ignored {
            path: (*path).to_string(),
            rule: (*rule).to_string(),
            place: format!("{file}:{line}"),
        }),
        _ => None,
    });
    let ignored: Vec<Ignored> = ignored.collect();
    match ignored.len() == paths.len() {
        true => Vec::new(),
        false => ignored,
    }
}

/// The manifest of this place in git's last commit.
pub(super) fn committed_manifest(place: &ProjectPlace) -> Option<Vec<u8>> {
    manifests(place, &["HEAD".to_string()]).pop()
}

/// The manifests of the sides of merges: of one that is not finished, and of the last ones that are.
pub(super) fn manifests_of_sides(place: &ProjectPlace) -> Vec<Vec<u8>> {
    if !is_in_repository(place.project()) {
        return Vec::new();
    }
    let mut merges = git(place.project());
    merges.args(["rev-list", "--merges", "--parents", MERGES, "HEAD"]);
    let merges = answer_to(merges, String::new()).unwrap_or_default();
    let merges = String::from_utf8_lossy(&merges).into_owned();
    // The first word of a line is the merge itself.
    let parents = merges
        .lines()
        .flat_map(|line| line.split_whitespace().skip(1));
    let parents: Vec<String> = parents.map(str::to_string).collect();
    let mut sides = manifests(place, &OTHER_SIDES.map(str::to_string));
    if !sides.is_empty() {
        sides.extend(committed_manifest(place));
    }
    sides.extend(manifests(place, &parents));
    sides
}

/// The manifest in each of these commits that has one.
fn manifests(place: &ProjectPlace, commits: &[String]) -> Vec<Vec<u8>> {
    if !is_in_repository(place.project()) {
        return Vec::new();
    }
    let path = place.output(MANIFEST);
    let mut question = git(place.project());
    question.args(["cat-file", "--batch"]);
    let lines = commits
        .iter()
        .map(|commit| format!("{commit}:./{path}\n"))
        .collect();
    blobs(&answer_to(question, lines).unwrap_or_default())
}

/// What `git cat-file --batch` prints: of each object a line `ID blob LENGTH`, and its bytes; `NAME missing` of what is not there.
fn blobs(mut answer: &[u8]) -> Vec<Vec<u8>> {
    let mut blobs = Vec::new();
    while let Some(end) = memchr::memchr(b'\n', answer) {
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        answer = &answer[end + 1..];
        let Some(length) = head
            .rsplit_once(" blob ")
            .and_then(|(_, length)| length.parse::<usize>().ok())
        else {
            continue;
        };
        if answer.len() < length {
            break;
        }
        blobs.push(answer[..length].to_vec());
        answer = answer.get(length + 1..).unwrap_or_default();
    }
    blobs
}
