//! The strings that platform.toml itself holds.

use super::{Owner, StringUse, UserString, is_comment};
use crate::{
    model::{Ci, Pipeline, Workload},
    syntax::{Node, Table, Value},
};

/// How lists of health checks begin.
const CHECKS: [&str; 2] = ["CMD", "CMD-SHELL"];

pub(super) fn of_workload(workload: &Workload) -> Vec<UserString<'_>> {
    let table = &workload.written;
    let mut strings = Strings::of(Owner::Workload(workload));
    strings.add_named(table.table("env"), StringUse::Variable);
    for key in ["entrypoint", "command", "args"] {
        strings.add_command(table.get(key));
    }
    let build = table.table("build").and_then(|build| build.table("args"));
    strings.add_named(build, StringUse::Named);
    strings.add_named(table.table("labels"), StringUse::Named);
    let health = table.table("health");
    strings.add(StringUse::Line, health.and_then(|it| it.get("shell")));
    strings.add_command(health.and_then(|it| it.get("command")));
    strings.add_raw_environment(table);
    strings.add_named(workload.values.table("env"), StringUse::Variable);
    strings.add_contents(table);
    strings.found
}

pub(super) fn of_pipeline(pipeline: &Pipeline) -> Vec<UserString<'_>> {
    let table = &pipeline.written;
    let mut strings = Strings::of(Owner::Pipeline(&pipeline.name));
    strings.add_named(table.table("env"), StringUse::Variable);
    strings.add_named(table.table("params"), StringUse::Variable);
    for (_, task) in table.tables_of("tasks") {
        strings.add_named(task.table("env"), StringUse::Variable);
        strings.add(StringUse::Line, task.get("run"));
    }
    strings.found
}

pub(super) fn of_ci(entry: &Ci) -> Vec<UserString<'_>> {
    let mut strings = Strings::of(Owner::Ci(&entry.name));
    strings.add_named(entry.written.table("env"), StringUse::Variable);
    strings.add_stages(&entry.written, "stages");
    strings.found
}

/// The strings of one owner, as far as they were read.
struct Strings<'a> {
    owner: Owner<'a>,
    found: Vec<UserString<'a>>,
}

impl<'a> Strings<'a> {
    fn of(owner: Owner<'a>) -> Self {
        let found = Vec::new();
        Self { owner, found }
    }

    fn add(&mut self, how: StringUse<'a>, node: Option<&'a Node>) {
        if let Some((node, text)) = node.and_then(|node| Some((node, node.as_str()?))) {
            self.found.push(UserString {
                owner: self.owner,
                how,
                text,
                span: node.span,
            });
        }
    }

    fn add_named(&mut self, table: Option<&'a Table>, how: fn(&'a str) -> StringUse<'a>) {
        for (key, node) in table.into_iter().flat_map(Table::iter) {
            self.add(how(&key.name), Some(node));
        }
    }

    /// A list of words, or one string that is split like a shell's line.
    fn add_command(&mut self, node: Option<&'a Node>) {
        let Some(Value::Array(words)) = node.map(|node| &node.value) else {
            self.add(StringUse::Line, node);
            return;
        };
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
            self.add(how, Some(word));
            before = word.as_str().unwrap_or_default();
        }
    }

    /// The variables that raw keys of Compose's set: a table, or a list of `NAME=VALUE`.
    fn add_raw_environment(&mut self, table: &'a Table) {
        let raw = table.get_path(&["compose", "environment"]);
        self.add_named(raw.and_then(Node::as_table), StringUse::Variable);
        for item in raw.and_then(Node::as_array).unwrap_or_default() {
            if let Some((name, value)) = item.as_str().and_then(|text| text.split_once('=')) {
                self.found.push(UserString {
                    owner: self.owner,
                    how: StringUse::Variable(name),
                    text: value,
                    span: item.span,
                });
            }
        }
    }

    /// The lines of files that platform.toml itself holds.
    fn add_contents(&mut self, table: &'a Table) {
        for (_, file) in table.tables_of("files") {
            let content = file.get("content");
            if let Some((node, text)) = content.and_then(|node| Some((node, node.as_str()?))) {
                let lines = text.lines().filter(|line| !is_comment(line));
                self.found.extend(lines.map(|text| UserString {
                    owner: self.owner,
                    how: StringUse::File,
                    text,
                    span: node.span,
                }));
            }
        }
    }

    fn add_stages(&mut self, table: &'a Table, key: &str) {
        let stages = table.array(key).unwrap_or_default();
        for stage in stages.iter().filter_map(Node::as_table) {
            self.add_named(stage.table("env"), StringUse::Variable);
            for line in stage.array("run").unwrap_or_default() {
                self.add(StringUse::Line, Some(line));
            }
            self.add_stages_within(stage);
        }
    }

    /// Parallel stages have none of their own.
    fn add_stages_within(&mut self, stage: &'a Table) {
        if stage.get("parallel").is_some() {
            self.add_stages(stage, "parallel");
        }
    }
}
