//! The name of a function names what happens: a verb with an object, or what it returns.

use super::{beside_the_crates, sources};

/// Words that were the whole name of a function. They say nothing of what it does.
const RIDDLES: [&str; 28] = [
    "cannot",
    "cut_off",
    "doors",
    "earlier",
    "gets",
    "give",
    "given",
    "holds",
    "in_vain",
    "itself",
    "know",
    "lessen",
    "moved",
    "not_whole",
    "once",
    "outlive",
    "own",
    "paid",
    "rest_settings",
    "rooms",
    "said",
    "surely",
    "taken",
    "tell",
    "tells",
    "told",
    "twice",
    "unlike",
];

#[test]
fn no_name_of_a_function_is_a_riddle() {
    let mut all = sources();
    all.extend(beside_the_crates());
    let mut functions = 0;
    let mut found = Vec::new();
    for file in &all {
        for rest in file.code.split("fn ").skip(1) {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            let name = &rest[..end.unwrap_or(rest.len())];
            functions += 1;
            if RIDDLES.contains(&name) {
                found.push(format!("{}: `{name}`", file.path));
            }
        }
    }
    assert!(functions > 5000, "the functions are found: {functions}");
    assert!(found.is_empty(), "{}", found.join("\n"));
}
