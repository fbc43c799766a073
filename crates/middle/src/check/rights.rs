//! What a container may do on the host: keys of a workload, and raw keys of Compose and of the chart, which say the same.

use std::iter;

use super::{
    Facts,
    capability::{self, Network},
    host,
    inherited::Inherited,
    lints::{at, lint},
    power::{self, Power, RawPower},
    raw::{RawPlaces, value::entries},
    strings::is_the_users,
};
use crate::{
    diag::{Code, Diagnostic, Sink, Subject},
    model::{Device, Pipeline, Platform, Port, Workload},
    source::Span,
};

/// The engine's socket, all rights on the host, root; raw keys of Compose may open a port to the network, too.
pub(super) fn rights(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    let inherited = &Inherited::of(facts);
    for workload in platform.workloads() {
        let holder = Holder {
            name: format!("`{}`", workload.name),
            subject: Some(of_workload(workload)),
        };
        let network = inherited.network_anywhere(&workload.name);
        of_keys(platform, workload, network, &holder, sink);
        // Raw keys of a catalog kind are not reported: its program needs them.
        let raw = facts.raw.of_workload(workload);
        if let Some(raw) = raw.filter(|_| is_chosen(platform, workload, "compose")) {
            let powers = power::of_service(Some(raw.name), &raw.keys, inherited);
            holder.report_each(powers, raw.places, sink);
        }
        let component = platform.component(&workload.component);
        let of_component = component.filter(|_| workload.part.is_none());
        let values = of_component.map(|it| &it.raw_helm).into_iter();
        if is_chosen(platform, workload, "helm") {
            let place = RawPlaces::of_workload(platform, workload, "helm");
            for values in values.chain([&workload.raw_helm]) {
                let place = place.of_table(values);
                let network = inherited.network_in_cluster(&workload.name);
                holder.report_each(power::of_values(values, network), place, sink);
            }
        }
    }
    for pipeline in &platform.pipelines {
        of_pipeline(pipeline, sink);
    }
    of_project(facts, inherited, sink);
}

/// What the containers of tasks mount, and what they have of the host.
fn of_pipeline(pipeline: &Pipeline, sink: &mut Sink) {
    let holder = Holder {
        name: format!("a task of `{}`", pipeline.name),
        subject: Some(Subject::Pipeline(pipeline.name.clone())),
    };
    for mount in &pipeline.volumes {
        let path = mount.source.on_host();
        let power = path.and_then(|path| {
            host::of_host_mount(host::HostMount {
                path: path.as_str(),
                is_read_only: mount.read_only,
            })
        });
        holder.report(power, mount.span, sink);
    }
    let tasks = pipeline.written.entries_of("tasks");
    let tasks = tasks.filter_map(|(key, task)| Some((key, task.as_table()?)));
    let tasks = tasks.map(|(key, task)| (format!("the task `{}`", key.name), task));
    let all = iter::once((holder.name, &pipeline.written)).chain(tasks);
    let subject = holder.subject;
    for (name, table) in all {
        if let Some(ipc) = table.get("ipc").filter(|it| it.as_str() == Some("host")) {
            let holder = Holder {
                name,
                subject: subject.clone(),
            };
            holder.report([Power::Namespace("ipc")], ipc.span, sink);
        }
    }
}

/// Host ports that the whole network reaches.
pub(super) fn public_binds(facts: Facts<'_>, sink: &mut Sink) {
    let is_open = |port: &&Port| port.host.is_some() && !port.bind.is_loopback();
    let inherited = Inherited::of(facts);
    for workload in facts.platform.workloads() {
        let is_on_host = inherited.network_anywhere(&workload.name) == Network::Host;
        let own = workload.network_mode.as_ref();
        if let Some(mode) = own.filter(|_| is_on_host && !workload.ports.is_empty()) {
            let message = format!("every port of `{}` is open to the network", workload.name);
            sink.push(
                lint(Code::PublicBind, message, workload)
                    .label(
                        mode.span,
                        "on the host's network a port is on all addresses",
                    )
                    .or_accept("publish the ports that are needed"),
            );
            continue;
        }
        for port in workload.ports.iter().filter(is_open) {
            let message = format!(
                "port `{}` of `{}` is open to the network",
                port.name, workload.name
            );
            sink.push(
                lint(Code::PublicBind, message, workload)
                    .label(port.host_span, format!("published on `{}`", port.bind))
                    .or_accept("bind it to 127.0.0.1"),
            );
        }
    }
}

/// Who has rights: a workload, the tasks of a pipeline, or what only `[raw.compose]` names.
struct Holder {
    /// The words for it in a message.
    name: String,
    subject: Option<Subject>,
}

impl Holder {
    /// One lint for each of them.
    fn report(&self, powers: impl IntoIterator<Item = Power>, span: Span, sink: &mut Sink) {
        for power in powers {
            sink.push(self.lint(power, span));
        }
    }

    /// The same, each at the raw value that it comes from.
    fn report_each(&self, powers: Vec<RawPower<'_>>, places: RawPlaces<'_>, sink: &mut Sink) {
        for (power, by) in powers {
            sink.push(self.lint(power, places.of(by)));
        }
    }

    fn lint(&self, power: Power, span: Span) -> Diagnostic {
        let name = &self.name;
        let is_program = matches!(power, Power::Program(_));
        let (code, message, label, help) = words_of_lint(name, power);
        let lint = Diagnostic::new(code, message).label(span, label);
        let lint = match is_program {
            true => lint.denied(),
            false => lint,
        };
        lint.of(self.subject.clone())
            .help_to_accept(|accept| format!("{help}accept it with {accept}"))
    }
}

fn of_workload(workload: &Workload) -> Subject {
    Subject::Component(workload.component.clone())
}

/// The lint, what it says, what it says at the place, and the start of its help.
fn words_of_lint(name: &str, power: Power) -> (Code, String, String, &'static str) {
    match power {
        Power::Engine(label) => (
            Code::DockerSocket,
            format!("{name} can do anything that the container engine can"),
            label.to_string(),
            "whoever controls it is root on the host; ",
        ),
        Power::Host(label) => (
            Code::Privileged,
            format!("{name} has all rights on the host"),
            label,
            "give it the folders, `devices` or `cap_add` that it needs; ",
        ),
        Power::Capability(label) => (
            Code::Privileged,
            format!("{name} has a capability that is not known to be harmless"),
            label,
            "give it only the capabilities that it needs; ",
        ),
        Power::Namespace(key) => of_namespace(name, key),
        Power::Device(label) => (
            Code::Privileged,
            format!("{name} has a device of the host that is not known to be harmless"),
            label,
            "give it only the devices that it needs; ",
        ),
        Power::Program(program) => (
            Code::Privileged,
            format!("`up` runs a program of the host for {name}"),
            format!("Compose runs `{program}`, outside of any container"),
            "remove `provider`; ",
        ),
        Power::Network => (
            Code::PublicBind,
            format!("every port of {name} is open to the network"),
            "it is on the host's network".to_string(),
            "publish the ports that are needed; ",
        ),
        Power::Root => (
            Code::RootUser,
            format!("{name} runs as root"),
            "root".to_string(),
            "name a user of the image; ",
        ),
        Power::Other(label) => (
            Code::Privileged,
            format!("{name} shares what a container outside of the platform has"),
            label,
            "name a component of the platform; ",
        ),
        Power::Open(port) if port.is_empty() => (
            Code::PublicBind,
            format!("a port of {name} is open to the network"),
            "published on all addresses, under a number that the engine chooses".to_string(),
            "bind it to 127.0.0.1; ",
        ),
        Power::Open(port) => (
            Code::PublicBind,
            format!("port {port} of {name} is open to the network"),
            "published on all addresses".to_string(),
            "bind it to 127.0.0.1; ",
        ),
    }
}

/// The same of what a key of Compose leaves to the host.
fn of_namespace(name: &str, key: &str) -> (Code, String, String, &'static str) {
    let (what, help) = match key {
        "pid" => ("processes", "leave it out; "),
        "ipc" => (
            "shared memory",
            "`shm_size` gives it more memory of its own; ",
        ),
        "uts" => ("name", "leave it out; "),
        "userns_mode" => ("accounts", "leave it out; "),
        _ => ("control groups", "leave it out; "),
    };
    (
        Code::Privileged,
        format!("{name} has the {what} of the host"),
        format!("the {what} of the host, not of its own"),
        help,
    )
}

/// Whether platform.toml or a kind of the user wrote the key: the kinds of the catalog ask for what their programs need.
fn is_chosen(platform: &Platform, workload: &Workload, key: &str) -> bool {
    let entry = workload.written.entry(key);
    entry.is_some_and(|entry| is_chosen_at(platform, entry.key.span))
}

fn is_chosen_at(platform: &Platform, span: Span) -> bool {
    is_the_users(platform, span) || platform.own_kinds.contains(&span.source)
}

fn of_keys(
    platform: &Platform,
    workload: &Workload,
    network: Network,
    holder: &Holder,
    sink: &mut Sink,
) {
    let runtime = &workload.runtime;
    for mount in &workload.mounts {
        let Some(path) = mount.source.on_host() else {
            continue;
        };
        let span = match is_the_users(platform, mount.span) {
            true => mount.span,
            false => workload.span,
        };
        // A kind of the catalog that has the socket is worth a word.
        if is_chosen_at(platform, mount.span) || host::is_socket(path.as_str()) {
            let power = host::of_host_mount(host::HostMount {
                path: path.as_str(),
                is_read_only: mount.read_only,
            });
            holder.report(power, span, sink);
        }
    }
    let place = |key: &str| at(platform, workload, key);
    if runtime.privileged {
        let power = Power::Host("privileged".to_string());
        holder.report([power], place("privileged"), sink);
    }
    // Each at its own place in the list.
    let listed = move |key: &'static str| {
        let list = workload.written.array(key);
        let list = list.filter(|_| is_chosen(platform, workload, key));
        list.unwrap_or_default().iter().map(move |node| {
            let is_own = is_the_users(platform, node.span);
            let span = if is_own { node.span } else { workload.span };
            (node.as_str().unwrap_or_default(), span)
        })
    };
    for (name, span) in listed("cap_add") {
        holder.report(capability::of_capability(name, network), span, sink);
    }
    for (text, span) in listed("devices") {
        if let Some(Device::File { host, .. }) = Device::parse(text) {
            holder.report(host::of_device(&host), span, sink);
        }
    }
    let user = runtime.user.as_ref();
    if user.is_some_and(|user| user.accounts.user.is_root()) {
        holder.report([Power::Root], place("user"), sink);
    }
}

/// What `[raw.compose]` gives to services and volumes, and `[raw.helm]` to components.
fn of_project(facts: Facts<'_>, inherited: &Inherited<'_>, sink: &mut Sink) {
    let (platform, raw) = (facts.platform, facts.raw);
    for service in &raw.of_platform {
        let holder = Holder {
            name: format!("`{}` of `[raw.compose]`", service.name),
            subject: service.workload.map(of_workload),
        };
        let powers = power::of_service(Some(service.name), &service.keys, inherited);
        holder.report_each(powers, service.places, sink);
    }
    let networks = platform.networks.iter().filter(|it| it.external == "host");
    for network in networks {
        let holder = Holder {
            name: format!("what joins the network `{}`", network.name),
            subject: None,
        };
        holder.report([Power::Network], network.span, sink);
    }
    for found in &raw.host_networks {
        let holder = Holder {
            name: format!("what joins the network `{}`", found.value),
            subject: None,
        };
        holder.report([Power::Network], raw.places.of(found.by), sink);
    }
    for volume in &raw.volumes {
        let holder = Holder {
            name: format!("the volume `{}` of `[raw.compose]`", volume.name),
            subject: None,
        };
        let powers = power::of_volume(volume).into_iter().collect();
        holder.report_each(powers, raw.places, sink);
    }
    let places = RawPlaces::of_platform(platform, &platform.raw_helm, "helm");
    if let Some(values) = platform.raw_helm.get("taskPods") {
        let holder = Holder {
            name: "the pod of a task".to_string(),
            subject: None,
        };
        holder.report_each(power::of_values(values, Network::Own), places, sink);
    }
    for (name, values) in entries(platform.raw_helm.get("components")) {
        let workload = platform.workloads().find(|it| it.name == *name);
        let holder = Holder {
            name: format!("`{name}` of `[raw.helm]`"),
            subject: workload.map(of_workload),
        };
        let network = inherited.network_in_cluster(name);
        holder.report_each(power::of_values(values, network), places, sink);
    }
}
