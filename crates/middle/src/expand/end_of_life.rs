//! Versions that their makers no longer fix, as the kinds know them.

use super::{Declarations, draft::Declared};
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::Version,
};

pub(super) fn check(all: &Declarations, sink: &mut Sink) {
    for declared in &all.components {
        if let Some(diagnostic) = ended_version(declared) {
            sink.push(diagnostic);
        }
    }
}

fn ended_version(declared: &Declared) -> Option<Diagnostic> {
    let kind = &declared.kind;
    if kind.end_of_life.is_empty() {
        return None;
    }
    let (version, span) = declared.written_version.as_ref()?;
    let (ended, date) = kind
        .end_of_life
        .iter()
        .filter_map(|(ended, date)| Some((Version::of(ended)?, date)))
        .find(|(ended, _)| version.is_one_of(ended))?;
    // A user's own image may have a version scheme of its own.
    if declared.program.major != Some(ended.major) {
        return None;
    }
    let next = kind.version.as_deref().unwrap_or_default();
    Some(
        Diagnostic::new(
            Code::EndOfLife,
            format!(
                "`{}` runs {} {}, which has had no fixes since {date}",
                declared.name, kind.title, ended
            ),
        )
        .about(&declared.name)
        .label(*span, "it gets no fixes any more")
        .help(format!(
            "move to a later version, such as `{next}`; where it keeps data, read first how the program upgrades it"
        )),
    )
}
