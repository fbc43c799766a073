//! Data that stays where it is, while the component that wrote it is led to another place of it, to another version, or to new keys.
//!
//! In: what the manifest remembers of components and of their volumes. Out: [`Consequence`]s, in the order of platform.toml.

use std::collections::BTreeSet;

use super::{Accepted, Inputs, data::DataPlan, recorded::RecordedData, stubs::left_bodies};
use crate::data::{Kept, Program, Tenant, TenantNow};

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
    /// The body that the user wrote for a task is where no pipeline reads it any more, and an empty one is made.
    LeftBody {
        /// Where it is.
        from: String,
        /// Where it would be read.
        to: String,
    },
}

impl Consequence {
    /// The component that is concerned, or the file.
    pub fn component(&self) -> &str {
        match self {
            Consequence::OtherStore { component, .. }
            | Consequence::OtherVersion { component, .. }
            | Consequence::FirstStart { component, .. }
            | Consequence::NewKeys { component, .. } => component,
            Consequence::LeftBody { to, .. } => to,
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
                    let unless = match to.contains(" at ") {
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
                let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
                format!(
                    "`{component}` is `{to}` now, which gets new keys ({}): it can't read what the old ones encrypted",
                    keys.join(", ")
                )
            }
            Consequence::LeftBody { from, to } => {
                format!("`{to}` is made anew, and nothing reads `{from}` any more")
            }
        }
    }

    /// What to do.
    pub fn needs(&self) -> Vec<String> {
        match self {
            Consequence::OtherStore { .. } => vec![
                "leave `uses` and the names of the store as they were; or bring the data to the new place before the program starts".to_string(),
            ],
            Consequence::OtherVersion { needs, .. } => needs.clone(),
            Consequence::FirstStart { needs, .. } => vec![needs.clone()],
            Consequence::NewKeys { component, to, .. } => vec![format!(
                "to keep the keys, write\n[[moved]]\nfrom = \"components.{component}\"\nto = \"components.{to}\""
            )],
            Consequence::LeftBody { from, to } => {
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
            Consequence::LeftBody { from, to } => (from.clone(), to.clone()),
        };
        Accepted::Consequence {
            component: self.component().to_string(),
            from,
            to,
        }
    }
}

/// Compares what is remembered of components with what they are to be. `data`: what is said of volumes, which is not said again.
pub(super) fn consequences(
    inputs: &Inputs<'_>,
    (recorded, wanted): (&RecordedData<'_>, &[&Kept]),
    data: &DataPlan,
) -> Vec<Consequence> {
    let mut out = first_starts(recorded, wanted);
    out.extend(left_bodies(inputs));
    if wanted.is_empty() && inputs.selected.is_some() {
        return out;
    }
    let tenants = &inputs.recorded.manifest.tenants;
    let now = &inputs.wanted.tenants;
    let reset: BTreeSet<String> = out.iter().map(|it| it.component().to_string()).collect();
    let left = data
        .left
        .iter()
        .filter_map(|left| left.data.key.component());
    let left: BTreeSet<&str> = left.collect();
    for tenant in now {
        let name = &tenant.tenant.component;
        let mut same = tenants.iter().filter(|it| it.component == *name).peekable();
        let before = tenant.before.as_ref().filter(|_| same.peek().is_none());
        let before = tenants.iter().filter(|it| Some(&it.component) == before);
        for old in same.chain(before) {
            if old.program.kind != tenant.tenant.program.kind {
                continue;
            }
            let moved = other_stores(old, tenant).into_iter();
            out.extend(moved.filter(|it| !is_said(it, &reset, &left)));
            let mut upgrades = data.upgrades.iter();
            let is_asked = upgrades.any(|it| it.data.key.component() == Some(name));
            out.extend(other_version(old, tenant).filter(|_| !is_asked));
        }
    }
    out.extend(new_keys(tenants, now).filter(|it| !left.contains(it.component())));
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

/// The component in a place: `db` of `db/mlflow` and of `db at pg.example.com:5432/mlflow`.
fn store_of(place: &str) -> &str {
    place.split([' ', '/']).next().unwrap_or(place)
}

fn other_stores(old: &Tenant, tenant: &TenantNow) -> Vec<Consequence> {
    let changed = old.stores.iter().filter_map(|(role, from)| {
        let is_from = |place: Option<&String>| place == Some(from);
        let to = tenant.tenant.stores.get(role);
        let is_kept = is_from(to) || is_from(tenant.stores_before.get(role));
        (!is_kept).then(|| Consequence::OtherStore {
            component: tenant.tenant.component.clone(),
            role: role.clone(),
            from: from.clone(),
            to: to.cloned(),
        })
    });
    changed.collect()
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

fn first_starts(recorded: &RecordedData<'_>, wanted: &[&Kept]) -> Vec<Consequence> {
    let mut out: Vec<Consequence> = Vec::new();
    for kept in wanted {
        for (before, facts) in recorded.same(&kept.data) {
            let program = |program: &Option<Program>| program.as_ref().map(|it| it.kind.clone());
            if program(&before.program) != program(&kept.data.program) {
                continue;
            }
            for (variable, from) in &facts.made_with {
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

/// Components that seem to have been renamed, without an entry that says so: one of a kind is gone, and one is new.
fn new_keys<'a>(
    tenants: &'a BTreeSet<Tenant>,
    now: &'a [TenantNow],
) -> impl Iterator<Item = Consequence> + 'a {
    let is_there = move |name: &str| {
        let mut all = now.iter();
        all.any(|it| it.tenant.component == name || it.before.as_deref() == Some(name))
    };
    let is_new = move |it: &&TenantNow| {
        let mut known = tenants.iter();
        !known.any(|old| old.component == it.tenant.component) && it.before.is_none()
    };
    let gone = tenants.iter().filter(move |old| !is_there(&old.component));
    gone.filter(|old| !old.keys.is_empty())
        .filter_map(move |old| {
            let fits = now.iter().filter(is_new);
            let mut fits = fits.filter(|it| it.tenant.program.kind == old.program.kind);
            let only = fits.next().filter(|_| fits.next().is_none())?;
            let keys: BTreeSet<String> = &old.keys & &only.tenant.keys;
            (!keys.is_empty()).then(|| Consequence::NewKeys {
                component: old.component.clone(),
                to: only.tenant.component.clone(),
                keys,
            })
        })
}
