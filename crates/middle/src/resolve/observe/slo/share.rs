//! Shares that were written where percents are, and promises that no request can keep.

use super::number;
use crate::{
    diag::{Code, Diagnostic, Sink},
    syntax::{Node, Table},
};

/// A promise for fewer than one request in a hundred: a share of 1 was meant.
pub(super) fn a_share(key: &str, percent: f64, node: &Node, meant: &str) -> Diagnostic {
    Diagnostic::new(
        Code::BadValue,
        format!("`{key}` is in percent: {percent} promises almost nothing"),
    )
    .label(node.span, "fewer than one request in a hundred")
    .help(format!("write `{key} = {meant}`"))
    .replacing(node.span, meant)
}

/// Reports a share and a time that no request can keep. `under`: milliseconds.
pub(super) fn check_latency(table: &Table, percent: f64, under: u64, sink: &mut Sink) {
    let share = table.get("p").filter(|_| percent > 0.0 && percent < 1.0);
    if let Some(node) = share {
        sink.push(a_share("p", percent, node, &number(percent * 100.0)));
    }
    if let (false, Some(node)) = (percent > 0.0 && percent < 100.0, table.get("p")) {
        sink.push(
            Diagnostic::new(Code::BadValue, format!("`p` can't be {percent}"))
                .label(node.span, "a number above 0 and below 100")
                .help("`p` is a share of the requests in percent, as `p = 95`"),
        );
    }
    let written = table.get("under").filter(|node| !node.is_broken());
    if let (0, Some(node)) = (under, written) {
        sink.push(
            Diagnostic::new(Code::BadValue, "no request can be so fast")
                .label(node.span, "not above 0")
                .help("say which time they may take, as `under = \"300ms\"`"),
        );
    }
}
