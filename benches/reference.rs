//! How long the root platform takes: to check, to compile, and to plan against the disk.
//!
//! `cargo bench` prints a figure each; `whole plan` is the program from its start to its end, as a user waits for it.

use std::{fs, hint::black_box, path::Path, process::Command};

use criterion::{Criterion, criterion_group, criterion_main};
use mlopsgen::{
    compile::{Request, compile},
    world::MemoryWorld,
};

/// The root platform with every file that it reads, in memory: what is timed is the compiler, not the disk.
fn reference() -> MemoryWorld {
    let text = fs::read_to_string("platform.toml").expect("the root platform.toml can be read");
    MemoryWorld::new().with("platform.toml", text)
}

fn compiles(criterion: &mut Criterion) {
    let world = reference();
    let nothing = Request {
        targets: Some(std::collections::BTreeSet::new()),
        ..Request::default()
    };
    assert!(
        compile(&world, &nothing).output.is_ok(),
        "the root platform compiles"
    );
    criterion.bench_function("compile", |bench| {
        bench.iter(|| black_box(compile(&world, &Request::default())));
    });
}

fn plans(criterion: &mut Criterion) {
    let program = Path::new(env!("CARGO_BIN_EXE_mlopsgen"));
    let run = |command: &str| {
        Command::new(program)
            .args([command, "--quiet"])
            .output()
            .expect("the program runs")
    };
    assert!(run("plan").status.success());
    criterion.bench_function("whole validate", |bench| bench.iter(|| run("validate")));
    criterion.bench_function("whole plan", |bench| bench.iter(|| run("plan")));
}

criterion_group!(reference_platform, compiles, plans);
criterion_main!(reference_platform);
