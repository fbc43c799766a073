//! What a plan says of an upgrade, without Helm, is what `helm template` makes of both charts: jobs that run again because they
//! have another name, and objects whose immutable fields change.

use std::collections::{BTreeMap, BTreeSet};

use mlopsgen::{
    compile::{Request, compile},
    fileset::FileSet,
    plan::{Notice, Plan},
    world::MemoryWorld,
};
use serde_json::Value;

use crate::{consumer, support::planning::Project};

/// A job that has something of everything that its name may depend on.
const JOB: &str = r#"
[platform]
name = "shop"
targets = ["helm"]
[groups]
main = "All"
[vars]
level = { default = "info", env = "LEVEL" }
[secrets]
token = { env = "TOKEN" }
[components.api]
image = "team/api:1"
group = "main"
ports.http = 8000
[components.seed]
kind = "job"
group = "main"
image = "team/seed:1"
command = ["seed"]
args = ["a", "${vars.level}"]
env.URL = "${components.api.http.url}"
env.T = "${secrets.token}"
env.PLAIN = "one"
user = "1000"
volumes.data = { mount = "/data", size = "1Gi" }
files."/etc/seed.conf" = { content = "hello" }
"#;

/// Edits of it: a text and what takes its place. A line alone is added to the job.
const EDITS_OF_JOB: &[(&str, &str)] = &[
    ("team/seed:1", "team/seed:2"),
    (
        "name = \"shop\"",
        "name = \"shop\"\nregistry = \"r.example.com/ml\"",
    ),
    ("[\"seed\"]", "[\"seed\", \"x\"]"),
    ("\"a\", ", "\"b\", "),
    ("\"info\"", "\"debug\""),
    ("env = \"LEVEL\"", "env = \"LEVELS\""),
    ("\"one\"", "\"two\""),
    ("\"1000\"", "\"1001\""),
    ("token", "tokens"),
    ("\"TOKEN\"", "\"TOKENS\""),
    ("env = \"TOKEN\"", "env = \"TOKEN\", optional = true"),
    ("\"1Gi\"", "\"2Gi\""),
    ("\"/data\"", "\"/data2\""),
    ("\"1Gi\"", "\"1Gi\", read_only = true"),
    ("\"1Gi\"", "\"1Gi\", name = \"other\""),
    ("volumes.data", "volumes.store"),
    ("\"hello\"", "\"bye\""),
    ("\"hello\"", "\"hello\", mode = \"0600\""),
    ("/etc/seed.conf", "/etc/seeds.conf"),
    ("8000", "8001"),
    ("", "working_dir = \"/w\""),
    ("", "replicas = 2"),
    ("", "tmpfs = [\"/tmp\"]"),
    ("", "shm_size = \"64Mi\""),
    ("", "read_only = true"),
    ("", "privileged = true"),
    ("", "labels.a = \"b\""),
    ("", "extra_hosts = [\"h:10.0.0.1\"]"),
    ("", "resources = { cpu = \"1\", memory = \"1Gi\" }"),
    ("", "restart = \"on-failure\""),
    ("", "group_add = [\"20\"]"),
    ("", "depends_on = [\"api\"]"),
    ("", "entrypoint = [\"e\"]"),
    ("", "env.NEW = \"1\""),
    ("", "files.\"/etc/t\" = { secret = \"token\" }"),
    (
        "",
        "volumes.abs = { mount = \"/abs\", source = \"/srv/x\" }",
    ),
    ("", "stop_grace_period = \"3s\""),
    ("", "helm.podAnnotations.a = \"b\""),
    ("", "helm.extraEnv = [{ name = \"A\", value = \"b\" }]"),
    ("", "helm.env.X = \"y\""),
    ("", "helm.command = [\"z\"]"),
    ("", "helm.replicas = 3"),
];

/// Workloads with claims of their own, with one in common, and with Services.
const STORES: &str = r#"
[platform]
name = "shop"
targets = ["helm"]
[groups]
main = "All"
[volumes]
common = { size = "1Gi" }
[components.store]
group = "main"
image = "team/store:1"
replicas = 2
ports.http = 80
volumes.data = { mount = "/data", size = "2Gi" }
aliases = ["depot"]
[components.api]
image = "team/api:1"
group = "main"
ports.http = 8000
volumes.c = { mount = "/c", shared = "common" }
[raw.helm]
"#;

/// Edits of them. A line alone is added to the chart's values.
const EDITS_OF_STORES: &[(&str, &str)] = &[
    ("\"1Gi\"", "\"3Gi\""),
    ("\"2Gi\"", "\"3Gi\""),
    ("\"/data\"", "\"/data2\""),
    ("volumes.data", "volumes.datum"),
    ("replicas = 2", "replicas = 3"),
    ("replicas = 2", ""),
    ("\"1Gi\"", "\"1Gi\", access = \"one\""),
    ("ports.http = 80\n", ""),
    ("\"depot\"", "\"depots\""),
    ("", "storageClass = \"fast\""),
    ("", "volumes.common.storageClass = \"fast\""),
    ("", "volumes.common.existingClaim = \"e\""),
    ("", "components.store.service.clusterIP = \"10.0.0.9\""),
    ("", "components.store.service.loadBalancerClass = \"x\""),
    ("", "components.store.service.type = \"NodePort\""),
    ("", "components.store.serviceName = \"other\""),
    ("", "components.store.volumes.data.storageClass = \"fast\""),
    ("", "components.store.enabled = false"),
];

/// Fields that may change, of objects of which all others may not.
const FREE: [(&str, &[&str]); 2] = [
    (
        "StatefulSet",
        &[
            "replicas",
            "template",
            "updateStrategy",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds",
            "ordinals",
            "revisionHistoryLimit",
        ],
    ),
    (
        "PersistentVolumeClaim",
        &["resources", "volumeAttributesClassName"],
    ),
];

/// Fields that may not change, of other objects.
const FIXED: [(&str, &[&str]); 3] = [
    ("Deployment", &["selector"]),
    ("DaemonSet", &["selector"]),
    ("Service", &["clusterIP", "loadBalancerClass"]),
];

/// A chart as it is written, and the objects that it makes.
struct Chart {
    files: FileSet,
    objects: Vec<Value>,
}

impl Chart {
    fn of(platform: &str) -> Self {
        let world = MemoryWorld::new().with("platform.toml", platform);
        let compilation = compile(&world, &Request::default());
        let printed = format!("{:?}", compilation.diagnostics);
        let files = compilation.output.expect(&printed).files;
        let project = Project::new();
        project.apply_cleanly(&files);
        let mut helm = consumer::consumer("bin/helm");
        helm.args(["template", "release"]);
        let verdict = consumer::run(helm.arg(project.path("generated/helm/shop")));
        assert!(verdict.success, "{}", verdict.words());
        let objects = consumer::yaml(&verdict.stdout).expect("YAML");
        Self { files, objects }
    }

    fn of_kind(&self, kind: &str) -> impl Iterator<Item = (&str, &Value)> {
        let objects = self.objects.iter();
        let objects = objects.filter(move |it| it["kind"] == *kind);
        objects.map(|it| (it["metadata"]["name"].as_str().expect("a name"), it))
    }

    fn jobs(&self) -> BTreeSet<&str> {
        self.of_kind("Job").map(|(name, _)| name).collect()
    }

    /// The fields that may not change, by kind and name.
    fn fixed(&self) -> BTreeMap<(&str, &str), BTreeMap<String, Value>> {
        let mut out = BTreeMap::new();
        let all_but = FREE.map(|(kind, free)| (kind, free, false));
        for (kind, fields, only) in all_but.into_iter().chain(FIXED.map(|(k, f)| (k, f, true))) {
            for (name, object) in self.of_kind(kind) {
                let spec = object["spec"].as_object().into_iter().flatten();
                let kept = spec.filter(|(field, _)| fields.contains(&field.as_str()) == only);
                let kept = kept.map(|(field, value)| (field.clone(), without_size(value)));
                out.insert((kind, name), kept.collect());
            }
        }
        out
    }
}

/// Claims without their sizes: those are reported with the data.
fn without_size(value: &Value) -> Value {
    let mut value = value.clone();
    for claim in value.as_array_mut().into_iter().flatten() {
        if let Some(spec) = claim.get_mut("spec").and_then(Value::as_object_mut) {
            spec.remove("resources");
        }
    }
    value
}

fn edited(platform: &str, (text, with): (&str, &str)) -> String {
    let out = match text {
        "" => format!("{platform}{with}\n"),
        text => platform.replace(text, with),
    };
    assert_ne!(out, platform, "{text}");
    out
}

/// The plan from one chart to another.
fn plan(before: &Chart, after: &Chart) -> Plan {
    let project = Project::new();
    project.apply_cleanly(&before.files);
    project.plan(&after.files).expect("a plan")
}

#[test]
fn jobs_run_again_whose_names_helm_changes() {
    let before = Chart::of(JOB);
    let mut again = 0;
    for edit in EDITS_OF_JOB {
        let after = Chart::of(&edited(JOB, *edit));
        let notices = plan(&before, &after).notices;
        let told = notices
            .iter()
            .any(|it| matches!(it, Notice::JobRunsAgain { job, .. } if job == "seed"));
        assert_eq!(told, before.jobs() != after.jobs(), "{edit:?}: {notices:?}");
        again += usize::from(told);
    }
    assert!(again > 15 && again < EDITS_OF_JOB.len() - 10, "{again}");
}

#[test]
fn fixed_fields_are_those_that_helm_changes() {
    let before = Chart::of(STORES);
    let mut changed = 0;
    for edit in EDITS_OF_STORES {
        let after = Chart::of(&edited(STORES, *edit));
        let fixed = plan(&before, &after).fixed;
        let told: BTreeSet<(&str, &str)> = fixed
            .iter()
            .map(|it| (it.kind.as_str(), it.name.as_str()))
            .collect();
        let (old, new) = (before.fixed(), after.fixed());
        let differs = |key: &&(&str, &str)| new.get(*key).is_some_and(|it| *it != old[*key]);
        let helms: BTreeSet<(&str, &str)> = old.keys().filter(differs).copied().collect();
        assert_eq!(told, helms, "{edit:?}");
        changed += usize::from(!told.is_empty());
    }
    assert!(changed > 5, "{changed}");
}
