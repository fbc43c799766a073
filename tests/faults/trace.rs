//! Runs in which `strace` changes the result of a system call.

use std::{
    collections::BTreeMap,
    fs,
    process::{Command, Output},
};

use super::project::{APPLY, Project, output_of};

/// All calls that change what is on a disk. A new file that is only opened is seen at the next of these calls.
const CALLS: &str = "mkdir,mkdirat,write,pwrite64,copy_file_range,sendfile,fsync,fdatasync,fchmod,fchmodat,link,linkat,\
    rename,renameat,renameat2,unlink,unlinkat,rmdir,ftruncate";

/// One call of a run: its name, and its number among the calls of that name.
#[derive(Clone, Debug)]
pub struct Place {
    pub call: String,
    pub number: usize,
}

/// `strace` where it may trace, or why not.
pub fn usable() -> Result<(), String> {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", "trace=none", "true"]);
    match strace.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!(
            "strace may not trace: {}",
            output_of(&output).trim()
        )),
        Err(error) => Err(format!("no strace: {error}")),
    }
}

/// The calls that `apply` makes here, in order.
pub fn places(project: &Project) -> Vec<Place> {
    let log = project.path("trace.log");
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "--seccomp-bpf", "-qq", "-o"])
        .arg(&log)
        .args(["-e", &format!("trace={CALLS}")])
        .arg(super::project::binary());
    let output = project.within(strace, &APPLY).output().expect("strace");
    assert!(output.status.success(), "{}", output_of(&output));
    let text = fs::read_to_string(&log).expect("a log");
    fs::remove_file(log).expect("the log");
    // Calls are counted by thread, and one thread writes.
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut places = Vec::new();
    for line in text.lines() {
        let Some((thread, rest)) = line.split_once(' ') else {
            continue;
        };
        let Some((call, _)) = rest.trim_start().split_once('(') else {
            continue;
        };
        let number = counts.entry((thread, call)).or_default();
        *number += 1;
        places.push(Place {
            call: call.to_string(),
            number: *number,
        });
    }
    assert!(places.len() > 20, "hardly anything was traced: {text}");
    places
}

/// Which calls a fault is at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Faulty {
    /// One alone.
    One,
    /// One, and all later ones.
    FromOneOn,
}

/// `apply` with this fault (`signal=KILL`, `error=ENOSPC`) at a call.
pub fn apply_with(project: &Project, fault: &str, place: &Place, faulty: Faulty) -> Output {
    let Place { call, number } = place;
    let on = match faulty {
        Faulty::One => "",
        Faulty::FromOneOn => "+",
    };
    let mut strace = Command::new("strace");
    strace
        // Without `--seccomp-bpf`: with it `strace` injects nothing.
        .args(["-f", "-qq", "-o", "/dev/null"])
        .args(["-e", &format!("trace={call}")])
        .args(["-e", &format!("inject={call}:{fault}:when={number}{on}")])
        .arg(super::project::binary());
    project.within(strace, &APPLY).output().expect("strace")
}
