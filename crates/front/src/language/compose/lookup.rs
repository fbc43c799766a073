//! What of a Compose file may stand in which table of the language. The checker asks here; the other modules know what to
//! write instead.

use super::{
    EnclosingTable, KeyReport, command_text, component_form, component_key,
    entry::component_entry,
    file::{
        external_network, key_of_file, key_of_secret, key_of_volume, network_of_its_own,
        with_components,
    },
    nearest_key,
};
use crate::{
    diag::Diagnostic,
    language::{Context, KeyShape, Owner, Shape, misplaced::is_component, platform::PLATFORM_FILE},
    reference::Constants,
    syntax::{Key, Node, Table},
};

/// What messages call an entry of `[networks]`.
const NETWORK: Owner<'_> = Owner::Words("a network");

/// What they call a check.
const HEALTH: Owner<'_> = Owner::Words("`health`");

/// The tables of a file with its `services` among the components, and what to say of it; `None` for every other table.
pub(in crate::language) fn services_as_components(
    table: &Table,
    keys: &[KeyShape],
    context: &Context<'_>,
) -> Option<(Table, Diagnostic)> {
    is_file(keys)
        .then(|| with_components(table, context))
        .flatten()
}

/// A key that Compose has and this table does not have.
pub(in crate::language) fn key_of_compose(
    key: &Key,
    value: &Node,
    table: &Table,
    keys: &[KeyShape],
    context: &Context<'_>,
) -> Option<KeyReport> {
    match context.owner {
        _ if is_component(keys) => component_key(&key.name).map(|found| KeyReport {
            diagnostic: found.diagnostic(key, value, context.owner, enclosing(table, context)),
            stands_for: found.stands_for(),
        }),
        _ if is_file(keys) => key_of_file(key, value, table, context),
        Owner::Words("a secret") => key_of_secret(key, value, table, context),
        Owner::Words("a volume") if keys.iter().any(|key| key.name == "access") => {
            key_of_volume(key, value, context)
        }
        _ => None,
    }
}

/// What to say of a misspelled key of Compose's service.
pub(in crate::language) fn misspelled_key_of_compose(
    key: &Key,
    value: &Node,
    table: &Table,
    keys: &[KeyShape],
    context: &Context<'_>,
) -> Option<Diagnostic> {
    if !is_component(keys) {
        return None;
    }
    let meant = Key {
        name: nearest_key(&key.name)?.to_string(),
        span: key.span,
    };
    let found = component_key(&meant.name)?;
    // Nothing that has another name here is switched on or off.
    if found.stands_for().is_some() && value.as_bool().is_some() {
        return None;
    }
    let mut diagnostic = found.diagnostic(&meant, value, context.owner, enclosing(table, context));
    let owner = context.owner;
    diagnostic.message = format!(
        "{owner} has no key `{}`, and Compose's is `{}`{}",
        key.name,
        meant.name,
        match found.stands_for() {
            Some(name) => format!(": here it is `{name}`"),
            None => String::new(),
        }
    );
    Some(diagnostic)
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
        _ if is_component(keys) => component_form(key, value, enclosing(table, context)),
        NETWORK => external_network(key, value, table, context),
        HEALTH => command_text(key, value, table),
        _ => None,
    }
}

/// What to say of a port, a volume or a network that is written as Compose has it. `item`: what such an entry holds here.
pub(in crate::language) fn entry_of_compose(
    key: &Key,
    value: &Node,
    item: &Shape,
    context: &Context<'_>,
) -> Option<Diagnostic> {
    if context.owner == NETWORK {
        return network_of_its_own(key, value);
    }
    // A platform's own volumes have no `mount`.
    let is_of_platform = match item {
        Shape::Table(keys) => keys.iter().all(|key| key.name != "mount"),
        _ => false,
    };
    if is_of_platform {
        return None;
    }
    let table = Table::default();
    component_entry(context.owner, key, value, enclosing(&table, context))
}

fn enclosing<'a>(table: &'a Table, context: &'a Context<'_>) -> EnclosingTable<'a> {
    EnclosingTable {
        table,
        place: context.place,
        networks: context.constants.map(Constants::networks),
        volumes: context.constants.map(Constants::volumes),
    }
}

/// Whether these are the tables of a file.
fn is_file(keys: &[KeyShape]) -> bool {
    keys.len() == PLATFORM_FILE.len() && keys[0].name == PLATFORM_FILE[0].name
}
