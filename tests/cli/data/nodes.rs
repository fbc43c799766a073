//! Folders of nodes, in which daemons keep data.

use super::{Case, PLATFORM};

/// What daemons keep on their nodes is in no claim, and no manifest lists it.
#[test]
fn a_folder_of_each_node_is_data_too() {
    let helm = PLATFORM.replace(
        "[\"compose\", \"helm\", \"swarm\", \"airflow\"]",
        "[\"helm\"]",
    );
    let (own, daemon) = ("volumes.cache", "daemon = true\nvolumes.cache");
    Case::of(&helm).change(own, daemon).refuses(&[
        "claim `trainer-cache`",
        "a daemon keeps it in the folder `/var/lib/NAMESPACE_ml_trainer-cache` of each node",
    ]);
    let daemons = helm.replace(own, daemon);
    Case::of(&daemons)
        .change("size = \"1Gi\"", "size = \"1Gi\", name = \"own\"")
        .refuses(&["mv /var/lib/NAMESPACE_ml_trainer-cache /var/lib/own"]);
    Case::of(&daemons)
        .change(daemon, own)
        .refuses(&["copy it out of `/var/lib/NAMESPACE_ml_trainer-cache` of each node"]);
    // As the chart had it before the namespace was in the name.
    let old = "volumes.cache.hostPath = \"/var/lib/ml_trainer-cache\"";
    let kept = daemons.replace(daemon, &format!("helm.{old}\n{daemon}"));
    Case::of(&kept)
        .change(&format!("helm.{old}\n"), "")
        .refuses(&[
            "mv /var/lib/ml_trainer-cache /var/lib/NAMESPACE_ml_trainer-cache",
            &format!("write `helm.{old}` in [components.trainer]"),
        ]);
}

/// The folder of a daemon that was moved, or of its volume, is mounted under another key.
#[test]
fn a_daemon_that_is_moved_keeps_its_folder_of_each_node() {
    let helm = PLATFORM.replace(
        "[\"compose\", \"helm\", \"swarm\", \"airflow\"]",
        "[\"helm\"]",
    );
    let helm = helm.replace("volumes.cache", "daemon = true\nvolumes.cache");
    for (old, new, from, to) in [
        (
            "components.trainer",
            "components.fitter",
            "components.trainer",
            "components.fitter",
        ),
        (
            "volumes.cache",
            "volumes.store",
            "components.trainer.volumes.cache",
            "components.trainer.volumes.store",
        ),
    ] {
        let mut case = Case::of(&helm);
        let ran = case.change(old, new).write_moved(from, to).apply();
        assert_eq!(ran.status, 0, "{from}: {}{}", ran.out, ran.err);
        let values = case.project.read("generated/helm/ml/values.yaml");
        assert!(values.contains("_ml_trainer-cache"), "{values}");
    }
}
