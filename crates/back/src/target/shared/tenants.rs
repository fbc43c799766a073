//! What components have outside of volumes of their own: in it goes the platform, out comes what the manifest remembers of it, and
//! for each component that has nothing there that it has nothing: it may have had something.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    data::{Program, Tenant, TenantNow},
    model::{Component, ImageMaker, Platform, SecretOrigin, Use},
};

/// All components that run here, in the order of the platform.
pub fn tenants(platform: &Platform) -> Vec<TenantNow> {
    let keys = keys(platform);
    let components = platform.components.iter();
    components
        .filter(|component| component.external.is_none())
        .filter_map(|component| tenant(platform, component, &keys))
        .collect()
}

fn tenant(
    platform: &Platform,
    component: &Component,
    keys: &BTreeMap<&str, BTreeSet<String>>,
) -> Option<TenantNow> {
    let stores = component.uses.iter().filter(|it| it.keeps);
    let of_roles = stores
        .clone()
        .map(|it| (it.role.clone(), place(platform, it, &it.component)));
    let before = stores.map(|it| {
        let names = platform.names_before(&it.component).into_iter();
        let places = names.map(|name| place(platform, it, name));
        (it.role.clone(), places.collect())
    });
    let keys = keys.get(component.name.as_str()).cloned();
    let tenant = Tenant {
        component: component.name.clone(),
        program: program(component)?,
        stores: of_roles.collect(),
        keys: keys.unwrap_or_default(),
    };
    let names = platform.names_before(&component.name).into_iter();
    Some(TenantNow {
        upgrades: match has_schema(component) {
            true => component.upgrades.clone(),
            false => Vec::new(),
        },
        schemas: schemas(component).map(|it| it.role.clone()).collect(),
        before: names.map(ToString::to_string).collect(),
        stores_before: before.collect(),
        tenant,
    })
}

/// `None`: the kind is for programs of all sorts.
fn program(component: &Component) -> Option<Program> {
    let versioned = component
        .program_of_data(None)
        .filter(|_| has_schema(component));
    let versioned = versioned.map(|program| Program {
        minor: program
            .minor
            .filter(|_| is_numbered_by_its_makers(component)),
        ..program
    });
    let of_kind = || (!component.any_program).then(|| Program::of_kind(&component.program));
    versioned.or_else(of_kind)
}

/// The releases of an image of one's own have numbers of their own.
fn is_numbered_by_its_makers(component: &Component) -> bool {
    let version = &component.version;
    let image = component.main().map(|main| &main.image);
    let maker = image.map(|image| version.known.maker(image, &version.registry));
    version.is_set || maker == Some(ImageMaker::Program)
}

/// Whether its program keeps a schema in a store of another component.
fn has_schema(component: &Component) -> bool {
    schemas(component).next().is_some()
}

fn schemas(component: &Component) -> impl Iterator<Item = &Use> {
    let uses = component.uses.iter();
    uses.filter(|it| it.database.as_ref().is_some_and(|it| it.schema))
}

/// As in `db/mlflow`, or `db at pg.example.com/mlflow` where it runs elsewhere: another port of one machine mostly leads to the
/// same server. `name`: what the store is called.
fn place(platform: &Platform, bound: &Use, name: &str) -> String {
    let mut out = name.to_string();
    let store = platform.component(&bound.component);
    let address = store.and_then(|store| store.external.as_ref()?.addresses.first());
    if let Some(address) = address {
        out += &format!(" at {}", address.host);
    }
    if let Some(database) = &bound.database {
        out += &format!("/{}", database.name);
        if let Some((setting, value)) = &database.schema_of {
            out += &format!(" ({setting} {value})");
        }
    }
    out
}

/// The secrets that kinds ask for, by their components: those alone that are not taken anew at every start.
fn keys(platform: &Platform) -> BTreeMap<&str, BTreeSet<String>> {
    let mut out: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for secret in &platform.secrets {
        if let SecretOrigin::Kind { component } = &secret.origin {
            let owner = platform.component(component);
            if owner.is_some_and(|it| it.taken_at_start.contains(&secret.name)) {
                continue;
            }
            let key = secret.name.strip_prefix(component.as_str());
            let key = key.unwrap_or(&secret.name).trim_start_matches('-');
            out.entry(component).or_default().insert(key.to_string());
        }
    }
    out
}
