//! `${...}` in strings: finds references, resolves them, leaves everything else as it is.

mod memory;
mod messages;
mod misfit;
mod outside;
mod port;
mod reach;
mod resolver;

pub(super) use messages::needed_port;
use misfit::{MeantAs, not_a_reference};
use resolver::Resolver;

use super::{
    Scene,
    order::{Database, Reader, first_binding, leads_to},
};
use crate::{
    catalog::SettingType,
    diag::{Diagnostic, Sink},
    expand::{ComponentDraft, read},
    language::memory_bytes,
    model::{Piece as ModelPiece, Purpose, Text},
    reference::{self, Mode, Piece, Reference, Words},
    syntax::{Node, Value},
};

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
    /// The text is a template of Airflow's: what is inserted is no part of it.
    pub template: bool,
    /// The database that a `uses` chose.
    pub binding: Option<&'a str>,
    /// The workload that reads the string when it runs.
    pub reader: Option<WorkloadOf<'a>>,
    /// It stands at the top of the file: what is generated of it has no variables of its own.
    pub at_top: bool,
    /// Who reads the string runs elsewhere: names inside of the platform lead nowhere.
    pub outside: bool,
}

/// A workload: a component's main one, or one of its parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct WorkloadOf<'a> {
    pub component: usize,
    pub part: Option<&'a str>,
}

impl<'a> Scope<'a> {
    pub fn component(owner: usize, part: Option<&'a str>) -> Self {
        Self {
            owner: Some(owner),
            part,
            no_secrets: None,
            shell: false,
            template: false,
            binding: None,
            reader: None,
            at_top: false,
            outside: false,
        }
    }

    /// A string that a workload reads when it runs: it has to reach what the string names.
    pub fn workload(component: usize, part: Option<&'a str>) -> Self {
        Self {
            reader: Some(WorkloadOf { component, part }),
            ..Self::component(component, part)
        }
    }

    /// A reader that is no component, such as a pipeline.
    pub fn platform() -> Self {
        Self {
            owner: None,
            ..Self::component(0, None)
        }
    }

    /// A raw table at the top of the file.
    pub fn top() -> Self {
        Self {
            at_top: true,
            ..Self::platform()
        }
    }

    /// A CI entry: a component runs it, or something elsewhere.
    pub fn ci(scene: &Scene<'_>) -> Self {
        let mut drafts = scene.components.iter();
        let is_run = drafts.any(|draft| draft.is_for(Purpose::Ci) && draft.external.is_none());
        Self {
            outside: !is_run,
            ..Self::platform()
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

    /// A task's line: the shell's, after Airflow has filled in its own `{{ ... }}`.
    pub fn template(mut self) -> Self {
        self.template = true;
        self.shell()
    }
}

/// Resolves the string, number or boolean of a node.
pub(super) fn text(scene: &Scene<'_>, node: &Node, scope: &Scope<'_>, sink: &mut Sink) -> Text {
    if node.as_str().is_none() {
        return Text::literal(read::scalar(node));
    }
    let words = scene.names.words(node);
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
            Piece::Misfit(misfit) => {
                let meant = match scope.no_secrets {
                    Some(_) => MeantAs::Variable,
                    None => MeantAs::Any,
                };
                let misfit = not_a_reference(scene, &misfit, meant, sink);
                sink.push(misfit);
            }
            Piece::Reference(reference) => {
                if let Some(text) = value(scene, &reference, words, scope, sink) {
                    match scope.template {
                        true => out.append(&verbatim(text)),
                        false => out.append(&text),
                    }
                }
            }
        }
    }
    out
}

/// Reports what is wrong with the references of a string that no component reads. What `self` would be, nobody knows.
pub(super) fn check_alone(scene: &Scene<'_>, node: &Node, mode: Mode, sink: &mut Sink) {
    let scope = Scope::platform();
    for piece in reference::of_node(node, Words::Platform, mode).pieces {
        match piece {
            Piece::Misfit(misfit) => {
                let misfit = not_a_reference(scene, &misfit, MeantAs::Any, sink);
                sink.push(misfit);
            }
            Piece::Reference(reference) if reference.segments.first() != Some(&"self") => {
                value(scene, &reference, Words::Platform, &scope, sink);
            }
            Piece::Reference(_) | Piece::Literal(_) | Piece::Escape => {}
        }
    }
}

/// The text in a template of Airflow's, where braces of its own would begin an expression.
fn verbatim(text: Text) -> Text {
    let pieces = text.pieces.into_iter().map(|piece| match piece {
        ModelPiece::Literal(literal) => ModelPiece::Literal(verbatim_literal(&literal)),
        piece => piece,
    });
    Text {
        pieces: pieces.collect(),
    }
}

fn verbatim_literal(literal: &str) -> String {
    let mut out = String::new();
    let mut rest = literal;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        // A brace at the end may meet another one behind the reference.
        let opens = ["{{", "{%", "{#!#"]
            .into_iter()
            .find(|it| from.starts_with(it));
        let begin = opens.or((from == "{").then_some("{"));
        match begin {
            Some(begin) => out.push_str(&format!("{{{{ '{begin}' }}}}")),
            None => out.push('{'),
        }
        rest = &from[begin.map_or(1, str::len)..];
    }
    out.push_str(rest);
    out
}

/// What one reference stands for; nothing where it can't be resolved, which was then reported.
pub(super) fn value(
    scene: &Scene<'_>,
    reference: &Reference<'_>,
    words: Words,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Option<Text> {
    let reader = Reader {
        component: scope.owner,
        database: Database::of(scope.binding),
        words,
    };
    let definition = leads_to(scene.draft, reader, &reference.segments);
    if !scene.order.allows(definition) {
        return None;
    }
    let resolver = Resolver {
        scene,
        scope,
        place: reference.place,
        kind_text: words == Words::Kind,
        through: None,
    };
    resolver.resolve(&reference.segments, sink)
}

/// The names under which clients call it, each with any port.
fn hosts(draft: &ComponentDraft) -> String {
    let aliases = draft
        .workload(None)
        .map(|shape| read::strings(&shape.table, "aliases"))
        .unwrap_or_default();
    std::iter::once(draft.name.clone())
        .chain(aliases)
        .map(|name| format!("{name}:*"))
        .collect::<Vec<_>>()
        .join(",")
}

/// Reports variables of the environment in a setting that takes nothing but a secret; whether there are any.
fn report_variable(scene: &Scene<'_>, node: &Node, sink: &mut Sink) -> bool {
    let phrase = reference::of_node(node, Words::Platform, Mode::Strict);
    let misfits = phrase.pieces.iter().filter_map(|piece| match piece {
        Piece::Misfit(misfit) => misfit.variable().and(Some(misfit)),
        _ => None,
    });
    let found: Vec<Diagnostic> = misfits
        .map(|misfit| not_a_reference(scene, misfit, MeantAs::Secret, sink))
        .collect();
    let any = !found.is_empty();
    found.into_iter().for_each(|it| sink.push(it));
    any
}

/// A setting as text; a list is joined with commas, a missing one is empty.
pub(super) fn setting_text(
    scene: &Scene<'_>,
    index: usize,
    name: &str,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Option<Text> {
    let draft = &scene.components[index];
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
    let mut specs = draft.kind.settings.iter();
    let kind = specs.find(|spec| spec.name == name).map(|spec| spec.kind);
    if kind == Some(SettingType::Secret) && report_variable(scene, node, sink) {
        return Some(Text::default());
    }
    let text = text(scene, node, scope, sink);
    let is_size = kind == Some(SettingType::Size);
    let bytes = text.as_plain().and_then(|plain| memory_bytes(&plain));
    Some(match bytes.filter(|_| is_size) {
        Some(bytes) => Text::literal(bytes.to_string()),
        None => text,
    })
}

/// What `uses = "component"` means where it names no database: the kind's default setting.
pub(super) fn default_binding(scene: &Scene<'_>, index: usize, sink: &mut Sink) -> Text {
    let scope = Scope::component(index, None);
    first_binding(scene.draft, index)
        .map_or_else(Text::default, |node| text(scene, node, &scope, sink))
}
