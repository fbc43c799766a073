//! stdout, stderr, and questions to the person at the terminal.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    io::{self, BufRead, IsTerminal, Write},
};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use clap::ColorChoice;
use mlopsgen::{
    commands::CommandFlags,
    diag::{Diagnostic, Severity, render},
    plan::{Failure, LineKind},
    source::Sources,
    text::visible_lines,
};

use super::{
    args::Global,
    printed::{Color, for_people},
};

/// How this run prints.
pub struct Terminal {
    pub color_out: Color,
    pub color_err: Color,
    pub quiet: bool,
    pub verbose: bool,
    /// A person can read stdout and answer on stdin.
    pub interactive: bool,
    /// Results that are kept until those of the other environments are ready, to be printed together.
    held: RefCell<Option<String>>,
    /// The flags of the run: what is said of commands to type gets them.
    commands: RefCell<CommandFlags>,
    /// Diagnostics that were shown: one of the base is one of each environment too.
    shown: RefCell<BTreeSet<String>>,
}

/// What a piece of text is, which decides how it is coloured.
#[derive(Clone, Copy)]
pub enum Paint {
    Added,
    Removed,
    Changed,
    Hunk,
    Bold,
    Alarm,
    Plain,
}

impl From<LineKind> for Paint {
    fn from(kind: LineKind) -> Self {
        match kind {
            LineKind::File => Paint::Bold,
            LineKind::Hunk => Paint::Hunk,
            LineKind::Added => Paint::Added,
            LineKind::Removed => Paint::Removed,
            LineKind::Context => Paint::Plain,
        }
    }
}

impl Paint {
    fn style(self) -> Style {
        match self {
            Paint::Added => AnsiColor::Green.on_default(),
            Paint::Removed => AnsiColor::Red.on_default(),
            Paint::Changed => AnsiColor::Yellow.on_default(),
            Paint::Hunk => AnsiColor::Cyan.on_default(),
            Paint::Bold => Style::new().bold(),
            Paint::Alarm => AnsiColor::Red.on_default().bold(),
            Paint::Plain => Style::new(),
        }
    }
}

/// The width if stdout is not a terminal: so wide that no line is wrapped for programs that read or search the output.
const NO_WRAP: usize = 10_000;

impl Terminal {
    pub fn new(global: &Global) -> Self {
        // Only the decision is taken from anstream. Its stream would also remove escapes from the printed text, which would
        // change a diff.
        let wanted = |auto: anstream::ColorChoice| match global.color {
            ColorChoice::Always => Color::On,
            ColorChoice::Never => Color::Off,
            ColorChoice::Auto => match auto {
                anstream::ColorChoice::Never => Color::Off,
                _ => Color::On,
            },
        };
        Self {
            color_out: wanted(AutoStream::choice(&io::stdout())),
            color_err: wanted(AutoStream::choice(&io::stderr())),
            quiet: global.quiet,
            verbose: global.verbose,
            interactive: io::stdin().is_terminal() && io::stdout().is_terminal(),
            held: RefCell::new(None),
            commands: RefCell::default(),
            shown: RefCell::default(),
        }
    }

    /// From here on it speaks to who typed these flags.
    pub fn set_commands(&self, commands: CommandFlags) {
        self.commands.replace(commands);
    }

    /// A text of ours, with its commands as they have to be typed.
    pub fn with_flags(&self, text: &str) -> String {
        self.commands.borrow().in_text(text).into_owned()
    }

    /// The same of diagnostics.
    pub fn all_with_flags(&self, diagnostics: &[Diagnostic]) -> Vec<Diagnostic> {
        let told = |diagnostic: &Diagnostic| Diagnostic {
            help: diagnostic.help.as_deref().map(|help| self.with_flags(help)),
            ..diagnostic.clone()
        };
        diagnostics.iter().map(told).collect()
    }

    /// A result, to stdout. Errors: it can't be written, as on a full disk; a closed pipe (`| head`) is none.
    pub fn out(&self, text: &str) -> Result<(), Failure> {
        self.write_out(&for_people(text, self.color_out))
    }

    /// A result for other programs, to stdout: as it is, unless it is a terminal that reads it. Errors: stdout can't be
    /// written.
    pub fn document(&self, text: &str) -> Result<(), Failure> {
        match self.is_screen() {
            true => self.out(text),
            false => self.write_out(text),
        }
    }

    /// Whether stdout is a terminal.
    pub fn is_screen(&self) -> bool {
        io::stdout().is_terminal()
    }

    fn write_out(&self, text: &str) -> Result<(), Failure> {
        if let Some(held) = self.held.borrow_mut().as_mut() {
            held.push_str(text);
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        let written = stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush());
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::new(format!("could not write to stdout: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// Keeps results back from here on.
    pub fn hold(&self) {
        self.held.replace(Some(String::new()));
    }

    /// What was kept back. Results are printed again from here on.
    pub fn release(&self) -> String {
        self.held.take().unwrap_or_default()
    }

    /// A message of ours, to stderr, with its commands as they have to be typed.
    pub fn say(&self, text: &str) {
        self.err(&self.with_flags(text));
    }

    /// A text to stderr as it is: what others wrote, or what has its flags.
    pub fn err(&self, text: &str) {
        let text = for_people(text, self.color_err);
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// What stopped the command.
    pub fn failure(&self, failure: &Failure) {
        let mut text = paint("error:", Paint::Alarm, self.color_err);
        text.push_str(&format!(" {}\n", inner_lines(&failure.message, "  ")));
        if let Some(help) = &failure.help {
            text.push_str(&paint("  help:", Paint::Hunk, self.color_err));
            text.push_str(&format!(" {}\n", inner_lines(help, "        ")));
        }
        self.say(&text);
    }

    /// What the compiler had to say; of a quiet run only the errors.
    pub fn diagnostics(&self, diagnostics: &[Diagnostic], sources: &Sources) {
        let shown: Vec<Diagnostic> = diagnostics
            .iter()
            .filter(|diagnostic| !self.quiet || diagnostic.severity == Severity::Error)
            .cloned()
            .collect();
        let style = render::Style {
            color: self.color_err == Color::On,
            width: width(),
        };
        for diagnostic in shown {
            let text = render::human(std::slice::from_ref(&diagnostic), sources, style);
            if self.shown.borrow_mut().insert(text) {
                self.err(&render::human(
                    &self.all_with_flags(&[diagnostic]),
                    sources,
                    style,
                ));
            }
        }
    }

    /// Asks a question that only `y` or `yes` answers with yes. Errors: stdout can't be written.
    pub fn ask(&self, question: &str) -> Result<bool, Failure> {
        self.out(&format!("{question} [y/N] "))?;
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer);
        let is_yes = matches!(answer.trim().to_lowercase().as_str(), "y" | "yes");
        Ok(read.is_ok() && is_yes)
    }
}

/// One line of what another program wrote, for a terminal: without its colours, and without anything else that a terminal
/// obeys.
pub fn foreign(text: &str) -> String {
    let plain = anstream::adapter::strip_str(text).to_string();
    visible_lines(plain.trim_end_matches('\r')).replace('\n', "\\u{a}")
}

/// Lines inside of a message, each further one behind this indent: no other line starts where a message does.
pub fn inner_lines(text: &str, indent: &str) -> String {
    visible_lines(text).replace('\n', &format!("\n{indent}"))
}

/// The text in its colour, where colours are wanted.
pub fn paint(text: &str, paint: Paint, color: Color) -> String {
    let style = paint.style();
    if color == Color::Off || style.is_plain() {
        return text.to_string();
    }
    format!("{style}{text}{style:#}")
}

/// Columns of the terminal that stderr is.
fn width() -> usize {
    if !io::stderr().is_terminal() {
        return NO_WRAP;
    }
    let size = terminal_size::terminal_size_of(io::stderr());
    size.map_or(100, |(width, _)| usize::from(width.0)).max(40)
}
