//! Jenkinsfiles are read by a parser of declarative pipelines and compiled by the Groovy that Jenkins carries:
//! the one knows sections and conditions, the other the language. Neither knows steps and options, which
//! plugins bring; those are held against the list of what the templates may use.

use std::path::Path;

use crate::consumer;
use crate::tree::{Finding, Tree};

/// Options and steps that come with Jenkins' suggested plugins.
const OPTIONS: &[&str] = &[
    "buildDiscarder",
    "disableConcurrentBuilds",
    "disableResume",
    "durabilityHint",
    "newContainerPerStage",
    "parallelsAlwaysFailFast",
    "preserveStashes",
    "quietPeriod",
    "retry",
    "skipDefaultCheckout",
    "skipStagesAfterUnstable",
    "timeout",
    "timestamps",
];
const STEPS: &[&str] = &[
    "archiveArtifacts",
    "bat",
    "catchError",
    "checkout",
    "cleanWs",
    "deleteDir",
    "dir",
    "echo",
    "error",
    "httpRequest",
    "junit",
    "mail",
    "retry",
    "script",
    "sh",
    "sleep",
    "stash",
    "timeout",
    "unstable",
    "unstash",
    "withCredentials",
    "withEnv",
];

pub fn judge(trees: &[Tree]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut files = Vec::new();
    for tree in trees {
        for file in tree.files("jenkins", &["Jenkinsfile"]) {
            findings.extend(declarative(tree, &file).map(|message| tree.finding(message)));
            findings.extend(unknown_names(tree, &file).map(|message| tree.finding(message)));
            files.push((tree, file));
        }
        // The scripts that make Jenkins' jobs.
        let scripts = tree.files("config", &["groovy"]);
        files.extend(scripts.into_iter().map(|script| (tree, script)));
    }
    if files.is_empty() {
        return findings;
    }
    // One virtual machine for all files: it is the start that takes time.
    let mut command = consumer::system("java");
    command
        .arg("-cp")
        .arg(consumer::installed("groovy-all.jar"))
        .arg("groovy.ui.GroovyMain");
    command.arg(consumer::script("groovy_compile.groovy"));
    let verdict = consumer::run(command.args(files.iter().map(|(_, file)| file)));
    assert!(verdict.success, "groovy does not run: {}", verdict.words());
    for line in verdict.stdout.lines() {
        let owner = files
            .iter()
            .find(|(_, file)| line.starts_with(&format!("{}: ", file.display())));
        let (tree, _) = owner.unwrap_or_else(|| panic!("groovy printed: {line}"));
        findings.push(tree.finding(format!(
            "groovy: {}",
            line.replace(&format!("{}/", tree.path.display()), "")
        )));
    }
    findings
}

/// What Jenkins has and this parser does not know, each with something of the same form that the parser knows.
const UNKNOWN_TO_JDP: &[(&str, &str)] = &[
    ("changeset ", "branch "),
    ("tag pattern: ", "branch "),
    ("currentBuild.currentResult", "env.RESULT"),
];

/// How `tag` reads its pattern: Jenkins has it, this parser does not know it.
const COMPARATOR: &str = ", comparator: 'REGEXP'";

fn declarative(tree: &Tree, file: &Path) -> Option<String> {
    let mut text = std::fs::read_to_string(file).expect("the file can be read");
    for (condition, known) in UNKNOWN_TO_JDP {
        text = text
            .replace(&format!("\n{condition}"), &format!("\n{known}"))
            .replace(&format!(" {condition}"), &format!(" {known}"));
    }
    text = without_quotes_in_quotes(&text.replace(COMPARATOR, ""));
    let work = tempfile::tempdir().expect("a temporary folder");
    let copy = work.path().join("Jenkinsfile");
    std::fs::write(&copy, text).expect("a copy can be written");
    let verdict = consumer::run(consumer::consumer("bin/jdp").arg("check").arg(&copy));
    (!verdict.success).then(|| format!("jdp: {}: {}", tree.relative(file), verdict.words()))
}

/// This parser ends a text between triple quotes at the first quote in it, so it sees an empty one. Groovy's own compiler
/// reads the text as it is.
fn without_quotes_in_quotes(text: &str) -> String {
    let parts = text.split("\"\"\"");
    let outside: Vec<&str> = parts.step_by(2).collect();
    outside.join("''")
}

/// Names of steps and options that no known plugin has. The files have one statement a line,
/// so a line of a `steps` or `options` block that opens with a name is such a statement.
fn unknown_names(tree: &Tree, file: &Path) -> Option<String> {
    let text = std::fs::read_to_string(file).expect("the file can be read");
    let mut blocks: Vec<&str> = Vec::new();
    let mut in_text = false; // between triple quotes
    let mut goes_on = false; // the line before ends with a comma
    for line in text
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("//"))
    {
        let inside = in_text;
        in_text ^= (line.matches("'''").count() + line.matches("\"\"\"").count()) % 2 == 1;
        let continues = std::mem::replace(&mut goes_on, line.ends_with(','));
        if inside || continues {
            continue;
        }
        let end = line
            .find(|letter: char| !letter.is_ascii_alphanumeric())
            .unwrap_or(line.len());
        let name = &line[..end];
        let known: Option<&[&str]> = match blocks.last() {
            Some(&"options") => Some(OPTIONS),
            Some(
                &("steps" | "always" | "success" | "failure" | "unstable" | "unsuccessful"
                | "aborted" | "changed" | "fixed" | "regression" | "cleanup" | "dir" | "withEnv"
                | "withCredentials" | "catchError"),
            ) => Some(STEPS),
            _ => None,
        };
        if known.is_some_and(|known| !name.is_empty() && !known.contains(&name)) {
            return Some(format!(
                "{}: nothing known is called `{name}` in `{line}`",
                tree.relative(file)
            ));
        }
        if line.starts_with('}') {
            blocks.pop();
        }
        if line.ends_with('{') {
            blocks.push(name);
        }
    }
    None
}
