//! What `helm` of a component says is in the chart: Helm renders every key of a workload's values for each form of workload, and
//! a key that changes nothing has to be an error before.

use std::{collections::BTreeMap, path::Path};

use mlopsgen::{
    compile::{Request, compile},
    diag::{Code, Severity},
    language::{CHART_KEYS, KeyShape, PodForm},
    world::MemoryWorld,
};

use crate::{consumer, tree::write_compiled};

/// Every form, and what makes a component one.
const FORMS: [(PodForm, &str); 6] = [
    (PodForm::Server, ""),
    (
        PodForm::Server,
        "replicas = 2\nvolumes.data = { mount = \"/data\" }",
    ),
    (PodForm::Daemon, "daemon = true"),
    (PodForm::Job, "kind = \"job\""),
    (PodForm::Guest, "network_mode = \"service:HOST\""),
    (
        PodForm::GuestJob,
        "kind = \"job\"\nnetwork_mode = \"service:HOST\"",
    ),
];

/// Keys that can't be seen at one workload: what is off is not rendered, what is of another kind is another workload, templates of
/// one's own read theirs, objects of one's own have labels of one's own.
const NOT_TRIED: [&str; 4] = ["enabled", "kind", "extra", "extraObjects"];

/// Values that change something, where those of the reference are what the chart has anyway, or hold nothing.
const OTHER_EXAMPLES: [(&str, &str); 14] = [
    ("fsGroup", "fsGroup = 7"),
    ("strategy", "strategy = \"Recreate\""),
    ("replicas", "replicas = 3"),
    (
        "files",
        "files = [{ path = \"/x\", mode = 420, secret = \"token\" }]",
    ),
    (
        "topologySpreadConstraints",
        "topologySpreadConstraints = [{ maxSkew = 2, topologyKey = \"zone\", whenUnsatisfiable = \"ScheduleAnyway\" }]",
    ),
    (
        "allowPrivilegeEscalation",
        "allowPrivilegeEscalation = true",
    ),
    ("podSecurityContext", "podSecurityContext = { fsGroup = 7 }"),
    (
        "capabilities",
        "capabilities = { add = [\"NET_BIND_SERVICE\"] }",
    ),
    (
        "health",
        "health = { tcpSocket = { port = 8000 }, periodSeconds = 7, timeoutSeconds = 3, retries = 2, startSeconds = 9 }",
    ),
    ("waitFor", "waitFor = { store = 5432 }"),
    ("waitForJobs", "waitForJobs = [\"before\"]"),
    (
        "extraVolumeMounts",
        "extraVolumeMounts = [{ name = \"cache\", mountPath = \"/cache\" }]\nhelm.extraVolumes = [{ name = \"cache\", emptyDir = {} }]",
    ),
    (
        "hpa",
        "hpa = { maxReplicas = 5, cpu = 80 }\nresources = { cpu = \"100m\" }",
    ),
    (
        "volumes",
        "volumes = { more = { mountPath = \"/more\", memory = true } }",
    ),
];

fn example(key: &KeyShape) -> &'static str {
    let other = OTHER_EXAMPLES.iter().find(|(name, _)| *name == key.name);
    other.map_or(key.example, |(_, example)| example)
}

/// Whether each component has its key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    Written,
    LeftOut,
}

/// A component of this form for each key, and those that they name.
fn platform(form: &str, keys: &[&KeyShape], are: Keys) -> String {
    let mut out = "[platform]\nname = \"keys\"\ntargets = [\"helm\"]\n[groups]\ng = \"All\"\n[secrets]\ntoken = { env = \"TOKEN\" }\n".to_string();
    out.push_str("[components.before]\nkind = \"job\"\nimage = \"a/before:1\"\ngroup = \"g\"\n");
    out.push_str("[components.store]\nimage = \"a/store:1\"\ngroup = \"g\"\nports.db = 5432\n");
    for (index, key) in keys.iter().enumerate() {
        let form = form.replace("HOST", &format!("host-{index}"));
        if form.contains("network_mode") {
            out.push_str(&format!(
                "[components.host-{index}]\nimage = \"a/host:1\"\ngroup = \"g\"\nuser = \"1000\"\n"
            ));
        }
        out.push_str(&format!(
            "[components.w-{index}]\nimage = \"a/b:1\"\ngroup = \"g\"\nuser = \"1000\"\nports.http = 8000\n{form}\n"
        ));
        if are == Keys::Written {
            out.push_str(&format!("helm.{}\n", example(key)));
        }
    }
    out
}

/// What is said of a key: errors, and what has no form in the chart.
fn complaints(platform: &str, key: &KeyShape) -> Vec<String> {
    let world = MemoryWorld::new().with("platform.toml", platform);
    let compilation = compile(&world, &Request::default());
    let name = format!("`{}`", key.name);
    let said = compilation.diagnostics.iter().filter(|it| {
        let is_loss = it.code == Code::TargetLoss && it.message.contains(&name);
        it.severity == Severity::Error || is_loss
    });
    said.map(|it| it.message.clone()).collect()
}

/// What Helm renders, the objects of a component and its host together, by the component's number.
fn rendered(folder: &Path, platform: &str) -> BTreeMap<String, String> {
    write_compiled(folder, platform);
    let mut helm = consumer::consumer("bin/helm");
    let chart = folder.join("helm/keys");
    let verdict = consumer::run(helm.args(["template", "release"]).arg(chart));
    assert!(verdict.success, "{}", verdict.words());
    let mut out: BTreeMap<String, String> = BTreeMap::new();
    for object in verdict.stdout.split("\n---\n") {
        let label = "app.kubernetes.io/component: \"";
        let component = object
            .split_once(label)
            .and_then(|(_, rest)| rest.split_once('"'));
        let owner = component.map_or("", |(name, _)| name);
        let number = owner.rsplit('-').next().unwrap_or_default();
        out.entry(number.to_string()).or_default().push_str(object);
    }
    out
}

#[test]
fn what_a_key_says_is_rendered_or_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut silent = Vec::new();
    for (turn, (form, text)) in FORMS.iter().enumerate() {
        let tried = CHART_KEYS
            .iter()
            .filter(|key| !NOT_TRIED.contains(&key.name));
        let mut taken = Vec::new();
        for key in tried {
            let said = complaints(&platform(text, &[key], Keys::Written), key);
            let is_named = said
                .iter()
                .any(|it| it.contains(&format!("`{}`", key.name)));
            match said.is_empty() {
                true => taken.push(key),
                // An autoscaler has a message of its own.
                false if is_named || key.name == "hpa" => {}
                false => silent.push(format!("{form:?}: `{}` is refused: {said:?}", key.name)),
            }
        }
        let at = |name: &str| folder.path().join(format!("{name}-{turn}"));
        let without = rendered(&at("without"), &platform(text, &taken, Keys::LeftOut));
        let with = rendered(&at("with"), &platform(text, &taken, Keys::Written));
        for (index, key) in taken.iter().enumerate() {
            let number = index.to_string();
            if without.get(&number) == with.get(&number) {
                silent.push(format!("{form:?}: `{}` changes nothing", key.name));
            }
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

/// What a values file says of a guest's pod is read nowhere: the schema has Helm refuse it.
#[test]
fn what_nothing_reads_of_a_guest_is_refused_by_helm() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut taken = Vec::new();
    for (form, text) in FORMS.iter().filter(|(form, _)| is_guest(*form)) {
        let known = CHART_KEYS.iter().find(|key| key.name == "enabled");
        let at = folder.path().join(format!("{form:?}"));
        write_compiled(
            &at,
            &platform(text, &[known.expect("a key")], Keys::LeftOut),
        );
        for key in CHART_KEYS
            .iter()
            .filter(|key| key.meaningless_for.contains(form))
        {
            let mut helm = consumer::consumer("bin/helm");
            helm.args(["template", "release"]).arg(at.join("helm/keys"));
            let set = format!("components.w-0.{}={{}}", key.name);
            let verdict = consumer::run(helm.args(["--set-json", &set]));
            if verdict.success || !verdict.words().contains(key.name) {
                taken.push(format!("{form:?}: `{}`: {}", key.name, verdict.words()));
            }
        }
    }
    assert!(taken.is_empty(), "{}", taken.join("\n"));
}

fn is_guest(form: PodForm) -> bool {
    matches!(form, PodForm::Guest | PodForm::GuestJob)
}

/// One pod: what its guests say of it stands in its template, and their group owns a claim that only they hold.
const POD: &str = r#"
[platform]
name = "pod"
targets = ["helm"]
[groups]
g = "All"
[components.host]
image = "a/host:1"
group = "g"
labels = { team = "ml" }
[components.guest]
image = "a/guest:1"
group = "g"
network_mode = "service:host"
user = "1000:1001"
volumes.data = { mount = "/data" }
labels = { owner = "x" }
group_add = ["44"]
extra_hosts = ["old:10.0.0.1"]
stop_grace_period = "90s"
init = true
platform = "linux/arm64"
"#;

#[test]
fn what_guests_say_of_their_pod_is_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    write_compiled(folder.path(), POD);
    let mut helm = consumer::consumer("bin/helm");
    helm.args(["template", "release"]);
    let verdict = consumer::run(helm.arg(folder.path().join("helm/pod")));
    assert!(verdict.success, "{}", verdict.words());
    let deployment = verdict
        .stdout
        .split("\n---\n")
        .find(|it| it.contains("kind: Deployment"))
        .expect("the pod's");
    for line in [
        "\"team\": \"ml\"",
        "\"owner\": \"x\"",
        "- 44",
        "fsGroup: 1001",
        "- ip: \"10.0.0.1\"",
        "shareProcessNamespace: true",
        "terminationGracePeriodSeconds: 90",
        "kubernetes.io/arch: arm64",
        "type: Recreate",
    ] {
        assert!(deployment.contains(line), "{line}\n{deployment}");
    }
}
