//! The state after an accident: a kill at every file operation, failing operations, full and read-only disks, other
//! file systems, folders of another user. It is always all or nothing, and the next `apply` completes it.
//!
//! A suite of its own, `cargo test --features faults --test faults`: it needs `strace` and the right to mount. What this
//! machine can't do is printed and counted, and `--strict` makes it a failure. Without `--all` faults are injected at
//! some of the operations only, spread evenly. Other words name the cases to run.

mod disks;
mod kill;
mod project;
mod refuse;
mod rights;
mod trace;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    process::{Command, ExitCode},
    time::Instant,
};

/// The outcome of a case without a failed assertion.
pub enum Outcome {
    /// It passed at this many places.
    Held(usize),
    /// The machine can't do it, and why.
    Impossible(String),
}

/// How much to try.
#[derive(Clone, Copy)]
pub struct Extent {
    /// Every place, not some of them.
    pub all: bool,
}

impl Extent {
    /// The number of places, or a part of them in a quick run.
    pub fn most(self, enough: usize) -> usize {
        match self.all {
            true => usize::MAX,
            false => enough,
        }
    }
}

type Case = (&'static str, fn(Extent) -> Outcome);

const CASES: &[Case] = &[
    ("killed: a small platform", kill::small),
    ("killed: the reference platform", kill::reference),
    ("refused: one operation", refuse::one),
    ("refused: all operations from one on", refuse::from_one_on),
    ("another file system: generated/", disks::whole),
    ("another file system: a part of generated/", disks::part),
    ("another file system: killed", disks::killed),
    ("full disk", disks::full),
    ("no room for another file", disks::no_inodes),
    ("read-only: generated/", disks::read_only),
    ("read-only: a part of generated/", disks::read_only_part),
    ("letter case ignored", disks::case_ignored),
    ("somebody else's folders", rights::foreign_folders),
    ("no lock to be had", rights::no_lock),
    ("no git", rights::no_git),
];

/// Set for the run inside of its own mount namespace.
const INSIDE: &str = "MLOPSGEN_FAULTS_INSIDE";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if std::env::var_os(INSIDE).is_none()
        && let Some(code) = run_inside(&words)
    {
        return code;
    }
    let has = |flag: &str| words.iter().any(|word| word == flag);
    let extent = Extent { all: has("--all") };
    let asked: Vec<&String> = words.iter().filter(|it| !it.starts_with('-')).collect();
    let is_asked = |name: &str| asked.is_empty() || asked.iter().any(|word| name.contains(&**word));
    let (mut held, mut impossible, mut failed) = (0, 0, 0);
    for (name, case) in CASES.iter().filter(|(name, _)| is_asked(name)) {
        let began = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| case(extent)));
        let seconds = began.elapsed().as_secs_f32();
        match outcome {
            Ok(Outcome::Held(places)) => {
                held += 1;
                println!("held          {name}: {places} places, {seconds:.1} s");
            }
            Ok(Outcome::Impossible(why)) => {
                impossible += 1;
                println!("NOT TRIED     {name}: {why}");
            }
            Err(_) => {
                failed += 1;
                println!("FAILED        {name}");
            }
        }
    }
    println!(
        "faults: {held} held, {failed} failed, {impossible} could not be tried on this machine"
    );
    ExitCode::from(u8::from(
        failed > 0 || held + impossible == 0 || has("--strict") && impossible > 0,
    ))
}

/// The same run in its own mount namespace, which ends with it. `None` where the machine has no such namespaces.
fn run_inside(words: &[String]) -> Option<ExitCode> {
    let program = std::env::current_exe().ok()?;
    for flags in [
        &["--mount"] as &[&str],
        &["--mount", "--user", "--map-root-user"],
    ] {
        let can = Command::new("unshare").args(flags).arg("true").output();
        if can.is_ok_and(|tried| tried.status.success()) {
            let done = Command::new("unshare")
                .args(flags)
                .arg(program)
                .args(words)
                .env(INSIDE, "1")
                .status()
                .ok()?;
            return Some(match done.success() {
                true => ExitCode::SUCCESS,
                false => ExitCode::FAILURE,
            });
        }
    }
    println!("this machine makes no mount namespace: nothing is mounted");
    None
}
