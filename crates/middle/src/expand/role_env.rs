//! Environment that a role sets in a part of the component that fills it (`gives`), such as a login that its setup makes.

use super::{
    Declarations,
    draft::{BoundRole, Declared},
    layers::Layered,
    read,
};
use crate::{
    model::Secret,
    reference::{self, Mode, Words, written},
    source::Span,
    syntax::{Entry, Key, Node, Table, Value},
};

/// Sets the variables in the workloads of the fillers. `bound`, `secrets` and `workloads` have an entry a component.
pub(super) fn set(
    all: &Declarations,
    bound: &[Vec<BoundRole>],
    secrets: &[Vec<(String, Secret)>],
    workloads: &mut [Vec<Layered>],
) {
    for ((owner, bound), secrets) in all.components.iter().zip(bound).zip(secrets) {
        for role in bound {
            for (part, variable, written) in &role.role.gives {
                let filler = workloads[role.target]
                    .iter_mut()
                    .find(|workload| workload.part.as_deref() == Some(part.as_str()));
                if let Some(filler) = filler.filter(|_| has_own(owner, secrets, written)) {
                    let key = Key {
                        name: name(owner, variable, written.span),
                        span: written.span,
                    };
                    let value = value(owner, secrets, written);
                    set_variable(&mut filler.table, Entry { key, value });
                }
            }
        }
    }
}

/// Whether the owner has what the value names of its own: a login of a part that does not run is not made.
fn has_own(owner: &Declared, secrets: &[(String, Secret)], value: &Node) -> bool {
    let phrase = reference::of_node(value, Words::Kind, Mode::Strict);
    phrase
        .references()
        .all(|reference| match reference.segments.as_slice() {
            ["own", key] => own_secret(owner, secrets, key).is_some(),
            _ => true,
        })
}

fn set_variable(table: &mut Table, entry: Entry) {
    let mut env = table.table("env").cloned().unwrap_or_default();
    let key = match table.entry("env") {
        Some(known) => known.key.clone(),
        None => Key {
            name: "env".to_string(),
            span: entry.key.span,
        },
    };
    let span = table.get("env").map_or(entry.key.span, |node| node.span);
    env.set(entry.key, entry.value);
    let value = Value::Table(env);
    table.set(key, Node { span, value });
}

/// The name of such a variable; it may hold the name of the component that has the role.
fn name(owner: &Declared, variable: &str, span: Span) -> String {
    reference::of_text(variable, span, Words::Kind, Mode::Shell).rewritten(|reference| {
        reference
            .is(&["self", "env_name"])
            .then(|| read::env_name(&owner.name))
    })
}

/// The value as the filler reads it: secrets of the component's own by their names in the platform. Where the user set
/// the program's own variable instead of a secret, it is what the user wrote.
fn value(owner: &Declared, secrets: &[(String, Secret)], value: &Node) -> Node {
    let text =
        reference::of_node(value, Words::Kind, Mode::Strict).rewritten(|reference| match reference
            .segments
            .as_slice()
        {
            ["own", key] => own_secret(owner, secrets, key),
            ["self", "name"] => Some(reference::escaped(&owner.name)),
            _ => None,
        });
    Node {
        span: value.span,
        value: Value::String(text),
    }
}

/// What stands for a secret of the component's kind in a text of another component.
fn own_secret(owner: &Declared, secrets: &[(String, Secret)], key: &str) -> Option<String> {
    if let Some((_, secret)) = secrets.iter().find(|(known, _)| known == key) {
        return Some(written(&["secrets", &secret.name]));
    }
    let spec = owner.kind.secrets.iter().find(|spec| spec.name == key)?;
    let own = spec
        .replaced_by
        .iter()
        .find_map(|variable| owner.user.get_path(&["env", variable]))?;
    if own.as_str().is_none() {
        return Some(read::scalar(own));
    }
    let phrase = reference::of_node(own, Words::Platform, Mode::Strict);
    // In the filler's text `self` would be the filler.
    Some(
        phrase.rewritten(|reference| match reference.segments.as_slice() {
            ["self", "name"] => Some(reference::escaped(&owner.name)),
            ["self", rest @ ..] => {
                let mut segments = vec!["components", owner.name.as_str()];
                segments.extend(rest);
                Some(written(&segments))
            }
            _ => None,
        }),
    )
}
