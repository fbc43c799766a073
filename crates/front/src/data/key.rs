//! The key of platform.toml that speaks of data: written once, where data is found, and read once, where a manifest is.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::files::Target;

/// The key of platform.toml that data belongs to. Its text stands in plans and in the manifest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum DataKey {
    /// `components.C.volumes.V`. Workloads of one image share it.
    Component {
        /// `C`
        component: String,
        /// `V`
        volume: String,
    },
    /// `components.C.parts.P.volumes.V`
    Part {
        /// `C`
        component: String,
        /// `P`
        part: String,
        /// `V`
        volume: String,
    },
    /// `components.C.TARGET.volumes`: the list of mounts that raw keys of a component name.
    RawMounts {
        /// `C`
        component: String,
        /// Whose raw keys they are.
        target: Target,
    },
    /// `components.C.TARGET.volumes.V`: only raw keys of a component declare it.
    RawVolume {
        /// `C`
        component: String,
        /// Whose raw keys they are.
        target: Target,
        /// `V`
        volume: String,
    },
    /// `pipelines.P.volumes.V`
    Pipeline {
        /// `P`
        pipeline: String,
        /// `V`
        volume: String,
    },
    /// `raw.TARGET.volumes.V`: only raw keys declare it.
    Raw {
        /// Whose raw keys they are.
        target: Target,
        /// `V`
        volume: String,
    },
    /// `volumes.V`: everything can mount it.
    Shared(String),
}

/// What may hold a volume, and can be renamed with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataOwner<'a> {
    /// A component, its parts included.
    Component(&'a str),
    /// A pipeline.
    Pipeline(&'a str),
    /// A raw table, with the volume: each owns itself.
    Raw(Target, &'a str),
    /// A shared volume owns itself.
    Shared(&'a str),
}

impl DataKey {
    /// Whose the data is.
    pub fn owner(&self) -> DataOwner<'_> {
        match self {
            DataKey::Component { component, .. }
            | DataKey::Part { component, .. }
            | DataKey::RawMounts { component, .. }
            | DataKey::RawVolume { component, .. } => DataOwner::Component(component),
            DataKey::Pipeline { pipeline, .. } => DataOwner::Pipeline(pipeline),
            DataKey::Raw { target, volume } => DataOwner::Raw(*target, volume),
            DataKey::Shared(volume) => DataOwner::Shared(volume),
        }
    }

    /// The component that it belongs to.
    pub fn component(&self) -> Option<&str> {
        match self.owner() {
            DataOwner::Component(component) => Some(component),
            _ => None,
        }
    }

    /// The name of the volume: `data` of `components.db.volumes.data`. A list of raw mounts is called `volumes`.
    pub fn volume(&self) -> &str {
        match self {
            DataKey::Component { volume, .. }
            | DataKey::Part { volume, .. }
            | DataKey::RawVolume { volume, .. }
            | DataKey::Pipeline { volume, .. }
            | DataKey::Raw { volume, .. }
            | DataKey::Shared(volume) => volume,
            DataKey::RawMounts { .. } => "volumes",
        }
    }

    /// What a volume's names are made of: `COMPONENT-VOLUME`, or the name in `[volumes]`.
    pub fn id(&self) -> String {
        match self {
            DataKey::Component { component, volume } => format!("{component}-{volume}"),
            DataKey::Part {
                component,
                part,
                volume,
            } => format!("{component}-{part}-{volume}"),
            DataKey::Pipeline { pipeline, volume } => {
                let pipeline = pipeline.to_ascii_lowercase().replace('_', "-");
                format!("{pipeline}-{volume}")
            }
            DataKey::RawMounts { .. }
            | DataKey::RawVolume { .. }
            | DataKey::Raw { .. }
            | DataKey::Shared(_) => self.volume().to_string(),
        }
    }
}

impl DataOwner<'_> {
    /// Whether both stand in the same section of platform.toml.
    pub fn is_like(self, other: DataOwner<'_>) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }
}

impl fmt::Display for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let owner = self.owner();
        match self {
            DataKey::Component { volume, .. } | DataKey::Pipeline { volume, .. } => {
                write!(f, "{owner}.volumes.{volume}")
            }
            DataKey::Part { part, volume, .. } => {
                write!(f, "{owner}.parts.{part}.volumes.{volume}")
            }
            DataKey::RawMounts { target, .. } => write!(f, "{owner}.{}.volumes", target.name()),
            DataKey::RawVolume { target, volume, .. } => {
                write!(f, "{owner}.{}.volumes.{volume}", target.name())
            }
            DataKey::Raw { .. } | DataKey::Shared(_) => write!(f, "{owner}"),
        }
    }
}

impl fmt::Display for DataOwner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DataOwner::Component(component) => write!(f, "components.{component}"),
            DataOwner::Pipeline(pipeline) => write!(f, "pipelines.{pipeline}"),
            DataOwner::Raw(target, volume) => write!(f, "raw.{}.volumes.{volume}", target.name()),
            DataOwner::Shared(volume) => write!(f, "volumes.{volume}"),
        }
    }
}

impl FromStr for DataKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.splitn(6, '.').collect();
        let owned = |text: &str| text.to_string();
        let target = |name| Target::from_name(name).filter(|target| target.runs_on().is_some());
        let key = match words.as_slice() {
            ["components", component, "volumes", volume] => Some(DataKey::Component {
                component: owned(component),
                volume: owned(volume),
            }),
            ["components", component, "parts", part, "volumes", volume] => Some(DataKey::Part {
                component: owned(component),
                part: owned(part),
                volume: owned(volume),
            }),
            ["components", component, name, "volumes"] => {
                target(name).map(|target| DataKey::RawMounts {
                    component: owned(component),
                    target,
                })
            }
            ["components", component, name, "volumes", volume] => {
                target(name).map(|target| DataKey::RawVolume {
                    component: owned(component),
                    target,
                    volume: owned(volume),
                })
            }
            ["pipelines", pipeline, "volumes", volume] => Some(DataKey::Pipeline {
                pipeline: owned(pipeline),
                volume: owned(volume),
            }),
            // Compose and Helm allow dots in these names.
            ["raw", name, "volumes", _, ..] => target(name).map(|target| DataKey::Raw {
                target,
                volume: text.splitn(4, '.').last().map(owned).unwrap_or_default(),
            }),
            ["volumes", volume] => Some(DataKey::Shared(owned(volume))),
            _ => None,
        };
        key.ok_or_else(|| format!("`{text}` is not a key of data"))
    }
}

impl From<DataKey> for String {
    fn from(key: DataKey) -> Self {
        key.to_string()
    }
}

impl TryFrom<String> for DataKey {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::DataKey;

    fn key(text: &str) -> DataKey {
        text.parse().expect(text)
    }

    #[test]
    fn a_key_is_written_as_it_is_read() {
        for text in [
            "components.volumes.volumes.data",
            "components.db.parts.w.volumes.data",
            "components.volumes.compose.volumes",
            "components.app.volumes.volumes",
            "components.app.helm.volumes.cache",
            "pipelines.nightly.volumes.state",
            "raw.compose.volumes.old.data",
            "raw.helm.volumes.a.b.c.d",
            "volumes.models",
        ] {
            assert_eq!(key(text).to_string(), text);
        }
        for text in [
            "",
            "x",
            "components.db",
            "components.db.docs.volumes",
            "raw.x.volumes.v",
        ] {
            assert!(text.parse::<DataKey>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_names_the_owner_of_a_volume() {
        let parts = |text| {
            let key = key(text);
            let component = key.component().map(str::to_string);
            (
                key.owner().to_string(),
                component,
                key.volume().to_string(),
                key.id(),
            )
        };
        let expected = |owner: &str, component: Option<&str>, volume: &str, id: &str| {
            let component = component.map(str::to_string);
            (
                owner.to_string(),
                component,
                volume.to_string(),
                id.to_string(),
            )
        };
        assert_eq!(
            [
                parts("components.volumes.volumes.data"),
                parts("components.db.parts.w.volumes.data"),
                parts("pipelines.Night_ly.volumes.state"),
                parts("volumes.models"),
            ],
            [
                expected(
                    "components.volumes",
                    Some("volumes"),
                    "data",
                    "volumes-data"
                ),
                expected("components.db", Some("db"), "data", "db-w-data"),
                expected("pipelines.Night_ly", None, "state", "night-ly-state"),
                expected("volumes.models", None, "models", "models"),
            ]
        );
    }

    #[test]
    fn a_volume_may_be_called_volumes() {
        let is_raw = |text| matches!(key(text), DataKey::RawMounts { .. });
        assert!(is_raw("components.volumes.compose.volumes"));
        for text in [
            "components.app.volumes.volumes",
            "components.app.parts.compose.volumes.volumes",
            "pipelines.app.volumes.volumes",
        ] {
            assert!(!is_raw(text), "{text}");
        }
    }
}
