//! The types of Argo CD's and Flux' objects, made from their CRDs, check the generated ones. The chart that they name
//! has to be there, too.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::consumer;
use crate::tree::{Finding, Tree};

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
    let mut command = consumer::consumer("gitops/node_modules/.bin/tsc");
    let verdict = consumer::run(
        command
            .args(["--pretty", "false", "-p"])
            .arg(work.path())
            .current_dir(work.path()),
    );
    let lines = verdict.stdout.lines();
    for line in lines.filter(|line| line.contains("): error ")) {
        let source = line.split('(').next().and_then(|name| sources.get(name));
        let (tree, file) =
            source.unwrap_or_else(|| panic!("the TypeScript compiler said: {}", verdict.words()));
        findings.push(tree.finding(format!("{file}: {line}")));
    }
    assert!(
        verdict.success || !findings.is_empty(),
        "the TypeScript compiler does not run: {}",
        verdict.words()
    );
    findings
}

/// The path of the chart in an object leads to a chart of the tree.
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
