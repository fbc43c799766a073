//! What runs pipelines and CI entries: variables that clash with none of the user's, names, folders, and whom stubs reach.

use std::collections::BTreeMap;

use mlopsgen::{
    compile::{Request, compile},
    world::MemoryWorld,
};

use crate::{contract::compiled, support::compiled::texts};

/// The blocks of a Jenkinsfile of which one line holds a name, each as `NAME = VALUE`.
fn bindings(jenkinsfile: &str, name: &str) -> Vec<String> {
    let lines = jenkinsfile.lines().map(str::trim);
    let of_name = lines.filter(|line| line.split(" = ").next() == Some(name));
    of_name.map(ToString::to_string).collect()
}

fn jenkinsfile(ci: &str) -> String {
    let mut files = compiled(&format!("{SECRETS}{ci}"));
    files.remove("jenkins/x/Jenkinsfile").expect("it is there")
}

const SECRETS: &str = "dp = { env = \"DP\" }\ns2 = { env = \"S2\" }\n";

const STAGE: &str = "[[ci.x.stages]]\nname = \"x\"\nrun = [\"echo $DP\"]\n";

/// Jenkins refuses a block that sets one variable twice, and lets a later secret take the place of another one.
#[test]
fn a_secret_within_a_text_has_a_variable_that_means_nothing_else() {
    for ci in [
        format!(
            "[ci.x]\nsecrets = {{ DP = \"s2\" }}\nenv = {{ A = \"x${{secrets.dp}}\" }}\n{STAGE}"
        ),
        format!(
            "[ci.x]\nsecrets = {{ DP = \"s2\" }}\n{STAGE}env = {{ A = \"x${{secrets.dp}}\" }}\n"
        ),
        format!(
            "[ci.x]\nparameters = {{ DP = \"plain\" }}\nenv = {{ A = \"x${{secrets.dp}}\" }}\n{STAGE}"
        ),
        format!(
            "[ci.x]\nenv = {{ A = \"x${{secrets.dp}}\" }}\n{STAGE}secrets = {{ DP = \"s2\" }}\nenv = {{ B = \"y${{secrets.dp}}\" }}\n"
        ),
    ] {
        let text = jenkinsfile(&ci);
        let own = bindings(&text, "DP");
        assert!(
            own.iter().all(|it| it == "DP = credentials('s2')"),
            "{text}"
        );
        assert!(text.contains("SECRET_DP = credentials('dp')"), "{text}");
        assert!(text.contains("${SECRET_DP}"), "{text}");
    }
    let same = format!(
        "[ci.x]\nsecrets = {{ DP = \"dp\" }}\nenv = {{ A = \"x${{secrets.dp}}\" }}\n{STAGE}"
    );
    let text = jenkinsfile(&same);
    assert_eq!(bindings(&text, "DP"), ["DP = credentials('dp')"], "{text}");
    assert!(!text.contains("SECRET_"), "{text}");
}

/// A name with small letters after a capital is a class to Groovy: no words before it change that.
#[test]
fn a_secret_whose_variable_groovy_would_misread_has_one_in_capitals() {
    for (variable, expected) in [
        ("ApiKey", "APIKEY"),
        ("_key", "SECRET__KEY"),
        ("url", "url"),
        ("class", "CLASS"),
        ("HTTP_proxy", "HTTP_PROXY"),
    ] {
        let ci = format!(
            "k = {{ env = \"{variable}\" }}\n[ci.x]\nenv = {{ A = \"x${{secrets.k}}\" }}\n{STAGE}"
        );
        let text = jenkinsfile(&ci);
        assert_eq!(
            bindings(&text, expected),
            [format!("{expected} = credentials('k')")],
            "{text}"
        );
    }
}

/// `withEnv(['NAME='])` is how Jenkins unsets a variable, whoever has set it.
#[test]
fn a_stage_is_without_the_variables_that_it_unsets() {
    let ci = "[ci.x]\nenv = { A = \"1\", B = \"2\" }\nsecrets = { KEY = \"s2\" }\n\
              [[ci.x.stages]]\nname = \"out\"\nenv = { A = { unset = true }, KEY = { unset = true } }\n\
              [[ci.x.stages.parallel]]\nname = \"in\"\nrun = [\"one\"]\n\
              [[ci.x.stages.parallel]]\nname = \"own\"\nrun = [\"two\"]\nenv = { A = \"3\" }\n";
    let text = jenkinsfile(ci);
    let before = |step: &str| {
        let at = text.find(step).unwrap_or_else(|| panic!("{text}"));
        text[..at]
            .trim_end()
            .lines()
            .last()
            .unwrap_or_default()
            .trim()
    };
    assert_eq!(before("sh 'one'"), "withEnv(['A=', 'KEY=']) {", "{text}");
    assert_eq!(before("sh 'two'"), "withEnv(['KEY=']) {", "{text}");
}

/// Python looks for a module beside the DAGs first.
#[test]
fn the_module_of_the_dags_has_a_name_that_no_dag_has() {
    let files = compiled("[pipelines.p_pipelines]\nimage = \"i:1\"\ntasks.a = { run = \"x\" }\n");
    assert!(
        files.contains_key("airflow/dags/lib/p_pipelines_.py"),
        "{:?}",
        files.keys()
    );
    let dag = &files["airflow/dags/p_pipelines.py"];
    assert!(dag.contains("from p_pipelines_ import"), "{dag}");
    let ignored = &files["airflow/dags/.airflowignore"];
    assert!(ignored.contains("lib/p_pipelines_\\.py"), "{ignored}");
}

const AIRFLOW: &str = r#"
[components.db]
kind = "postgres"
group = "one"
settings = { database = "d", user = "u", password = "${secrets.s}" }
[components.airflow]
kind = "airflow"
group = "one"
uses = { database = "db" }
settings = { admin_password = "${secrets.s}", dags = ["dags"] }
[components.redis]
kind = "redis"
group = "two"
[components.cache]
kind = "redis"
group = "two"
[pipelines.x]
reaches = ["cache"]
tasks.b = { stub = true, env = { Z = "${components.redis.redis.address}" } }
"#;

fn platform(body: Option<&str>) -> BTreeMap<String, String> {
    let text = format!(
        "[platform]\nname = \"p\"\n[groups]\none = \"1\"\ntwo = \"2\"\n[secrets]\ns = {{ env = \"S\" }}\n{AIRFLOW}"
    );
    let world = MemoryWorld::new()
        .with("platform.toml", text)
        .with("dags/own.py", "print()\n");
    let world = match body {
        Some(body) => world.with("dags/x/b.py", body),
        None => world,
    };
    texts(compile(&world, &Request::default())).unwrap_or_else(|messages| panic!("{messages}"))
}

/// A stub runs in a process of Airflow, not in a container of the pipeline.
#[test]
fn what_a_stub_talks_to_is_open_to_airflow() {
    let files = platform(None);
    let values = &files["helm/p/values.yaml"];
    for to in ["redis", "cache"] {
        let edge = format!("- from: airflow-scheduler\n      to: {to}\n");
        assert!(values.contains(&edge), "no `{edge}` in {values}");
    }
    let compose = &files["compose/one.yaml"];
    let scheduler = compose
        .split("  airflow-scheduler:")
        .nth(1)
        .unwrap_or_default();
    let networks = scheduler.split("networks:").nth(1).unwrap_or_default();
    assert!(
        networks.lines().take(6).any(|it| it.contains("two")),
        "{compose}"
    );
}

/// The first `apply` creates the stub in a folder that Airflow mounts: the next run finds it there, and has nothing to change.
#[test]
fn a_folder_of_ones_own_holds_the_stubs_before_they_are_created() {
    let before = platform(None);
    let body = before
        .iter()
        .find(|(path, _)| path.ends_with("dags/x/b.py"));
    let body = body
        .map(|(_, text)| text.as_str())
        .expect("the chart has it");
    assert_eq!(platform(Some(body)), before);
}
