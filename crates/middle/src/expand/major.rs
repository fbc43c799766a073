//! The major version of a component's program, decided once: the kind and the targets adapt to it.
//!
//! `settings.major` decides it, else the number in the tag: after one of the kind's words (`2.17.2-pg18`), or at its start. In
//! an image of the kind's program, a number that the kind does not know is an error. A user's own image may have a version
//! scheme of its own: its number counts if the kind knows it, else the kind's default is used.

use super::{MissingLine, names, read};
use crate::{
    catalog::Kind,
    data::Libc,
    diag::{Code, Diagnostic, Sink},
    model::{Image, ImageMaker, Piece, ProgramVersion, TagVersion, Text, Version},
    reference::{self, Mode, Piece as Phrase, Words},
    source::Span,
    syntax::{Key, Node, Table, Value},
    text::all_of,
};

/// The image as far as it is written out, and what in the file says so.
struct Written<'a> {
    image: Image,
    node: &'a Node,
    maker: ImageMaker,
    /// A reference in it stands for nothing, which is reported where references are resolved.
    broken: bool,
}

impl Written<'_> {
    /// The version of the kind's program, where the tag has it.
    fn version(&self, kind: &Kind) -> Option<Version> {
        kind.versions.in_tag(self.image.tag.as_ref()?)
    }
}

/// What is known of the version of a component's program.
pub(super) struct Decided {
    pub program: ProgramVersion,
    /// The numbers of the version for comparisons, beginning with the major one. A last number above all others stands for those
    /// that nothing tells: they are taken for the newest. Empty where nothing tells the version.
    pub numbers: Vec<u64>,
    /// The version as far as it is written, and its place.
    pub written: Option<(Version, Span)>,
}

/// `component`: what the user wrote, presets laid below it.
pub(super) fn decide(
    tree: &Table,
    name: &Key,
    component: &Table,
    kind: &Kind,
    sink: &mut Sink,
) -> Decided {
    let set = component.get_path(&["settings", "major"]);
    let set = set.filter(|node| !node.is_false());
    let known = &kind.versions;
    let (major, minor, version, span) = match set {
        Some(node) => {
            let major = set_major(kind, node, sink);
            (
                major,
                None,
                Version::of(&read::scalar(node)),
                Some(node.span),
            )
        }
        None => {
            let written = written_image(tree, component, kind);
            let (major, version) = match &written {
                Some(written) => (
                    major_of(written, name, component, kind, sink),
                    written.version(kind),
                ),
                None => (kind.default_major(), known.default.clone()),
            };
            let minor = major.and_then(|major| known.minor(version.as_ref(), major));
            (major, minor, version, written.map(|it| it.node.span))
        }
    };
    Decided {
        numbers: major.map_or_else(Vec::new, |major| numbers(version.as_ref(), major)),
        written: version.clone().zip(span),
        program: ProgramVersion {
            major,
            minor,
            numbers: version.clone(),
            libc: libc(tree, component, kind),
            is_set: set.is_some(),
            known: known.clone(),
            registry: names::registry(tree),
        },
    }
}

fn numbers(version: Option<&Version>, major: u64) -> Vec<u64> {
    let rest = version
        .filter(|version| version.major == major)
        .map(|version| version.rest.as_slice())
        .unwrap_or_default();
    [&[major], rest, &[u64::MAX]].concat()
}

/// `settings.major`.
fn set_major(kind: &Kind, node: &Node, sink: &mut Sink) -> Option<u64> {
    let shown = read::scalar(node);
    match Version::of(&shown) {
        Some(version) if kind.versions.has_major(version.major) => Some(version.major),
        _ => {
            sink.push(unknown(kind, node, &shown));
            kind.default_major()
        }
    }
}

/// The major version that an image tells.
fn major_of(
    written: &Written<'_>,
    name: &Key,
    component: &Table,
    kind: &Kind,
    sink: &mut Sink,
) -> Option<u64> {
    let default = kind.default_major();
    // What is no image is reported as such.
    if !written.image.is_valid() {
        return default;
    }
    match kind.versions.of_image(&written.image, written.maker) {
        TagVersion::Known(version) => Some(version.major),
        TagVersion::OfOwnImage | TagVersion::Missing => default,
        TagVersion::Unknown => {
            sink.push(unknown(kind, written.node, &shown_tag(&written.image)));
            default
        }
        TagVersion::TooOld { version, oldest } => {
            let older_with = kind.older_with.as_ref();
            let is_asked_of_others = older_with.is_some_and(|it| {
                // Nothing is installed on what runs elsewhere.
                component.get("external").is_some()
                    || component.get_path(&["settings", it]).is_some()
            });
            if is_asked_of_others {
                return Some(version.major);
            }
            let shown = shown_tag(&written.image);
            sink.push(too_old(kind, written.node, &shown, &oldest));
            Some(version.major)
        }
        TagVersion::Needed => {
            if component.get("external").is_none() && !written.broken {
                let diagnostic = no_version(kind, written);
                sink.push(with_major_help(diagnostic, kind, name, component));
            }
            default
        }
    }
}

/// The C library of the image that runs where no raw key names another one.
fn libc(tree: &Table, component: &Table, kind: &Kind) -> Option<Libc> {
    let known = &kind.versions;
    match written_image(tree, component, kind) {
        Some(written) => known.libc(&written.image, written.maker),
        None if component.get("build").is_some() => None,
        None => {
            let tag = Text::literal(kind.version.as_ref()?);
            let own = known.image.clone()?;
            known.libc(&own.with_tag(tag), ImageMaker::Program)
        }
    }
}

/// `None` where no version is written: no image, or one that is built here without a version.
fn written_image<'a>(tree: &Table, component: &'a Table, kind: &Kind) -> Option<Written<'a>> {
    let version = component.get("version");
    if let Some(node) = component.get("image") {
        let image = Image::parse(&with_constants(tree, node));
        let maker = kind.versions.maker(&image, &names::registry(tree));
        return Some(match (&image.tag, version) {
            (None, Some(node)) => Written {
                image: image.with_tag(with_constants(tree, node)),
                broken: is_no_tag(tree, node),
                node,
                maker,
            },
            _ => Written {
                image,
                broken: is_broken(tree, node),
                node,
                maker,
            },
        });
    }
    let node = version?;
    let own = kind.versions.image.clone();
    Some(Written {
        image: own.unwrap_or_default().with_tag(with_constants(tree, node)),
        broken: is_no_tag(tree, node),
        node,
        maker: match component.get("build") {
            Some(_) => ImageMaker::User,
            None => ImageMaker::Program,
        },
    })
}

/// A text as far as it is known before anything is resolved: constants are written out, what else is referred to stays
/// open.
fn with_constants(tree: &Table, node: &Node) -> Text {
    let mut out = Text::default();
    for piece in reference::of_node(node, Words::Platform, Mode::Strict).pieces {
        match piece {
            Phrase::Literal(text) => out.push_literal(text),
            Phrase::Escape => out.push_literal("${"),
            Phrase::Misfit(_) => out.push(Piece::Variable(String::new())),
            Phrase::Reference(reference) => {
                let variable = match reference.segments.as_slice() {
                    ["vars", name] => tree.get_path(&["vars", name]),
                    _ => None,
                };
                match variable.and_then(constant) {
                    Some(value) => out.push_literal(&value),
                    None => out.push(Piece::Variable(reference::written(&reference.segments))),
                }
            }
        }
    }
    out
}

/// Whether a text can't be used, or a reference in it stands for nothing, or for what can't stand in an image.
fn is_broken(tree: &Table, node: &Node) -> bool {
    let phrase = reference::of_node(node, Words::Platform, Mode::Strict);
    // Of another type than text: that was reported.
    node.is_broken()
        || phrase.pieces.iter().any(|piece| match piece {
            Phrase::Literal(_) | Phrase::Escape => false,
            Phrase::Misfit(_) => true,
            Phrase::Reference(reference) => match reference.segments.as_slice() {
                [table @ ("vars" | "components"), name, ..] => {
                    let declared = tree.get_path(&[*table, *name]);
                    declared.is_none_or(Node::is_broken)
                }
                ["self" | "platform", ..] => false,
                _ => true,
            },
        })
}

/// The same of a `version`: an empty one is reported as no tag.
fn is_no_tag(tree: &Table, node: &Node) -> bool {
    is_broken(tree, node) || with_constants(tree, node).is_empty()
}

/// The value of a variable that no environment changes.
fn constant(node: &Node) -> Option<String> {
    match &node.value {
        Value::Table(table) if table.get("env").is_some() => None,
        Value::Table(table) => table.get("default").map(read::scalar),
        _ => Some(read::scalar(node)),
    }
}

fn shown_tag(image: &Image) -> String {
    let shown = |tag: &Text| {
        tag.render(|piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Variable(written) => written.clone(),
            _ => String::new(),
        })
    };
    image.tag.as_ref().map(shown).unwrap_or_default()
}

fn unknown(kind: &Kind, node: &Node, shown: &str) -> Diagnostic {
    Diagnostic::new(
        Code::UnknownVersion,
        format!("kind `{}` does not know version `{shown}`", kind.name),
    )
    .label(node.span, "its major version is not in the list")
    .help(format!(
        "it knows the major versions {}; the default is `{}`",
        list_of_majors(kind),
        kind.version.as_deref().unwrap_or("none")
    ))
}

fn too_old(kind: &Kind, node: &Node, shown: &str, oldest: &Version) -> Diagnostic {
    Diagnostic::new(
        Code::UnknownVersion,
        format!("kind `{}` can't run version `{shown}`", kind.name),
    )
    .label(node.span, "too old")
    .help(match &kind.older_with {
        Some(setting) => format!(
            "the oldest that it runs is `{oldest}`; an older one needs a `settings.{setting}` of your own"
        ),
        None => format!("the oldest that it runs is `{oldest}`"),
    })
}

/// Reports an image without a major version in its tag, for a kind that differs between major versions.
fn no_version(kind: &Kind, written: &Written<'_>) -> Diagnostic {
    let tag = written.image.tag.as_ref();
    let why = match (tag, &written.image.digest) {
        (Some(tag), _) if !tag.is_literal() => "its tag is chosen at start".to_string(),
        (Some(_), _) => format!(
            "`{}` does not begin with a version",
            shown_tag(&written.image)
        ),
        (None, _) if !written.image.repository.is_literal() => {
            "the image is chosen at start".to_string()
        }
        (None, Some(_)) => "a digest contains no version".to_string(),
        (None, None) => "it has no tag".to_string(),
    };
    Diagnostic::new(
        Code::UnknownVersion,
        format!("the major version of this `{}` is not known", kind.name),
    )
    .label(written.node.span, why)
}

/// A help to say the major version.
fn with_major_help(
    diagnostic: Diagnostic,
    kind: &Kind,
    name: &Key,
    component: &Table,
) -> Diagnostic {
    let more = match kind.versions.majors.as_slice() {
        [] => String::new(),
        _ => format!(
            ": `settings.major` of kind `{}` is one of {}",
            kind.name,
            list_of_majors(kind)
        ),
    };
    let line = format!("major = {}", kind.default_major().unwrap_or_default());
    let missing = MissingLine {
        component: name.span,
        written: component,
        table: "settings",
        line: &line,
        more: &more,
    };
    missing.help(diagnostic)
}

fn list_of_majors(kind: &Kind) -> String {
    let versions: Vec<String> = kind
        .versions
        .majors
        .iter()
        .map(ToString::to_string)
        .collect();
    all_of(&versions)
}
