//! The levels of lints: `[lints]`, and `allow` of each component, pipeline and CI entry.

use super::{draft::Declared, read};
use crate::{
    diag::{Code, Diagnostic, Level, Levels, LintLevel, Sink, Subject, nearest},
    source::Span,
    syntax::Table,
    text::all_of,
};

/// The level that the platform gives to each lint. Errors: a lint of this name does not exist.
pub(super) fn levels(tree: &Table, drafts: &[Declared], sink: &mut Sink) -> Levels {
    let mut levels = Levels::default();
    for (key, node) in tree.entries_of("lints") {
        let Some(code) = lint(&key.name, key.span, sink) else {
            continue;
        };
        if let Some(level) = LintLevel::from_name(&read::scalar(node)) {
            levels.set(code, level);
        }
    }
    let components = drafts.iter();
    let components = components.map(|it| (Subject::Component(it.name.clone()), &it.user));
    let pipelines = read::tables(tree, "pipelines");
    let pipelines = pipelines.map(|(key, table)| (Subject::Pipeline(key.name.clone()), table));
    let ci = read::tables(tree, "ci");
    let ci = ci.map(|(key, table)| (Subject::Ci(key.name.clone()), table));
    for (subject, table) in components.chain(pipelines).chain(ci) {
        for node in table.array("allow").unwrap_or_default() {
            let Some(name) = node.as_str() else { continue };
            if let Some(code) = lint(name, node.span, sink) {
                levels.allow(subject.clone(), code);
            }
        }
    }
    levels
}

fn lint(name: &str, span: Span, sink: &mut Sink) -> Option<Code> {
    let is_lint = |code: &Code| code.level() == Level::Lint;
    let found = Code::from_name(name).filter(is_lint);
    if found.is_some() {
        return found;
    }
    let lints = Code::ALL.iter().filter(|code| is_lint(code));
    let known: Vec<&str> = lints.map(|code| code.name()).collect();
    let near = nearest(name, known.iter().copied());
    sink.push(
        Diagnostic::new(Code::UnknownName, format!("there is no lint `{name}`"))
            .label(span, "no such lint")
            .misspelled(name, near, || format!("lints are {}", all_of(&known))),
    );
    // What it was meant to accept is no second mistake.
    near.and_then(Code::from_name)
}
