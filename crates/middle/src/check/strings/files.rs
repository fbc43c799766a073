//! The strings in files of the project that workloads get.

use super::{Delivery, Owner, ProjectLine, StringUse, UserString, is_comment};
use crate::{
    check::copied,
    model::{Platform, Purpose, Workload},
    source::Span,
};

/// The text files of the project that a workload mounts or that its settings name, a line at a time, and what files of variables set.
pub(super) fn of_workload<'a>(
    platform: &'a Platform,
    workload: &'a Workload,
) -> Vec<UserString<'a>> {
    let purpose = platform.component(&workload.component);
    let purpose = purpose.and_then(|component| component.purpose);
    let mut out = Vec::new();
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
    out.extend(variables_of_files(workload));
    out
}

/// What files of variables set.
fn variables_of_files(workload: &Workload) -> impl Iterator<Item = UserString<'_>> {
    workload.env_files.iter().flat_map(move |file| {
        let variables = file.variables.iter().flatten();
        variables.map(move |variable| UserString {
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
        })
    })
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
