mod sample;

use std::collections::BTreeMap;

use crate::{
    graph,
    model::Platform,
    target::{Context, Emission, Vantage},
    template::Engine,
};

fn emit(platform: &Platform) -> Emission {
    let graph = graph::build(platform);
    let engine = Engine::new(Vec::new()).expect("the embedded templates");
    let mounted = BTreeMap::from([
        (
            "config/server/app.yml".to_string(),
            sample::NASTY.to_string(),
        ),
        (
            "prometheus/rules/db.yml".to_string(),
            "groups: []\n".to_string(),
        ),
    ]);
    let context = Context {
        platform,
        graph: &graph,
        engine: &engine,
        vantage: Vantage::Kubernetes,
        mounted: &mounted,
    };
    super::emit(&context).expect("the chart renders")
}

#[test]
fn dump_root() {
    use crate::{
        compile::{Request, compile},
        world::MemoryWorld,
    };
    let text = std::fs::read_to_string("platform.toml").unwrap();
    let mut world = MemoryWorld::new().with("platform.toml", text);
    for e in walkdir::WalkDir::new(".")
        .into_iter()
        .filter_entry(|e| e.file_name() != "target" && e.file_name() != ".git")
        .flatten()
    {
        if e.file_type().is_file() {
            let p = e
                .path()
                .strip_prefix(".")
                .unwrap()
                .to_str()
                .unwrap()
                .to_string();
            if p.starts_with("src") || p.starts_with("templates") || p == "platform.toml" {
                continue;
            }
            world = world.with(&p, std::fs::read(e.path()).unwrap());
        }
    }
    let compiled = compile(&world, &Request::default());
    for d in &compiled.diagnostics {
        println!("{:?} {}", d.code, d.message);
    }
    let output = compiled.output.unwrap();
    let engine = Engine::new(Vec::new()).unwrap();
    let mut mounted = BTreeMap::new();
    let empty = BTreeMap::new();
    let context = Context {
        platform: &output.platform,
        graph: &output.graph,
        engine: &engine,
        vantage: Vantage::Kubernetes,
        mounted: &empty,
    };
    for emission in [
        crate::target::config::emit(&context).unwrap(),
        crate::target::prometheus::emit(&context).unwrap(),
        crate::target::grafana::emit(&context).unwrap(),
        crate::target::airflow::emit(&context).unwrap(),
    ] {
        for (p, f) in emission.files.files {
            mounted.insert(p, f.text);
        }
    }
    let context = Context {
        mounted: &mounted,
        ..context
    };
    let emission = super::emit(&context).unwrap();
    let out = std::path::PathBuf::from("/tmp/hv/out/root");
    let _ = std::fs::remove_dir_all(&out);
    for (path, file) in &emission.files.files {
        let path = out.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &file.text).unwrap();
    }
    for loss in &emission.losses {
        println!("{}", loss.message);
    }
}

#[test]
fn dump() {
    let out = std::path::PathBuf::from(std::env::var("OUT").unwrap_or("/tmp/hv/out".into()));
    for (name, platform) in [
        ("full", sample::full()),
        (
            "small",
            sample::platform(vec![sample::component(vec![sample::workload("only")])]),
        ),
    ] {
        let emission = emit(&platform);
        for (path, file) in &emission.files.files {
            let path = out.join(name).join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &file.text).unwrap();
        }
        for loss in &emission.losses {
            println!("{}", loss.message);
        }
    }
}
