//! `tests/promql.toml`: we take what Prometheus takes, and refuse what it refuses. The conformance suite asks promtool.

use std::{fs, path::Path};

use mlopsgen::language::promql;

/// The expressions of a list.
fn list(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/promql.toml");
    let text = fs::read_to_string(path).expect("the file is there");
    let lists: toml::Table = toml::from_str(&text).expect("the file is TOML");
    let list = lists[name].as_array().expect("it is a list");
    let texts = list.iter().map(|it| it.as_str().expect("it is a text"));
    texts.map(str::to_string).collect()
}

#[test]
fn an_expression_is_read_as_prometheus_reads_it() {
    let mut refused = list("taken");
    refused.extend(list("taken_since_3"));
    refused.retain(|expr| promql(expr).is_none());
    let mut taken = list("refused");
    taken.retain(|expr| promql(expr).is_some());
    assert_eq!((refused, taken), (Vec::new(), Vec::new()));
}
