//! `mlopsgen add` and `mlopsgen init --with`: they add components to platform.toml and change nothing else.

use crate::{binary, support::folder::Folder};

fn run(project: &Folder, words: &[&str]) -> (i32, String, String) {
    let ran = binary::run(project, words);
    (ran.status, ran.out, ran.err)
}

#[track_caller]
fn ok(project: &Folder, words: &[&str]) -> String {
    let (status, out, err) = run(project, words);
    assert_eq!(status, 0, "{words:?}: {out}{err}");
    out
}

fn project(text: &str) -> Folder {
    let project = Folder::new();
    project.write("platform.toml", text);
    project
}

const COMMENTED: &str = r#"# Ours.
[platform]
name = "demo"   # short

[groups]
main = "Everything" # all of it

# The cache.
[components.cache]
kind    = "redis"
group   = "main"
ports.redis = { host = 8080 }   # odd, but free

[[flows]]
from = "cache"
to = "cache"
# The end.
"#;

#[test]
fn what_was_there_stays_and_roles_are_filled() {
    let project = project(COMMENTED);
    let out = ok(&project, &["add", "airflow"]);
    assert!(out.contains("`airflow-db` and `airflow`"), "{out}");
    assert!(out.contains("uses.broker"), "{out}");
    let expected = r#"# Ours.
[platform]
name = "demo"   # short

[secrets]
airflow-db-password = { env = "AIRFLOW_DB_PASSWORD", description = "Password of the user" }
airflow-admin-password = { env = "AIRFLOW_ADMIN_PASSWORD", description = "Password of the first administrator" }

[groups]
main = "Everything" # all of it

# The cache.
[components.cache]
kind    = "redis"
group   = "main"
ports.redis = { host = 8080 }   # odd, but free

# The database of airflow.
[components.airflow-db]
kind = "postgres"
version = "17.11"
group = "main"
settings = { database = "airflow", user = "airflow", password = "${secrets.airflow-db-password}" }

# Orchestration of the pipelines
[components.airflow]
kind = "airflow"
group = "main"
uses = { database = "airflow-db" }
settings = { admin_password = "${secrets.airflow-admin-password}" }
ports.http = { host = 8081 }

[[flows]]
from = "cache"
to = "cache"
# The end.
"#;
    assert_eq!(project.read("platform.toml"), expected);
    ok(&project, &["validate"]);
}

#[test]
fn names_groups_and_images_are_asked_for_where_they_are_missing() {
    let project = project(COMMENTED);
    let refused = |words: &[&str], why: &str| {
        let (status, _, err) = run(&project, words);
        assert_eq!(status, 1, "{words:?}");
        assert!(err.contains(why), "{err}");
    };
    refused(&["add", "rediss"], "did you mean `redis`?");
    refused(&["add", "service", "web"], "--image");
    refused(&["add", "redis", "cache"], "mlopsgen add redis cache-2");
    refused(&["add", "redis", "Cache"], "can't be the name");
    refused(
        &["add", "redis", "r", "--group", "compose"],
        "can't be the name",
    );
    assert_eq!(project.read("platform.toml"), COMMENTED);
    ok(&project, &["add", "airflow"]);
    refused(
        &["add", "airflow", "second"],
        "at most 1 of the kind `airflow`",
    );
    let image = "registry.example.com/web:1";
    ok(
        &project,
        &[
            "add", "service", "web", "--image", image, "--group", "front",
        ],
    );
    let text = project.read("platform.toml");
    let web = "[components.web]\nimage = \"registry.example.com/web:1\"\ngroup = \"front\"\n";
    assert!(text.contains(web), "{text}");
    assert!(
        text.contains("main = \"Everything\" # all of it\nfront = \""),
        "{text}"
    );
    ok(&project, &["validate"]);
}

#[test]
fn a_database_that_has_a_schema_is_no_place_for_a_second_one() {
    let project = Folder::new();
    ok(
        &project,
        &["init", "--with", "mlflow,airflow,postgres,redis"],
    );
    let text = project.read("platform.toml");
    assert!(
        text.contains("uses = { backend_store = \"postgres\" }"),
        "{text}"
    );
    assert!(
        text.contains("uses = { database = \"postgres/airflow\", broker = \"redis\" }"),
        "{text}"
    );
    assert!(text.contains("databases = [\"airflow\"]"), "{text}");
    ok(&project, &["validate"]);
}

/// An online store is made of tables of the program's own.
#[test]
fn a_feature_store_takes_no_other_program_s_database() {
    let project = Folder::new();
    ok(&project, &["init"]);
    ok(&project, &["add", "feast"]);
    let text = project.read("platform.toml");
    let own = "[components.redis]\nkind = \"redis\"\n";
    assert!(text.contains(own), "{text}");
    assert!(!text.contains("online_store = \"mlflow-db\""), "{text}");
    ok(&project, &["validate"]);
    // Redis has no databases to keep apart.
    ok(&project, &["add", "feast", "second"]);
    let text = project.read("platform.toml");
    assert_eq!(text.matches("kind = \"redis\"").count(), 1, "{text}");
    let project = Folder::new();
    ok(&project, &["init", "--with", "mlflow,feast,postgres"]);
    let text = project.read("platform.toml");
    let own = ["online", "offline"].map(|role| format!("{role}_store = \"postgres/feast\""));
    assert!(own.iter().all(|own| text.contains(own)), "{text}");
    ok(&project, &["validate"]);
}

#[test]
fn each_program_keeps_its_files_in_a_bucket_of_its_own() {
    let project = Folder::new();
    ok(&project, &["init", "--with", "s3,mlflow,tempo"]);
    let text = project.read("platform.toml");
    assert!(text.contains("buckets = [\"mlflow\", \"tempo\"]"), "{text}");
    assert!(text.contains("artifact_store = \"s3/mlflow\""), "{text}");
    assert!(text.contains("storage = \"s3/tempo\""), "{text}");
    let out = ok(&project, &["add", "registry"]);
    let told = "`s3` has `registry` in `settings.buckets` now";
    let text = project.read("platform.toml");
    assert_eq!(
        text.contains("s3/registry"),
        out.contains(told),
        "{out}{text}"
    );
    ok(&project, &["validate"]);
}

#[test]
fn families_have_groups() {
    let project = Folder::new();
    let kinds = "mlflow,airflow,kafka,kafka-ui,postgres";
    ok(&project, &["init", "--with", kinds]);
    let text = project.read("platform.toml");
    let groups: Vec<&str> = text
        .lines()
        .filter(|it| it.starts_with("group = "))
        .collect();
    let expected = ["streams", "streams", "stores", "tracking", "orchestration"];
    let expected = expected.map(|group| format!("group = \"{group}\""));
    assert_eq!(groups, expected, "{text}");
    assert!(text.contains("streams = \"Kafka, Kafka UI\""), "{text}");
    ok(&project, &["validate", "--deny-warnings"]);
}

#[test]
fn a_second_one_that_fits_changes_nobodys_choice() {
    let project = project(
        "include = [\"ui.toml\"]\n[platform]\nname = \"demo\"\n[groups]\nmain = \"All\"\n[components.kafka]\nkind = \"kafka\"\ngroup = \"main\"\n",
    );
    project.write(
        "ui.toml",
        "[components.ui]\nkind = \"kafka-ui\"\ngroup = \"main\"\n",
    );
    let (status, _, err) = run(&project, &["add", "redpanda"]);
    assert_eq!(status, 1, "{err}");
    let help = "write `uses.kafka = \"kafka\"` in `[components.ui]` first";
    assert!(err.contains(help), "{err}");
    project.write("ui.toml", "");
    ok(&project, &["add", "kafka-ui"]);
    let out = ok(&project, &["add", "redpanda"]);
    assert!(
        out.contains("`kafka-ui` names `kafka` as its `kafka` now"),
        "{out}"
    );
    ok(&project, &["validate"]);
}

#[test]
fn every_layout_of_a_file_takes_more() {
    let inline = "secrets = {}\ngroups = { main = \"All\" }\ncomponents = { a = { image = \"nginx:1.29\", group = \"main\" } }\n\
                  platform = { name = \"demo\" }\n";
    let headings = "[platform]\nname = \"demo\"\n[components]\na = { image = \"nginx:1.29\", group = \"main\" }\n\
                    [groups.main]\ndescription = \"All\"\n[secrets.s]\nenv = \"S\"\n";
    let dotted = "platform.name = \"demo\"\ngroups.main = \"All\"\ncomponents.a.image = \"nginx:1.29\"\n\
                  components.a.group = \"main\"\n";
    let windows = COMMENTED.replace('\n', "\r\n");
    for text in [
        inline,
        headings,
        dotted,
        &windows,
        "[platform]\nname = \"demo\"\n",
    ] {
        let project = project(text);
        ok(&project, &["add", "mlflow"]);
        ok(&project, &["add", "postgres", "db"]);
        ok(&project, &["validate"]);
        let new = project.read("platform.toml");
        assert!(new.contains("secrets.db-password"), "{new}");
        assert_eq!(new.matches("\r\n").count() > 0, text.contains("\r\n"));
        assert_eq!(
            new.replace("\r\n", "").contains('\n'),
            !text.contains("\r\n"),
            "{new}"
        );
    }
}

/// Kinds whose programs are the user's own: only they know how these are asked whether they are well.
const OWN: [&str; 1] = ["service"];

#[test]
fn every_kind_can_be_added_to_an_empty_platform() {
    let kinds = ok(&Folder::new(), &["kinds", "--format", "json"]);
    let kinds: serde_json::Value = serde_json::from_str(&kinds).expect("JSON");
    for kind in kinds.as_array().expect("a list") {
        let own = kind["image"].as_str().is_none();
        let kind = kind["name"].as_str().expect("a name");
        let project = project("[platform]\nname = \"demo\"\n");
        let image: &[&str] = match own {
            true => &["--image", "registry.example.com/it:1.0"],
            false => &[],
        };
        ok(&project, &[&["add", kind, "it"][..], image].concat());
        let words = match OWN.contains(&kind) {
            true => vec!["validate"],
            false => vec!["validate", "--deny-warnings"],
        };
        let (status, _, err) = run(&project, &words);
        let text = project.read("platform.toml");
        assert!(status == 0, "{kind}: {err}{text}");
    }
}

#[test]
fn a_second_one_gets_host_ports_of_its_own() {
    for kind in ["kafka", "redpanda"] {
        let project = project("[platform]\nname = \"demo\"\n");
        ok(&project, &["add", kind, "first"]);
        ok(&project, &["add", kind, "second"]);
        let text = project.read("platform.toml");
        assert!(text.contains("ports.host = { host = 29093 }"), "{text}");
        ok(&project, &["validate", "--deny-warnings"]);
    }
}

#[test]
fn what_a_kind_cannot_do_without_is_accepted_where_everybody_sees_it() {
    let project = project("[platform]\nname = \"demo\"\n");
    let out = ok(&project, &["add", "cadvisor"]);
    assert!(out.contains("`cadvisor` accepts `privileged`"), "{out}");
    let text = project.read("platform.toml");
    let line = "allow = [\"privileged\"] # `mlopsgen explain privileged`\n";
    assert!(text.contains(line), "{text}");
}

#[test]
fn a_first_platform_can_have_programs_of_ones_own() {
    let folder = Folder::new();
    let (status, _, err) = run(&folder, &["init", "--with", "mlflow,bentoml", "demo"]);
    assert_eq!(status, 1, "{err}");
    assert!(err.contains("`--with bentoml=IMAGE`"), "{err}");
    ok(
        &folder,
        &[
            "init",
            "--with",
            "mlflow-model=team/model:1.0,grafana",
            "demo",
        ],
    );
    let text = folder.read("demo/platform.toml");
    assert!(text.contains("image = \"team/model:1.0\""), "{text}");
    assert!(text.contains("model = \"models:/NAME/VERSION\""), "{text}");
    ok(&folder, &["-C", "demo", "validate", "--deny-warnings"]);
}

#[test]
fn a_name_that_something_was_moved_away_from_is_not_taken() {
    let moved = "[platform]\nname = \"demo\"\n\n[groups]\nmain = \"All\"\n\n[components.cache]\nkind = \"redis\"\ngroup = \"main\"\n\n[[moved]]\nfrom = \"components.db\"\nto = \"components.cache\"\n";
    let project = project(moved);
    let (status, _, err) = run(&project, &["add", "redis", "db"]);
    assert_eq!(status, 1, "{err}");
    assert!(
        err.contains("`db` is a name that `[[moved]]` moves away from")
            && err.contains("mlopsgen add redis db-2"),
        "{err}"
    );
    assert_eq!(project.read("platform.toml"), moved);
    ok(&project, &["add", "redis", "db-2"]);
    ok(&project, &["validate"]);
}

/// A log-in is told who knows the accounts: the component that does, else an address to replace.
#[test]
fn a_role_in_whose_place_a_setting_stands_is_filled_or_the_setting_is_written() {
    let project = project("[platform]\nname = \"demo\"\n");
    ok(&project, &["add", "oauth2-proxy", "before"]);
    ok(&project, &["add", "keycloak"]);
    ok(&project, &["add", "oauth2-proxy", "after"]);
    let text = project.read("platform.toml");
    let (before, after) = text.split_once("kind = \"keycloak\"").expect("a keycloak");
    let address = "issuer_url = \"https://accounts.example.com\"";
    assert!(before.contains(address), "{text}");
    assert!(
        after.contains("uses = { provider = \"keycloak\" }"),
        "{text}"
    );
    assert!(!after.contains(address), "{text}");
    ok(&project, &["validate", "--deny-warnings"]);
    let folder = Folder::new();
    ok(
        &folder,
        &["init", "--with", "oauth2-proxy,keycloak", "demo"],
    );
    let text = folder.read("demo/platform.toml");
    assert!(
        text.contains("uses = { provider = \"keycloak\" }"),
        "{text}"
    );
    ok(&folder, &["-C", "demo", "validate", "--deny-warnings"]);
}

/// Names that are put together of a long one are cut; where a part of the kind has no room for it, nothing is written.
#[test]
fn the_longest_name_gives_a_file_that_holds_or_none() {
    let kinds = ok(&Folder::new(), &["kinds", "--format", "json"]);
    let kinds: serde_json::Value = serde_json::from_str(&kinds).expect("JSON");
    let empty = "[platform]\nname = \"demo\"\n[groups]\nmain = \"All\"\n";
    let name = "n".repeat(40);
    let mut refused = 0;
    for kind in kinds.as_array().expect("a list") {
        let own = kind["image"].as_str().is_none();
        let kind = kind["name"].as_str().expect("a name");
        let project = project(empty);
        let image: &[&str] = match own {
            true => &["--image", "registry.example.com/it:1.0"],
            false => &[],
        };
        let words = [&["add", kind, &name][..], image].concat();
        let (status, _, err) = run(&project, &words);
        if status != 0 {
            assert!(err.contains("it can't be added"), "{kind}: {err}");
            assert_eq!(project.read("platform.toml"), empty, "{kind}");
            refused += 1;
            continue;
        }
        let (status, _, err) = run(&project, &["validate"]);
        assert!(
            status == 0,
            "{kind}: {err}{}",
            project.read("platform.toml")
        );
    }
    assert!(refused < 5, "{refused}");
}

#[test]
fn two_long_names_share_no_secret() {
    let project = project("[platform]\nname = \"demo\"\n[groups]\nmain = \"All\"\n");
    let [first, second] = ["a", "b"].map(|end| format!("{}{end}", "n".repeat(39)));
    ok(&project, &["add", "postgres", &first]);
    ok(&project, &["add", "postgres", &second]);
    ok(&project, &["validate"]);
    let text = project.read("platform.toml");
    let short = format!("{}-password", "n".repeat(31));
    let numbered = format!("{}-password-2", "n".repeat(29));
    for secret in [short, numbered] {
        assert_eq!(
            text.matches(&format!("secrets.{secret}}}")).count(),
            1,
            "{text}"
        );
    }
}

#[test]
fn what_was_added_is_there_for_programs() {
    let project = project("[platform]\nname = \"demo\"\n");
    let out = ok(&project, &["add", "cadvisor", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(document["added"][0]["name"], "cadvisor");
    assert_eq!(document["allowed"]["cadvisor"][0], "privileged");
    let out = ok(&project, &["add", "mlflow", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let open = &document["added"][0]["open_roles"];
    assert!(open["backend_store"].is_array(), "{out}");
    let before = project.read("platform.toml");
    let (status, ..) = run(&project, &["add", "redis", "--format", "dot"]);
    assert!(status == 1 && project.read("platform.toml") == before);
}
