//! A folder of the node, or memory, in the raw values of a volume that is a claim: the chart mounts the claim, and nobody sees the
//! other.

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
        let mut keys = INSTEAD.iter().filter(|_| is_claim && keeps_claim);
        let said = keys.find_map(|key| {
            let said = volume.get(key.name).filter(|it| !removes(it))?;
            Some((key, said))
        });
        if let Some((key, said)) = said {
            let diagnostic = beside_claim(name, key, places.of(said), places.of(volume));
            sink.push(diagnostic.about(&workload.component));
        }
    }
}

/// What the chart mounts where there is no claim.
struct Instead {
    name: &'static str,
    without_effect: &'static str,
    /// `NAME` stands for the volume's.
    help: &'static str,
}

const OF_MEMORY: &str = "a volume in memory is `tmpfs` of the component, in Compose too";

const INSTEAD: [Instead; 3] = [
    Instead {
        name: "hostPath",
        without_effect: "nothing is mounted from here",
        help: "leave it to `source` in `volumes.NAME`, which is a folder of the machine in Compose, too",
    },
    Instead {
        name: "memory",
        without_effect: "nothing is kept in memory",
        help: OF_MEMORY,
    },
    Instead {
        name: "sizeLimit",
        without_effect: "it is not limited; `size` is that of the claim",
        help: OF_MEMORY,
    },
];

fn beside_claim(name: &str, key: &Instead, said: Span, table: Span) -> Diagnostic {
    Diagnostic::new(
        Code::TargetLoss,
        format!(
            "helm: `{}` of the volume `{name}` has no effect: its claim is mounted",
            key.name
        ),
    )
    .label(said, key.without_effect)
    .help(format!(
        "write `claim = false` beside it; or {}",
        key.help.replace("NAME", name)
    ))
    .adding(table, "claim = false")
}
