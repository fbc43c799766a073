//! Values of the chart that its schema takes and Kubernetes' API refuses: an upgrade would stop half-way.

use std::{
    cell::LazyCell,
    collections::{BTreeMap, BTreeSet},
};

use super::{Facts, chart_refused::is_off};
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    files::Site,
    model::{Mount, NetworkOwners, Platform, Workload},
    syntax::{Entry, Node, Table, places, quoted},
    text::one_of,
};

/// Lists of containers beside the workload's own.
const CONTAINERS: [&str; 2] = ["initContainers", "sidecars"];

/// Volumes that the chart makes for what is neither a volume nor a claim (`_volumes.tpl`, `mounts.rs`).
const MADE: [&str; 4] = ["mlopsgen-", "tmpfs", "shm", "device"];

/// What every node has of its own (Kubernetes' docs, "Resource Management for Pods and Containers").
const RESOURCES: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

/// A graphics processor, as most clusters call it.
const DEVICE: &str = "nvidia.com/gpu";

/// Units of an amount (apimachinery, `pkg/api/resource/suffix.go`).
const UNITS: [&str; 16] = [
    "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
];

/// Amounts that are none.
pub(super) fn amounts(facts: Facts<'_>, sink: &mut Sink) {
    let claims = facts.platform.raw_written.get_path(&["helm", "volumes"]);
    let mut found = Vec::new();
    for (_, claim) in entries(claims) {
        found.extend(claim.as_table().and_then(|it| it.get("size")));
    }
    for workload in facts.platform.workloads() {
        let values = &workload.values;
        found.extend(asked_for(values));
        for (_, volume) in entries(values.get("volumes")) {
            let keys = ["size", "sizeLimit"].into_iter();
            found.extend(keys.filter_map(|key| volume.as_table()?.get(key)));
        }
        for key in CONTAINERS {
            found.extend(items(values, key).flat_map(asked_for));
        }
        let volumes = items(values, "extraVolumes");
        found.extend(volumes.filter_map(|it| it.get_path(&["emptyDir", "sizeLimit"])));
    }
    for node in found {
        let Some(text) = node.as_str().filter(|text| !is_amount(text)) else {
            continue;
        };
        let diagnostic = Diagnostic::new(
            Code::BadValue,
            format!("`{text}` is not an amount that Kubernetes takes"),
        )
        .label(node.span, "its API refuses this");
        sink.push(match meant(text) {
            Some(meant) => diagnostic
                .help(format!("write `{}`", quoted(&meant)))
                .replacing(node.span, quoted(&meant)),
            None => diagnostic.help("write a number with `m`, `k`, `M`, `G`, `Ki`, `Mi`, `Gi` or `Ti`, or without a unit: `\"500m\"`, `\"2Gi\"`"),
        });
    }
}

/// Names under `resources` that no node has: its API refuses them, unless they are of a domain, as `nvidia.com/gpu`.
pub(super) fn resource_names(facts: Facts<'_>, sink: &mut Sink) {
    for workload in facts.platform.workloads() {
        let values = &workload.values;
        let containers = CONTAINERS.into_iter().flat_map(|key| items(values, key));
        let tables = std::iter::once(values).chain(containers);
        for (entry, _) in tables.flat_map(|table| {
            let lists = ["requests", "limits"].into_iter();
            lists.flat_map(|list| entries(table.get_path(&["resources", list])))
        }) {
            let name = entry.key.name.as_str();
            let of_domain = name.contains('/') || name.starts_with("hugepages-");
            if of_domain || RESOURCES.contains(&name) {
                continue;
            }
            let diagnostic = Diagnostic::new(
                Code::UnknownKey,
                format!("Kubernetes knows no resource `{name}`"),
            )
            .label(entry.key.span, "its API refuses this");
            if name.contains("gpu") {
                let device = quoted(DEVICE);
                sink.push(
                    diagnostic
                        .help(format!(
                            "write `{device}`, or another device with its domain"
                        ))
                        .renaming(name, device),
                );
                continue;
            }
            sink.push(diagnostic.misspelled(name, nearest(name, RESOURCES), || {
                format!(
                    "write {}, or the name of a device with its domain, as `{}`",
                    one_of(&RESOURCES),
                    quoted(DEVICE)
                )
            }));
        }
    }
}

/// The amounts of `resources`.
fn asked_for(values: &Table) -> Vec<&Node> {
    let lists = ["requests", "limits"].into_iter();
    let lists = lists.flat_map(|list| entries(values.get_path(&["resources", list])));
    lists.map(|(_, node)| node).collect()
}

/// A number and a unit, or an exponent. What a reference stands for is not known here.
fn is_amount(text: &str) -> bool {
    if text.contains('$') {
        return true;
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, unit) = unsigned.split_at(end.unwrap_or(unsigned.len()));
    let is_exponent = || {
        let exponent = unit.strip_prefix(['e', 'E']);
        exponent.is_some_and(|it| it.parse::<i32>().is_ok())
    };
    let is_number = number.parse::<f64>().is_ok();
    is_number && (UNITS.contains(&unit) || is_exponent())
}

/// The amount in Kubernetes' units, where it is plain: `1Gb`, `512 mb` and `1GiB` are meant so everywhere else.
fn meant(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(end);
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "b" => "",
        "k" | "kb" | "kib" | "ki" => "Ki",
        "mb" | "mib" | "mi" => "Mi",
        "g" | "gb" | "gib" | "gi" => "Gi",
        "t" | "tb" | "tib" | "ti" => "Ti",
        _ => return None,
    };
    number.parse::<f64>().ok()?;
    Some(format!("{number}{unit}"))
}

/// A disruption budget that says both how many pods may be away and how many must be there.
pub(super) fn budgets(facts: Facts<'_>, sink: &mut Sink) {
    for workload in facts.platform.workloads() {
        let Some(budget) = workload.values.table("pdb") else {
            continue;
        };
        let said = |key| budget.entry(key).filter(|it| !it.value.is_false());
        let Some((away, there)) = said("maxUnavailable").zip(said("minAvailable")) else {
            continue;
        };
        sink.push(
            Diagnostic::new(
                Code::ConflictingKeys,
                format!(
                    "the disruption budget of `{}` has both bounds, and Kubernetes takes one",
                    workload.name
                ),
            )
            .label(away.key.span, "how many may be away")
            .label(there.key.span, "how many must be there")
            .help("remove `minAvailable`")
            .removing(places(&there.key, &there.value)),
        );
    }
}

/// Containers without an image, and two of one name in one pod.
pub(super) fn containers(facts: Facts<'_>, sink: &mut Sink) {
    let has_containers = |it: &&Workload| {
        let mut keys = CONTAINERS.iter();
        !it.in_chart && !is_off(it) && keys.any(|key| items(&it.values, key).next().is_some())
    };
    let pods = LazyCell::new(|| Pods::of(facts.platform));
    for workload in facts.platform.workloads().filter(has_containers) {
        let members = pods.members(workload).iter();
        let mut names: BTreeSet<&str> = members.map(|it| it.name.as_str()).collect();
        for (key, table) in CONTAINERS.into_iter().flat_map(|key| {
            let all = items(&workload.values, key);
            all.map(move |table| (key, table))
        }) {
            let Some(name) = table.entry("name") else {
                continue;
            };
            let text = name.value.as_str().unwrap_or_default();
            if table.get("image").is_none() {
                let line = format!("image = \"{text}:1.0.0\"");
                sink.push(
                    Diagnostic::new(
                        Code::MissingKey,
                        format!("the container `{text}` of `{key}` has no image"),
                    )
                    .label(name.value.span, "Kubernetes refuses it")
                    .help(format!("give it one beside its name, such as `{line}`")),
                );
            }
            if !names.insert(text) {
                sink.push(
                    Diagnostic::new(
                        Code::DuplicateName,
                        format!(
                            "the pod of `{}` has two containers called `{text}`",
                            workload.name
                        ),
                    )
                    .label(name.value.span, "the second one")
                    .help("give it another name"),
                );
            }
        }
    }
}

/// Mounts of volumes that the pod does not have.
pub(super) fn mounts(facts: Facts<'_>, sink: &mut Sink) {
    let pods = LazyCell::new(|| Pods::of(facts.platform));
    for workload in facts.platform.workloads().filter(|it| !it.in_chart) {
        let own = items(&workload.values, "extraVolumeMounts");
        let others = CONTAINERS.into_iter().flat_map(|key| {
            let containers = items(&workload.values, key);
            containers.flat_map(|it| items(it, "volumeMounts"))
        });
        let mut mounted = own.chain(others).peekable();
        if mounted.peek().is_none() {
            continue;
        }
        let known = volumes(&pods, workload);
        for name in mounted.filter_map(|it| it.get("name")) {
            let Some(text) = name.as_str().filter(|text| !known.contains(*text)) else {
                continue;
            };
            if MADE.iter().any(|it| text.starts_with(it)) || text.contains('$') {
                continue;
            }
            let near = nearest(text, known.iter().map(String::as_str));
            sink.push(
                Diagnostic::new(
                    Code::UnknownName,
                    format!("the pod of `{}` has no volume `{text}`", workload.name),
                )
                .label(name.span, "Kubernetes refuses it")
                .misspelled(text, near, || {
                    format!("add one: `extraVolumes = [{{ name = \"{text}\", emptyDir = {{}} }}]`")
                }),
            );
        }
    }
}

/// Two volumes of one name in a pod, and two mounts at one path in a container.
pub(super) fn doubles(facts: Facts<'_>, sink: &mut Sink) {
    let adds = |it: &&Workload| {
        let mut keys = ["extraVolumes", "extraVolumeMounts"].into_iter();
        !it.in_chart && !is_off(it) && keys.any(|key| items(&it.values, key).next().is_some())
    };
    let pods = LazyCell::new(|| Pods::of(facts.platform));
    for workload in facts.platform.workloads().filter(adds) {
        let host = pods.owners.owner_of(&workload.name);
        let members = pods.members(workload).iter();
        let mut names: BTreeSet<String> = members
            .flat_map(|member| in_cluster(member).map(move |it| (member, it)))
            .map(|(member, mount)| match member.name == host {
                true => mount.name.clone(),
                false => format!("{}-{}", member.name, mount.name),
            })
            .collect();
        let extra = items(&workload.values, "extraVolumes");
        for (name, text) in extra.filter_map(|it| text(it, "name")) {
            if !names.insert(text.to_string()) {
                sink.push(named_twice(
                    format!(
                        "the pod of `{}` has two volumes called `{text}`",
                        workload.name
                    ),
                    name,
                    "name",
                ));
            }
        }
        // A list of the user's takes the place of ours.
        let files = workload.files.iter().map(|it| it.path.clone());
        let files = files.filter(|_| workload.values.get("files").is_none());
        let mut paths: BTreeSet<String> = in_cluster(workload)
            .map(|it| it.path.clone())
            .chain(files)
            .collect();
        let extra = items(&workload.values, "extraVolumeMounts");
        for (path, text) in extra.filter_map(|it| text(it, "mountPath")) {
            if !paths.insert(text.to_string()) {
                sink.push(named_twice(
                    format!(
                        "the container of `{}` mounts two things at `{text}`",
                        workload.name
                    ),
                    path,
                    "path",
                ));
            }
        }
    }
}

/// What a cluster mounts as a volume of the same name. A folder of the project is none there: a volume of the user's may stand for it.
fn in_cluster(workload: &Workload) -> impl Iterator<Item = &Mount> {
    let typed = workload.mounts.iter();
    let typed = typed.filter(|it| it.is_on(Site::Cluster) && it.source.volume().is_some());
    // Values may take a volume away, or mount it elsewhere: what they make of it is theirs.
    let volumes = workload.values.table("volumes");
    let is_as_written = move |it: &&Mount| volumes.is_none_or(|own| own.get(&it.name).is_none());
    typed.chain(&workload.node_mounts).filter(is_as_written)
}

/// A text as it is written; what a reference stands for is not known here.
fn text<'a>(table: &'a Table, key: &str) -> Option<(&'a Node, &'a str)> {
    let node = table.get(key)?;
    let text = node.as_str().filter(|text| !text.contains('$'))?;
    Some((node, text))
}

fn named_twice(message: String, node: &Node, what: &str) -> Diagnostic {
    Diagnostic::new(Code::DuplicateName, message)
        .label(node.span, "the second one: the upgrade ends with an error")
        .help(format!("give it another {what}"))
}

/// The names of the volumes of the pod that a workload runs in.
fn volumes(pods: &Pods<'_>, workload: &Workload) -> BTreeSet<String> {
    let host = pods.owners.owner_of(&workload.name);
    let mut known = BTreeSet::new();
    for member in pods.members(workload) {
        let mounts = member.mounts.iter().chain(&member.node_mounts);
        let mounts = mounts.map(|mount| mount.name.as_str());
        let raw = entries(member.values.get("volumes")).map(|(entry, _)| entry.key.name.as_str());
        for name in mounts.chain(raw) {
            known.insert(match member.name == host {
                true => name.to_string(),
                false => format!("{}-{name}", member.name),
            });
        }
        let extra = items(&member.values, "extraVolumes");
        let extra = extra.filter_map(|it| it.string("name"));
        known.extend(extra.map(str::to_string));
    }
    known
}

/// The workloads that run in one pod each, found by the one whose pod it is.
struct Pods<'a> {
    owners: NetworkOwners,
    members: BTreeMap<String, Vec<&'a Workload>>,
}

impl<'a> Pods<'a> {
    fn of(platform: &'a Platform) -> Self {
        let owners = NetworkOwners::of_pods(platform);
        let mut members: BTreeMap<String, Vec<&Workload>> = BTreeMap::new();
        for workload in platform.workloads() {
            let owner = owners.owner_of(&workload.name).to_string();
            members.entry(owner).or_default().push(workload);
        }
        Self { owners, members }
    }

    /// The workloads of the pod that this one runs in.
    fn members(&self, workload: &Workload) -> &[&'a Workload] {
        let owner = self.owners.owner_of(&workload.name);
        self.members.get(owner).map_or(&[], Vec::as_slice)
    }
}

/// Percent of what a pod asks for, of which a container asks for nothing. A namespace's LimitRange may ask for it.
pub(super) fn scaled_by_share(facts: Facts<'_>, sink: &mut Sink) {
    let pods = LazyCell::new(|| Pods::of(facts.platform));
    for workload in facts.platform.workloads() {
        let Some(scaler) = workload.values.table("hpa") else {
            continue;
        };
        let component = facts.platform.component(&workload.component);
        let is_single = workload.part.is_none() && component.is_some_and(|it| it.single);
        let is_guest = pods.owners.foreign_owner_of(&workload.name).is_some();
        // That it can't be scaled at all is said elsewhere.
        if workload.daemon || workload.is_job() || is_guest || is_single {
            continue;
        }
        for (resource, amount) in [("cpu", "250m"), ("memory", "512Mi")] {
            let Some(share) = scaler.entry(resource).filter(|it| !it.value.is_false()) else {
                continue;
            };
            let mut members = pods.members(workload).iter().filter(|it| !it.is_job());
            let silent = members.find(|it| !asks(it, resource));
            let mut beside = items(&workload.values, "sidecars");
            let sidecar = beside.find(|it| !asks_in_values(it, resource));
            let (name, line) = match (silent, sidecar) {
                (Some(other), _) => (
                    other.name.as_str(),
                    Some(format!("resources.{resource} = \"{amount}\"")),
                ),
                (None, Some(table)) => (table.string("name").unwrap_or("?"), None),
                (None, None) => continue,
            };
            let noun = if resource == "cpu" { "CPU" } else { resource };
            let diagnostic = Diagnostic::new(
                Code::TargetLoss,
                format!("`{}` is scaled by a share of the {noun} that it asks for, and `{name}` asks for none: it scales only where the namespace has a default", workload.name),
            )
            .about(&workload.component)
            .label(share.key.span, format!("percent of the {noun} asked for"));
            sink.push(match (line, silent) {
                (Some(line), Some(other)) => {
                    let place = other.written.entry("resources");
                    let place = place.filter(|it| it.value.as_table().is_some());
                    let diagnostic = diagnostic.help(format!("write `{line}` at `{name}`"));
                    match place {
                        Some(entry) => diagnostic
                            .adding(entry.key.span, format!("{resource} = \"{amount}\"")),
                        None => diagnostic.adding(other.span, line),
                    }
                }
                _ => diagnostic.help(format!("let the container `{name}` ask for some, such as `resources = {{ requests = {{ {resource} = \"{amount}\" }} }}`")),
            });
        }
    }
}

/// Whether a workload asks for some of a resource; a limit is a request, too.
fn asks(workload: &Workload, resource: &str) -> bool {
    let typed = &workload.resources;
    let has = match resource {
        "cpu" => typed.cpu.or(typed.cpu_limit),
        _ => typed.memory,
    };
    has.is_some() || asks_in_values(&workload.values, resource)
}

fn asks_in_values(values: &Table, resource: &str) -> bool {
    let mut lists = ["requests", "limits"].into_iter();
    lists.any(|list| values.get_path(&["resources", list, resource]).is_some())
}

fn entries(node: Option<&Node>) -> impl Iterator<Item = (&Entry, &Node)> {
    let table = node.and_then(Node::as_table);
    let entries = table.into_iter().flat_map(|it| &it.entries);
    entries
        .filter(|entry| !entry.value.is_false())
        .map(|entry| (entry, &entry.value))
}

/// The tables of a list.
fn items<'a>(values: &'a Table, key: &str) -> impl Iterator<Item = &'a Table> {
    let all = values.array(key).unwrap_or_default().iter();
    all.filter_map(Node::as_table)
}
