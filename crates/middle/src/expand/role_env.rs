//! Environment that a role sets in a part of the component that fills it (`gives`), such as a login that its setup makes.

use std::collections::BTreeMap;

use super::{
    Declarations,
    draft::{BoundRole, Declared},
    layers::Layered,
    read,
};
use crate::{
    diag::{Code, Diagnostic, Sink},
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
    sink: &mut Sink,
) {
    for (index, ((owner, bound), secrets)) in
        all.components.iter().zip(bound).zip(secrets).enumerate()
    {
        for role in bound {
            if !role.role.takes.is_empty() && has_user_elsewhere(&all.components[role.target]) {
                take(
                    role,
                    &all.components[role.target].name,
                    &mut workloads[index],
                );
                continue;
            }
            let mut not_made: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            let mut logs_in = false;
            for (part, variable, written) in &role.role.gives {
                let filler = workloads[role.target]
                    .iter_mut()
                    .find(|workload| workload.part.as_deref() == Some(part.as_str()));
                let key = Key {
                    name: name(owner, variable, written.span),
                    span: written.span,
                };
                // A login of a part that does not run is not made, and none where it logs in as a user that is there.
                if !has_own(owner, secrets, written) {
                    continue;
                }
                logs_in |= names_own(written);
                let value = value(owner, secrets, written);
                match filler {
                    Some(filler) => set_variable(&mut filler.table, Entry { key, value }),
                    None => not_made.entry(part).or_default().push(format!(
                        "`{}` = `{}`",
                        key.name,
                        read::scalar(&value)
                    )),
                }
            }
            let target = &all.components[role.target];
            for (part, values) in not_made.into_iter().filter(|_| logs_in) {
                sink.push(nobody_makes(&target.name, part, &values, role.span).about(&owner.name));
            }
        }
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
        ["roles", role, "env_name"] if *role == bound.role.name => Some(read::env_name(filler)),
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
fn nobody_makes(filler: &str, part: &str, values: &[String], span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::NotMade,
        format!(
            "the part `{part}` of `{filler}` does not run: nobody makes what it would be given"
        ),
    )
    .label(span, "needs it")
    .help(format!(
        "make it there by hand, from {}; then accept it with `allow = [\"not-made\"]`",
        values.join(", ")
    ))
}

/// A value of a kind with the names that its component has.
fn with_own_names(owner: &Declared, value: &Node) -> String {
    reference::of_node(value, Words::Kind, Mode::Strict).rewritten(|reference| {
        match reference.segments.as_slice() {
            ["own", key] => Some(written(&["secrets", &format!("{}-{key}", owner.name)])),
            ["self", "name"] => Some(owner.name.clone()),
            _ => None,
        }
    })
}

/// Parts of a component that runs elsewhere, which wait for another part that does not run: they need what it would make.
pub(super) fn parts_elsewhere(
    all: &Declarations,
    kind_tables: &[Table],
    workloads: &[Vec<Layered>],
    sink: &mut Sink,
) {
    let all = all.components.iter().zip(kind_tables).zip(workloads);
    for ((declared, decided), workloads) in all {
        let Some(external) = &declared.external else {
            continue;
        };
        for workload in workloads {
            let waits = workload.table.table("@depends_on").into_iter();
            let parts = waits
                .flat_map(Table::keys)
                .filter_map(|it| it.strip_prefix('@'));
            for part in parts.filter(|it| *it != "main") {
                let runs = |it: &Layered| it.part.as_deref() == Some(part);
                let env = |table: &Table| table.get_path(&["parts", part, "env"]).cloned();
                let given = env(decided).filter(|_| !workloads.iter().any(runs));
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
                    let diagnostic = nobody_makes(&declared.name, part, &values, external.span);
                    sink.push(diagnostic.about(&declared.name));
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
