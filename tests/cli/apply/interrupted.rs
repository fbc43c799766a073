//! A killed run, a failed step, two runs at once: the state that they leave, and how the next run repairs it.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use mlopsgen::{
    disk::{Lock, Transaction},
    files::Target,
    fileset::FileSet,
    plan::Force,
};

use crate::support::planning::{Project, files, with_stub, with_volume};

/// A run that has written nothing yet, and the lock that it holds.
fn prepared(project: &Project, wanted: &FileSet) -> (Transaction, Lock) {
    let place = project.place().expect("a place");
    let lock = Lock::acquire(&place, |_| {}).expect("the lock");
    let plan = project.plan_with(wanted, Some(&lock)).expect("a plan");
    let transaction = Transaction::prepare(&plan, &place, &lock).expect("a transaction");
    (transaction, lock)
}

#[test]
fn a_run_that_was_killed_at_any_step_is_finished_by_the_next() {
    let before = with_volume(
        files([
            ("compose/a.yaml", "1\n"),
            ("compose/b.yaml", "1\n"),
            ("docs/c.md", "1\n"),
            ("config/d/e", "1\n"),
        ]),
        "demo_redis-data",
    );
    let wanted = with_stub(
        files([
            ("compose/a.yaml", "2\n"),
            ("compose/b.yaml", "1\n"),
            ("config/d", "2\n"),
            ("helm/e.yaml", "2\n"),
        ]),
        "dags/p/t.py",
        "pass\n",
    );
    let finished = Project::new();
    finished.apply_cleanly(&before);
    finished.apply_cleanly(&wanted);
    let mut steps = 0;
    loop {
        let killed = Project::new();
        killed.apply_cleanly(&before);
        let (mut transaction, _lock) = prepared(&killed, &wanted);
        let is_over = (0..steps).any(|_| transaction.advance() == Ok(false));
        let rest = killed.copy();
        // The platform may have changed back in the meantime, too.
        let back = killed.copy();
        rest.apply_cleanly(&wanted);
        assert_eq!(rest.tree(), finished.tree(), "killed after {steps} steps");
        back.apply_cleanly(&before);
        let mut tree = back.tree();
        tree.remove("dags/p/t.py");
        let expected = Project::new();
        expected.apply_cleanly(&before);
        assert_eq!(
            tree,
            expected.tree(),
            "killed after {steps} steps, then taken back"
        );
        if is_over {
            break;
        }
        steps += 1;
    }
    assert!(steps > 6, "{steps}");
}

/// Killed after a file was removed, and before its folder was.
#[test]
fn empty_folders_of_a_killed_run_are_removed() {
    let before = files([("config/d/e/f", "1\n"), ("docs/x/y", "1\n")]);
    let wanted = files([("config/d", "2\n")]);
    let killed = Project::new();
    killed.apply_cleanly(&before);
    let (mut transaction, lock) = prepared(&killed, &wanted);
    // The manifest that was written in between, and both removals.
    for _ in 0..3 {
        assert_eq!(transaction.advance(), Ok(true));
    }
    drop(lock);
    fs::create_dir_all(killed.path("generated/config/d/e")).expect("folders");
    fs::create_dir_all(killed.path("generated/docs/x")).expect("folders");
    killed.apply_cleanly(&wanted);
    assert_eq!(killed.read("generated/config/d"), "2\n");
    assert!(!killed.exists("generated/docs"));
    // An empty folder without generated files belongs to the user.
    let foreign = Project::new();
    fs::create_dir_all(foreign.path("generated/config/d")).expect("folders");
    let plan = foreign.plan(&wanted).expect("a plan");
    assert_eq!(plan.refused(Force::Yes).len(), 1);
}

#[test]
fn a_step_that_fails_undoes_those_before_it() {
    let project = Project::new();
    project.apply_cleanly(&files([("compose/a.yaml", "1\n"), ("docs/b.md", "1\n")]));
    let before = project.tree();
    let wanted = files([
        ("compose/a.yaml", "2\n"),
        ("helm/c.yaml", "2\n"),
        ("helm/x", "2\n"),
    ]);
    let (transaction, lock) = prepared(&project, &wanted);
    // It appears after the last check, and no file can be renamed over it.
    fs::create_dir_all(project.path("generated/helm/x/in-the-way")).expect("a folder");
    let failure = transaction.commit().err();
    assert!(failure.is_some_and(|failure| {
        failure
            .help
            .is_some_and(|help| help.contains("as it was before"))
    }));
    drop(lock);
    assert_eq!(project.tree(), before);
}

#[test]
fn of_runs_at_the_same_time_one_writes_everything() {
    let project = Arc::new(Project::new());
    let contents = |text: &str| {
        let paths: Vec<String> = (0..20)
            .map(|number| format!("compose/{number}.yaml"))
            .collect();
        let mut wanted = files([]);
        for path in paths {
            wanted.add(Target::Compose, path, text);
        }
        wanted
    };
    let runs: Vec<_> = (0..8)
        .map(|number| {
            let project = Arc::clone(&project);
            let wanted = contents(&format!("{number}\n"));
            thread::spawn(move || {
                for _ in 0..3 {
                    project.apply_cleanly(&wanted);
                }
            })
        })
        .collect();
    for run in runs {
        run.join().expect("a run without a panic");
    }
    let last = project.read("generated/compose/0.yaml");
    let wanted = contents(&last);
    assert!(project.plan(&wanted).is_ok_and(|plan| plan.is_empty()));
    assert!(!project.exists("generated/.mlopsgen"));
}

#[test]
fn what_a_killed_run_left_behind_is_cleared_away_and_a_lock_alone_is_nothing() {
    let project = Project::new();
    let wanted = files([("compose/a.yaml", "1\n")]);
    project.apply_cleanly(&wanted);
    project.write("generated/.mlopsgen/lock", "");
    project.write("generated/.mlopsgen/.gitignore", "*\n");
    assert!(project.plan(&wanted).is_ok_and(|plan| plan.is_empty()));
    project.write("generated/.mlopsgen/new-1", "1\n");
    assert!(
        project
            .plan(&wanted)
            .is_ok_and(|plan| plan.leftovers && plan.foreign.is_empty())
    );
    project.apply_cleanly(&wanted);
    assert!(!project.exists("generated/.mlopsgen"));
}

/// Also where nothing else is left to do. A run that is writing keeps its lock.
#[test]
fn a_run_without_changes_removes_the_lock_of_a_killed_one() {
    let project = Project::new();
    let platform = "[platform]\nname = \"demo\"\n[groups]\ng = \"G\"\n[components.a]\nimage = \"me/a:1\"\ngroup = \"g\"\n";
    project.write("platform.toml", platform);
    let mlopsgen = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mlopsgen"));
        command
            .args(arguments)
            .current_dir(project.path(""))
            .env("XDG_CACHE_HOME", crate::CACHE)
            .stdin(Stdio::null());
        command.output().expect("the binary").status.code()
    };
    assert_eq!(mlopsgen(&["apply", "--yes", "-q"]), Some(0));
    let leave = |names: &[(&str, &str)]| {
        for (name, text) in names {
            project.write(&format!("generated/.mlopsgen/{name}"), text);
        }
    };
    let lock = ("lock", "process 1");
    for left in [&[lock, (".gitignore", "*\n")][..], &[("lock", "")]] {
        leave(left);
        let _ = mlopsgen(&["check"]);
        assert!(project.exists("generated/.mlopsgen"), "{left:?}");
        assert_eq!(mlopsgen(&["apply", "--yes", "-q"]), Some(0), "{left:?}");
        assert!(!project.exists("generated/.mlopsgen"), "{left:?}");
    }
    // What a person put there stays, and so does all else.
    leave(&[lock, ("notes.txt", "mine\n")]);
    assert_eq!(mlopsgen(&["apply", "--yes", "-q"]), Some(0));
    assert!(project.exists("generated/.mlopsgen/lock"));
    fs::remove_file(project.path("generated/.mlopsgen/notes.txt")).expect("a file");
    let place = project.place().expect("a place");
    let held = Lock::acquire(&place, |_| {}).expect("the lock");
    assert_eq!(mlopsgen(&["apply", "--yes", "-q"]), Some(0));
    assert!(project.exists("generated/.mlopsgen/lock"));
    drop(held);
    assert!(!project.exists("generated/.mlopsgen"));
}

/// A run that waits says for whom, and goes on once that one is done.
#[test]
fn who_waits_is_told_who_holds_the_lock() {
    let project = Project::new();
    let platform = "[platform]\nname = \"demo\"\n[groups]\ng = \"G\"\n[components.a]\nimage = \"me/a:1\"\ngroup = \"g\"\n";
    project.write("platform.toml", platform);
    let place = project.place().expect("a place");
    let held = Lock::acquire(&place, |_| {}).expect("the lock");
    let mut waiting = Command::new(env!("CARGO_BIN_EXE_mlopsgen"))
        .args(["apply", "--yes", "-q"])
        .current_dir(project.path(""))
        .env("XDG_CACHE_HOME", crate::CACHE)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary");
    let said = BufReader::new(waiting.stderr.take().expect("its messages"));
    let (tell, told) = mpsc::channel();
    let reader = thread::spawn(move || {
        for line in said.lines().map_while(Result::ok) {
            let _ = tell.send(line);
        }
    });
    let holder = format!("process {}", std::process::id());
    let mut seen = Vec::new();
    while !seen
        .iter()
        .any(|line: &String| line.contains("waiting for another"))
    {
        let line = told.recv_timeout(Duration::from_secs(60));
        seen.push(line.unwrap_or_else(|_| panic!("nothing of the wait: {seen:?}")));
    }
    assert!(seen.iter().any(|line| line.contains(&holder)), "{seen:?}");
    assert!(!project.exists("generated/compose"));
    drop(held);
    assert!(waiting.wait().expect("an end").success());
    reader.join().expect("the reader");
    assert!(project.exists("generated/compose/compose.yaml"));
}

#[test]
fn a_lock_that_writes_nothing_leaves_nothing() {
    let project = Project::new();
    let place = project.place().expect("a place");
    drop(Lock::acquire(&place, |_| {}).expect("the lock"));
    assert!(!project.exists("generated"));
}

/// An `apply` on a terminal that `script` makes, up to its question; `None` where there is no such program.
#[cfg(target_os = "linux")]
fn asked(folder: &Path) -> Option<Child> {
    let apply = format!("{} apply", env!("CARGO_BIN_EXE_mlopsgen"));
    let mut script = Command::new("script");
    script
        .args(["--quiet", "--return", "--command", &apply, "/dev/null"])
        .current_dir(folder)
        .env("XDG_CACHE_HOME", crate::CACHE)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = script.spawn().ok()?;
    let mut shown = Vec::new();
    let mut byte = [0];
    let out = child.stdout.as_mut().expect("its output");
    while !shown.ends_with(b"[y/N] ") {
        out.read_exact(&mut byte).expect("a question");
        shown.push(byte[0]);
    }
    Some(child)
}

#[cfg(target_os = "linux")]
#[test]
fn an_open_question_holds_no_lock_and_the_answer_is_to_what_was_shown() {
    let project = Project::new();
    let platform = |image: &str| {
        let text = format!(
            "[platform]\nname = \"demo\"\ntargets = [\"compose\"]\n[groups]\ng = \"g\"\n\
             [components.web]\nimage = \"web:{image}\"\ngroup = \"g\"\nhealth = false\n"
        );
        fs::write(project.path("platform.toml"), text).expect("a file");
    };
    let answer = |mut child: Child| {
        let mut input = child.stdin.take().expect("its input");
        input.write_all(b"y\n").expect("an answer");
        child.wait().expect("an end").code()
    };
    platform("1");
    let Some(first) = asked(&project.path("")) else {
        return;
    };
    let other = Command::new(env!("CARGO_BIN_EXE_mlopsgen"))
        .args(["apply", "--yes", "--quiet"])
        .current_dir(project.path(""))
        .env("XDG_CACHE_HOME", crate::CACHE)
        .output()
        .expect("the program");
    assert!(other.status.success(), "{other:?}");
    assert!(other.stderr.is_empty(), "it waited for nobody: {other:?}");
    assert_eq!(answer(first), Some(0), "there is nothing left to do");
    platform("2");
    let shown = asked(&project.path("")).expect("a question");
    platform("3");
    assert_eq!(answer(shown), Some(1), "nobody agreed to this");
    let group = fs::read_to_string(project.path("generated/compose/g.yaml"));
    assert!(group.expect("a file").contains("web:1"));
}
