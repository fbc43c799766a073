//! Every string of the user's that a program reads, with its place: what the lints about strings go over.

use super::{Facts, copied};
use crate::{
    diag::Subject,
    model::{Piece, Platform, Purpose, Workload},
    source::Span,
    syntax::{Node, Table, Value},
};

/// A string as it is written, references included.
#[derive(Clone, Copy)]
pub(super) struct UserString<'a> {
    pub owner: Owner<'a>,
    pub how: StringUse<'a>,
    pub text: &'a str,
    pub span: Span,
}

/// Whose string it is.
#[derive(Clone, Copy)]
pub(super) enum Owner<'a> {
    Workload(&'a Workload),
    Pipeline(&'a str),
    Ci(&'a str),
}

/// What a string is to the program that reads it.
#[derive(Clone, Copy)]
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
#[derive(Clone, Copy)]
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
pub(super) fn strings<'a>(facts: Facts<'a>) -> Vec<UserString<'a>> {
    let mut out = all_strings(facts);
    out.retain(|string| is_the_users(facts.platform, string.span));
    out
}

/// The same with those of kinds of the user's own.
pub(super) fn strings_and_own_kinds<'a>(facts: Facts<'a>) -> Vec<UserString<'a>> {
    let platform = facts.platform;
    let mut out = all_strings(facts);
    out.retain(|string| {
        is_the_users(platform, string.span) || platform.own_kinds.contains(&string.span.source)
    });
    out
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

fn all_strings<'a>(facts: Facts<'a>) -> Vec<UserString<'a>> {
    let platform = facts.platform;
    let mut out = Vec::new();
    for workload in platform.workloads() {
        let owner = Owner::Workload(workload);
        let table = &workload.written;
        named(owner, table.table("env"), StringUse::Variable, &mut out);
        for key in ["entrypoint", "command", "args"] {
            lines(owner, table.get(key), &mut out);
        }
        let build = table.table("build").and_then(|build| build.table("args"));
        named(owner, build, StringUse::Named, &mut out);
        named(owner, table.table("labels"), StringUse::Named, &mut out);
        let health = table.table("health");
        push(
            owner,
            StringUse::Line,
            health.and_then(|it| it.get("shell")),
            &mut out,
        );
        lines(owner, health.and_then(|it| it.get("command")), &mut out);
        raw_environment(owner, table, &mut out);
        named(
            owner,
            workload.values.table("env"),
            StringUse::Variable,
            &mut out,
        );
        for (_, file) in table.entries_of("files") {
            let content = file.as_table().and_then(|file| file.get("content"));
            if let Some((node, text)) = content.and_then(|node| Some((node, node.as_str()?))) {
                let lines = text.lines().filter(|line| !is_comment(line));
                out.extend(lines.map(|text| UserString {
                    owner,
                    how: StringUse::File,
                    text,
                    span: node.span,
                }));
            }
        }
        files_of(platform, workload, &mut out);
        variables_of_files(workload, &mut out);
    }
    for pipeline in &platform.pipelines {
        let owner = Owner::Pipeline(&pipeline.name);
        named(
            owner,
            pipeline.written.table("env"),
            StringUse::Variable,
            &mut out,
        );
        let params = pipeline.written.table("params");
        named(owner, params, StringUse::Variable, &mut out);
        let tasks = pipeline.written.entries_of("tasks");
        for task in tasks.filter_map(|(_, task)| task.as_table()) {
            named(owner, task.table("env"), StringUse::Variable, &mut out);
            push(owner, StringUse::Line, task.get("run"), &mut out);
        }
    }
    for entry in &platform.ci {
        let owner = Owner::Ci(&entry.name);
        named(
            owner,
            entry.written.table("env"),
            StringUse::Variable,
            &mut out,
        );
        stages(owner, &entry.written, "stages", &mut out);
    }
    out
}

/// The variables that raw keys of Compose's set: a table, or a list of `NAME=VALUE`.
fn raw_environment<'a>(owner: Owner<'a>, table: &'a Table, out: &mut Vec<UserString<'a>>) {
    let raw = table.get_path(&["compose", "environment"]);
    named(
        owner,
        raw.and_then(Node::as_table),
        StringUse::Variable,
        out,
    );
    for item in raw.and_then(Node::as_array).unwrap_or_default() {
        if let Some((name, value)) = item.as_str().and_then(|text| text.split_once('=')) {
            out.push(UserString {
                owner,
                how: StringUse::Variable(name),
                text: value,
                span: item.span,
            });
        }
    }
}

/// The text files of the project that a workload mounts or that its settings name, a line at a time.
fn files_of<'a>(platform: &'a Platform, workload: &'a Workload, out: &mut Vec<UserString<'a>>) {
    let purpose = platform.component(&workload.component);
    let purpose = purpose.and_then(|component| component.purpose);
    for file in copied::of_workload(platform, workload) {
        let file = TextFile {
            path: file.path,
            below: file.below,
            by: file.by,
            text: file.text(),
            span: file.span,
        };
        out.extend(file.lines(workload, purpose));
    }
    for mount in &workload.mounts {
        let is_replaced = |below: &str| {
            let path = format!("{}/{below}", mount.path);
            workload.files.iter().any(|file| file.path == path)
        };
        for text in &mount.texts {
            let below = text.below.as_deref();
            let file = TextFile {
                path: &text.path,
                below,
                by: Delivery::Volume(&mount.path),
                text: &text.text,
                span: mount.span,
            };
            if !below.is_some_and(is_replaced) {
                out.extend(file.lines(workload, purpose));
            }
        }
    }
}

/// What files of variables set.
fn variables_of_files<'a>(workload: &'a Workload, out: &mut Vec<UserString<'a>>) {
    for file in &workload.env_files {
        let variables = file.variables.iter().flatten();
        out.extend(variables.map(|variable| UserString {
            owner: Owner::Workload(workload),
            how: StringUse::OfFile(
                &variable.name,
                ProjectLine {
                    file: &file.path,
                    below: None,
                    line: variable.line,
                    by: Delivery::Variables,
                },
            ),
            text: &variable.value,
            span: file.span,
        }));
    }
}

/// A text file of the project.
struct TextFile<'a> {
    path: &'a str,
    below: Option<&'a str>,
    by: Delivery<'a>,
    text: &'a str,
    span: Span,
}

impl<'a> TextFile<'a> {
    /// What it tells its program to call. Dashboards and rules name instances, and call nobody.
    fn lines(&self, workload: &'a Workload, purpose: Option<Purpose>) -> Vec<UserString<'a>> {
        let calls = !is_board(self.path, purpose) && !is_rules(self.text);
        let lines = self.text.lines().enumerate().filter(|_| calls);
        lines
            .filter(|(_, line)| !is_comment(line))
            .map(|(index, line)| UserString {
                owner: Owner::Workload(workload),
                how: StringUse::Mounted(ProjectLine {
                    file: self.path,
                    below: self.below,
                    line: index + 1,
                    by: self.by,
                }),
                text: line,
                span: self.span,
            })
            .collect()
    }
}

/// A dashboard, as the program reads that draws them.
fn is_board(path: &str, purpose: Option<Purpose>) -> bool {
    purpose == Some(Purpose::Dashboards) && path.ends_with(".json")
}

/// A file of rules, whoever evaluates it: groups of expressions. A file of `groups` alone may be anybody's.
fn is_rules(text: &str) -> bool {
    let has = |keys: &[&str]| {
        let mut lines = text.lines().map(|line| line.trim_start_matches([' ', '-']));
        lines.any(|line| keys.iter().any(|key| line.starts_with(key)))
    };
    let of_groups = text.lines().any(|line| line.starts_with("groups:"));
    of_groups && has(&["rules:"]) && has(&["expr:", "alert:", "record:"])
}

pub(super) fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || ["#", "//", ";"].iter().any(|mark| line.starts_with(mark))
}

/// Whether a place is one that the user wrote, in platform.toml or in a file that it includes.
pub(super) fn is_the_users(platform: &Platform, place: Span) -> bool {
    !platform.kind_sources.contains(&place.source)
}

fn stages<'a>(owner: Owner<'a>, table: &'a Table, key: &str, out: &mut Vec<UserString<'a>>) {
    let stages = table.array(key).unwrap_or_default();
    for stage in stages.iter().filter_map(Node::as_table) {
        named(owner, stage.table("env"), StringUse::Variable, out);
        for line in stage.array("run").unwrap_or_default() {
            push(owner, StringUse::Line, Some(line), out);
        }
        stages_within(owner, stage, out);
    }
}

/// Parallel stages have none of their own.
fn stages_within<'a>(owner: Owner<'a>, stage: &'a Table, out: &mut Vec<UserString<'a>>) {
    if stage.get("parallel").is_some() {
        stages(owner, stage, "parallel", out);
    }
}

fn named<'a>(
    owner: Owner<'a>,
    table: Option<&'a Table>,
    how: fn(&'a str) -> StringUse<'a>,
    out: &mut Vec<UserString<'a>>,
) {
    for (key, node) in table.into_iter().flat_map(Table::iter) {
        push(owner, how(&key.name), Some(node), out);
    }
}

/// How lists of health checks begin.
const CHECKS: [&str; 2] = ["CMD", "CMD-SHELL"];

/// A list of words, or one string that is split like a shell's line.
fn lines<'a>(owner: Owner<'a>, node: Option<&'a Node>, out: &mut Vec<UserString<'a>>) {
    match node.map(|node| &node.value) {
        Some(Value::Array(words)) => {
            let mut program = words.iter().filter_map(Node::as_str);
            let program = program.find(|word| !CHECKS.contains(word));
            let program = program.unwrap_or_default();
            let mut before = "";
            for (number, word) in words.iter().enumerate() {
                let after = words.get(number + 1).and_then(Node::as_str);
                let how = StringUse::Word {
                    ahead: &words[..number],
                    before,
                    after: after.unwrap_or_default(),
                    program,
                };
                push(owner, how, Some(word), out);
                before = word.as_str().unwrap_or_default();
            }
        }
        _ => push(owner, StringUse::Line, node, out),
    }
}

fn push<'a>(
    owner: Owner<'a>,
    how: StringUse<'a>,
    node: Option<&'a Node>,
    out: &mut Vec<UserString<'a>>,
) {
    if let Some((node, text)) = node.and_then(|node| Some((node, node.as_str()?))) {
        out.push(UserString {
            owner,
            how,
            text,
            span: node.span,
        });
    }
}
