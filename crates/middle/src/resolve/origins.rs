//! Where each image comes from: what `platform.registry` says, and what this platform builds itself.

use std::collections::BTreeSet;

use crate::{
    expand::{Draft, read},
    model::{Image, Registry, Text},
    syntax::Table,
};

/// Gives images the place that they are taken from.
pub(super) struct Origins {
    registry: Registry,
    /// The images that are built here: no registry has them that could be mirrored. Those named after their component have
    /// any tag.
    built: BTreeSet<String>,
}

impl Origins {
    pub fn of(draft: &Draft) -> Self {
        let platform = &draft.names.platform;
        let of_components = draft.components.iter().flat_map(|component| {
            let own = built(&component.user, &format!("{platform}/{}", component.name));
            let parts = read::tables(&component.user, "parts").filter_map(|(part, table)| {
                let name = component.workload_name(Some(&part.name));
                built(table, &format!("{platform}/{name}"))
            });
            own.into_iter().chain(parts)
        });
        let of_pipelines = read::tables(&draft.tree, "pipelines").filter_map(|(name, table)| {
            let name = name.name.to_ascii_lowercase();
            built(table, &format!("{platform}/{name}"))
        });
        Self {
            registry: draft.names.registry.clone(),
            built: of_components.chain(of_pipelines).collect(),
        }
    }

    /// The image as this platform takes it.
    pub fn place(&self, image: Image) -> Image {
        let is_built = |name: Text| name.as_plain().is_some_and(|it| self.built.contains(&it));
        match is_built(image.name()) || is_built(image.text()) {
            true => self.place_own_build(image),
            false => self.registry.place(image),
        }
    }

    /// The same of an image that is built here.
    pub fn place_own_build(&self, image: Image) -> Image {
        self.registry.place_own_build(image)
    }

    /// Whether images are taken from where they say.
    pub fn are_as_named(&self) -> bool {
        self.registry == Registry::AsNamed
    }

    /// Whether images have mirrors, by the registries that they name.
    pub fn are_mirrored(&self) -> bool {
        matches!(self.registry, Registry::Mirrors(_))
    }
}

/// The image that a table builds.
fn built(table: &Table, usual: &str) -> Option<String> {
    table.table("build")?;
    let Some(written) = table.string("image") else {
        return Some(usual.to_string());
    };
    let image = Image::literal(written);
    match (&image.tag, table.string("version")) {
        (None, Some(version)) => image.with_tag(Text::literal(version)).text().as_plain(),
        _ => Some(written.to_string()),
    }
}

/// Those of a platform that builds nothing.
#[cfg(test)]
impl From<Registry> for Origins {
    fn from(registry: Registry) -> Self {
        Self {
            registry,
            built: BTreeSet::new(),
        }
    }
}
