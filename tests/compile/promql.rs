//! `tests/promql.toml`: we take what Prometheus takes, and refuse what it refuses. The conformance suite asks promtool.

use std::{fs, path::Path};

use mlopsgen::language::{promql, promql_newest};

/// The expressions of a list.
fn list(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/promql.toml");
    let text = fs::read_to_string(path).expect("the file is there");
    let lists: toml::Table = toml::from_str(&text).expect("the file is TOML");
    let list = lists[name].as_array().expect("it is a list");
    let texts = list.iter().map(|it| it.as_str().expect("it is a text"));
    texts.map(str::to_string).collect()
}

/// Lists of what newer versions of Prometheus take, and the first that does.
const SINCE: [(&str, (u64, u64)); 4] = [
    ("taken_since_2.53", (2, 53)),
    ("taken_since_2.54", (2, 54)),
    ("taken_since_3.0", (3, 0)),
    ("taken_since_3.6", (3, 6)),
];

#[test]
fn an_expression_is_read_as_prometheus_reads_it() {
    let mut refused = list("taken");
    for (name, _) in SINCE {
        refused.extend(list(name));
    }
    refused.retain(|expr| promql(expr).is_none());
    let mut taken = list("refused");
    taken.retain(|expr| promql(expr).is_some());
    assert_eq!((refused, taken), (Vec::new(), Vec::new()));
}

#[test]
fn what_is_newer_than_prometheus_2_is_known_with_its_version() {
    let since = |expr: &String| promql_newest(expr).map(|newest| newest.since);
    let old = list("taken").into_iter();
    let wrong = Vec::from_iter(old.filter(|expr| since(expr).is_some()));
    assert_eq!(wrong, [""; 0], "taken by each version");
    for (name, version) in SINCE {
        for expr in list(name) {
            assert_eq!(since(&expr), Some(version), "{expr}");
        }
    }
}
