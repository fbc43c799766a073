//! What Docker Swarm can't express, as lints.

use std::collections::BTreeSet;

use crate::{
    diag::{Code, Diagnostic},
    model::{FileContent, HostPort, NetworkMode, Platform, Raw, Tmpfs, TmpfsOption, Workload},
    source::Span,
    target::Context,
};

use super::speak;

const ACCEPT: &str = "write `allow = [\"target-loss\"]` on the component if that is what you want";

/// Says what is lost, and where.
fn lost(span: Span, message: String, help: &str) -> Diagnostic {
    Diagnostic::new(Code::TargetLoss, format!("swarm: {message}"))
        .label(span, "Swarm has no form for this")
        .help(help)
}

/// A key that has no form; `why` goes on from "`key` of `workload`: ".
///
/// `said` are keys by component: what all workloads of one share is said once.
pub(super) fn of_workload(
    context: &Context<'_>,
    workload: &Workload,
    said: &mut BTreeSet<(String, String)>,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut key = |key: &str, is_lost: bool, why: &str| {
        if is_lost && said.insert((workload.component.clone(), key.to_string())) {
            let span = workload
                .written
                .get(key)
                .map_or(workload.span, |node| node.span);
            let message = format!("`{key}` of `{}`: {why}", workload.name);
            found.push(lost(span, message, ACCEPT));
        }
    };
    let runtime = &workload.runtime;
    let mode = workload.network_mode.as_ref().map(|mode| &mode.value);
    if matches!(mode, Some(NetworkMode::Service(_))) {
        key(
            "network_mode",
            true,
            "no container is in another's network: nothing is emitted for it",
        );
        return about(found, workload);
    }
    let nothing = "nothing is emitted for it";
    key(
        "build",
        workload.build.is_some(),
        "Swarm builds nothing: build the image and push it",
    );
    key(
        "profiles",
        !workload.profiles.is_empty(),
        match workload.is_job() {
            true => "a job that is off is left out",
            false => "it gets no replicas, until `docker service scale`",
        },
    );
    key(
        "depends_on",
        workload.part.is_none() && workload.written.get("depends_on").is_some(),
        "all start at once, and what fails is started again until it does not",
    );
    key("platform", runtime.platform.is_some(), nothing);
    key("group_add", !runtime.group_add.is_empty(), nothing);
    key("privileged", runtime.privileged, nothing);
    key("devices", !runtime.devices.is_empty(), nothing);
    let options = runtime.tmpfs.iter().any(has_more_than_a_size);
    key(
        "tmpfs",
        options,
        "its size is kept, its other options are not",
    );
    key(
        "resources",
        workload.resources.gpu.is_some(),
        "`gpu` is left out",
    );
    let raw = matches!(&workload.raw_compose, Raw::Table(raw) if !raw.is_empty());
    key(
        "compose",
        raw,
        "these are Compose's own keys: nothing is emitted for them",
    );
    let on_host = mode == Some(&NetworkMode::Host) || mode == Some(&NetworkMode::None);
    let published = workload
        .ports
        .iter()
        .filter(|port| port.host.is_some() && !on_host);
    found.extend(published.filter(|port| !port.bind.is_everywhere()).map(|port| {
        let host = match port.host {
            Some(HostPort::Fixed(range)) => range.to_string(),
            _ => "any".to_string(),
        };
        let message = format!(
            "`bind` of the port `{}` of `{}`: it is published on all addresses of all nodes ({host}), not on {} alone",
            port.name, workload.name, port.bind
        );
        lost(port.host_span, message, "leave `host` out, close it by a firewall, or accept it: `allow = [\"target-loss\"]`")
    }));
    found.extend(of_files(context.platform, workload));
    about(found, workload)
}

fn of_files(platform: &Platform, workload: &Workload) -> Vec<Diagnostic> {
    let files = workload.files.iter();
    files
        .filter_map(|file| match &file.content {
            FileContent::Secret(name) => {
                let secret = platform.secret(name).filter(|secret| secret.optional)?;
                let message = format!(
                    "the optional secret `{}` that `{}` mounts has to be there, empty or not",
                    secret.name, workload.name
                );
                Some(lost(file.span, message, ACCEPT))
            }
            _ if file.mode != 0o644 => {
                let message = format!(
                    "the file `{}` of `{}` can't get the mode `{:04o}`: it is mounted with the one that it has on disk",
                    file.path, workload.name, file.mode
                );
                Some(lost(file.span, message, ACCEPT))
            }
            _ => None,
        })
        .collect()
}

/// What belongs to no component.
pub(super) fn of_platform(platform: &Platform) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for variable in &platform.variables {
        if let (Some(env), false) = (&variable.env, speak::can_be_a_default(&variable.default)) {
            let message = format!(
                "the default of `vars.{}` holds a brace: it is written out, and `{env}` does not change it",
                variable.name
            );
            found.push(lost(
                variable.span,
                message,
                "choose a default without braces",
            ));
        }
    }
    if matches!(&platform.raw_compose, Raw::Table(raw) if !raw.is_empty()) {
        let message = "`[raw.compose]`: these are Compose's own keys: nothing is emitted for them";
        found.push(lost(
            platform.span,
            message.to_string(),
            "write `[lints] target-loss = \"allow\"` to accept it",
        ));
    }
    found
}

/// Whose `allow` accepts it.
fn about(mut found: Vec<Diagnostic>, workload: &Workload) -> Vec<Diagnostic> {
    for diagnostic in &mut found {
        diagnostic.component = Some(workload.component.clone());
    }
    found
}

fn has_more_than_a_size(tmpfs: &Tmpfs) -> bool {
    let mut options = tmpfs.options.iter();
    !options.all(|option| matches!(option, TmpfsOption::Size(_)))
}
