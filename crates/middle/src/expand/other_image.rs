//! Images of other makers under a kind. They hold the same program, with variables, commands and paths that are not the kind's: what
//! the kind writes for its own image does nothing there.

use super::{
    draft::Declared,
    tag_form::{is_built, is_copy},
};
use crate::{
    catalog::IMAGES,
    diag::{Code, Diagnostic},
    model::Image,
    reference::{self, Constants, Mode, Words},
};

pub(super) fn of(declared: &Declared, constants: &Constants) -> Option<Diagnostic> {
    let user = &declared.user;
    if is_built(declared) || declared.external.is_some() {
        return None;
    }
    let own = declared.kind.image.as_deref()?;
    let node = user.get("image")?;
    let phrase = reference::of_node(node, Words::Platform, Mode::Strict);
    let written = constants.written_out(&phrase)?.text;
    let repository = Image::literal(&written).name().as_plain()?;
    let repository = repository.as_str();
    let is_named =
        |name: &String| repository == name.as_str() || repository.ends_with(&format!("/{name}"));
    if is_copy(repository, own) {
        return None;
    }
    let listed = declared.kind.other_images.iter().any(is_named);
    if !listed && !is_of_maker(repository) {
        return None;
    }
    let title = &declared.kind.title;
    let version = declared.kind.version.as_deref().unwrap_or_default();
    Some(
        Diagnostic::new(
            Code::TagForm,
            format!(
                "`{repository}` is not the image that the kind `{}` is for",
                declared.kind.name
            ),
        )
        .about(&declared.name)
        .label(
            node.span,
            "its variables, commands and paths are of its own",
        )
        .help(format!(
            "take the image that the kind is made for, {title}'s `{own}:{version}`: it may not find, or not be allowed to read, what the other image has written on an existing volume; or leave `kind` out, and write this image with its own `env`, `ports`, `volumes` and `health`"
        )),
    )
}

/// Whether a maker of images has it, all of whose have a layout of their own: `[[maker]]` of `templates/images.toml`.
fn is_of_maker(repository: &str) -> bool {
    let mut owners = IMAGES.makers.iter();
    owners.any(|owner| format!("/{repository}").contains(&format!("/{owner}/")))
}
