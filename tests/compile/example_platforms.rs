//! `examples/*/platform.toml`: platforms to start from. Each compiles without a diagnostic.

use crate::support::cases;

#[test]
fn every_example_compiles_without_diagnostics() {
    let examples = cases::examples();
    assert!(!examples.is_empty(), "there are examples");
    for example in examples {
        for compiled in &example.compiled {
            assert_eq!(compiled.messages, "", "{}", example.name);
            assert!(!compiled.files.is_empty(), "{}", example.name);
        }
    }
}
