//! Names of the user's as names of Python.

use std::collections::BTreeSet;

/// Python's keywords, those that are such only in some places included.
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "case", "class",
    "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if",
    "import", "in", "is", "lambda", "match", "nonlocal", "not", "or", "pass", "raise", "return",
    "try", "type", "while", "with", "yield",
];

/// What a DAG file itself names.
const NAMES_OF_DAGS: &[&str] = &[
    "DAG",
    "IN_CLUSTER",
    "Path",
    "Pipeline",
    "Resources",
    "Secret",
    "TEMPLATES",
    "Volume",
    "namespace",
    "pendulum",
    "pipeline",
    "public",
    "str",
    "sys",
    "timedelta",
];

/// A name as an identifier of Python: `a-b` is `a_b`, `class` is `class_`.
pub fn identifier(name: &str) -> String {
    free(name, &[KEYWORDS])
}

/// A variable for each name, in order, none of them twice.
pub fn variables<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    names
        .map(|name| {
            let mut variable = free(name, &[KEYWORDS, NAMES_OF_DAGS]);
            while !seen.insert(variable.clone()) {
                variable.push('_');
            }
            variable
        })
        .collect()
}

/// The name in Python's letters, with `_` behind it where one of the lists has it.
fn free(name: &str, taken: &[&[&str]]) -> String {
    let mut out = name.replace('-', "_");
    if taken.iter().any(|names| names.contains(&out.as_str())) {
        out.push('_');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_becomes_a_variable_of_its_own() {
        let names = ["a-b", "a_b", "a_b_", "class", "IN_CLUSTER", "sys", "train"];
        assert_eq!(
            variables(names.into_iter()),
            [
                "a_b",
                "a_b_",
                "a_b__",
                "class_",
                "IN_CLUSTER_",
                "sys_",
                "train"
            ]
        );
    }

    #[test]
    fn only_a_keyword_can_not_be_the_name_of_a_function() {
        assert_eq!(identifier("sys"), "sys");
        assert_eq!(identifier("yield"), "yield_");
    }
}
