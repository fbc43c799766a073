//! The texts of the model in which references may stand.
//!
//! Each structure is taken apart field by field: when a field is added to the model, this does not compile until the
//! field is read here or named as one that holds no text.

use std::{collections::BTreeSet, slice};

use crate::model::{
    Build, EnvironmentVariable, FileContent, FileMount, Health, Image, Parameter, Pipeline, Probe,
    Runtime, Task, TaskBody, Text, Workload,
};

/// The secrets that a workload reads: in its texts, and as files.
pub fn workload_secrets(workload: &Workload) -> BTreeSet<&str> {
    let files = workload.files.iter();
    let mounted = files.filter_map(|file| match &file.content {
        FileContent::Secret(name) => Some(name.as_str()),
        _ => None,
    });
    let texts = workload_texts(workload).flat_map(Text::secrets);
    texts.chain(mounted).collect()
}

/// Every text of a workload in which a reference may stand.
pub fn workload_texts(workload: &Workload) -> impl Iterator<Item = &Text> {
    let Workload {
        node_mounts: _,
        image,
        build,
        entrypoint,
        command,
        env,
        files,
        health,
        metrics,
        runtime,
        chart,
        raw_compose,
        raw_helm,
        in_chart: _,
        name: _,
        component: _,
        part: _,
        group: _,
        lifecycle: _,
        description: _,
        ports: _,
        mounts: _,
        env_files: _,
        probed: _,
        resources: _,
        replicas: _,
        scaled_to: _,
        daemon: _,
        restart: _,
        profiles: _,
        network_mode: _,
        networks: _,
        aliases: _,
        depends_on: _,
        reaches: _,
        written: _,
        values: _,
        span: _,
    } = workload;
    let mut texts: Vec<&Text> = image.texts().collect();
    texts.extend(entrypoint.iter().flatten());
    texts.extend(command.iter().flatten());
    texts.extend(env_texts(env));
    runtime_texts(runtime, &mut texts);
    texts.extend(files.iter().filter_map(file_text));
    texts.extend(health.iter().flat_map(health_texts));
    texts.extend(metrics.iter().map(|metrics| &metrics.written));
    if let Some(build) = build {
        build_texts(build, &mut texts);
    }
    if let Some(chart) = chart {
        chart.values.add_texts(&mut texts);
        chart.beside.add_texts(&mut texts);
        texts.extend(&chart.moves);
        texts.extend(
            chart
                .secret
                .iter()
                .flat_map(|secret| secret.entries.iter().map(|(_, text)| text)),
        );
    }
    raw_compose.add_texts(&mut texts);
    raw_helm.add_texts(&mut texts);
    texts.into_iter()
}

/// Every text of a pipeline and its tasks in which a reference may stand.
pub fn pipeline_texts(pipeline: &Pipeline) -> impl Iterator<Item = &Text> {
    let Pipeline {
        image,
        build,
        params,
        env,
        tasks,
        name: _,
        description: _,
        schedule: _,
        start: _,
        tags: _,
        reaches: _,
        retries: _,
        retry_delay: _,
        timeout: _,
        catchup: _,
        max_active_runs: _,
        volumes: _,
        resources: _,
        container: _,
        written: _,
        span: _,
    } = pipeline;
    let mut texts: Vec<&Text> = image
        .iter()
        .flat_map(Image::texts)
        .chain(env_texts(env))
        .collect();
    if let Some(build) = build {
        build_texts(build, &mut texts);
    }
    for Parameter { value, name: _ } in params {
        value.add_texts(&mut texts);
    }
    texts.extend(tasks.iter().flat_map(task_texts));
    texts.into_iter()
}

fn task_texts(task: &Task) -> impl Iterator<Item = &Text> {
    let Task {
        body,
        image,
        env,
        name: _,
        after: _,
        retries: _,
        timeout: _,
        trigger_rule: _,
        resources: _,
        container: _,
        span: _,
    } = task;
    let run = match body {
        TaskBody::Run(text) => Some(text),
        TaskBody::Stub => None,
    };
    run.into_iter()
        .chain(image.iter().flat_map(Image::texts))
        .chain(env_texts(env))
}

fn env_texts(env: &[EnvironmentVariable]) -> impl Iterator<Item = &Text> {
    env.iter().map(|variable| &variable.value)
}

fn runtime_texts<'a>(runtime: &'a Runtime, texts: &mut Vec<&'a Text>) {
    let Runtime {
        labels,
        user,
        group_add,
        privileged: _,
        no_new_privileges: _,
        cluster_user: _,
        unrestricted: _,
        cluster_only: _,
        alone: _,
        reads: _,
        reads_everywhere: _,
        read_only: _,
        tmpfs: _,
        devices: _,
        hostname: _,
        working_dir: _,
        init: _,
        shm_size: _,
        ulimits: _,
        cap_add: _,
        cap_drop: _,
        extra_hosts: _,
        platform: _,
        tty: _,
        stdin_open: _,
        stop_grace_period: _,
        stop_signal: _,
    } = runtime;
    texts.extend(labels.iter().map(|(_, value)| value));
    texts.extend(user.iter().map(|user| &user.text));
    texts.extend(group_add.iter().map(|group| &group.text));
}

fn file_text(file: &FileMount) -> Option<&Text> {
    match &file.content {
        FileContent::Text { text, name: _ } => Some(text),
        FileContent::Project { .. }
        | FileContent::Folder { .. }
        | FileContent::Secret(_)
        | FileContent::Stubs
        | FileContent::Generated(_) => None,
    }
}

/// What a check asks, here and in a cluster.
fn health_texts(health: &Health) -> Vec<&Text> {
    let probes = [Some(&health.probe), health.in_cluster.as_ref()];
    let asked = probes.into_iter().flatten().flat_map(probe_texts);
    asked.chain(&health.alive).collect()
}

fn probe_texts(probe: &Probe) -> &[Text] {
    match probe {
        Probe::Http { path, .. } => slice::from_ref(path),
        Probe::Command(words) => words,
        Probe::Shell(line) => slice::from_ref(line),
        Probe::Tcp { .. } => &[],
    }
}

fn build_texts<'a>(build: &'a Build, texts: &mut Vec<&'a Text>) {
    let Build {
        args,
        context: _,
        dockerfile: _,
        target: _,
        cache_from: _,
    } = build;
    texts.extend(args.iter().map(|(_, value)| value));
}
