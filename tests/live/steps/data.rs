//! Which data is kept, and which is removed.

use std::{fs, os::unix::fs::symlink};

use super::{features, kafka, tracking};
use crate::project::Project;

/// Redis moves from the group `feast` to `messages`, and Feast still finds its features.
pub fn moves(live: &Project) {
    let volumes = live.volumes();
    live.replace(
        "platform.toml",
        "kind = \"redis\"\ngroup = \"feast\"",
        "kind = \"redis\"\ngroup = \"messages\"",
    );
    live.ok(&["apply", "--yes"]);
    live.ok(&["up", "--wait"]);
    assert_eq!(live.volumes(), volumes);
    features::are_there();
}

pub fn survives(live: &Project) {
    live.ok(&["down"]);
    assert!(live.running().is_empty());
    live.ok(&["up", "mlflow", "feast", "messages", "--wait"]);
    tracking::is_there();
    features::are_there();
    assert_eq!(kafka::consumed(), "ride\n");
}

pub fn volumes(live: &Project) {
    live.write("data/scratch/file");
    let before = live.volumes();
    live.ok(&["down", "serving", "--volumes", "--yes"]);
    let after: Vec<&str> = before
        .lines()
        .filter(|volume| *volume != "live_predictor-model")
        .collect();
    assert_ne!(after.join("\n"), before.trim());
    assert_eq!(live.volumes().trim(), after.join("\n"));
    assert!(live.exists("data/scratch/file"));
    assert!(live.running().contains_key("mlflow"));
}

pub fn purge(live: &Project) {
    let outside = tempfile::TempDir::new().expect("a folder");
    fs::write(outside.path().join("file"), "x").expect("written");
    symlink(outside.path(), live.path("data/scratch/link")).expect("a link");
    live.write("data/scratch/deep/file");
    live.write("data/artifacts/kept");
    live.ok(&["down", "--purge", "--yes"]);
    assert!(live.running().is_empty());
    assert_eq!(live.volumes(), "");
    let left = fs::read_dir(live.path("data/scratch")).expect("a folder");
    let left: Vec<_> = left.flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, [".gitkeep"]);
    assert!(live.exists("data/artifacts/kept"));
    assert!(outside.path().join("file").exists());
}
