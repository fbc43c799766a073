//! The platform as plain data, for templates of the user's own. docs/templates.md lists every key.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::workload::workload;
use crate::{
    model::{
        Agent, Ci, CiStage, Component, EnvironmentVariable, FlowEnd, HostPort, Pipeline, Platform,
        Port, SecretVariable, Task, TaskBody, Text, TriggerRule,
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

pub(super) fn list<T>(items: &[T], view: impl Fn(&T) -> Value) -> Value {
    items.iter().map(view).collect()
}

pub(super) fn text(platform: &Platform, text: &Text) -> String {
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

pub(super) fn port(port: &Port) -> Value {
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

pub(super) fn environment(platform: &Platform, variables: &[EnvironmentVariable]) -> Value {
    list(variables, |variable| {
        json!({
            "name": variable.name,
            "value": text(platform, &variable.value),
        })
    })
}

fn pipeline(platform: &Platform, pipeline: &Pipeline) -> Value {
    let Pipeline {
        name,
        description,
        schedule,
        start,
        image,
        tags,
        reaches,
        retries,
        retry_delay,
        timeout,
        catchup,
        max_active_runs,
        params,
        env,
        tasks,
        // How an engine or a cluster runs its tasks.
        build: _,
        volumes: _,
        resources: _,
        container: _,
        written: _,
        span: _,
    } = pipeline;
    let task = |task: &Task| self::task(platform, pipeline, task);
    json!({
        "name": name,
        "description": description,
        "schedule": schedule.as_ref().map(ToString::to_string),
        "start": start.as_ref().map(ToString::to_string),
        "image": image.as_ref().map(|image| text(platform, &image.text())),
        "tags": tags,
        "reaches": list(reaches, |reach| json!({
            "component": reach.component,
            "port": reach.port,
        })),
        "retries": retries,
        "retry_delay_ms": retry_delay,
        "timeout_ms": timeout,
        "catchup": catchup,
        "max_active_runs": max_active_runs,
        "env": environment(platform, env),
        "params": list(params, |parameter| json!({
            "name": parameter.name,
            "value": Readable(platform).raw(&parameter.value),
        })),
        "tasks": list(tasks, task),
    })
}

fn task(platform: &Platform, pipeline: &Pipeline, task: &Task) -> Value {
    let Task {
        name,
        body,
        after,
        image,
        env,
        retries,
        timeout,
        trigger_rule,
        // How an engine or a cluster runs it.
        resources: _,
        container: _,
        span: _,
    } = task;
    json!({
        "name": name,
        "run": match body {
            TaskBody::Run(run) => Some(text(platform, run)),
            TaskBody::Stub => None,
        },
        "after": list(after, |before| json!(pipeline.task(before.value).name)),
        "image": image.as_ref().map(|image| text(platform, &image.text())),
        "env": environment(platform, env),
        "retries": retries,
        "timeout_ms": timeout,
        "trigger_rule": trigger_rule.map(TriggerRule::name),
    })
}

fn ci(platform: &Platform, ci: &Ci) -> Value {
    let Ci {
        name,
        description,
        agent,
        paths,
        branches,
        tags,
        env,
        secrets,
        timeout,
        retries,
        stages,
        // In Jenkins' own terms: a Jenkinsfile has them.
        unset: _,
        parameters: _,
        triggers: _,
        post: _,
        written: _,
        span: _,
    } = ci;
    json!({
        "name": name,
        "description": description,
        "agent": self::agent(agent),
        "paths": paths,
        "branches": branches,
        "tags": tags,
        "env": environment(platform, env),
        "secrets": bound(secrets),
        "timeout_ms": timeout,
        "retries": retries,
        "stages": list(stages, |known| stage(platform, known)),
    })
}

fn bound(secrets: &[SecretVariable]) -> Value {
    list(secrets, |secret| {
        json!({
            "variable": secret.variable,
            "secret": secret.secret,
        })
    })
}

fn stage(platform: &Platform, known: &CiStage) -> Value {
    let CiStage {
        name,
        run,
        env,
        secrets,
        paths,
        branches,
        tags,
        timeout,
        retries,
        agent,
        parallel,
        // In Jenkins' own terms: a Jenkinsfile has them.
        unset: _,
        post: _,
        span: _,
    } = known;
    json!({
        "name": name,
        "run": list(run, |line| Value::from(text(platform, line))),
        "env": environment(platform, env),
        "secrets": bound(secrets),
        "paths": paths,
        "branches": branches,
        "tags": tags,
        "timeout_ms": timeout,
        "retries": retries,
        "agent": agent.as_ref().map(self::agent),
        "parallel": list(parallel, |inner| stage(platform, inner)),
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
