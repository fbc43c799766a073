//! A plan as text for people: first the diffs, then a summary, which stays on the screen when the diffs have scrolled away.

use mlopsgen::{
    plan::{Action, Change, Emptied, MANIFEST, Plan, diff},
    text::{count, visible_lines},
};

use super::{
    chart_secret, data, fixed, notices,
    terminal::{Paint, Terminal, paint},
};

/// The most foreign files that are listed; a user with thousands of them does not want to see them all.
const FOREIGN_SHOWN: usize = 100;

/// The whole plan; its last line counts the files.
pub fn plan(plan: &Plan, folder: &str, terminal: &Terminal) -> String {
    let mut diffs = Page {
        text: String::new(),
        folder,
        terminal,
    };
    if !terminal.quiet {
        for change in &plan.changes {
            diffs.diff(change);
        }
    }
    diffs.text + &summary(plan, folder, terminal)
}

/// The same without the diffs: the files, what becomes of data, the closing line.
pub fn summary(plan: &Plan, folder: &str, terminal: &Terminal) -> String {
    let mut page = Page {
        text: String::new(),
        folder,
        terminal,
    };
    page.summary(plan);
    page.foreign(plan);
    page.data(plan);
    page.emptied(plan);
    let counts = plan.counts();
    page.line(
        &format!(
            "Plan: {} to add, {} to change, {} to remove.",
            counts.add, counts.change, counts.remove
        ),
        Paint::Bold,
    );
    page.text
}

/// A line from outside without control characters, so that a terminal shows it as it is. Tabs stay, and so does the end of a line of Windows.
pub fn without_controls(line: &str) -> String {
    match line.strip_suffix('\r') {
        Some(line) => visible_lines(line).replace('\n', "\\u{a}") + "\r",
        None => visible_lines(line).replace('\n', "\\u{a}"),
    }
}

struct Page<'a> {
    text: String,
    folder: &'a str,
    terminal: &'a Terminal,
}

impl Page<'_> {
    /// Adds exactly one line, even if a name or content in it has a line break.
    fn line(&mut self, line: &str, kind: Paint) {
        self.text.push_str(&paint(
            &without_controls(line),
            kind,
            self.terminal.color_out,
        ));
        self.text.push('\n');
    }

    fn diff(&mut self, change: &Change) {
        for line in diff(change, self.folder).lines {
            self.line(&line.text, line.kind.into());
        }
        self.text.push('\n');
    }

    fn summary(&mut self, plan: &Plan) {
        if plan.is_empty() {
            let line = format!("No changes: `{}/` is up to date.", self.folder);
            self.line(&line, Paint::Plain);
        }
        for change in &plan.changes {
            let path = match plan.copies.get(&change.path) {
                Some(body) => format!("{}/{} (a copy of {body})", self.folder, change.path),
                None => format!("{}/{}", self.folder, change.path),
            };
            match (&change.refusal, change.action) {
                (Some(refusal), _) => {
                    self.line(&format!("! {path} ({})", refusal.reason()), Paint::Alarm);
                }
                (None, Action::Create) => self.line(&format!("+ {path}"), Paint::Added),
                (None, Action::Change) => self.line(&format!("~ {path}"), Paint::Changed),
                (None, Action::Remove) => self.line(&format!("- {path}"), Paint::Removed),
            }
        }
        for stub in &plan.stubs {
            let line = format!("+ {} (a stub: created once, then yours)", stub.path);
            self.line(&line, Paint::Added);
        }
        if self.terminal.verbose {
            for path in &plan.unchanged {
                self.line(&format!("  {}/{path}", self.folder), Paint::Plain);
            }
        }
        if plan.is_manifest_of_commit {
            let line = format!(
                "`{}/{MANIFEST}` is gone: which data there is was read from git's last commit.",
                self.folder
            );
            self.line(&line, Paint::Alarm);
        }
        if plan.changes.is_empty() && plan.manifest_changes {
            self.line("The manifest changes, and no file.", Paint::Plain);
        }
        if let Some(path) = plan.obstacle.as_ref().filter(|_| !plan.is_empty()) {
            let line = format!(
                "! {path} (was not written by mlopsgen: `apply` stops until it is moved away)"
            );
            self.line(&line, Paint::Alarm);
        }
        if plan.leftovers {
            let line = "What an interrupted run left behind is removed.";
            self.line(line, Paint::Plain);
        }
    }

    fn foreign(&mut self, plan: &Plan) {
        if plan.foreign.is_empty() || self.terminal.quiet {
            return;
        }
        let files = count(plan.foreign.len(), "file");
        self.line(
            &format!("Left alone, because mlopsgen did not write them ({files}):"),
            Paint::Plain,
        );
        let shown = match self.terminal.verbose {
            true => plan.foreign.len(),
            false => FOREIGN_SHOWN.min(plan.foreign.len()),
        };
        for path in &plan.foreign[..shown] {
            self.line(&format!("  {}/{path}", self.folder), Paint::Plain);
        }
        if shown < plan.foreign.len() {
            let rest = plan.foreign.len() - shown;
            self.line(
                &format!("  and {rest} more (`-v` lists them)"),
                Paint::Plain,
            );
        }
    }

    fn emptied(&mut self, plan: &Plan) {
        if let Some(Emptied { removed, left }) = plan.emptied {
            let line = format!(
                "! nearly everything in `{}/` is removed: {}, and {left} would be left",
                self.folder,
                count(removed, "file")
            );
            self.line(&line, Paint::Alarm);
        }
    }

    fn data(&mut self, plan: &Plan) {
        for (line, kind) in data::lines(plan) {
            self.line(&self.terminal.with_flags(&line), kind);
        }
        for (line, kind) in fixed::lines(&plan.fixed) {
            self.line(&line, kind);
        }
        if let Some(line) = data::heals(plan).filter(|_| !plan.fixed.is_empty()) {
            self.line(&format!("    {line}"), Paint::Plain);
        }
        for (line, kind) in notices::lines(&plan.notices) {
            self.line(&line, kind);
        }
        for (line, kind) in plan.secret.iter().flat_map(chart_secret::lines) {
            self.line(&self.terminal.with_flags(&line), kind);
        }
    }
}
