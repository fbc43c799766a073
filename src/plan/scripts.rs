//! Files that a program runs only while it has no data, and that change beside data that is there.
//!
//! In: what the manifest remembers of data. Out: a notice for each data that such files belong to.

use super::{Inputs, Notice, data::desired_data, recorded::RecordedData};
use crate::data::{Kept, Program};

/// Compares the files with those that the data was made with. Nothing is said of a manifest that knows of no files.
pub(super) fn notices(inputs: &Inputs<'_>) -> Vec<Notice> {
    let wanted = desired_data(inputs).into_iter();
    let wanted: Vec<&Kept> = wanted.filter(|kept| !kept.scripts.is_empty()).collect();
    if wanted.is_empty() || inputs.recorded.manifest.tells_less() {
        return Vec::new();
    }
    let recorded = RecordedData::of(inputs);
    let notices = wanted.into_iter();
    notices
        .filter_map(|kept| not_run(kept, &recorded))
        .collect()
}

fn not_run(kept: &Kept, recorded: &RecordedData<'_>) -> Option<Notice> {
    let kind = |program: &Option<Program>| program.as_ref().map(|it| it.kind.clone());
    let mut same = recorded.same(&kept.data);
    let (_, facts) = same.find(|(before, _)| kind(&before.program) == kind(&kept.data.program))?;
    let files = kept.scripts.iter();
    let files = files.filter(|(path, hash)| facts.scripts.get(*path) != Some(*hash));
    let files: Vec<String> = files.map(|(path, _)| path.clone()).collect();
    (!files.is_empty()).then(|| Notice::NotRun {
        data: kept.data.title(),
        component: kept.data.key.component().unwrap_or_default().to_string(),
        files,
    })
}
