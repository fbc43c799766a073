//! A run that is killed before one of its file operations.

use super::{
    Extent, Outcome, Tried,
    project::{HIDING, Project, REFERENCE, SECRETS, SMALL, SMALL_CHANGED, reference_changed, same},
    trace::{self, Faulty, apply_with, places},
};

pub fn small(extent: Extent) -> Outcome {
    everywhere(SMALL, SMALL_CHANGED, extent, 30)
}

pub fn reference(extent: Extent) -> Outcome {
    everywhere(REFERENCE, &reference_changed(), extent, 5)
}

/// From nothing to one text, from it to the other, and back.
fn everywhere(one: &str, other: &str, extent: Extent, enough: usize) -> Outcome {
    if let Err(why) = trace::usable() {
        return Outcome::Impossible(why);
    }
    let mut tried = Tried::default();
    for (from, to) in [(&[][..], one), (&[one], other), (&[one, other], one)] {
        tried += along(from, to, extent, enough);
    }
    Outcome::Held(tried)
}

/// Kills the step to `to` after what these texts made. The next run goes on, or back, in turns.
fn along(from: &[&str], to: &str, extent: Extent, enough: usize) -> Tried {
    let steps = [from, &[to]].concat();
    let forward = Project::applied(&steps);
    let backward = from.last().map(|last| (*last, Project::applied(from)));
    let start = Project::after(from, to);
    start.set_secret();
    let hidden = start.copy().apply().remove(HIDING);
    let all = places(&start.copy());
    let of = all.len();
    let chosen = extent.choose(all, enough);
    for (index, place) in chosen.iter().enumerate() {
        let project = start.copy();
        let killed = apply_with(&project, "signal=KILL", place, Faulty::One);
        assert!(!killed.status.success(), "{place:?} was not met");
        let when = format!("killed at {place:?}");
        match &backward {
            Some((last, tree)) if index % 2 == 1 => {
                project.set(last);
                let mut found = project.apply();
                // The rule that hides secrets stays, whole, where the run came that far.
                let hiding = found.remove(HIDING);
                assert!(hiding.is_none() || hiding == hidden, "{when}: {hiding:?}");
                found.remove(SECRETS);
                // A stub belongs to the user as soon as it is written.
                found.retain(|path, _| !path.starts_with("dags/") || tree.contains_key(path));
                same(&found, tree, &format!("{when}, and taken back"));
            }
            _ => {
                let mut found = project.apply();
                assert_eq!(found.remove(HIDING), hidden, "{when}");
                found.remove(SECRETS);
                same(&found, &forward, &when);
            }
        }
    }
    Tried {
        places: chosen.len(),
        of,
    }
}
