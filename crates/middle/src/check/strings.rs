//! Every string of the user's that a program reads, with its place: what the lints about strings go over.

mod collected;
mod files;

use super::Facts;
use crate::{
    diag::Subject,
    model::{Piece, Platform, Workload},
    source::Span,
    syntax::Node,
};

/// A string as it is written, references included.
#[derive(Clone, Copy, Debug)]
pub(super) struct UserString<'a> {
    pub owner: Owner<'a>,
    pub how: StringUse<'a>,
    pub text: &'a str,
    pub span: Span,
}

/// Whose string it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owner<'a> {
    Workload(&'a Workload),
    Pipeline(&'a str),
    Ci(&'a str),
}

/// What a string is to the program that reads it.
#[derive(Clone, Copy, Debug)]
pub(super) enum StringUse<'a> {
    /// An environment variable, by its name.
    Variable(&'a str),
    /// Something else that has a name: a build argument, a label.
    Named(&'a str),
    /// A word of a command, those before and after it, all ahead of it in its list, and the program that it is for.
    Word {
        ahead: &'a [Node],
        before: &'a str,
        after: &'a str,
        program: &'a str,
    },
    /// A shell's line, or a command that is split like one.
    Line,
    /// A line of a file's content, as platform.toml has it.
    File,
    /// A line of a file of the project.
    Mounted(ProjectLine<'a>),
    /// A variable in a file that an engine reads, by its name.
    OfFile(&'a str, ProjectLine<'a>),
}

/// A line of a file of the project.
#[derive(Clone, Copy, Debug)]
pub(super) struct ProjectLine<'a> {
    pub file: &'a str,
    /// The name in the folder that is mounted.
    pub below: Option<&'a str>,
    pub line: usize,
    pub by: Delivery<'a>,
}

/// How a file of the project comes to its program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delivery<'a> {
    /// `files`, as it is.
    Source,
    /// `files` or a setting, which resolve its references.
    Template,
    /// A volume, at this path.
    Volume(&'a str),
    /// The engine, as variables.
    Variables,
}

impl ProjectLine<'_> {
    /// The file in the project.
    pub fn path(&self) -> String {
        match self.below {
            Some(below) => format!("{}/{below}", self.file),
            None => self.file.to_string(),
        }
    }
}

impl std::fmt::Display for ProjectLine<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.path(), self.line)
    }
}

impl Owner<'_> {
    /// The component, where it is of one.
    pub fn component(&self) -> Option<&str> {
        match self {
            Owner::Workload(workload) => Some(&workload.component),
            Owner::Pipeline(_) | Owner::Ci(_) => None,
        }
    }

    /// Whose `allow` counts.
    pub fn subject(&self) -> Subject {
        match self {
            Owner::Workload(workload) => Subject::Component(workload.component.clone()),
            Owner::Pipeline(name) => Subject::Pipeline((*name).to_string()),
            Owner::Ci(name) => Subject::Ci((*name).to_string()),
        }
    }

    pub fn describe(&self) -> String {
        match self {
            Owner::Workload(workload) => format!("`{}`", workload.name),
            Owner::Pipeline(name) => format!("pipeline `{name}`"),
            Owner::Ci(name) => format!("CI entry `{name}`"),
        }
    }
}

impl<'a> UserString<'a> {
    /// Where it stands: workloads that have it from one place share it. Each line of a file is one of its own.
    pub fn place(&self) -> (Span, Option<(&'a str, usize)>, &'a str) {
        let line = match self.how {
            StringUse::Mounted(at) => Some((at.below.unwrap_or_default(), at.line)),
            _ => None,
        };
        (self.span, line, self.text)
    }

    /// The words of a command or a line, each with the one before it; of anything else, none.
    pub fn words(&self) -> Vec<(&'a str, &'a str)> {
        match self.how {
            StringUse::Word { before, .. } => words(self.text, before),
            StringUse::Line => words(self.text, ""),
            StringUse::Variable(_)
            | StringUse::Named(_)
            | StringUse::File
            | StringUse::Mounted(_)
            | StringUse::OfFile(..) => Vec::new(),
        }
    }
}

/// The words of a text, each with the one before it. `before`: what stands in a list before a text that is one word.
pub(super) fn words<'a>(text: &'a str, before: &'a str) -> Vec<(&'a str, &'a str)> {
    if !text.is_empty() && !text.contains(char::is_whitespace) {
        return vec![(before, text)];
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let before = std::iter::once("").chain(words.iter().copied());
    before.zip(words.iter().copied()).collect()
}

/// All strings of the user, in the user's order. Strings of a kind are left out: they are intended.
pub(super) fn strings<'a>(facts: Facts<'a>) -> impl Iterator<Item = &'a UserString<'a>> {
    let all = facts.strings.iter();
    all.filter(move |string| is_the_users(facts.platform, string.span))
}

/// What settings of the user's say without a reference, where that can be an address.
pub(super) fn in_settings(platform: &Platform) -> Vec<UserString<'_>> {
    let mut out = Vec::new();
    for component in &platform.components {
        let Some(main) = component.main() else {
            continue;
        };
        let settings = component.settings.iter();
        let settings = settings.filter(|it| it.may_be_address && is_the_users(platform, it.span));
        for setting in settings {
            let texts = setting.value.texts().into_iter();
            let literals = texts.filter_map(|text| match text.pieces.as_slice() {
                [Piece::Literal(literal)] => Some(literal.as_str()),
                _ => None,
            });
            out.extend(literals.map(|text| UserString {
                owner: Owner::Workload(main),
                how: StringUse::Named(&setting.name),
                text,
                span: setting.span,
            }));
        }
    }
    out
}

/// The same with those of kinds of the user's own. Strings of the catalog's kinds are many times as many.
pub(super) fn with_own_kinds(platform: &Platform) -> Vec<UserString<'_>> {
    let is_told_of = |it: &UserString<'_>| {
        is_the_users(platform, it.span) || platform.own_kinds.contains(&it.span.source)
    };
    let mut out = Vec::new();
    for workload in platform.workloads() {
        let strings = collected::of_workload(workload).into_iter();
        let in_files = files::of_workload(platform, workload);
        out.extend(strings.chain(in_files).filter(is_told_of));
    }
    let pipelines = platform.pipelines.iter().flat_map(collected::of_pipeline);
    let ci = platform.ci.iter().flat_map(collected::of_ci);
    out.extend(pipelines.chain(ci).filter(is_told_of));
    out
}

pub(super) fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || ["#", "//", ";"].iter().any(|mark| line.starts_with(mark))
}

/// Whether a place is one that the user wrote, in platform.toml or in a file that it includes.
pub(super) fn is_the_users(platform: &Platform, place: Span) -> bool {
    !platform.kind_sources.contains(&place.source)
}
