//! What Ingresses say to their controllers: `annotations.toml` names the source that reads each annotation.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use crate::{consumer, tree::write_compiled};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    annotation: Vec<Annotation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Annotation {
    name: String,
    read_by: String,
}

const PLATFORM: &str = r#"
[platform]
name = "doors"
[groups]
g = "All"
[components.gateway]
kind = "traefik"
group = "g"
ports.https = { host = 443 }
[components.one]
image = "a/one:1"
group = "g"
ports.http = 8000
[components.two]
image = "a/two:1"
group = "g"
ports.http = 8000
[routes.ml]
through = "gateway"
host = "ml.example.com"
tls = { acme = "ops@example.com" }
paths = { "/one" = "one", "/two" = { to = "two", strip = true } }
"#;

/// The objects of the chart with `ingress.enabled`.
fn objects(sets: &[&str]) -> Vec<Value> {
    let folder = tempfile::tempdir().expect("a folder");
    write_compiled(folder.path(), PLATFORM);
    let mut helm = consumer::consumer("bin/helm");
    helm.args(["template", "release"])
        .arg(folder.path().join("helm/doors"));
    helm.args(["--set", "ingress.enabled=true,ingress.issuer=le"]);
    let verdict = consumer::run(helm.args(sets));
    assert!(verdict.success, "{}", verdict.words());
    consumer::yaml(&verdict.stdout).expect("YAML")
}

/// The annotations of each Ingress, by its name.
fn rendered(sets: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let objects = objects(sets);
    let name = |it: &Value| {
        it["metadata"]["name"]
            .as_str()
            .unwrap_or_default()
            .to_string()
    };
    let ingresses = objects.iter().filter(|it| it["kind"] == "Ingress");
    let annotations = |it: &Value| {
        let all = it["metadata"]["annotations"].as_object().into_iter();
        all.flat_map(|all| all.keys().cloned()).collect()
    };
    ingresses.map(|it| (name(it), annotations(it))).collect()
}

#[test]
fn each_path_has_an_ingress_or_an_httproute() {
    let count = |sets: &[&str], kind: &str| {
        let objects = objects(sets);
        objects.iter().filter(|it| it["kind"] == kind).count()
    };
    let routes = [
        "--set",
        "gateway.enabled=true,gateway.parentRefs[0].name=public",
    ];
    assert_eq!(count(&[], "Ingress"), 2);
    assert_eq!(count(&[], "HTTPRoute"), 0);
    assert_eq!(count(&routes, "Ingress"), 0);
    assert_eq!(count(&routes, "HTTPRoute"), 2);
}

#[test]
fn every_annotation_is_one_that_its_controller_reads() {
    let text = std::fs::read_to_string("tests/conformance/annotations.toml").expect("a file");
    let known: Known = toml::from_str(&text).expect("a list");
    assert!(known.annotation.iter().all(|it| it.read_by.contains(".go")));
    let known: BTreeSet<String> = known.annotation.into_iter().map(|it| it.name).collect();
    let mut found = BTreeSet::new();
    for class in ["nginx", "traefik", "haproxy"] {
        for kind in ["ClusterIssuer", "Issuer"] {
            let class = format!("ingress.className={class}");
            let kind = format!("ingress.issuerKind={kind}");
            let redirect = format!("ingress.redirect={}", kind.ends_with("=Issuer"));
            let all = rendered(&["--set", &class, "--set", &kind, "--set", &redirect]);
            // Of Ingresses with one certificate cert-manager takes one.
            let issued = all.values().flatten().filter(|it| it.contains("issuer"));
            assert_eq!(issued.count(), 1, "{all:?}");
            found.extend(all.into_values().flatten());
        }
    }
    assert_eq!(found, known);
}
