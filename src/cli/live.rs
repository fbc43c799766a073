//! The view of a start: lines that stay, and on a terminal a few below them that are drawn anew.

use std::io::{self, IsTerminal};

use mlopsgen::engine::{Event, Phase};

use super::{
    Context,
    terminal::{Paint, Terminal, paint},
};

/// More rows would push what stays off the screen.
const ROWS: usize = 10;

/// A row that is wider than the screen would take two lines of it, and be cleared by one.
const LONGEST: usize = 40;

/// What Compose says of its own work, which is told better here.
const CHATTER: [&str; 4] = ["Container ", "Network ", "Volume ", "Image "];

pub struct Live {
    is_quiet: bool,
    is_verbose: bool,
    is_terminal: bool,
    color: bool,
    width: usize,
    /// What Compose has said to a quiet run.
    unsaid: Vec<String>,
    /// Rows that stand on the screen below the last line that stays.
    drawn: usize,
}

impl Live {
    /// `width`: of the longest name.
    pub fn new(context: &Context, width: usize) -> Self {
        let terminal = &context.terminal;
        Self {
            is_quiet: terminal.quiet,
            is_verbose: terminal.verbose,
            is_terminal: io::stderr().is_terminal(),
            color: terminal.color_err,
            width,
            unsaid: Vec::new(),
            drawn: 0,
        }
    }

    /// A line of Compose's. Builds, pulls and errors are shown as they are; of a quiet run only if it fails.
    pub fn say(&mut self, line: &str) {
        let words = line.trim_start();
        let is_chatter = CHATTER.iter().any(|start| words.starts_with(start));
        if is_chatter && !self.is_verbose {
            return;
        }
        match self.is_quiet {
            true => self.unsaid.push(format!("{line}\n")),
            false => self.print(&format!("{line}\n")),
        }
    }

    /// What a quiet run has kept to itself.
    pub fn say_the_rest(&mut self) {
        let unsaid = std::mem::take(&mut self.unsaid);
        self.print(&unsaid.concat());
    }

    /// A change. What is on its way is told by the rows below, where there are such.
    pub fn tell(&mut self, event: &Event) {
        let is_shown_below = self.is_terminal && event.phase == Phase::Starting;
        if !self.is_quiet && !is_shown_below {
            self.print(&self.row(event, &[]));
        }
    }

    /// Replaces the rows at the bottom, each with what it waits for.
    pub fn redraw(&mut self, rows: &[(Event, Vec<&str>)]) {
        if self.is_quiet || !self.is_terminal {
            return;
        }
        let mut text = self.erased();
        for (event, missing) in rows.iter().take(ROWS) {
            text.push_str(&self.row(event, missing));
        }
        self.drawn = rows.len().min(ROWS);
        if rows.len() > ROWS {
            text.push_str(&format!("  and {} more\n", rows.len() - ROWS));
            self.drawn += 1;
        }
        Terminal::draw(&text);
    }

    fn print(&mut self, text: &str) {
        let text = self.erased() + text;
        self.drawn = 0;
        Terminal::draw(&text);
    }

    /// Moves up over the rows that were drawn, and clears what is below.
    fn erased(&self) -> String {
        match self.drawn {
            0 => String::new(),
            rows => format!("\u{1b}[{rows}A\u{1b}[J"),
        }
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
        let words: String = words.chars().take(LONGEST).collect();
        format!(
            "  {:width$}  {}{time}\n",
            event.name,
            paint(&words, style, self.color),
            width = self.width
        )
    }
}
