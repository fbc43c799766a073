//! The real programs as readers of whole trees: one process for all trees where the program allows it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{Files, read, spoken};
use crate::compose::Project;
use crate::consumer;
use crate::helm;
use crate::tree::Tree;

/// Runs a script that prints `{file: value}` for its arguments.
pub fn answer(command: &mut Command, files: &[PathBuf]) -> BTreeMap<PathBuf, Value> {
    let verdict = consumer::run(command.args(files));
    assert!(verdict.success, "{}", verdict.words());
    serde_json::from_str(&verdict.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", verdict.stdout))
}

pub fn python_script(venv: &str, script: &str) -> Command {
    let mut command = consumer::consumer(&format!("{venv}/bin/python"));
    command.arg(consumer::script(script));
    command
}

/// Java with Groovy and one of our scripts.
pub fn groovy_script(script: &str) -> Command {
    let mut command = consumer::system("java");
    command
        .arg("-cp")
        .arg(consumer::installed("groovy-all.jar"))
        .arg("groovy.ui.GroovyMain")
        .arg(consumer::script(script));
    command
}

/// Assigns the answers about files to their trees.
fn by_tree(trees: &[&Tree], answer: BTreeMap<PathBuf, Value>) -> Vec<Files> {
    let mut files = vec![Files::new(); trees.len()];
    for (path, value) in answer {
        let owner = trees.iter().position(|tree| path.starts_with(&tree.path));
        let owner = owner.unwrap_or_else(|| panic!("{} is of no tree", path.display()));
        files[owner].insert(trees[owner].relative(&path), value);
    }
    files
}

fn files(trees: &[&Tree], folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let of_tree = |tree: &&Tree| tree.files(folder, endings);
    trees.iter().flat_map(of_tree).collect()
}

/// PyYAML reads every YAML file that is no template of Helm's.
pub fn pyyaml(trees: &[&Tree]) -> Vec<Files> {
    let mut files = files(trees, "", &[".yaml", ".yml"]);
    files.retain(|file| !file.iter().any(|part| part == "templates"));
    by_tree(
        trees,
        answer(&mut python_script("checks", "yaml_to_json.py"), &files),
    )
}

/// Compose reads its files together with `.env.example`, as a user fills it in, and says what it would run.
pub fn compose(trees: &[&Tree]) -> Vec<Files> {
    let model = |tree: &&Tree| {
        let model = Project::read(tree).and_then(|project| project.model());
        let model = model.unwrap_or_else(|printed| panic!("{}: {printed}", tree.name));
        let here = tree.path.display().to_string();
        let single = spoken::single_dollars(&model);
        let model = spoken::each_text(&single, &|text| text.replace(&here, ""));
        Files::from([("the model".to_owned(), model)])
    };
    trees.iter().map(model).collect()
}

/// Helm renders the chart; PyYAML reads the objects; Kubernetes starts the containers.
pub fn helm(trees: &[&Tree]) -> Vec<Files> {
    let work = tempfile::tempdir().expect("a temporary folder");
    let file = |index: usize| work.path().join(format!("{index}.yaml"));
    for (index, tree) in trees.iter().enumerate() {
        for chart in helm::charts(tree) {
            let rendered = chart.render(&[]);
            let rendered = rendered.unwrap_or_else(|printed| panic!("{}: {printed}", tree.name));
            std::fs::write(file(index), rendered).expect("a rendering can be written");
        }
    }
    let paths: Vec<PathBuf> = (0..trees.len()).map(file).collect();
    let mut answer = answer(&mut python_script("checks", "yaml_to_json.py"), &paths);
    let objects = |path: &PathBuf| {
        let mut objects = answer.remove(path).unwrap_or_default();
        for object in objects.as_array_mut().into_iter().flatten() {
            spoken::as_run(object);
            read_files(object);
        }
        Files::from([("the objects".to_owned(), objects)])
    };
    paths.iter().map(objects).collect()
}

/// Reads the files in a ConfigMap. A `.conf` of the user's is a text.
fn read_files(object: &mut Value) {
    let files = object.get_mut("data").and_then(Value::as_object_mut);
    for (name, file) in files.into_iter().flatten() {
        let text = file.as_str().unwrap_or_default();
        let tree = match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("json") => read::json(text),
            Some("yml" | "yaml") => read::yaml(text),
            _ => continue,
        };
        *file = tree.unwrap_or_else(|printed| panic!("{name}: {printed}"));
    }
}

/// Python reads the DAGs; a Markdown parser reads their documentation.
pub fn python(trees: &[&Tree]) -> Vec<Files> {
    let files = files(trees, "airflow/dags", &[".py"]);
    let mut answer = answer(&mut python_script("airflow", "python_tree.py"), &files);
    for (path, value) in &mut answer {
        if path.to_string_lossy().ends_with(" doc_md") {
            let page = value[0].as_str().expect("a DAG is documented");
            *value = read::markdown(page).expect("any text is Markdown");
        }
    }
    by_tree(trees, answer)
}

/// Airflow loads the DAGs, once beside Compose and once in a cluster, and renders every task.
pub fn airflow(trees: &[&Tree]) -> Vec<Files> {
    let folders: Vec<PathBuf> = trees
        .iter()
        .map(|tree| tree.path.join("airflow/dags"))
        .collect();
    let home = tempfile::tempdir().expect("a temporary folder");
    let ask = |environment: &[(&str, &str)]| {
        let mut command = python_script("airflow", "airflow_rendered.py");
        command
            .envs(environment.iter().copied())
            .env("AIRFLOW_HOME", home.path())
            .env("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
            .env("AIRFLOW__LOGGING__LOGGING_LEVEL", "CRITICAL")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("KEY", "the key");
        answer(&mut command, &folders)
    };
    let mut here = ask(&[]);
    let mut there = ask(&[
        ("KUBERNETES_SERVICE_HOST", "10.0.0.1"),
        ("KUBERNETES_SERVICE_PORT", "443"),
        ("MLOPSGEN_SECRET", "the-secret"),
    ]);
    let of_tree = |folder: &PathBuf| {
        let mut pods = there.remove(folder).unwrap_or_default();
        for dag in pods.as_object_mut().into_iter().flatten() {
            let tasks = dag.1["tasks"].as_object_mut().into_iter().flatten();
            tasks.for_each(|(_, pod)| spoken::as_run(pod));
        }
        Files::from([
            (
                "beside Compose".to_owned(),
                here.remove(folder).unwrap_or_default(),
            ),
            ("in a cluster".to_owned(), pods),
        ])
    };
    folders.iter().map(of_tree).collect()
}

/// The Groovy that Jenkins carries reads the Jenkinsfiles.
pub fn groovy(trees: &[&Tree]) -> Vec<Files> {
    let files = files(trees, "jenkins", &["Jenkinsfile"]);
    by_tree(
        trees,
        answer(&mut groovy_script("groovy_tree.groovy"), &files),
    )
}

/// A reader of `.env` files reads `.env.example`: the variables, and that none has a value.
pub fn dotenv(trees: &[&Tree]) -> Vec<Files> {
    let files: Vec<PathBuf> = trees
        .iter()
        .map(|tree| tree.path.join(Path::new("compose/.env.example")))
        .collect();
    by_tree(
        trees,
        answer(&mut python_script("checks", "dotenv_to_json.py"), &files),
    )
}
