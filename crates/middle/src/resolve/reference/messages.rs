//! Messages about references.

use crate::{
    diag::{Code, Diagnostic, nearest},
    expand::{BoundRole, ComponentDraft},
    language::secret_places,
    reference::{PortField, Words},
    source::Span,
    text::all_of,
};

/// A port or output that a component does not have.
pub(super) fn unknown_part(draft: &ComponentDraft, rest: &[&str], place: Span) -> Diagnostic {
    let ports: Vec<String> = draft
        .workloads
        .iter()
        .flat_map(|shape| &shape.ports)
        .map(|port| port.name.clone())
        .collect();
    let outputs: Vec<String> = draft
        .kind_table
        .table("outputs")
        .map_or(Vec::new(), |outputs| {
            outputs.keys().map(ToString::to_string).collect()
        });
    let wanted = rest.first().copied().unwrap_or_default();
    let known: Vec<&str> = ports.iter().chain(&outputs).map(String::as_str).collect();
    let near = nearest(wanted, known);
    let help = match (near, rest.len()) {
        (Some(close), 2) => format!("did you mean `{close}`?"),
        (Some(close), _) if ports.iter().any(|port| port == close) => format!(
            "did you mean `{close}.address`? A port has {}",
            all_of(&PortField::names_in(Words::Platform))
        ),
        (Some(close), _) => format!("did you mean `{close}`?"),
        (None, _) if ports.is_empty() => {
            format!(
                "`{}` has no ports: declare one, as `ports.http = 8000`",
                draft.name
            )
        }
        (None, _) if outputs.is_empty() => format!("it has the ports {}", all_of(&ports)),
        (None, _) => format!(
            "it has the ports {} and the outputs {}; a port has {}",
            all_of(&ports),
            all_of(&outputs),
            all_of(&PortField::names_in(Words::Platform))
        ),
    };
    let (message, label) = match rest {
        [] => (
            format!("a reference to `{}` names a port or an output", draft.name),
            "which one?",
        ),
        rest => (
            format!(
                "component `{}` has no port or output `{}`",
                draft.name,
                rest.join(".")
            ),
            "not there",
        ),
    };
    let diagnostic = Diagnostic::new(Code::UnknownPort, message)
        .label(place, label)
        .label(draft.span, "this component")
        .help(help);
    match near {
        Some(near) if rest.len() < 2 && ports.iter().any(|port| port == near) => {
            diagnostic.renaming(wanted, format!("{near}.address"))
        }
        Some(near) => diagnostic.renaming(wanted, near),
        None => diagnostic,
    }
}

/// A field that no port has, or none that a reference in these words may ask for.
pub(super) fn unknown_field(field: &str, words: Words, place: Span) -> Diagnostic {
    let fields = PortField::names_in(words);
    Diagnostic::new(Code::BadReference, format!("a port has no `{field}`"))
        .label(place, "not understood")
        .misspelled(field, nearest(field, fields.iter().copied()), || {
            format!("a port has {}", all_of(&fields))
        })
}

/// An output that holds a secret, where no secret may stand.
pub(super) fn secret_output(
    draft: &ComponentDraft,
    output: &str,
    secret: &str,
    held_by: &str,
    place: Span,
) -> Diagnostic {
    Diagnostic::new(
        Code::SecretPlace,
        format!("a secret can't stand in {held_by}"),
    )
    .label(
        place,
        format!("`{output}` of `{}` holds the secret `{secret}`", draft.name),
    )
    .help(secret_places())
}

/// A role that needs one of the filler's databases or buckets, of which it has none.
pub(super) fn nothing_chosen(filler: &ComponentDraft, bound: &BoundRole) -> Diagnostic {
    let setting = filler
        .kind
        .binding
        .as_ref()
        .and_then(|binding| binding.more.clone())
        .unwrap_or_default();
    Diagnostic::new(
        Code::MissingKey,
        format!(
            "the role `{}` takes one of the {setting} of `{}`, which has none",
            bound.role.name, filler.name
        ),
    )
    .label(bound.span, "which one?")
    .label(filler.span, format!("has no `settings.{setting}`"))
    .help(match filler.external {
        Some(_) => format!(
            "name one: `uses = {{ {} = \"{}/NAME\" }}`",
            bound.role.name, filler.name
        ),
        None => format!(
            "write `settings = {{ {setting} = [\"NAME\"] }}` on `{}`",
            filler.name
        ),
    })
}
