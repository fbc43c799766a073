//! `${...}` in strings: finds references, resolves them, leaves everything else as it is.

mod resolver;

use resolver::Resolver;

use super::{
    read,
    scene::{Draft, Scene},
};
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    model::{self, NetworkMode, Text},
    reference::{self, Misfit, Mode, PLATFORM_WORDS, Piece, Reference, Words},
    source::Span,
    syntax::{Node, Value},
};

/// References inside references: outputs of settings of outputs. Deeper is a circle.
const DEEPEST: usize = 8;

/// Who reads a string, and what may stand in it.
#[derive(Clone, Debug)]
pub(super) struct Scope<'a> {
    /// The component that `self` is.
    pub owner: Option<usize>,
    pub part: Option<&'a str>,
    /// What holds the string, where no secret may stand in it.
    pub no_secrets: Option<&'a str>,
    /// The text is a shell's: what is no reference stays as it is.
    pub shell: bool,
    /// The database that a `uses` chose.
    pub binding: Option<&'a str>,
    /// Why the reader can reach no other component by name, if it can't.
    pub cut_off: Option<&'a str>,
    pub depth: usize,
}

impl<'a> Scope<'a> {
    pub fn component(owner: usize, part: Option<&'a str>) -> Self {
        Self {
            owner: Some(owner),
            part,
            no_secrets: None,
            shell: false,
            binding: None,
            cut_off: None,
            depth: 0,
        }
    }

    /// A reader that is no component: a pipeline, a CI entry, the top of the file.
    pub fn platform() -> Self {
        Self {
            owner: None,
            ..Self::component(0, None)
        }
    }

    pub fn without_secrets(mut self, place: &'a str) -> Self {
        self.no_secrets = Some(place);
        self
    }

    pub fn shell(mut self) -> Self {
        self.shell = true;
        self
    }
}

/// Resolves a reference, unless it was found to lead into a circle: each of them would go round it again.
fn once(resolver: &Resolver<'_>, segments: &[&str], sink: &mut Sink) -> Option<Text> {
    let scene = resolver.scene;
    let here = (resolver.place, resolver.scope.owner);
    if scene.circular.borrow().contains(&here) {
        return None;
    }
    let circles = scene.circles.get();
    let text = resolver.resolve(segments, sink);
    if scene.circles.get() > circles {
        scene.circular.borrow_mut().insert(here);
        return None;
    }
    text
}

/// Bytes that the references of one platform may bring, each reference counted as some: far beyond what people write, and
/// an end to references to texts of references.
const MOST_BROUGHT: usize = 64 << 20;
const COST: usize = 64;

/// Counts what a reference brought; whether it may stay. The one with which it is too much is an error, unless another
/// mistake, as a circle, is why it came to that.
fn paid(scene: &Scene, text: &Text, place: Span, sink: &mut Sink) -> bool {
    let length: usize = text
        .pieces
        .iter()
        .map(|piece| match piece {
            model::Piece::Literal(text) => text.len(),
            _ => COST,
        })
        .sum();
    let before = scene.brought.get();
    scene.brought.set(before + length + COST);
    let fits = scene.brought.get() <= MOST_BROUGHT;
    if !fits && before <= MOST_BROUGHT && !sink.has_errors_of(Code::BadReference) {
        let limit = MOST_BROUGHT >> 20;
        sink.push(
            Diagnostic::new(
                Code::BadReference,
                format!("the references of this platform bring more than {limit} MiB"),
            )
            .label(place, "here it is too much")
            .help("shorten what is referred to so often, or mount it as a file"),
        );
    }
    fits
}

/// Resolves the string, number or boolean of a node.
pub(super) fn text(scene: &Scene, node: &Node, scope: &Scope<'_>, sink: &mut Sink) -> Text {
    if node.as_str().is_none() {
        return Text::literal(read::scalar(node));
    }
    let words = scene.words(node);
    let mode = if scope.shell {
        Mode::Shell
    } else {
        Mode::Strict
    };
    let mut out = Text::default();
    for piece in reference::of_node(node, words, mode).pieces {
        match piece {
            Piece::Literal(text) => out.push_literal(text),
            Piece::Escape => out.push_literal("${"),
            Piece::Misfit(misfit) => sink.push(not_a_reference(&misfit)),
            Piece::Reference(reference) => {
                if scene.brought.get() > MOST_BROUGHT {
                    return out;
                }
                let kind_text = words == Words::Kind;
                if let Some(text) = value(scene, &reference, kind_text, scope, sink) {
                    out.append(&text);
                }
            }
        }
    }
    out
}

/// What one reference stands for; nothing where that is not known, which was then said.
pub(super) fn value(
    scene: &Scene,
    reference: &Reference<'_>,
    kind_text: bool,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Option<Text> {
    let resolver = Resolver {
        scene,
        scope,
        place: reference.place,
        kind_text,
    };
    let text = once(&resolver, &reference.segments, sink)?;
    paid(scene, &text, reference.place, sink).then_some(text)
}

fn not_a_reference(misfit: &Misfit<'_>) -> Diagnostic {
    let why = match misfit.closed {
        true => "no reference starts so",
        false => "it has no `}`",
    };
    let word = misfit.word();
    let rest = &misfit.inner[word.len()..];
    let near = nearest(word, PLATFORM_WORDS).filter(|_| misfit.closed && rest.starts_with('.'));
    let help = match near {
        Some(near) => format!("did you mean `${{{near}{rest}}}`?"),
        None => "a reference is `${components.C.PORT.url}`, `${self.PORT.address}`, `${secrets.S}`, `${vars.V}` or `${platform.name}`; a literal `${` is written `$${`".to_string(),
    };
    Diagnostic::new(Code::BadReference, "`${` without a reference")
        .label(misfit.place, why)
        .help(help)
}

/// Under which name other containers reach a workload: that of the one whose network it shares.
pub(super) fn network_owner(scene: &Scene, draft: &Draft, workload: &str) -> String {
    let mut owner = workload.to_string();
    let mut mode = super::network::mode_of(draft, workload);
    // A circle of them is an error that is said elsewhere.
    for _ in &scene.drafts {
        let Some(NetworkMode::Service(other)) = mode else {
            break;
        };
        let Some(index) = scene.find(&other) else {
            break;
        };
        mode = super::network::mode_of(&scene.drafts[index], &other);
        owner = other;
    }
    owner
}

/// The names under which clients call it, each with any port.
fn hosts(draft: &Draft) -> String {
    let aliases = draft
        .shape(None)
        .map(|shape| read::strings(&shape.table, "aliases"))
        .unwrap_or_default();
    std::iter::once(draft.name.clone())
        .chain(aliases)
        .map(|name| format!("{name}:*"))
        .collect::<Vec<_>>()
        .join(",")
}

/// A variable of a kind as the platform names it.
pub(super) fn variable_name(key: &str) -> String {
    key.to_ascii_lowercase().replace('_', "-")
}

/// A setting as text; a list is joined with commas, a missing one is empty.
pub(super) fn setting_text(
    scene: &Scene,
    index: usize,
    name: &str,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Option<Text> {
    let draft = &scene.drafts[index];
    let Some(node) = draft.setting(name) else {
        return Some(Text::default());
    };
    if let Value::Array(items) = &node.value {
        let mut out = Text::default();
        for (position, item) in items.iter().enumerate() {
            if position > 0 {
                out.push_literal(",");
            }
            out.append(&text(scene, item, scope, sink));
        }
        return Some(out);
    }
    Some(text(scene, node, scope, sink))
}

/// What `uses = "component"` means where it names no database: the kind's default setting.
pub(super) fn default_binding(scene: &Scene, index: usize, depth: usize, sink: &mut Sink) -> Text {
    let draft = &scene.drafts[index];
    let Some(binding) = &draft.kind.binding else {
        return Text::default();
    };
    let scope = Scope {
        depth,
        ..Scope::component(index, None)
    };
    if let Some(setting) = &binding.default {
        let node = draft.setting(setting);
        if let Some(Value::Array(items)) = node.map(|node| &node.value) {
            return items
                .first()
                .map_or(Text::default(), |item| text(scene, item, &scope, sink));
        }
        return setting_text(scene, index, setting, &scope, sink).unwrap_or_default();
    }
    let first = binding
        .more
        .as_ref()
        .and_then(|setting| draft.setting(setting))
        .and_then(Node::as_array)
        .and_then(<[Node]>::first);
    first.map_or(Text::default(), |item| text(scene, item, &scope, sink))
}

/// An output of a component, in the eyes of a reader that chose one of its databases.
fn output_text(
    scene: &Scene,
    index: usize,
    output: &str,
    chosen: Option<&str>,
    reader: &Scope<'_>,
    sink: &mut Sink,
) -> Option<Text> {
    let node = scene.drafts[index]
        .kind_table
        .get_path(&["outputs", output])?;
    let scope = Scope {
        binding: chosen,
        no_secrets: reader.no_secrets,
        depth: reader.depth + 1,
        ..Scope::component(index, None)
    };
    Some(text(scene, node, &scope, sink))
}
