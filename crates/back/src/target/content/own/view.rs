//! The platform as plain data, for templates of the user's own. docs/templates.md lists every key.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    model::{
        Agent, Ci, CiStage, Component, EnvironmentVariable, FlowEnd, Gpu, HostPort, Lifecycle,
        Mount, MountSource, Pipeline, Platform, Port, TaskBody, Text, Workload,
    },
    speak::{Readable, Speak},
};

/// Everything that the platform file says, resolved. Lists stand in the user's order. In a text a secret is written
/// `${secrets.NAME}`, a variable is its default and an address is the one inside. What `facts` of the graph knows besides
/// is there too.
pub(super) fn view(platform: &Platform, mut facts: Value) -> Value {
    json!({
        "needs": facts["needs"].take(),
        "connections": facts["connections"].take(),
        "waves": facts["waves"].take(),
        "platform": {
            "name": platform.name,
            "project": platform.project,
            "description": platform.description,
            "environment": platform.environment,
            "targets": platform.targets.iter().map(|target| target.name()).collect::<Vec<_>>(),
        },
        "vars": list(&platform.variables, |variable| json!({
            "name": variable.name,
            "default": variable.default,
            "env": variable.env,
            "description": variable.description,
        })),
        "secrets": list(&platform.secrets, |secret| json!({
            "name": secret.name,
            "env": secret.env,
            "description": secret.description,
            "optional": secret.optional,
        })),
        "groups": list(&platform.groups, |group| json!({
            "name": group.name,
            "description": group.description,
            "network": platform.network_name(&group.name),
        })),
        "volumes": list(&platform.volumes, |volume| json!({
            "name": volume.key,
            "real_name": volume.real_name,
            "component": volume.component,
            "size": volume.size,
            "external": volume.external,
        })),
        "components": list(&platform.components, |known| component(platform, known)),
        "pipelines": list(&platform.pipelines, |known| pipeline(platform, known)),
        "ci": list(&platform.ci, |known| ci(platform, known)),
        "actors": list(&platform.actors, |actor| json!({
            "name": actor.name,
            "title": actor.title,
        })),
        "flows": list(&platform.flows, |flow| json!({
            "step": flow.step,
            "from": end(&flow.from),
            "to": end(&flow.to),
            "label": flow.label,
        })),
    })
}

fn list<T>(items: &[T], view: impl Fn(&T) -> Value) -> Value {
    items.iter().map(view).collect()
}

fn text(platform: &Platform, text: &Text) -> String {
    Readable(platform).text(text)
}

fn component(platform: &Platform, component: &Component) -> Value {
    json!({
        "name": component.name,
        "kind": component.kind,
        "title": component.title,
        "description": component.description,
        "group": component.group,
        "external": component.external.is_some(),
        "ports": list(&component.ports, port),
        "uses": list(&component.uses, |bound| json!({
            "role": bound.role,
            "component": bound.component,
            "database": bound.database.as_ref().map(|database| &database.name),
        })),
        "alerts": list(&component.alerts, |alert| json!({
            "name": alert.name,
            "expr": alert.expr,
            "for_ms": alert.hold,
            "keep_firing_for_ms": alert.keep_firing_for,
            "severity": alert.severity.name(),
            "labels": alert.labels.iter().cloned().collect::<BTreeMap<_, _>>(),
            "summary": alert.summary.as_ref().map(|it| &it.text),
            "description": alert.description.as_ref().map(|it| &it.text),
            "runbook_url": alert.runbook_url.as_ref().map(|it| &it.text),
        })),
        "workloads": list(&component.workloads, |known| workload(platform, known)),
    })
}

fn port(port: &Port) -> Value {
    json!({
        "name": port.name,
        "container": port.container.to_string(),
        "host": port.host.map(|host| match host {
            HostPort::Fixed(range) => range.to_string(),
            HostPort::Auto => "auto".to_string(),
        }),
        "bind": port.bind.to_string(),
        "protocol": port.protocol.name(),
        "scheme": port.scheme.name(),
        "path": port.path,
    })
}

fn workload(platform: &Platform, workload: &Workload) -> Value {
    let texts = |texts: &Option<Vec<Text>>| {
        texts
            .as_ref()
            .map(|texts| list(texts, |item| Value::from(text(platform, item))))
    };
    json!({
        "name": workload.name,
        "part": workload.part,
        "job": workload.lifecycle == Lifecycle::Job,
        "image": text(platform, &workload.image.text()),
        "built": workload.build.is_some(),
        "entrypoint": texts(&workload.entrypoint),
        "command": texts(&workload.command),
        "env": environment(platform, &workload.env),
        "ports": list(&workload.ports, port),
        "mounts": list(&workload.mounts, mount),
        "files": list(&workload.files, |file| Value::from(file.path.as_str())),
        "metrics": list(&workload.metrics, |metrics| json!({
            "job": metrics.job,
            "port": metrics.number,
            "path": metrics.path.to_string(),
            "interval_ms": metrics.interval,
        })),
        "resources": {
            "cpu_millis": workload.resources.cpu,
            "memory_bytes": workload.resources.memory,
            "gpu": workload.resources.gpu.as_ref().map(|gpu| match gpu {
                Gpu::Count(count) => json!(count),
                Gpu::All => json!("all"),
                Gpu::Devices(ids) => json!(ids),
            }),
        },
        "replicas": workload.replicas,
        "daemon": workload.daemon,
        "restart": workload.restart.name(),
        "profiles": workload.profiles,
        "depends_on": list(&workload.depends_on, |dependency| json!({
            "workload": dependency.workload,
            "condition": dependency.condition.name(),
            "optional": dependency.optional,
        })),
        "reaches": list(&workload.reaches, |reach| json!({
            "component": reach.component,
            "port": reach.port,
        })),
        "labels": list(&workload.runtime.labels, |(name, value)| json!({
            "name": name,
            "value": text(platform, value),
        })),
    })
}

fn environment(platform: &Platform, variables: &[EnvironmentVariable]) -> Value {
    list(variables, |variable| {
        json!({
            "name": variable.name,
            "value": text(platform, &variable.value),
        })
    })
}

fn mount(mount: &Mount) -> Value {
    let (volume, source) = match &mount.source {
        MountSource::Volume(key) => (Some(key), None),
        MountSource::Bind { path, .. } => (None, Some(path.as_str())),
    };
    json!({
        "name": mount.name,
        "path": mount.path,
        "volume": volume,
        "source": source,
        "read_only": mount.read_only,
    })
}

fn pipeline(platform: &Platform, pipeline: &Pipeline) -> Value {
    json!({
        "name": pipeline.name,
        "description": pipeline.description,
        "schedule": pipeline.schedule.as_ref().map(ToString::to_string),
        "start": pipeline.start.as_ref().map(ToString::to_string),
        "image": pipeline.image.as_ref().map(|image| text(platform, &image.text())),
        "tags": pipeline.tags,
        "env": environment(platform, &pipeline.env),
        "params": list(&pipeline.params, |parameter| json!({
            "name": parameter.name,
            "value": Readable(platform).raw(&parameter.value),
        })),
        "tasks": list(&pipeline.tasks, |task| json!({
            "name": task.name,
            "run": match &task.body {
                TaskBody::Run(run) => Some(text(platform, run)),
                TaskBody::Stub => None,
            },
            "after": list(&task.after, |before| json!(pipeline.task(before.value).name)),
            "image": task.image.as_ref().map(|image| text(platform, &image.text())),
            "env": environment(platform, &task.env),
        })),
    })
}

fn ci(platform: &Platform, ci: &Ci) -> Value {
    json!({
        "name": ci.name,
        "description": ci.description,
        "agent": agent(&ci.agent),
        "paths": ci.paths,
        "branches": ci.branches,
        "env": environment(platform, &ci.env),
        "stages": list(&ci.stages, |known| stage(platform, known)),
    })
}

fn stage(platform: &Platform, known: &CiStage) -> Value {
    json!({
        "name": known.name,
        "run": list(&known.run, |line| Value::from(text(platform, line))),
        "env": environment(platform, &known.env),
        "secrets": list(&known.secrets, |secret| json!({
            "variable": secret.variable,
            "secret": secret.secret,
        })),
        "paths": known.paths,
        "branches": known.branches,
        "agent": known.agent.as_ref().map(agent),
        "parallel": list(&known.parallel, |inner| stage(platform, inner)),
    })
}

fn agent(agent: &Agent) -> Value {
    match agent {
        Agent::Any => json!({ "kind": "any", "value": null }),
        Agent::Docker(image) => json!({ "kind": "docker", "value": image.to_text() }),
        Agent::Label(label) => json!({ "kind": "label", "value": label }),
    }
}

fn end(end: &FlowEnd) -> Value {
    let kind = match end {
        FlowEnd::Component(_) => "component",
        FlowEnd::Pipeline(_) => "pipeline",
        FlowEnd::Ci(_) => "ci",
        FlowEnd::Actor(_) => "actor",
    };
    json!({ "kind": kind, "name": end.name() })
}
