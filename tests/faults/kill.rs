//! A run that is killed before one of its file operations.

use super::{
    Extent, Outcome,
    project::{Project, REFERENCE, SMALL, SMALL_CHANGED, reference_changed, same},
    trace::{self, apply_with, places, some},
};

pub fn small(extent: Extent) -> Outcome {
    everywhere(SMALL, SMALL_CHANGED, extent.most(30))
}

pub fn reference(extent: Extent) -> Outcome {
    everywhere(REFERENCE, &reference_changed(), extent.most(5))
}

/// From nothing to one text, from it to the other, and back.
fn everywhere(one: &str, other: &str, most: usize) -> Outcome {
    if let Err(why) = trace::usable() {
        return Outcome::Impossible(why);
    }
    let tried =
        along(&[], one, most) + along(&[one], other, most) + along(&[one, other], one, most);
    Outcome::Held(tried)
}

/// Kills the step to `to` after what these texts made. The next run goes on, or back, in turns.
fn along(from: &[&str], to: &str, most: usize) -> usize {
    let steps = [from, &[to]].concat();
    let forward = Project::applied(&steps);
    let backward = from.last().map(|last| (*last, Project::applied(from)));
    let start = Project::after(from, to);
    let all = some(places(&start.copy()), most);
    for (index, place) in all.iter().enumerate() {
        let project = start.copy();
        let killed = apply_with(&project, "signal=KILL", place, false);
        assert!(!killed.status.success(), "{place:?} was not met");
        let when = format!("killed at {place:?}");
        match &backward {
            Some((last, tree)) if index % 2 == 1 => {
                project.set(last);
                let mut found = project.apply();
                // A stub belongs to the user as soon as it is written.
                found.retain(|path, _| !path.starts_with("dags/") || tree.contains_key(path));
                same(&found, tree, &format!("{when}, and taken back"));
            }
            _ => same(&project.apply(), &forward, &when),
        }
    }
    all.len()
}
