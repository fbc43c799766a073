//! The types of Argo CD's and Flux' objects, made from their CRDs, check the generated ones. The chart that they name
//! has to be there, too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use crate::kubernetes::array;
use crate::tree::{Finding, Tree};
use crate::{consumer, helm, typescript};

const TSCONFIG: &str = r#"{
  "compilerOptions": {
    "target": "es2022", "module": "esnext", "moduleResolution": "bundler", "strict": true, "noEmit": true,
    "skipLibCheck": true, "types": []
  },
  "include": ["*.ts"]
}"#;

/// `apiVersion` and `kind`, and the module and the name of their type.
const TYPES: [(&str, &str, &str, &str); 3] = [
    (
        "argoproj.io/v1alpha1",
        "Application",
        "@kubernetes-models/argo-cd/argoproj.io/v1alpha1/Application",
        "IApplication",
    ),
    (
        "source.toolkit.fluxcd.io/v1",
        "GitRepository",
        "@kubernetes-models/flux-cd/source.toolkit.fluxcd.io/v1/GitRepository",
        "IGitRepository",
    ),
    (
        "helm.toolkit.fluxcd.io/v2",
        "HelmRelease",
        "@kubernetes-models/flux-cd/helm.toolkit.fluxcd.io/v2/HelmRelease",
        "IHelmRelease",
    ),
];

pub fn judge(trees: &[Tree]) -> Vec<Finding> {
    // Inside of the cache, so that the types are found as any project finds its modules.
    let work = tempfile::tempdir_in(consumer::installed("gitops")).expect("a temporary folder");
    let write = |name: &str, text: &str| {
        fs::write(work.path().join(name), text).expect("a file can be written");
    };
    write("tsconfig.json", TSCONFIG);
    let mut findings = Vec::new();
    let mut sources = BTreeMap::new();
    for tree in trees {
        if tree.path.join("gitops/argocd.yaml").is_file() {
            findings.extend(wave_faults(tree));
        }
        for file in tree.files("gitops", &[".yaml"]) {
            let path = tree.relative(&file);
            let text = fs::read_to_string(&file).expect("the file can be read");
            let documents = match consumer::yaml(&text) {
                Ok(documents) => documents,
                Err(message) => {
                    findings.push(tree.finding(format!("{path}: {message}")));
                    continue;
                }
            };
            for document in documents {
                if let Some(fault) = chart_fault(tree, &document) {
                    findings.push(tree.finding(format!("{path}: {fault}")));
                }
                let known = TYPES.iter().find(|(version, kind, ..)| {
                    document["apiVersion"] == *version && document["kind"] == *kind
                });
                let Some((_, _, module, name)) = known else {
                    findings.push(tree.finding(format!(
                        "{path}: nobody knows {} {}",
                        document["apiVersion"], document["kind"]
                    )));
                    continue;
                };
                let source = format!("d{}.ts", sources.len());
                write(
                    &source,
                    &format!(
                        "import type {{ {name} }} from \"{module}\";\nexport const object: {name} = {document};\n"
                    ),
                );
                sources.insert(source, (tree, path.clone()));
            }
        }
    }
    if sources.is_empty() {
        return findings;
    }
    findings.extend(typescript::findings("gitops", work.path(), &sources));
    findings
}

/// Argo CD starts a wave when all of the waves before are healthy. A claim may wait for a pod that mounts it, an autoscaler
/// for its workload, and an Ingress for its controller: none of them may keep back what it waits for.
fn wave_faults(tree: &Tree) -> Vec<Finding> {
    let mut findings = BTreeSet::new();
    for chart in helm::charts(tree) {
        for sets in chart.variations() {
            let rendered = chart.render(&sets);
            let objects = rendered.and_then(|text| consumer::yaml(&text));
            match objects {
                Ok(objects) => findings.extend(waves(&objects)),
                Err(message) => drop(findings.insert(message)),
            }
        }
    }
    findings.into_iter().map(|it| tree.finding(it)).collect()
}

fn waves(objects: &[Value]) -> Vec<String> {
    let wave = |object: &Value| {
        let annotation = &object["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"];
        let text = annotation.as_str().unwrap_or("0");
        text.parse::<i64>().expect("a wave is a number")
    };
    let last = objects.iter().map(wave).max().unwrap_or_default();
    let mounts = |object: &&Value, claim: &str| {
        let mut volumes = array(&object["spec"]["template"]["spec"]["volumes"]);
        volumes.any(|volume| volume["persistentVolumeClaim"]["claimName"] == claim)
    };
    let mut faults = Vec::new();
    for object in objects {
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        let kind = object["kind"].as_str().unwrap_or_default();
        let wanted = match kind {
            "PersistentVolumeClaim" => {
                let users = objects.iter().filter(|it| mounts(it, name));
                users.map(wave).min().unwrap_or(last)
            }
            "HorizontalPodAutoscaler" => {
                let target = &object["spec"]["scaleTargetRef"];
                let of_target = |it: &&Value| {
                    it["kind"] == target["kind"] && it["metadata"]["name"] == target["name"]
                };
                objects.iter().find(of_target).map_or(last, wave)
            }
            "Ingress" | "HTTPRoute" => last,
            _ => continue,
        };
        if wave(object) != wanted {
            faults.push(format!(
                "{kind} {name} is in the wave {}, not {wanted}",
                wave(object)
            ));
        }
    }
    faults
}

/// The chart that an object names, by its place below `generated/`, is one of the tree.
fn chart_fault(tree: &Tree, object: &Value) -> Option<String> {
    let paths = ["/spec/source/path", "/spec/chart/spec/chart"];
    let path = paths
        .iter()
        .find_map(|path| object.pointer(path)?.as_str())?;
    let chart = path.rsplit('/').next().unwrap_or_default();
    let is_there = tree
        .path
        .join("helm")
        .join(chart)
        .join("Chart.yaml")
        .is_file();
    (!is_there).then(|| format!("there is no chart at {path}"))
}
