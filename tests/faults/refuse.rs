//! The kernel refuses a file operation: everything is undone, or everything is written.

use super::{
    Extent, Outcome, Tried,
    project::{Project, SMALL, SMALL_CHANGED, output_of, same},
    trace::{self, Faulty, Place, apply_with, places},
};

/// The errors that each call can return.
fn errors(call: &str) -> &'static [&'static str] {
    match call {
        "write" | "pwrite64" | "copy_file_range" | "sendfile" => &["ENOSPC", "EIO"],
        "mkdir" | "mkdirat" => &["ENOSPC", "EROFS"],
        "rename" | "renameat" | "renameat2" => &["EXDEV", "EACCES"],
        "link" | "linkat" => &["EXDEV", "EPERM"],
        "unlink" | "unlinkat" | "rmdir" => &["EACCES", "EBUSY"],
        _ => &["EIO"],
    }
}

pub fn one(extent: Extent) -> Outcome {
    everywhere(extent, Faulty::One)
}

/// Then nothing can be undone, but the next run repairs it.
pub fn from_one_on(extent: Extent) -> Outcome {
    everywhere(extent, Faulty::FromOneOn)
}

fn everywhere(extent: Extent, faulty: Faulty) -> Outcome {
    if let Err(why) = trace::usable() {
        return Outcome::Impossible(why);
    }
    let before = Project::applied(&[SMALL]);
    let after = Project::applied(&[SMALL, SMALL_CHANGED]);
    let start = Project::after(&[SMALL], SMALL_CHANGED);
    let all = places(&start.copy());
    let mut tried = Tried {
        places: 0,
        of: all.iter().map(|place| errors(&place.call).len()).sum(),
    };
    for place in extent.choose(all, 35) {
        for error in errors(&place.call) {
            let project = start.copy();
            let answer = apply_with(&project, &format!("error={error}"), &place, faulty);
            let calls = match faulty {
                Faulty::One => "at",
                Faulty::FromOneOn => "from here on:",
            };
            let when = format!("{error} {calls} {place:?}");
            let code = answer.status.code();
            assert!(
                matches!(code, Some(0 | 1)),
                "{when}: {}",
                output_of(&answer)
            );
            if code == Some(1) {
                says_why(&answer.stderr, &when, &place);
            }
            if faulty == Faulty::One {
                // Files in the run's own working folder do not count.
                let mut tree = project.tree();
                tree.retain(|path, _| !path.starts_with("generated/.mlopsgen/"));
                match code {
                    Some(0) => same(&tree, &after, &when),
                    _ if tree == after => {}
                    _ => same(&tree, &before, &when),
                }
            }
            same(&project.apply(), &after, &format!("{when}, then again"));
            tried.places += 1;
        }
    }
    Outcome::Held(tried)
}

/// The message names what failed, if a message can still be printed.
fn says_why(stderr: &[u8], when: &str, place: &Place) {
    let text = String::from_utf8_lossy(stderr);
    assert!(!text.contains("panicked"), "{when}: {text}");
    assert!(
        text.contains("error") || place.call == "write",
        "{when}: {text}"
    );
}
