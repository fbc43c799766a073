//! DAGs and Jenkinsfiles of `tests/pipelines/platform.toml`, compared whole with what stands beside it.
//! `BLESS=1 cargo test --test pipelines` rewrites the expected files.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use mlopsgen::{
    compile::{Request, compile},
    diag::Severity,
    files::FileSet,
    target::{Context, Emission, Vantage, airflow, jenkins},
    template::{Engine, TemplateError},
    world::MemoryWorld,
};

type Emit = fn(&Context<'_>) -> Result<Emission, TemplateError>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pipelines")
}

fn emit(target: Emit) -> Emission {
    let text = fs::read_to_string(folder().join("platform.toml")).expect("the platform is there");
    let world = MemoryWorld::new().with("platform.toml", text);
    let compilation = compile(&world, &Request::default());
    let errors: Vec<_> = compilation
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .collect();
    let Some(output) = &compilation.output else {
        panic!("{errors:#?}");
    };
    let context = Context {
        platform: &output.platform,
        graph: &output.graph,
        engine: &Engine::new(Vec::new()).expect("the embedded templates can be read"),
        vantage: Vantage::Compose,
        mounted: &BTreeMap::new(),
    };
    target(&context).unwrap_or_else(|error| panic!("{error:?}"))
}

fn compare(files: &FileSet) {
    let generated = files.files.iter().map(|(path, file)| (path, &file.text));
    let stubs = files.stubs.iter().map(|stub| (&stub.path, &stub.text));
    for (path, text) in generated.chain(stubs) {
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

#[test]
fn pipelines_become_dags_and_stubs() {
    let emission = emit(airflow::emit);
    compare(&emission.files);
    let losses: Vec<&str> = emission
        .losses
        .iter()
        .map(|loss| loss.message.as_str())
        .collect();
    assert_eq!(
        losses,
        [
            "in a cluster the tasks of `training_pipeline` do not mount `volumes.artifacts`: its source is a folder of the project",
            "the task `train` of `training_pipeline` has no limit of processors under Compose: Airflow's Docker operator knows none",
        ]
    );
}

#[test]
fn ci_entries_become_jenkinsfiles() {
    compare(&emit(jenkins::emit).files);
}
