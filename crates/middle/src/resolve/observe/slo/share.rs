//! Shares that were written where percents are.

use crate::{
    diag::{Code, Diagnostic},
    syntax::Node,
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
