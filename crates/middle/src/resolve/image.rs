//! Images: the keys `image`, `version` and `build` over what a kind says.

use super::{
    Scene, built_from,
    dockerfile::Dockerfile,
    placed_args,
    reference::{Scope, text},
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::{WorkloadDraft, read, taken_away},
    files::{Site, Target},
    model::{Build, HostPath, Image, Text, is_tag},
    reference::{Mode, Words, of_node},
    source::Span,
    syntax::{Node, Table, places},
    text::all_of,
    value::is_fetched,
};

/// The image of a component's own workloads.
pub(super) fn image_of(scene: &Scene<'_>, index: usize, sink: &mut Sink) -> Image {
    let draft = &scene.components[index];
    let keys = ImageKeys {
        name: &draft.name,
        table: &draft.user,
        kind_image: draft.kind_table.string("image"),
        kind_version: draft.kind_table.string("version"),
    };
    reference(scene, index, keys, sink)
}

/// The tag of a component's own image.
pub(super) fn version_of(scene: &Scene<'_>, index: usize, sink: &mut Sink) -> Text {
    image_of(scene, index, sink).tag.unwrap_or_default()
}

/// The keys that make an image.
const KEYS: [&str; 3] = ["image", "version", "build"];

/// The image of a workload: that of its component, or of a part that brings its own, and what the user writes for the part
/// over it.
pub(super) fn of_workload(
    scene: &Scene<'_>,
    index: usize,
    shape: &WorkloadDraft,
    sink: &mut Sink,
) -> Image {
    let draft = &scene.components[index];
    let Some(part) = shape.part.as_deref() else {
        return image_of(scene, index, sink);
    };
    let written = draft.user.get_path(&["parts", part]);
    let own = written
        .and_then(Node::as_table)
        .cloned()
        .unwrap_or_default();
    let has = |key: &str| own.get(key).is_some_and(|node| !node.is_false());
    if shape.own_image && KEYS.iter().all(|key| own.get(key).is_none()) {
        return image_of(scene, index, sink);
    }
    // What a kind writes for a part of its own may hold references. Of another image it says nothing.
    let of_kind = draft.kind_table.get_path(&["parts", part]);
    let around = match shape.own_image {
        true => Some(&draft.user),
        false if has("image") || has("build") => None,
        false => of_kind.and_then(Node::as_table),
    };
    let mut around = around.cloned().unwrap_or_default();
    around
        .entries
        .retain(|entry| KEYS.contains(&entry.key.name.as_str()));
    let string = |key: &str| {
        let of_kind = shape.own_image.then_some(&draft.kind_table);
        of_kind.and_then(|kind| kind.string(key))
    };
    // Another image, or one that is built, is not the one that the component names.
    if has("build") {
        around.remove("image");
    }
    if tag_in(&own).is_some() {
        around.remove("version");
    }
    own.entries.iter().for_each(|entry| {
        // Without the kind's own image there would be none.
        let is_said = shape.own_image || !entry.value.is_false();
        if KEYS.contains(&entry.key.name.as_str()) && is_said {
            around.set(entry.key.clone(), entry.value.clone());
        }
    });
    around.entries.retain(|entry| !entry.value.is_false());
    let name = match has("build") {
        true => draft.workload_name(Some(part)),
        false => draft.name.clone(),
    };
    let keys = ImageKeys {
        name: &name,
        table: &around,
        kind_image: string("image"),
        kind_version: string("version"),
    };
    reference(scene, index, keys, sink)
}

/// The tag that `image` itself holds.
fn tag_in(table: &Table) -> Option<&Node> {
    let image = table.get("image")?;
    Image::literal(image.as_str()?).tag.map(|_| image)
}

/// What names an image: `image`, `version` and `build` of a table, over the kind's image and tag.
struct ImageKeys<'a> {
    /// What is built is called after it.
    name: &'a str,
    table: &'a Table,
    kind_image: Option<&'a str>,
    kind_version: Option<&'a str>,
}

fn reference(scene: &Scene<'_>, index: usize, keys: ImageKeys<'_>, sink: &mut Sink) -> Image {
    let ImageKeys {
        name,
        table,
        kind_image,
        kind_version,
    } = keys;
    let scope = Scope::component(index, None).without_secrets("an image");
    let version = table
        .get("version")
        .map(|node| text(scene, node, &scope, sink));
    let is_built = table.table("build").is_some();
    let image = match (table.get("image"), kind_image) {
        (Some(node), _) => Image::parse(&text(scene, node, &scope, sink)),
        (None, _) if is_built => {
            let name = format!("{}/{name}", scene.names.platform);
            Image::literal(&name).with_tag(Text::literal("0"))
        }
        (None, Some(repository)) => {
            let image = Image::literal(repository);
            image.with_tag(Text::literal(kind_version.unwrap_or_default()))
        }
        (None, None) => return Image::default(),
    };
    // A tag that could not be read was reported: without it the image would seem to have none.
    if image.tag.is_none() && table.get("version").is_some_and(Node::is_broken) {
        return Image::default();
    }
    let tagged = table.get("image").is_some() && image.tag.is_some();
    let image = match version {
        Some(version) if !tagged => image.with_tag(version),
        _ => image,
    };
    if is_built {
        scene.origins.place_own_build(image)
    } else {
        scene.origins.place(image)
    }
}

/// Says what is wrong with the keys that make an image.
pub(super) fn check(scene: &Scene<'_>, index: usize, sink: &mut Sink) {
    let draft = &scene.components[index];
    let user = &draft.user;
    tag_twice(user, user, sink);
    for (key, part) in read::tables(user, "parts") {
        let of_kind = draft.kind.table.get_path(&["parts", &key.name, "image"]);
        let is_own = part.get("image").is_some() || of_kind.is_some();
        tag_twice(if is_own { part } else { user }, part, sink);
        if let Some(diagnostic) = tag_of_kind(&key.name, of_kind, part) {
            sink.push(diagnostic);
        }
    }
    let has_image = user.get("image").is_some()
        || user.get("build").is_some()
        || draft.kind_table.get("image").is_some();
    if let Some(chart) = user.entry("chart").filter(|_| !has_image) {
        without_image(scene, draft.span, chart.key.span, sink);
    } else if !has_image && draft.external.is_none() {
        const IMAGE: &str = "image = \"repository:tag\"";
        let diagnostic = Diagnostic::new(
            Code::MissingKey,
            format!("component `{}` needs the key `image`", draft.name),
        );
        let written = |key| scene.draft.tree.get_path(&["components", &draft.name, key]);
        let of_kind = || format!("kind `{}` has no image of its own", draft.kind.name);
        sink.push(match written("image") {
            Some(node) => taken_away(diagnostic, node, IMAGE),
            None => match written("build") {
                Some(node) => diagnostic.label(node.span, "taken away here"),
                None => diagnostic.label(draft.span, of_kind()),
            }
            .help(format!(
                "write `{IMAGE}`, or `build = {{ context = \"folder\" }}`"
            ))
            .adding(draft.span, IMAGE),
        });
    }
    each_well_formed(scene, user, sink);
}

/// Says what is wrong with images in presets, those too that nothing uses.
pub(super) fn of_presets(scene: &Scene<'_>, tree: &Table, sink: &mut Sink) {
    for (_, preset) in read::tables(tree, "presets") {
        each_well_formed(scene, preset, sink);
    }
}

/// The images and tags of a component's table and of its parts.
fn each_well_formed(scene: &Scene<'_>, table: &Table, sink: &mut Sink) {
    let parts = read::tables(table, "parts").map(|(_, part)| part);
    for table in std::iter::once(table).chain(parts) {
        if let Some(node) = table.get("image") {
            well_formed(scene, node, sink);
        }
        if let Some(node) = table.get("version") {
            good_version(scene, node, sink);
        }
    }
}

/// A tag in an image, and another one beside it: in the same table, or in that of a part.
fn tag_twice(with_image: &Table, with_version: &Table, sink: &mut Sink) {
    let (Some(image), Some(version)) = (tag_in(with_image), with_version.entry("version")) else {
        return;
    };
    if version.value.is_false() {
        return;
    }
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

/// A version for a part whose image has its tag from the kind, which stays.
fn tag_of_kind(name: &str, image: Option<&Node>, part: &Table) -> Option<Diagnostic> {
    let tag = Image::literal(image?.as_str()?).tag?.as_plain()?;
    let version = part.entry("version")?;
    if part.get("image").is_some() || part.get("build").is_some() || version.value.is_false() {
        return None;
    }
    let message =
        format!("the kind's image of the part `{name}` has a tag: `version` has no effect");
    Some(
        Diagnostic::new(Code::ConflictingKeys, message)
            .label(version.key.span, format!("the tag is `{tag}`"))
            .help("remove it, or write an `image` of your own with its tag")
            .removing(places(&version.key, &version.value)),
    )
}

/// A cluster runs the chart, and a machine has nothing to run.
fn without_image(scene: &Scene<'_>, component: Span, chart: Span, sink: &mut Sink) {
    let targets = read::targets(scene.draft.tree.table("platform"));
    let machines: Vec<Target> = Target::of_site(Site::Engine).collect();
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

/// Docker's grammar of tags, as far as the text is known.
fn good_version(scene: &Scene<'_>, node: &Node, sink: &mut Sink) {
    let phrase = of_node(node, Words::Platform, Mode::Strict);
    let Some(written) = scene.names.constants.written_out(&phrase) else {
        return;
    };
    if node.as_str().is_none() || written.is_open || is_tag(&written.text) {
        return;
    }
    let diagnostic = Diagnostic::new(
        Code::BadValue,
        format!("`{}` is not an image tag", written.shown(node)),
    )
    .label(node.span, "does not fit")
    .help("a tag is up to 128 letters, digits, `_`, `.` and `-`, such as `1.4.0`");
    sink.push(written.explain(diagnostic));
}

/// Docker's grammar of references, as far as the text is known.
fn well_formed(scene: &Scene<'_>, node: &Node, sink: &mut Sink) {
    let phrase = of_node(node, Words::Platform, Mode::Strict);
    // What else a reference stands for is not known yet; a literal `${` fits nowhere.
    let written = scene.names.constants.written_out(&phrase);
    let Some(written) = written.filter(|it| node.as_str().is_some() && !it.is_open) else {
        return;
    };
    if !phrase.has_escapes() && Image::literal(&written.text).is_valid() {
        return;
    }
    let diagnostic = Diagnostic::new(
        Code::BadValue,
        format!("`{}` is not an image reference", written.shown(node)),
    )
    .label(node.span, "does not fit")
    .help("write `repository:tag`, in lower case, with `@sha256:...` where it is pinned by digest");
    sink.push(written.explain(diagnostic));
}

/// The image of a pipeline, a task or a CI agent: its text is checked and comes from where the platform takes images.
pub(super) fn standalone(
    scene: &Scene<'_>,
    node: &Node,
    read: impl FnOnce(&mut Sink) -> Text,
    sink: &mut Sink,
) -> Image {
    well_formed(scene, node, sink);
    scene.origins.place(Image::parse(&read(sink)))
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
    let args = build
        .entries_of("args")
        .map(|(key, node)| (key.name.clone(), text(scene, node, &scope, sink)))
        .collect();
    let build = Build {
        context: context(build.string("context")?),
        dockerfile: read::owned(build, "dockerfile"),
        args,
        target: read::owned(build, "target"),
        cache_from: read::strings(build, "cache_from"),
    };
    let raw = table.get_path(&["compose", "build"]);
    Some(with_placed_args(scene, build, raw))
}

/// The same with the arguments that name an image to the Dockerfile. `raw`: raw keys of Compose over the build.
fn with_placed_args(scene: &Scene<'_>, mut build: Build, raw: Option<&Node>) -> Build {
    let origins = &scene.origins;
    if origins.are_as_named() {
        return build;
    }
    let inline = raw.and_then(|raw| raw.as_table()?.string("dockerfile_inline"));
    let of_project = || built_from::dockerfile(scene.world, &build).filter(|_| raw.is_none());
    let file = match inline {
        Some(_) => None,
        None => of_project(),
    };
    let Some(text) = inline.or(file.as_ref().map(|file| file.text.as_str())) else {
        return build;
    };
    let dockerfile = Dockerfile::read(text);
    for (name, value) in &mut build.args {
        if let Some(image) = placed_args::value(origins, &dockerfile, name, value) {
            *value = image;
        }
    }
    if inline.is_none() {
        build.args = placed_args::with_defaults(origins, &dockerfile, build.args);
    }
    build
}

/// The folder to build from. An address is no path of the project: it stays as it is written.
fn context(written: &str) -> HostPath {
    match is_fetched(written) {
        true => HostPath::Absolute(written.to_string()),
        false => HostPath::parse(written),
    }
}
