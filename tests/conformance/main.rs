//! The real consumers judge what mlopsgen generates: Docker Compose, Helm and the Kubernetes schemas,
//! Docker's client, kube-score, promtool, amtool, Grafana's own types, the Jenkinsfile parsers, Airflow. Taplo judges the schema for editors.
//!
//! Each judge has two tests: every tree of [`tree::all`] passes, and every fault of `broken/JUDGE.toml` is
//! found. Run `tests/conformance/install` first, then
//! `cargo test --features conformance --test conformance`.

#[path = "../support/mod.rs"]
mod support;

mod airflow;
mod alerts;
mod alertmanager;
mod annotations;
mod chart_keys;
mod compose;
mod consumer;
mod dashboards;
mod documents;
mod door;
mod editors;
mod escaping;
mod following;
mod gitops;
mod helm;
mod house;
mod jenkins;
mod kube_score;
mod kubernetes;
mod lacking;
mod network;
mod placed;
mod prometheus;
mod swarm;
mod tree;
mod typescript;
mod upgrade;

use mlopsgen::files::Target;

use tree::{Broken, Judge, Tree};

/// Fails with every finding about every tree.
fn accepts(judge: Judge, trees: &[Tree]) {
    let findings: Vec<String> = judge(trees).iter().map(ToString::to_string).collect();
    assert!(
        findings.is_empty(),
        "{} findings:\n{}",
        findings.len(),
        findings.join("\n")
    );
}

/// Fails unless every fault of `broken/NAME.toml` is found in the words that it states.
fn rejects(name: &str, judge: Judge) {
    let faults = tree::broken(name);
    let trees: Vec<Tree> = faults
        .iter()
        .map(|fault| Tree {
            name: fault.tree.name.clone(),
            path: fault.tree.path.clone(),
        })
        .collect();
    let findings = judge(&trees);
    let found = |fault: &&Broken| {
        findings.iter().any(|finding| {
            finding.tree == fault.tree.name && finding.message.contains(&fault.finding)
        })
    };
    let missed: Vec<String> = faults
        .iter()
        .filter(|fault| !found(fault))
        .map(|fault| {
            let printed = findings
                .iter()
                .filter(|finding| finding.tree == fault.tree.name);
            let printed: Vec<String> = printed.map(|finding| finding.message.clone()).collect();
            format!(
                "broken/{name}.toml, {}: wanted `{}`, got {printed:#?}",
                fault.tree.name, fault.finding
            )
        })
        .collect();
    assert!(
        missed.is_empty(),
        "{} faults were missed:\n{}",
        missed.len(),
        missed.join("\n")
    );
}

macro_rules! judges {
    ($($name:ident: $judge:path,)*) => {$(
        mod $name {
            #[test]
            fn accepts() {
                crate::accepts($judge, &crate::tree::all());
            }

            #[test]
            fn rejects() {
                crate::rejects(stringify!($name), $judge);
            }
        }
    )*};
}

mod judged_by {
    judges! {
        alertmanager: crate::alertmanager::judge,
        airflow_dagbag: crate::airflow::judge,
        compose_config: crate::compose::judge,
        dashboard_queries: crate::dashboards::judge,
        gitops_objects: crate::gitops::judge,
        grafana_types: crate::dashboards::judge_types,
        helm: crate::helm::judge,
        jenkins: crate::jenkins::judge,
        kubernetes_objects: crate::kubernetes::judge,
        promtool: crate::prometheus::judge,
        swarm_stack: crate::swarm::judge,
        yaml_and_svg: crate::documents::judge,
    }
}

/// The rules of this repository hold for its own platform and examples, not for every test case: a user may
/// ask for `latest`.
mod house_rules {
    use crate::{accepts, house, rejects, tree};

    #[test]
    fn hold_for_generated() {
        accepts(house::judge, &[tree::generated()]);
    }

    #[test]
    fn reject() {
        rejects("house_rules", house::judge);
    }
}

/// kube-score finds nothing critical in these trees, apart from results that have a reason.
mod scored {
    use crate::{accepts, kube_score, rejects};

    #[test]
    fn accepts_what_is_shown() {
        accepts(kube_score::judge, &kube_score::shown());
    }

    #[test]
    fn rejects_what_is_critical() {
        rejects("kube_score", kube_score::judge);
    }

    #[test]
    fn every_exception_is_needed() {
        let idle = kube_score::idle_exceptions();
        assert!(idle.is_empty(), "kube-score.toml: {}", idle.join(", "));
    }
}

#[test]
fn generated_has_every_target() {
    let generated = tree::generated();
    let by_default = Target::ALL.iter().filter(|target| target.is_default());
    let missing: Vec<&str> = by_default
        .map(|target| target.name())
        .filter(|target| generated.files(target, &[""]).is_empty())
        .collect();
    assert!(
        missing.is_empty(),
        "{} has no files of: {}",
        generated.path.display(),
        missing.join(", ")
    );
}
