//! Who fills the roles of a component that is added: one that is there, with a place of its own in it, or a new one.

use super::{
    Addition, Insertion, fits,
    words::{bucket_name, choices, database_name, joined},
};
use crate::{
    catalog::{Kind, Role, SettingType},
    plan::Failure,
    text::one_of,
};

/// Kinds that need kinds that need kinds: so deep and no deeper.
const DEEPEST: usize = 8;

/// Who fills a role, and whether `uses` has to say so.
pub(super) struct Filler {
    /// `component` or `component/database`.
    pub name: String,
    pub written: bool,
}

impl Addition<'_> {
    /// Who fills a role: one that is there, or a new one. `None`: the role stays open.
    pub(super) fn fill(
        &mut self,
        name: &str,
        role: &Role,
        group: &str,
        depth: usize,
    ) -> Result<Option<Filler>, Failure> {
        let fitting = self.fitting(role);
        let is_free = |filler: &&String| !self.has_another_s(role, filler);
        let free: Vec<&String> = fitting.iter().filter(is_free).collect();
        let is_asked = |filler: &&&String| self.asked.contains(**filler);
        let companion = free.iter().find(is_asked).copied();
        // A store that was asked for is there for all: a second schema gets a database of its own in it.
        let companion = companion.or_else(|| fitting.iter().find(|it| self.asked.contains(it)));
        let there = match companion {
            Some(companion) => Some(companion.clone()),
            None if role.required || role.default || role.or_setting.is_some() => {
                free.first().map(|it| (*it).clone())
            }
            None => None,
        };
        if let Some(place) = there.and_then(|store| self.place(&store, name, role)) {
            let store = place.split('/').next().unwrap_or(&place);
            if role.schema {
                self.existing.schemas.insert(store.to_string());
            }
            let written = place != store || !role.default || fitting.len() > 1;
            return Ok(Some(Filler {
                name: place,
                written,
            }));
        }
        match role.required || role.brought {
            true => self.new_filler(name, role, group, depth).map(Some),
            false => Ok(None),
        }
    }

    fn new_filler(
        &mut self,
        name: &str,
        role: &Role,
        group: &str,
        depth: usize,
    ) -> Result<Filler, Failure> {
        let wanted = role.kinds.first().map(String::as_str).unwrap_or_default();
        if depth >= DEEPEST {
            return Err(
                Failure::new(format!("`{wanted}` needs a kind that needs itself"))
                    .help(format!("add {} first", one_of(&role.kinds))),
            );
        }
        let kind = self.kind(wanted)?;
        let keeps_schema = role.schema && kind.binding.is_some();
        let request = match keeps_schema {
            true => joined(name, "db"),
            false => kind.name.clone(),
        };
        let filler = self.existing.free_name(&request, &kind);
        let store_of = (keeps_schema || choices(&kind).is_some()).then_some(name);
        self.insert(
            &Insertion {
                name: &filler,
                kind: &kind,
                group,
                image: None,
                store_of,
            },
            depth + 1,
        )?;
        if keeps_schema {
            self.existing.schemas.insert(filler.clone());
        }
        Ok(Filler {
            name: filler,
            written: !role.default,
        })
    }

    /// Whether the first database of a store has somebody else's schema, where the role needs room for one. What has no
    /// databases, as Redis, is there for all.
    fn has_another_s(&self, role: &Role, store: &str) -> bool {
        let mut components = self.existing.components.iter();
        let kind = components.find(|(name, _)| name == store);
        let kind = kind.and_then(|(_, kind)| self.kinds.get(kind));
        let has_databases = kind.is_some_and(|kind| kind.binding.is_some());
        role.schema && has_databases && self.existing.schemas.contains(store)
    }

    /// Components that fit a role, in the file's order.
    fn fitting(&self, role: &Role) -> Vec<String> {
        let components = self.existing.components.iter();
        let fitting = components.filter(|(_, kind)| {
            let kind = self.kinds.get(kind);
            kind.is_some_and(|kind| fits(role, kind))
        });
        fitting.map(|(name, _)| name.clone()).collect()
    }

    /// What `uses` says of a store: itself, or a bucket or a database of the new component's own, which the store gets.
    /// `None`: there is no place in it.
    fn place(&mut self, store: &str, name: &str, role: &Role) -> Option<String> {
        let mut components = self.existing.components.iter();
        let kind = &components.find(|(known, _)| known == store)?.1;
        let kind = self.kinds.get(kind)?.clone();
        if let Some(setting) = choices(&kind) {
            let bucket = bucket_name(name);
            if self.sheet.list(store, setting, &bucket) {
                self.note(store, format!("has `{bucket}` in `settings.{setting}`"));
                return Some(format!("{store}/{bucket}"));
            }
            let has_one = self.existing.with_choices.contains(store);
            return has_one.then(|| store.to_string());
        }
        // What a program keeps in one store stands in one database.
        let own = (name.to_string(), store.to_string());
        if let Some(place) = self.existing.places.get(&own) {
            return Some(place.clone());
        }
        if !self.has_another_s(role, store) {
            if role.schema && kind.binding.is_some() {
                self.existing.places.insert(own, store.to_string());
            }
            return Some(store.to_string());
        }
        let database = database_name(name);
        let setting = further_databases(&kind)?;
        if !self.sheet.list(store, setting, &database) {
            return None;
        }
        self.note(store, format!("has `{database}` in `settings.{setting}`"));
        let place = format!("{store}/{database}");
        self.existing.places.insert(own, place.clone());
        Some(place)
    }

    /// A change of a component that this run did not add.
    fn note(&mut self, component: &str, what: String) {
        if self.added.iter().all(|added| added.name != component) {
            self.changes.push(format!("`{component}` {what} now"));
        }
    }

    /// A role that one component fills without being named is ambiguous as soon as another one fits: it is named.
    /// Errors: the component that has the role stands in another file.
    pub(super) fn name_fillers(&mut self, new: &str, kind: &Kind) -> Result<(), Failure> {
        for (component, role) in std::mem::take(&mut self.existing.unnamed) {
            let others = self.fitting(&role).into_iter();
            let others = others.filter(|filler| filler != new && *filler != component);
            let others: Vec<String> = others.collect();
            let [known] = others.as_slice() else {
                self.existing.unnamed.push((component, role));
                continue;
            };
            if component == new || !fits(&role, kind) {
                self.existing.unnamed.push((component, role));
                continue;
            }
            if !self.sheet.binding(&component, &role.name, known) {
                let line = format!("uses.{} = \"{known}\"", role.name);
                return Err(Failure::new(format!(
                    "with `{new}`, `{component}` has two components for its role `{}`",
                    role.name
                ))
                .help(format!(
                    "write `{line}` in `[components.{component}]` first"
                )));
            }
            self.note(
                &component,
                format!("names `{known}` as its `{}`", role.name),
            );
        }
        Ok(())
    }
}

/// The setting with a list of databases that are made beside the first.
fn further_databases(kind: &Kind) -> Option<&str> {
    let name = kind.binding.as_ref()?.more.as_deref()?;
    let mut settings = kind.settings.iter();
    settings
        .any(|spec| spec.name == name && spec.kind == SettingType::Databases)
        .then_some(name)
}
