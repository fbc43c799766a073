//! Names of volumes, networks, secrets and configs in the raw keys of a service.

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
}

impl RawSort {
    pub fn word(self) -> &'static str {
        match self {
            RawSort::Volume => "volume",
            RawSort::Network => "network",
            RawSort::Secret => "secret",
            RawSort::Config => "config",
        }
    }

    /// The table of a Compose file that declares it.
    pub fn table(self) -> &'static str {
        match self {
            RawSort::Volume => "volumes",
            RawSort::Network => "networks",
            RawSort::Secret => "secrets",
            RawSort::Config => "configs",
        }
    }
}

/// A name that a service uses, and that some place has to declare.
#[derive(Clone, Debug)]
pub(in crate::check) struct RawName<'a> {
    pub sort: RawSort,
    pub found: Found<'a, String>,
}

impl<'a> RawName<'a> {
    /// All names in the raw keys of a service. Those that are known only at the start are left out.
    pub(super) fn all(raw: &'a Raw) -> Vec<Self> {
        let volumes = items(raw.get("volumes")).filter_map(volume);
        let volumes = volumes.map(|found| (RawSort::Volume, found));
        let listed = items(raw.get("networks")).filter_map(plain);
        let tables = entries(raw.get("networks")).filter(|(_, it)| !removes(it));
        let tables = tables.map(|(name, by)| Found {
            value: name.clone(),
            by,
        });
        let networks = listed.chain(tables).map(|it| (RawSort::Network, it));
        let sources = [RawSort::Secret, RawSort::Config].into_iter();
        let sources = sources.flat_map(|sort| {
            let named = items(raw.get(sort.table()));
            let named = named.filter_map(|it| plain(it.get("source").unwrap_or(it)));
            named.map(move |found| (sort, found))
        });
        let all = volumes.chain(networks).chain(sources);
        all.map(|(sort, found)| Self { sort, found }).collect()
    }
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
