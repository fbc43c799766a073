//! Data that stays where it is, while the component that wrote it is led to another place of it, to another version, or to new keys.
//!
//! In: what the manifest remembers of components and of their volumes. Out: [`Consequence`]s, in the order of platform.toml.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Accepted, Inputs,
    data::{DataPlan, Moved},
    keys::{new_keys, other_keys, other_variables},
    places::{other_stores, store_of},
    recorded::RecordedData,
    stubs::replaced_stubs,
};
use crate::{
    data::{Kept, Program, Tenant, TenantNow},
    model::Secret,
};

/// What a change means for data that nothing removes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// It keeps its data in another place from now on.
    OtherStore {
        /// The component.
        component: String,
        /// What the place is for: the role.
        role: String,
        /// Where its data is.
        from: String,
        /// Where it is to look; `None`: the role is not filled any more.
        to: Option<String>,
    },
    /// Another version of it has to read its schema, in a store of another component.
    OtherVersion {
        /// The component.
        component: String,
        /// Where the schema is.
        store: String,
        /// What wrote it.
        from: Program,
        /// What is to read it.
        to: Program,
        /// What to do, in sentences.
        needs: Vec<String>,
    },
    /// A store is told something that it reads only while it has no data.
    FirstStart {
        /// The component.
        component: String,
        /// The data.
        title: String,
        /// The variable.
        variable: String,
        /// Its value when the data was made.
        from: String,
        /// Its value from now on.
        to: String,
        /// What to do, in a sentence.
        needs: String,
    },
    /// It has another name, and so gets new keys.
    NewKeys {
        /// Its name before.
        component: String,
        /// Its name now.
        to: String,
        /// The keys.
        keys: BTreeSet<String>,
    },
    /// A variable takes the place of a key that it had.
    OtherKey {
        /// The component.
        component: String,
        /// The key of its kind.
        key: String,
        /// The variable.
        variable: String,
    },
    /// A secret is read from another variable.
    OtherVariable {
        /// The secret.
        secret: String,
        /// The one that it had.
        from: String,
        /// The one that it has.
        to: String,
        /// Another secret has one of the two, so that nothing can tell whose value is where.
        is_shared: bool,
    },
    /// What it keeps is to be read with another key.
    Encrypted {
        /// The component.
        component: String,
        /// Where its data is; `None`: on a volume of its own.
        store: Option<String>,
        /// The value of the key that its data was made with.
        from: String,
        /// Its value from now on.
        to: String,
    },
    /// The body that the user wrote for a task is where no pipeline reads it any more, and an empty one is made.
    StubReplaced {
        /// Where it is.
        from: String,
        /// Where it would be read.
        to: String,
    },
}

impl Consequence {
    /// The component that is concerned, or the secret, or the file.
    pub fn component(&self) -> &str {
        match self {
            Consequence::OtherStore { component, .. }
            | Consequence::OtherVersion { component, .. }
            | Consequence::FirstStart { component, .. }
            | Consequence::Encrypted { component, .. }
            | Consequence::NewKeys { component, .. }
            | Consequence::OtherKey { component, .. } => component,
            Consequence::OtherVariable { secret, .. } => secret,
            Consequence::StubReplaced { to, .. } => to,
        }
    }

    /// What happens, as a message has it.
    pub fn sentence(&self) -> String {
        match self {
            Consequence::OtherStore {
                component,
                role,
                from,
                to,
            } => match to {
                Some(to) => {
                    // Two names may lead to one server.
                    let unless = match to.contains(" at ") || to.contains(" by ") {
                        true => ", if that is another server",
                        false => "",
                    };
                    format!(
                        "`{component}` has its data in `{from}` (`{role}`), and is to look in `{to}`: it starts empty there{unless}"
                    )
                }
                None => format!(
                    "`{component}` has its data in `{from}`, and nothing fills its role `{role}` any more: it starts empty"
                ),
            },
            Consequence::OtherVersion {
                component,
                store,
                from,
                to,
                ..
            } => format!(
                "`{store}` holds the schema of `{component}`, which {from} wrote, and {to} is to read it"
            ),
            Consequence::FirstStart {
                title,
                variable,
                from,
                to,
                ..
            } => format!(
                "{title} was made with `{variable}={from}`: the program reads `{variable}={to}` in an empty one alone, and what connects to it follows at once"
            ),
            Consequence::NewKeys {
                component,
                to,
                keys,
            } => {
                format!(
                    "`{component}` is `{to}` now, which gets new keys ({}): it can't read what the old ones encrypted",
                    quoted(keys)
                )
            }
            Consequence::OtherKey {
                component,
                key,
                variable,
            } => format!(
                "`{variable}` takes the place of the key of `{component}` (`{}`): with another value `{component}` can't read what that encrypted",
                Secret::own_name(component, key)
            ),
            Consequence::OtherVariable {
                secret, from, to, ..
            } => {
                format!("secret `{secret}` is read from `{to}` now, and was from `{from}`")
            }
            Consequence::Encrypted {
                component,
                store,
                from,
                to,
            } => {
                let place = match store {
                    Some(store) => format!(" in `{store}`"),
                    None => String::new(),
                };
                format!(
                    "what `{component}` has{place} is encrypted with `{from}`, and is to be read with `{to}`: it can't be, if that has another value"
                )
            }
            Consequence::StubReplaced { from, to } => {
                format!("`{to}` is made anew, and nothing reads `{from}` any more")
            }
        }
    }

    /// What to do.
    pub fn needs(&self) -> Vec<String> {
        match self {
            Consequence::OtherStore { .. } => vec![
                "leave `uses`, the names of the store and the variables that name it as they were; or bring the data to the new place before the program starts".to_string(),
            ],
            Consequence::OtherVersion { needs, .. } => needs.clone(),
            Consequence::FirstStart { needs, .. } => vec![needs.clone()],
            Consequence::NewKeys { component, to, .. } => vec![format!(
                "to keep the keys, write\n[[moved]]\nfrom = \"components.{component}\"\nto = \"components.{to}\""
            )],
            Consequence::OtherKey {
                component,
                key,
                variable,
            } => vec![format!(
                "give `{variable}` the value that `{}` has; or leave the variable out",
                Secret::own_name(component, key)
            )],
            Consequence::OtherVariable {
                from,
                to,
                is_shared: true,
                ..
            } => vec![format!(
                "give `{to}` the value of `{from}` yourself, wherever they are set: another secret has one of the two, so `mlopsgen env init` does not"
            )],
            Consequence::OtherVariable { from, to, .. } => vec![format!(
                "`mlopsgen env init` takes the value over in the `.env`; wherever else one is set, give `{to}` that of `{from}`"
            )],
            Consequence::Encrypted { from, to, .. } => vec![format!(
                "give `{to}` the value of `{from}`; or leave the key as it was"
            )],
            Consequence::StubReplaced { from, to } => {
                let folder = to.rsplit_once('/').map_or("", |(folder, _)| folder);
                vec![format!(
                    "to keep what was written, type before `apply`\nmkdir -p {folder} && git mv {from} {to}"
                )]
            }
        }
    }

    /// What the manifest says where the user agreed to it.
    pub fn accepted(&self) -> Accepted {
        let (from, to) = match self {
            Consequence::OtherStore { from, to, .. } => {
                (from.clone(), to.clone().unwrap_or_default())
            }
            Consequence::OtherVersion { from, to, .. } => (from.to_string(), to.to_string()),
            Consequence::FirstStart {
                variable, from, to, ..
            } => (format!("{variable}={from}"), format!("{variable}={to}")),
            Consequence::NewKeys { component, to, .. } => (component.clone(), to.clone()),
            Consequence::OtherKey { key, variable, .. } => (key.clone(), variable.clone()),
            Consequence::OtherVariable { from, to, .. }
            | Consequence::Encrypted { from, to, .. } => (from.clone(), to.clone()),
            Consequence::StubReplaced { from, to } => (from.clone(), to.clone()),
        };
        Accepted::Consequence {
            component: self.component().to_string(),
            from,
            to,
        }
    }
}

/// Names in a sentence.
fn quoted(names: &BTreeSet<String>) -> String {
    let names: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
    names.join(", ")
}

/// Compares what is remembered of components with what they are to be. `data`: what is said of volumes, which is not said again.
pub(super) fn consequences(
    inputs: &Inputs<'_>,
    (recorded, wanted): (&RecordedData<'_>, &[&Kept]),
    data: &DataPlan,
) -> Vec<Consequence> {
    let mut out = first_starts(recorded, wanted, |kept, it| !kept.of_secrets.contains(it));
    let of_volumes = out.clone();
    out.extend(replaced_stubs(inputs));
    if wanted.is_empty() && inputs.selected.is_some() {
        return out;
    }
    let known = by_component(&inputs.recorded.manifest.tenants);
    let now = &inputs.wanted.tenants;
    let reset: BTreeSet<String> = out.iter().map(|it| it.component().to_string()).collect();
    let left = data.left.iter().map(|it| &it.data);
    let left: BTreeSet<&str> = left.filter_map(|it| it.key.component()).collect();
    let asked = data.upgrades.iter().map(|it| &it.data);
    let asked: BTreeSet<&str> = asked.filter_map(|it| it.key.component()).collect();
    for (old, tenant) in pairs(&known, now) {
        let others = other_stores(old, tenant, &data.moved).into_iter();
        out.extend(others.filter(|it| !is_said(it, &reset, &left)));
        out.extend(other_keys(old, tenant));
        let is_asked = asked.contains(tenant.tenant.component.as_str());
        out.extend(other_version(old, tenant).filter(|_| !is_asked));
        let read = first_starts_of(old, tenant, &data.moved, |it| {
            !tenant.of_secrets.contains(it)
        });
        out.extend(read.filter(|it| !is_of_same_variable(it, &of_volumes)));
    }
    let new_keys = new_keys(&known, now).into_iter();
    out.extend(new_keys.filter(|it| !left.contains(it.component())));
    out
}

/// What is remembered of components, by their names: of both sides of a conflict, all.
fn by_component(tenants: &BTreeSet<Tenant>) -> BTreeMap<&str, Vec<&Tenant>> {
    let mut out: BTreeMap<&str, Vec<&Tenant>> = BTreeMap::new();
    for tenant in tenants {
        out.entry(&tenant.component).or_default().push(tenant);
    }
    out
}

/// What is remembered of each component, with what it is to be.
fn pairs<'a>(
    known: &BTreeMap<&str, Vec<&'a Tenant>>,
    now: &'a [TenantNow],
) -> Vec<(&'a Tenant, &'a TenantNow)> {
    let mut out = Vec::new();
    for tenant in now {
        let mut names = std::iter::once(&tenant.tenant.component).chain(&tenant.before);
        let same = names.find_map(|it| known.get(it.as_str()));
        let same = same.into_iter().flatten();
        let same = same.filter(|old| old.program.kind == tenant.tenant.program.kind);
        out.extend(same.map(|old| (*old, tenant)));
    }
    out
}

/// Whether the change of a store itself says it.
fn is_said(consequence: &Consequence, reset: &BTreeSet<String>, left: &BTreeSet<&str>) -> bool {
    let Consequence::OtherStore { from, to, .. } = consequence else {
        return false;
    };
    let store = store_of(from);
    let is_same = to.as_deref().is_some_and(|to| store_of(to) == store);
    left.contains(store) || is_same && reset.contains(store)
}

fn other_version(old: &Tenant, tenant: &TenantNow) -> Option<Consequence> {
    let (from, to) = (&old.program, &tenant.tenant.program);
    let asked = tenant.upgrades.iter().filter(|it| it.is_of(from, to));
    let needs: Vec<String> = asked.map(|it| it.needs.clone()).collect();
    let mut stores = old.stores.iter();
    let store = stores.find(|(role, _)| tenant.schemas.contains(*role));
    (!needs.is_empty()).then(|| Consequence::OtherVersion {
        component: tenant.tenant.component.clone(),
        store: store.map(|(_, place)| place.clone()).unwrap_or_default(),
        from: from.without_libc(),
        to: to.without_libc(),
        needs,
    })
}

/// Other secrets than those that data was made with. Nothing is lost where they have the same values, and who has the old ones can
/// set them.
pub(super) fn other_secrets(
    inputs: &Inputs<'_>,
    recorded: &RecordedData<'_>,
    wanted: &[&Kept],
    moved: &[Moved],
) -> Vec<Consequence> {
    let mut out = first_starts(recorded, wanted, |kept, it| kept.of_secrets.contains(it));
    let of_volumes = out.clone();
    let known = by_component(&inputs.recorded.manifest.tenants);
    for (old, tenant) in pairs(&known, &inputs.wanted.tenants) {
        let read = first_starts_of(old, tenant, moved, |it| tenant.of_secrets.contains(it));
        out.extend(read.filter(|it| !is_of_same_variable(it, &of_volumes)));
    }
    out.extend(other_variables(inputs));
    out
}

/// The same of a component whose data lies in stores of others: its program reads some variables alone while it has nothing there.
fn first_starts_of<'a, F: Fn(&str) -> bool + 'a>(
    old: &'a Tenant,
    tenant: &'a TenantNow,
    moved: &[Moved],
    is_asked: F,
) -> impl Iterator<Item = Consequence> + use<'a, F> {
    let is_there = other_stores(old, tenant, moved).is_empty();
    let mut stores = tenant.tenant.stores.iter();
    let store = stores.find(|(role, _)| tenant.schemas.contains(*role));
    let place = store.map(|(_, place)| place);
    let asked = old.made_with.iter().filter(move |_| is_there);
    asked.filter_map(move |(variable, from)| {
        let to = tenant.tenant.made_with.get(variable);
        let to = to.filter(|to| *to != from && is_asked(variable))?;
        let component = tenant.tenant.component.clone();
        if tenant.encrypted_with.contains(variable) {
            return Some(Consequence::Encrypted {
                component,
                store: place.cloned(),
                from: from.clone(),
                to: to.clone(),
            });
        }
        Some(Consequence::FirstStart {
            title: format!("what `{component}` has in `{}`", place?),
            component,
            variable: variable.clone(),
            from: from.clone(),
            to: to.clone(),
            needs: tenant.first_start.get(variable)?.clone(),
        })
    })
}

/// Whether one of these says it of a volume of the same component.
fn is_of_same_variable(it: &Consequence, said: &[Consequence]) -> bool {
    let of = |it: &Consequence| match it {
        Consequence::FirstStart {
            component,
            variable,
            ..
        } => Some((component.clone(), variable.clone())),
        _ => None,
    };
    said.iter().any(|other| of(other) == of(it))
}

/// `is_asked`: of data and a variable.
fn first_starts(
    recorded: &RecordedData<'_>,
    wanted: &[&Kept],
    is_asked: impl Fn(&Kept, &str) -> bool,
) -> Vec<Consequence> {
    let mut out: Vec<Consequence> = Vec::new();
    for kept in wanted {
        for (before, facts) in recorded.same(&kept.data) {
            let program = |program: &Option<Program>| program.as_ref().map(|it| it.kind.clone());
            if program(&before.program) != program(&kept.data.program) {
                continue;
            }
            let asked = facts.made_with.iter();
            for (variable, from) in asked.filter(|(variable, _)| is_asked(kept, variable)) {
                let to = kept.made_with.get(variable).filter(|to| *to != from);
                let (Some(to), Some(needs)) = (to, kept.first_start.get(variable)) else {
                    continue;
                };
                let consequence = Consequence::FirstStart {
                    component: kept.data.key.component().unwrap_or_default().to_string(),
                    title: format!("{} ({})", kept.data.title(), kept.data.key),
                    variable: variable.clone(),
                    from: from.clone(),
                    to: to.clone(),
                    needs: needs.clone(),
                };
                if !out.contains(&consequence) {
                    out.push(consequence);
                }
            }
        }
    }
    out
}
