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
    /// Where caches are read from and written to, as `type=local,src=x`.
    pub caches: Vec<Found<'a, String>>,
    /// Files of keys that it may log in with.
    pub keys: Vec<Found<'a, String>>,
    /// What lets it use the keys of the user's agent.
    pub agent: Option<&'a Raw>,
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
    pub security_options: Vec<Found<'a, String>>,
    /// Services and other containers whose volumes it gets.
    pub volumes_from: Vec<Found<'a, String>>,
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
    /// Whether its `depends_on` replaces the one that is generated.
    pub replaces_order: bool,
    /// Amounts in Compose's older keys, each of which `deploy` has too.
    pub amounts: Vec<(&'static str, Found<'a, String>)>,
    /// What `deploy` says.
    pub deploy: Option<&'a Raw>,
    /// What takes its output.
    pub logging_driver: Option<Found<'a, String>>,
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
        let namespaces = ["pid", "userns_mode", "ipc", "uts", "cgroup"].into_iter();
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
            security_options: words(raw.get("security_opt")),
            volumes_from: words(raw.get("volumes_from")),
            capabilities: words(raw.get("cap_add")),
            devices: items(raw.get("devices")).map(source).collect(),
            mounts: items(raw.get("volumes")).map(RawMount::of).collect(),
            ports: items(raw.get("ports")).map(RawPort::of).collect(),
            replaces_ports: raw.get("ports").is_some(),
            profiles: profiles.map(|it| it.value).collect(),
            no_health_check: raw.get("healthcheck").filter(is_off),
            names: RawName::all(raw),
            replaces_order: matches!(raw.get("depends_on"), Some(Raw::List(_)))
                || raw.get("depends_on").is_some_and(removes),
            amounts: amounts(raw),
            deploy: raw.get("deploy"),
            logging_driver: word_at(raw, &["logging", "driver"]).filter(|it| !removes(it.by)),
            files: read_files(raw),
            credentials: word_at(raw, &["credential_spec", "file"]),
            watched: watched.filter_map(|it| word_at(it, &["path"])).collect(),
            pre_start: items(raw.get("pre_start")).map(RawKeys::of).collect(),
        }
    }
}

/// Those that are known before the start.
fn amounts(raw: &Raw) -> Vec<(&'static str, Found<'_, String>)> {
    let keys = [
        "cpus",
        "mem_limit",
        "mem_reservation",
        "pids_limit",
        "scale",
    ]
    .into_iter();
    let amounts = keys.filter_map(|key| Some((key, word_at(raw, &[key])?)));
    amounts
        .filter(|(_, found)| !removes(found.by) && !found.value.contains('$'))
        .collect()
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
    let lists = lists.chain(word_at(raw, &["extends", "file"]));
    lists
        .chain(
            words(raw.get("security_opt"))
                .into_iter()
                .filter_map(profile),
        )
        .collect()
}

/// The file of the system calls that a `security_opt` lets through.
fn profile(option: Found<'_, String>) -> Option<Found<'_, String>> {
    let (_, path) = option
        .value
        .split_once(['=', ':'])
        .filter(|(key, _)| *key == "seccomp")?;
    let is_file = !["unconfined", "builtin"].contains(&path);
    is_file.then(|| Found {
        value: path.to_string(),
        by: option.by,
    })
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
        // A bind mount needs no `./`, as the short form does.
        let is_bind = word(item.get("type")) == "bind";
        let is_bare = !value.is_empty() && !value.starts_with(['.', '/', '~', '$']);
        Self {
            source: match is_bind && is_bare {
                true => format!("./{value}"),
                false => value,
            },
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

/// The values of `{ a = "x" }` or `["a=x"]`; empty where there is none.
fn pairs(raw: Option<&Raw>) -> Vec<Found<'_, String>> {
    let tables = entries(raw).map(|(_, by)| Found {
        value: word(Some(by)),
        by,
    });
    let lists = words(raw).into_iter().map(|it| Found {
        value: it
            .value
            .split_once('=')
            .map_or_else(String::new, |(_, value)| value.to_string()),
        by: it.by,
    });
    tables.chain(lists).collect()
}

impl<'a> RawBuild<'a> {
    fn of(raw: &'a Raw) -> Self {
        let entitlements = words(raw.get("entitlements"));
        let insecure = entitlements
            .into_iter()
            .find(|it| it.value == "security.insecure");
        let caches = ["cache_from", "cache_to"].into_iter();
        let keys = pairs(raw.get("ssh"));
        let agent = keys.iter().find(|it| it.value.is_empty()).map(|it| it.by);
        Self {
            context: match raw {
                Raw::Table(_) => word_at(raw, &["context"]),
                _ => word_at(raw, &[]),
            },
            contexts: pairs(raw.get("additional_contexts")),
            dockerfile: word_at(raw, &["dockerfile"]),
            caches: caches.flat_map(|key| words(raw.get(key))).collect(),
            keys,
            agent,
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
