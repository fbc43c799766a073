//! Images: the keys `image`, `version` and `build` over what a kind says.

use super::{
    Scene,
    reference::{Scope, text},
    top,
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::read,
    files::{Ground, Target},
    model::{Build, HostPath, Image, Text, is_tag},
    reference::{Mode, Words, of_node},
    source::Span,
    syntax::{Node, Table},
    text::all_of,
};

/// The image of a component's own workloads.
pub(super) fn image_of(scene: &Scene<'_>, index: usize, sink: &mut Sink) -> Image {
    let draft = &scene.components[index];
    let kind = (
        draft.kind_table.string("image"),
        draft.kind_table.string("version"),
    );
    reference(scene, index, &draft.user, kind, sink)
}

/// The tag of a component's own image.
pub(super) fn version_of(scene: &Scene<'_>, index: usize, sink: &mut Sink) -> Text {
    image_of(scene, index, sink).tag.unwrap_or_default()
}

/// The image of a part that brings its own.
pub(super) fn part_image(scene: &Scene<'_>, index: usize, table: &Table, sink: &mut Sink) -> Image {
    reference(scene, index, table, (None, None), sink)
}

/// `image`, `version` and `build` of a table, over the kind's image and tag.
fn reference(
    scene: &Scene<'_>,
    index: usize,
    table: &Table,
    (kind_image, kind_version): (Option<&str>, Option<&str>),
    sink: &mut Sink,
) -> Image {
    let scope = Scope::component(index, None).without_secrets("an image");
    let version = table
        .get("version")
        .map(|node| text(scene, node, &scope, sink));
    let is_built = table.table("build").is_some();
    let image = match (table.get("image"), kind_image) {
        (Some(node), _) => Image::parse(&text(scene, node, &scope, sink)),
        (None, _) if is_built => {
            let name = format!("{}/{}", scene.names.platform, scene.components[index].name);
            Image::literal(&name).with_tag(Text::literal("0"))
        }
        (None, Some(repository)) => {
            let image = Image::literal(repository);
            image.with_tag(Text::literal(kind_version.unwrap_or_default()))
        }
        (None, None) => return Image::default(),
    };
    let tagged = table.get("image").is_some() && image.tag.is_some();
    let image = match version {
        Some(version) if !tagged => image.with_tag(version),
        _ => image,
    };
    if is_built {
        scene.names.registry.place_built(image)
    } else {
        scene.names.registry.place(image)
    }
}

/// Says what is wrong with the keys that make an image.
pub(super) fn check(scene: &Scene<'_>, index: usize, sink: &mut Sink) {
    let draft = &scene.components[index];
    let user = &draft.user;
    if let (Some(image), Some(version)) = (user.get("image"), user.entry("version"))
        && image
            .as_str()
            .is_some_and(|image| Image::literal(image).tag.is_some())
    {
        sink.push(
            Diagnostic::new(
                Code::ConflictingKeys,
                "the tag is in `image` and in `version`",
            )
            .label(image.span, "a tag here")
            .label(version.key.span, "and here")
            .help("keep one of the two"),
        );
    }
    let has_image = user.get("image").is_some()
        || user.get("build").is_some()
        || draft.kind_table.get("image").is_some();
    if let Some(chart) = user.entry("chart").filter(|_| !has_image) {
        without_image(scene, draft.span, chart.key.span, sink);
    } else if !has_image && draft.external.is_none() {
        sink.push(
            Diagnostic::new(
                Code::MissingKey,
                format!("component `{}` needs the key `image`", draft.name),
            )
            .label(
                draft.span,
                format!("kind `{}` has no image of its own", draft.kind.name),
            )
            .help("write `image = \"repository:tag\"`, or `build = { context = \"folder\" }`")
            .adding(draft.span, "image = \"repository:tag\""),
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

/// A cluster runs the chart, and a machine has nothing to run.
fn without_image(scene: &Scene<'_>, component: Span, chart: Span, sink: &mut Sink) {
    let targets = top::targets(scene.draft.tree.table("platform"));
    let machines: Vec<Target> = Target::of_ground(Ground::Engine).collect();
    let Some(target) = machines.iter().find(|target| targets.contains(target)) else {
        return;
    };
    let names: Vec<&str> = machines.iter().map(|target| target.name()).collect();
    sink.push(
        Diagnostic::new(Code::MissingKey, "a chart runs only in a cluster")
            .label(chart, format!("`{}` has no image to run", target.name()))
            .help(format!(
                "write `image = \"repository:tag\"` beside it, or leave {} out of `platform.targets`",
                all_of(&names)
            ))
            .adding(component, "image = \"repository:tag\""),
    );
}

/// Docker's grammar of tags, as far as the literal text shows it.
fn good_version(node: &Node, sink: &mut Sink) {
    let Some(written) = node.as_str() else { return };
    let phrase = of_node(node, Words::Platform, Mode::Strict);
    if phrase.literal().is_none_or(|version| is_tag(&version)) {
        return;
    }
    sink.push(
        Diagnostic::new(Code::BadValue, format!("`{written}` is not an image tag"))
            .label(node.span, "does not fit")
            .help("a tag is up to 128 letters, digits, `_`, `.` and `-`, such as `1.4.0`"),
    );
}

/// Docker's grammar of references, as far as the literal text shows it.
fn well_formed(node: &Node, sink: &mut Sink) {
    let Some(written) = node.as_str() else { return };
    // What a reference stands for is not known yet; a literal `${` fits nowhere.
    let phrase = of_node(node, Words::Platform, Mode::Strict);
    if phrase.literal().is_none() && !phrase.has_escapes() {
        return;
    }
    if Image::literal(written).is_valid() {
        return;
    }
    sink.push(
        Diagnostic::new(Code::BadValue, format!("`{written}` is not an image reference"))
            .label(node.span, "does not fit")
            .help("write `repository:tag`, in lower case, with `@sha256:...` where it is pinned by digest"),
    );
}

/// The image of a pipeline, a task or a CI agent: its text is checked and comes from where the platform takes images.
pub(super) fn standalone(
    scene: &Scene<'_>,
    node: &Node,
    read: impl FnOnce(&mut Sink) -> Text,
    sink: &mut Sink,
) -> Image {
    well_formed(node, sink);
    scene.names.registry.place(Image::parse(&read(sink)))
}

/// How the image is built, if it is.
pub(super) fn build(
    scene: &Scene<'_>,
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
        context: HostPath::parse(build.string("context")?),
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
