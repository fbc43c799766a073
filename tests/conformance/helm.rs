//! Helm lints and renders each chart; the rendered objects are checked strictly against the Kubernetes schemas;
//! the chart's own schema has to refuse values without a meaning.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::consumer::{self, Verdict};
use crate::tree::{self, Finding, Tree};

const KUBERNETES: &str = "1.35";
/// Keys as a values file could have them, and the misspelt word in each. Kubernetes would drop most of these without a word.
const MISSPELT: [(&str, &str, &str); 13] = [
    ("ingress.clasName", r#""nginx""#, "clasName"),
    (
        "gateway.parentRefs",
        r#"[{"name": "public", "sectonName": "https"}]"#,
        "sectonName",
    ),
    (
        "networkPolicy.controller",
        r#"[{"namespaceSelektor": {}}]"#,
        "namespaceSelektor",
    ),
    (
        "networkPolicy.dns",
        r#"[{"podSelector": {"matchLabel": {}}}]"#,
        "matchLabel",
    ),
    (
        "networkPolicy.extraIngress",
        r#"[{"ipBlock": {"cidr": "10.0.0.0/8", "exept": []}}]"#,
        "exept",
    ),
    ("networkPolicy.apiServer.cidr", r#"[]"#, "cidr"),
    ("securityContext.capabilities.drops", r#"["ALL"]"#, "drops"),
    ("podSecurityContext.fsGrup", r#"1"#, "fsGrup"),
    (
        "tolerations",
        r#"[{"key": "gpu", "efect": "NoSchedule"}]"#,
        "efect",
    ),
    ("affinity.nodeAfinity", r#"{}"#, "nodeAfinity"),
    (
        "imagePullSecrets",
        r#"[{"name": "a", "nam": "registry"}]"#,
        "nam",
    ),
    (
        "taskPods.securityContext.runAsNonRot",
        r#"true"#,
        "runAsNonRot",
    ),
    ("monitoring.label", r#"{}"#, "label"),
];

/// The same of a workload.
const MISSPELT_OF_WORKLOAD: [(&str, &str, &str); 21] = [
    ("image.tags", r#""2.0""#, "tags"),
    ("resources.limit", r#"{}"#, "limit"),
    (
        "extraEnv",
        r#"[{"name": "NODE", "valueFrom": {"fieldReff": {}}}]"#,
        "fieldReff",
    ),
    (
        "extraEnvFrom",
        r#"[{"secretReff": {"name": "a"}}]"#,
        "secretReff",
    ),
    (
        "extraVolumes",
        r#"[{"name": "a", "emptyDr": {}}]"#,
        "emptyDr",
    ),
    (
        "extraVolumeMounts",
        r#"[{"name": "a", "mountPath": "/a", "readonly": true}]"#,
        "readonly",
    ),
    ("initContainers", r#"[{"name": "a", "imag": "b"}]"#, "imag"),
    ("sidecars", r#"[{"name": "a", "port": []}]"#, "port"),
    ("securityContext.runAsUsr", r#"1"#, "runAsUsr"),
    ("podSecurityContext.sysctl", r#"[]"#, "sysctl"),
    ("serviceAccount.annotation", r#"{}"#, "annotation"),
    ("service.anotations", r#"{}"#, "anotations"),
    ("hpa.maxReplica", r#"3"#, "maxReplica"),
    ("pdb.minAvailabel", r#"1"#, "minAvailabel"),
    ("tolerations", r#"[{"operater": "Exists"}]"#, "operater"),
    ("affinity.podAntiAffinty", r#"{}"#, "podAntiAffinty"),
    (
        "topologySpread",
        r#"[{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "minDomain": 2}]"#,
        "minDomain",
    ),
    ("lifecycle.preStp", r#"{}"#, "preStp"),
    ("health.period", r#"3"#, "period"),
    ("capabilities.ad", r#"[]"#, "ad"),
    (
        "hostAliases",
        r#"[{"ip": "10.0.0.1", "hostnames": [], "names": []}]"#,
        "names",
    ),
];

const DUPLICATE_KEYS: &str = "{rules: {key-duplicates: enable}}";

pub fn judge(trees: &[Tree]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut renderings = Renderings::new();
    for tree in trees {
        for chart in charts(tree) {
            let mut faults = chart.faults();
            for sets in chart.variations() {
                match chart.render(&sets) {
                    Ok(rendered) => {
                        faults.extend(not_replaced(&rendered));
                        renderings.add(tree, &chart, &sets, &rendered);
                    }
                    Err(message) => faults.push(message),
                }
            }
            findings.extend(
                faults
                    .into_iter()
                    .map(|fault| tree.finding(format!("{}: {fault}", chart.name))),
            );
        }
    }
    findings.extend(renderings.faults());
    findings
}

/// A file of the chart may hold this name, which the chart replaces.
fn not_replaced(rendered: &str) -> Option<String> {
    let name = "mlopsgen-release-namespace";
    let stays = rendered.contains(name);
    stays.then(|| format!("an object holds `{name}`, not the namespace"))
}

/// The objects that were rendered, each text once, as files of one folder: the judges of the objects take longer to start than
/// to read, and most objects are the same whatever is switched on.
struct Renderings<'a> {
    folder: TempDir,
    origins: Vec<(&'a Tree, String)>,
    objects: BTreeSet<String>,
}

impl<'a> Renderings<'a> {
    fn new() -> Renderings<'a> {
        Renderings {
            folder: tempfile::tempdir().expect("a temporary folder"),
            origins: Vec::new(),
            objects: BTreeSet::new(),
        }
    }

    fn file(&self, index: usize) -> PathBuf {
        self.folder.path().join(format!("{index}.yaml"))
    }

    fn add(&mut self, tree: &'a Tree, chart: &Chart, sets: &[String], rendered: &str) {
        let mut new = String::new();
        for object in rendered.split("\n---\n") {
            if self.objects.insert(object.to_owned()) {
                new.push_str(&format!("---\n{}\n", object.trim_start_matches("---\n")));
            }
        }
        fs::write(self.file(self.origins.len()), new).expect("a rendering can be written");
        self.origins
            .push((tree, format!("{} {}", chart.name, sets.join(" "))));
    }

    fn faults(&self) -> Vec<Finding> {
        let files: Vec<PathBuf> = (0..self.origins.len())
            .map(|index| self.file(index))
            .collect();
        if files.is_empty() {
            return Vec::new();
        }
        let mut validate = consumer::consumer("checks/bin/python");
        validate
            .arg(consumer::script("kubernetes_objects.py"))
            .args(["--strict", "--quiet", "-k", KUBERNETES]);
        let mut lint = consumer::consumer("checks/bin/yamllint");
        lint.args(["-f", "parsable", "-d", DUPLICATE_KEYS]);
        let mut findings = Vec::new();
        for mut judge in [validate, lint] {
            let verdict = consumer::run(judge.args(&files));
            let words = verdict.words();
            assert!(
                verdict.success || !words.is_empty(),
                "a judge of the objects fails without a word"
            );
            // An object of an unknown kind gives a WARN with status 0. Every line is a fault, except for kinds that come with
            // the Gateway API or a Prometheus operator instead of Kubernetes.
            let words: Vec<&str> = words
                .lines()
                .filter(|line| {
                    let foreign = ["HTTPRoute", "PodMonitor", "Probe", "PrometheusRule"];
                    !foreign
                        .iter()
                        .any(|kind| line.contains(&format!("schema for kind {kind} with")))
                })
                .collect();
            findings.extend(self.attribute(&words.join("\n")));
        }
        findings
    }

    /// One finding for each line that names a rendering, with the lines that follow it.
    fn attribute(&self, words: &str) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        for line in words.lines() {
            let names = |index: &usize| line.contains(&self.file(*index).display().to_string());
            match ((0..self.origins.len()).find(names), findings.last_mut()) {
                (Some(index), _) => {
                    let (tree, origin) = &self.origins[index];
                    findings.push(
                        tree.finding(line.replace(&self.file(index).display().to_string(), origin)),
                    );
                }
                (None, Some(finding)) => finding.message.push_str(&format!("\n  {line}")),
                (None, None) => panic!("a judge of the objects printed: {words}"),
            }
        }
        findings
    }
}

/// One chart of a tree, with its default values.
pub struct Chart {
    pub name: String,
    pub values: Value,
    path: PathBuf,
    /// Keeps the copy of the chart if charts of others were added to it.
    _work: Option<TempDir>,
}

/// The charts below `helm/`.
pub fn charts(tree: &Tree) -> Vec<Chart> {
    let open = |path: PathBuf| {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        // A file that is no YAML is found by `documents.rs`, and by Helm.
        let values = consumer::yaml_file(&path.join("values.yaml")).unwrap_or(Value::Null);
        let work = with_dependencies(&path);
        let path = work.as_ref().map_or(path, |work| work.path().join(&name));
        Chart {
            name,
            values,
            path,
            _work: work,
        }
    };
    tree::folders(&tree.path.join("helm"))
        .into_iter()
        .map(open)
        .collect()
}

/// A copy of a chart that depends on others, with those of `tests/conformance/charts` in place of what a repository
/// has.
fn with_dependencies(chart: &Path) -> Option<TempDir> {
    let model = consumer::yaml_file(&chart.join("Chart.yaml")).unwrap_or(Value::Null);
    let dependencies = model["dependencies"].as_array()?;
    let work = tempfile::tempdir().expect("a temporary folder");
    let copy = work.path().join(chart.file_name()?);
    tree::copy(chart, &copy);
    let charts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/charts");
    for name in dependencies.iter().filter_map(|it| it["name"].as_str()) {
        tree::copy(&charts.join(name), &copy.join("charts").join(name));
    }
    Some(work)
}

impl Chart {
    fn helm(&self, verb: &[&str], sets: &[String]) -> Verdict {
        let mut command = consumer::consumer("bin/helm");
        command
            .args(verb)
            .arg(&self.path)
            .args(["--namespace", "conformance"]);
        for set in sets {
            command.args(["--set-json", set]);
        }
        consumer::run(&mut command)
    }

    /// What Helm renders with `sets` (`path=JSON`) over the default values; any warning is an error.
    pub fn render(&self, sets: &[String]) -> Result<String, String> {
        let verdict = self.helm(&["template", "conformance"], sets);
        if verdict.success && verdict.stderr.is_empty() {
            return Ok(verdict.stdout);
        }
        Err(format!(
            "helm template {}: {}",
            sets.join(" "),
            verdict.stderr.trim()
        ))
    }

    /// Settings that users change first: everything that is off switched on, and the values of the contract.
    pub fn variations(&self) -> Vec<Vec<String>> {
        let mut all = vec![Vec::new()];
        let mut off = Vec::new();
        switched_off(&self.own_values(), "", &mut off);
        if !off.is_empty() {
            let on = off.iter().filter(|path| *path != "gateway.enabled");
            let mut sets: Vec<String> = on.map(|path| format!("{path}=true")).collect();
            all.push(sets.clone());
            // HTTPRoutes stand in the place of Ingresses.
            if self.values["gateway"]["parentRefs"].is_array() {
                sets.push("gateway.enabled=true".to_owned());
                sets.push("gateway.parentRefs=[{\"name\":\"public\"}]".to_owned());
                all.push(sets);
            }
        }
        if self.values["existingSecret"].is_string() {
            all.push(vec!["existingSecret=\"a-secret-of-mine\"".to_owned()]);
        }
        if self.values["networkPolicy"]["egress"].is_string() {
            all.push(vec!["networkPolicy.egress=\"strict\"".to_owned()]);
        }
        all
    }

    /// The values without those of charts that it depends on: these may switch things off on purpose.
    fn own_values(&self) -> Value {
        let model = consumer::yaml_file(&self.path.join("Chart.yaml")).unwrap_or(Value::Null);
        let mut own = self.values.clone();
        for dependency in model["dependencies"].as_array().into_iter().flatten() {
            let name = dependency["alias"].as_str().or(dependency["name"].as_str());
            if let (Some(values), Some(name)) = (own.as_object_mut(), name) {
                values.remove(name);
            }
        }
        own
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let lint = self.helm(&["lint", "--strict"], &[]);
        if !lint.success {
            faults.push(format!("helm lint --strict: {}", lint.words()));
        }
        faults.extend(self.accepted_nonsense());
        faults.extend(self.accepted_misspelt());
        faults
    }

    /// A key that no values have, and a value of another type for each key that they have: Helm has to name every one. All are
    /// given at once, since Helm takes most of its time to start and to read the chart.
    fn accepted_nonsense(&self) -> Vec<String> {
        let own = self.own_values();
        let own = own.as_object().into_iter().flatten();
        let mut nonsense = vec![("noSuchValue".to_owned(), "1")];
        nonsense.extend(own.map(|(key, value)| {
            let wrong = if value.is_object() {
                "\"text\""
            } else {
                "{\"a\": 1}"
            };
            (key.clone(), wrong)
        }));
        let sets: Vec<String> = nonsense
            .iter()
            .map(|(key, wrong)| format!("{key}={wrong}"))
            .collect();
        let verdict = self.helm(&["template", "conformance"], &sets);
        if verdict.success {
            return vec!["values.schema.json lets every value through".to_owned()];
        }
        let named = |key: &str| {
            verdict.stderr.contains(&format!("at '/{key}'"))
                || verdict.stderr.contains(&format!("'{key}' not allowed"))
        };
        let accepted = nonsense.iter().filter(|(key, _)| !named(key));
        accepted
            .map(|(key, wrong)| format!("values.schema.json lets `{key}={wrong}` through"))
            .collect()
    }

    /// Words that are misspelt inside of values: Helm has to name every one, by the shapes that Kubernetes describes.
    fn accepted_misspelt(&self) -> Vec<String> {
        let components = self.values["components"].as_object();
        let ours = components.and_then(|components| {
            let runs =
                |values: &Value| values["kind"] == "Deployment" || values["kind"] == "StatefulSet";
            components.iter().find(|(_, values)| runs(values))
        });
        let Some((workload, _)) = ours else {
            return Vec::new();
        };
        let at = |key: &str| format!("components.{workload}.{key}");
        let of_workload = MISSPELT_OF_WORKLOAD.map(|(key, value, word)| (at(key), value, word));
        let mut all: Vec<_> = MISSPELT
            .map(|(key, value, word)| (key.to_owned(), value, word))
            .into();
        all.extend(of_workload);
        let sets: Vec<String> = all
            .iter()
            .map(|(key, value, _)| format!("{key}={value}"))
            .collect();
        let verdict = self.helm(&["template", "conformance"], &sets);
        let accepted = all.iter().filter(|(_, _, word)| {
            verdict.success || !verdict.stderr.contains(&format!("'{word}'"))
        });
        accepted
            .map(|(key, value, _)| format!("values.schema.json lets `{key}={value}` through"))
            .collect()
    }
}

/// The paths of all `enabled: false` that stand for a component.
fn switched_off(values: &Value, path: &str, found: &mut Vec<String>) {
    for (key, value) in values.as_object().into_iter().flatten() {
        let here = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{}", key.replace('.', "\\."))
        };
        if key == "enabled" && *value == Value::Bool(false) {
            found.push(here);
        } else {
            switched_off(value, &here, found);
        }
    }
}
