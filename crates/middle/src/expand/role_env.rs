//! Environment that a role sets in a part of the component that fills it (`gives`), such as a login that its setup makes.

use std::collections::BTreeMap;

use super::{
    Declarations, Layers,
    draft::{BoundRole, Declared},
    layers::Layered,
    read,
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::Secret,
    names::variable_name,
    reference::{self, Mode, Words, written},
    source::Span,
    syntax::{Entry, Key, Node, Table, Value},
};

/// Sets the variables in the workloads of the fillers.
pub(super) fn set(all: &Declarations, layers: &mut [Layers], sink: &mut Sink) {
    for (index, owner) in all.components.iter().enumerate() {
        // Put back below: a component can fill a role of its own.
        let roles = std::mem::take(&mut layers[index].bound.roles);
        let secrets = std::mem::take(&mut layers[index].secrets);
        for role in &roles {
            let target = &all.components[role.target];
            if !role.role.takes.is_empty() && has_user_elsewhere(target) {
                take(role, &target.name, &mut layers[index].workloads);
                continue;
            }
            let gives = Gives {
                owner,
                secrets: &secrets,
                role,
            };
            let workloads = &mut layers[role.target].workloads;
            let not_made = gives.set(&target.name, workloads);
            not_made.into_iter().for_each(|it| sink.push(it));
        }
        layers[index].bound.roles = roles;
        layers[index].secrets = secrets;
    }
}

/// What a component gives to one that fills its role.
struct Gives<'a> {
    owner: &'a Declared,
    secrets: &'a [(String, Secret)],
    role: &'a BoundRole,
}

impl Gives<'_> {
    /// Sets it in the workloads of the filler. Returns what to say of logins whose part does not run.
    fn set(&self, filler: &str, workloads: &mut [Layered]) -> Vec<Diagnostic> {
        let Self {
            owner,
            secrets,
            role,
        } = self;
        let mut not_made: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut logs_in = false;
        for (part, variable, written) in &role.role.gives {
            // A login of a part that does not run is not made, and none where it logs in as a user that is there.
            if !has_own(owner, secrets, written) {
                continue;
            }
            logs_in |= names_own(written);
            let key = Key {
                name: name(owner, variable, written.span),
                span: written.span,
            };
            let value = value(owner, secrets, written);
            let mut workloads = workloads.iter_mut();
            match workloads.find(|it| it.part.as_deref() == Some(part.as_str())) {
                Some(workload) => set_variable(&mut workload.table, Entry { key, value }),
                None => not_made.entry(part).or_default().push(format!(
                    "`{}` = `{}`",
                    key.name,
                    read::scalar(&value)
                )),
            }
        }
        let not_made = not_made.into_iter().filter(|_| logs_in);
        not_made
            .map(|(part, values)| nobody_makes(&owner.name, filler, (part, &values), role.span))
            .collect()
    }
}

/// Whether it runs elsewhere, and all its clients log in as one user there.
fn has_user_elsewhere(filler: &Declared) -> bool {
    filler.external.is_some() && filler.setting("user").is_some()
}

/// Sets what the main workload gets of one component in the role.
fn take(bound: &BoundRole, filler: &str, workloads: &mut [Layered]) {
    let main = workloads.iter_mut().find(|it| it.part.is_none());
    let Some(main) = main else { return };
    let of_filler = |segments: &[&str]| match segments {
        ["roles", role, "env_name"] if *role == bound.role.name => Some(variable_name(filler)),
        ["roles", role, rest @ ..] if *role == bound.role.name => {
            let mut segments = vec!["components", filler];
            segments.extend(rest);
            Some(written(&segments))
        }
        _ => None,
    };
    for (variable, value) in &bound.role.takes {
        let span = value.span;
        let name = reference::of_text(variable, span, Words::Kind, Mode::Shell)
            .rewritten(|reference| of_filler(&reference.segments));
        let text = reference::of_node(value, Words::Kind, Mode::Strict)
            .rewritten(|reference| of_filler(&reference.segments));
        let value = Value::String(text);
        let entry = Entry {
            key: Key { name, span },
            value: Node { span, value },
        };
        set_variable(&mut main.table, entry);
    }
}

/// `values`: what the part would get, and make of it.
fn nobody_makes(
    owner: &str,
    filler: &str,
    (part, values): (&str, &[String]),
    span: Span,
) -> Diagnostic {
    Diagnostic::new(
        Code::NotMade,
        format!(
            "the part `{part}` of `{filler}` does not run: nobody makes what it would be given"
        ),
    )
    .label(span, "needs it")
    .about(owner)
    .help_to_accept(|accept| {
        let values = values.join(", ");
        format!("make it there by hand, from {values}; then accept it with {accept}")
    })
}

/// A value of a kind with the names that its component has.
fn with_own_names(owner: &Declared, value: &Node) -> String {
    reference::of_node(value, Words::Kind, Mode::Strict).rewritten(|reference| {
        match reference.segments.as_slice() {
            ["own", key] => Some(written(&["secrets", &Secret::own_name(&owner.name, key)])),
            ["self", "name"] => Some(owner.name.clone()),
            _ => None,
        }
    })
}

/// Parts of a component that runs elsewhere, which wait for another part that does not run: they need what it would make.
pub(super) fn parts_elsewhere(all: &Declarations, layers: &[Layers], sink: &mut Sink) {
    for (declared, layers) in all.components.iter().zip(layers) {
        let Some(external) = &declared.external else {
            continue;
        };
        let workloads = &layers.workloads;
        for workload in workloads {
            let waits = workload.table.table("@depends_on").into_iter();
            let parts = waits
                .flat_map(Table::keys)
                .filter_map(|it| it.strip_prefix('@'));
            for part in parts.filter(|it| *it != "main") {
                let runs = |it: &Layered| it.part.as_deref() == Some(part);
                let env = |table: &Table| table.get_path(&["parts", part, "env"]).cloned();
                let given = env(&layers.kind_table).filter(|_| !workloads.iter().any(runs));
                let usual = env(&declared.kind.table);
                let is_usual = |name: &str| {
                    let usual = usual.as_ref().and_then(Node::as_table);
                    usual.is_some_and(|usual| usual.get(name).is_some())
                };
                let given = given.as_ref().and_then(Node::as_table).into_iter();
                let given = given
                    .flat_map(Table::iter)
                    .filter(|(key, _)| !is_usual(&key.name));
                let values: Vec<String> = given
                    .map(|(key, node)| {
                        format!("`{}` = `{}`", key.name, with_own_names(declared, node))
                    })
                    .collect();
                if !values.is_empty() {
                    let name = &declared.name;
                    sink.push(nobody_makes(name, name, (part, &values), external.span));
                }
            }
        }
    }
}

/// Whether a value holds a secret of the owner's own, as a login does.
fn names_own(value: &Node) -> bool {
    let phrase = reference::of_node(value, Words::Kind, Mode::Strict);
    let mut references = phrase.references();
    references.any(|reference| matches!(reference.segments.as_slice(), ["own", _]))
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
            .then(|| variable_name(&owner.name))
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
