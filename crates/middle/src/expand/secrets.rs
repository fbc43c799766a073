//! Secrets that kinds bring: keys that only their programs need.

use super::{conditions::holds, draft::Declared, read};
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{Secret, SecretOrigin},
    syntax::Node,
    template::{Engine, View},
};

/// Secrets of the kind that this component needs: the key in the kind, and the platform's secret.
pub(super) fn own_secrets(
    declared: &Declared,
    engine: &Engine,
    facts: &View,
    sink: &mut Sink,
) -> Vec<(String, Secret)> {
    if declared.external.is_some() {
        return Vec::new();
    }
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
                .is_none_or(|condition| holds(condition, engine, facts, sink))
        })
        .map(|secret| {
            let name = format!("{}-{}", declared.name, secret.name);
            let env = read::env_name(&name);
            (
                secret.name.clone(),
                Secret {
                    name,
                    env,
                    description: Some(secret.description.clone()).filter(|text| !text.is_empty()),
                    optional: false,
                    form: secret.form,
                    origin: SecretOrigin::Kind {
                        component: declared.name.clone(),
                    },
                    span: declared.span,
                },
            )
        })
        .collect()
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
