//! Whether requests are counted up to the time that is promised.

use super::Reader;
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::read,
    language::duration_ms,
    syntax::Node,
};

impl Reader<'_> {
    /// A histogram counts requests up to the ends of its buckets alone, and some programs always have the same: of a promise that
    /// ends elsewhere nothing is known, and its alerts never fire.
    pub(super) fn check_bucket(&self, under: u64, written: Option<&Node>, sink: &mut Sink) {
        let draft = &self.scene.components[self.index];
        let of_kind = draft.kind_table.get_path(&["slo", "buckets"]);
        let is_usual = self.table.get("durations").is_none() && !self.has_own_buckets();
        let of_kind = of_kind.filter(|_| is_usual);
        let (Some(buckets), Some(written)) = (of_kind.and_then(Node::as_array), written) else {
            return;
        };
        let ends = buckets.iter().filter_map(Node::as_str);
        let ends = ends.filter_map(|text| Some((duration_ms(text)?, text)));
        let ends: Vec<(u64, &str)> = ends.collect();
        let nearest = ends.iter().min_by_key(|(end, _)| end.abs_diff(under));
        let Some((_, nearest)) = nearest.filter(|(end, _)| under > 0 && *end != under) else {
            return;
        };
        let known: Vec<&str> = ends.iter().map(|(_, text)| *text).collect();
        let message = format!(
            "prometheus: the latency of `{}` can't be measured: its program counts requests under {}",
            draft.name,
            known.join(", ")
        );
        sink.push(
            Diagnostic::new(Code::TargetLoss, message)
                .about(&draft.name)
                .label(written.span, "no bucket ends here")
                .help(format!(
                    "write `under = \"{nearest}\"`, or name another histogram as `slo.durations`"
                ))
                .replacing(written.span, format!("\"{nearest}\"")),
        );
    }

    /// Whether an option or a variable sets other buckets than the program's usual ones.
    fn has_own_buckets(&self) -> bool {
        let draft = &self.scene.components[self.index];
        let Some(of_kind) = draft.kind_table.table("slo") else {
            return false;
        };
        let Some(main) = draft.workload(None).map(|shape| &shape.table) else {
            return false;
        };
        let words = ["entrypoint", "command", "args"].map(|key| main.get(key));
        let words = words.into_iter().flatten();
        let words = words.flat_map(Node::items);
        let words: Vec<String> = words
            .filter_map(|word| Some(word.as_str()?.to_ascii_lowercase()))
            .collect();
        read::strings(of_kind, "own_buckets").iter().any(|name| {
            let option = name.to_ascii_lowercase();
            main.get_path(&["env", name]).is_some() || words.iter().any(|it| it.contains(&option))
        })
    }
}
