//! Names of volumes, networks, secrets, configs, models and other services in the raw keys of a service.

use super::{
    Found,
    value::{entries, items, removes},
};
use crate::model::Raw;

/// What a name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::check) enum RawSort {
    Volume,
    Network,
    Secret,
    Config,
    Model,
    Service,
}

impl RawSort {
    pub fn word(self) -> &'static str {
        match self {
            RawSort::Volume => "volume",
            RawSort::Network => "network",
            RawSort::Secret => "secret",
            RawSort::Config => "config",
            RawSort::Model => "model",
            RawSort::Service => "service",
        }
    }

    /// A key that says what one is made of.
    pub fn example(self) -> &'static str {
        match self {
            RawSort::Model => "model",
            RawSort::Service => "image",
            _ => "file",
        }
    }

    /// The table of a Compose file that declares it.
    pub fn table(self) -> &'static str {
        match self {
            RawSort::Volume => "volumes",
            RawSort::Network => "networks",
            RawSort::Secret => "secrets",
            RawSort::Config => "configs",
            RawSort::Model => "models",
            RawSort::Service => "services",
        }
    }
}

/// A name that a service uses, and that some place has to declare.
#[derive(Clone, Debug)]
pub(in crate::check) struct RawName<'a> {
    pub sort: RawSort,
    pub found: Found<'a, String>,
    /// Whether the service waits for the one that it names.
    pub waits: bool,
}

impl<'a> RawName<'a> {
    /// All names in the raw keys of a service. Those that are known only at the start are left out.
    pub(super) fn all(raw: &'a Raw) -> Vec<Self> {
        let volumes = items(raw.get("volumes")).filter_map(volume);
        let volumes = volumes.map(|found| (RawSort::Volume, found));
        let networks = keys_or_items(raw.get("networks")).map(|it| (RawSort::Network, it));
        let models = keys_or_items(raw.get("models")).map(|it| (RawSort::Model, it));
        let sources = [RawSort::Secret, RawSort::Config].into_iter();
        let sources = sources.flat_map(|sort| {
            let named = items(raw.get(sort.table()));
            let named = named.filter_map(|it| plain(it.get("source").unwrap_or(it)));
            named.map(move |found| (sort, found))
        });
        let all = volumes.chain(networks).chain(models).chain(sources);
        let all = all.map(|(sort, found)| Self {
            sort,
            found,
            waits: false,
        });
        let waits = awaited(raw).into_iter().map(|found| (found, true));
        let read = read_from(raw).into_iter().map(|found| (found, false));
        let services = waits.chain(read).map(|(found, waits)| Self {
            sort: RawSort::Service,
            found,
            waits,
        });
        all.chain(services).collect()
    }
}

/// The services that Compose starts first: those of `depends_on`, and those whose network, processes or volumes are shared.
fn awaited(raw: &Raw) -> Vec<Found<'_, String>> {
    let links = items(raw.get("links")).filter_map(plain);
    let volumes = items(raw.get("volumes_from")).filter_map(plain);
    let volumes = volumes.filter(|it| !it.value.starts_with("container:"));
    // What follows the colon is an alias, or `ro`.
    let before_colon = links.chain(volumes).map(|it| Found {
        value: it.value.split(':').next().unwrap_or_default().to_string(),
        ..it
    });
    let modes = ["network_mode", "pid", "ipc"].into_iter();
    let modes = modes.filter_map(|key| of_service(raw.get(key)?));
    let all = keys_or_items(raw.get("depends_on"));
    all.chain(before_colon).chain(modes).collect()
}

/// The services whose keys or image it is made from.
fn read_from(raw: &Raw) -> Vec<Found<'_, String>> {
    let extended = raw.get("extends");
    let extended = extended.filter(|it| it.get("file").is_none());
    let extended = extended.and_then(|it| plain(it.get("service").unwrap_or(it)));
    let contexts = raw.at(&["build", "additional_contexts"]);
    let tables = entries(contexts).filter_map(|(_, by)| of_service(by));
    extended.into_iter().chain(tables).collect()
}

/// The names of a table that are not taken away, or those of a list.
fn keys_or_items(raw: Option<&Raw>) -> impl Iterator<Item = Found<'_, String>> {
    let tables = entries(raw).filter(|(_, it)| !removes(it));
    let tables = tables.map(|(name, by)| Found {
        value: name.clone(),
        by,
    });
    items(raw).filter_map(plain).chain(tables)
}

/// `x` of `service:x`.
fn of_service(by: &Raw) -> Option<Found<'_, String>> {
    let value = plain(by)?.value.strip_prefix("service:")?.to_string();
    Some(Found { value, by })
}

/// The named volume that an entry of `volumes` mounts; `None`: a path, an unnamed one, or what is known only at the start.
fn volume(by: &Raw) -> Option<Found<'_, String>> {
    let value = match by {
        Raw::Table(_) => {
            let is_volume = by.get("type").and_then(plain)?.value == "volume";
            plain(by.get("source").filter(|_| is_volume)?)?.value
        }
        _ => plain(by)?.value.split_once(':')?.0.to_string(),
    };
    let is_path = value.starts_with(['/', '.', '~']) || value.contains('\\') || value.len() < 2;
    (!is_path).then_some(Found { value, by })
}

fn plain(by: &Raw) -> Option<Found<'_, String>> {
    let Raw::Text(text) = by else {
        return None;
    };
    let value = text.as_plain().filter(|it| !it.contains('$'))?;
    Some(Found { value, by })
}
