//! The state after an accident: a kill at every file operation, failing operations, full and read-only disks, other
//! file systems, folders of another user. It is always all or nothing, and the next `apply` completes it.
//!
//! A suite of its own, `cargo test --features faults --test faults`: it needs `strace` and the right to mount. What this
//! machine can't do is printed and counted, and `--strict` makes it a failure. Without `--all` faults are injected at
//! some of the operations only, spread evenly; with `--every=31` at every 31st. Other words name the cases to run.

mod disks;
mod kill;
mod project;
mod refuse;
mod rights;
mod trace;

use std::{
    ops::AddAssign,
    panic::{AssertUnwindSafe, catch_unwind},
    process::{Command, ExitCode},
    time::Instant,
};

/// The outcome of a case without a failed assertion.
pub enum Outcome {
    /// It passed at all places that were tried.
    Held(Tried),
    /// The machine can't do it, and why.
    Impossible(String),
}

/// At how many places a fault was injected.
#[derive(Clone, Copy, Default)]
pub struct Tried {
    /// How many of them were tried.
    pub places: usize,
    /// How many there are.
    pub of: usize,
}

impl Tried {
    /// All of them.
    pub fn all(places: usize) -> Self {
        Self { places, of: places }
    }
}

impl AddAssign for Tried {
    fn add_assign(&mut self, other: Self) {
        self.places += other.places;
        self.of += other.of;
    }
}

/// How much to try.
#[derive(Clone, Copy)]
pub enum Extent {
    /// As many places as each case finds enough, spread evenly.
    Some,
    /// Every place of this number; with 1 all.
    Every(usize),
}

impl Extent {
    /// `--all` and `--every=N`.
    fn of(words: &[String]) -> Self {
        let every = words.iter().find_map(|word| word.strip_prefix("--every="));
        match every.map(|number| number.parse().expect("a number")) {
            Some(number) => Self::Every(number),
            None if words.iter().any(|word| word == "--all") => Self::Every(1),
            None => Self::Some,
        }
    }

    /// Those of the places that are tried: `enough` in a quick run.
    pub fn choose<T>(self, places: Vec<T>, enough: usize) -> Vec<T> {
        let step = match self {
            Self::Some => places.len().div_ceil(enough),
            Self::Every(number) => number,
        };
        places.into_iter().step_by(step.max(1)).collect()
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
    let extent = Extent::of(&words);
    let asked: Vec<&String> = words.iter().filter(|it| !it.starts_with('-')).collect();
    let is_asked = |name: &str| asked.is_empty() || asked.iter().any(|word| name.contains(&**word));
    let (mut held, mut impossible, mut failed) = (0, 0, 0);
    for (name, case) in CASES.iter().filter(|(name, _)| is_asked(name)) {
        let began = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| case(extent)));
        let seconds = began.elapsed().as_secs_f32();
        match outcome {
            Ok(Outcome::Held(Tried { places, of })) => {
                held += 1;
                println!("held          {name}: {places} of {of} places, {seconds:.1} s");
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
