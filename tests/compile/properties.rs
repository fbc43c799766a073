//! What holds for every input: no panic, the same answer twice, and no meaning in the order of tables.

use std::collections::BTreeSet;

use mlopsgen::{
    compile::{Compilation, Request, compile},
    diag::render,
    files::Target,
    world::MemoryWorld,
};
use proptest::prelude::*;

/// Platforms to start from: small ones of all sorts, and this repository's own.
const SEEDS: [&str; 5] = [
    include_str!("../errors/wrong-type-breaks-nothing-else.toml"),
    include_str!("../errors/database-shared-default.toml"),
    include_str!("../errors/port-clash-none.toml"),
    include_str!("../errors/bad-reference-shell-is-free.toml"),
    include_str!("../../platform.toml"),
];

/// Text that people and editors insert by mistake.
const INTRUDERS: [&str; 36] = [
    "\u{feff}",
    "\r\n",
    "\0",
    "\u{202e}",
    "é",
    "\u{1b}[31m",
    "\"",
    "'",
    "\"\"\"",
    "\\",
    "\\u0000",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    ".",
    ",",
    "#",
    "${",
    "$${",
    "${self.",
    "${components.",
    "${secrets.db-password}",
    "false",
    "true",
    "{ unset = true }",
    "-1",
    "1e400",
    "0x",
    "nan",
    "99999999999999999999",
    "1979-05-27",
    "components",
];

fn run(text: impl Into<Vec<u8>>, targets: Option<BTreeSet<Target>>) -> Compilation {
    let world = MemoryWorld::new()
        .with("platform.toml", text)
        .with("config/app.yaml", "a: 1\n");
    let request = Request {
        targets,
        ..Request::default()
    };
    compile(&world, &request)
}

/// All that a user would see.
fn printed(compilation: &Compilation) -> String {
    let style = render::Style {
        color: false,
        width: 100,
    };
    let json = render::json(&compilation.diagnostics, &compilation.sources);
    format!(
        "{}{json:?}",
        render::human(&compilation.diagnostics, &compilation.sources, style)
    )
}

/// Codes and words of the messages, sorted: places, and the order of names, depend on the text.
fn messages(compilation: &Compilation) -> Vec<String> {
    let mut messages: Vec<String> = compilation
        .diagnostics
        .iter()
        .map(|diagnostic| {
            let mut words: Vec<&str> = diagnostic.message.split(' ').collect();
            words.sort_unstable();
            format!("{}: {}", diagnostic.code.name(), words.join(" "))
        })
        .collect();
    messages.sort();
    messages
}

/// No file is generated: this tests the checks, which come before.
fn checked(text: impl Into<Vec<u8>>) -> Compilation {
    run(text, Some(BTreeSet::new()))
}

/// One edit of the text at a place in thousandths of its length.
#[derive(Clone, Debug)]
enum Edit {
    Cut(usize, usize),
    Insert(usize, usize),
    Byte(usize, u8),
    DropLine(usize),
    SwapLines(usize, usize),
    /// Gives a line's key the value of another line.
    OtherValue(usize, usize),
    RepeatLine(usize),
    Truncate(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let place = 0..1000usize;
    prop_oneof![
        (place.clone(), 1..40usize).prop_map(|(at, length)| Edit::Cut(at, length)),
        (place.clone(), 0..INTRUDERS.len()).prop_map(|(at, which)| Edit::Insert(at, which)),
        (place.clone(), any::<u8>()).prop_map(|(at, byte)| Edit::Byte(at, byte)),
        place.clone().prop_map(Edit::DropLine),
        (place.clone(), place.clone()).prop_map(|(one, other)| Edit::SwapLines(one, other)),
        (place.clone(), place.clone()).prop_map(|(one, other)| Edit::OtherValue(one, other)),
        place.clone().prop_map(Edit::RepeatLine),
        place.prop_map(Edit::Truncate),
    ]
}

fn apply(bytes: &mut Vec<u8>, edit: &Edit) {
    let at = |place: usize, length: usize| place * length / 1000;
    let mut lines: Vec<Vec<u8>> = bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    let count = lines.len();
    match edit {
        Edit::Cut(place, length) => {
            let start = at(*place, bytes.len());
            bytes.drain(start..(start + length).min(bytes.len()));
            return;
        }
        Edit::Insert(place, which) => {
            let start = at(*place, bytes.len());
            bytes.splice(start..start, INTRUDERS[*which].bytes());
            return;
        }
        Edit::Byte(place, byte) => {
            let start = at(*place, bytes.len());
            if let Some(old) = bytes.get_mut(start) {
                *old = *byte;
            }
            return;
        }
        Edit::Truncate(place) => {
            bytes.truncate(at(*place, bytes.len()));
            return;
        }
        Edit::DropLine(place) => {
            lines.remove(at(*place, count));
        }
        Edit::SwapLines(one, other) => lines.swap(at(*one, count), at(*other, count)),
        Edit::RepeatLine(place) => {
            let line = lines[at(*place, count)].clone();
            lines.insert(at(*place, count), line);
        }
        Edit::OtherValue(one, other) => {
            let split = |line: &[u8]| line.iter().position(|byte| *byte == b'=');
            let (one, other) = (at(*one, count), at(*other, count));
            if let (Some(key), Some(value)) = (split(&lines[one]), split(&lines[other])) {
                lines[one] = [&lines[one][..key], &lines[other][value..]].concat();
            }
        }
    }
    *bytes = lines.join(&b'\n');
}

/// The file as its top-level tables, each with the lines up to the next heading.
fn tables(text: &str) -> Vec<String> {
    let mut tables: Vec<String> = vec![String::new()];
    for line in text.lines() {
        // Headings of one array or of one table's parts stay together.
        let heading = line.starts_with("[components.") || line.starts_with("[platform]");
        if heading && !line.contains(".parts") && line.matches('.').count() < 2 {
            tables.push(String::new());
        }
        if let Some(last) = tables.last_mut() {
            last.push_str(line);
            last.push('\n');
        }
    }
    tables
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_edit_makes_it_panic(
        seed in 0..SEEDS.len(),
        edits in prop::collection::vec(edit(), 1..8),
    ) {
        let mut bytes = SEEDS[seed].as_bytes().to_vec();
        for edit in &edits {
            apply(&mut bytes, edit);
        }
        let first = checked(bytes.clone());
        prop_assert_eq!(printed(&first), printed(&checked(bytes)));
    }

    #[test]
    fn no_text_makes_it_panic(text in "(?s).{0,200}") {
        printed(&checked(text));
    }

    /// The signs of which slips are made, and blanks of several kinds.
    #[test]
    fn no_slip_makes_it_panic(text in "[ \\t\\n\u{a0}\u{feff}={}()\\[\\]\"'`#.:;,|&*<>$%@+\\-\\\\aé1]{0,60}") {
        printed(&checked(text));
    }

    #[test]
    fn no_toml_makes_it_panic(
        keys in prop::collection::vec(("[a-z_]{1,12}", 0..INTRUDERS.len()), 0..12),
        heading in prop::sample::select(vec!["", "[platform]", "[components.x]", "[pipelines.p.tasks]", "[ci.c]", "[[flows]]", "[vars]", "[secrets]"]),
    ) {
        let mut text = format!("{heading}\n");
        for (key, value) in keys {
            text.push_str(&format!("{key} = {}\n", INTRUDERS[value]));
        }
        printed(&checked(text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_wrong_does_not_depend_on_the_order_of_tables(seed in 0..SEEDS.len(), key in any::<u64>()) {
        let mut parts = tables(SEEDS[seed]);
        let first = checked(parts.concat());
        let head = parts.remove(0);
        // A cheap shuffle: sorted by a hash of the key and the place.
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|index| (*index as u64 + 1).wrapping_mul(key | 1).rotate_left(17));
        let shuffled: String = order.iter().map(|index| parts[*index].as_str()).collect();
        let second = checked(format!("{head}{shuffled}"));
        prop_assert_eq!(messages(&first), messages(&second));
    }

    #[test]
    fn whatever_compiles_compiles_again(seed in 0..SEEDS.len() - 1, edits in prop::collection::vec(edit(), 0..3)) {
        let mut bytes = SEEDS[seed].as_bytes().to_vec();
        for edit in &edits {
            apply(&mut bytes, edit);
        }
        let files = |bytes: Vec<u8>| run(bytes, None).output.map(|output| output.files);
        prop_assert_eq!(files(bytes.clone()), files(bytes));
    }
}
