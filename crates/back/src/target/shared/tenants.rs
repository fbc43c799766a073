//! What components have outside of volumes of their own: in it goes the platform, out comes what the manifest remembers of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    data::{Program, Tenant, TenantNow},
    model::{Component, ImageMaker, Platform, SecretOrigin, Use},
};

/// All of a platform, in its order.
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
    let same = |name: &str| name.to_string();
    let before = |name: &str| {
        platform
            .renamed
            .get(name)
            .map_or_else(|| same(name), Clone::clone)
    };
    let keys = keys.get(component.name.as_str()).cloned();
    let tenant = Tenant {
        component: component.name.clone(),
        program: program(component)?,
        stores: stores(platform, component, &same),
        keys: keys.unwrap_or_default(),
    };
    let is_one = !tenant.stores.is_empty() || !tenant.keys.is_empty();
    is_one.then(|| TenantNow {
        upgrades: match has_schema(component) {
            true => component.upgrades.clone(),
            false => Vec::new(),
        },
        schemas: schemas(component).map(|it| it.role.clone()).collect(),
        before: platform.renamed.get(&component.name).cloned(),
        stores_before: stores(platform, component, &before),
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

/// Where it keeps data, by the role; `named` says the name of a store.
fn stores(
    platform: &Platform,
    component: &Component,
    named: &dyn Fn(&str) -> String,
) -> BTreeMap<String, String> {
    let uses = component.uses.iter().filter(|it| it.keeps);
    uses.map(|it| (it.role.clone(), place(platform, it, named)))
        .collect()
}

/// As in `db/mlflow`, or `db at pg.example.com/mlflow` where it runs elsewhere: another port of one machine mostly leads to the
/// same server.
fn place(platform: &Platform, bound: &Use, named: &dyn Fn(&str) -> String) -> String {
    let mut out = named(&bound.component);
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

/// The secrets that kinds ask for, by their components.
fn keys(platform: &Platform) -> BTreeMap<&str, BTreeSet<String>> {
    let mut out: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for secret in &platform.secrets {
        if let SecretOrigin::Kind { component } = &secret.origin {
            let key = secret.name.strip_prefix(component.as_str());
            let key = key.unwrap_or(&secret.name).trim_start_matches('-');
            out.entry(component).or_default().insert(key.to_string());
        }
    }
    out
}
