//! The keys of a Compose service that a component does not have, and the forms of those that both have.

use super::{
    EnclosingTable, Rewritten, health, lists, mounted, ports, resources,
    rewrite::{self, passed_on},
    variables::{referred, referred_with_secrets, with_defaults, with_home},
    volumes,
};
use crate::{language::specification::meant_of_compose, syntax::Node};

/// Reads a value as Compose has it. `None` where Compose does not take it.
pub(super) type Rewrite = fn(&Node, EnclosingTable<'_>) -> Option<Rewritten>;

/// What stands for a key of Compose's.
pub(super) enum Here {
    /// A key of another name.
    Key {
        name: &'static str,
        rewrite: Rewrite,
    },
    /// The same key among those that go to Compose alone.
    Raw { why: &'static str },
    /// The same, with another value.
    RawAs { rewrite: Rewrite },
    /// Nothing: what it is for follows from something else.
    Needless { why: &'static str },
}

impl Here {
    pub(super) fn rewrite(
        &self,
        key: &str,
        value: &Node,
        enclosing: EnclosingTable<'_>,
    ) -> Option<Rewritten> {
        match self {
            Here::RawAs { rewrite } => {
                let (value, declared) = referred(&with_home(value));
                rewrite(&value, enclosing).map(|rewritten| rewritten.declaring(declared))
            }
            Here::Key { name, rewrite } => match *name {
                "env" => {
                    let (value, declared) = referred_with_secrets(&passed_on(value));
                    rewrite(&value, enclosing).map(|rewritten| rewritten.declaring(declared))
                }
                "health" => {
                    let (value, declared) = referred(value);
                    rewrite(&value, enclosing).map(|rewritten| rewritten.declaring(declared))
                }
                "resources" | "replicas" => rewrite(&with_defaults(value), enclosing),
                _ => rewrite(value, enclosing),
            },
            Here::Raw { why } => {
                let (value, declared) = referred(value);
                let value = meant_of_compose(key, &value);
                let line = super::line(&format!("compose.{key}"), value);
                let rewritten = Rewritten::lines(vec![line]);
                rewritten.map(|rewritten| rewritten.with_reason(why).declaring(declared))
            }
            Here::Needless { why } => Some(Rewritten::why(why)),
        }
    }
}

const fn called(name: &'static str, rewrite: Rewrite) -> Here {
    Here::Key { name, rewrite }
}

const RAW: Here = Here::Raw { why: "" };

pub(super) const KEYS: &[(&str, Here)] = &[
    ("environment", called("env", rewrite::environment)),
    (
        "env_file",
        Here::RawAs {
            rewrite: rewrite::env_file,
        },
    ),
    ("healthcheck", called("health", health::healthcheck)),
    ("expose", called("ports", ports::expose)),
    ("links", called("depends_on", lists::links)),
    ("external_links", RAW),
    ("deploy", called("resources", resources::deploy)),
    ("gpus", called("resources", resources::gpus)),
    ("mem_limit", called("resources", resources::memory)),
    ("mem_reservation", called("resources", resources::memory)),
    ("cpus", called("resources", resources::cpus)),
    ("cpu_count", called("resources", resources::cpus)),
    ("scale", called("replicas", resources::scale)),
    ("secrets", called("files", mounted::secrets)),
    ("configs", called("files", mounted::configs)),
    (
        "container_name",
        Here::Raw {
            why: "the name in DNS is the component's already, and `aliases` gives more",
        },
    ),
    (
        "extends",
        Here::Needless {
            why: "what components share is a preset: `[presets.NAME]`, and `presets = [\"NAME\"]` on each",
        },
    ),
    (
        "volumes_from",
        Here::Needless {
            why: "declare the volume in `[volumes.NAME]` and mount it in both: `volumes.NAME = { mount = \"/data\", shared = \"NAME\" }`",
        },
    ),
    (
        "restart_policy",
        Here::Needless {
            why: "write `restart = \"on-failure:3\"`, or another of Compose's policies",
        },
    ),
    (
        "attach",
        Here::Needless {
            why: "remove it: `mlopsgen logs GROUP` shows what it prints",
        },
    ),
    ("annotations", RAW),
    ("blkio_config", RAW),
    ("cgroup", RAW),
    ("cgroup_parent", RAW),
    ("cpu_percent", RAW),
    ("cpu_period", RAW),
    ("cpu_quota", RAW),
    ("cpu_rt_period", RAW),
    ("cpu_rt_runtime", RAW),
    ("cpu_shares", RAW),
    ("cpuset", RAW),
    ("credential_spec", RAW),
    ("develop", RAW),
    ("device_cgroup_rules", RAW),
    ("dns", RAW),
    ("dns_opt", RAW),
    ("dns_search", RAW),
    ("domainname", RAW),
    ("ipc", RAW),
    ("isolation", RAW),
    ("label_file", RAW),
    ("logging", RAW),
    ("mac_address", RAW),
    ("mem_swappiness", RAW),
    ("memswap_limit", RAW),
    ("models", RAW),
    ("oom_kill_disable", RAW),
    ("oom_score_adj", RAW),
    ("pid", RAW),
    ("pids_limit", RAW),
    ("post_start", RAW),
    ("pre_start", RAW),
    ("pre_stop", RAW),
    ("provider", RAW),
    ("pull_policy", RAW),
    ("pull_refresh_after", RAW),
    ("runtime", RAW),
    ("security_opt", RAW),
    ("storage_opt", RAW),
    ("sysctls", RAW),
    ("use_api_socket", RAW),
    ("umask", RAW),
    ("userns_mode", RAW),
    ("uts", RAW),
];

/// Keys that both have, with the forms that Compose alone has. A form that a component takes too is `None`.
pub(super) const FORMS: &[(&str, Rewrite)] = &[
    ("ports", ports::ports),
    ("volumes", volumes::volumes),
    ("networks", lists::networks),
    ("depends_on", lists::depends_on),
    ("build", rewrite::build),
    ("labels", rewrite::labels),
    ("env", rewrite::env_list),
    ("restart", rewrite::restart),
    ("health", health::health),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::{FORMS, Here, KEYS};
    use crate::language::component::COMPONENT;

    #[test]
    fn a_key_of_compose_is_one_of_a_component_or_stands_here() {
        let specification = include_str!("../../../data/compose-spec.json");
        let specification: Value = serde_json::from_str(specification).expect("JSON");
        let parts = ["service", "container_spec", "workload_spec"];
        let parts = parts.map(|part| &specification["$defs"][part]["properties"]);
        let names: Vec<&String> = parts
            .into_iter()
            .flat_map(|keys| keys.as_object().expect("keys").keys())
            .collect();
        assert!(names.len() > 80, "{} keys", names.len());
        let own: BTreeSet<&str> = COMPONENT.iter().map(|key| key.name).collect();
        let others: BTreeSet<&str> = KEYS.iter().map(|(name, _)| *name).collect();
        for name in names {
            let places = [&own, &others].map(|keys| keys.contains(name.as_str()));
            assert!(
                places[0] != places[1],
                "`{name}`: a key of a component ({}), and in KEYS ({})",
                places[0],
                places[1]
            );
        }
        assert!(own.is_disjoint(&others), "a key of a component in KEYS");
    }

    #[test]
    fn what_stands_for_a_key_of_compose_is_a_key() {
        let named = KEYS.iter().filter_map(|(_, here)| match here {
            Here::Key { name, .. } => Some(*name),
            _ => None,
        });
        for name in named.chain(FORMS.iter().map(|(name, _)| *name)) {
            let mut keys = COMPONENT.iter();
            assert!(keys.any(|key| key.name == name), "there is no key `{name}`");
        }
    }
}
