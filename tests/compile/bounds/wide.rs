//! `wide.toml` lists what can be repeated. Eight times as many take about eight times as long, not sixty-four times.

use std::{collections::BTreeMap, env, time::Duration};

use mlopsgen::{
    compile::{Request, compile},
    world::MemoryWorld,
};
use serde::Deserialize;

use crate::support::cost::cost;

/// How many times as many the larger platform has of what is repeated, and how many times as long it may take.
const STEP: usize = 8;
const SLOWER: u32 = 16;

/// What a measurement may be off by.
const NOISE: Duration = Duration::from_millis(300);

/// A platform is this many times smaller where each of what is repeated is dear.
const FEW: usize = 8;

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
        let (compilation, cost) = cost(|| compile(&world, &Request::default()));
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
}

/// Compares the times of each shape in a table, with this many of what is repeated: a fault shows the better the more there are.
/// `MLOPSGEN_BOUND` names another number.
fn check(table: &str, many: usize) {
    let text = include_str!("wide.toml");
    let mut tables: BTreeMap<String, BTreeMap<String, Shape>> =
        toml::from_str(text).expect("the table is well formed");
    let many = env::var("MLOPSGEN_BOUND").map_or(many, |it| it.parse().expect("a number"));
    let mut slow = Vec::new();
    for (name, shape) in tables.remove(table).expect("it is a table of the file") {
        let many = if shape.few { many / FEW } else { many };
        let (few, many) = (shape.cost(&name, many / STEP), shape.cost(&name, many));
        println!("{name}: {few:?}, then {many:?}");
        if many > few * SLOWER + NOISE {
            slow.push(format!("{name}: {few:?}, then {many:?}"));
        }
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}

#[test]
fn entries_of_one_component_take_time_by_their_number() {
    check("of_one_component", 1_600);
}

#[test]
fn components_take_time_by_their_number() {
    check("of_many_components", 800);
}

#[test]
fn entries_of_the_platform_take_time_by_their_number() {
    check("of_the_platform", 1_600);
}

#[test]
fn mistakes_take_time_by_their_number() {
    check("of_mistakes", 2_400);
}
