//! A container that the kernel kills for its memory and a disk without room are each reported once, by the kernel's own counters.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread::sleep,
    time::Duration,
};

use crate::{
    docker::docker,
    project::{Project, repository_with, until},
    watch::Watch,
};

const WATCH: Watch = Watch {
    prometheus: 39090,
    pager: 39999,
};

/// The kernel's counter, two minutes of the alert on the disk, and what Alertmanager waits.
const PAGED: Duration = Duration::from_secs(420);
/// After this time a second notification of the same would have come.
const ECHO: Duration = Duration::from_secs(120);

/// What the machine that runs the test may have of its own.
const OF_THE_MACHINE: [&str; 4] = ["NodeClock", "NodeCpu", "NodeMemory", "NodeDiskSaturated"];

pub fn are_reported() {
    let pager = fs::read_to_string("tests/live/pages/pager.py").expect("the receiver");
    let origin = repository_with("tests/live/limits", &[("pager.py", &pager)]);
    let live = Project::clone_of(origin.path(), "limits");
    let _small = Small::mounted(&live.path("data/small"));
    live.ok(&["env", "init"]);
    live.ok(&["up", "--wait"]);
    let before = WATCH.received("page").len();
    // The kernel kills the process that takes most of the container's memory.
    docker(&[
        "exec",
        "limits-eater-1",
        "python",
        "-c",
        "bytearray(400 << 20)",
    ]);
    assert!(
        !live.can("filler", "dd if=/dev/zero of=/data/filled bs=4k"),
        "there is room"
    );
    let wanted = [
        ("NodeDiskFull".to_string(), "node-exporter".to_string()),
        (
            "NodeKillsForMemory".to_string(),
            "node-exporter".to_string(),
        ),
    ];
    let pages = || -> Vec<(String, String)> {
        let pages = WATCH.pages(before).into_iter();
        let of_the_machine = |alert: &str| OF_THE_MACHINE.iter().any(|it| alert.starts_with(it));
        pages.filter(|(alert, _)| !of_the_machine(alert)).collect()
    };
    until(PAGED, || wanted.iter().all(|page| pages().contains(page)));
    sleep(ECHO);
    assert_eq!(pages(), wanted, "Prometheus says {:?}", WATCH.alerts());
    let told = WATCH.received("page");
    let full = told
        .iter()
        .find(|it| it["groupLabels"]["alertname"] == "NodeDiskFull");
    let labels = full.map(|it| it["commonLabels"]["mountpoint"].to_string());
    assert!(
        labels.is_some_and(|it| it.contains("data/small")),
        "{full:?}"
    );
}

/// A file system of 32 MB in a file.
struct Small {
    at: PathBuf,
}

impl Small {
    fn mounted(at: &Path) -> Self {
        fs::create_dir_all(at).expect("a folder");
        let image = at.with_extension("img");
        fs::write(&image, vec![0; 32 << 20]).expect("written");
        let (image, at) = (image.as_os_str(), at.to_path_buf());
        run(Command::new("mkfs.ext4").args(["-q", "-m", "0"]).arg(image));
        run(Command::new("mount")
            .args(["-o", "loop"])
            .arg(image)
            .arg(&at));
        run(Command::new("chown").arg("1000:1000").arg(&at));
        Self { at }
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.at).status();
    }
}

fn run(command: &mut Command) {
    let status = command.status();
    assert!(status.is_ok_and(|it| it.success()), "{command:?}");
}
