//! A workload as plain data. The structs of the model are taken apart field by field, so that a new key is asked for here.

use serde_json::{Map, Value, json};

use super::view::{environment, list, port, text};
use crate::{
    model::{
        Dependency, Gpu, Health, Lifecycle, Metrics, Mount, MountSource, NetworkMode, Platform,
        Probe, Reach, Resources, Runtime, Text, Ulimit, Workload,
    },
    speak::{Readable, Speak},
};

pub(super) fn workload(platform: &Platform, workload: &Workload) -> Value {
    let Workload {
        name,
        part,
        group,
        lifecycle,
        description,
        image,
        build,
        entrypoint,
        command,
        env,
        env_files,
        ports,
        mounts,
        files,
        health,
        metrics,
        resources,
        replicas,
        daemon,
        restart,
        profiles,
        network_mode,
        networks,
        aliases,
        depends_on,
        reaches,
        runtime,
        // The component that lists it.
        component: _,
        // What follows from other keys.
        probed: _,
        in_chart: _,
        written: _,
        values: _,
        span: _,
        // The chart's own.
        node_mounts: _,
        scaled_to: _,
        chart: _,
        raw_helm: _,
        // In the syntax of one target.
        raw_compose: _,
    } = workload;
    let texts = |texts: &Option<Vec<Text>>| texts.as_ref().map(|it| lines(platform, it));
    let mut out = json!({
        "name": name,
        "part": part,
        "group": group,
        "job": *lifecycle == Lifecycle::Job,
        "description": description,
        "image": text(platform, &image.text()),
        "built": build.is_some(),
        "entrypoint": texts(entrypoint),
        "command": texts(command),
        "env": environment(platform, env),
        "env_files": list(env_files, |file| Value::from(file.path.as_str())),
        "ports": list(ports, port),
        "mounts": list(mounts, mount),
        "files": list(files, |file| Value::from(file.path.as_str())),
        "health": health.as_ref().map(|it| self::health(platform, it)),
        "metrics": list(metrics, scrape),
        "resources": self::resources(resources),
        "replicas": replicas,
        "daemon": daemon,
        "restart": restart.name(),
        "profiles": profiles,
        "network_mode": network_mode.as_ref().map(|mode| match &mode.value {
            NetworkMode::Host => "host".to_string(),
            NetworkMode::None => "none".to_string(),
            NetworkMode::Service(name) => format!("service:{name}"),
        }),
        "networks": networks,
        "aliases": aliases,
        "depends_on": list(depends_on, dependency),
        "reaches": list(reaches, reach),
    });
    if let Value::Object(keys) = &mut out {
        keys.extend(self::runtime(platform, runtime));
    }
    out
}

/// Keys that mean the same as in Compose.
fn runtime(platform: &Platform, runtime: &Runtime) -> Map<String, Value> {
    let Runtime {
        user,
        group_add,
        privileged,
        read_only,
        tmpfs,
        devices,
        labels,
        hostname,
        working_dir,
        init,
        shm_size,
        ulimits,
        cap_add,
        cap_drop,
        extra_hosts,
        platform: image_platform,
        tty,
        stdin_open,
        stop_grace_period,
        stop_signal,
        // Of the catalog's images, and for clusters.
        no_new_privileges: _,
        cluster_user: _,
        unrestricted: _,
        cluster_only: _,
        alone: _,
        reads: _,
        reads_everywhere: _,
    } = runtime;
    let keys = json!({
        "user": user.as_ref().map(|it| text(platform, &it.text)),
        "group_add": list(group_add, |it| Value::from(text(platform, &it.text))),
        "privileged": privileged,
        "read_only": read_only,
        "tmpfs": written(tmpfs),
        "devices": written(devices),
        "labels": list(labels, |(name, value)| json!({
            "name": name,
            "value": text(platform, value),
        })),
        "hostname": hostname,
        "working_dir": working_dir,
        "init": init,
        "shm_size_bytes": shm_size,
        "ulimits": list(ulimits, |Ulimit { name, soft, hard }| json!({
            "name": name,
            "soft": soft,
            "hard": hard,
        })),
        "cap_add": written(cap_add),
        "cap_drop": written(cap_drop),
        "extra_hosts": written(extra_hosts),
        "platform": image_platform.as_ref().map(ToString::to_string),
        "tty": tty,
        "stdin_open": stdin_open,
        "stop_grace_period_ms": stop_grace_period,
        "stop_signal": stop_signal.as_ref().map(ToString::to_string),
    });
    match keys {
        Value::Object(keys) => keys,
        _ => Map::new(),
    }
}

/// Values as the engine takes them.
fn written(values: &[impl ToString]) -> Value {
    list(values, |value| Value::from(value.to_string()))
}

fn lines(platform: &Platform, lines: &[Text]) -> Value {
    list(lines, |line| Value::from(text(platform, line)))
}

fn health(platform: &Platform, health: &Health) -> Value {
    let Health {
        probe,
        interval,
        timeout,
        retries,
        start_period,
        // How runtimes ask.
        outside: _,
        in_cluster: _,
        alive: _,
        inside: _,
        liveness: _,
        tool: _,
        span: _,
    } = health;
    let (http, tcp, command, shell) = match probe {
        Probe::Http { path, port, .. } => {
            let path = Readable(platform).text(path);
            (
                Some(json!({ "path": path, "port": port })),
                None,
                None,
                None,
            )
        }
        Probe::Tcp { port, .. } => (None, Some(port), None, None),
        Probe::Command(words) => (None, None, Some(lines(platform, words)), None),
        Probe::Shell(line) => (None, None, None, Some(text(platform, line))),
    };
    json!({
        "http": http,
        "tcp": tcp,
        "command": command,
        "shell": shell,
        "interval_ms": interval,
        "timeout_ms": timeout,
        "retries": retries,
        "start_period_ms": start_period,
    })
}

fn scrape(metrics: &Metrics) -> Value {
    json!({
        "job": metrics.job,
        "port": metrics.number,
        "path": metrics.path.to_string(),
        "interval_ms": metrics.interval,
    })
}

fn resources(resources: &Resources) -> Value {
    let Resources {
        cpu,
        memory,
        gpu,
        cpu_limit,
    } = resources;
    json!({
        "cpu_millis": cpu,
        "cpu_limit_millis": cpu_limit,
        "memory_bytes": memory,
        "gpu": gpu.as_ref().map(|gpu| match gpu {
            Gpu::Count(count) => json!(count),
            Gpu::All => json!("all"),
            Gpu::Devices(ids) => json!(ids),
        }),
    })
}

fn dependency(dependency: &Dependency) -> Value {
    json!({
        "workload": dependency.workload,
        "condition": dependency.condition.name(),
        "optional": dependency.optional,
    })
}

fn reach(reach: &Reach) -> Value {
    json!({
        "component": reach.component,
        "port": reach.port,
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
