//! DAGs and Jenkinsfiles of a platform built by hand, compared whole with `tests/pipelines/`.
//! `BLESS=1 cargo test --test pipelines` rewrites the expected files.

use std::{collections::BTreeMap, fs, path::Path};

use mlopsgen::{
    files::FileSet,
    graph,
    model::{
        Agent, Ci, CiStage, EnvironmentVariable, Mount, MountSource, Parameter, Piece, Pipeline,
        Platform, PlatformVolume, Raw, Resources, Secret, SecretForm, SecretOrigin, SecretVariable,
        Task, TaskBody, Text,
    },
    source::Span,
    target::{Context, Emission, Vantage, airflow, jenkins},
    template::{Engine, TemplateError},
};

/// What is special in a shell, in Jinja, in Python, in Groovy, in Kubernetes or in Jenkins.
const NASTY: &str = "a'b\"c\\d\\u0041\\n $HOME ${X} $(date) $$ $$(Y) ${#list[@]} %s %% {{'{{ x }}'}} \u{e9}\u{2028}\u{1f600} '''x''' \"\"\"y\"\"\" <{ z }> #{q} */ // end.sh";

fn span() -> Span {
    Span::new(mlopsgen::source::Sources::default().add("", ""), 0..0)
}

fn variable(name: &str, pieces: Vec<Piece>) -> EnvironmentVariable {
    EnvironmentVariable {
        name: name.to_string(),
        value: Text { pieces },
        span: span(),
    }
}

fn literal(text: &str) -> Piece {
    Piece::Literal(text.to_string())
}

fn secret(name: &str) -> Piece {
    Piece::Secret(name.to_string())
}

fn task(name: &str, run: &str, after: &[&str]) -> Task {
    Task {
        name: name.to_string(),
        body: TaskBody::Run(Text::literal(run)),
        after: after
            .iter()
            .map(|name| (name.to_string(), span()))
            .collect(),
        image: None,
        env: Vec::new(),
        retries: None,
        timeout: None,
        trigger_rule: None,
        resources: Resources::default(),
        span: span(),
    }
}

fn pipeline(name: &str, tasks: Vec<Task>) -> Pipeline {
    Pipeline {
        name: name.to_string(),
        description: None,
        schedule: None,
        start: None,
        image: Some(Text::literal("mlopsvn/training_pipeline:1.4.0")),
        build: None,
        tags: Vec::new(),
        reaches: Vec::new(),
        retries: 0,
        retry_delay: 300_000,
        timeout: None,
        catchup: false,
        max_active_runs: None,
        params: Vec::new(),
        env: Vec::new(),
        volumes: Vec::new(),
        resources: Resources::default(),
        tasks,
        span: span(),
    }
}

/// A pipeline as people write them.
fn training() -> Pipeline {
    let mut train = task(
        "train",
        "cd src\npython model_training.py --day {{ ds }}\n",
        &["validate"],
    );
    train.timeout = Some(7_200_000);
    train.resources = Resources {
        cpu: Some(500),
        memory: Some(1 << 30),
        gpu: Some(1),
        cpu_limit: None,
    };
    let mut notify = task("notify", "", &["train"]);
    notify.body = TaskBody::Stub;
    notify.trigger_rule = Some("all_done".to_string());
    let extract = task("extract", "cd src && python data_extraction.py", &[]);
    let validate = task("validate", "bash validate.sh", &["extract"]);
    let env = vec![
        variable("MLFLOW_TRACKING_URI", vec![literal("http://mlflow:5000")]),
        variable("REGISTRY_TOKEN", vec![secret("registry-token")]),
        variable(
            "DATABASE_URL",
            vec![
                literal("postgresql://u:"),
                secret("db-password"),
                literal("@db:5432/x"),
            ],
        ),
    ];
    let mut tasks = vec![extract, validate, train, notify];
    for task in &mut tasks {
        task.env = env.clone();
    }
    tasks[2].env.push(variable("EPOCHS", vec![literal("3")]));
    Pipeline {
        description: Some("Trains the *fare* model".to_string()),
        schedule: Some("@daily".to_string()),
        start: Some("2026-01-01".to_string()),
        tags: vec!["training".to_string()],
        retries: 2,
        env,
        params: vec![Parameter {
            name: "days".to_string(),
            value: Raw::Integer(7),
        }],
        volumes: vec![
            mount(
                "artifacts",
                "/artifacts",
                bind("training_pipeline/artifacts"),
            ),
            mount("data", "/data", bind("/srv/data")),
            mount(
                "cache",
                "/cache",
                MountSource::Volume("training-cache".to_string()),
            ),
        ],
        ..pipeline("training_pipeline", tasks)
    }
}

fn bind(path: &str) -> MountSource {
    MountSource::Bind {
        path: path.to_string(),
        data: false,
    }
}

fn mount(name: &str, path: &str, source: MountSource) -> Mount {
    Mount {
        name: name.to_string(),
        path: path.to_string(),
        source,
        read_only: false,
        span: span(),
    }
}

/// A pipeline that tries to break out of its file.
fn nasty() -> Pipeline {
    let run = NASTY.replace("{{'{{ x }}'}}", "{{ '{{ x }}' }}");
    let mut tasks = vec![
        task("class", &run, &[]),
        task("os", "run.sh", &["class"]),
        task("a-b", "x\n", &["class"]),
        task("a_b", "\n", &["os", "a-b"]),
        task("container", "", &["a_b"]),
    ];
    let env = vec![
        variable("NASTY", vec![literal(NASTY)]),
        variable("dotted.name-x", vec![literal("a.sh")]),
        variable("EMPTY", vec![]),
    ];
    for task in &mut tasks {
        task.env = env.clone();
    }
    tasks[1].env = vec![variable("ONLY", vec![literal("1")])];
    Pipeline {
        description: Some(NASTY.to_string()),
        tags: vec![NASTY[..90].to_string()],
        schedule: Some("*/5 * * * *".to_string()),
        env,
        ..pipeline("nasty-one", tasks)
    }
}

fn stage(name: &str, run: &[&str]) -> CiStage {
    CiStage {
        name: name.to_string(),
        run: run.iter().map(|text| Text::literal(*text)).collect(),
        env: Vec::new(),
        secrets: Vec::new(),
        paths: Vec::new(),
        branches: Vec::new(),
        timeout: None,
        agent: None,
        parallel: Vec::new(),
        span: span(),
    }
}

fn ci(name: &str, stages: Vec<CiStage>) -> Ci {
    Ci {
        name: name.to_string(),
        description: None,
        agent: Agent::Any,
        paths: Vec::new(),
        branches: Vec::new(),
        env: Vec::new(),
        secrets: Vec::new(),
        timeout: 3_600_000,
        stages,
        span: span(),
    }
}

fn serving() -> Ci {
    let mut online = stage("online", &["make -C model_serving compose_up"]);
    online.secrets = vec![SecretVariable {
        variable: "DOCKER_PASSWORD".to_string(),
        secret: "registry-token".to_string(),
    }];
    let mut deploy = stage("deploy", &[]);
    deploy.branches = vec!["main".to_string()];
    deploy.parallel = vec![
        stage("batch", &["make -C model_serving deploy_dags"]),
        online,
    ];
    let mut build = stage("build", &["make -C model_serving build_image"]);
    build.timeout = Some(1_800_000);
    build.agent = Some(Agent::Label("gpu".to_string()));
    build.paths = vec!["model_serving/{src,tests}/**".to_string()];
    Ci {
        description: Some("Builds and deploys the model's API".to_string()),
        agent: Agent::Docker("python:3.12".to_string()),
        paths: vec!["model_serving/**".to_string()],
        ..ci("model_serving", vec![build, deploy])
    }
}

fn nasty_ci() -> Ci {
    let mut inner = stage(NASTY, &[NASTY]);
    inner.agent = Some(Agent::Docker("it's".to_string()));
    let mut outer = stage(NASTY, &[]);
    outer.agent = Some(Agent::Label("a && b".to_string()));
    outer.parallel = vec![inner, stage("y", &["line 1\nline 2\n", "echo \"$DOTTED\""])];
    Ci {
        description: Some(NASTY.to_string()),
        env: vec![
            variable("NASTY", vec![literal(NASTY)]),
            variable("in", vec![literal("$x")]),
            variable(
                "URL",
                vec![literal("a$b:"), secret("db-password"), literal("@c")],
            ),
        ],
        secrets: vec![SecretVariable {
            variable: "dotted.token".to_string(),
            secret: "registry-token".to_string(),
        }],
        ..ci("nasty", vec![outer, stage("nothing", &[])])
    }
}

fn platform() -> Platform {
    let declared = |name: &str, env: &str| Secret {
        name: name.to_string(),
        env: env.to_string(),
        description: None,
        optional: false,
        form: SecretForm::Token,
        origin: SecretOrigin::Declared,
        span: span(),
    };
    Platform {
        name: "course".to_string(),
        description: None,
        environment: None,
        targets: mlopsgen::files::Target::ALL.into(),
        variables: Vec::new(),
        secrets: vec![
            declared("registry-token", "REGISTRY_TOKEN"),
            declared("db-password", "DB_PASSWORD"),
        ],
        groups: Vec::new(),
        volumes: vec![PlatformVolume {
            key: "training-cache".to_string(),
            real_name: "course_training-cache".to_string(),
            path: "pipelines.training_pipeline.volumes.cache".to_string(),
            component: None,
            size: None,
            many_writers: true,
            external: false,
            span: span(),
        }],
        networks: Vec::new(),
        components: Vec::new(),
        pipelines: vec![training(), nasty(), pipeline("empty", Vec::new())],
        ci: vec![serving(), nasty_ci()],
        actors: Vec::new(),
        flows: Vec::new(),
        lints: BTreeMap::new(),
        raw_compose: Raw::default(),
        raw_helm: Raw::default(),
        span: span(),
    }
}

type Emit = fn(&Context<'_>) -> Result<Emission, TemplateError>;

fn emit(target: Emit) -> Emission {
    let platform = platform();
    let context = Context {
        platform: &platform,
        graph: &graph::build(&platform),
        engine: &Engine::new(Vec::new()).expect("the embedded templates can be read"),
        vantage: Vantage::Compose,
        mounted: &BTreeMap::new(),
    };
    target(&context).unwrap_or_else(|error| panic!("{error:?}"))
}

fn compare(files: &FileSet) {
    let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pipelines");
    let generated = files.files.iter().map(|(path, file)| (path, &file.text));
    let stubs = files.stubs.iter().map(|stub| (&stub.path, &stub.text));
    for (path, text) in generated.chain(stubs) {
        let path = expected.join(path);
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
            "in a cluster the tasks of `training_pipeline` do not mount `volumes.artifacts`: its source is a folder of the project"
        ]
    );
}

#[test]
fn ci_entries_become_jenkinsfiles() {
    compare(&emit(jenkins::emit).files);
}
