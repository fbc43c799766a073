//! DAGs and Jenkinsfiles of `tests/pipelines/platform.toml`, compared whole with what stands beside it.
//! `BLESS=1 cargo test pipelines` rewrites the expected files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use mlopsgen::{compile::Compilation, diag::Code};

use crate::{escaping::read::yaml, support};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pipelines")
}

fn compiled() -> Compilation {
    let text = fs::read_to_string(folder().join("platform.toml")).expect("the platform is there");
    support::compiled::compiled(text)
}

#[test]
fn pipelines_become_dags_and_stubs_and_ci_entries_jenkinsfiles() {
    let compilation = compiled();
    let Ok(output) = compilation.output else {
        panic!("{:#?}", compilation.diagnostics);
    };
    let generated = output.files.files.iter();
    let generated = generated
        .map(|(path, file)| (path, &*file.text))
        .filter(|(path, _)| path.starts_with("airflow/") || path.starts_with("jenkins/"));
    let stubs = output.files.stubs.iter();
    for (path, text) in generated.chain(stubs.map(|stub| (&stub.path, stub.text.as_str()))) {
        let path = folder().join(path);
        if std::env::var_os("BLESS").is_some() {
            fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
            fs::write(&path, text).expect("the expected file can be written");
        }
        let wanted = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            *text == wanted,
            "{} is not as expected:\n{text}",
            path.display()
        );
    }
}

/// Airflow reads `run` as a template: what a reference inserts is no part of it.
#[test]
fn a_constant_with_braces_is_a_literal_of_the_template() {
    let compilation = support::compiled::compiled(
        r#"
[platform]
name = "shop"
[vars]
open = "{% x {{ y }} {\"a\": {}}"
end = "a{"
[pipelines.train]
image = "shop/train:1.0"
[pipelines.train.tasks]
fit = { run = "echo {{ ds }} ${vars.open}" }
score = { run = "echo ${vars.end}{ b" }
"#,
    );
    let Ok(output) = compilation.output else {
        panic!("{:#?}", compilation.diagnostics);
    };
    let dag = &output.files.files["airflow/dags/train.py"].text;
    for line in [
        r#"echo {{ ds }} {{ '{%' }} x {{ '{{' }} y }} {\"a\": {}}"#,
        "echo a{{ '{' }}{ b",
    ] {
        let in_python = line.replace('"', "\\\"");
        assert!(
            dag.contains(line) || dag.contains(&in_python),
            "{line}\n{dag}"
        );
    }
}

#[test]
fn what_a_dag_can_not_express_is_reported() {
    let losses: Vec<String> = compiled()
        .diagnostics
        .into_iter()
        .filter(|diagnostic| diagnostic.code == Code::TargetLoss)
        .map(|loss| loss.message)
        .filter(|message| message.contains("`training_pipeline`"))
        .collect();
    assert_eq!(
        losses,
        [
            "airflow: in a cluster the tasks of `training_pipeline` get the public address of a port-forward: no Airflow of the platform's is told the one of the chart",
            "airflow: in a cluster the tasks of `training_pipeline` do not mount `volumes.artifacts`: its source is a folder of the project",
            "airflow: the task `train` of `training_pipeline` has no limit of processors under Compose: Airflow's Docker operator knows none",
        ]
    );
}

/// `false` drops what the pipeline asks for: the task that only reads needs no graphics processor.
#[test]
fn a_task_drops_what_its_pipeline_asks_for() {
    let text = r#"
[platform]
name = "p"
targets = ["airflow"]
[groups]
g = "g"
[pipelines.train]
image = "acme/train:1.0"
resources = { gpu = 1 }
[pipelines.train.tasks]
read = { run = "read", resources = { gpu = false } }
fit = { run = "fit", after = ["read"] }
"#;
    let output = support::compiled::compiled(text).output;
    let output = output.expect("no errors, so there is output");
    let dag = &output.files.files["airflow/dags/train.py"].text;
    let pipeline = dag.matches("resources=Resources(gpu=1)").count();
    let task = dag.matches("resources=Resources()").count();
    assert_eq!((pipeline, task), (1, 1), "{dag}");
}

/// A string that is read before anything starts can also name an address: the one for a browser on the host.
#[test]
fn public_addresses_stand_in_descriptions_tags_and_names() {
    let text = r#"
[platform]
name = "p"
targets = ["airflow", "jenkins"]
[groups]
g = "g"
[components.web]
image = "web:1"
group = "g"
ports.http = { container = 80, host = 8080 }
[pipelines.train]
description = "see ${components.web.http.public_url}"
tags = ["${components.web.http.public_url}"]
image = "train:1"
tasks.one = { run = "x" }
[ci.build]
description = "of ${components.web.http.public_url}"
agent = { label = "near-${components.web.http.public_url}" }
[[ci.build.stages]]
name = "show ${components.web.http.public_url}"
run = ["x"]
"#;
    let compilation = support::compiled::compiled(text);
    let Ok(output) = compilation.output else {
        panic!("{:#?}", compilation.diagnostics);
    };
    for (path, words) in [
        (
            "airflow/dags/train.py",
            "description=\"see http://localhost:8080\"",
        ),
        ("airflow/dags/train.py", "tags=[\"http://localhost:8080\"]"),
        ("jenkins/build/Jenkinsfile", "// of http://localhost:8080"),
        (
            "jenkins/build/Jenkinsfile",
            "label 'near-http://localhost:8080'",
        ),
        (
            "jenkins/build/Jenkinsfile",
            "stage('show http://localhost:8080')",
        ),
    ] {
        let text = &output.files.files[path].text;
        assert!(text.contains(words), "`{words}` is missing:\n{text}");
    }
}

/// A DAG for Airflow 2 imports from other modules, and needs a start date.
#[test]
fn dags_are_written_for_the_platforms_own_airflow() {
    let text = r#"
[platform]
name = "my-platform"
targets = ["airflow"]
[secrets]
key = { env = "KEY" }
[groups]
g = "g"
[components.db]
kind = "postgres"
group = "g"
settings = { database = "airflow", user = "airflow", password = "${secrets.key}" }
[components.airflow]
kind = "airflow"
version = "VERSION"
group = "g"
uses = { database = "db" }
settings = { admin_password = "${secrets.key}" }
[pipelines.train]
schedule = "@daily"
image = "train:1"
tasks.one = { run = "x" }
"#;
    for (version, of_dag, of_module) in [
        (
            "2.11.2",
            "from airflow import DAG\n",
            "from airflow.operators.python import PythonOperator\n",
        ),
        (
            "3.3.2",
            "from airflow.sdk import DAG\n",
            "from airflow.providers.standard.operators.python import PythonOperator\n",
        ),
    ] {
        let text = text.replace("VERSION", version);
        let compilation = support::compiled::compiled(text);
        let Ok(output) = compilation.output else {
            panic!("{:#?}", compilation.diagnostics);
        };
        let text = |path: &str| &output.files.files[path].text;
        let dag = text("airflow/dags/train.py");
        let module = text("airflow/dags/lib/my_platform_pipelines.py");
        assert!(dag.contains(of_dag), "{dag}");
        assert!(dag.contains("from my_platform_pipelines import"), "{dag}");
        assert_eq!(
            dag.contains("start_date="),
            version.starts_with('2'),
            "{dag}"
        );
        assert!(module.contains(of_module), "{module}");
    }
}

/// Compose makes a network for services that are on it, and for nobody else.
#[test]
fn tasks_that_reach_no_service_are_on_the_network_that_every_engine_has() {
    const STAGE: &str = r#"
[platform]
name = "p"
[groups]
one = "One"
[components.api]
image = "a/api:1"
group = "one"
ports.http = 80
[pipelines.train]
image = "a/train:1"
tasks.fit = { run = "true" }
"#;
    let of = |more: &str| {
        let compilation = support::compiled::compiled(format!("{STAGE}{more}"));
        let output = compilation.output.expect("no errors, so there is output");
        let text = |path: &str| output.files.files[path].text.to_string();
        let module = text("airflow/dags/lib/p_pipelines.py");
        let network = module.lines().find(|line| line.starts_with("NETWORK"));
        let network = network.unwrap_or_default().to_string();
        (network, text("compose/one.yaml").contains("p_pipelines"))
    };
    let bridge = "NETWORK = \"bridge\"".to_string();
    let own = "NETWORK = \"p_pipelines\"".to_string();
    assert_eq!(of(""), (bridge.clone(), false));
    assert_eq!(of("reaches = [\"api\"]"), (own, true));
    let host = STAGE.replace(
        "ports.http = 80",
        "network_mode = \"host\"\nports.http = 80",
    );
    let compilation = support::compiled::compiled(format!("{host}reaches = [\"api\"]"));
    let output = compilation.output.expect("no errors, so there is output");
    let module = &output.files.files["airflow/dags/lib/p_pipelines.py"].text;
    assert!(module.contains(&bridge), "{module}");
}

/// The chart says where a browser reaches a port, so a DAG reads it in a cluster from the environment of the chart's Airflow.
#[test]
fn a_public_address_in_a_task_is_the_charts_in_a_cluster() {
    let compilation = support::compiled::compiled(
        r#"
[platform]
name = "ads"
[secrets]
pw = { env = "PG_PW" }
[groups]
core = "Core"
[components.pg]
kind = "postgres"
group = "core"
settings.password = "${secrets.pw}"
[components.af]
kind = "airflow"
group = "core"
uses.database = "pg"
settings.admin_password = "${secrets.pw}"
[components.ml-flow]
kind = "mlflow"
group = "core"
ports.http.host = 5000
[components.api]
group = "core"
image = "ads/api:1.0"
public_url = "https://ads.example.com/api"
ports.http = { container = 80, host = 8080 }
[pipelines.t]
image = "x:1.0.0"
env.LINK = "see ${components.ml-flow.http.public_url}"
env.SAID = "${components.api.http.public_url}"
[pipelines.t.tasks]
a = { run = "echo ${components.ml-flow.http.public_url}" }
"#,
    );
    let Ok(output) = compilation.output else {
        panic!("{:#?}", compilation.diagnostics);
    };
    let text = |path: &str| &*output.files.files[path].text;
    let dag = text("airflow/dags/t.py");
    let call =
        r#"public("MLOPSGEN_URL_ML_FLOW__HTTP", "http://localhost:5000", "http://localhost:5000")"#;
    assert_eq!(dag.matches(call).count(), 2, "{dag}");
    assert!(
        dag.contains(r#""SAID": "https://ads.example.com/api""#),
        "{dag}"
    );
    let values = &yaml(text("helm/ads/values.yaml")).expect("YAML")[0];
    for part in ["scheduler", "triggerer"] {
        let env = &values["components"][format!("af-{part}")]["env"];
        let address = &env["MLOPSGEN_URL_ML_FLOW__HTTP"][0]["publicUrl"];
        assert_eq!(address["workload"], "ml-flow", "{part}: {env:?}");
    }
}

/// The folders of `settings.dags` are on the path of every process, after what is installed; a path of the user's stays.
#[test]
fn modules_beside_dags_of_ones_own_are_imported() {
    let platform = |dags: &str, more: &str| {
        format!(
            r#"
[vars]
lib = "/opt/lib"
[components.db]
kind = "postgres"
group = "one"
settings = {{ database = "d", user = "u", password = "${{secrets.s}}" }}
[components.airflow]
kind = "airflow"
group = "one"
uses = {{ database = "db" }}
settings.admin_password = "${{secrets.s}}"
{dags}
{more}
"#
        )
    };
    let files = |dags: &str, more: &str| {
        let text = crate::contract::platform(&platform(dags, more));
        let world = mlopsgen::world::MemoryWorld::new()
            .with("platform.toml", text)
            .with("dags/common/util.py", "X = 1\n")
            .with("teams/a/more.py", "Y = 1\n");
        let compilation = mlopsgen::compile::compile(&world, &Default::default());
        support::compiled::texts(compilation).expect("no errors")
    };
    let named = "settings.dags = [\"dags\", \"teams/a/\"]";
    let start = "config/airflow/opt/airflow/mlopsgen/sitecustomize.py";
    let all = files(named, "");
    assert!(
        all[start].contains("FOLDERS = [\"dags\", \"teams/a/\"]"),
        "{}",
        all[start]
    );
    let of = |files: &std::collections::BTreeMap<String, String>, path: &str| {
        let lines = files[path].lines().map(str::trim);
        let lines: Vec<String> = lines
            .filter_map(|line| Some(line.strip_prefix("PYTHONPATH: ")?.to_string()))
            .collect();
        lines
    };
    for path in ["compose/one.yaml", "helm/p/values.yaml"] {
        let told = of(&all, path);
        assert!(!told.is_empty(), "{path}");
        assert!(
            told.iter().all(|it| it == "/opt/airflow/mlopsgen"),
            "{told:?}"
        );
        let own = "env.PYTHONPATH = \"${vars.lib}:/opt/more\"\nparts.scheduler.env.PYTHONPATH = \"/opt/scheduler\"";
        let told = of(&files(named, own), path);
        let both = "\"/opt/airflow/mlopsgen:/opt/lib:/opt/more\"";
        let scheduler = "\"/opt/airflow/mlopsgen:/opt/scheduler\"";
        assert!(told.iter().any(|it| it == both), "{told:?}");
        assert!(told.iter().any(|it| it == scheduler), "{told:?}");
        assert!(
            told.iter().all(|it| it == both || it == scheduler),
            "{told:?}"
        );
        let told = of(&files(named, "env.PYTHONPATH = { unset = true }"), path);
        assert!(told.is_empty(), "{told:?}");
        let told = of(&files("", "env.PYTHONPATH = \"/opt/lib\""), path);
        assert!(told.iter().all(|it| it == "/opt/lib"), "{told:?}");
    }
}
