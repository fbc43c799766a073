//! Claims that a StatefulSet creates, one for each pod. A claim can't be renamed, so commands bind its data to a new one.

use std::collections::BTreeMap;

use serde_json::json;

use super::data::Keep;
use crate::{
    data::{Data, DataKey, Keeper},
    fileset::ChartOfOthers,
    text::shell_word,
};

/// How to move the data of a claim to another one, if one of them is created for each pod, or if a chart of others keeps the data
/// from now on. `None`: lines of platform.toml do it, or nothing of it is in a cluster.
pub(super) fn keep(
    data: &Data,
    instead: Option<&Data>,
    fresh: &[Data],
    charts: &BTreeMap<String, ChartOfOthers>,
) -> Option<Keep> {
    if data.keeper != Keeper::Cluster {
        return None;
    }
    if let Some(chart) = data.key.component().and_then(|name| charts.get(name)) {
        return Some(Keep::Copy(into_chart(data, chart)));
    }
    let target = instead.or_else(|| successor(data, fresh));
    let kubectl = data.kubectl();
    match (of_pods(data), target) {
        (true, Some(target)) if matches!(target.key, DataKey::Shared(_)) => {
            Some(Keep::Copy(copies(data, target)))
        }
        (true, Some(target)) if !of_pods(target) => Some(Keep::Write(format!(
            "[raw.helm]\nvolumes.{}.existingClaim = \"{}\"\n# and before the upgrade: {kubectl} delete statefulset {}",
            target.name,
            first(data),
            set(data)
        ))),
        (_, Some(target)) if of_pods(target) => Some(Keep::Bind(commands(data, &first(target)))),
        (true, None) => Some(Keep::Type(commands(data, "NEW-CLAIM"))),
        _ => None,
    }
}

/// What keeps the data where the pods of a chart of others have claims of their own.
fn into_chart(data: &Data, chart: &ChartOfOthers) -> String {
    let name = &chart.name;
    let how = match &chart.moves {
        Some(commands) => format!(
            "# the chart `{name}` keeps its data in claims of its own. While the old pods run:\n{}\n# the old claim stays until you remove it: ",
            commands.trim()
        ),
        None => format!(
            "the chart `{name}` keeps its data in claims of its own: dump the data while the old pods run, and restore it into\n\
             the new ones, as the program has it. The claim stays until you remove it: "
        ),
    };
    format!(
        "{how}{} delete pvc {}",
        data.kubectl(),
        shell_word(&first(data))
    )
}

/// Whether what keeps this data deletes the StatefulSet of this name, its pods first.
pub(super) fn deletes(data: &Data, keep: &Keep, stateful_set: &str) -> bool {
    let is_its_own = match (data.stateful_set(), data.key.component()) {
        (Some(set), _) => set == stateful_set,
        (None, Some(component)) => stateful_set
            .strip_prefix(component)
            .is_some_and(|part| part.is_empty() || part.starts_with('-')),
        (None, None) => false,
    };
    let has_command = keep.text().contains(" delete statefulset");
    data.keeper == Keeper::Cluster && has_command && is_its_own
}

/// Several claims can't become one: a pod for each copies what is in it. It has the rights of the pods that wrote it: files keep their
/// owner, and Pod Security admits it where it admits them.
fn copies(data: &Data, target: &Data) -> String {
    let (from, to) = (first(data), &target.name);
    let volume = |name: &str, claim: &str| json!({ "name": name, "persistentVolumeClaim": { "claimName": claim } });
    let mount = |name: &str| json!({ "name": name, "mountPath": format!("/{name}") });
    // A file system's own folder is of no other user than root.
    let copy = "find /from -mindepth 1 -maxdepth 1 ! -name lost+found -exec cp -a -t /to {} +";
    let pod = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "name": format!("copy-{from}") },
        "spec": {
            "restartPolicy": "Never",
            "securityContext": "$pod",
            "containers": [{
                "name": "copy",
                "image": "busybox:1.37.0",
                "command": copy.split(' ').collect::<Vec<_>>(),
                "securityContext": "$container",
                "volumeMounts": [mount("from"), mount("to")],
            }],
            "volumes": [volume("from", &from), volume("to", to)],
        },
    });
    let pod = ["pod", "container"]
        .iter()
        .fold(pod.to_string(), |text, name| {
            text.replace(&format!("\"${name}\""), &format!("${{{name}:-null}}"))
        });
    let kubectl = data.kubectl();
    let workload = data.stateful_set().unwrap_or_default();
    let rights = |name: &str, path: &str| {
        let label = shell_word(&format!("app.kubernetes.io/name={workload}"));
        format!("{name}=$({kubectl} get pod -l {label} -o jsonpath='{{.items[0].spec.{path}}}')")
    };
    [
        format!("# the claims of several pods can't become one. Once the upgrade has made `{to}`, copy each into it,"),
        "# with the rights of the workload's pods".to_string(),
        rights("pod", "securityContext"),
        rights("container", "containers[0].securityContext"),
        "# what follows for each claim, with 1, 2, ... for 0. Where they hold files of one name, the last one stays".to_string(),
        format!("{kubectl} apply -f - <<END\n{pod}\nEND"),
        format!("{kubectl} wait pod copy-{from} --for=jsonpath='{{.status.phase}}'=Succeeded --timeout=24h"),
        format!("{kubectl} delete pod copy-{from}"),
    ]
    .join("\n")
}

/// The first pod's claim has two names: that of the claims of all pods, as in `work-api-*`, and its own, as in `work-api-0`, under
/// which one pod alone uses it. The one that `data` does not have.
pub(super) fn other_name(data: &Data) -> Option<String> {
    match (data.keeper, of_pods(data)) {
        (Keeper::Cluster, true) => Some(first(data)),
        (Keeper::Cluster, false) => Some(format!("{}-*", data.name.strip_suffix("-0")?)),
        (Keeper::Engine | Keeper::Host, _) => None,
    }
}

/// The claims of all pods that one pod's claim is among, if it is one, and the number of that pod.
pub(super) fn of_all_pods(data: &Data) -> Option<(Data, u64)> {
    let (all, pod) = data.name.rsplit_once('-')?;
    let pod = pod.parse().ok()?;
    let all = Data {
        name: format!("{all}-*"),
        ..data.clone()
    };
    (data.keeper == Keeper::Cluster).then_some((all, pod))
}

fn of_pods(data: &Data) -> bool {
    data.stateful_set().is_some()
}

/// The claim of the first pod.
fn first(data: &Data) -> String {
    data.name.replace('*', "0")
}

/// What `kubectl` calls the StatefulSet that holds a claim. A claim that stands alone does not name it, but its component.
fn set(data: &Data) -> String {
    match (data.stateful_set(), data.key.component()) {
        (Some(set), _) => shell_word(set),
        (None, Some(component)) => {
            let label = format!("app.kubernetes.io/component={component}");
            format!("-l {}", shell_word(&label))
        }
        (None, None) => "STATEFULSET".to_string(),
    }
}

/// The only claim of pods that starts empty and is of a volume of the same name, or else of the same component.
fn successor<'a>(data: &Data, fresh: &'a [Data]) -> Option<&'a Data> {
    let only = |is_fit: &dyn Fn(&Data) -> bool| {
        let mut fits = fresh.iter().filter(|new| of_pods(new) && is_fit(new));
        fits.next().filter(|_| fits.next().is_none())
    };
    only(&|new| new.key.volume() == data.key.volume())
        .or_else(|| only(&|new| new.key.component() == data.key.component()))
}

/// Binds the volume behind a claim to a new claim, before the upgrade. The StatefulSet and its pods are deleted first; its
/// claims stay.
fn commands(data: &Data, new: &str) -> String {
    let old = shell_word(&first(data));
    let kubectl = data.kubectl();
    let whose = match of_pods(data) {
        true => "# what follows for each pod, with 1, 2, ... for 0",
        false => "# it becomes the first pod's; the others start empty",
    };
    let claim = format!(
        "{{\"apiVersion\":\"v1\",\"kind\":\"PersistentVolumeClaim\",\"metadata\":{{\"name\":\"{new}\"}},\"spec\":{{\"accessModes\":[\"ReadWriteOnce\"],\"storageClassName\":\"$class\",\"volumeName\":\"$pv\",\"resources\":{{\"requests\":{{\"storage\":\"$size\"}}}}}}}}"
    );
    [
        format!("{kubectl} delete statefulset {} --wait", set(data)),
        whose.to_string(),
        format!("pv=$({kubectl} get pvc {old} -o jsonpath='{{.spec.volumeName}}')"),
        "size=$(kubectl get pv $pv -o jsonpath='{.spec.capacity.storage}')".to_string(),
        "class=$(kubectl get pv $pv -o jsonpath='{.spec.storageClassName}')".to_string(),
        "kubectl patch pv $pv -p '{\"spec\":{\"persistentVolumeReclaimPolicy\":\"Retain\"}}'"
            .to_string(),
        format!("{kubectl} delete pvc {old}"),
        "kubectl patch pv $pv --type=json -p '[{\"op\":\"remove\",\"path\":\"/spec/claimRef\"}]'"
            .to_string(),
        format!("{kubectl} apply -f - <<END\n{claim}\nEND"),
    ]
    .join("\n")
}
