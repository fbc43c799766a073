//! Tags that the kind's image does not have, `2.54.1` where they are called `v2.54.1`, and variants of it that lack what the
//! kind needs.

use super::{Declarations, draft::Declared};
use crate::{
    diag::{Code, Diagnostic, Sink},
    reference::{self, Constants, Mode, Words},
    syntax::quoted,
};

pub(super) fn check(all: &Declarations, sink: &mut Sink) {
    for declared in &all.components {
        if let Some(diagnostic) = other_form(declared, &all.names.constants) {
            sink.push(diagnostic);
        }
    }
}

fn other_form(declared: &Declared, constants: &Constants) -> Option<Diagnostic> {
    let user = &declared.user;
    // What another image calls its tags nobody here knows.
    if user.get("image").is_some() || user.get("build").is_some() || declared.external.is_some() {
        return None;
    }
    let node = user.get("version")?;
    let phrase = reference::of_node(node, Words::Platform, Mode::Strict);
    let version = &constants.written_out(&phrase)?.text;
    let usual = declared.kind.version.as_deref()?;
    let (own, number) = split(version)?;
    let (prefix, _) = split(usual)?;
    let is_other = own != prefix && ["", "v"].contains(&own);
    let variant = declared.kind.variant.as_deref();
    let missing = variant.filter(|variant| !version.contains(variant));
    let title = &declared.kind.title;
    let (message, label) = match missing {
        _ if is_other => (
            format!("`{version}` is probably not a tag of {title}: its tags look like `{usual}`"),
            "its tags have another form",
        ),
        Some(variant) => (
            format!(
                "`{version}` of {title} lacks what the kind needs: it takes tags with `{variant}`, such as `{usual}`"
            ),
            "another variant of the image",
        ),
        None => return None,
    };
    // A digest, or another variant, stands behind the number.
    let number = number.split_once('-').map_or(number, |(number, _)| number);
    let tag = match missing {
        Some(variant) => format!("{prefix}{number}{variant}"),
        None => tag_of(prefix, version),
    };
    Some(
        Diagnostic::new(Code::TagForm, message)
            .about(&declared.name)
            .label(node.span, label)
            .help(format!("write `version = {}`", quoted(&tag)))
            .replacing(node.span, quoted(&tag)),
    )
}

/// The tag with another text before its number.
fn tag_of(prefix: &str, version: &str) -> String {
    let number = split(version).map_or(version, |(_, number)| number);
    format!("{prefix}{number}")
}

/// What stands before a tag's number, and the rest.
fn split(tag: &str) -> Option<(&str, &str)> {
    let at = tag.find(|c: char| c.is_ascii_digit())?;
    Some(tag.split_at(at))
}
