//! A folder of the node in the raw values of a volume that is a claim: the chart mounts the claim, and nobody sees the folder.

use super::{
    Facts,
    raw::{
        RawPlaces,
        value::{entries, removes, section},
    },
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    files::Target,
    model::{MountSource, Raw, Workload},
    source::Span,
};

pub(super) fn folders(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    if !platform.targets.contains(&Target::Helm) {
        return;
    }
    for workload in platform.workloads().filter(|it| !it.daemon) {
        let places = RawPlaces::of_workload(platform, workload, "helm");
        let component = platform.component(&workload.component);
        let of_component = component.filter(|_| workload.part.is_none());
        let values = of_component.map(|it| &it.raw_helm).into_iter();
        for values in values.chain([&workload.raw_helm]) {
            volumes(workload, values, places.of_table(values), sink);
        }
    }
    let places = RawPlaces::of_platform(platform, &platform.raw_helm, "helm");
    for (name, values) in section(&platform.raw_helm, "components") {
        let workload = platform.workloads().find(|it| it.name == *name);
        if let Some(workload) = workload.filter(|it| !it.daemon) {
            volumes(workload, values, places, sink);
        }
    }
}

fn volumes(workload: &Workload, values: &Raw, places: RawPlaces<'_>, sink: &mut Sink) {
    for (name, volume) in entries(values.get("volumes")) {
        let is_claim = workload
            .mounts
            .iter()
            .any(|mount| mount.name == *name && matches!(mount.source, MountSource::Volume(_)));
        let keeps_claim = !volume.get("claim").is_some_and(removes);
        let folder = volume.get("hostPath").filter(|it| !removes(it));
        if let Some(folder) = folder.filter(|_| is_claim && keeps_claim) {
            let diagnostic = beside_claim(name, places.of(folder), places.of(volume));
            sink.push(diagnostic.about(&workload.component));
        }
    }
}

fn beside_claim(name: &str, folder: Span, table: Span) -> Diagnostic {
    Diagnostic::new(
        Code::TargetLoss,
        format!("helm: `hostPath` of the volume `{name}` has no effect: its claim is mounted"),
    )
    .label(folder, "nothing is mounted from here")
    .help(format!(
        "write `claim = false` beside it; or leave it to `source` in `volumes.{name}`, which is a folder of the machine in Compose, too"
    ))
    .adding(table, "claim = false")
}
