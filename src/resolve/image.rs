//! Images: registry prefix, repository, tag.

use super::{
    read,
    reference::{Scope, text},
    scene::Scene,
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{Build, Piece, Text},
    reference::{Mode, Words, of_node},
    syntax::{Node, Table},
};

/// The image of a component's own workloads.
pub(super) fn image_of(scene: &Scene, index: usize, depth: usize, sink: &mut Sink) -> Text {
    let draft = &scene.drafts[index];
    let kind = (
        draft.kind_table.string("image"),
        draft.kind_table.string("version"),
    );
    reference(scene, index, &draft.user, kind, depth, sink)
}

/// The tag of a component's own image.
pub(super) fn version_of(scene: &Scene, index: usize, depth: usize, sink: &mut Sink) -> Text {
    let draft = &scene.drafts[index];
    match draft.user.get("version") {
        Some(node) => text(scene, node, &scope(index, depth), sink),
        None => Text::literal(draft.kind_table.string("version").unwrap_or_default()),
    }
}

/// The image of a part that brings its own.
pub(super) fn part_image(scene: &Scene, index: usize, table: &Table, sink: &mut Sink) -> Text {
    reference(scene, index, table, (None, None), 0, sink)
}

fn scope(index: usize, depth: usize) -> Scope<'static> {
    Scope {
        depth,
        ..Scope::component(index, None).without_secrets("an image")
    }
}

/// `image`, `version` and `build` of a table, over the kind's image and tag.
fn reference(
    scene: &Scene,
    index: usize,
    table: &Table,
    (kind_image, kind_version): (Option<&str>, Option<&str>),
    depth: usize,
    sink: &mut Sink,
) -> Text {
    let scope = scope(index, depth);
    let version = table
        .get("version")
        .map(|node| text(scene, node, &scope, sink));
    if let Some(node) = table.get("image") {
        let mut image = text(scene, node, &scope, sink);
        if let Some(version) = version.as_ref().filter(|_| !has_tag(&image)) {
            append_tag(&mut image, version);
        }
        return with_registry(scene, image);
    }
    if table.table("build").is_some() {
        let name = format!("{}/{}", scene.platform, scene.drafts[index].name);
        let mut image = Text::literal(name);
        append_tag(&mut image, &version.unwrap_or_else(|| Text::literal("0")));
        return with_registry(scene, image);
    }
    let Some(repository) = kind_image else {
        return Text::default();
    };
    let mut image = Text::literal(repository);
    let tag = version.or_else(|| kind_version.map(Text::literal));
    if let Some(tag) = tag {
        append_tag(&mut image, &tag);
    }
    with_registry(scene, image)
}

/// Says what is wrong with the keys that make an image.
pub(super) fn check(scene: &Scene, index: usize, sink: &mut Sink) {
    let draft = &scene.drafts[index];
    let user = &draft.user;
    if let (Some(image), Some(version)) = (user.get("image"), user.entry("version"))
        && image.as_str().is_some_and(tagged)
    {
        sink.push(
            Diagnostic::new(
                Code::ConflictingKeys,
                "the tag stands in `image` and in `version`",
            )
            .label(image.span, "a tag here")
            .label(version.key.span, "and here")
            .help("keep one of the two"),
        );
    }
    let has_image = user.get("image").is_some()
        || user.get("build").is_some()
        || draft.kind_table.get("image").is_some();
    if !has_image && draft.external.is_none() {
        sink.push(
            Diagnostic::new(
                Code::MissingKey,
                format!("component `{}` needs the key `image`", draft.name),
            )
            .label(
                draft.span,
                format!("kind `{}` has no image of its own", draft.kind.name),
            )
            .help("write `image = \"repository:tag\"`, or `build = { context = \"folder\" }`"),
        );
    }
    let parts = read::tables(user, "parts").map(|(_, part)| part);
    for table in std::iter::once(user).chain(parts) {
        if let Some(node) = table.get("image") {
            well_formed(node, sink);
        }
        if let Some(node) = table.get("version") {
            good_version(node, sink);
        }
    }
}

/// Docker's grammar of tags, as far as the literal text shows it.
fn good_version(node: &Node, sink: &mut Sink) {
    let Some(written) = node.as_str() else { return };
    let phrase = of_node(node, Words::Platform, Mode::Strict);
    if phrase.literal().is_none_or(|version| is_tag(&version)) {
        return;
    }
    sink.push(
        Diagnostic::new(Code::BadValue, format!("`{written}` is no tag of an image"))
            .label(node.span, "does not fit")
            .help("a tag is up to 128 letters, digits, `_`, `.` and `-`, such as `1.4.0`"),
    );
}

fn is_tag(text: &str) -> bool {
    text.len() <= 128
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

/// Docker's grammar of references, as far as the literal text shows it.
pub(super) fn well_formed(node: &Node, sink: &mut Sink) {
    let Some(written) = node.as_str() else { return };
    // What a reference stands for is not known yet; a literal `${` fits nowhere.
    let phrase = of_node(node, Words::Platform, Mode::Strict);
    if phrase.literal().is_none() && !phrase.has_escapes() {
        return;
    }
    let (rest, digest) = written
        .split_once('@')
        .map_or((written, None), |(rest, digest)| (rest, Some(digest)));
    let (repository, tag) = split_tag(rest);
    let good_digest = digest.is_none_or(|digest| {
        digest.strip_prefix("sha256:").is_some_and(|hex| {
            hex.len() == 64
                && hex
                    .chars()
                    .all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase())
        })
    });
    if is_repository(repository) && tag.is_none_or(is_tag) && good_digest {
        return;
    }
    sink.push(
        Diagnostic::new(Code::BadValue, format!("`{written}` is no image reference"))
            .label(node.span, "does not fit")
            .help("write `repository:tag`, in lower case, with `@sha256:...` where it is pinned by digest"),
    );
}

/// A registry's host, with a port where it has one, then path components.
fn is_repository(repository: &str) -> bool {
    let path = match repository.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => {
            let (name, port) = host.split_once(':').unwrap_or((host, "0"));
            let good = !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
                && port.parse::<u16>().is_ok();
            if !good {
                return false;
            }
            path
        }
        _ => repository,
    };
    path.split('/').all(|part| {
        let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        part.starts_with(ends)
            && part.ends_with(ends)
            && part.chars().all(|c| ends(c) || "._-".contains(c))
            && !["..", "._", "_.", "___"]
                .iter()
                .any(|run| part.contains(run))
    })
}

/// Whether a literal reference names a tag or a digest.
fn tagged(image: &str) -> bool {
    let named = image.split('@').next().unwrap_or_default();
    split_tag(named).1.is_some()
}

/// A `:` after the last `/` starts the tag; before it, it is a registry's port.
fn split_tag(image: &str) -> (&str, Option<&str>) {
    let name_at = image.rfind('/').map_or(0, |slash| slash + 1);
    match image[name_at..].find(':') {
        Some(colon) => (
            &image[..name_at + colon],
            Some(&image[name_at + colon + 1..]),
        ),
        None => (image, None),
    }
}

fn has_tag(image: &Text) -> bool {
    let shown = image.render(|piece| match piece {
        Piece::Literal(text) => text.clone(),
        _ => "x".to_string(),
    });
    tagged(&shown)
}

/// The tag goes before a digest.
fn append_tag(image: &mut Text, tag: &Text) {
    if tag.is_empty() {
        return;
    }
    let mut digest = String::new();
    if let Some(Piece::Literal(last)) = image.pieces.last_mut()
        && let Some(at) = last.find('@')
    {
        digest = last.split_off(at);
    }
    image.push_literal(":");
    image.append(tag);
    image.push_literal(&digest);
}

/// The platform's registry before a reference that names none.
pub(super) fn with_registry(scene: &Scene, image: Text) -> Text {
    let Some(registry) = &scene.registry else {
        return image;
    };
    let start = match image.pieces.first() {
        Some(Piece::Literal(text)) => text.clone(),
        _ => return image,
    };
    let names_registry = start
        .split_once('/')
        .is_some_and(|(host, _)| host.contains(['.', ':']) || host == "localhost");
    if names_registry {
        return image;
    }
    let mut out = Text::literal(format!("{}/", registry.trim_end_matches('/')));
    out.append(&image);
    out
}

/// How the image is built, if it is.
pub(super) fn build(
    scene: &Scene,
    index: Option<usize>,
    table: &Table,
    sink: &mut Sink,
) -> Option<Build> {
    let build = table.table("build")?;
    let scope = match index {
        Some(index) => Scope::component(index, None),
        None => Scope::platform(),
    }
    .without_secrets("a build argument");
    Some(Build {
        context: build.string("context")?.to_string(),
        dockerfile: read::owned(build, "dockerfile"),
        args: build
            .table("args")
            .into_iter()
            .flat_map(Table::iter)
            .map(|(key, node)| (key.name.clone(), text(scene, node, &scope, sink)))
            .collect(),
        target: read::owned(build, "target"),
        cache_from: read::strings(build, "cache_from"),
    })
}
