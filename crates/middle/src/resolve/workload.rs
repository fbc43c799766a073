//! Components and their workloads, from merged tables to the model.

use super::{
    Inputs, Scene, at_start,
    beforehand::Beforehand,
    cluster, data_folders, dependencies, engine_files, files, image, inline, mount_points, mounts,
    network, notify, observe, program, reaches,
    reference::{Scope, WorkloadOf, text},
    runtime, upstream, uses,
};
use crate::{
    diag::Sink,
    expand::{ComponentDraft, WorkloadDraft, read},
    model::{
        Alert, Component, EnvironmentVariable, External, FileMount, Gpu, Image, Lifecycle, Lists,
        Mount, Output, OutsidePort, Panel, Purpose, Raw, Reach, Record, Resources, Restart,
        Runtime, Text, Workload,
    },
    syntax::{Node, Removal, Table, Value, overlay},
};

/// Resolves one draft.
pub(super) fn component(
    scene: &Scene<'_>,
    index: usize,
    inputs: &Inputs<'_>,
    beforehand: &Beforehand<'_>,
    sink: &mut Sink,
) -> Component {
    let draft = &scene.components[index];
    image::check(scene, index, sink);
    let known = &beforehand.components[index];
    let workloads: Vec<Workload> = scene
        .running(index)
        .map(|shape| {
            network::check(scene, &shape.table, sink);
            workload(scene, (index, shape), inputs, beforehand, sink)
        })
        .collect();
    let Watched {
        alerts,
        records,
        own_panels,
        lists,
    } = watched(scene, index, &workloads, beforehand, sink);
    Component {
        name: draft.name.clone(),
        kind: draft.kind.name.clone(),
        program: draft.kind.program.clone(),
        title: draft.kind.title.clone(),
        icon: draft.kind.icon,
        any_program: draft.kind.any_program,
        purpose: draft.kind.purpose,
        builder: draft.kind.builder.clone(),
        version: draft.program.clone(),
        description: read::owned(&draft.user, "description"),
        group: draft.group.clone(),
        external: draft.external.as_ref().map(|external| External {
            addresses: external.addresses.clone(),
            metrics: known.external_metrics.clone(),
            span: external.span,
        }),
        ports: draft
            .workload(None)
            .map(|shape| shape.ports.clone())
            .unwrap_or_default(),
        main_port: draft.main_port(),
        outside_port: outside_port(draft),
        page_port: draft.page_port(),
        public_url: draft.public_address(),
        settings: known.settings.clone(),
        taken_at_start: at_start::secrets(draft, &known.settings),
        keys: at_start::keys(draft),
        replaced_keys: at_start::replaced_keys(draft),
        encrypted_with: read::strings(&draft.kind_table, "encrypted_with"),
        login_passwords: login_passwords(scene, index),
        outputs: outputs(scene, index),
        uses: uses::uses(scene, index, sink),
        workloads,
        healthy: observe::of_kind(scene, index, "healthy", sink),
        started: observe::of_kind(scene, index, "started", sink),
        alerts,
        records,
        panels: observe::panels(scene, index, sink).into(),
        own_panels,
        exposes: observe::exposes(draft),
        exposed_by_parts: observe::exposed_by_parts(draft),
        lists,
        requests: observe::requests(scene, index, sink),
        upgrades: draft.kind.upgrades.clone(),
        first_start: at_start::first_start(draft),
        first_start_files: at_start::files(draft),
        data_folders: data_folders::of_kind(scene, index, sink),
        image_volumes: read::strings(&draft.kind_table, "image_volumes"),
        reads_logs: draft.kind_table.boolean("reads_logs").unwrap_or(false),
        single: draft.kind_table.boolean("single").unwrap_or(false),
        single_because: read::owned(&draft.kind_table, "single_because"),
        keeps_in: data_folders::of_volumes(draft),
        several_with: draft.kind.several_with(),
        memory_maps: read::unsigned(&draft.kind_table, "memory_maps"),
        raw_helm: raw(
            scene,
            draft
                .workload(None)
                .and_then(|shape| shape.table.get("helm")),
            &Scope::component(index, None),
            sink,
        ),
        span: draft.span,
    }
}

/// How a component is watched.
struct Watched {
    alerts: Vec<Alert>,
    records: Vec<Record>,
    /// The panels that it has beside those of its kind.
    own_panels: Vec<Panel>,
    lists: Lists,
}

/// `workloads`: those of the component.
fn watched(
    scene: &Scene<'_>,
    index: usize,
    workloads: &[Workload],
    beforehand: &Beforehand<'_>,
    sink: &mut Sink,
) -> Watched {
    let draft = &scene.components[index];
    let external = &beforehand.components[index].external_metrics;
    let levels = observe::levels(scene, index, beforehand.retention(scene), sink);
    let mut made = levels.alerts;
    made.extend(observe::probe_alerts(&draft.name, draft.span, workloads));
    made.extend_from_slice(beforehand.promises(index));
    let paces = observe::Paces::of(scene, beforehand, workloads, external);
    let mut alerts = observe::alerts(scene, index, made, sink);
    if beforehand.runs_pipelines(index) {
        alerts = observe::of_pipelines(scene, index, alerts, sink);
    }
    let mut records = observe::records(scene, index, sink);
    records.extend(levels.records);
    let mut own_panels = levels.panels;
    own_panels.extend(observe::own_panels(scene, index, sink));
    Watched {
        alerts: observe::in_order(alerts, &paces),
        records,
        own_panels,
        lists: observe::lists(draft, workloads, external, &scene.names.registry),
    }
}

fn outside_port(draft: &ComponentDraft) -> Option<OutsidePort> {
    let own_name = draft.kind.own_name.as_ref()?;
    Some(OutsidePort {
        name: own_name.port.clone(),
        instead: own_name.inside.clone()?,
    })
}

/// Errors in a kind's outputs are reported where a reference leads to them, not for every component of the kind.
fn outputs(scene: &Scene<'_>, index: usize) -> Vec<Output> {
    let quiet = &mut Sink::default();
    let scope = Scope::component(index, None);
    scene.components[index]
        .kind_table
        .entries_of("outputs")
        .map(|(key, node)| Output {
            name: key.name.clone(),
            value: text(scene, node, &scope, quiet),
        })
        .collect()
}

/// What is wrong with them is reported where a role reads them.
fn login_passwords(scene: &Scene<'_>, index: usize) -> Vec<Text> {
    let logins = scene.components[index].logins.iter();
    let scope = Scope::component(index, None);
    let texts = logins.map(|login| text(scene, &login.password, &scope, &mut Sink::default()));
    texts.collect()
}

/// Resolves one workload of a component.
fn workload(
    scene: &Scene<'_>,
    (index, shape): (usize, &WorkloadDraft),
    inputs: &Inputs<'_>,
    beforehand: &Beforehand<'_>,
    sink: &mut Sink,
) -> Workload {
    let draft = &scene.components[index];
    let table = &shape.table;
    let scope = Scope::workload(index, shape.part.as_deref());
    let mounts = mounts::mounts(scene, index, shape, inputs, sink).into_iter();
    let (node_mounts, mounts): (Vec<Mount>, Vec<Mount>) =
        mounts.partition(|mount| cluster::is_mounted_there_alone(table, &mount.name));
    let image = image::of_workload(scene, index, shape, sink);
    let name = draft.workload_name(shape.part.as_deref());
    let mut env = program::environment(scene, table, &scope, sink);
    add_secrets_of_runs(draft, shape, beforehand, &mut env);
    let (files, reaches) = files_and_reaches(scene, (index, shape), inputs, beforehand, sink);
    let runtime = runtime(scene, (draft, shape), &image, &scope, sink);
    let mounts = mount_points::found(scene, mounts, (&files, &runtime.tmpfs));
    let known = beforehand.workloads.find(&name);
    let values = values(scene, table, &name);
    let helm = table.get("helm").filter(|_| shape.part.is_some());
    let compose = raw(scene, table.get("compose"), &scope, sink);
    Workload {
        health: known.and_then(|it| it.health.clone()),
        depends_on: dependencies::of(scene, beforehand, index, shape, sink),
        name,
        component: draft.name.clone(),
        part: shape.part.clone(),
        group: draft.group.clone().unwrap_or_else(|| metrics_group(scene)),
        lifecycle: lifecycle(shape),
        description: read::owned(table, "description"),
        image: image.clone(),
        build: image::build(scene, Some(index), table, sink),
        entrypoint: program::command(scene, table, &["entrypoint"], &scope, sink),
        command: program::command(scene, table, &["command", "args"], &scope, sink),
        env,
        env_files: engine_files::env_files(scene, (index, shape), inputs, sink),
        ports: shape.ports.clone(),
        mounts,
        node_mounts,
        files,
        metrics: known.map_or_else(Vec::new, |it| it.metrics.clone()),
        probed: observe::is_probed(scene, index, shape, beforehand),
        resources: resources(table),
        replicas: read::unsigned(table, "replicas").unwrap_or(1),
        scaled_to: scaled_to(&values),
        daemon: table.boolean("daemon").unwrap_or(false),
        restart: restart(shape),
        profiles: profiles(table),
        network_mode: network::mode(table),
        networks: read::strings(table, "networks"),
        aliases: read::strings(table, "aliases"),
        reaches,
        runtime,
        chart: upstream::chart(scene, index, shape, sink),
        in_chart: upstream::is_run_by_chart(scene, index, shape),
        raw_compose: inline::in_service(&scene.origins, compose),
        raw_helm: raw(scene, helm, &scope, sink),
        values,
        written: table.clone(),
        span: draft.span,
    }
}

/// The raw values of a workload: its own, and over them those that stand at the top.
fn values(scene: &Scene<'_>, table: &Table, name: &str) -> Table {
    let own = table.table("helm").cloned().unwrap_or_default();
    let at_the_top = scene
        .draft
        .tree
        .get_path(&["raw", "helm", "components", name]);
    match at_the_top.and_then(Node::as_table) {
        Some(above) => overlay(&own, above, Removal::Now),
        None => own,
    }
}

/// The most pods by values of the chart: those of an autoscaler, `hpa.maxReplicas`, or `replicas`.
fn scaled_to(values: &Table) -> Option<u32> {
    let scaler = values.table("hpa");
    let most = scaler.and_then(|it| read::unsigned(it, "maxReplicas"));
    most.max(read::unsigned(values, "replicas"))
}

/// The secrets of tasks for the program that runs pipelines, and those of jobs for the one that runs CI.
fn add_secrets_of_runs(
    draft: &ComponentDraft,
    shape: &WorkloadDraft,
    beforehand: &Beforehand<'_>,
    env: &mut Vec<EnvironmentVariable>,
) {
    let needed_inside = [
        ("runs_pipelines", &beforehand.task_secrets),
        ("runs_ci", &beforehand.job_secrets),
    ];
    for (key, secrets) in needed_inside {
        if !shape.own_image || draft.kind_table.boolean(key) != Some(true) {
            continue;
        }
        for variable in secrets {
            if !env.iter().any(|known| known.name == variable.name) {
                env.push(variable.clone());
            }
        }
    }
}

/// The keys that mean the same as in Compose, and what a cluster adds to them.
fn runtime(
    scene: &Scene<'_>,
    (draft, shape): (&ComponentDraft, &WorkloadDraft),
    image: &Image,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Runtime {
    let table = &shape.table;
    Runtime {
        no_new_privileges: cluster::is_of_catalog(draft, shape) && is_unprivileged(table),
        cluster_user: cluster::user(draft, shape, image),
        ..runtime::runtime(scene, table, scope, sink)
    }
}

fn lifecycle(shape: &WorkloadDraft) -> Lifecycle {
    match shape.job {
        true => Lifecycle::Job,
        false => Lifecycle::Service,
    }
}

/// What is mounted in single files, and what is reached: what its keys say, and what monitoring needs of it.
fn files_and_reaches(
    scene: &Scene<'_>,
    (index, shape): (usize, &WorkloadDraft),
    inputs: &Inputs<'_>,
    beforehand: &Beforehand<'_>,
    sink: &mut Sink,
) -> (Vec<FileMount>, Vec<Reach>) {
    let mut files = files::files(scene, index, shape, inputs, sink);
    let reader = WorkloadOf {
        component: index,
        part: shape.part.as_deref(),
    };
    let mut reaches = reaches::reaches(scene, &shape.table, Some(reader), sink);
    reaches.extend(dependencies::reaches_of_external_dependencies(scene, shape));
    add_monitoring((index, shape), beforehand, &mut files, &mut reaches);
    (files, reaches)
}

/// Files and addresses that Alertmanager needs for its receivers, and Prometheus for what it scrapes.
fn add_monitoring(
    (index, shape): (usize, &WorkloadDraft),
    beforehand: &Beforehand<'_>,
    files: &mut Vec<FileMount>,
    reaches: &mut Vec<Reach>,
) {
    if let Some(notify) = &beforehand.notify {
        let (mounted, reached) = notify::needs(notify, files);
        files.extend(mounted);
        reaches.extend(reached);
    }
    if let (Some(scraper), None) = (beforehand.scraper(index), &shape.part) {
        files.extend_from_slice(&scraper.files);
        reaches.extend_from_slice(&scraper.reaches);
    }
}

fn restart(shape: &WorkloadDraft) -> Restart {
    let written = shape.table.string("restart").and_then(read::restart);
    written.unwrap_or(match shape.job {
        true => Restart::No,
        false => Restart::UnlessStopped,
    })
}

/// An exporter of a component that runs elsewhere lives with Prometheus.
fn metrics_group(scene: &Scene<'_>) -> String {
    scene
        .components
        .iter()
        .filter(|draft| draft.is_for(Purpose::Metrics))
        .find_map(|draft| draft.group.clone())
        .or_else(|| scene.names.groups.first().map(|group| group.name.clone()))
        .unwrap_or_default()
}

/// What runs in clusters alone is off elsewhere.
fn profiles(table: &Table) -> Vec<String> {
    let only = table.table("cluster").and_then(|it| it.boolean("only"));
    let mut profiles = read::strings(table, "profiles");
    if only == Some(true) && profiles.is_empty() {
        profiles.push("cluster".to_string());
    }
    profiles
}

pub(super) fn resources(table: &Table) -> Resources {
    let Some(table) = table.table("resources") else {
        return Resources::default();
    };
    Resources {
        cpu: read::cpu(table, "cpu"),
        memory: read::memory(table, "memory"),
        gpu: table.get("gpu").and_then(gpu),
        cpu_limit: table
            .table("limits")
            .and_then(|limits| read::cpu(limits, "cpu")),
    }
}

/// A number, `all`, or a list of ids.
fn gpu(node: &Node) -> Option<Gpu> {
    match &node.value {
        Value::Integer(count) => u32::try_from(*count).ok().map(Gpu::Count),
        Value::String(word) => (word == "all").then_some(Gpu::All),
        Value::Array(ids) => {
            let ids: Vec<String> = ids.iter().map(read::scalar).collect();
            (!ids.is_empty()).then_some(Gpu::Devices(ids))
        }
        _ => None,
    }
}

/// Kubernetes refuses the one with the other.
fn is_unprivileged(table: &Table) -> bool {
    table.boolean("privileged") != Some(true) && read::strings(table, "cap_add").is_empty()
}

/// A raw table with its references resolved; an empty table where there is none.
pub(super) fn raw(
    scene: &Scene<'_>,
    node: Option<&Node>,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Raw {
    let scope = scope.clone().without_secrets("a raw table");
    node.map_or_else(Raw::default, |node| raw_value(scene, node, &scope, sink))
}

pub(super) fn raw_value(scene: &Scene<'_>, node: &Node, scope: &Scope<'_>, sink: &mut Sink) -> Raw {
    match &node.value {
        Value::String(_) => Raw::Text(text(scene, node, scope, sink)),
        Value::Date(date) => Raw::Text(Text::literal(date.to_string())),
        Value::Time(written) => Raw::Text(Text::literal(&**written)),
        Value::Broken => Raw::default(),
        Value::Removed => Raw::Removed,
        Value::Integer(number) => Raw::Integer(*number),
        Value::Float(number) => Raw::Float(number.number),
        Value::Boolean(value) => Raw::Boolean(*value),
        Value::Array(items) => Raw::List(
            items
                .iter()
                .map(|item| raw_value(scene, item, scope, sink))
                .collect(),
        ),
        Value::Table(table) => Raw::Table(
            table
                .iter()
                .map(|(key, value)| (key.name.clone(), raw_value(scene, value, scope, sink)))
                .collect(),
        ),
    }
}
