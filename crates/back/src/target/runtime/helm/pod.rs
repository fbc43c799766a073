//! What a workload says of its whole pod, and what of it reaches another's pod that it runs in.
//!
//! In: a workload and its guests, those that run in its pod. Out: values of the pod, which stand at the workload whose pod it
//! is; a guest has none. Where a guest joins, they are taken apart field by field, so that the compiler asks of a new one what
//! becomes of it there.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{chart::Builder, security, values::Kind, workload};
use crate::{
    model::{HostAddress, NetworkMode, Platform, Workload, is_dns_label, is_dns_subdomain},
    speak::{Chart, Speak, units::kubernetes},
};

/// Seconds that Kubernetes gives a pod that says nothing.
const GRACE_OF_KUBERNETES: u64 = 30;

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PodValues {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    supplemental_groups: Vec<Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pod_annotations: Map<String, Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    node_selector: Map<String, Value>,
    #[serde(skip_serializing_if = "is_false")]
    host_network: bool,
    /// It joins no network.
    #[serde(skip_serializing_if = "is_false")]
    isolated: bool,
    /// It starts pods through the cluster's API.
    #[serde(skip_serializing_if = "is_false")]
    starts_pods: bool,
    /// What it may read through the API in its namespace.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reads: Vec<String>,
    /// What it may read in all namespaces.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reads_everywhere: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hostname: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    host_aliases: Vec<HostAlias>,
    #[serde(skip_serializing_if = "is_false")]
    share_process_namespace: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    termination_grace_period_seconds: Option<u64>,
}

/// A line of `/etc/hosts`.
#[derive(Debug, Serialize)]
struct HostAlias {
    ip: String,
    hostnames: Vec<String>,
}

/// The values of a workload's pod, with what its guests say of it.
pub fn values(builder: &mut Builder<'_>, workload: &Workload, kind: Kind) -> PodValues {
    if builder.pods.foreign_owner_of(&workload.name).is_some() {
        return PodValues::default();
    }
    let platform = builder.context.platform;
    let mut pod = own_pod_values(builder, workload, kind);
    for guest in builder
        .guests
        .get(&workload.name)
        .cloned()
        .unwrap_or_default()
    {
        let of_guest = own_pod_values(builder, guest, Kind::Container);
        let mut joining = Joining {
            builder,
            host: workload,
            guest,
        };
        match is_there_without(platform, workload, guest) {
            true => joining.leave_out(&pod, &of_guest),
            false => joining.join(&mut pod, of_guest),
        }
    }
    pod
}

/// Whether a pod runs unless somebody switches it off, and a guest of it only when somebody switches that on.
fn is_there_without(platform: &Platform, host: &Workload, guest: &Workload) -> bool {
    platform.starts_in_chart(host) && !platform.starts_in_chart(guest)
}

/// What a workload says itself.
fn own_pod_values(builder: &mut Builder<'_>, workload: &Workload, kind: Kind) -> PodValues {
    let platform = builder.context.platform;
    let runtime = &workload.runtime;
    let mode = workload.network_mode.as_ref().map(|mode| &mode.value);
    PodValues {
        supplemental_groups: security::supplemental_groups(platform, workload, &mut builder.losses),
        pod_annotations: annotations(builder, workload),
        node_selector: node_selector(workload),
        host_network: mode == Some(&NetworkMode::Host),
        isolated: mode == Some(&NetworkMode::None),
        starts_pods: builder.starts_pods(workload),
        reads: runtime.reads.clone(),
        reads_everywhere: runtime.reads_everywhere.clone(),
        hostname: runtime
            .hostname
            .clone()
            .filter(|name| kind != Kind::StatefulSet && is_dns_label(name)),
        host_aliases: host_aliases(builder, workload),
        share_process_namespace: runtime.init == Some(true),
        termination_grace_period_seconds: runtime.stop_grace_period.map(kubernetes::seconds),
    }
}

/// The whole pod stops at once: who needs longest decides.
fn lengthen_grace_period(of_pod: &mut Option<u64>, of_guest: Option<u64>) {
    let longest = of_guest.map(|seconds| seconds.max(of_pod.unwrap_or(GRACE_OF_KUBERNETES)));
    let is_said = |seconds: &u64| of_pod.is_some() || *seconds > GRACE_OF_KUBERNETES;
    if let Some(seconds) = longest.filter(is_said) {
        *of_pod = Some(seconds);
    }
}

/// A guest, and the workload whose pod it runs in.
struct Joining<'a, 'b> {
    builder: &'a mut Builder<'b>,
    host: &'a Workload,
    guest: &'a Workload,
}

impl Joining<'_, '_> {
    fn join(&mut self, pod: &mut PodValues, guest: PodValues) {
        let PodValues {
            supplemental_groups,
            pod_annotations,
            node_selector,
            // What has its host's network has no mode of its own.
            host_network: _,
            isolated: _,
            starts_pods,
            reads,
            reads_everywhere,
            hostname,
            host_aliases,
            share_process_namespace,
            termination_grace_period_seconds,
        } = guest;
        self.groups(pod, supplemental_groups);
        for (key, value) in self.add_new(&mut pod.pod_annotations, pod_annotations) {
            let value = value
                .as_str()
                .unwrap_or("a value put together at the start");
            self.report_lost_key(
                "labels",
                &format!(
                    "sets `{key} = {value}`, but the pod of `{}` has another value, which is used",
                    self.host.name
                ),
            );
        }
        if !self
            .add_new(&mut pod.node_selector, node_selector)
            .is_empty()
        {
            self.report_lost_key("platform", &format!("is another than that of `{}`, in whose pod it runs: a pod has one node, and that of `{}` holds", self.host.name, self.host.name));
        }
        if starts_pods {
            self.lost_by_account("starts pods");
        }
        // The account is the pod's.
        union(&mut pod.reads, reads);
        union(&mut pod.reads_everywhere, reads_everywhere);
        if hostname.is_some() {
            self.report_lost_key(
                "hostname",
                &format!(
                    "has no form in the chart: a pod has one, and this one is the pod of `{}`",
                    self.host.name
                ),
            );
        }
        self.hosts(&mut pod.host_aliases, host_aliases);
        pod.share_process_namespace |= share_process_namespace;
        let of_pod = &mut pod.termination_grace_period_seconds;
        lengthen_grace_period(of_pod, termination_grace_period_seconds);
    }

    /// What a guest that is off says of the pod, which would hold for the others in it all the same.
    fn leave_out(&mut self, pod: &PodValues, guest: &PodValues) {
        let PodValues {
            supplemental_groups,
            pod_annotations,
            node_selector,
            host_network: _,
            isolated: _,
            starts_pods,
            reads,
            reads_everywhere,
            hostname,
            host_aliases,
            share_process_namespace,
            termination_grace_period_seconds,
        } = guest;
        let is_new = |of_pod: &Map<String, Value>, of_guest: &Map<String, Value>| {
            let mut all = of_guest.iter();
            all.any(|(key, value)| of_pod.get(key) != Some(value))
        };
        let mut groups = supplemental_groups.iter();
        let of_pod = pod.termination_grace_period_seconds;
        let longest = of_pod.unwrap_or(GRACE_OF_KUBERNETES);
        let left = [
            (
                "group_add",
                groups.any(|it| !pod.supplemental_groups.contains(it)),
            ),
            ("labels", is_new(&pod.pod_annotations, pod_annotations)),
            ("platform", is_new(&pod.node_selector, node_selector)),
            ("hostname", hostname.is_some()),
            ("extra_hosts", !host_aliases.is_empty()),
            (
                "init",
                *share_process_namespace && !pod.share_process_namespace,
            ),
            (
                "stop_grace_period",
                termination_grace_period_seconds.is_some_and(|it| it > longest),
            ),
        ];
        for (key, _) in left.into_iter().filter(|(_, is_left)| *is_left) {
            self.report_lost_key(key, &format!("is left out of the chart: it is off by default, and this would hold for the pod of `{}` all the same. Write it at `{}` if it may", self.host.name, self.host.name));
        }
        if *starts_pods {
            self.lost_by_account("starts pods");
        }
        if !reads.is_empty() || !reads_everywhere.is_empty() {
            self.lost_by_account("reads the cluster's API, and is off by default");
        }
    }

    fn groups(&mut self, pod: &mut PodValues, groups: Vec<Value>) {
        let before = pod.supplemental_groups.len();
        union(&mut pod.supplemental_groups, groups);
        if pod.supplemental_groups.len() > before {
            self.report_lost_key("group_add", &format!("holds for the whole pod of `{}`, in which it runs: Kubernetes gives groups to pods alone", self.host.name));
        }
    }

    /// Names that lead elsewhere already stay as they are: a resolver takes the first line.
    fn hosts(&mut self, pod: &mut Vec<HostAlias>, guest: Vec<HostAlias>) {
        for HostAlias { ip, hostnames } in guest {
            for name in hostnames {
                let known = pod.iter().find(|line| line.hostnames.contains(&name));
                match known.map(|line| line.ip == ip) {
                    Some(true) => {}
                    Some(false) => self.report_lost_key("extra_hosts", &format!("holds `{name}`, which has another address in its pod, that of `{}`: that one holds", self.host.name)),
                    None => add_host(pod, &ip, name),
                }
            }
        }
    }

    /// Adds what is new; returns what has another value there.
    fn add_new(
        &self,
        pod: &mut Map<String, Value>,
        guest: Map<String, Value>,
    ) -> Map<String, Value> {
        let mut others = Map::new();
        for (key, value) in guest {
            match pod.get(&key) {
                Some(known) if *known != value => others.extend([(key, value)]),
                Some(_) => {}
                None => pod.extend([(key, value)]),
            }
        }
        others
    }

    fn report_lost_key(&mut self, key: &str, what: &str) {
        self.builder.losses.key(self.guest, key, what);
    }

    fn lost_by_account(&mut self, what: &str) {
        let reason = format!(
            "puts it into the pod of `{}`, whose account may not: it {what}",
            self.host.name
        );
        self.report_lost_key("network_mode", &reason);
    }
}

fn union<T: PartialEq>(all: &mut Vec<T>, more: Vec<T>) {
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
}

/// Labels of Compose may hold anything, and so may annotations.
fn annotations(builder: &mut Builder<'_>, workload: &Workload) -> Map<String, Value> {
    let mut out = Map::new();
    for (key, value) in &workload.runtime.labels {
        if is_qualified(key) {
            out.insert(key.clone(), Chart(builder.context.platform).value(value));
        } else {
            builder.losses.key(
                workload,
                "labels",
                &format!("holds `{key}`, which Kubernetes takes as no annotation: it is left out"),
            );
        }
    }
    out
}

/// `NAME` or `PREFIX/NAME`, as keys of annotations are.
fn is_qualified(key: &str) -> bool {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    let name_holds = name.len() <= 63
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    name_holds && prefix.is_none_or(is_dns_subdomain)
}

/// `OS/ARCHITECTURE`; a variant has no label.
fn node_selector(workload: &Workload) -> Map<String, Value> {
    let mut out = Map::new();
    if let Some(platform) = &workload.runtime.platform {
        out.insert("kubernetes.io/os".to_string(), json!(platform.os));
        if let Some(architecture) = &platform.architecture {
            out.insert("kubernetes.io/arch".to_string(), json!(architecture));
        }
    }
    out
}

fn host_aliases(builder: &mut Builder<'_>, workload: &Workload) -> Vec<HostAlias> {
    let mut out = Vec::new();
    for host in &workload.runtime.extra_hosts {
        match host.address {
            HostAddress::Ip(_) if !is_dns_subdomain(&host.name) => builder.losses.key(
                workload,
                "extra_hosts",
                &format!("holds `{host}`, whose name Kubernetes does not take: it is left out"),
            ),
            HostAddress::Ip(address) => add_host(&mut out, &address.to_string(), host.name.clone()),
            HostAddress::HostGateway => builder.losses.key(
                workload,
                "extra_hosts",
                &format!("holds `{host}`, which is no address in a cluster: it is left out"),
            ),
        }
    }
    workload::unreachable_machine(builder, workload);
    out
}

/// Kubernetes tells lines apart by their address.
fn add_host(lines: &mut Vec<HostAlias>, ip: &str, name: String) {
    match lines.iter_mut().find(|line| line.ip == ip) {
        Some(line) => line.hostnames.push(name),
        None => lines.push(HostAlias {
            ip: ip.to_string(),
            hostnames: vec![name],
        }),
    }
}

fn is_false(value: &bool) -> bool {
    !value
}
