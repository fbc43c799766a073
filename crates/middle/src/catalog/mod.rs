//! Component kinds as data: the embedded `templates/kinds/*.toml`, and the user's own over them.
//!
//! In: kind files. Out: [`Kind`]s by name, loaded when first asked for, so that a run reads only the kinds it needs.
//! docs/kinds.md describes the format.

mod check;
mod fact;
mod fault;
mod form;
mod images;
mod kind;
mod load;
mod shared;

pub use fact::{Fact, PlatformFact, RoleFact};
pub use fault::{Series, template_fault};
pub use form::SettingForm;
pub use images::{IMAGES, WithdrawnImage};
pub use kind::{
    Binding, FileForm, HTTP_PORT, Kind, OwnName, OwnSecret, Role, SettingSpec, SettingType,
};

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    diag::Sink,
    source::{SourceId, Sources},
    syntax::Table,
    template,
};

/// The kinds of one run.
#[derive(Debug, Default)]
pub struct Catalog {
    /// The user's kind files: name and text.
    own: BTreeMap<String, String>,
    loaded: BTreeMap<String, Option<Arc<Kind>>>,
    /// What several kinds share, by the name of its file.
    shared: BTreeMap<String, Table>,
    /// Files whose strings can hold references of kinds.
    sources: BTreeSet<SourceId>,
    /// The kinds that are being read, each because the one before extends it.
    reading: Vec<String>,
}

impl Catalog {
    /// `own` are the files of the user's `mlopsgen/kinds/`: the kind's name and the file's text.
    pub fn new(own: BTreeMap<String, String>) -> Self {
        Self {
            own,
            ..Self::default()
        }
    }

    /// Every kind's name, sorted.
    pub fn names(&self) -> Vec<String> {
        let embedded = template::embedded_below("kinds")
            .into_iter()
            .filter_map(embedded_name)
            .map(ToString::to_string);
        let all: BTreeSet<String> = embedded.chain(self.own.keys().cloned()).collect();
        all.into_iter().collect()
    }

    /// The kind of this name; `None` if there is none, or if its file has errors, which are then in the sink.
    pub fn get(&mut self, name: &str, sources: &mut Sources, sink: &mut Sink) -> Option<Arc<Kind>> {
        if let Some(known) = self.loaded.get(name) {
            return known.clone();
        }
        // A kind that extends itself through others finds nothing here, and is reported where it names the next one.
        self.loaded.insert(name.to_string(), None);
        self.reading.push(name.to_string());
        let kind = load::load(self, name, sources, sink).map(Arc::new);
        self.reading.pop();
        self.loaded.insert(name.to_string(), kind.clone());
        kind
    }

    /// Loads all kinds of the user, so that errors in them are reported even if no component uses them.
    pub fn load_own(&mut self, sources: &mut Sources, sink: &mut Sink) {
        let names: Vec<String> = self.own.keys().cloned().collect();
        for name in names {
            self.get(&name, sources, sink);
        }
    }

    /// Whether this kind comes from a file of the user.
    pub fn is_own(&self, name: &str) -> bool {
        self.own.contains_key(name)
    }

    /// The files that were read: their strings can hold references of kinds.
    pub fn sources(&self) -> impl Iterator<Item = SourceId> {
        self.sources.iter().copied()
    }

    /// Those of them that the user wrote.
    pub fn own_sources(&self) -> impl Iterator<Item = SourceId> {
        let own = self.loaded.iter().filter(|(name, _)| self.is_own(name));
        own.filter_map(|(_, kind)| Some(kind.as_ref()?.span.source))
    }
}

/// `kinds/redis.toml` is the file of `redis`; files in deeper folders belong to a kind, but are none.
fn embedded_name(path: &str) -> Option<&str> {
    let name = path.strip_prefix("kinds/")?.strip_suffix(".toml")?;
    (!name.contains('/')).then_some(name)
}
