//! How long the root platform takes: each stage of the compiler by itself, the plan, and the whole program.
//!
//! `cargo bench` prints a figure each; `whole plan` is the program from its start to its end, as a user waits for it.

use std::{
    collections::BTreeSet,
    fs,
    hint::black_box,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use criterion::{Criterion, criterion_group, criterion_main};
use mlopsgen::{
    compile::{Request, Stage, compile, compile_watched},
    files::Target,
    plan::{Fingerprints, Found, Inputs, Recorded, plan, read},
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

/// Of many whole compilations, what this stage took.
fn stages(criterion: &mut Criterion) {
    let world = reference();
    for (wanted, name) in Stage::ALL {
        let one_run = || {
            let mut start = Instant::now();
            let mut taken = Duration::ZERO;
            let watch = &mut |ended: Stage| {
                if ended == wanted {
                    taken = start.elapsed();
                }
                start = Instant::now();
            };
            black_box(compile_watched(&world, &Request::default(), watch));
            taken
        };
        criterion.bench_function(name, |bench| {
            bench.iter_custom(|times| (0..times).map(|_| one_run()).sum());
        });
    }
}

/// Of a tree in which every file is as it is wanted.
fn unchanged(criterion: &mut Criterion) {
    let compilation = compile(&reference(), &Request::default());
    let output = compilation.output.expect("the root platform compiles");
    let recorded: Recorded = read(None).expect("no manifest is one");
    let found = Found {
        as_wanted: output.files.files.keys().cloned().collect::<BTreeSet<_>>(),
        ..Found::default()
    };
    let inputs = Inputs {
        file: "platform.toml",
        wanted: &output.files,
        fingerprints: &Fingerprints::of(&output.files),
        targets: &Target::ALL.iter().copied().collect(),
        selected: None,
        recorded: &recorded,
        found: &found,
    };
    criterion.bench_function("plan", |bench| bench.iter(|| black_box(plan(&inputs))));
}

fn plans(criterion: &mut Criterion) {
    let program = Path::new(env!("CARGO_BIN_EXE_mlopsgen"));
    let run = |command: &str| {
        Command::new(program)
            .args([command, "--quiet", "--no-cache"])
            .output()
            .expect("the program runs")
    };
    assert!(run("plan").status.success());
    criterion.bench_function("whole validate", |bench| bench.iter(|| run("validate")));
    criterion.bench_function("whole plan", |bench| bench.iter(|| run("plan")));
}

criterion_group!(reference_platform, compiles, stages, unchanged, plans);
criterion_main!(reference_platform);
