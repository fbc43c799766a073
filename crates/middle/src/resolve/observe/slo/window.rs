//! Whether the time over which a promise is counted can be watched.

use super::{Objective, Reader};
use crate::{
    diag::{Code, Diagnostic, Sink},
    language::duration_text,
};

/// Beneath it the shortest of the windows that alerts look at is shorter than two scrapes of ten seconds apart.
const SHORTEST_WINDOW: u64 = 86_400_000;

impl Reader<'_> {
    /// The shortest window over which requests are counted is a small part of it, and the longest is all of it.
    pub(super) fn check_window(
        &self,
        objectives: &[Objective],
        kept: Option<u64>,
        sink: &mut Sink,
    ) {
        let Some(window) = objectives.first().map(|it| it.window) else {
            return;
        };
        let place = self.table.get("window").map_or(self.span, |node| node.span);
        if window < SHORTEST_WINDOW {
            sink.push(
                Diagnostic::new(Code::BadValue, "no alert can watch a goal over so short a time")
                    .label(place, format!("shorter than {}", duration_text(SHORTEST_WINDOW)))
                    .help("write `window = \"30d\"`, or another number of days: alerts look at small parts of it")
                    .replacing(place, "\"30d\""),
            );
        }
        let component = &self.scene.components[self.index].name;
        if let Some(kept) = kept.filter(|kept| *kept < window) {
            sink.push(
                Diagnostic::new(
                    Code::TargetLoss,
                    format!(
                        "prometheus: the error budget of `{component}` is counted over {}, not over {}: samples are kept no longer",
                        duration_text(kept),
                        duration_text(window)
                    ),
                )
                .about(component)
                .label(place, "longer than samples are kept")
                .help(format!(
                    "keep samples for longer: `settings.retention = \"{}d\"` on Prometheus; or promise over a shorter `window`",
                    window.div_ceil(86_400_000) + 1
                )),
            );
        }
    }
}
