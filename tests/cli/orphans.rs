//! Containers and volumes of the platform's name that this folder did not make, or whose component is gone.

use crate::support::machine::Machine;

/// What `compose ps` says of the containers of these services; a folder for those that another one has started.
fn containers(machine: &Machine, services: &[(&str, Option<&str>, u16)]) {
    let one = |(service, folder, port): &(&str, Option<&str>, u16)| {
        let here = machine.folder.path("project/generated/compose");
        let folder = folder.map_or(here, |it| machine.folder.path(it));
        let label = format!(
            "com.docker.compose.project.working_dir={}",
            folder.display()
        );
        format!(
            r#"{{"ID":"{service}","Name":"demo-{service}-1","Service":"{service}","State":"running","Labels":"{label}",
            "Publishers":[{{"URL":"127.0.0.1","TargetPort":1,"PublishedPort":{port},"Protocol":"tcp"}}]}}"#
        )
    };
    let all: Vec<String> = services.iter().map(one).collect();
    machine.folder.write("bin/containers", all.join("\n"));
}

/// What `inspect` says of the data in the container of a service.
fn data(machine: &Machine, service: &str, mount: &str) {
    let text = format!(r#"[{{"Id":"{service}","State":{{}},"Config":{{}},"Mounts":[{mount}]}}]"#);
    machine.folder.write("bin/inspected", text);
}

const VOLUME: &str = r#"{"Type":"volume","Name":"demo_db-data","Source":"/v","RW":true}"#;

fn up(machine: &Machine) -> String {
    let ran = machine.run(&["up"]);
    let printed = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(0), "{printed}");
    printed
}

/// Two servers of one database on one folder corrupt it.
#[test]
fn up_stops_what_is_gone_before_its_data_is_used_again() {
    let machine = Machine::new("docker");
    machine.ok(&["env", "init"]);
    containers(&machine, &[("old", None, 1), ("web", None, 2)]);
    data(&machine, "old", VOLUME);
    let printed = machine.ok(&["doctor"]);
    let found = "warning[container]: the container `demo-old-1` runs, and no component `old` is left; it holds `demo_db-data`, \
                 which `db` writes to\n  help: `mlopsgen up";
    assert!(printed.contains(found), "{printed}");
    let printed = up(&machine);
    let said = "`demo-old-1` is stopped first: no component `old` is left, and it holds `demo_db-data`, which `db` writes to.\n";
    assert!(printed.contains(said), "{printed}");
    let log = machine.log();
    let mut lines = log.lines();
    let first = lines.next().unwrap_or_default();
    assert!(
        first.starts_with("docker compose -p demo rm --stop --force old ["),
        "{log}"
    );
    assert!(log.contains(" up --detach"), "{log}");
    let table = machine.ok(&["status"]);
    assert!(table.contains("-      old"), "{table}");
    assert!(
        table.contains("no component of that name is left"),
        "{table}"
    );
    machine.ok(&["logs", "old"]);
    assert!(
        machine.log().contains("-p demo logs old ["),
        "{}",
        machine.log()
    );
    assert!(
        machine
            .refuses(&["logs", "older"])
            .contains("there is no component or group `older`")
    );
}

/// A folder, and a port, can be held as well.
#[test]
fn up_stops_what_holds_a_folder_or_a_port_that_is_needed() {
    for is_port in [true, false] {
        let machine = Machine::new("docker");
        machine.ok(&["env", "init"]);
        let text = machine.folder.read("project/platform.toml");
        let port = text
            .split("host = ")
            .nth(1)
            .and_then(|it| it.split(' ').next());
        let port: u16 = port.and_then(|it| it.parse().ok()).expect("a port");
        machine.folder.write("project/data/scratch/f", "");
        let place = machine.folder.path("project/data/scratch");
        let place = place.canonicalize().expect("a folder");
        let mount = format!(
            r#"{{"Type":"bind","Source":"{}","RW":{}}}"#,
            place.display(),
            !is_port
        );
        containers(&machine, &[("old", None, if is_port { port } else { 1 })]);
        data(&machine, "old", &mount);
        let printed = up(&machine);
        assert!(
            printed.contains("`demo-old-1` is stopped first"),
            "{printed}"
        );
        let what = match is_port {
            true => format!("port {port}, which `web` publishes"),
            false => format!("`{}`, which `web` writes to", place.display()),
        };
        assert!(printed.contains(&what), "{printed}");
    }
}

#[test]
fn what_is_gone_and_in_nobody_s_way_is_named() {
    let machine = Machine::new("docker");
    machine.ok(&["env", "init"]);
    containers(&machine, &[("old", None, 1)]);
    data(&machine, "old", &VOLUME.replace("true", "false"));
    let printed = machine.ok(&["doctor"]);
    let help = "help: docker compose -p demo rm --stop --force old\n";
    assert!(printed.contains(help), "{printed}");
    let printed = up(&machine);
    assert!(
        printed.contains(
            "`demo-old-1` goes on running, and no component `old` is left: `mlopsgen doctor"
        ),
        "{printed}"
    );
    assert!(!machine.log().contains(" rm "), "{}", machine.log());
    // A service of raw keys is the platform's.
    let text = machine.folder.read("project/platform.toml");
    let raw = "[raw.compose.services.old]\nimage = \"old:1\"\n";
    machine.folder.write("project/platform.toml", text + raw);
    machine.ok(&["apply", "--yes"]);
    assert!(!machine.ok(&["doctor"]).contains("warning[container]"));
}

/// Its containers are that folder's, although the name is one.
#[test]
fn another_folder_of_the_same_name_is_named() {
    let machine = Machine::new("docker");
    machine.ok(&["env", "init"]);
    machine.folder.write("second/compose/x", "");
    containers(
        &machine,
        &[
            ("old", Some("second/compose"), 1),
            ("db", Some("second/compose"), 2),
        ],
    );
    data(&machine, "old", VOLUME);
    let folder = machine.folder.path("second/compose");
    let found = format!(
        "warning[folder]: containers of a platform `demo` were started from `{}`: `up` replaces them",
        folder.display()
    );
    let printed = machine.ok(&["doctor"]);
    assert!(printed.contains(&found), "{printed}");
    let printed = up(&machine);
    assert!(printed.contains(&found), "{printed}");
    assert!(!machine.log().contains(" rm "), "{}", machine.log());
    // A folder that is gone was moved here.
    containers(&machine, &[("db", Some("gone/compose"), 2)]);
    assert!(!machine.ok(&["doctor"]).contains("were started from"));
}

/// A new password does not open data that was made with another one.
#[test]
fn env_init_asks_for_the_password_of_a_volume_that_is_there() {
    let machine = Machine::new("docker");
    machine.folder.write("bin/volumes", "other\ndemo_db-data\n");
    let ran = machine.run(&["env", "init"]);
    let asked = String::from_utf8_lossy(&ran.stderr);
    let line = "DB_PASSWORD: `db` starts on the volume `demo_db-data`, which is on this machine already: write the value that \
                it was made with to generated/compose/.env";
    assert!(asked.contains(line), "{asked}");
    let made = machine.folder.read("project/generated/compose/.env");
    assert!(
        made.contains("WEB_KEY=") && !made.contains("DB_PASSWORD="),
        "{made}"
    );
    let printed = machine.refuses(&["doctor"]);
    let help = "write `DB_PASSWORD` to generated/compose/.env, with the value that the data of `db` was made with";
    assert!(printed.contains(help), "{printed}");
    machine.folder.write("bin/volumes", "other\n");
    machine.ok(&["env", "init"]);
    let made = machine.folder.read("project/generated/compose/.env");
    assert!(made.contains("DB_PASSWORD="), "{made}");
}
