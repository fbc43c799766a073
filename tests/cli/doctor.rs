//! What `doctor` finds, and what keeps `up` from starting.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt};

use crate::{
    binary::run,
    support::{folder::Folder, machine::Machine},
};

/// A platform of one component that has these keys.
fn platform(head: &str, keys: &str) -> String {
    format!(
        "[platform]\nname = \"demo\"\ntargets = [\"compose\"]\n{head}[groups]\ng = \"G\"\n[components.a]\nimage = \"a:1\"\ngroup = \"g\"\n{keys}"
    )
}

impl Machine {
    fn of(head: &str, keys: &str) -> Self {
        let machine = Self::new("docker");
        machine
            .folder
            .write("project/platform.toml", platform(head, keys));
        machine
    }

    fn applied(self) -> Self {
        self.ok(&["apply", "--yes", "--accept-data-loss"]);
        assert!(self.folder.exists("project/generated/compose/g.yaml"));
        self
    }

    fn chmod(&self, path: &str, mode: u32) {
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(self.folder.path(path), mode).expect("a mode");
    }
}

#[test]
fn a_machine_without_faults_is_reported_as_such() {
    let machine = Machine::of("", "").applied();
    let printed = machine.ok(&["doctor"]);
    assert_eq!(
        printed,
        "Nothing found that would stop this platform from starting here.\n"
    );
    let json = machine.ok(&["doctor", "--format", "json"]);
    assert_eq!(json, "{\n  \"findings\": [],\n  \"ok\": true\n}\n");
    assert_eq!(machine.ok(&["doctor", "-q"]), "");
    assert!(
        machine
            .folder
            .tree()
            .keys()
            .all(|path| !path.ends_with(".env"))
    );
    assert_eq!(machine.log(), "");
}

#[test]
fn folders_and_files_that_the_user_of_a_container_can_not_use_are_reported() {
    let machine = Machine::of(
        "[vars]\nuid = { default = 1, env = \"UID_OF_A\" }\n",
        "user = \"${vars.uid}:4242\"\n\
         volumes.mine = { mount = \"/mine\", source = \"mine\" }\n\
         volumes.there = { mount = \"/there\", source = \"there\", read_only = true }\n\
         volumes.absent = { mount = \"/absent\", source = \"absent\" }\n\
         volumes.fine = { mount = \"/fine\", source = \"fine\" }\n\
         files.\"/etc/a\" = { source = \"a.conf\" }\n",
    );
    for folder in ["mine", "there", "fine"] {
        machine.folder.write(&format!("project/{folder}/f"), "");
    }
    machine.folder.write("project/a.conf", "");
    let machine = machine.applied();
    machine.chmod("project/mine", 0o755);
    machine.chmod("project/there", 0o750);
    machine.chmod("project/fine", 0o777);
    machine.chmod("project/a.conf", 0o600);
    machine
        .folder
        .write("project/generated/compose/.env", "UID_OF_A=4242\n");
    machine.chmod("project/generated/compose/.env", 0o600);
    let expected = "\
warning[folder]: `mine`, which `a` mounts at `/mine`, is not writable by its user 4242:4242
  --> platform.toml:12
  help: chown -R 4242:4242 mine, or say `read_only = true` if it only reads
warning[folder]: `there`, which `a` mounts at `/there`, is not readable by its user 4242:4242
  --> platform.toml:13
  help: chmod -R a+rX there
warning[folder]: `absent`, which `a` mounts at `/absent`, does not exist: the engine would make it, as root, and the container's user is 4242:4242
  --> platform.toml:14
  help: mkdir -p absent && chown 4242:4242 absent
warning[file]: `a.conf`, which `a` mounts, is not readable by its user 4242:4242
  --> platform.toml:16
  help: chmod -R a+rX a.conf
";
    assert_eq!(machine.ok(&["doctor"]), expected);
    assert_eq!(machine.ok(&["doctor", "-q"]), "");
}

/// A file of variables need not be in git, so it is here that one is missed.
#[test]
fn a_missing_file_of_variables_is_reported() {
    let key =
        "compose.env_file = [\"../../one.env\", { path = \"../../two.env\", required = false }]\n";
    let machine = Machine::of("", key).applied();
    let expected = "\
error[file]: `one.env`, which `a` reads as `env_file`, does not exist: Compose starts nothing without it
  --> platform.toml:9
  help: make it, or say that it may be missing: `{ path = \"...\", required = false }`
";
    assert_eq!(machine.refuses(&["doctor"]), expected);
    machine.folder.write("project/one.env", "A=1\n");
    machine.ok(&["doctor"]);
}

#[test]
fn missing_external_networks_and_volumes_are_reported() {
    let machine = Machine::of(
        "[networks]\nout = { external = \"nowhere\" }\nin = { external = \"here\" }\n",
        "networks = [\"out\", \"in\"]\nvolumes.v = { mount = \"/v\", name = \"kept\", external = true }\n",
    )
    .applied();
    machine.folder.write("bin/networks", "bridge\nhere\n");
    machine.folder.write("bin/volumes", "other\n");
    let expected = "\
error[network]: there is no network `nowhere` to join
  --> platform.toml:5
  help: start what has it, or: docker network create nowhere
error[volume]: there is no volume `kept` to mount
  --> platform.toml:13
  help: leave `external` out and it is made, or: docker volume create kept
";
    let printed = machine.refuses(&["doctor"]);
    assert_eq!(printed, expected);
    let printed = machine.refuses(&["up"]);
    assert_eq!(printed, format!("{expected}error: nothing was started\n"));
    machine
        .folder
        .write("bin/networks", "bridge\nhere\nnowhere\n");
    machine.folder.write("bin/volumes", "kept\n");
    machine.ok(&["doctor"]);
}

#[test]
fn too_much_cpu_memory_and_disk_is_reported() {
    let machine = Machine::of(
        "",
        "resources = { cpu = \"4000\", memory = \"900Ti\" }\n\
         volumes.new = { mount = \"/new\", size = \"8000Ti\" }\n",
    )
    .applied();
    machine
        .folder
        .write("bin/disk", machine.folder.path("bin").display().to_string());
    let printed = machine.refuses(&["doctor"]);
    let heads: Vec<&str> = printed
        .lines()
        .filter(|line| !line.starts_with(' '))
        .collect();
    let starts = [
        "error[memory]: the platform asks for 921600.0 GiB of memory, and this machine has ",
        "warning[cpu]: the platform asks for 4000.0 processors, and this machine has ",
        "warning[disk]: its new volumes are meant to hold 8192000.0 GiB, and `",
    ];
    assert_eq!(heads.len(), starts.len(), "{printed}");
    for (head, start) in heads.iter().zip(starts) {
        assert!(head.starts_with(start), "{printed}");
    }
    // It starts anyway, and disabled components do not count.
    machine.ok(&["up"]);
    let text = machine.folder.read("project/platform.toml");
    machine.folder.write(
        "project/platform.toml",
        format!("{text}profiles = [\"big\"]\n"),
    );
    machine.ok(&["apply", "--yes"]);
    assert!(!machine.ok(&["doctor"]).contains("processors"));
}

#[test]
fn a_machine_that_allows_fewer_memory_maps_than_a_kind_asks_for_is_reported() {
    let text = platform("", "").replace("image = \"a:1\"", "kind = \"mapper\"");
    let machine = Machine::new("docker");
    machine.folder.write(
        "project/mlopsgen/kinds/mapper.toml",
        "title = \"Mapper\"\nimage = \"mapper\"\nversion = \"1.0\"\nmemory_maps = 2147483642\n",
    );
    machine.folder.write("project/platform.toml", text);
    let printed = machine.applied().ok(&["doctor"]);
    assert!(
        printed.starts_with("warning[kernel]: vm.max_map_count is "),
        "{printed}"
    );
    let ends = ", and `a` asks for 2147483642: it fails when it maps more files\n  help: as root: sysctl -w vm.max_map_count=2147483642\n";
    assert!(printed.ends_with(ends), "{printed}");
}

#[test]
fn all_secrets_without_a_value_are_reported_at_once() {
    let machine = Machine::of(
        "[secrets]\none = { env = \"ONE\" }\ntwo = { env = \"TWO\" }\nmore = { env = \"MORE\", optional = true }\n",
        "env = { A = \"${secrets.one}\", B = \"http://u:${secrets.two}@h\", C = \"${secrets.more}\" }\n",
    )
    .applied();
    let expected = "\
error[secret]: 2 secrets have no value; each is neither in the environment nor in `generated/compose/.env`:
    `one`: `ONE`
    `two`: `TWO`
  help: `mlopsgen env init` writes strong ones, or set those that you have
";
    let place = format!(" -C {}", machine.folder.path("project").display());
    let printed = machine.refuses(&["doctor"]);
    assert!(printed.contains(&place), "{printed}");
    assert_eq!(printed.replace(&place, ""), expected);
    machine
        .folder
        .write("project/generated/compose/.env", "ONE=a@b\nTWO=a@b\n");
    machine.chmod("project/generated/compose/.env", 0o644);
    let expected = "\
warning[secret]: the value of `ONE` is unusual for what it is used for
  --> platform.toml:5
  help: use letters, digits, `.`, `_`, `~` and `-`
error[secret]: the value of `TWO` becomes part of a URL and holds characters that break it
  --> platform.toml:6
  help: use letters, digits, `.`, `_`, `~` and `-`
warning[secret]: `generated/compose/.env` has the mode 0644: others on this machine can read it
  help: chmod 600 generated/compose/.env
";
    assert_eq!(machine.refuses(&["doctor"]), expected);
}

/// The only receiver hangs on an optional secret: without its value alerts go nowhere, and nothing else says so.
#[test]
fn a_receiver_without_its_secret_is_reported() {
    let machine = Machine::of(
        "[secrets]\nhook = { env = \"HOOK\", optional = true }\n[notify]\ndefault = \"team\"\n[notify.receivers]\nteam = { slack = \"${secrets.hook}\" }\n[lints]\nunused = \"allow\"\n",
        "[components.alertmanager]\nkind = \"alertmanager\"\ngroup = \"g\"\n",
    )
    .applied();
    let printed = machine.ok(&["doctor"]);
    let wanted = "warning[alerts]: alerts reach nobody: no receiver of `[notify]` has what it needs, `HOOK`\n";
    assert!(printed.contains(wanted), "{printed}");
    let dotenv = "project/generated/compose/.env";
    machine
        .folder
        .write(dotenv, "HOOK=https://hooks.example.com/x\n");
    machine.chmod(dotenv, 0o600);
    let printed = machine.ok(&["doctor"]);
    assert!(!printed.contains("reach nobody"), "{printed}");
}

#[test]
fn an_engine_that_is_absent_or_too_old_is_reported() {
    let machine = Machine::of("", "").applied();
    let script = machine.folder.read("bin/docker");
    let old = script.replace("echo 28.0.0", "echo 19.03.15");
    machine.folder.write("bin/docker", old);
    let printed = machine.refuses(&["doctor"]);
    let expected = "error[engine]: the engine is too old: it is version 19.03.15\n  help: install Docker 20.10 or newer\n";
    assert_eq!(printed, expected);
    let silent = script.replace("echo 28.0.0; exit", "echo Cannot connect >&2; exit 1");
    machine.folder.write("bin/docker", silent);
    for words in ["doctor", "up"] {
        let printed = machine.refuses(&[words]);
        assert!(
            printed.contains("no engine answers: Cannot connect"),
            "{printed}"
        );
    }
    machine.folder.write("bin/version", "2.19.1");
    let printed = machine.refuses(&["doctor"]);
    assert!(
        printed.contains("Compose is too old: `docker compose` is version 2.19.1"),
        "{printed}"
    );
}

#[test]
fn stale_files_and_mistakes_are_reported_as_json_too() {
    let machine = Machine::of("", "").applied();
    machine.folder.write(
        "project/platform.toml",
        platform("", "restart = \"always\"\n"),
    );
    let printed = machine.ok(&["doctor"]);
    let expected = "warning[files]: `generated/` is not what platform.toml says: `up` starts nothing from it\n";
    assert!(printed.starts_with(expected), "{printed}");
    machine.folder.write(
        "project/platform.toml",
        platform("", "restart = \"often\"\n"),
    );
    for command in ["doctor", "status"] {
        let output = machine.run(&[command, "--format", "json"]);
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(document["summary"]["errors"], 1);
        assert_eq!((output.status.code(), output.stderr.len()), (Some(1), 0));
    }
}

#[test]
fn ports_of_the_platforms_own_containers_are_free() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let machine = Machine::of(
        "",
        &format!("ports.http = {{ container = 80, host = {port} }}\n"),
    )
    .applied();
    assert!(machine.refuses(&["doctor"]).contains("platform.toml:9"));
    machine.folder.write(
        "bin/containers",
        format!(r#"{{"Service":"a","State":"running","Publishers":[{{"PublishedPort":{port}}}]}}"#),
    );
    machine.ok(&["doctor"]);
}

/// People copy the commands that it prints; their arguments may come from somebody else.
#[test]
fn no_help_holds_a_command_of_the_platform_file_or_gives_the_host_s_own_away() {
    let machine = Machine::of(
        "",
        "user = \"4242\"\n\
         volumes.a = { mount = \"/a\", source = \"x; touch pwned\" }\n\
         volumes.b = { mount = \"/b\", source = \"$(id)\" }\n\
         volumes.c = { mount = \"/c\", source = \"/etc\" }\n",
    );
    machine.folder.write("project/$(id)/f", "");
    let machine = machine.applied();
    machine.chmod("project/$(id)", 0o755);
    let printed = machine.ok(&["doctor"]);
    for help in [
        "help: mkdir -p 'x; touch pwned' && chown 4242:0 'x; touch pwned'\n",
        "help: chown -R 4242:0 '$(id)', or say",
        "help: let 4242:0 write there, mount another folder, or say",
    ] {
        assert!(printed.contains(help), "no {help} in {printed}");
    }
}

/// What several workloads mount is one folder: it is reported once, with all of them.
#[test]
fn a_folder_that_several_mount_is_reported_once() {
    let more = "volumes.both = { mount = \"/both\", source = \"both\" }\n\
         [components.b]\nimage = \"a/b:1\"\ngroup = \"g\"\n\
         volumes.same = { mount = \"/same\", source = \"both\" }\n";
    let machine = Machine::of("", more).applied();
    let printed = machine.ok(&["doctor"]);
    let expected = "\
warning[folder]: `both`, which `a` and `b` mount, does not exist: the engine would make it, as root
  --> platform.toml:9
  help: make it yourself, so that the container's user may write there
";
    assert_eq!(printed, expected);
}

#[test]
fn explain_sends_who_asks_for_a_finding_to_what_it_says_itself() {
    let project = Folder::new();
    for finding in ["kernel", "alerts", "stale"] {
        let ran = run(&project, &["explain", finding]);
        assert!(
            ran.err.contains("a finding of `mlopsgen doctor`"),
            "{}",
            ran.err
        );
    }
}
