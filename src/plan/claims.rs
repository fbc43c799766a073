//! Claims that a StatefulSet creates, one for each pod. A claim can't be renamed, so commands bind its data to a new one.

use super::data::Keep;
use crate::{
    data::{Data, component, volume},
    text::shell_word,
};

/// How to move the data of a claim to another one, if one of them is created for each pod. `None`: neither is.
pub(super) fn keep(data: &Data, instead: Option<&Data>, fresh: &[Data]) -> Option<Keep> {
    let target = instead.or_else(|| successor(data, fresh));
    match (of_pods(data), target) {
        (true, Some(target)) if !of_pods(target) => Some(Keep::Write(format!(
            "[raw.helm]\nvolumes.{}.existingClaim = \"{}\"\n# and before the upgrade: kubectl delete statefulset {}",
            target.name,
            first(data),
            set(data)
        ))),
        (_, Some(target)) if of_pods(target) => Some(Keep::Type(commands(data, &first(target)))),
        (true, None) => Some(Keep::Type(commands(data, "NEW-CLAIM"))),
        _ => None,
    }
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
    match (data.stateful_set(), component(&data.key)) {
        (Some(set), _) => shell_word(set),
        (None, Some(component)) => {
            let label = format!("app.kubernetes.io/component={component}");
            format!("-l {}", shell_word(&label))
        }
        (None, None) => "STATEFULSET".to_string(),
    }
}

/// The only claim of pods that starts empty and is of a volume of the same name.
fn successor<'a>(data: &Data, fresh: &'a [Data]) -> Option<&'a Data> {
    let mut fits = fresh
        .iter()
        .filter(|new| of_pods(new) && volume(&new.key) == volume(&data.key));
    fits.next().filter(|_| fits.next().is_none())
}

/// Binds the volume behind a claim to a new claim, before the upgrade. The StatefulSet and its pods are deleted first; its
/// claims stay.
fn commands(data: &Data, new: &str) -> String {
    let old = shell_word(&first(data));
    let further = match of_pods(data) {
        true => "# the same from here on for each further pod, with 1, 2, ... for 0",
        false => "# that is the first pod's; the others start empty",
    };
    let claim = format!(
        "{{\"apiVersion\":\"v1\",\"kind\":\"PersistentVolumeClaim\",\"metadata\":{{\"name\":\"{new}\"}},\"spec\":{{\"accessModes\":[\"ReadWriteOnce\"],\"storageClassName\":\"$class\",\"volumeName\":\"$pv\",\"resources\":{{\"requests\":{{\"storage\":\"$size\"}}}}}}}}"
    );
    [
        format!("kubectl delete statefulset {} --wait", set(data)),
        format!("pv=$(kubectl get pvc {old} -o jsonpath='{{.spec.volumeName}}')"),
        "size=$(kubectl get pv $pv -o jsonpath='{.spec.capacity.storage}')".to_string(),
        "class=$(kubectl get pv $pv -o jsonpath='{.spec.storageClassName}')".to_string(),
        "kubectl patch pv $pv -p '{\"spec\":{\"persistentVolumeReclaimPolicy\":\"Retain\"}}'"
            .to_string(),
        format!("kubectl delete pvc {old}"),
        "kubectl patch pv $pv --type=json -p '[{\"op\":\"remove\",\"path\":\"/spec/claimRef\"}]'"
            .to_string(),
        format!("kubectl apply -f - <<END\n{claim}\nEND"),
        further.to_string(),
    ]
    .join("\n")
}
