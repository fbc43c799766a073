//! Pages that tests generate.

use std::{collections::BTreeMap, fs};

use super::difference;

/// Asserts that a page of the repository is this text. `BLESS=1 cargo test TEST` rewrites it; the reviewer reads
/// the diff.
pub fn is_fresh(path: &str, text: &str, test: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, text).expect("the page can be written");
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    let named = |text: &str| BTreeMap::from([(path.to_string(), text.to_string())]);
    assert!(
        found == text,
        "{path} is stale; `BLESS=1 cargo test {test}` rewrites it\n{}",
        difference::between(&named(&found), &named(text))
    );
}
