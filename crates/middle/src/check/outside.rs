//! Raw keys of Compose that read files of the host outside of the project.

use super::{
    Facts,
    lints::at,
    power::{entries, first_part, items, section, word},
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::Raw,
    source::Span,
    value::climbs_out,
};

/// Paths that leave the project, in raw keys of services, and files of `configs` and `secrets`: an error where nothing gives
/// it another level.
pub(super) fn raw_sources(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    // Compose reads relative paths from the folder of its files: `generated/compose`, or `generated/ENVIRONMENT/compose`.
    let depth = 2 + usize::from(platform.environment.is_some());
    for workload in platform.workloads() {
        let span = at(platform, workload, "compose");
        let component = Some(workload.component.as_str());
        for path in of_service(&workload.raw_compose, depth) {
            sink.push(leaves(&path, component, span));
        }
    }
    for (name, service) in section(&platform.raw_compose, "services") {
        let workload = platform.workloads().find(|it| it.name == *name);
        let component = workload.map(|it| it.component.as_str());
        for path in of_service(service, depth) {
            sink.push(leaves(&path, component, platform.span));
        }
    }
    let contents = ["configs", "secrets"].into_iter();
    let contents = contents.flat_map(|key| section(&platform.raw_compose, key));
    let read = contents.map(|(_, content)| word(content.get("file")));
    let read = read.chain(files(platform.raw_compose.get("include")));
    let read = read.filter(|path| is_outside(path, depth) || path.starts_with('/'));
    // A folder behind a volume is a bind mount, and an absolute one is like others.
    let volumes = section(&platform.raw_compose, "volumes");
    let devices = volumes.map(|(_, volume)| word(volume.at(&["driver_opts", "device"])));
    for path in read.chain(devices.filter(|path| is_outside(path, depth))) {
        sink.push(leaves(&path, None, platform.span));
    }
}

fn leaves(path: &str, component: Option<&str>, span: Span) -> Diagnostic {
    let accept = match component {
        Some(_) => "`allow = [\"outside-source\"]`",
        None => "`[lints]` `outside-source = \"allow\"`",
    };
    let mut diagnostic =
        Diagnostic::new(Code::OutsideSource, format!("`{path}` leaves the project"))
            .label(
                span,
                "a raw key reads it from outside of the project's folder",
            )
            .help(format!(
                "move it into the project, or accept it with {accept}"
            ))
            .denied();
    diagnostic.component = component.map(ToString::to_string);
    diagnostic
}

/// The paths of a service that leave the project. Absolute folders are bind mounts like others; files are read as they are.
fn of_service(raw: &Raw, depth: usize) -> Vec<String> {
    let mounts = items(raw.get("volumes")).map(|it| match it {
        Raw::Table(_) => word(it.get("source")),
        _ => first_part(&word(Some(it))),
    });
    let build = raw.get("build");
    let context = match build {
        Some(Raw::Table(_)) => word(build.and_then(|it| it.get("context"))),
        _ => word(build),
    };
    let contexts = build.and_then(|it| it.get("additional_contexts"));
    let contexts = entries(contexts).map(|(_, path)| word(Some(path)));
    let watched = items(raw.at(&["develop", "watch"])).map(|it| word(it.get("path")));
    let files = files(raw.get("env_file")).chain(files(raw.get("label_file")));
    let named = [&["extends", "file"], &["credential_spec", "file"]];
    let files = files.chain(named.into_iter().map(|path| word(raw.at(path))));
    let outside = |path: &String| is_outside(path, depth);
    let folders = mounts.chain([context]).chain(contexts).chain(watched);
    let folders = folders.filter(outside);
    let read = files.filter(|path| is_outside(path, depth) || path.starts_with('/'));
    folders.chain(read).collect()
}

/// `"a"`, `["a"]` or `[{ path = "a" }]`.
fn files(raw: Option<&Raw>) -> impl Iterator<Item = String> {
    let one = raw.filter(|raw| matches!(raw, Raw::Text(_))).into_iter();
    one.chain(items(raw)).map(|it| match it {
        Raw::Table(_) => word(it.get("path")),
        _ => word(Some(it)),
    })
}

/// Whether a path is in a home, or climbs out of the project from a folder that lies so deep in it.
fn is_outside(path: &str, depth: usize) -> bool {
    path.starts_with('~') || climbs_out(path, depth)
}

#[cfg(test)]
mod tests {
    use super::is_outside;

    #[test]
    fn a_path_may_climb_to_the_project_and_not_above() {
        for path in [
            "x",
            "./x",
            "../../models",
            "../../a/../b",
            "/srv",
            "data",
            "",
        ] {
            assert!(!is_outside(path, 2), "{path}");
        }
        for path in [
            "~",
            "~/.ssh",
            "../../../x",
            "../../a/../../b",
            "x/../../../..",
        ] {
            assert!(is_outside(path, 2), "{path}");
        }
        assert!(!is_outside("../../../x", 3));
    }
}
