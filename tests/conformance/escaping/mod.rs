//! Any string in any place of platform.toml is read back unchanged by the real consumers of the generated files.
//!
//! Hostile platforms (see tests/compile/escaping) are compiled and compared with a harmless one: the same tree, and in the place
//! of each word the string that the user wrote. `broken/escaping.toml` lists faults that the readers have to notice.

#[path = "../../compile/escaping/compare.rs"]
mod compare;
#[path = "../../compile/escaping/hostile.rs"]
mod hostile;
mod alerts;
mod literals;
#[expect(dead_code, reason = "tests/compile/escaping itself reads the pictures")]
#[path = "../../compile/escaping/read.rs"]
mod read;
mod readers;
mod spoken;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use mlopsgen::{
    compile::{Request, compile},
    world::MemoryWorld,
};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    support::compiled::texts,
    tree::{self, Tree},
};
use compare::Expected;
use hostile::{BLANK, Platform, STRINGS};

/// What a reader finds in trees: for each the files, by their paths in it, with what was read of them.
type Reader = fn(&[&Tree]) -> Vec<Files>;
type Files = BTreeMap<String, Value>;

/// One compiled platform.
struct Compiled {
    tree: Tree,
    /// The string at each of its places.
    strings: Vec<String>,
}

/// A hostile platform and the harmless one that it is compared with, by their indexes in the trial.
struct Pair {
    harmless: usize,
    hostile: usize,
    /// Whether Airflow's templates leave what the tasks run as it is.
    can_be_rendered: bool,
}

#[derive(Default)]
struct Trial {
    compiled: Vec<Compiled>,
    pairs: Vec<Pair>,
}

/// Compiled once for all readers.
static TRIAL: LazyLock<Trial> = LazyLock::new(|| {
    let mut trial = Trial::default();
    let harmless = trial.add(hostile::harmless());
    let runs = places_of_runs(&trial.compiled[harmless]);
    for (index, strings) in strings_of_trials().iter().enumerate() {
        let can_be_rendered = index % 2 == 0;
        let hostile = trial.add(hostile::platform(|place| {
            let rest = strings.iter().cycle().skip(place);
            let fits =
                |text: &&String| !can_be_rendered || !runs.contains(&place) || !is_jinja(text);
            rest.clone().find(fits).cloned().unwrap_or_default()
        }));
        trial.pairs.push(Pair {
            harmless,
            hostile,
            can_be_rendered,
        });
    }
    for strings in strings_of_trials().iter().take(4) {
        let (harmless, hostile) = hostile::forms(|place| strings[place % strings.len()].clone());
        let pair = Pair {
            harmless: trial.add(harmless),
            hostile: trial.add(hostile),
            can_be_rendered: true,
        };
        trial.pairs.push(pair);
    }
    trial
});

/// The folder of all trees. It stays until the next start of the machine, because a static value is never dropped.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("escaping");
    let _ = fs::remove_dir_all(&folder);
    folder
});

impl Trial {
    fn add(&mut self, platform: Platform) -> usize {
        let number = self.compiled.len();
        self.compiled.push(write(&number.to_string(), platform));
        number
    }
}

/// Every string of the table in some places, random strings with fixed seeds, and strings that are invisible.
fn strings_of_trials() -> Vec<Vec<String>> {
    let mut table: Vec<String> = STRINGS.iter().map(ToString::to_string).collect();
    table.push(hostile::long());
    let mut trials = Vec::new();
    for start in [0, 17, 34, 51, 68, 85] {
        let mut rotated = table.clone();
        rotated.rotate_left(start);
        trials.push(rotated);
    }
    trials.extend((1..=6).map(|seed| hostile::random(seed, 120)));
    trials.push(BLANK.iter().map(ToString::to_string).collect());
    trials
}

/// All hostile strings, and some hundred random ones.
fn every_string() -> Vec<String> {
    let table = STRINGS.iter().chain(BLANK).map(ToString::to_string);
    let mut strings: Vec<String> = table.collect();
    strings.push(hostile::long());
    strings.extend(hostile::random(7, 400));
    strings
}

/// Templates begin with these; and a template engine reads every line end as a line feed.
fn is_jinja(text: &str) -> bool {
    ["{{", "{%", "\r"].iter().any(|mark| text.contains(mark))
}

/// The places whose strings a task of Airflow's runs.
fn places_of_runs(harmless: &Compiled) -> BTreeSet<usize> {
    let dag = harmless.tree.path.join("airflow/dags/train.py");
    let dag = fs::read_to_string(dag).expect("there is a DAG");
    let is_run = |place: &usize| {
        let word = hostile::word(*place);
        let mut lines = dag.lines();
        lines.any(|line| line.contains("run=") && line.contains(&word))
    };
    (0..harmless.strings.len()).filter(is_run).collect()
}

fn write(name: &str, platform: Platform) -> Compiled {
    let tree = Tree {
        name: format!("platform {name}"),
        path: FOLDER.join(name),
    };
    for (path, text) in compiled(&platform.world()) {
        let target = tree.path.join(path);
        fs::create_dir_all(target.parent().expect("it is below")).expect("a folder can be made");
        fs::write(target, text).expect("a file can be written");
    }
    Compiled {
        tree,
        strings: platform.strings,
    }
}

/// What a project compiles to: paths and texts.
fn compiled(world: &MemoryWorld) -> BTreeMap<String, String> {
    texts(compile(world, &Request::default()))
        .unwrap_or_else(|printed| panic!("a platform is refused: {printed}"))
}

/// What differs between what was read of the harmless tree and of a hostile one.
fn differences(harmless: &Files, hostile: &Files, strings: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    // The conditions of this one are globs, in which a brace has a meaning of its own.
    let files = harmless
        .iter()
        .filter(|(path, _)| *path != "jenkins/paths/Jenkinsfile");
    for (path, wanted) in files {
        // The chart has another form for a file that is no plain text.
        let in_chart = path.starts_with("helm/p/files/config/");
        match hostile.get(path) {
            Some(read) => {
                let (mut wanted, mut read) = (wanted.clone(), read.clone());
                compare::without_choices(path, &mut wanted);
                compare::without_choices(path, &mut read);
                let expected = compare::expected(path, strings);
                // A page has no paragraph for an invisible text.
                if path.ends_with(" doc_md") && is_blank(&expected, &wanted[1]) {
                    continue;
                }
                let printed = expected.differences(&wanted, &read);
                found.extend(
                    printed
                        .into_iter()
                        .map(|printed| format!("{path}{printed}")),
                );
            }
            None if in_chart => {}
            None => found.push(format!("{path} is missing")),
        }
    }
    found
}

/// Whether the string in the place of a harmless word is invisible.
fn is_blank(expected: &Expected<'_>, wanted: &Value) -> bool {
    let meant = expected.meant(wanted.as_str().unwrap_or_default(), str::to_owned);
    (expected.seen)(&meant).is_empty()
}

fn keeps_every_string(name: &str, reader: Reader) {
    let by_airflow = name == "airflow";
    let pairs = TRIAL.pairs.iter();
    let pairs: Vec<&Pair> = pairs
        .filter(|pair| !by_airflow || pair.can_be_rendered)
        .collect();
    let wanted: BTreeSet<usize> = pairs
        .iter()
        .flat_map(|pair| [pair.harmless, pair.hostile])
        .collect();
    let trees: Vec<&Tree> = wanted
        .iter()
        .map(|number| &TRIAL.compiled[*number].tree)
        .collect();
    let read: BTreeMap<usize, Files> = wanted.into_iter().zip(reader(&trees)).collect();
    let mut found = Vec::new();
    for pair in pairs {
        assert!(!read[&0].is_empty(), "{name} reads nothing");
        let hostile = &TRIAL.compiled[pair.hostile];
        let printed = differences(
            &read[&pair.harmless],
            &read[&pair.hostile],
            &hostile.strings,
        );
        found.extend(
            printed
                .into_iter()
                .map(|printed| format!("{}: {printed}", hostile.tree.name)),
        );
    }
    assert!(
        found.is_empty(),
        "{name}: {} faults:\n{}",
        found.len(),
        found.join("\n")
    );
}

/// An edit of a file of the harmless tree, and what the reader has to find.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    file: String,
    replace: String,
    with: String,
    finding: String,
}

fn notices_every_fault(name: &str, reader: Reader) {
    let list = include_str!("../broken/escaping.toml");
    let mut faults: BTreeMap<String, BTreeMap<String, Fault>> =
        toml::from_str(list).expect("the list of faults is TOML");
    let faults = faults.remove(name).unwrap_or_default();
    assert!(!faults.is_empty(), "{name} has no fault: can it fail?");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let broken: Vec<Tree> = faults
        .iter()
        .map(|(fault_name, fault)| fault.applied(fault_name, folder.path()))
        .collect();
    let trees: Vec<&Tree> = std::iter::once(&TRIAL.compiled[0].tree)
        .chain(&broken)
        .collect();
    let read = reader(&trees);
    for ((fault_name, fault), broken) in faults.iter().zip(&read[1..]) {
        let found = differences(&read[0], broken, &TRIAL.compiled[0].strings);
        assert!(
            found.iter().any(|printed| printed.contains(&fault.finding)),
            "{name}, {fault_name}: wanted `{}`, got {found:#?}",
            fault.finding
        );
    }
}

impl Fault {
    /// The harmless tree with this fault, in its own folder.
    fn applied(&self, name: &str, folder: &Path) -> Tree {
        let path = folder.join(name);
        tree::copy(&TRIAL.compiled[0].tree.path, &path);
        let file = path.join(&self.file);
        let text = fs::read_to_string(&file).expect("the fault names a file");
        assert!(
            text.contains(&self.replace),
            "{name}: `{}` is not in {text}",
            self.replace
        );
        fs::write(&file, text.replacen(&self.replace, &self.with, 1)).expect("it can be written");
        Tree {
            name: name.to_owned(),
            path,
        }
    }
}

macro_rules! readers {
    ($($name:ident)*) => {$(
        mod $name {
            use super::{keeps_every_string, notices_every_fault, readers};

            #[test]
            fn reads_back_every_string() {
                keeps_every_string(stringify!($name), readers::$name);
            }

            #[test]
            fn finds_every_fault() {
                notices_every_fault(stringify!($name), readers::$name);
            }
        }
    )*};
}

readers! { pyyaml compose helm python airflow groovy dotenv }
