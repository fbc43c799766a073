//! The commands that run a platform, with a fake Compose that records its arguments.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt};

use crate::support::machine::Machine;

#[test]
fn up_starts_a_group_with_what_it_needs_and_only_their_secrets() {
    let machine = Machine::new("docker");
    assert!(machine.refuses(&["up", "web"]).contains("WEB_KEY"));
    let printed = machine.refuses(&["up", "store"]);
    assert!(printed.contains("DB_PASSWORD") && !printed.contains("WEB_KEY"));
    assert_eq!(machine.log(), "");
    machine.ok(&["env", "init"]);
    machine.ok(&["up", "web", "--build"]);
    let files =
        "-f ROOT/project/generated/compose/store.yaml -f ROOT/project/generated/compose/web.yaml";
    let expected =
        format!("docker compose {files} up --detach --build [PROJECT_DIR=ROOT/project]\n");
    assert_eq!(machine.log(), expected);
    // Neither a variable of the shell nor `.env` renames what runs.
    assert_eq!(machine.folder.read("bin/name"), "demo\n");
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
fn groups_bring_the_order_between_them_and_raw_keys_the_whole() {
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
docker compose -f store.yaml -f web.yaml -f other.yaml -f order/web.other.yaml up --detach [PROJECT_DIR=ROOT/project]
docker compose -f store.yaml -f web.yaml up --detach [PROJECT_DIR=ROOT/project]
docker compose -f store.yaml -f web.yaml -f other.yaml -f order/web.other.yaml up --detach [PROJECT_DIR=ROOT/project]
";
    assert_eq!(log, expected);
    let text = machine.folder.read("project/platform.toml");
    let raw = "[raw.compose.services.more]\nimage = \"more:1\"\n";
    machine.folder.write("project/platform.toml", text + raw);
    machine.ok(&["apply", "--yes"]);
    machine.ok(&["up"]);
    let log = machine.log();
    assert!(
        log.contains("-f ROOT/project/generated/compose/compose.yaml up"),
        "{log}"
    );
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
    machine.folder.write("bin/version", "2.28.1");
    let all = last(&machine).expect("a line");
    assert!(all.contains("store.yaml up --detach ["), "{all}");
    machine.folder.write("bin/version", "v5.0.2");
    let all = last(&machine).expect("a line");
    assert!(all.contains("up --detach --no-deps db ["), "{all}");
    // The database was recreated since, or the job itself has changed.
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

/// Whoever wrote a repository chooses neither the folder of this machine that is mounted nor the group of its socket.
#[test]
fn what_only_this_machine_knows_is_not_taken_from_a_file_that_git_tracks() {
    let machine = Machine::new("docker");
    machine.ok(&["env", "init"]);
    let file = "project/generated/compose/.env";
    let values = machine.folder.read(file);
    machine
        .folder
        .write(file, format!("{values}PROJECT_DIR=/\nDOCKER_GID=0\n"));
    machine.ok(&["up"]);
    let last = |machine: &Machine| {
        let log = machine.log();
        log.lines().last().unwrap_or_default().to_string()
    };
    assert!(
        last(&machine).ends_with("[PROJECT_DIR=]"),
        "{}",
        last(&machine)
    );
    machine.git("project", &["init", "-q"]);
    machine.git("project", &["add", "--force", "generated/compose/.env"]);
    let printed = machine.run(&["up"]).stderr;
    let printed = String::from_utf8_lossy(&printed);
    assert!(
        last(&machine).ends_with("[PROJECT_DIR=ROOT/project]"),
        "{}",
        last(&machine)
    );
    assert!(
        printed.contains("git tracks `generated/compose/.env`"),
        "{printed}"
    );
}

#[test]
fn what_does_not_start_is_reported_with_its_cause() {
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
    let printed = machine.refuses(&["up", "web"]);
    let expected = "\
Some of it is not up: 1 failed, 2 not started.

error: `db` does not work: unhealthy (Up 9 seconds)
  waiting for it: db-databases, web
  its health check says:
    | exit status 2: no such database
  its last lines:
    | out of luck
";
    assert!(printed.ends_with(expected), "{printed}");
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
fn nothing_starts_from_stale_files_or_by_a_name_that_is_no_group() {
    let machine = Machine::new("docker");
    let printed = machine.refuses(&["up", "all"]);
    let expected =
        "error: there is no group `all`\n  help: name `store`, `web` or `other`, or none for all\n";
    assert_eq!(printed, expected);
    let printed = machine.refuses(&["logs", "all"]);
    let expected = "there is no component or group `all`";
    assert!(
        printed.contains(expected) && printed.contains("`other`"),
        "{printed}"
    );
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
        let printed = machine.refuses(&words);
        assert!(printed.contains(&format!("port {port}/tcp")), "{printed}");
        assert!(
            printed.contains(&format!("platform.toml:{line}")),
            "{printed}"
        );
        assert!(printed.contains("host = "), "{printed}");
        assert!(
            printed.contains(&std::process::id().to_string()),
            "{printed}"
        );
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
fn compose_is_found_under_each_of_its_names_unless_it_is_too_old() {
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
    let script = machine.folder.read("bin/podman");
    machine.folder.write("bin/docker-compose", &script);
    let mode = fs::metadata(machine.folder.path("bin/podman"))
        .expect("a file")
        .permissions();
    fs::set_permissions(machine.folder.path("bin/docker-compose"), mode).expect("a mode");
    assert!(machine.refuses(&["logs", "web"]).contains("podman.socket"));
    machine
        .folder
        .write("bin/socket", "true /run/podman/podman.sock\n");
    machine.ok(&["logs", "web"]);
    let printed = machine.log();
    assert!(
        printed.contains(
            "docker-compose -p demo logs web [PROJECT_DIR=] on unix://run/podman/podman.sock"
        ),
        "{printed}"
    );
    fs::remove_file(machine.folder.path("bin/docker-compose")).expect("removed");
    fs::remove_file(machine.folder.path("bin/log")).expect("removed");
    machine.folder.write("bin/version", "1.6.0");
    assert!(
        machine
            .refuses(&["logs"])
            .contains("`podman compose` is version 1.6.0")
    );
    machine.folder.write("bin/version", "2.40.3");
    machine.ok(&["logs", "store"]);
    assert!(
        machine
            .log()
            .starts_with("podman compose -p demo logs db db-databases")
    );
    fs::remove_file(machine.folder.path("bin/podman")).expect("removed");
    assert!(!machine.folder.exists("bin/podman"));
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
    let printed = machine.refuses(&["down", "--volumes"]);
    assert!(
        printed.contains("volume demo_db-data") && printed.contains("--yes"),
        "{printed}"
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
    // A stopped container would lose its network.
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
    let before = machine.folder.tree();
    machine.ok(&["env", "init"]);
    let mut after = machine.folder.tree();
    after.insert(path.to_string(), before[path].clone());
    // It hides the secrets and itself from git.
    let hiding = after.remove("project/generated/.gitignore");
    assert!(hiding.is_some(), "git could see the secrets");
    assert!(after == before, "another file was touched");
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
