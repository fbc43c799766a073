//! Whether eight times as many of a thing take about eight times as long, not sixty-four times: of each thing of `growth.toml`.
//!
//! `cargo bench --bench growth` prints a line each and fails where one grows faster. `cargo bench --bench growth -- volumes` takes
//! those alone that have the word in their name; `MLOPSGEN_GROWTH=8000` compiles platforms with so many of each.

use std::{collections::BTreeMap, env, process::ExitCode, time::Duration};

use mlopsgen::{
    compile::{Request, compile},
    world::MemoryWorld,
};
use serde::Deserialize;

#[path = "../tests/support/cost.rs"]
mod cost;

/// How many times as many the larger platform has, and how many times as long it may take.
const STEP: usize = 8;
const SLOWER: u32 = 16;

/// What a measurement may be off by.
const NOISE: Duration = Duration::from_millis(50);

/// Other programs empty the processor's caches: what seems slow is measured so many times, and the shortest time counts.
const TRIES: usize = 3;

/// A platform is this many times smaller where each of what is repeated is dear.
const FEW: usize = 8;

/// How many of what is repeated the larger platform has.
const MANY: usize = 4_000;

/// What a word for itself in a text stands for: a component on its own, and one of many.
const WORDS: [(&str, &str); 2] = [
    (
        "ONE",
        "[components.c]\nimage = \"x:1\"\ngroup = \"main\"\nports.http = 80",
    ),
    (
        "ANY",
        "[components.c{i}]\nimage = \"x:1\"\ngroup = \"main\"",
    ),
];

const HEAD: &str = "[platform]\nname = \"demo\"\n[groups.main]\ndescription = \"All\"\n";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    text: Vec<String>,
    #[serde(default)]
    errors: bool,
    #[serde(default)]
    few: bool,
}

impl Shape {
    fn platform(&self, number: usize) -> String {
        let mut out = HEAD.to_string();
        for piece in &self.text {
            let piece = WORDS.iter().fold(piece.clone(), |piece, (word, text)| {
                piece
                    .strip_prefix(word)
                    .map_or(piece.clone(), |rest| format!("{text}{rest}"))
            });
            let times = if piece.contains("{i}") { number } else { 1 };
            for it in 0..times {
                let next = ((it + 1) % number).to_string();
                out.push_str(
                    &piece
                        .replace("{i}", &it.to_string())
                        .replace("{next}", &next),
                );
                out.push('\n');
            }
        }
        out
    }

    /// What it costs to compile so many.
    fn cost(&self, name: &str, number: usize) -> Duration {
        let world = MemoryWorld::new().with("platform.toml", self.platform(number));
        let (compilation, cost) = cost::cost(|| compile(&world, &Request::default()));
        let first = compilation
            .diagnostics
            .iter()
            .find(|_| compilation.has_errors());
        assert_eq!(
            compilation.has_errors(),
            self.errors,
            "{name}: {:?}",
            first.map(|it| &it.message)
        );
        cost
    }

    /// Compiles few and many; prints what each takes and returns whether that is in proportion.
    fn is_in_proportion(&self, name: &str, many: usize) -> bool {
        let many = if self.few { many / FEW } else { many };
        let (mut few, mut large) = (Duration::MAX, Duration::MAX);
        for _ in 0..TRIES {
            few = few.min(self.cost(name, many / STEP));
            large = large.min(self.cost(name, many));
            if large <= few * SLOWER + NOISE {
                println!(
                    "{name}: {} in {few:.1?}, {many} in {large:.1?}",
                    many / STEP
                );
                return true;
            }
        }
        println!(
            "{name}: {} in {few:.1?}, {many} in {large:.1?}: TOO SLOW",
            many / STEP
        );
        false
    }
}

fn main() -> ExitCode {
    let tables: BTreeMap<String, BTreeMap<String, Shape>> =
        toml::from_str(include_str!("growth.toml")).expect("the table is well formed");
    let many = env::var("MLOPSGEN_GROWTH").map_or(MANY, |it| it.parse().expect("a number"));
    // cargo adds `--bench`.
    let words: Vec<String> = env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let mut slow = 0;
    for (table, shapes) in tables {
        for (name, shape) in shapes {
            let name = format!("{table}.{name}");
            let asked = words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
            slow += usize::from(asked && !shape.is_in_proportion(&name, many));
        }
    }
    ExitCode::from(u8::from(slow > 0))
}
