//! Secrets of components whose volume exists: which of them the data holds, and what people say of it.

use crate::{binary, support::folder::Folder};

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
