//! What Docker Swarm can't express, as lints.
//!
//! The model is taken apart field by field, so that the compiler asks of a new one what a stack makes of it.

use std::collections::BTreeSet;

use super::{
    is_guest, is_left_out,
    service::{has_one_address, is_found_by_name},
};
use crate::{
    diag::Diagnostic,
    files::Target,
    graph::{Graph, Peer},
    model::{
        FileContent, FileMount, HostPort, Platform, Port, Resources, Runtime, Tmpfs, TmpfsOption,
        Workload,
    },
    speak::Stack,
    syntax::{Node, Value},
    target::shared::{
        losses::{Losses, Marks, Wording},
        started_with::started_with,
    },
};

const WORDING: Wording = Wording {
    target: Target::Swarm,
    label: "Swarm has no form for this",
    joint: ": ",
    marks: Marks::Value,
};

const EMPTY: &str = "an empty list says nothing in a stack: the image's own words hold";

const NOTHING: &str = "nothing is emitted for it";

const COMPOSE_OWN: &str = "these are Compose's own keys: nothing is emitted for them";

/// What is lost of the whole platform.
pub(super) fn of(platform: &Platform, graph: &Graph) -> Vec<Diagnostic> {
    let mut losses = StackLosses {
        losses: Losses::new(WORDING),
        reported: BTreeSet::new(),
    };
    for workload in platform.workloads() {
        of_workload(platform, workload, &mut losses);
    }
    of_clients(platform, graph, &mut losses.losses);
    of_platform(platform, &mut losses.losses);
    losses.losses.finish()
}

struct StackLosses {
    losses: Losses,
    /// Keys by component: what all workloads of one share is reported once.
    reported: BTreeSet<(String, &'static str)>,
}

impl StackLosses {
    /// Keys that have no form, each with a reason that goes on from "`key` of `workload`: "; `None` where nothing is lost.
    fn keys<const N: usize>(
        &mut self,
        workload: &Workload,
        keys: [(&'static str, Option<&str>); N],
    ) {
        let mut is_new = |key| self.reported.insert((workload.component.clone(), key));
        let new = keys.map(|(key, reason)| (key, reason.filter(|_| is_new(key))));
        self.losses.keys(workload, new);
    }
}

/// Who reaches what the stack leaves out: nothing answers there.
fn of_clients(platform: &Platform, graph: &Graph, losses: &mut Losses) {
    for edge in graph.edges() {
        let Peer::Workload(from) = &edge.from else {
            continue;
        };
        let (Some(client), Some(server)) = (platform.workload(from), platform.workload(&edge.to))
        else {
            continue;
        };
        let is_own = client.component == server.component;
        // Who only waits for it reaches no port of it.
        if is_own || edge.ports.is_empty() || is_left_out(client) || !is_left_out(server) {
            continue;
        }
        let (name, left_out) = (&client.name, &server.name);
        let message = format!(
            "`{name}` reaches `{left_out}`, which a stack leaves out: nothing answers there"
        );
        let (component, span) = (&client.component, client.span);
        losses.of_component(component, span, &message, Diagnostic::accept_alone);
    }
}

/// Whether a `depends_on` holds an entry that was not taken away.
fn names_others(depends_on: &Node) -> bool {
    match &depends_on.value {
        Value::Array(items) => !items.is_empty(),
        Value::Table(table) => table.iter().any(|(_, node)| !node.is_false()),
        _ => false,
    }
}

fn of_workload(platform: &Platform, workload: &Workload, losses: &mut StackLosses) {
    let Workload {
        node_mounts: _,
        build,
        profiles,
        network_mode,
        depends_on: _,
        part,
        written,
        ports,
        files,
        resources,
        runtime,
        raw_compose,
        // A stack has these, in words of its own or in those of Compose.
        name: _,
        component: _,
        description: _,
        lifecycle: _,
        image: _,
        entrypoint: _,
        command: _,
        env: _,
        // They come with the raw keys.
        env_files: _,
        mounts: _,
        health: _,
        replicas: _,
        scaled_to: _,
        daemon: _,
        restart: _,
        networks: _,
        aliases: _,
        // One file holds all groups. What is scraped and reached is Prometheus' and the networks' to say.
        group: _,
        metrics: _,
        probed: _,
        reaches: _,
        raw_helm: _,
        values: _,
        chart: _,
        in_chart: _,
        span: _,
    } = workload;
    let mode = network_mode.as_ref().map(|mode| &mode.value);
    if is_guest(workload) {
        let reason = "no container is in another's network: nothing is emitted for it";
        return losses.keys(workload, [("network_mode", Some(reason))]);
    }
    if is_left_out(workload) {
        let reason = "a job that is off is left out";
        return losses.keys(workload, [("profiles", Some(reason))]);
    }
    let off = "it gets no replicas, until `docker service scale`";
    let is_asked_at_one = is_found_by_name(workload) && has_one_address(workload);
    let one_address = "with a published port they have one address: Prometheus asks one of them, each time another";
    let is_ordered = part.is_none() && written.get("depends_on").is_some_and(names_others);
    let unbuilt = "Swarm builds nothing: build the image and push it";
    let unordered = "all start at once, and what fails is restarted until it works";
    let keys = [
        ("build", build.is_some().then_some(unbuilt)),
        ("profiles", (!profiles.is_empty()).then_some(off)),
        ("replicas", is_asked_at_one.then_some(one_address)),
        ("depends_on", is_ordered.then_some(unordered)),
        (
            "entrypoint",
            started_with(workload).keeps_entrypoint.then_some(EMPTY),
        ),
    ];
    losses.keys(workload, keys);
    of_runtime(workload, runtime, losses);
    let Resources {
        gpu,
        cpu: _,
        memory: _,
        cpu_limit: _,
    } = resources;
    let keys = [
        ("resources", gpu.is_some().then_some("`gpu` is left out")),
        ("compose", (!raw_compose.is_empty()).then_some(COMPOSE_OWN)),
    ];
    losses.keys(workload, keys);
    if mode.is_none() {
        for port in ports {
            of_port(workload, port, &mut losses.losses);
        }
    }
    for file in files {
        of_file(platform, workload, file, &mut losses.losses);
    }
}

fn of_runtime(workload: &Workload, runtime: &Runtime, losses: &mut StackLosses) {
    let Runtime {
        platform,
        group_add,
        privileged,
        devices,
        tmpfs,
        // Nobody writes it: it is reported once, of the platform.
        no_new_privileges: _,
        // They are for clusters of Kubernetes.
        cluster_user: _,
        unrestricted: _,
        cluster_only: _,
        alone: _,
        reads: _,
        reads_everywhere: _,
        user: _,
        read_only: _,
        labels: _,
        hostname: _,
        working_dir: _,
        init: _,
        shm_size: _,
        ulimits: _,
        cap_add: _,
        cap_drop: _,
        extra_hosts: _,
        tty: _,
        stdin_open: _,
        stop_grace_period: _,
        stop_signal: _,
    } = runtime;
    let options = "its size is kept, its other options are not";
    let has_options = tmpfs.iter().any(has_lost_options);
    let keys = [
        ("platform", platform.is_some().then_some(NOTHING)),
        ("group_add", (!group_add.is_empty()).then_some(NOTHING)),
        ("privileged", privileged.then_some(NOTHING)),
        ("devices", (!devices.is_empty()).then_some(NOTHING)),
        ("tmpfs", has_options.then_some(options)),
    ];
    losses.keys(workload, keys);
}

fn of_port(workload: &Workload, port: &Port, losses: &mut Losses) {
    if port.host.is_none() || port.bind.is_everywhere() {
        return;
    }
    let host = match port.host {
        Some(HostPort::Fixed(range)) => range.to_string(),
        _ => "any".to_string(),
    };
    let message = format!(
        "`bind` of the port `{}` of `{}`: it is published on all addresses of all nodes ({host}), not on {} alone",
        port.name, workload.name, port.bind
    );
    losses.of_component(&workload.component, port.host_span, &message, |it| {
        it.or_accept("leave `host` out, close it by a firewall")
    });
}

fn of_file(platform: &Platform, workload: &Workload, file: &FileMount, losses: &mut Losses) {
    let message = match &file.content {
        FileContent::Secret(name) => {
            let Some(secret) = platform.secret(name).filter(|secret| secret.optional) else {
                return;
            };
            format!(
                "the optional secret `{}` that `{}` mounts must exist, even if it is empty",
                secret.name, workload.name
            )
        }
        _ if file.mode != 0o644 => format!(
            "the file `{}` of `{}` can't get the mode `{:04o}`: it is mounted with the one that it has on disk",
            file.path, workload.name, file.mode
        ),
        _ => return,
    };
    let component = &workload.component;
    losses.of_component(component, file.span, &message, Diagnostic::accept_alone);
}

fn of_platform(platform: &Platform, losses: &mut Losses) {
    for variable in &platform.variables {
        let Some(env) = &variable.env else {
            continue;
        };
        if Stack::takes_default(env, &variable.default) {
            continue;
        }
        let (what, help) = match variable.default.contains(['{', '}']) {
            true => ("a brace", "choose a default without braces"),
            false => ("a line end", "choose a default of one line"),
        };
        let message = format!(
            "the default of `vars.{}` holds {what}: it is written out, and `{env}` does not change it",
            variable.name
        );
        losses.of_platform(variable.span, &message, |it| it.help(help));
    }
    let guarded = |workload: &Workload| workload.runtime.no_new_privileges;
    if let Some(workload) = platform.workloads().find(|it| guarded(it)) {
        let message = format!(
            "the programs of `{}` and of others from the catalog may gain further rights: Swarm has no `security_opt`",
            workload.component
        );
        losses.of_platform(platform.span, &message, |it| {
            it.or_accept("write `\"no-new-privileges\": true` in each node's daemon.json")
        });
    }
    if !platform.raw_compose.is_empty() {
        let message = format!("`[raw.compose]`: {COMPOSE_OWN}");
        losses.of_platform(platform.span, &message, Diagnostic::accept_alone);
    }
}

/// Whether it has options that a stack can't have. Those that Docker sets anyway hold in a stack, too.
fn has_lost_options(tmpfs: &Tmpfs) -> bool {
    let mut options = tmpfs.options.iter();
    options.any(|option| matches!(option, TmpfsOption::Percent(_) | TmpfsOption::Other(_)))
}
