//! A platform that really runs: an engine, real programs under the names that platforms pin, and the generated files as they
//! are, from a clean clone. `./test-live` installs what it needs and runs it.
//!
//! Four tests: a platform that is started, changed, stopped and started again, one behind a door over TLS with stores elsewhere,
//! one whose containers are killed one by one, and one that runs out of memory and of room. The last two wait for alerts most of
//! their time, so they run beside the others.
//! `MLOPSGEN_SKIP_LIVE=1` skips the suite.

mod docker;
mod doors;
mod http;
mod limits;
mod pages;
mod project;
mod prometheus;
mod steps;
mod watch;

use std::{
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use docker::Engine;
use project::{Project, repository};
use steps::{airflow, data, features, files, kafka, metrics, reach, reports, tracking};

/// Platforms with Airflow run one after the other: each of its health checks starts a Python program that reads all of Airflow, and on
/// two processors the checks of two such platforms run into their time limits.
static ALONE: Mutex<()> = Mutex::new(());

fn on_the_engine(test: impl FnOnce()) {
    if std::env::var_os("MLOPSGEN_SKIP_LIVE").is_some_and(|value| value == "1") {
        eprintln!("skipped: MLOPSGEN_SKIP_LIVE=1");
        return;
    }
    let _engine = Engine::start();
    test();
}

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn the_platform_runs() {
    on_the_engine(|| {
        let _alone = alone();
        it_runs();
    });
}

#[test]
fn tls_holds_on_every_way() {
    on_the_engine(|| {
        let _alone = alone();
        timed("one door, and stores elsewhere, over TLS", doors::hold);
    });
}

#[test]
fn what_dies_is_reported_once() {
    on_the_engine(|| {
        let _alone = alone();
        timed("each death is one page", pages::are_right);
    });
}

#[test]
fn what_runs_out_is_reported_once() {
    on_the_engine(|| {
        timed(
            "no memory and no room are a page each",
            limits::are_reported,
        );
    });
}

fn it_runs() {
    let origin = repository("tests/live/platform");
    let live = Project::clone_of(origin.path(), "live");
    for (name, step) in STEPS {
        timed(name, || step(&live));
    }
    drop(live);
    let reference = Project::clone_of(Path::new("."), "mlops-crash-course");
    timed("the reference platform's own groups run", || {
        reports::reference_comes_up(&reference);
    });
}

type Step = (&'static str, fn(&Project));

const STEPS: [Step; 17] = [
    (
        "a busy port stops it before anything starts",
        reports::busy_port,
    ),
    ("everything comes up healthy", reports::everything_comes_up),
    (
        "groups reach each other only along edges",
        reach::only_along_edges,
    ),
    ("MLflow logs a run and registers a model", tracking::logs),
    ("Feast materializes and serves features", features::serves),
    (
        "Kafka takes messages inside and gives them outside",
        kafka::streams,
    ),
    ("Airflow runs the pipelines", airflow::runs_pipelines),
    ("every target is up", metrics::every_target_is_up),
    (
        "every query has data, every rule is evaluated",
        metrics::every_query_has_data,
    ),
    ("a broken component is reported", reports::broken),
    (
        "a changed file restarts exactly its readers",
        files::restarts_readers,
    ),
    (
        "a component moves to another group with its data",
        data::moves,
    ),
    ("an edge that is added opens the way", reach::added_edge),
    ("restart starts the same containers again", files::restart),
    ("data survives down and up", data::survives),
    (
        "down --volumes drops named volumes of its groups alone",
        data::volumes,
    ),
    ("down --purge takes data and nothing else", data::purge),
];

fn timed(name: &str, step: impl FnOnce()) {
    let start = Instant::now();
    eprintln!("{name} ...");
    step();
    eprintln!("    {:.0} s", start.elapsed().as_secs_f32());
}
