//! What a container gets of the host's devices and rights, and the platform of its image.

use std::fmt;

use super::ContainerPath;
use crate::text::is_hidden;

/// A device of the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Device {
    File {
        /// The device's file on the host.
        host: String,
        /// Its path in the container; `None`: the same.
        inside: Option<String>,
        /// Of `r`, `w` and `m`; `None`: all of them.
        rights: Option<String>,
    },
    /// One of the Container Device Interface: `vendor.com/class=name`.
    Interface(String),
}

impl Device {
    /// `/dev/x`, `/dev/x:/dev/y`, `/dev/x:rw`, `/dev/x:/dev/y:rwm` or `vendor.com/class=name`.
    pub fn parse(text: &str) -> Option<Self> {
        // Neither on the host nor in the container is there a second way to write one.
        let is_path =
            |text: &str| ContainerPath::parse(text).is_some_and(|it| it.into_string() == text);
        let is_rights = |text: &str| !text.is_empty() && text.chars().all(|c| "rwm".contains(c));
        let parts: Vec<&str> = text.split(':').collect();
        let (host, inside, rights) = match parts.as_slice() {
            [host] if is_path(host) => (*host, None, None),
            [host, inside] if is_path(host) && is_path(inside) => (*host, Some(*inside), None),
            [host, rights] if is_path(host) && is_rights(rights) => (*host, None, Some(*rights)),
            [host, inside, rights] if is_path(host) && is_path(inside) && is_rights(rights) => {
                (*host, Some(*inside), Some(*rights))
            }
            [name] => {
                let (class, device) = name.split_once('=')?;
                let is_plain = !name.chars().any(|c| c.is_whitespace() || is_hidden(c));
                let holds = class.contains('/') && !device.is_empty() && is_plain;
                return holds.then(|| Device::Interface((*name).to_string()));
            }
            _ => return None,
        };
        Some(Device::File {
            host: host.to_string(),
            inside: inside.map(ToString::to_string),
            rights: rights.map(ToString::to_string),
        })
    }
}

/// As the engine takes it.
impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Device::Interface(name) => f.write_str(name),
            Device::File {
                host,
                inside,
                rights,
            } => {
                f.write_str(host)?;
                for part in [inside, rights].into_iter().flatten() {
                    write!(f, ":{part}")?;
                }
                Ok(())
            }
        }
    }
}

/// What an image was built for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImagePlatform {
    pub os: String,
    pub architecture: Option<String>,
    pub variant: Option<String>,
}

impl ImagePlatform {
    /// `OS`, `OS/ARCHITECTURE` or `OS/ARCHITECTURE/VARIANT`.
    pub fn parse(text: &str) -> Option<Self> {
        let is_part = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        };
        let mut parts = text.split('/');
        let os = parts.next()?.to_string();
        let (architecture, variant) = (parts.next(), parts.next());
        let holds = text.split('/').all(is_part) && parts.next().is_none();
        holds.then(|| Self {
            os,
            architecture: architecture.map(ToString::to_string),
            variant: variant.map(ToString::to_string),
        })
    }
}

impl fmt::Display for ImagePlatform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.os)?;
        for part in [&self.architecture, &self.variant].into_iter().flatten() {
            write!(f, "/{part}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_files_or_names_of_an_interface() {
        for text in [
            "/dev/kmsg",
            "/dev/a:/dev/b",
            "/dev/a:rw",
            "/dev/a:/dev/b:rwm",
            "nvidia.com/gpu=all",
        ] {
            let device = Device::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(device.to_string(), text);
        }
        let rights = Device::parse("/dev/a:rw");
        assert!(matches!(rights, Some(Device::File { inside: None, .. })));
        for text in ["kmsg", "/dev/a:/dev/b:q", "a=b", "", "/dev/a:/b:r:w"] {
            assert_eq!(Device::parse(text), None, "{text}");
        }
    }

    #[test]
    fn platforms_of_images_have_up_to_three_parts() {
        for text in ["linux", "linux/amd64", "linux/arm64/v8"] {
            let platform = ImagePlatform::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(platform.to_string(), text);
        }
        for text in ["", "a/b/c/d", "linux/", "a b"] {
            assert_eq!(ImagePlatform::parse(text), None, "{text}");
        }
    }
}
