//! Tags that the kind's image does not have: `2.54.1` where they are called `v2.54.1`.

use super::{Declarations, draft::Declared};
use crate::{
    diag::{Code, Diagnostic, Sink},
    reference::{self, Mode, Words},
    syntax::quoted,
};

pub(super) fn check(all: &Declarations, sink: &mut Sink) {
    for declared in &all.components {
        if let Some(diagnostic) = other_form(declared) {
            sink.push(diagnostic);
        }
    }
}

fn other_form(declared: &Declared) -> Option<Diagnostic> {
    let user = &declared.user;
    // What another image calls its tags nobody here knows.
    if user.get("image").is_some() || user.get("build").is_some() || declared.external.is_some() {
        return None;
    }
    let node = user.get("version")?;
    let version = &reference::of_node(node, Words::Platform, Mode::Strict).literal()?;
    let usual = declared.kind.version.as_deref()?;
    let (own, number) = split(version)?;
    let (prefix, _) = split(usual)?;
    if own == prefix || !["", "v"].contains(&own) {
        return None;
    }
    let tag = format!("{prefix}{number}");
    Some(
        Diagnostic::new(
            Code::TagForm,
            format!(
                "`{version}` is probably not a tag of {}: its tags look like `{usual}`",
                declared.kind.title
            ),
        )
        .about(&declared.name)
        .label(node.span, "another form")
        .help(format!("write `version = {}`", quoted(&tag)))
        .replacing(node.span, quoted(&tag)),
    )
}

/// What stands before a tag's number, and the rest.
fn split(tag: &str) -> Option<(&str, &str)> {
    let at = tag.find(|c: char| c.is_ascii_digit())?;
    Some(tag.split_at(at))
}
