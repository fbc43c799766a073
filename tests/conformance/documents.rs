//! Every YAML file of a tree can be loaded and has no key twice; every SVG is XML.

use crate::consumer;
use crate::tree::{Finding, Tree};

const RULES: &str = "{rules: {key-duplicates: enable}}";

pub fn judge(trees: &[Tree]) -> Vec<Finding> {
    trees
        .iter()
        .flat_map(|tree| yaml(tree).into_iter().chain(svg(tree)))
        .collect()
}

fn yaml(tree: &Tree) -> Vec<Finding> {
    // Helm's templates become YAML only when they are rendered; `helm.rs` checks that.
    let mut files = tree.files("", &[".yaml", ".yml"]);
    files.retain(|file| {
        !file
            .components()
            .any(|part| part.as_os_str() == "templates")
    });
    if files.is_empty() {
        return Vec::new();
    }
    let mut command = consumer::consumer("checks/bin/yamllint");
    let verdict = consumer::run(command.args(["-f", "parsable", "-d", RULES]).args(files));
    let lines = verdict.stdout.lines().chain(verdict.stderr.lines());
    lines
        .map(|line| tree.finding(line.replace(&format!("{}/", tree.path.display()), "")))
        .collect()
}

fn svg(tree: &Tree) -> Vec<Finding> {
    const PARSE: &str = "import sys, xml.etree.ElementTree as e\n\
        root = e.parse(sys.argv[1]).getroot()\n\
        root.tag == '{http://www.w3.org/2000/svg}svg' or sys.exit(f'the root is {root.tag}')";
    let mut findings = Vec::new();
    for file in tree.files("docs", &[".svg"]) {
        let verdict = consumer::run(
            consumer::consumer("checks/bin/python")
                .args(["-c", PARSE])
                .arg(&file),
        );
        if !verdict.success {
            let message = verdict.stderr.lines().last().unwrap_or_default().to_owned();
            findings.push(tree.finding(format!("{}: {message}", tree.relative(&file))));
        }
    }
    findings
}
