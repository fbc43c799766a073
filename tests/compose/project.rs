//! A project in memory, what the target makes of it, and what Compose reads from that.

use std::{collections::BTreeMap, fs, process::Command};

use mlopsgen::{
    catalog::Catalog,
    diag::{Diagnostic, Severity, Sink},
    graph, project,
    resolve::{Inputs, resolve},
    source::Sources,
    target::{Context, Emission, Vantage, compose, config},
    template::Engine,
    world::MemoryWorld,
};
use serde_json::Value;

pub struct Project {
    world: MemoryWorld,
    environment: Option<String>,
}

pub struct Emitted(Emission);

impl Project {
    pub fn new(platform: &str) -> Self {
        Self {
            world: MemoryWorld::new().with("platform.toml", platform),
            environment: None,
        }
    }

    pub fn file(mut self, path: &str, text: &str) -> Self {
        self.world = self.world.with(path, text);
        self
    }

    pub fn environment(mut self, name: &str) -> Self {
        self.world = self.world.with(&format!("platform.{name}.toml"), "");
        self.environment = Some(name.to_string());
        self
    }

    pub fn emit(self) -> Emitted {
        let mut sink = Sink::default();
        let mut sources = Sources::default();
        let environment = self.environment.as_deref();
        let tree = project::read(
            &self.world,
            "platform.toml",
            environment,
            &mut sources,
            &mut sink,
        )
        .expect("a platform");
        let engine = Engine::new(Vec::new()).expect("the templates are well-formed");
        let inputs = Inputs {
            world: &self.world,
            engine: &engine,
            catalog: &mut Catalog::new(BTreeMap::new()),
            sources: &mut sources,
            environment: self.environment.clone(),
        };
        let platform = resolve(&tree, inputs, &mut sink);
        let errors: Vec<Diagnostic> = sink
            .finish()
            .into_iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
        let graph = graph::build(&platform);
        let emit = |mounted: &BTreeMap<String, String>, target: Emit| {
            let context = Context {
                platform: &platform,
                graph: &graph,
                engine: &engine,
                vantage: Vantage::Compose,
                mounted,
            };
            target(&context).expect("the templates render")
        };
        let config = emit(&BTreeMap::new(), config::emit);
        let mounted = config
            .files
            .files
            .iter()
            .map(|(path, file)| (path.clone(), file.text.clone()))
            .collect();
        let mut emission = emit(&mounted, compose::emit);
        emission.files.files.extend(config.files.files);
        Emitted(emission)
    }
}

type Emit = fn(&Context<'_>) -> Result<Emission, mlopsgen::template::TemplateError>;

impl Emitted {
    pub fn text(&self, path: &str) -> &str {
        &self.0.files.files[path].text
    }

    pub fn paths(&self, prefix: &str) -> Vec<&str> {
        self.0
            .files
            .files
            .keys()
            .map(String::as_str)
            .filter(|path| path.starts_with(prefix))
            .collect()
    }

    pub fn losses(&self) -> &[Diagnostic] {
        &self.0.losses
    }

    /// What Compose reads from these files; `None` where there is no Compose. Any word on standard error is a failure.
    pub fn read_back(&self, files: &[&str]) -> Option<Value> {
        let binary = std::env::var("MLOPSGEN_COMPOSE").ok()?;
        let folder = tempfile::tempdir().expect("a folder");
        for (path, file) in &self.0.files.files {
            let path = folder.path().join("generated").join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, &file.text).expect("a file");
        }
        let mut command = Command::new(binary);
        command.env("TOKEN", "filled");
        for file in files {
            let path = folder.path().join("generated/compose").join(file);
            command.arg("-f").arg(path);
        }
        let output = command
            .args(["--profile", "*", "config", "--format", "json"])
            .output()
            .expect("Compose runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success() && said.is_empty(),
            "{files:?}: {said}"
        );
        // What it prints is a Compose file again, with every `$` doubled.
        let json = String::from_utf8(output.stdout).expect("UTF-8");
        Some(serde_json::from_str(&json.replace("$$", "$")).expect("JSON"))
    }
}

pub fn service<'a>(read: &'a Value, name: &str) -> &'a Value {
    &read["services"][name]
}
