//! Commands that print or format: `kinds`, `schema`, `show`, `fmt`, and the formats for reviewers.

use crate::{binary::run, support::folder::Folder};

pub const PLATFORM: &str = r#"[platform]
name = "demo"

[groups]
main = { description = "Everything", presets = ["loud"] }

[presets.loud]
env.LOG_LEVEL = "debug"

[secrets]
db-password = { env = "DB_PASSWORD" }

[components.db]
kind = "postgres"
version = "18.1"
group = "main"
settings = { password = "${secrets.db-password}" }
volumes.data = { size = "20Gi" }
"#;

fn project() -> Folder {
    let project = Folder::new();
    project.write("platform.toml", PLATFORM);
    project
}

#[test]
fn the_page_of_a_kind_without_an_image_says_that_it_needs_one() {
    for kind in ["mlflow-model", "service"] {
        let ran = run(&Folder::new(), &["kinds", kind]);
        assert!(
            ran.out.contains("your own: `image` or `build` is needed"),
            "{}",
            ran.out
        );
    }
    assert!(
        !run(&Folder::new(), &["kinds", "postgres"])
            .out
            .contains("your own")
    );
}

#[test]
fn kinds_are_listed_without_a_project_and_with_the_users_own() {
    let empty = Folder::new();
    let ran = run(&empty, &["kinds"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.contains("\npostgres "), "{}", ran.out);
    let project = project();
    project.write("mlopsgen/kinds/qdrant.toml", "title = \"Qdrant\"\n");
    assert!(run(&project, &["kinds"]).out.contains("\nqdrant "));
    assert_eq!(
        run(&project, &["kinds", "qdrant", "--format", "json"]).json()["title"],
        "Qdrant"
    );
}

#[test]
fn a_kind_is_shown_with_settings_ports_outputs_and_parts() {
    let ran = run(&Folder::new(), &["kinds", "postgres"]);
    assert_eq!(ran.status, 0);
    for word in [
        "postgres:17",
        "Settings:",
        "password",
        "required",
        "Ports:",
        "5432/tcp",
        "Outputs:",
        "url",
        "Parts:",
        "exporter",
        "if platform.prometheus",
        "Volumes:",
        "data",
        "Metrics:",
        "Alerts:",
        "PostgresDown",
    ] {
        assert!(ran.out.contains(word), "no `{word}` in\n{}", ran.out);
    }
    let page = run(&Folder::new(), &["kinds", "mlflow", "--format", "json"]).json();
    assert_eq!(page["main_port"], "http");
    assert_eq!(page["roles"][0]["name"], "backend_store");
    assert_eq!(
        page["roles"][0]["kinds"],
        serde_json::json!(["postgres", "mysql"])
    );
}

#[test]
fn an_unknown_kind_is_an_error_with_the_nearest_one() {
    let ran = run(&Folder::new(), &["kinds", "postgers"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("did you mean `postgres`?"), "{}", ran.err);
}

#[test]
fn a_broken_kind_does_not_hide_the_others() {
    let project = project();
    project.write("mlopsgen/kinds/mine.toml", "titel = \"X\"\n");
    let ran = run(&project, &["kinds"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.err.contains("mlopsgen/kinds/mine.toml:1"),
        "{}",
        ran.err
    );
    assert!(ran.out.contains("\npostgres "), "{}", ran.out);
    assert_eq!(run(&project, &["kinds", "mine"]).status, 1);
}

#[test]
fn the_schema_knows_the_users_own_kinds() {
    let project = project();
    project.write(
        "mlopsgen/kinds/qdrant.toml",
        "[settings.size]\ntype = \"integer\"\n",
    );
    for document in ["platform", "included", "environment", "kind"] {
        let schema = run(&project, &["schema", document]).json();
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    }
    let text = run(&project, &["schema"]).out;
    assert!(text.contains("\"qdrant\""));
}

#[test]
fn show_names_the_source_of_each_value() {
    let ran = run(&project(), &["show", "db", "--format", "json"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let page = ran.json();
    let main = &page["workloads"][0]["keys"];
    let key = |name: &str| {
        let keys = main.as_array().expect("keys");
        keys.iter()
            .find(|key| key["key"] == name)
            .unwrap_or_else(|| panic!("no {name} in {main:#}"))
            .clone()
    };
    assert_eq!(key("env.LOG_LEVEL")["source"]["layer"], "preset");
    assert_eq!(key("env.LOG_LEVEL")["source"]["name"], "loud");
    assert_eq!(key("env.LOG_LEVEL")["source"]["line"], 8);
    assert_eq!(key("volumes.data.size")["source"]["line"], 18);
    assert_eq!(key("volumes.data.mount")["value"], "/var/lib/postgresql");
    assert_eq!(
        key("volumes.data.mount")["source"]["condition"],
        "major >= 18"
    );
    assert_eq!(
        key("env.POSTGRES_PASSWORD")["value"],
        "${secrets.db-password}"
    );
    assert_eq!(key("env.POSTGRES_DB")["value"], "postgres");
    assert_eq!(key("image")["value"], "postgres:18.1");
    assert_eq!(key("restart")["source"]["layer"], "default");
    let text = run(&project(), &["show", "db"]).out;
    assert!(text.contains("preset loud (platform.toml:8)"), "{text}");
    assert!(text.contains("kind postgres, where major >= 18"), "{text}");
    let verbose = run(&project(), &["validate", "-v"]).out;
    assert!(
        verbose.contains("preset loud (platform.toml:8)"),
        "{verbose}"
    );
}

#[test]
fn showing_what_is_not_there_is_an_error() {
    let ran = run(&project(), &["show", "bd"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.err.contains("there is no component `bd`"),
        "{}",
        ran.err
    );
}

#[test]
fn fmt_keeps_comments_and_order_and_knows_all_files() {
    let project = project();
    let messy = "include=[ \"teams/*.toml\" ]\n# about\n[platform]  \nname='demo'   # the name\n";
    project.write("platform.toml", messy);
    project.write("platform.prod.toml", "[platform]\ndescription=\"x\"\n");
    project.write("teams/a.toml", "[groups]\nb=\"B\"\na=\"A\"\n");
    project.write("mlopsgen/kinds/mine.toml", "title=\"Mine\"\n");
    let ran = run(&project, &["fmt", "--check"]);
    assert_eq!(ran.status, 2, "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("+[platform]\n+name = 'demo' # the name"),
        "{}",
        ran.out
    );
    assert_eq!(project.read("platform.toml"), messy);
    let ran = run(&project, &["fmt"]);
    assert_eq!(ran.status, 0);
    assert_eq!(ran.out.lines().count(), 4, "{}", ran.out);
    assert_eq!(
        project.read("platform.toml"),
        "include = [\"teams/*.toml\"]\n# about\n[platform]\nname = 'demo' # the name\n"
    );
    assert_eq!(
        project.read("teams/a.toml"),
        "[groups]\nb = \"B\"\na = \"A\"\n"
    );
    let ran = run(&project, &["fmt", "--check", "--format", "json"]);
    assert_eq!(ran.status, 0);
    assert_eq!(ran.json()["changed"], serde_json::json!([]));
}

#[test]
fn fmt_writes_nothing_where_a_file_is_no_toml() {
    let project = project();
    project.write("platform.toml", "a=1\n");
    project.write("platform.prod.toml", "a = \n");
    let ran = run(&project, &["fmt"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("platform.prod.toml:1"), "{}", ran.err);
    assert_eq!(project.read("platform.toml"), "a=1\n");
}

#[test]
fn reviewers_see_errors_at_their_lines() {
    let outer = Folder::new();
    outer.write("ml/platform.toml", PLATFORM.replace("version", "verzion"));
    let ran = run(&outer, &["-C", "ml", "validate", "--format", "github"]);
    assert_eq!(ran.status, 1);
    let line = ran
        .out
        .lines()
        .find(|line| line.starts_with("::error "))
        .unwrap_or_default();
    assert!(
        line.starts_with(
            "::error file=ml/platform.toml,line=15,endLine=15,col=1,endColumn=7,title=unknown-key::"
        ),
        "{}{}",
        ran.out,
        ran.err
    );
    assert!(line.contains("%0Ahelp: did you mean `version`?"), "{line}");
    let ran = run(&outer, &["-C", "ml", "validate", "--format", "sarif"]);
    assert_eq!(ran.status, 1);
    let report = ran.json();
    let results = report["runs"][0]["results"].as_array().expect("results");
    let result = results
        .iter()
        .find(|result| result["ruleId"] == "unknown-key")
        .expect("the error");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "ml/platform.toml");
    assert_eq!(place["region"]["startLine"], 15);
    assert_eq!(place["region"]["endColumn"], 8);
}

#[test]
fn check_names_each_stale_file_for_reviewers() {
    let project = project();
    let ran = run(&project, &["check", "--format", "github"]);
    assert_eq!(ran.status, 2, "{}", ran.err);
    assert!(
        ran.out.contains("::error file=generated/compose/compose.yaml,line=1,title=stale::this file is missing%0Ahelp: run: mlopsgen apply\n"),
        "{}", ran.out
    );
    let ran = run(&project, &["check", "--format", "sarif"]);
    assert_eq!(ran.status, 2);
    assert_eq!(ran.json()["version"], "2.1.0");
    assert_eq!(run(&project, &["plan", "--format", "sarif"]).status, 1);
}

#[test]
fn a_template_of_the_user_is_an_output() {
    let project = project();
    let template = "<% include \"_head.md\" %>\n<% for component in components %>\n- <{ component.name }>\n<% endfor %>\n";
    project.write("mlopsgen/templates/docs/list.md", template);
    project.write("mlopsgen/templates/_head.md", "# <{ platform.name }>\n");
    let ran = run(&project, &["apply", "--yes"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert_eq!(project.read("generated/docs/list.md"), "# demo\n- db\n");
    assert!(!project.exists("generated/_head.md"));
    project.write("mlopsgen/templates/compose/Main.yaml", "x\n");
    let ran = run(&project, &["validate"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.err.contains("`compose/main.yaml` is generated already"),
        "{}",
        ran.err
    );
}

/// A program that asks for JSON gets it of a platform with errors, too.
#[test]
fn the_graph_of_a_platform_with_errors_is_its_diagnostics() {
    let project = Folder::new();
    project.write(
        "platform.toml",
        "[platform]\nname = \"demo\"\n[groups]\ng = \"G\"\n[components.a]\nimag = \"a:1\"\ngroup = \"g\"\n",
    );
    let ran = run(&project, &["graph", "--format", "json"]);
    let report = ran.json();
    assert_eq!((ran.status, ran.err.as_str()), (1, ""));
    assert_eq!(report["diagnostics"][0]["code"], "unknown-key");
    let ran = run(&project, &["graph", "--format", "dot"]);
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("unknown-key"), "{}", ran.err);
}

/// The DAGs of Compose and of the chart ask for the same body.
#[test]
fn a_stub_is_planned_once() {
    let project = Folder::new();
    project.write(
        "platform.toml",
        "[platform]\nname = \"demo\"\n[groups]\ng = \"G\"\n[pipelines.p]\nimage = \"a:1\"\ntasks.b = { stub = true }\n",
    );
    let ran = run(&project, &["plan"]);
    assert_eq!(
        ran.out.matches("dags/p/b.py (a stub").count(),
        1,
        "{}",
        ran.out
    );
    let report = run(&project, &["plan", "--format", "json"]).json();
    assert_eq!(report["stubs"], serde_json::json!(["dags/p/b.py"]));
}

/// The body is the user's and in no manifest. The chart's copy of it is generated, and the plan says what it is a copy of.
#[test]
fn a_body_that_was_written_makes_the_chart_s_copy_stale() {
    let project = Folder::new();
    project.write(
        "platform.toml",
        "[platform]\nname = \"demo\"\n[groups]\ng = \"G\"\n[secrets]\np = { env = \"P\" }\n\
         [components.db]\nkind = \"postgres\"\ngroup = \"g\"\nsettings.password = \"${secrets.p}\"\n\
         [components.flow]\nkind = \"airflow\"\ngroup = \"g\"\nuses.database = \"db\"\nsettings.admin_password = \"${secrets.p}\"\n\
         [pipelines.p]\nimage = \"a:1\"\ntasks.b = { stub = true }\n",
    );
    run(&project, &["apply", "--yes", "-q"]).succeeded();
    let manifest = project.read("generated/.mlopsgen.json");
    assert!(!manifest.contains("\"dags/p/b.py\""), "{manifest}");
    let body = project.read("dags/p/b.py") + "# mine\n";
    project.write("dags/p/b.py", &body);
    let ran = run(&project, &["check"]);
    let copy = "generated/helm/demo/files/dags/p/b.py";
    let line = format!("~ {copy} (a copy of dags/p/b.py)\n");
    assert!(ran.status == 2 && ran.out.contains(&line), "{}", ran.out);
    run(&project, &["apply", "--yes", "-q"]).succeeded();
    assert_eq!(
        (project.read("dags/p/b.py"), project.read(copy)),
        (body.clone(), body)
    );
}
