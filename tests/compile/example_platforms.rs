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

/// The suites that run platforms take long and run seldom: what no longer compiles is seen here.
#[test]
fn every_platform_of_a_suite_compiles() {
    let running = cases::running();
    assert!(running.len() > 8, "there are platforms");
    for case in running {
        for compiled in &case.compiled {
            // What a suite makes before it compiles is not there yet.
            let is_there = |line: &&str| !line.contains("file-missing");
            let errors: Vec<&str> = compiled
                .messages
                .lines()
                .filter(|line| line.starts_with("error["))
                .filter(is_there)
                .collect();
            assert!(errors.is_empty(), "{}: {}", case.name, compiled.messages);
        }
    }
}
