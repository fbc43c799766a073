//! References in strings that are read before any of them is resolved: constants are written out where they can be, everything else
//! is refused.

use super::{
    check::value_of,
    component::{reference_places, secret_places},
    context::{Context, Owner},
    shape::Shape,
};
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    reference::{self, Constants, Mode, Phrase, Piece, Words},
    source::Span,
    syntax::{Node, Value, quoted},
    text::all_of,
};

/// Whether a string is taken as it stands: no reference in it is resolved later.
pub(super) fn is_plain(shape: &Shape, value: &Value) -> bool {
    match shape {
        Shape::Plain(_) | Shape::Constant => matches!(value, Value::String(_)),
        Shape::Either(shapes) => {
            let taken = shapes.iter().find(|shape| shape.takes(value));
            taken.is_some_and(|shape| is_plain(shape, value))
        }
        _ => false,
    }
}

/// A string whose references are written out, as far as it fits then.
pub(super) fn written_out(
    node: &Node,
    shape: &Shape,
    (context, constants): (&Context<'_>, &Constants),
    sink: &mut Sink,
) -> Option<Node> {
    let phrase = reference::of_node(node, Words::Platform, Mode::Shell);
    if constants.is_broken(&phrase) {
        return None;
    }
    let Some(written) = constants.written_out(&phrase) else {
        sink.push(not_written_out(node, &phrase, (context, constants))?);
        return None;
    };
    let filled = Node {
        span: node.span,
        value: Value::String(written.text.clone()),
    };
    let context = Context {
        writes_out: false,
        constants: None,
        ..*context
    };
    let mut faults = Sink::default();
    let value = value_of(&filled, shape, &context, &mut faults);
    for fault in faults.finish() {
        sink.push(written.explain(fault));
    }
    value
}

/// What stands where only constants can.
fn not_written_out(
    node: &Node,
    phrase: &Phrase<'_>,
    (context, constants): (&Context<'_>, &Constants),
) -> Option<Diagnostic> {
    let known = constants.variables();
    let missing = phrase.references().find_map(|reference| {
        let ["vars", name] = reference.segments.as_slice() else {
            return None;
        };
        (!known.contains(name)).then_some((*name, reference.place))
    });
    let Some((name, place)) = missing else {
        return misplaced_reference(node, context);
    };
    let near = nearest(name, known.iter().copied());
    let diagnostic = Diagnostic::new(Code::UnknownName, format!("there is no variable `{name}`"))
        .label(place, "no such variable")
        .one_mistake();
    if known.is_empty() {
        let help = format!("declare it below `[vars]`: `{name} = \"...\"`");
        return Some(diagnostic.help(help));
    }
    Some(diagnostic.misspelled(name, near, || format!("there is {}", all_of(&known))))
}

/// A reference where none is read: passed on as it stands it would only fail later.
pub(super) fn misplaced_reference(node: &Node, context: &Context<'_>) -> Option<Diagnostic> {
    let phrase = reference::of_node(node, Words::Platform, Mode::Shell);
    let (word, place) = phrase.pieces.iter().find_map(|piece| match piece {
        Piece::Reference(reference) => Some((reference.segments[0], reference.place)),
        Piece::Misfit(misfit) => Some((misfit.word(), misfit.place)),
        Piece::Literal(_) | Piece::Escape => None,
    })?;
    Some(match word {
        "secrets" => name_alone(node, &phrase, context).unwrap_or_else(|| secret_place(place)),
        _ if context.writes_out => Diagnostic::new(
            Code::BadReference,
            "only what is known beforehand can stand here",
        )
        .label(place, "a reference")
        .help("write the value out; `${vars.V}` and `${platform.name}` can stand here, with the default of a variable"),
        _ => {
            let diagnostic = Diagnostic::new(Code::BadReference, "no reference can stand here")
                .label(place, "a reference");
            let in_external = [Owner::Key("external"), Owner::EntryOf("external")];
            match component_in(&phrase).filter(|_| in_external.contains(&context.owner)) {
                Some((name, "host")) => diagnostic
                    .help(format!("write `{name}`: a component of the platform is reached by its name"))
                    .replacing(place, name),
                Some((name, _)) => diagnostic.help(format!(
                    "a component of the platform is reached by its name and the number of its port, as `{name}:5432`"
                )),
                None => diagnostic.help(format!("write the value out; {}", reference_places())),
            }
        }
    })
}

/// The component of the first reference, and what of it is asked for.
fn component_in<'a>(phrase: &'a Phrase<'_>) -> Option<(&'a str, &'a str)> {
    let reference = phrase.references().next()?;
    match reference.segments.as_slice() {
        ["components", name, .., field] => Some((name, field)),
        _ => None,
    }
}

/// What to write where the name of a secret is asked for, and a reference to one stands.
fn name_alone(node: &Node, phrase: &Phrase<'_>, context: &Context<'_>) -> Option<Diagnostic> {
    let asks_for_name = context.example.starts_with("secret");
    let [Piece::Reference(reference)] = phrase.pieces.as_slice() else {
        return None;
    };
    let ["secrets", name] = reference.segments.as_slice() else {
        return None;
    };
    let name = quoted(name);
    asks_for_name.then(|| {
        Diagnostic::new(
            Code::SecretPlace,
            "the name of a secret stands here, without `${secrets.}`",
        )
        .label(node.span, "a reference")
        .help(format!("write `{name}`"))
        .replacing(node.span, name)
    })
}

fn secret_place(place: Span) -> Diagnostic {
    Diagnostic::new(Code::SecretPlace, "a secret can't stand here")
        .label(place, "a secret")
        .help(secret_places())
}
