//! Pictures of platforms by chance, of the sizes that people draw.

use std::collections::BTreeSet;

use super::check;

/// Numbers by chance, the same ones for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }
}

/// A platform as people write them: groups, stores that many need, pipelines, actors and flows.
fn platform(count: usize, seed: u64) -> String {
    let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1);
    let groups = count.div_ceil(5);
    let mut text =
        "[platform]\nname = \"p\"\n[actors]\na = \"Analyst\"\nb = \"Customer\"\n[groups]\n"
            .to_string();
    for group in 0..groups {
        text.push_str(&format!("g{group} = \"Group {group}\"\n"));
    }
    for index in 0..count {
        text.push_str(&component(index, (count, groups), &mut chance));
    }
    for pipeline in 0..count / 8 {
        text.push_str(&format!(
            "[pipelines.p{pipeline}]\nimage = \"a:1\"\nreaches = [\"c{}\"]\ntasks.a = {{ run = \"x\" }}\n",
            chance.below(count)
        ));
    }
    for step in 0..count / 2 {
        let from = match chance.below(6) {
            0 => "a".to_string(),
            1 => "b".to_string(),
            _ => format!("c{}", chance.below(count)),
        };
        let to = format!("c{}", chance.below(count));
        if from != to {
            text.push_str(&format!(
                "[[flows]]\nstep = {step}\nfrom = \"{from}\"\nto = \"{to}\"\nlabel = \"sends\"\n"
            ));
        }
    }
    text
}

fn component(index: usize, (count, groups): (usize, usize), chance: &mut Chance) -> String {
    let reaches: BTreeSet<usize> = (0..chance.below(4)).map(|_| chance.below(count)).collect();
    let others = reaches.into_iter().filter(|other| *other != index);
    let others: Vec<String> = others.map(|other| format!("\"c{other}\"")).collect();
    let port = match chance.below(3) {
        0 => format!("ports.http = {{ container = 80, host = {} }}", 9000 + index),
        _ => "ports.http = 80".to_string(),
    };
    format!(
        "[components.c{index}]\nimage = \"a:1\"\ngroup = \"g{}\"\n{port}\nreaches = [{}]\n",
        chance.below(groups),
        others.join(", ")
    )
}

#[test]
fn platforms_by_chance_are_pictures() {
    let sizes = [
        (5, 0..6),
        (12, 0..4),
        (20, 14..20),
        (32, 0..2),
        (60, 0..2),
        (200, 0..1),
    ];
    for (count, seeds) in sizes {
        seeds.for_each(|seed| check(&platform(count, seed)));
    }
}
