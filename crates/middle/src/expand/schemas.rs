//! Stores for a schema: a database keeps the schema of one component.

use std::collections::BTreeSet;

use super::{
    Declarations,
    draft::Declared,
    edits::written,
    roles::{binding, candidates},
};
use crate::{catalog::Role, diag::Diagnostic, syntax::quoted};

/// Those that fit whose first database keeps nobody else's schema. Where there is none: a store in which a further database
/// can be made.
pub(super) fn free_stores<'a>(
    all: &'a Declarations,
    draft: &Declared,
    role: &Role,
    fitting: &[&'a str],
) -> Result<Vec<&'a str>, &'a Declared> {
    let taken = match role.schema {
        true => stores_with_a_schema(all, draft),
        false => BTreeSet::new(),
    };
    let free: Vec<&str> = fitting
        .iter()
        .copied()
        .filter(|name| !taken.contains(name))
        .collect();
    if !free.is_empty() {
        return Ok(free);
    }
    let stores = fitting.iter().filter_map(|name| all.find(name));
    let mut stores = stores.map(|store| &all.components[store]);
    let can_have_more = |store: &&Declared| {
        let binding = store.kind.binding.as_ref();
        binding.is_some_and(|binding| binding.more.is_some())
    };
    let store = stores.find(can_have_more);
    store.map_or_else(|| Ok(fitting.to_vec()), Err)
}

/// The stores whose first database keeps the schema of another component than `draft`: of one that names it in `uses`, or of
/// one further up that is told to.
fn stores_with_a_schema<'a>(all: &'a Declarations, draft: &Declared) -> BTreeSet<&'a str> {
    let schemas = || {
        let components = all.components.iter().enumerate();
        components.flat_map(|(index, component)| {
            let roles = component.kind.roles.iter().filter(|role| role.schema);
            roles.map(move |role| {
                let written = component.user.get_path(&["uses", &role.name]);
                (index, component, role, written)
            })
        })
    };
    // What has no databases, as Redis, is there for all.
    let has_databases = |name: &&str| {
        let store = all.find(name).map(|store| &all.components[store]);
        store.is_some_and(|store| store.kind.binding.is_some())
    };
    let mut taken: BTreeSet<&str> = schemas()
        .filter_map(|(_, _, _, written)| written?.as_str())
        .collect();
    let further_up = schemas().take_while(|(_, component, ..)| component.name != draft.name);
    for (index, _, role, written) in further_up {
        if role.required && written.is_none() {
            let mut fitting = candidates(all, index, role).into_iter();
            let free = fitting.find(|name| !has_databases(name) || !taken.contains(name));
            taken.extend(free);
        }
    }
    taken.retain(has_databases);
    taken
}

/// A help to make a further database in a store, and to bind a role to it.
pub(super) fn database_of_its_own(
    diagnostic: Diagnostic,
    draft: &Declared,
    role: &Role,
    filler: &Declared,
) -> Diagnostic {
    let database = draft.name.replace('-', "_");
    let setting = filler.kind.binding.as_ref();
    let setting = setting.and_then(|binding| binding.more.as_deref());
    let setting = setting.unwrap_or("databases");
    let line = format!(
        "{} = {}",
        role.name,
        quoted(&format!("{}/{database}", filler.name))
    );
    if filler.external.is_some() {
        let more = format!(", a database of its own in `{}`", filler.name);
        return binding(draft, &line, &more).help(diagnostic);
    }
    let item = quoted(&database);
    let settings = filler.user.table("settings");
    let known = settings.and_then(|settings| settings.entry(setting));
    let (place, in_store, wording) = match (known, written(&filler.user, "settings")) {
        (Some(entry), _) => {
            let item = match entry.value.as_array() {
                Some(_) => item,
                None => format!("{database} = {{}}"),
            };
            (entry.key.span, item, format!("in `settings.{setting}` of"))
        }
        (None, Some(entry)) => {
            let line = format!("{setting} = [{item}]");
            (entry.key.span, line, "in `settings` of".to_string())
        }
        (None, None) => {
            let line = format!("settings.{setting} = [{item}]");
            (filler.span, line, "on".to_string())
        }
    };
    let more = format!(
        ", and `{in_store}` {wording} `{}`: its first database keeps the schema of another component",
        filler.name
    );
    let diagnostic = binding(draft, &line, &more).help(diagnostic);
    diagnostic.adding(place, in_store)
}
