//! In which table of ours a key of Compose's stands decides what is said of it.

use super::{
    compose_form, compose_key,
    file::{
        Said, external_network, key_of_file, key_of_network, key_of_secret, key_of_volume,
        network_of_its_own, services_as_components,
    },
};
use crate::{
    diag::Diagnostic,
    language::{
        component::COMPONENT,
        context::{Context, Owner},
        key::KeyShape,
        platform::PLATFORM_FILE,
    },
    syntax::{Key, Node, Table},
};

/// What messages call an entry of `[networks]`.
const NETWORK: &str = "a network";

/// A key that Compose has and this table has not.
pub(in crate::language) fn of_compose(
    key: &Key,
    value: &Node,
    table: &Table,
    keys: &[KeyShape],
    context: &Context<'_>,
) -> Option<Said> {
    match context.owner {
        _ if is_component(keys) => compose_key(&key.name).map(|found| Said {
            diagnostic: found.diagnostic(key, value, context.owner),
            stands_for: found.stands_for(),
        }),
        _ if is_file(keys) => key_of_file(key, value, table, context),
        Owner::Words(NETWORK) => key_of_network(key, context),
        Owner::Words("a secret") => key_of_secret(key, value, table, context),
        Owner::Words("a volume") if keys.iter().any(|key| key.name == "access") => {
            key_of_volume(key, value, context)
        }
        _ => None,
    }
}

/// What to say of a value that is written as Compose has it.
pub(in crate::language) fn form_of_compose(
    key: &Key,
    value: &Node,
    table: &Table,
    keys: &[KeyShape],
    context: &Context<'_>,
) -> Option<Diagnostic> {
    match context.owner {
        _ if is_component(keys) => compose_form(key, value),
        Owner::Words(NETWORK) => external_network(key, value, table, context),
        _ => None,
    }
}

/// The tables of a file with Compose's services among the components, and what to say of them.
pub(in crate::language) fn with_services(
    table: &Table,
    keys: &[KeyShape],
    context: &Context<'_>,
) -> Option<(Table, Diagnostic)> {
    is_file(keys)
        .then(|| services_as_components(table, context))
        .flatten()
}

/// What to say of a table that lacks a key, where Compose needs none there.
pub(in crate::language) fn needless_table(context: &Context<'_>) -> Option<Diagnostic> {
    (context.owner == Owner::Words(NETWORK)).then(|| network_of_its_own(context))
}

/// Whether these are the tables of a file.
fn is_file(keys: &[KeyShape]) -> bool {
    keys.len() == PLATFORM_FILE.len() && keys[0].name == PLATFORM_FILE[0].name
}

fn is_component(keys: &[KeyShape]) -> bool {
    keys.len() == COMPONENT.len() && keys[0].name == COMPONENT[0].name
}
