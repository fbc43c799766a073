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
    let lines = || {
        let lines = kind.end_of_life.iter();
        lines.filter_map(|(ended, date)| Some((ended, Version::of(ended)?, date)))
    };
    let listed = lines().find(|(_, ended, _)| version.is_one_of(ended));
    let older = || {
        lines().find(|(name, ended, _)| {
            let is_first = kind.ended_before.contains(name);
            is_first && ended.major == version.major && version.is_older(ended)
        })
    };
    let (what, ended, date) = match listed {
        Some((_, ended, date)) => (ended.to_string(), ended, format!("since {date}")),
        None => {
            let (_, ended, date) = older()?;
            (
                version.to_string(),
                ended,
                format!("since {date} at the latest"),
            )
        }
    };
    // A user's own image may have a version scheme of its own.
    if declared.program.major != Some(ended.major) {
        return None;
    }
    let next = kind.version.as_deref().unwrap_or_default();
    Some(
        Diagnostic::new(
            Code::EndOfLife,
            format!(
                "`{}` runs {} {what}, which has had no fixes {date}",
                declared.name, kind.title
            ),
        )
        .about(&declared.name)
        .label(*span, "it gets no fixes any more")
        .help(format!(
            "move to a later version, such as `{next}`; where it keeps data, read first how the program upgrades it"
        )),
    )
}
