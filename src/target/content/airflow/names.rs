//! Names of the user's as names of Python.

use std::collections::BTreeSet;

/// Words that a generated file can't use as the name of a variable: Python's own and what the file itself defines.
const TAKEN: &[&str] = &[
    "False",
    "None",
    "True",
    "and",
    "as",
    "assert",
    "async",
    "await",
    "break",
    "case",
    "class",
    "continue",
    "def",
    "del",
    "elif",
    "else",
    "except",
    "finally",
    "for",
    "from",
    "global",
    "if",
    "import",
    "in",
    "is",
    "lambda",
    "match",
    "nonlocal",
    "not",
    "or",
    "pass",
    "raise",
    "return",
    "try",
    "type",
    "while",
    "with",
    "yield",
    "AirflowFailException",
    "Any",
    "Callable",
    "DAG",
    "DeviceRequest",
    "Docker",
    "DockerOperator",
    "ENVIRONMENT",
    "RUNNER",
    "IN_CLUSTER",
    "Iterator",
    "KubernetesPod",
    "KubernetesPodOperator",
    "Mount",
    "Path",
    "PythonOperator",
    "Resources",
    "Secret",
    "annotations",
    "container",
    "dag",
    "NamedTuple",
    "docker_mounts",
    "importlib",
    "k8s",
    "kept",
    "namespace",
    "os",
    "pendulum",
    "pieces",
    "plain",
    "pod_environment",
    "pod_mounts",
    "pod_resources",
    "pod_volumes",
    "require",
    "stub",
    "timedelta",
    "ImportError",
    "all",
    "bool",
    "dict",
    "f",
    "getattr",
    "int",
    "isinstance",
    "list",
    "str",
    "super",
];

/// Python's own words among them.
const KEYWORDS: usize = 38;

/// A name as an identifier of Python: `a-b` is `a_b`, `class` is `class_`.
pub fn identifier(name: &str) -> String {
    safe(name, &TAKEN[..KEYWORDS])
}

/// A variable for each name, in order, none of them twice.
pub fn variables<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    names
        .map(|name| {
            let mut variable = safe(name, TAKEN);
            while !seen.insert(variable.clone()) {
                variable.push('_');
            }
            variable
        })
        .collect()
}

fn safe(name: &str, taken: &[&str]) -> String {
    let mut out = name.replace('-', "_");
    if taken.contains(&out.as_str()) {
        out.push('_');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_becomes_a_variable_of_its_own() {
        let names = ["a-b", "a_b", "a_b_", "class", "os", "train"];
        assert_eq!(
            variables(names.into_iter()),
            ["a_b", "a_b_", "a_b__", "class_", "os_", "train"]
        );
    }

    #[test]
    fn the_keywords_come_first() {
        assert_eq!(TAKEN[KEYWORDS - 1], "yield");
        assert_eq!(identifier("os"), "os");
    }
}
