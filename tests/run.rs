//! The commands that run a platform, with a Compose that only writes down what it was told.

#[path = "support/folder.rs"]
mod folder;

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::{PermissionsExt, symlink},
    process::{Command, Output},
};

use folder::Folder;

const PLATFORM: &str = r#"
[platform]
name = "demo"
targets = ["compose"]
[secrets]
db-password = { env = "DB_PASSWORD", description = "Database" }
web-key = { env = "WEB_KEY", description = "Of the web group alone" }
[groups]
store = "Stores"
web = "Web"
other = "Alone"
[volumes]
common = { size = "1Gi" }
[components.db]
kind = "postgres"
group = "store"
settings = { password = "${secrets.db-password}", databases = ["more"] }
[components.web]
image = "web:1"
group = "web"
depends_on = ["db"]
env.KEY = "${secrets.web-key}"
ports.http = { container = 80, host = PORT }
volumes.scratch = { mount = "/scratch", source = "data/scratch", data = true }
volumes.common = { mount = "/common", shared = "common" }
[components.single]
image = "single:1"
group = "other"
volumes.common = { mount = "/common", shared = "common" }
"#;

/// Logs its arguments and what it was given, and answers what lies beside it.
const COMPOSE: &str = r#"#!/bin/sh
here=$(dirname "$0")
case "$*" in
  *"version --short") cat "$here/version"; exit ;;
  version*) echo 28.0.0; exit ;;
  *" ps "*) cat "$here/containers" 2>/dev/null; exit 0 ;;
  inspect*) cat "$here/inspected" 2>/dev/null; exit 0 ;;
  image*) echo sha256:1; exit 0 ;;
  *"config --hash"*) cat "$here/hashes" 2>/dev/null; exit 0 ;;
  *" logs "*--no-log-prefix*) echo "out of luck"; exit 0 ;;
esac
echo "$(basename "$0") $* [PROJECT_DIR=$PROJECT_DIR]" >> "$here/log"
exit "$(cat "$here/status" 2>/dev/null || echo 0)"
"#;

struct Machine {
    folder: Folder,
}

impl Machine {
    /// A project that is applied, on a machine that has this program for Compose.
    fn new(program: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = port.local_addr().expect("an address").port();
        let machine = Self {
            folder: Folder::new(),
        };
        machine.folder.write(&format!("bin/{program}"), COMPOSE);
        // Nothing else: this machine's own engine is not asked.
        for tool in ["sh", "cat", "dirname", "basename", "git"] {
            let place = ["/usr/bin", "/bin"].map(|folder| format!("{folder}/{tool}"));
            let place = place
                .iter()
                .find(|place| fs::exists(place).is_ok_and(|there| there));
            symlink(
                place.expect(tool),
                machine.folder.path(&format!("bin/{tool}")),
            )
            .expect("a link");
        }
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(machine.folder.path(&format!("bin/{program}")), mode).expect("a mode");
        machine.folder.write("bin/version", "2.40.3\n");
        let text = PLATFORM.replace("PORT", &port.to_string());
        machine.folder.write("project/platform.toml", text);
        machine.ok(&["apply", "--yes"]);
        machine
    }

    fn run(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_mlopsgen"))
            .arg("-C")
            .arg(self.folder.path("project"))
            .args(words)
            .env_clear()
            .env("PATH", self.folder.path("bin"))
            .output()
            .expect("the program runs")
    }

    fn ok(&self, words: &[&str]) -> String {
        let output = self.run(words);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{words:?}: {errors}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn refuses(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        let both = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&both).into_owned()
    }

    /// What Compose was told, the folder's name replaced.
    fn log(&self) -> String {
        let root = fs::canonicalize(self.folder.path("")).expect("a path");
        let log = fs::read_to_string(self.folder.path("bin/log")).unwrap_or_default();
        let log = log.replace(&root.display().to_string(), "ROOT");
        log.replace(&self.folder.path("").display().to_string(), "ROOT/")
            .replace("//", "/")
    }
}

#[test]
fn up_starts_a_group_with_what_it_needs_and_only_their_secrets() {
    let machine = Machine::new("docker");
    assert!(machine.refuses(&["up", "web"]).contains("WEB_KEY"));
    let said = machine.refuses(&["up", "store"]);
    assert!(said.contains("DB_PASSWORD") && !said.contains("WEB_KEY"));
    assert_eq!(machine.log(), "");
    machine.ok(&["env", "init"]);
    machine.ok(&["up", "web", "--build"]);
    let files =
        "-f ROOT/project/generated/compose/store.yaml -f ROOT/project/generated/compose/web.yaml";
    let expected =
        format!("docker compose {files} up --detach --build [PROJECT_DIR=ROOT/project]\n");
    assert_eq!(machine.log(), expected);
}

#[test]
fn waiting_leaves_out_jobs_that_end_by_themselves() {
    let machine = Machine::new("docker");
    machine.ok(&["env", "init"]);
    machine.ok(&["up", "store", "--wait"]);
    let log = machine.log();
    let last = log.lines().last().expect("a line");
    assert!(
        last.contains("up --detach --wait --no-recreate --no-deps db ["),
        "{log}"
    );
    machine.ok(&["up", "other", "--wait"]);
    assert!(machine.log().contains("other.yaml up --detach --wait ["));
}

#[test]
fn all_of_the_platform_is_one_file_and_parts_bring_the_order_between_them() {
    let machine = Machine::new("docker");
    let text = machine.folder.read("project/platform.toml");
    let text = text.replace(
        "depends_on = [\"db\"]",
        "depends_on = { db = \"healthy\", single = { on = \"started\", optional = true } }",
    );
    machine.folder.write("project/platform.toml", text);
    machine.ok(&["apply", "--yes"]);
    machine.ok(&["env", "init"]);
    for words in [vec!["up"], vec!["up", "web"], vec!["up", "web", "other"]] {
        machine.ok(&words);
    }
    let log = machine.log().replace("ROOT/project/generated/compose/", "");
    let expected = "\
docker compose -f compose.yaml up --detach [PROJECT_DIR=ROOT/project]
docker compose -f store.yaml -f web.yaml up --detach [PROJECT_DIR=ROOT/project]
docker compose -f store.yaml -f web.yaml -f other.yaml -f order/web.other.yaml up --detach [PROJECT_DIR=ROOT/project]
";
    assert_eq!(log, expected);
}

#[test]
fn a_job_that_is_done_runs_again_only_after_a_change() {
    let machine = Machine::new("docker");
    machine.ok(&["env", "init"]);
    let hash = "0".repeat(64);
    machine.folder.write(
        "bin/containers",
        r#"[{"ID":"a","Service":"db","State":"running"},{"ID":"b","Service":"db-databases","State":"exited","ExitCode":0}]"#,
    );
    let inspected = |database: &str| {
        let labels =
            format!(r#"{{"Image":"i","Labels":{{"com.docker.compose.config-hash":"{hash}"}}}}"#);
        format!(
            r#"[{{"Id":"a1","Created":"{database}","Image":"sha256:1","State":{{}},"Config":{labels}}},
                {{"Id":"b1","Image":"sha256:1","State":{{"StartedAt":"2026-11-22T10:00:30Z"}},"Config":{labels}}}]"#
        )
    };
    machine
        .folder
        .write("bin/inspected", inspected("2026-11-22T10:00:00.5Z"));
    machine
        .folder
        .write("bin/hashes", format!("db {hash}\ndb-databases {hash}\n"));
    let last = |machine: &Machine| {
        machine.ok(&["up", "store"]);
        machine.log().lines().last().map(ToString::to_string)
    };
    let all = last(&machine).expect("a line");
    assert!(
        all.contains("store.yaml up --detach --no-deps db ["),
        "{all}"
    );
    // The database was made anew since, or the job itself has changed.
    machine
        .folder
        .write("bin/inspected", inspected("2026-11-22T10:01:00Z"));
    let all = last(&machine).expect("a line");
    assert!(all.contains("store.yaml up --detach ["), "{all}");
    machine
        .folder
        .write("bin/inspected", inspected("2026-11-22T10:00:00.5Z"));
    machine.folder.write(
        "bin/hashes",
        format!("db {hash}\ndb-databases {}\n", "1".repeat(64)),
    );
    let all = last(&machine).expect("a line");
    assert!(all.contains("store.yaml up --detach ["), "{all}");
}

#[test]
fn what_does_not_come_up_is_told_with_its_cause() {
    let machine = Machine::new("docker");
    machine.ok(&["env", "init"]);
    machine.folder.write(
        "bin/containers",
        r#"[{"ID":"a","Service":"db","State":"running","Health":"unhealthy","Status":"Up 9 seconds"},{"ID":"w","Service":"web","State":"created"}]"#,
    );
    machine.folder.write(
        "bin/inspected",
        r#"[{"Id":"a1","State":{"Health":{"Log":[{"ExitCode":2,"Output":"no such database"}]}}}]"#,
    );
    machine.folder.write("bin/status", "1");
    let said = machine.refuses(&["up", "web"]);
    let expected = "\
Up: 1 failed, 2 not started.

error: `db` is not well: unhealthy (Up 9 seconds)
  waiting for it: db-databases, web
  its health check says:
    | exit status 2: no such database
  its last words:
    | out of luck
";
    assert!(said.ends_with(expected), "{said}");
}

#[test]
fn restart_with_flags_is_down_and_up() {
    let machine = Machine::new("docker");
    machine.ok(&["env", "init"]);
    machine
        .folder
        .write("bin/containers", r#"[{"Service":"web","State":"running"}]"#);
    assert!(
        machine
            .refuses(&["restart", "store", "--volumes"])
            .contains("--yes")
    );
    assert_eq!(machine.log(), "");
    machine.ok(&["restart", "store", "--volumes", "--build", "--yes"]);
    let log = machine.log().replace("ROOT/project/generated/compose/", "");
    let expected = "\
docker compose -p demo down db db-databases web [PROJECT_DIR=]
docker volume ls --quiet [PROJECT_DIR=]
docker compose -f store.yaml -f web.yaml up --detach --build [PROJECT_DIR=ROOT/project]
";
    assert_eq!(log, expected);
}

#[test]
fn the_exit_status_is_that_of_compose() {
    let machine = Machine::new("docker");
    machine.ok(&["env", "init"]);
    machine.folder.write("bin/status", "17");
    for words in [vec!["up", "other"], vec!["down"], vec!["logs", "web"]] {
        assert_eq!(machine.run(&words).status.code(), Some(17), "{words:?}");
    }
}

#[test]
fn nothing_starts_from_stale_files() {
    let machine = Machine::new("docker");
    machine
        .folder
        .write("project/generated/compose/web.yaml", "edited");
    assert!(machine.refuses(&["up"]).contains("mlopsgen apply"));
    assert_eq!(machine.log(), "");
}

#[test]
fn a_busy_port_is_a_sentence_with_the_line_and_a_free_one() {
    let machine = Machine::new("docker");
    machine.ok(&["env", "init"]);
    let text = machine.folder.read("project/platform.toml");
    let line = text
        .lines()
        .position(|line| line.starts_with("ports.http"))
        .expect("a line")
        + 1;
    let port = text
        .split("host = ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next())
        .expect("a port");
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).expect("the port");
    for words in [vec!["doctor"], vec!["up", "web"]] {
        let said = machine.refuses(&words);
        assert!(said.contains(&format!("port {port}/tcp")), "{said}");
        assert!(said.contains(&format!("platform.toml:{line}")), "{said}");
        assert!(said.contains("host = "), "{said}");
        assert!(said.contains(&std::process::id().to_string()), "{said}");
    }
    assert_eq!(machine.log(), "");
    machine.folder.write(
        "bin/containers",
        format!(
            r#"{{"Service":"web","State":"running","Publishers":[{{"PublishedPort":{port}}}]}}"#
        ),
    );
    machine.ok(&["up", "web"]);
    drop(listener);
}

#[test]
fn other_ways_to_call_compose_and_too_old_ones() {
    let machine = Machine::new("docker-compose");
    machine.ok(&["logs", "web", "-f"]);
    assert!(
        machine
            .log()
            .starts_with("docker-compose -p demo logs --follow web")
    );
    machine.folder.write("bin/version", "v2.3.4");
    assert!(machine.refuses(&["logs"]).contains("too old"));
    let machine = Machine::new("podman");
    machine.ok(&["logs", "store"]);
    assert!(
        machine
            .log()
            .starts_with("podman compose -p demo logs db db-databases")
    );
    fs::remove_file(machine.folder.path("bin/podman")).expect("removed");
    assert!(machine.refuses(&["logs"]).contains("no Compose"));
}

#[test]
fn down_asks_before_anything_is_lost_or_others_stop() {
    let machine = Machine::new("docker");
    machine.ok(&["down"]);
    assert!(
        machine
            .log()
            .contains("docker compose -p demo down --remove-orphans [")
    );
    let said = machine.refuses(&["down", "--volumes"]);
    assert!(
        said.contains("volume demo_db-data") && said.contains("--yes"),
        "{said}"
    );
    machine.ok(&["down", "--volumes", "--yes"]);
    assert!(machine.log().contains("down --remove-orphans --volumes ["));
    machine
        .folder
        .write("bin/containers", r#"[{"Service":"web","State":"running"}]"#);
    assert!(
        machine
            .refuses(&["down", "store"])
            .contains("web (group web)")
    );
    machine.ok(&["down", "store", "--yes"]);
    assert!(machine.log().contains("-p demo down db db-databases web ["));
    // A container that stands still would lose its network.
    machine.folder.write(
        "bin/containers",
        r#"[{"Service":"db","State":"running"},{"Service":"web","State":"exited"}]"#,
    );
    machine.ok(&["down", "store"]);
    assert!(
        machine
            .log()
            .contains("-p demo rm --stop --force db db-databases [")
    );
}

#[test]
fn restart_and_status_go_by_project_name_and_need_no_secret() {
    let machine = Machine::new("docker");
    machine.folder.write(
        "bin/containers",
        r#"[{"Service":"web","State":"running","Health":"healthy"},{"Service":"db-databases","State":"exited"}]"#,
    );
    machine.ok(&["restart"]);
    assert!(
        machine
            .log()
            .contains("docker compose -p demo restart web [")
    );
    let table = machine.ok(&["status"]);
    assert!(table.contains("web") && table.contains("absent") && table.contains("exited (0)"));
    let json: serde_json::Value =
        serde_json::from_str(&machine.ok(&["status", "web", "--format", "json"])).expect("JSON");
    assert_eq!(json["components"][0]["health"], "healthy");
}

#[test]
fn env_init_fills_what_is_missing_and_touches_nothing_else() {
    let machine = Machine::new("docker");
    let path = "project/generated/compose/.env";
    machine
        .folder
        .write(path, "# mine\nDB_PASSWORD=kept\nWEB_KEY=\nMORE=1\n");
    machine.ok(&["env", "init"]);
    let text = machine.folder.read(path);
    assert!(
        text.starts_with("# mine\nDB_PASSWORD=kept\nWEB_KEY="),
        "{text}"
    );
    assert!(
        text.lines()
            .nth(2)
            .is_some_and(|line| line.len() == "WEB_KEY=".len() + 32)
    );
    let mode = fs::metadata(machine.folder.path(path))
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    machine.ok(&["env", "init"]);
    assert_eq!(machine.folder.read(path), text);
    fs::write(machine.folder.path(path), "DB_PASSWORD=a@b/c\nWEB_KEY=1\n").expect("written");
    assert!(machine.refuses(&["doctor"]).contains("DB_PASSWORD"));
}

#[test]
fn purge_empties_data_and_nothing_else() {
    let machine = Machine::new("docker");
    let folder = &machine.folder;
    folder.write("project/data/scratch/a/b", "x");
    folder.write("project/data/scratch/.gitkeep", "");
    folder.write("outside/precious", "x");
    symlink(
        folder.path("outside"),
        folder.path("project/data/scratch/link"),
    )
    .expect("a link");
    machine.ok(&["down", "--purge", "--yes"]);
    assert!(folder.exists("project/data/scratch/.gitkeep"));
    assert!(folder.tree().contains_key("outside/precious"));
    assert!(
        !folder.exists("project/data/scratch/a") && !folder.exists("project/data/scratch/link")
    );
}

#[test]
fn purge_follows_no_link_and_spares_what_git_tracks() {
    let machine = Machine::new("docker");
    let folder = &machine.folder;
    folder.write("outside/precious", "x");
    fs::create_dir_all(folder.path("project/data")).expect("a folder");
    symlink(folder.path("outside"), folder.path("project/data/scratch")).expect("a link");
    let said = machine.ok(&["down", "--purge", "--yes"]);
    assert!(
        said.contains("symbolic link") && folder.exists("outside/precious"),
        "{said}"
    );
    fs::remove_file(folder.path("project/data/scratch")).expect("removed");
    folder.write("project/data/scratch/model", "x");
    for words in [vec!["init", "-q"], vec!["add", "data"]] {
        let git = Command::new("git")
            .current_dir(folder.path("project"))
            .args(words)
            .status();
        assert!(git.expect("git").success());
    }
    let said = machine.ok(&["down", "--purge", "--yes"]);
    assert!(
        said.contains("git tracks") && folder.exists("project/data/scratch/model"),
        "{said}"
    );
}

#[test]
fn purge_never_takes_the_project_or_what_it_is_made_of() {
    for source in [".", "data/..", "mlopsgen", "files"] {
        let machine = Machine::new("docker");
        let folder = &machine.folder;
        let text = folder.read("project/platform.toml");
        let text = text.replace("data/scratch", source).replace(
            "env.KEY",
            "files.\"/etc/f\" = { source = \"files/f\" }\nallow = [\"outside-source\"]\nenv.KEY",
        );
        folder.write("project/platform.toml", text);
        folder.write("project/files/f", "x");
        folder.write("project/mlopsgen/templates/own", "x");
        machine.run(&["down", "--purge", "--yes"]);
        assert!(folder.exists("project/files/f"), "{source}");
        assert!(folder.exists("project/platform.toml"), "{source}");
        assert!(folder.exists("project/mlopsgen/templates/own"), "{source}");
    }
}
