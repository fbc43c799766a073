//! `generated/`, or a part of it, on another disk: one that is full, read-only, or ignores letter case.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use super::{
    Extent, Outcome, Tried,
    project::{Project, SMALL, SMALL_CHANGED, Tree, failed_with, output_of, same},
    trace::{self, Faulty, apply_with, places},
};

/// What is mounted, until it is dropped.
struct Mount<'a> {
    project: &'a Project,
    path: &'a str,
}

impl<'a> Mount<'a> {
    /// A file system in memory at a path of a project, with these options.
    fn memory(project: &'a Project, path: &'a str, options: &str) -> Result<Self, String> {
        let at = project.path(path);
        fs::create_dir_all(&at).expect("a folder");
        mount(
            &["-t", "tmpfs", "-o", &format!("mode=0755{options}"), "none"],
            &at,
        )?;
        Ok(Self { project, path })
    }

    fn again(&self, options: &str) {
        let at = self.project.path(self.path);
        mount(&["-o", &format!("remount,{options}")], &at).expect("another mount");
    }
}

impl Drop for Mount<'_> {
    fn drop(&mut self) {
        let at = self.project.path(self.path);
        let _ = Command::new("umount").arg("--lazy").arg(at).output();
    }
}

fn mount(words: &[&str], at: &Path) -> Result<(), String> {
    match Command::new("mount").args(words).arg(at).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(output_of(&output).trim().replace('\n', "; ")),
        Err(error) => Err(format!("no mount: {error}")),
    }
}

/// Ends the case if the machine can't mount.
macro_rules! mounted {
    ($mount:expr) => {
        match $mount {
            Ok(mount) => mount,
            Err(why) => return Outcome::Impossible(why),
        }
    };
}

pub fn whole(_: Extent) -> Outcome {
    on_another_disk(&["generated"])
}

pub fn part(_: Extent) -> Outcome {
    on_another_disk(&[
        "generated/compose",
        "generated/config/web/etc",
        "generated/docs",
    ])
}

/// Changes, removes and makes files, undoes it, and compares the result with that of an ordinary folder.
fn on_another_disk(paths: &[&str]) -> Outcome {
    let (before, after) = (
        Project::applied(&[SMALL]),
        Project::applied(&[SMALL, SMALL_CHANGED]),
    );
    let back = Project::applied(&[SMALL, SMALL_CHANGED, SMALL]);
    let mut tried = 0;
    for path in paths {
        let project = Project::new(SMALL);
        let _mount = mounted!(Mount::memory(&project, path, ""));
        let when = format!("with a disk at {path}");
        same(&project.apply(), &before, &when);
        if trace::usable().is_ok() {
            tried += undone(path, &before, &when);
        }
        project.set(SMALL_CHANGED);
        same(&project.apply(), &after, &when);
        project.set(SMALL);
        same(&project.apply(), &back, &when);
        tried += 3;
    }
    Outcome::Held(Tried::all(tried))
}

/// Renaming fails at each place in turn.
fn undone(path: &str, before: &Tree, when: &str) -> usize {
    let start = Project::after(&[SMALL], SMALL_CHANGED);
    let all = places(&start.copy());
    let renames: Vec<_> = all
        .into_iter()
        .filter(|place| place.call.starts_with("rename"))
        .collect();
    let mut tried = 0;
    for place in Extent::Some.choose(renames, 4) {
        let project = Project::new(SMALL);
        let Ok(_mount) = Mount::memory(&project, path, "") else {
            continue;
        };
        start.copy_to(&project.path(""));
        let answer = apply_with(&project, "error=EIO", &place, Faulty::One);
        assert_eq!(
            answer.status.code(),
            Some(1),
            "{when}: {}",
            output_of(&answer)
        );
        same(&project.tree(), before, &format!("{when}, {place:?}"));
        tried += 1;
    }
    tried
}

pub fn killed(extent: Extent) -> Outcome {
    if let Err(why) = trace::usable() {
        return Outcome::Impossible(why);
    }
    let after = Project::applied(&[SMALL, SMALL_CHANGED]);
    let mut tried = Tried::default();
    let start = Project::after(&[SMALL], SMALL_CHANGED);
    for path in ["generated", "generated/compose"] {
        let counted = Project::new(SMALL);
        let _mount = mounted!(Mount::memory(&counted, path, ""));
        start.copy_to(&counted.path(""));
        let all = places(&counted);
        tried.of += all.len();
        for place in extent.choose(all, 15) {
            let project = Project::new(SMALL);
            let _mount = mounted!(Mount::memory(&project, path, ""));
            start.copy_to(&project.path(""));
            let answer = apply_with(&project, "signal=KILL", &place, Faulty::One);
            assert!(!answer.status.success(), "{place:?} was not met");
            same(
                &project.apply(),
                &after,
                &format!("{path}, killed at {place:?}"),
            );
            tried.places += 1;
        }
    }
    Outcome::Held(tried)
}

/// Either everything is written or nothing, and the message says what to do.
fn all_or_nothing(project: &Project, answer: &Output, before: &Tree, after: &Tree, words: &[&str]) {
    match answer.status.success() {
        true => same(&project.tree(), after, "there was room"),
        false => {
            failed_with(answer, words);
            same(&project.tree(), before, "there was no room");
        }
    }
}

pub fn full(_: Extent) -> Outcome {
    with_limits((2..40).map(|pages| format!(",size={}k", pages * 4)))
}

pub fn no_inodes(_: Extent) -> Outcome {
    with_limits((2..45).map(|most| format!(",nr_inodes={most}")))
}

/// A first run, and one that changes files, on disks with less and more room.
fn with_limits(options: impl Iterator<Item = String>) -> Outcome {
    let (nothing, first) = (Tree::new(), Project::applied(&[SMALL]));
    let second = Project::applied(&[SMALL, SMALL_CHANGED]);
    let words = ["disk is full", "df -i"];
    let (mut refused, mut tried) = (0, 0);
    for options in options {
        let project = Project::new(SMALL);
        let _mount = mounted!(Mount::memory(&project, "generated", &options));
        let answer = project.try_apply();
        let mut before = project.tree();
        before.retain(|path, _| path.starts_with("generated/"));
        tried += 1;
        if !answer.status.success() {
            refused += 1;
            failed_with(&answer, &words);
            same(&before, &nothing, "there was no room");
            continue;
        }
        same(&project.tree(), &first, "there was room");
        project.set(SMALL_CHANGED);
        let answer = project.try_apply();
        refused += usize::from(!answer.status.success());
        all_or_nothing(&project, &answer, &first, &second, &words);
        tried += 1;
    }
    assert!(
        0 < refused && refused < tried,
        "{refused} of {tried} had no room"
    );
    Outcome::Held(Tried::all(tried))
}

pub fn read_only(_: Extent) -> Outcome {
    let project = Project::new(SMALL);
    let mount = mounted!(Mount::memory(&project, "generated", ""));
    let before = project.apply();
    mount.again("ro");
    project.set(SMALL_CHANGED);
    failed_with(&project.try_apply(), &["mounted read-only"]);
    same(&project.tree(), &before, "read-only");
    for (words, code) in [(["plan"], 0), (["check"], 2), (["validate"], 0)] {
        let answer = project.command(&words).output().expect("the program");
        assert_eq!(answer.status.code(), Some(code), "{}", output_of(&answer));
    }
    mount.again("rw");
    project.apply();
    Outcome::Held(Tried::all(5))
}

pub fn read_only_part(_: Extent) -> Outcome {
    let paths = ["generated/compose", "generated/docs", "generated/config"];
    for path in paths {
        let project = Project::new(SMALL);
        let mount = mounted!(Mount::memory(&project, path, ""));
        let before = project.apply();
        mount.again("ro");
        project.set(SMALL_CHANGED);
        failed_with(
            &project.try_apply(),
            &["mounted read-only", "as it was before"],
        );
        same(&project.tree(), &before, "a part is read-only");
        mount.again("rw");
        project.apply();
    }
    Outcome::Held(Tried::all(paths.len()))
}

/// An empty image of a disk, which a program formats.
fn formatted(project: &Project, format: &mut Command) -> Result<PathBuf, String> {
    let image = project.path("image");
    let made = fs::File::create(&image).and_then(|file| file.set_len(32 << 20));
    made.expect("a file");
    match format.arg(&image).output() {
        Ok(output) if output.status.success() => Ok(image),
        Ok(output) => Err(output_of(&output)),
        Err(error) => Err(format!("no {:?}: {error}", format.get_program())),
    }
}

fn folded(project: &Project, disk: &Path) -> Result<(), String> {
    let mut format = Command::new("mkfs.ext4");
    let image = formatted(project, format.args(["-q", "-O", "casefold"]))?;
    mount(&["-o", "loop", &image.to_string_lossy()], disk)?;
    let folder = disk.join("folded");
    fs::create_dir(&folder).expect("a folder");
    let done = Command::new("chattr").arg("+F").arg(&folder).output();
    match done {
        Ok(done) if done.status.success() => Ok(()),
        _ => {
            let _ = Command::new("umount").arg("--lazy").arg(disk).output();
            Err("chattr +F does not work here".to_string())
        }
    }
}

fn folded_ntfs(project: &Project, disk: &Path) -> Result<(), String> {
    let mut format = Command::new("mkfs.ntfs");
    let image = formatted(project, format.args(["-q", "-F"]))?;
    let mut program = Command::new("lowntfs-3g");
    let program = program.args(["-o", "ignore_case"]).arg(&image).arg(disk);
    let done = program.output();
    match done {
        Ok(done) if done.status.success() => {}
        Ok(done) => return Err(output_of(&done)),
        Err(error) => return Err(format!("no lowntfs-3g (Debian: ntfs-3g): {error}")),
    }
    fs::create_dir(disk.join("folded")).expect("a folder");
    Ok(())
}

/// On a disk for which `A` and `a` are one name: ext4 with `casefold`, or NTFS where the kernel has no such ext4.
pub fn case_ignored(_: Extent) -> Outcome {
    let project = Project::new(SMALL);
    let disk = project.path("disk");
    fs::create_dir(&disk).expect("a folder");
    let mounted = folded(&project, &disk).or_else(|why| {
        let ntfs = folded_ntfs(&project, &disk);
        ntfs.map_err(|of_ntfs| format!("{why}; {of_ntfs}"))
    });
    if let Err(why) = mounted {
        return Outcome::Impossible(why);
    }
    let _mount = Mount {
        project: &project,
        path: "disk",
    };
    let folder = disk.join("folded");
    let run = |words: &[&str]| {
        let mut command = project.command(words);
        command.current_dir(&folder).output().expect("the program")
    };
    let succeeds = |words: &[&str]| {
        let answer = run(words);
        assert!(answer.status.success(), "{words:?}: {}", output_of(&answer));
    };
    fs::write(folder.join("platform.toml"), SMALL).expect("a file");
    assert!(folder.join("PLATFORM.TOML").exists(), "case counts");
    // A file with another spelling of the name is not generated.
    fs::create_dir_all(folder.join("generated/COMPOSE")).expect("folders");
    fs::write(folder.join("generated/COMPOSE/Main.yaml"), "mine\n").expect("a file");
    failed_with(
        &run(&["apply", "--yes"]),
        &["generated/compose/main.yaml: exists and was never written"],
    );
    fs::remove_dir_all(folder.join("generated")).expect("a folder");
    for text in [SMALL, SMALL_CHANGED, SMALL] {
        fs::write(folder.join("platform.toml"), text).expect("a file");
        succeeds(&["apply", "--yes", "--accept-removal"]);
        succeeds(&["check"]);
    }
    // Names that differ in case alone are one file.
    let clash = format!(
        "{SMALL}[components.other.files]\n\"/etc/a\" = {{ content = \"x\" }}\n\"/etc/A\" = {{ content = \"y\" }}\n"
    );
    fs::write(folder.join("platform.toml"), clash).expect("a file");
    failed_with(&run(&["apply", "--yes"]), &["output-clash"]);
    Outcome::Held(Tried::all(8))
}
