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
        ("config/server/app.yml".to_string(), sample::NASTY.to_string()),
        ("prometheus/rules/db.yml".to_string(), "groups: []\n".to_string()),
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
fn dump() {
    let out = std::path::PathBuf::from(std::env::var("OUT").unwrap_or("/tmp/hv/out".into()));
    for (name, platform) in [("full", sample::full()), ("small", sample::platform(vec![sample::component(vec![sample::workload("only")])]))] {
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
