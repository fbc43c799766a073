//! What the platform asks for against what the machine has.

use super::{Case, Finding};
use crate::engine::host;

pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(memory(case));
    findings.extend(processors(case));
    findings.extend(disk(case));
    findings.extend(kernel(case));
    findings
}

fn memory(case: &Case<'_>) -> Option<Finding> {
    let workloads = case.selection.workloads().into_iter();
    let services = workloads.filter(|it| !it.is_job() && it.profiles.is_empty());
    let asked: u64 = services.filter_map(|it| it.resources.memory).sum();
    let there = of_engine(case, "{{.MemTotal}}", "{{.Host.MemTotal}}").or_else(host::memory)?;
    (asked > there).then(|| {
        let message = format!(
            "the platform asks for {} of memory, and this machine has {}",
            gigabytes(asked),
            gigabytes(there)
        );
        let help = "start only some groups, or ask for less in `resources`";
        Finding::new("memory", message, help)
    })
}

fn processors(case: &Case<'_>) -> Option<Finding> {
    let workloads = case.selection.workloads().into_iter();
    let services = workloads.filter(|it| !it.is_job() && it.profiles.is_empty());
    let asked: u64 = services.filter_map(|it| it.resources.cpu).sum();
    let of_engine = of_engine(case, "{{.NCPU}}", "{{.Host.CPUs}}").map(|count| count * 1000);
    let there = of_engine.or_else(host::processors)?;
    (asked > there).then(|| {
        let message = format!(
            "the platform asks for {:.1} processors, and this machine has {:.1}: it will be slow",
            asked as f64 / 1000.0,
            there as f64 / 1000.0
        );
        Finding::warning("cpu", message, "start only some groups")
    })
}

/// Volumes that exist have their share already, as far as it is used.
fn disk(case: &Case<'_>) -> Option<Finding> {
    let engine = case.engine?;
    let folder = engine
        .ask(&["info", "--format", "{{.DockerRootDir}}"])
        .or_else(|_| engine.ask(&["info", "--format", "{{.Store.VolumePath}}"]))
        .ok()?;
    let there = host::free_disk(&folder)?;
    let known = engine.ask(&["volume", "ls", "--quiet"]).ok()?;
    let fresh = case.selection.volumes().into_iter();
    let fresh = fresh.filter(|volume| !known.lines().any(|name| name == volume.real_name));
    let asked: u64 = fresh.filter_map(|volume| volume.size).sum();
    (asked > there).then(|| {
        let message = format!(
            "its new volumes are meant to hold {}, and `{folder}`, where the engine keeps them, has {} left",
            gigabytes(asked),
            gigabytes(there)
        );
        let help = "make room, or mount folders of a larger disk (`source`)";
        Finding::warning("disk", message, help)
    })
}

/// One node alone starts below what its program asks for, with a warning in its log, and fails when it opens more files of its
/// indices than the kernel lets it map.
fn kernel(case: &Case<'_>) -> Option<Finding> {
    let there = host::max_map_count()?;
    let components = case.selection.components().into_iter();
    let asking = components.filter_map(|component| Some((component.memory_maps?, component)));
    let (asked, component) = asking.max_by_key(|(asked, _)| *asked)?;
    (there < u64::from(asked)).then(|| {
        let message = format!(
            "vm.max_map_count is {there}, and `{}` asks for {asked}: it fails when it maps more files",
            component.name
        );
        let help = format!("as root: sysctl -w vm.max_map_count={asked}");
        Finding::warning("kernel", message, help)
    })
}

/// A number that the engine says of its machine, which may not be this one; by Docker's name of it, else by Podman's.
fn of_engine(case: &Case<'_>, docker: &str, podman: &str) -> Option<u64> {
    let engine = case.engine?;
    let ask = |format: &str| engine.ask(&["info", "--format", format]).ok()?.parse().ok();
    ask(docker)
        .or_else(|| ask(podman))
        .filter(|number| *number > 0)
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))
}
