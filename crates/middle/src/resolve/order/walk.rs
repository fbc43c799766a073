//! A depth-first walk over definitions. It keeps its own stack, so that a long chain does not overflow the thread's stack.

use std::collections::BTreeMap;

use super::{Definition, amount::own_size, leads_to, reader_of, strings};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::Draft,
    reference::{self, Mode, Piece, Words},
    source::Span,
};

/// How long a chain of references may be. Real platforms need five.
const MOST_STEPS: usize = 64;

/// Walks from each of the definitions to everything that it refers to.
pub(super) fn walk<'a>(
    draft: &'a Draft,
    definitions: &[Definition<'a>],
    sink: &mut Sink,
) -> BTreeMap<Definition<'a>, Found> {
    let mut walk = Walk {
        draft,
        done: BTreeMap::new(),
        open: BTreeMap::new(),
        stack: Vec::new(),
    };
    for definition in definitions {
        walk.visit(*definition, sink);
    }
    walk.done
}

/// What is known of a definition that was walked through.
#[derive(Clone, Copy, Default)]
pub(super) struct Found {
    /// Bytes that a reference to it brings.
    pub size: usize,
    /// References that lie behind one to it, at most.
    pub steps: usize,
    /// It leads into a circle or too deep.
    pub blocked: bool,
}

/// A definition that is being walked through.
struct Step<'a> {
    definition: Definition<'a>,
    /// What its references lead to, each with its place and whose words it is in.
    next: Vec<(Definition<'a>, Span, Words)>,
    /// How many of them were followed.
    followed: usize,
    so_far: Found,
}

struct Walk<'a> {
    draft: &'a Draft,
    done: BTreeMap<Definition<'a>, Found>,
    /// Where on the stack a definition is.
    open: BTreeMap<Definition<'a>, usize>,
    /// From where the walk began to where it is.
    stack: Vec<Step<'a>>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, start: Definition<'a>, sink: &mut Sink) {
        if self.done.contains_key(&start) {
            return;
        }
        self.open(start);
        while let Some(step) = self.stack.last_mut() {
            let Some((next, place, _)) = step.next.get(step.followed).copied() else {
                self.close();
                continue;
            };
            if let Some(found) = self.done.get(&next) {
                if step.follow(*found) {
                    sink.push(too_deep(place));
                }
            } else if let Some(from) = self.open.get(&next) {
                sink.push(circle(&self.stack[*from..]));
                if let Some(step) = self.stack.last_mut() {
                    step.followed += 1;
                    step.so_far.blocked = true;
                }
            } else {
                self.open(next);
            }
        }
    }

    fn open(&mut self, definition: Definition<'a>) {
        self.open.insert(definition, self.stack.len());
        self.stack.push(self.step(definition));
    }

    fn close(&mut self) {
        if let Some(step) = self.stack.pop() {
            self.open.remove(&step.definition);
            self.done.insert(step.definition, step.so_far);
        }
    }

    fn step(&self, definition: Definition<'a>) -> Step<'a> {
        let mut next = Vec::new();
        let mut size = 0_usize;
        for node in strings(self.draft, definition) {
            let reader = reader_of(self.draft, definition, node);
            for piece in reference::of_node(node, reader.words, Mode::Shell).pieces {
                size = size.saturating_add(own_size(self.draft, &piece));
                if let Piece::Reference(reference) = piece
                    && let Some(found) = leads_to(self.draft, reader, &reference.segments)
                {
                    next.push((found, reference.place, reader.words));
                }
            }
        }
        Step {
            definition,
            next,
            followed: 0,
            so_far: Found {
                size,
                ..Found::default()
            },
        }
    }
}

impl Step<'_> {
    /// Takes over what was found behind the next reference; whether it is with this one that it leads too deep.
    fn follow(&mut self, found: Found) -> bool {
        self.followed += 1;
        let so_far = &mut self.so_far;
        so_far.size = so_far.size.saturating_add(found.size);
        so_far.steps = so_far.steps.max(found.steps + 1);
        so_far.blocked |= found.blocked;
        let too_deep = so_far.steps > MOST_STEPS && !so_far.blocked;
        so_far.blocked |= too_deep;
        too_deep
    }
}

/// The place to report is a string of the user's, where the circle leads through one, and not a string of a kind.
fn circle(steps: &[Step<'_>]) -> Diagnostic {
    let mut places = steps
        .iter()
        .map(|step| step.next[step.followed])
        .collect::<Vec<_>>();
    places.sort_by_key(|(_, _, words)| *words == Words::Kind);
    let mut diagnostic = Diagnostic::new(Code::BadReference, "this reference leads back to itself")
        .help("write the value out at one of the places");
    if let Some((_, place, _)) = places.first() {
        diagnostic = diagnostic.label(*place, "refers to itself");
    }
    diagnostic
}

fn too_deep(place: Span) -> Diagnostic {
    Diagnostic::new(
        Code::BadReference,
        format!("this reference leads through more than {MOST_STEPS} others"),
    )
    .label(place, "leads too deep")
    .help("write the value out at one of the places")
}
