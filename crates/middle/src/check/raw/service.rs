//! The raw keys of a Compose service that rules look at.

use super::{
    Found, RawName, RawPort, on,
    value::{entries, files, items, removes, word, words},
    word_at,
};
use crate::model::Raw;

/// What is mounted.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::check) struct RawMount<'a> {
    /// A path of the host, or the name of a volume.
    pub source: String,
    pub is_read_only: bool,
    pub by: &'a Raw,
}

/// How an image is built.
#[derive(Clone, Debug)]
pub(in crate::check) struct RawBuild<'a> {
    pub context: Option<Found<'a, String>>,
    /// Further folders that its Dockerfile reads.
    pub contexts: Vec<Found<'a, String>>,
    pub dockerfile: Option<Found<'a, String>>,
    /// What gives it all rights on the host.
    pub privileged: Option<&'a Raw>,
}

/// The raw keys of a service.
#[derive(Clone, Debug)]
pub(in crate::check) struct RawKeys<'a> {
    /// The program of the host that Compose runs in place of a container.
    pub provider: Option<Found<'a, String>>,
    /// The switch that gives it all rights on the host.
    pub privileged: Option<&'a Raw>,
    /// The switch that gives it the engine's socket.
    pub api_socket: Option<&'a Raw>,
    /// Keys with a command that the engine runs in the container, with all rights.
    pub privileged_commands: Vec<Found<'a, &'static str>>,
    pub build: Option<RawBuild<'a>>,
    pub device_rules: Vec<Found<'a, String>>,
    /// `None` too if it takes the mode away.
    pub network_mode: Option<Found<'a, String>>,
    /// Whether it takes away the networks that it would join.
    pub removes_networks: bool,
    /// Other namespaces that it may share, by their keys.
    pub namespaces: Vec<(&'static str, Found<'a, String>)>,
    pub user: Option<Found<'a, String>>,
    pub capabilities: Vec<Found<'a, String>>,
    /// Paths of devices of the host.
    pub devices: Vec<Found<'a, String>>,
    pub mounts: Vec<RawMount<'a>>,
    pub ports: Vec<RawPort<'a>>,
    /// Whether they replace the ports that are generated.
    pub replaces_ports: bool,
    /// Profiles that replace its own.
    pub profiles: Vec<String>,
    /// What takes the health check away.
    pub no_health_check: Option<&'a Raw>,
    /// Volumes, networks, secrets and configs that it names.
    pub names: Vec<RawName<'a>>,
    /// Files that Compose reads for it when it starts.
    pub files: Vec<Found<'a, String>>,
    /// The file of a `credential_spec`.
    pub credentials: Option<Found<'a, String>>,
    /// What Compose copies into the container while it runs.
    pub watched: Vec<Found<'a, String>>,
    /// Containers of their own that run before it.
    pub pre_start: Vec<RawKeys<'a>>,
}

impl<'a> RawKeys<'a> {
    pub(super) fn of(raw: &'a Raw) -> Self {
        let mode = word_at(raw, &["network_mode"]).filter(|mode| !removes(mode.by));
        let namespaces = ["pid", "userns_mode", "ipc"].into_iter();
        let namespaces = namespaces.filter_map(|key| Some((key, word_at(raw, &[key])?)));
        let watched = items(raw.at(&["develop", "watch"]));
        let profiles = words(raw.get("profiles")).into_iter();
        let is_off = |check: &&Raw| removes(check) || on(check, "disable").is_some();
        Self {
            provider: raw.get("provider").map(|by| Found {
                value: word(by.get("type")),
                by,
            }),
            privileged: on(raw, "privileged"),
            api_socket: on(raw, "use_api_socket"),
            privileged_commands: privileged_commands(raw),
            build: raw.get("build").map(RawBuild::of),
            device_rules: words(raw.get("device_cgroup_rules")),
            network_mode: mode,
            removes_networks: raw.get("networks").is_some_and(removes),
            namespaces: namespaces.collect(),
            user: word_at(raw, &["user"]),
            capabilities: words(raw.get("cap_add")),
            devices: items(raw.get("devices")).map(source).collect(),
            mounts: items(raw.get("volumes")).map(RawMount::of).collect(),
            ports: items(raw.get("ports")).map(RawPort::of).collect(),
            replaces_ports: raw.get("ports").is_some(),
            profiles: profiles.map(|it| it.value).collect(),
            no_health_check: raw.get("healthcheck").filter(is_off),
            names: RawName::all(raw),
            files: read_files(raw),
            credentials: word_at(raw, &["credential_spec", "file"]),
            watched: watched.filter_map(|it| word_at(it, &["path"])).collect(),
            pre_start: items(raw.get("pre_start")).map(RawKeys::of).collect(),
        }
    }
}

fn privileged_commands(raw: &Raw) -> Vec<Found<'_, &'static str>> {
    let keys = ["post_start", "pre_stop"].into_iter();
    let commands = keys.flat_map(|key| {
        let commands = items(raw.get(key)).filter_map(|it| on(it, "privileged"));
        commands.map(move |by| Found { value: key, by })
    });
    commands.collect()
}

fn read_files(raw: &Raw) -> Vec<Found<'_, String>> {
    let lists = files(raw.get("env_file")).chain(files(raw.get("label_file")));
    lists.chain(word_at(raw, &["extends", "file"])).collect()
}

/// What is mounted, or the device: `source` of a table, `/a` of `/a:/b`.
fn source(item: &Raw) -> Found<'_, String> {
    match item {
        Raw::Table(_) => word_at(item, &["source"]).unwrap_or(Found {
            value: String::new(),
            by: item,
        }),
        _ => Found {
            value: first_part(&word(Some(item))),
            by: item,
        },
    }
}

/// `/a` of `/a:/b:ro`.
fn first_part(text: &str) -> String {
    text.split(':').next().unwrap_or_default().to_string()
}

impl<'a> RawMount<'a> {
    fn of(item: &'a Raw) -> Self {
        let Found { value, by } = source(item);
        Self {
            source: value,
            is_read_only: match item {
                Raw::Table(_) => on(item, "read_only").is_some(),
                _ => {
                    let text = word(Some(item));
                    let options = text.rsplit(':').next();
                    options.is_some_and(|it| it.split(',').any(|it| it == "ro"))
                }
            },
            by,
        }
    }
}

impl<'a> RawBuild<'a> {
    fn of(raw: &'a Raw) -> Self {
        let entitlements = words(raw.get("entitlements"));
        let insecure = entitlements
            .into_iter()
            .find(|it| it.value == "security.insecure");
        let contexts = entries(raw.get("additional_contexts"));
        Self {
            context: match raw {
                Raw::Table(_) => word_at(raw, &["context"]),
                _ => word_at(raw, &[]),
            },
            contexts: contexts
                .map(|(_, by)| Found {
                    value: word(Some(by)),
                    by,
                })
                .collect(),
            dockerfile: word_at(raw, &["dockerfile"]),
            privileged: on(raw, "privileged").or(insecure.map(|it| it.by)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Text;

    #[test]
    fn switches_are_read_as_compose_reads_them() {
        let is_privileged = |value: Raw| {
            let raw = Raw::Table(vec![("privileged".to_string(), value)]);
            RawKeys::of(&raw).privileged.is_some()
        };
        let text = |text| Raw::Text(Text::literal(text));
        assert!(is_privileged(Raw::Boolean(true)) && is_privileged(text("yes")));
        assert!(!is_privileged(Raw::Boolean(false)) && !is_privileged(text("false")));
    }
}
