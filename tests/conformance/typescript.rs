//! The TypeScript compiler, which checks objects against the types of the programs that read them.

use std::{collections::BTreeMap, path::Path};

use crate::{
    consumer,
    tree::{Finding, Tree},
};

/// Compiles the project in `folder` with the compiler that is installed below `package`. `sources` has the tree and the
/// path in it that each source file stands for.
pub fn findings(
    package: &str,
    folder: &Path,
    sources: &BTreeMap<String, (&Tree, String)>,
) -> Vec<Finding> {
    let mut command = consumer::consumer(&format!("{package}/node_modules/.bin/tsc"));
    let verdict = consumer::run(
        command
            .args(["--pretty", "false", "-p"])
            .arg(folder)
            .current_dir(folder),
    );
    let lines = verdict.stdout.lines();
    let faults = lines.filter(|line| line.contains("): error "));
    let findings: Vec<Finding> = faults
        .map(|line| {
            let source = line.split('(').next().and_then(|name| sources.get(name));
            let (tree, file) = source
                .unwrap_or_else(|| panic!("the TypeScript compiler printed: {}", verdict.words()));
            tree.finding(format!("{file}: {line}"))
        })
        .collect();
    assert!(
        verdict.success || !findings.is_empty(),
        "the TypeScript compiler does not run: {}",
        verdict.words()
    );
    findings
}
