//! Secrets of components whose volume exists: which of them the data holds, and what people say of it.

use crate::{
    binary,
    support::{folder::Folder, machine::Machine},
};

const PLATFORM: &str = r#"[platform]
name = "demo"
targets = ["compose"]
[groups]
main = "Everything"
[secrets]
cache = { env = "DEMO_CACHE" }
db = { env = "DEMO_DB" }
key = { env = "DEMO_KEY" }
web = { env = "DEMO_WEB" }
theirs = { env = "DEMO_THEIRS" }
ours = { env = "DEMO_OURS" }
given = { env = "DEMO_GIVEN" }
[volumes.new]
[components.cache]
kind = "valkey"
group = "main"
volumes.data = { name = "old-cache" }
settings.password = "${secrets.cache}"
[components.lake]
kind = "minio"
group = "main"
volumes.data = { name = "old-lake", external = true }
settings = { access_key = "${secrets.key}", secret_key = "${secrets.cache}" }
[components.db]
kind = "postgres"
group = "main"
volumes.data = { name = "old-db" }
settings = { database = "d", user = "u", password = "${secrets.db}" }
[components.fresh]
kind = "postgres"
group = "main"
volumes.data = { shared = "new" }
settings = { database = "d", user = "u", password = "${secrets.web}", databases = { more = { user = "m", password = "${secrets.ours}" } } }
[components.managed]
kind = "redis"
external = { host = "redis.example.com", port = 6379 }
settings.password = "${secrets.theirs}"
[components.rented]
kind = "mysql"
external = { host = "mysql.example.com" }
settings = { database = "d", user = "u", password = "${secrets.theirs}", databases = { more = { user = "m", password = "${secrets.given}" } } }
[components.reader]
image = "a/reader:1"
group = "main"
env.DB = "${components.rented.url}"
"#;

fn run(project: &Folder, words: &[&str]) -> (i32, String) {
    let ran = binary::finish(binary::command(project, words));
    (ran.status, ran.err)
}

/// Redis and MinIO take their passwords anew at every start, PostgreSQL keeps its own; what runs elsewhere was started with its own.
/// A job gives further users their passwords here, and nothing does elsewhere.
#[test]
fn what_a_program_takes_at_every_start_is_made_up() {
    let project = Folder::new();
    project.write("platform.toml", PLATFORM);
    let (status, err) = run(&project, &["env", "init"]);
    assert_eq!(status, 0, "{err}");
    let made = project.read("generated/compose/.env");
    for name in ["DEMO_CACHE=", "DEMO_KEY=", "DEMO_WEB=", "DEMO_OURS="] {
        assert!(made.contains(name), "{name}: {made}");
    }
    for name in ["DEMO_DB=", "DEMO_THEIRS=", "DEMO_GIVEN="] {
        assert!(!made.contains(name), "{name}: {made}");
    }
    let way = "DEMO_DB: `db` starts on the volume `old-db`: if there is data in it, it has its value already; write that to \
               generated/compose/.env. If there is none, type `mlopsgen env init --new-data db`";
    assert!(err.contains(way), "{err}");

    let (status, err) = run(&project, &["env", "init", "--new-data", "managed"]);
    assert_eq!(status, 1);
    assert!(err.contains("`managed` runs elsewhere"), "{err}");
    let (status, err) = run(&project, &["env", "init", "--new-data", "bd"]);
    assert_eq!(status, 1);
    assert!(err.contains("did you mean `db`?"), "{err}");

    let (status, err) = run(&project, &["env", "init", "--new-data", "db"]);
    assert_eq!(status, 0, "{err}");
    assert!(!err.contains("DEMO_DB"), "{err}");
    assert!(project.read("generated/compose/.env").contains("DEMO_DB="));
}

const TENANT: &str = r#"[platform]
name = "demo"
targets = ["compose"]
[groups]
main = "Everything"
[secrets]
db = { env = "DEMO_DB" }
admin = { env = "DEMO_ADMIN" }
[components.db]
kind = "postgres"
group = "main"
settings = { password = "${secrets.db}", databases = ["flow"] }
[components.flow]
kind = "airflow"
group = "main"
uses.database = "db/flow"
settings.admin_password = "${secrets.admin}"
"#;

/// What `env init` writes and says on a machine that has the volumes, over a `.env`.
fn made(platform: &str, dotenv: &str, volumes: &str, words: &[&str]) -> (String, String) {
    let machine = Machine::new("docker");
    let folder = &machine.folder;
    folder.write("project/platform.toml", platform);
    machine.ok(&["apply", "--yes", "--accept-data-loss"]);
    folder.write("bin/volumes", volumes);
    folder.write("project/generated/compose/.env", dotenv);
    let ran = machine.run(&[&["env", "init"], words].concat());
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    (folder.read("project/generated/compose/.env"), said)
}

/// What a key encrypted lies in the store of another component.
#[test]
fn a_key_of_what_lies_in_a_store_is_not_made_up() {
    let here = "demo_db-data\n";
    let key = "FLOW_FERNET_KEY=";
    let is_made = |dotenv: &str, volumes: &str, words: &[&str]| {
        made(TENANT, dotenv, volumes, words).0.contains(key)
    };
    // The `.env` is lost.
    let (lost, said) = made(TENANT, "", here, &[]);
    let asked = "FLOW_FERNET_KEY: `flow` starts on what it keeps in `db`: if there is data in it, it has its value already; write \
                 that to generated/compose/.env. If there is none, type `mlopsgen env init -C ";
    // The command is about the folder of this run.
    let names_command = |said: &str| said.contains("/project --new-data flow`");
    assert!(said.contains(asked) && names_command(&said), "{said}");
    assert!(!lost.contains(key) && lost.contains("FLOW_JWT_SECRET="));
    // What the first run wrote is no reason to make it up in the second.
    assert!(!is_made(&format!("{lost}DEMO_DB=it\n"), here, &[]));
    assert!(is_made("", here, &["--new-data", "flow"]));
    assert!(is_made("", "other\n", &[]));
    // The password of the store is written back first: that is no reason either.
    assert!(!is_made("DEMO_DB=it\n", here, &[]));
    let elsewhere = TENANT.replacen(
        "group = \"main\"\n",
        "external = { host = \"pg.example.com\", port = 5432 }\n",
        1,
    );
    let (lost, said) = made(&elsewhere, "", "", &[]);
    assert!(said.contains(asked), "{said}");
    assert!(!lost.contains(key));
    // A component that is new beside others on a server.
    assert!(made(&elsewhere, "DEMO_DB=it\n", "", &[]).0.contains(key));
}

/// A key that `[secrets]` gives another variable is the same key.
#[test]
fn a_key_with_another_variable_keeps_its_value() {
    let named = TENANT.replacen(
        "[secrets]\n",
        "[secrets]\nflow-fernet-key = { env = \"FERNET\" }\n",
        1,
    );
    let dotenv = "DEMO_DB=it\nFLOW_FERNET_KEY=mine\nFLOW_JWT_SECRET=it\n";
    let (written, said) = made(&named, dotenv, "demo_db-data\n", &[]);
    assert!(written.contains("FERNET=mine\n"), "{written} {said}");
    let dotenv = "DEMO_DB=it\nFLOW_JWT_SECRET=it\n";
    let (written, _) = made(&named, dotenv, "demo_db-data\n", &[]);
    assert!(!written.contains("\nFERNET="), "{written}");
}

/// What a program keeps in an adopted database was made with its first password, and encrypted with its key.
#[test]
fn what_a_schema_in_existing_data_was_made_with_is_asked_for() {
    let text = |adopted: &str, kind: &str, setting: &str| {
        format!(
            "[platform]\nname = \"demo\"\ntargets = [\"compose\"]\n[groups]\nmain = \"Everything\"\n\
             [secrets]\na = {{ env = \"DEMO_A\" }}\nb = {{ env = \"DEMO_B\" }}\n\
             [components.db]\nkind = \"postgres\"\ngroup = \"main\"\n{adopted}settings.password = \"${{secrets.a}}\"\n\
             [components.c]\nkind = \"{kind}\"\ngroup = \"main\"\nuses.database = \"db\"\nsettings.{setting} = \"${{secrets.b}}\"\n"
        )
    };
    let adopted = "volumes.data = { name = \"old\", external = true }\n";
    for (kind, setting, is_asked) in [
        ("litellm", "master_key", true),
        ("label-studio", "admin_password", true),
        ("keycloak", "admin_password", true),
        // Its job gives the administrator the password anew.
        ("superset", "admin_password", false),
    ] {
        for (volume, is_asked) in [(adopted, is_asked), ("", false)] {
            let project = Folder::new();
            project.write("platform.toml", text(volume, kind, setting));
            let (status, err) = run(&project, &["env", "init"]);
            assert_eq!(status, 0, "{err}");
            let asked = "DEMO_B: `c` starts on what it keeps in `db`";
            assert_eq!(err.contains(asked), is_asked, "{kind}: {err}");
        }
    }
}

/// A value stays where it is: what was made with it can't be read with another.
#[test]
fn a_secret_that_gets_another_variable_keeps_its_value() {
    let project = Folder::new();
    let text = |variable: &str| {
        format!(
            "[platform]\nname = \"demo\"\ntargets = [\"compose\"]\n[groups]\nmain = \"Everything\"\n\
             [secrets]\na = {{ env = \"{variable}\" }}\n\
             [components.c]\nimage = \"a/b:1\"\ngroup = \"main\"\nenv.KEY = \"${{secrets.a}}\"\n"
        )
    };
    for variable in ["DEMO_ONE", "DEMO_TWO", "DEMO_THREE"] {
        project.write("platform.toml", text(variable));
        let (status, err) = run(&project, &["apply", "--yes"]);
        assert_eq!(status, 0, "{err}");
        let ran = binary::finish(binary::command(&project, &["env", "init"]));
        assert_eq!(ran.status, 0, "{}", ran.err);
        assert_eq!(
            ran.out.contains("Wrote 1 secret"),
            variable == "DEMO_ONE",
            "{}",
            ran.out
        );
    }
    let values = project.read("generated/compose/.env");
    let values: Vec<&str> = values
        .lines()
        .filter_map(|it| Some(it.split_once('=')?.1))
        .collect();
    assert!(
        values.len() == 3 && values.iter().all(|it| *it == values[0]),
        "{values:?}"
    );
}

/// Where nobody can tell whose value is in a variable, or it needs quotes, `env init` asks and makes up nothing.
#[test]
fn a_value_that_can_not_be_taken_over_is_asked_for() {
    let text = |a: &str, b: &str| {
        format!(
            "[platform]\nname = \"demo\"\ntargets = [\"compose\"]\n[groups]\nmain = \"Everything\"\n\
             [secrets]\na = {{ env = \"{a}\" }}\nb = {{ env = \"{b}\" }}\n\
             [components.c]\nimage = \"a/b:1\"\ngroup = \"main\"\nenv.A = \"${{secrets.a}}\"\nenv.B = \"${{secrets.b}}\"\n"
        )
    };
    for (value, a, b, told) in [
        (
            "first",
            "DEMO_B",
            "DEMO_C",
            "give `DEMO_C` the value of `DEMO_B` yourself",
        ),
        (
            "'p w'",
            "DEMO_A",
            "DEMO_C",
            "`mlopsgen env init` takes the value over",
        ),
    ] {
        let project = Folder::new();
        project.write("platform.toml", text("DEMO_A", "DEMO_B"));
        let (status, err) = run(&project, &["apply", "--yes"]);
        assert_eq!(status, 0, "{err}");
        project.write(
            "generated/compose/.env",
            format!("DEMO_A=other\nDEMO_B={value}\n"),
        );
        project.write("platform.toml", text(a, b));
        let ran = binary::finish(binary::command(&project, &["apply", "--yes"]));
        let printed = format!("{}{}", ran.out, ran.err);
        assert!(printed.contains(told), "{printed}");
        let (_, err) = run(&project, &["env", "init"]);
        let asked = "DEMO_C: write the value that `DEMO_B` had to generated/compose/.env";
        assert!(err.contains(asked), "{value} {err}");
        assert!(!project.read("generated/compose/.env").contains("DEMO_C="));
    }
}
