//! Lints: what works, but not well. Levels and `allow` are applied when a run ends.

use std::collections::BTreeSet;

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Severity, Sink},
    graph::workload_texts,
    model::{EnvironmentVariable, FlowEnd, MountSource, Piece, Text, Workload},
    source::Span,
};

/// The place of a key of a workload, else of its component.
pub(super) fn place(workload: &Workload, key: &str) -> Span {
    workload
        .written
        .entry(key)
        .map_or(workload.span, |entry| entry.key.span)
}

pub(super) fn lint(code: Code, message: String, workload: &Workload) -> Diagnostic {
    Diagnostic::new(code, message).about(&workload.component)
}

/// A variable that sounds like a secret and has its value written out.
pub(super) fn plaintext_secrets(facts: Facts<'_>, sink: &mut Sink) {
    for workload in facts.platform.workloads() {
        for variable in &workload.env {
            if is_plain_secret(variable) && user_wrote(workload, &variable.name) {
                let env = &variable.name;
                sink.push(
                    lint(
                        Code::PlaintextSecret,
                        format!(
                            "`{env}` of `{}` looks like a secret that is written out",
                            workload.name
                        ),
                        workload,
                    )
                    .label(variable.span, "in plain text")
                    .help(format!(
                        "declare a secret and write `env.{env} = \"${{secrets.NAME}}\"`"
                    )),
                );
            }
        }
    }
    let others = facts
        .platform
        .pipelines
        .iter()
        .flat_map(|pipeline| &pipeline.env)
        .chain(facts.platform.ci.iter().flat_map(|entry| &entry.env));
    for variable in others.filter(|variable| is_plain_secret(variable)) {
        sink.push(
            Diagnostic::new(
                Code::PlaintextSecret,
                format!(
                    "`{}` looks like a secret that is written out",
                    variable.name
                ),
            )
            .label(variable.span, "in plain text")
            .help("declare a secret and write `\"${secrets.NAME}\"`"),
        );
    }
}

fn user_wrote(workload: &Workload, variable: &str) -> bool {
    workload
        .written
        .get_path(&["env", variable])
        .is_some_and(|node| !node.as_str().unwrap_or_default().contains("${"))
}

fn is_plain_secret(variable: &EnvironmentVariable) -> bool {
    const WORDS: [&str; 6] = [
        "PASSWORD",
        "PASSWD",
        "SECRET",
        "TOKEN",
        "APIKEY",
        "CREDENTIAL",
    ];
    const PAIRS: [&str; 4] = ["API_KEY", "PRIVATE_KEY", "ACCESS_KEY", "FERNET_KEY"];
    /// What follows a secret's name when the value is only where to find it, or a property of it.
    const HARMLESS: [&str; 9] = [
        "FILE", "PATH", "URL", "NAME", "ENABLED", "TTL", "EXPIRY", "LIFETIME", "LENGTH",
    ];
    let name = variable.name.to_ascii_uppercase();
    let words: Vec<&str> = name
        .split(['_', '.', '-'])
        .filter(|word| !word.is_empty())
        .collect();
    let sounds = words.iter().any(|word| WORDS.contains(word))
        || PAIRS.iter().any(|pair| name.contains(pair));
    let harmless = words.last().is_some_and(|word| HARMLESS.contains(word));
    let literal = match variable.value.pieces.as_slice() {
        [Piece::Literal(text)] => !text.is_empty() && !matches!(text.as_str(), "true" | "false"),
        _ => false,
    };
    (sounds && !harmless && literal) || variable.value.pieces.iter().any(url_with_password)
}

/// `scheme://user:password@host` with the password written out.
fn url_with_password(piece: &Piece) -> bool {
    let Piece::Literal(text) = piece else {
        return false;
    };
    text.match_indices("://").any(|(at, _)| {
        let rest = &text[at + 3..];
        let authority = &rest[..rest.find(['/', '?', ' ']).unwrap_or(rest.len())];
        authority
            .rsplit_once('@')
            .and_then(|(login, _)| login.split_once(':'))
            .is_some_and(|(_, password)| !password.is_empty())
    })
}

/// The engine's socket, all rights on the host, root.
pub(super) fn rights(facts: Facts<'_>, sink: &mut Sink) {
    for workload in facts.platform.workloads() {
        let socket = workload.mounts.iter().find(|mount| {
            matches!(&mount.source, MountSource::Bind { path, .. } if path.ends_with("docker.sock"))
        });
        if let Some(mount) = socket {
            let span = if workload
                .written
                .get_path(&["volumes", &mount.name])
                .is_some()
                && !facts.is_of_kind(mount.span)
            {
                mount.span
            } else {
                workload.span
            };
            sink.push(
                lint(
                    Code::DockerSocket,
                    format!("`{}` can do anything that the container engine can", workload.name),
                    workload,
                )
                .label(span, "mounts the engine's socket")
                .help("whoever controls it is root on the host; accept it with `allow = [\"docker-socket\"]`"),
            );
        }
        if workload.runtime.privileged {
            sink.push(
                lint(Code::Privileged, format!("`{}` has all rights on the host", workload.name), workload)
                    .label(at(facts, workload, "privileged"), "privileged")
                    .help("give it the `devices` or `cap_add` that it needs; accept it with `allow = [\"privileged\"]`"),
            );
        }
        let user = workload.runtime.user.as_ref().and_then(Text::as_plain);
        if user.is_some_and(|user| matches!(user.split(':').next(), Some("root" | "0"))) {
            sink.push(
                lint(
                    Code::RootUser,
                    format!("`{}` runs as root", workload.name),
                    workload,
                )
                .label(at(facts, workload, "user"), "root")
                .help("name a user of the image; accept it with `allow = [\"root-user\"]`"),
            );
        }
    }
}

/// The key where the user wrote it; where the kind did, the component.
pub(super) fn at(facts: Facts<'_>, workload: &Workload, key: &str) -> Span {
    Some(place(workload, key))
        .filter(|span| !facts.is_of_kind(*span))
        .unwrap_or(workload.span)
}

/// Host ports that the whole network reaches.
pub(super) fn public_binds(facts: Facts<'_>, sink: &mut Sink) {
    for workload in facts.platform.workloads() {
        for port in &workload.ports {
            let public = !matches!(port.bind.as_str(), "localhost" | "::1" | "[::1]")
                && !port.bind.starts_with("127.");
            if port.host.is_some() && public {
                sink.push(
                    lint(
                        Code::PublicBind,
                        format!(
                            "port `{}` of `{}` is open to the network",
                            port.name, workload.name
                        ),
                        workload,
                    )
                    .label(port.host_span, format!("published on `{}`", port.bind))
                    .help("bind it to 127.0.0.1; accept it with `allow = [\"public-bind\"]`"),
                );
            }
        }
    }
}

/// Bind sources that leave the project through `..`: an error unless the component allows it.
pub(super) fn sources(facts: Facts<'_>, sink: &mut Sink) {
    let own = facts.platform.workloads().flat_map(|workload| {
        workload
            .mounts
            .iter()
            .map(move |mount| (mount, Some(workload.component.as_str())))
    });
    let pipelines = facts
        .platform
        .pipelines
        .iter()
        .flat_map(|pipeline| pipeline.volumes.iter().map(|mount| (mount, None)));
    for (mount, component) in own.chain(pipelines) {
        let MountSource::Bind { path, .. } = &mount.source else {
            continue;
        };
        if let (true, Some(component)) = (is_program(path), component) {
            sink.push(
                Diagnostic::new(
                    Code::OutsideSource,
                    format!("`{path}` is a program of the host"),
                )
                .about(component)
                .label(mount.span, "absent or built for another system elsewhere")
                .help("use an image that has the program, or accept it with `allow = [\"outside-source\"]`"),
            );
        }
        if !leaves(path) {
            continue;
        }
        let component = component.and_then(|name| facts.platform.component(name));
        if component.is_some_and(|component| component.allow.contains(&Code::OutsideSource)) {
            continue;
        }
        // The one lint that is an error unless it is said to be less.
        let severity = match facts
            .platform
            .lints
            .get(&Code::OutsideSource)
            .map(String::as_str)
        {
            Some("allow") => continue,
            Some("warn") => Severity::Warning,
            _ => Severity::Error,
        };
        let mut diagnostic =
            Diagnostic::new(Code::OutsideSource, format!("`{path}` leaves the project"))
                .label(mount.span, "a source outside of the project's folder")
                .help("move it into the project, or accept it with `allow = [\"outside-source\"]`");
        diagnostic.severity = severity;
        diagnostic.component = component.map(|component| component.name.clone());
        sink.push(diagnostic);
    }
}

/// Whether a path of the host is where programs lie.
fn is_program(path: &str) -> bool {
    [
        "/bin/",
        "/sbin/",
        "/usr/bin/",
        "/usr/sbin/",
        "/usr/local/bin/",
    ]
    .iter()
    .any(|folder| path.starts_with(folder))
}

/// Whether a relative path climbs above where it starts.
fn leaves(path: &str) -> bool {
    if path.starts_with('/') {
        return false;
    }
    let mut depth = 0i32;
    for part in path.split('/') {
        match part {
            ".." => depth -= 1,
            "" | "." => {}
            _ => depth += 1,
        }
        if depth < 0 {
            return true;
        }
    }
    false
}

/// No health check, no volume for a store, no resources.
pub(super) fn habits(facts: Facts<'_>, sink: &mut Sink) {
    for component in &facts.platform.components {
        let Some(main) = component.main() else {
            continue;
        };
        if !main.is_job() && main.health.is_none() && !main.ports.is_empty() {
            sink.push(
                lint(Code::NoHealthCheck, format!("nothing tells whether `{}` works", main.name), main)
                    .label(component.span, "has ports and no health check")
                    .help("write `health = { http = \"/health\", port = \"http\" }`, or `health = { tcp = \"http\" }`"),
            );
        }
        let keeps = main.mounts.iter().any(|mount| !mount.read_only);
        if component.icon == "store" && !keeps {
            sink.push(
                lint(
                    Code::NoPersistence,
                    format!("what `{}` stores is gone with its container", main.name),
                    main,
                )
                .label(component.span, "a store without a volume")
                .help("write `volumes.data = { mount = \"...\" }`"),
            );
        }
        if main.resources.memory.is_none() && main.resources.cpu.is_none() {
            sink.push(
                lint(
                    Code::NoResources,
                    format!("`{}` may take all memory of the machine", main.name),
                    main,
                )
                .label(component.span, "asks for no resources")
                .help("write `resources = { cpu = \"250m\", memory = \"512Mi\" }`"),
            );
        }
    }
}

/// Secrets, variables, groups, volumes and actors that nothing uses.
pub(super) fn unused(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    let used = Used::of(facts);
    for secret in &platform.secrets {
        let declared = secret.origin == crate::model::SecretOrigin::Declared;
        if declared && !used.secrets.contains(secret.name.as_str()) {
            say(sink, "secret", &secret.name, secret.span);
        }
    }
    for group in &platform.groups {
        let members = platform
            .components
            .iter()
            .any(|component| component.group.as_deref() == Some(&group.name));
        if !members {
            say(sink, "group", &group.name, group.span);
        }
    }
    for volume in platform
        .volumes
        .iter()
        .filter(|volume| volume.component.is_none())
    {
        let mounted = platform
            .workloads()
            .flat_map(|workload| &workload.mounts)
            .chain(
                platform
                    .pipelines
                    .iter()
                    .flat_map(|pipeline| &pipeline.volumes),
            )
            .any(|mount| mount.source == MountSource::Volume(volume.key.clone()));
        if !mounted && volume.path.starts_with("volumes.") {
            say(sink, "volume", &volume.key, volume.span);
        }
    }
    for network in &platform.networks {
        let joined = platform
            .workloads()
            .any(|workload| workload.networks.contains(&network.name));
        if !joined {
            say(sink, "network", &network.name, network.span);
        }
    }
    for actor in &platform.actors {
        let end = FlowEnd::Actor(actor.name.clone());
        if !platform
            .flows
            .iter()
            .any(|flow| flow.from == end || flow.to == end)
        {
            say(sink, "actor", &actor.name, actor.span);
        }
    }
}

fn say(sink: &mut Sink, what: &str, name: &str, span: Span) {
    sink.push(
        Diagnostic::new(Code::Unused, format!("{what} `{name}` is used nowhere"))
            .label(span, "declared here")
            .help("remove it, or use it"),
    );
}

/// Secrets that something reads.
struct Used<'a> {
    secrets: BTreeSet<&'a str>,
}

impl<'a> Used<'a> {
    fn of(facts: Facts<'a>) -> Self {
        let platform = facts.platform;
        let mut secrets: BTreeSet<&str> = BTreeSet::new();
        for workload in platform.workloads() {
            secrets.extend(workload_texts(workload).flat_map(Text::secrets));
            for file in &workload.files {
                if let crate::model::FileContent::Secret(name) = &file.content {
                    secrets.insert(name);
                }
            }
        }
        for component in &platform.components {
            for setting in &component.settings {
                if let crate::model::SettingValue::Text(text) = &setting.value {
                    secrets.extend(text.secrets());
                }
            }
        }
        for pipeline in &platform.pipelines {
            let tasks = pipeline.tasks.iter().flat_map(|task| &task.env);
            secrets.extend(
                pipeline
                    .env
                    .iter()
                    .chain(tasks)
                    .flat_map(|variable| variable.value.secrets()),
            );
        }
        for entry in &platform.ci {
            let stages: Vec<_> = entry
                .stages
                .iter()
                .flat_map(|stage| std::iter::once(stage).chain(&stage.parallel))
                .collect();
            let bound = stages
                .iter()
                .flat_map(|stage| &stage.secrets)
                .chain(&entry.secrets);
            secrets.extend(bound.map(|bound| bound.secret.as_str()));
            let env = stages.iter().flat_map(|stage| &stage.env).chain(&entry.env);
            secrets.extend(env.flat_map(|variable| variable.value.secrets()));
        }
        Self { secrets }
    }
}
