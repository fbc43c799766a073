//! Secrets that kinds bring: keys that only their programs need.

use super::{Declarations, conditions::condition_holds, draft::Declared, read, settings::phrase};
use crate::{
    catalog::SettingType,
    diag::{Code, Diagnostic, Sink},
    language::NameRule,
    model::{Route, Secret, SecretForm, SecretOrigin},
    names::variable_name,
    source::Span,
    syntax::{Node, Table},
    template::{Engine, View},
};

/// Secrets of certificates that the user did not declare.
pub(super) fn of_routes(routes: &[Route], known: &[Secret]) -> Vec<Secret> {
    let mut secrets: Vec<Secret> = Vec::new();
    for route in routes {
        let Some(name) = route.secret() else { continue };
        if known
            .iter()
            .chain(&secrets)
            .any(|secret| secret.name == name)
        {
            continue;
        }
        secrets.push(Secret {
            name: name.to_string(),
            env: variable_name(name),
            description: Some(format!(
                "The certificate of {}, its chain and its key, as PEM",
                route.host
            )),
            optional: false,
            form: SecretForm::Certificate,
            length: None,
            generate: None,
            origin: SecretOrigin::Kind {
                component: route.door.clone(),
            },
            span: route.span,
        });
    }
    secrets
}

/// Secrets of the kind that this component needs: the key in the kind, and the platform's secret.
pub(super) fn own_secrets(
    declared: &Declared,
    engine: &Engine,
    facts: &View,
    sink: &mut Sink,
) -> Vec<(String, Secret)> {
    for variable in declared
        .kind
        .secrets
        .iter()
        .flat_map(|secret| &secret.replaced_by)
    {
        if let Some(node) = declared.user.get_path(&["env", variable])
            && node.as_str() == Some("")
        {
            sink.push(empty_key(declared, variable, node));
        }
    }
    let replaced = |variable: &String| {
        declared
            .user
            .get_path(&["env", variable])
            .is_some_and(|node| node.as_table().is_none())
    };
    declared
        .kind
        .secrets
        .iter()
        .filter(|secret| !secret.replaced_by.iter().any(replaced))
        .filter(|secret| {
            secret
                .condition
                .as_ref()
                .is_none_or(|condition| condition_holds(condition, engine, facts, sink))
        })
        .map(|secret| {
            let name = Secret::own_name(&declared.name, &secret.name);
            let env = variable_name(&name);
            (
                secret.name.clone(),
                Secret {
                    name,
                    env,
                    description: Some(secret.description.clone()).filter(|text| !text.is_empty()),
                    optional: false,
                    form: secret.form,
                    length: None,
                    generate: None,
                    origin: SecretOrigin::Kind {
                        component: declared.name.clone(),
                    },
                    span: declared.span,
                },
            )
        })
        .collect()
}

/// A secret may have a longer name than others only where a kind calls its own so: then it replaces that one.
pub(super) fn check_names(all: &Declarations, tree: &Table, sink: &mut Sink) {
    let is_own = |name: &str| {
        all.components.iter().any(|declared| {
            let key = Secret::own_key(name, &declared.name);
            let mut own = declared.kind.secrets.iter();
            key.is_some_and(|key| own.any(|secret| secret.name == key))
        })
    };
    let too_long = |name: &str| !NameRule::Plain.accepts(name) && NameRule::Secret.accepts(name);
    for (key, _) in read::entries(tree, "secrets") {
        if too_long(&key.name) && !is_own(&key.name) {
            let message = format!("`{}` can't be the name of a secret", key.name);
            sink.push(
                Diagnostic::new(Code::BadName, message)
                    .label(key.span, "this name")
                    .help(format!("a name here is {}", NameRule::Secret.describe())),
            );
        }
    }
}

/// A password that a program needs, from a secret that may be left out: it would be empty then.
pub(super) fn check_needed(all: &Declarations, tree: &Table, sink: &mut Sink) {
    for declared in all.components.iter().filter(|it| it.external.is_none()) {
        let settings = declared.kind.settings.iter().filter(|spec| {
            let mut with = spec.required_with.iter();
            let is_needed = spec.required || with.any(|it| declared.setting(it).is_some());
            spec.kind == SettingType::Secret && is_needed
        });
        let settings = settings.filter_map(|spec| declared.setting(&spec.name));
        let logins = declared.logins.iter().map(|login| &login.password);
        for node in settings.chain(logins) {
            let phrase = phrase(node);
            for reference in phrase.references() {
                let ["secrets", name] = reference.segments.as_slice() else {
                    continue;
                };
                if let Some(secret) = all.names.secrets.find(name) {
                    let place = Some((node.span, "empty where nobody sets it"));
                    may_be_left_out(declared, secret, place, tree)
                        .into_iter()
                        .for_each(|it| sink.push(it));
                }
            }
        }
    }
}

/// The same for a key that the kind brings, where `[secrets]` declares the secret of that name.
pub(super) fn may_be_left_out(
    declared: &Declared,
    secret: &Secret,
    place: Option<(Span, &str)>,
    tree: &Table,
) -> Option<Diagnostic> {
    let written = tree.get_path(&["secrets", &secret.name, "optional"])?;
    if !secret.optional {
        return None;
    }
    let message = format!(
        "`{}` needs secret `{}`, which is optional",
        declared.name, secret.name
    );
    let mut diagnostic = Diagnostic::new(Code::SecretRequired, message);
    if let Some((span, why)) = place {
        diagnostic = diagnostic.label(span, why);
    }
    Some(
        diagnostic
            .label(written.span, "optional")
            .help(format!(
                "write `optional = false` in `{}`, or name another secret",
                secret.name
            ))
            .replacing(written.span, "false"),
    )
}

/// A program without its key keeps what it should encrypt in clear, or makes up another key at each start.
fn empty_key(declared: &Declared, variable: &str, node: &Node) -> Diagnostic {
    Diagnostic::new(
        Code::SecretRequired,
        format!("`{}` needs a key in `{variable}`", declared.name),
    )
    .label(node.span, "empty")
    .help("leave the variable out to get a secret of its own, or write `\"${secrets.NAME}\"`")
}
