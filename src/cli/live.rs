//! The view of a start: lines that stay, and on a terminal a few rows below them that are drawn again.

use std::io::{self, IsTerminal};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use mlopsgen::engine::{Event, Launched, Phase, Selection, Watch};

use super::{
    Context,
    engine::set_off,
    terminal::{Paint, Terminal, paint},
};

/// More rows would push what stays off the screen.
const ROWS: usize = 10;

/// What Compose prints of each container, network, volume and image: the rows say it better.
const PROGRESS_OF_COMPOSE: [&str; 4] = ["Container ", "Network ", "Volume ", "Image "];

pub struct Live<'a> {
    terminal: &'a Terminal,
    is_terminal: bool,
    /// Of the longest name.
    width: usize,
    /// What Compose has printed in a quiet run.
    held_back: Vec<String>,
    screen: MultiProgress,
    rows: Vec<ProgressBar>,
}

impl<'a> Live<'a> {
    pub fn new(context: &'a Context, selection: &Selection) -> Self {
        let workloads = selection.workloads();
        let names = workloads.iter().map(|workload| workload.name.len());
        Self {
            terminal: &context.terminal,
            is_terminal: io::stderr().is_terminal(),
            width: names.max().unwrap_or(0),
            held_back: Vec::new(),
            screen: MultiProgress::new(),
            rows: Vec::new(),
        }
    }

    /// Prints the result of the start. If it failed with `--quiet`, it also prints the output of Compose.
    pub fn finish(&mut self, launched: &Launched) {
        let Some(summary) = &launched.summary else {
            return;
        };
        if launched.status != 0 {
            let held_back = std::mem::take(&mut self.held_back);
            self.print(&held_back.concat());
        }
        if !self.terminal.quiet {
            let head = match launched.status {
                0 => "Up",
                _ => "Some of it is not up",
            };
            self.print(&format!("{head}: {summary}.\n"));
        }
    }

    /// Prints above the rows.
    fn print(&self, text: &str) {
        self.screen.suspend(|| self.terminal.err(text));
    }

    fn row(&self, event: &Event, missing: &[&str]) -> String {
        let seconds = event.after.as_secs_f32();
        let (words, style) = match &event.phase {
            Phase::Waiting if missing.is_empty() => ("waiting".to_string(), Paint::Plain),
            Phase::Waiting => (format!("waiting for {}", missing.join(", ")), Paint::Plain),
            Phase::Starting => ("starting".to_string(), Paint::Changed),
            Phase::Running => ("running".to_string(), Paint::Added),
            Phase::Healthy => ("healthy".to_string(), Paint::Added),
            Phase::Done => ("done".to_string(), Paint::Added),
            Phase::Failed(how) => (how.clone(), Paint::Removed),
        };
        let time = match event.phase {
            Phase::Waiting => String::new(),
            _ if seconds < 0.1 => String::new(),
            _ => format!("  {seconds:.1} s"),
        };
        format!(
            "  {:width$}  {}{time}",
            event.name,
            paint(&words, style, self.terminal.color_err),
            width = self.width
        )
    }
}

impl Watch for Live<'_> {
    /// Builds, pulls and errors are shown, set off from our own lines; of a quiet run only if it fails.
    fn line(&mut self, line: &str) {
        let words = line.trim_start();
        let mut starts = PROGRESS_OF_COMPOSE.iter();
        if starts.any(|start| words.starts_with(start)) && !self.terminal.verbose {
            return;
        }
        let line = set_off(line);
        match self.terminal.quiet {
            true => self.held_back.push(line),
            false => self.print(&line),
        }
    }

    /// What is starting is shown by the rows, where there are any.
    fn event(&mut self, event: &Event) {
        let is_in_a_row = self.is_terminal && event.phase == Phase::Starting;
        if !self.terminal.quiet && !is_in_a_row {
            self.print(&format!("{}\n", self.row(event, &[])));
        }
    }

    fn rows(&mut self, rows: &[(Event, Vec<&str>)]) {
        if self.terminal.quiet || !self.is_terminal {
            return;
        }
        let shown = rows.iter().take(ROWS);
        let mut texts: Vec<String> = shown
            .map(|(event, missing)| self.row(event, missing))
            .collect();
        if rows.len() > ROWS {
            texts.push(format!("  and {} more", rows.len() - ROWS));
        }
        for row in self.rows.drain(texts.len().min(self.rows.len())..) {
            self.screen.remove(&row);
        }
        while self.rows.len() < texts.len() {
            let row = self.screen.add(ProgressBar::new_spinner());
            // Cut at the width of the screen.
            if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
                row.set_style(style);
            }
            self.rows.push(row);
        }
        for (row, text) in self.rows.iter().zip(texts) {
            row.set_message(text);
        }
    }
}
