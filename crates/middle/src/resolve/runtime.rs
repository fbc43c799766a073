//! Keys of a workload that mean the same as in Compose.

use super::{
    Scene,
    reference::{Scope, text},
};
use crate::{
    diag::Sink,
    expand::read,
    model::{
        Capability, Device, ExtraHost, HostAddress, ImagePlatform, Runtime, Signal,
        SupplementalGroup, Tmpfs, Ulimit, User,
    },
    syntax::{Table, Value},
};

/// Further groups of its processes.
fn groups(
    scene: &Scene<'_>,
    table: &Table,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Vec<SupplementalGroup> {
    let scope = scope.clone().without_secrets("`group_add`");
    let nodes = table.array("group_add").unwrap_or_default().iter();
    let groups = nodes.map(|node| {
        let group = text(scene, node, &scope, sink);
        let spoken = scene.with_defaults(&group);
        SupplementalGroup::new(group, &spoken)
    });
    groups.collect()
}

/// What the table says; what a cluster adds to it is left out.
pub(super) fn runtime(
    scene: &Scene<'_>,
    table: &Table,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Runtime {
    let user_scope = scope.clone().without_secrets("`user`");
    let label_scope = scope.clone().without_secrets("a label");
    let cluster = table.table("cluster");
    let readable = |key: &str| cluster.map(|it| read::strings(it, key)).unwrap_or_default();
    Runtime {
        user: table.get("user").map(|node| {
            let user = text(scene, node, &user_scope, sink);
            let spoken = scene.with_defaults(&user);
            User::new(user, &spoken)
        }),
        group_add: groups(scene, table, scope, sink),
        cluster_user: None,
        unrestricted: cluster.and_then(|cluster| read::owned(cluster, "unrestricted")),
        cluster_only: cluster.and_then(|it| it.boolean("only")).unwrap_or(false),
        alone: cluster.and_then(|it| it.boolean("alone")).unwrap_or(false),
        reads: readable("reads"),
        reads_everywhere: readable("reads_everywhere"),
        privileged: table.boolean("privileged").unwrap_or(false),
        no_new_privileges: false,
        read_only: table.boolean("read_only").unwrap_or(false),
        tmpfs: read::one_or_many(table, "tmpfs")
            .iter()
            .filter_map(|text| Tmpfs::parse(text))
            .collect(),
        devices: read::strings(table, "devices")
            .iter()
            .filter_map(|text| Device::parse(text))
            .collect(),
        labels: table
            .entries_of("labels")
            .map(|(key, node)| (key.name.clone(), text(scene, node, &label_scope, sink)))
            .collect(),
        hostname: read::owned(table, "hostname"),
        working_dir: read::owned(table, "working_dir"),
        init: table.boolean("init"),
        shm_size: read::memory(table, "shm_size"),
        ulimits: ulimits(table),
        cap_add: capabilities(table, "cap_add"),
        cap_drop: capabilities(table, "cap_drop"),
        extra_hosts: extra_hosts(table),
        platform: table.string("platform").and_then(ImagePlatform::parse),
        tty: table.boolean("tty").unwrap_or(false),
        stdin_open: table.boolean("stdin_open").unwrap_or(false),
        stop_grace_period: read::duration(table, "stop_grace_period"),
        stop_signal: table.string("stop_signal").and_then(Signal::parse),
    }
}

fn ulimits(table: &Table) -> Vec<Ulimit> {
    table
        .entries_of("ulimits")
        .filter_map(|(key, node)| {
            let (soft, hard) = match &node.value {
                Value::Integer(limit) => (*limit, *limit),
                Value::Table(limits) => {
                    let soft = limits.integer("soft").or(limits.integer("hard"))?;
                    (soft, limits.integer("hard").unwrap_or(soft))
                }
                _ => return None,
            };
            Some(Ulimit {
                name: key.name.clone(),
                soft,
                hard,
            })
        })
        .collect()
}

fn capabilities(table: &Table, key: &str) -> Vec<Capability> {
    table
        .strings(key)
        .into_iter()
        .filter_map(Capability::parse)
        .collect()
}

fn extra_hosts(table: &Table) -> Vec<ExtraHost> {
    match table.table("extra_hosts") {
        Some(hosts) => hosts
            .iter()
            .filter_map(|(key, node)| {
                Some(ExtraHost {
                    name: key.name.clone(),
                    address: HostAddress::parse(node.as_str()?)?,
                })
            })
            .collect(),
        None => read::strings(table, "extra_hosts")
            .iter()
            .filter_map(|line| ExtraHost::parse(line))
            .collect(),
    }
}
