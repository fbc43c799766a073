//! A function fits on a screen. A longer one is one match, one table or one literal: whoever reads it looks for a line.

use std::collections::BTreeMap;

use super::texts;

/// Lines of a function's body.
const LONGEST: usize = 60;

/// Longer ones, each with what it is. The list may only shrink: split a function that does several things one after the other.
const LONGER: [(&str, &str, &str); 24] = [
    ("catalog/load.rs", "kind", "one literal"),
    (
        "check/credentials/logins.rs",
        "logins_are_known_by_what_stands_around_them",
        "one table of cases",
    ),
    ("check/rights.rs", "words_of_lint", "one match"),
    ("cli/notices.rs", "words", "one match"),
    (
        "expand/tag_form.rs",
        "other_form",
        "one choice after the other, each with its message",
    ),
    (
        "graph/texts.rs",
        "workload_texts",
        "a pattern of every field",
    ),
    ("language/context.rs", "below", "one match"),
    ("language/form.rs", "accepts", "one match"),
    ("language/form.rs", "describe", "one match"),
    (
        "language/specification/formats.rs",
        "formats_are_those_of_compose",
        "one table of cases",
    ),
    ("manual/schema.rs", "plain", "one match"),
    ("plan/consequences.rs", "sentence", "one match"),
    ("resolve/reference/port.rs", "part_of_port", "one match"),
    ("resolve/workload.rs", "component", "one literal"),
    ("target/content/docs/graph/json.rs", "value", "one literal"),
    ("target/content/jenkins/bindings.rs", "is_word", "one table"),
    (
        "target/content/own/workload.rs",
        "runtime",
        "a pattern of every field, and one literal",
    ),
    (
        "target/content/own/workload.rs",
        "workload",
        "a pattern of every field, and one literal",
    ),
    ("target/runtime/helm/chart.rs", "values", "one literal"),
    (
        "target/runtime/helm/tests/sample/workloads.rs",
        "server",
        "one literal",
    ),
    (
        "target/runtime/helm/workload.rs",
        "lost_keys",
        "a pattern of every field",
    ),
    ("target/runtime/helm/workload.rs", "values", "one literal"),
    (
        "target/runtime/swarm/losses.rs",
        "of_workload",
        "a pattern of every field, and what is lost of each",
    ),
    ("template/filters.rs", "register", "one table"),
];

/// The functions of a formatted file, each with the lines of its body.
fn functions(text: &str) -> Vec<(&str, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let starts = (0..lines.len()).filter_map(|at| Some((at, name_of_function(lines[at])?)));
    let found = starts.filter_map(|(at, name)| {
        let indent = indent_of(lines[at]);
        let of_function = |line: &&str| indent_of(line) == indent && !line.trim().is_empty();
        let head = lines[at..]
            .iter()
            .position(|line| of_function(line) && line.ends_with(['{', '}', ';']))?;
        // One without a body, or all on one line.
        if !lines[at + head].ends_with('{') {
            return None;
        }
        let body = lines[at + head + 1..].iter();
        let length = body.take_while(|line| !(of_function(line) && line.trim() == "}"));
        Some((name, length.count()))
    });
    found.collect()
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The name of the function whose declaration starts on a line.
fn name_of_function(line: &str) -> Option<&str> {
    let (before, rest) = line.trim_start().split_once("fn ")?;
    let mut words = before.split_whitespace();
    let is_declared = words.all(|word| {
        word.starts_with("pub") || ["const", "in"].contains(&word) || word.ends_with(')')
    });
    let end = rest.find(['(', '<'])?;
    is_declared.then_some(&rest[..end])
}

#[test]
fn a_function_fits_on_a_screen() {
    let sample = "fn a() {}\nfn b(\n    x: u8,\n) -> u8 {\n    if x {\n    }\n    x\n}\nimpl A {\n    pub(in crate::x) const fn c(&self) {\n        0\n    }\n    fn d(&self);\n}\n";
    assert_eq!(
        functions(sample),
        [("b", 3), ("c", 1)],
        "the test sees what it looks for"
    );
    let mut known: BTreeMap<(&str, &str), bool> = LONGER
        .iter()
        .map(|(path, name, _)| ((*path, *name), false))
        .collect();
    let texts = texts();
    let mut count = 0;
    let mut long = Vec::new();
    for (path, text) in &texts {
        for (name, lines) in functions(text) {
            count += 1;
            if lines <= LONGEST {
                continue;
            }
            match known.get_mut(&(path.as_str(), name)) {
                Some(is_found) => *is_found = true,
                None => long.push(format!(
                    "{path}: `{name}` has {lines} lines, more than {LONGEST}"
                )),
            }
        }
    }
    assert!(count > 5000, "the functions are found: {count}");
    assert!(long.is_empty(), "{}", long.join("\n"));
    let shorter = known.iter().filter(|(_, is_found)| !**is_found);
    let shorter: Vec<String> = shorter
        .map(|((path, name), _)| format!("{path}: `{name}`"))
        .collect();
    assert!(
        shorter.is_empty(),
        "these are no longer so long, take them from the list: {}",
        shorter.join(", ")
    );
}
