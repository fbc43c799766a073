//! Compose as a command runs it.

use mlopsgen::{
    engine::{Engine, Line, Stream},
    plan::Failure,
};

use super::{Context, printed::Color, terminal::foreign};

/// Runs Compose; its exit status. Its lines are set off from our own; those of a quiet run are shown only if it fails. Errors:
/// it can't be started.
pub fn run(engine: &Engine, arguments: &[String], context: &Context) -> Result<u8, Failure> {
    let mut held_back = String::new();
    let status = engine.run(arguments, |line| match context.terminal.quiet {
        true => held_back.push_str(&set_off(&line.text)),
        false => show(&line, &set_off(&line.text), context),
    })?;
    if status != 0 {
        context.terminal.err(&held_back);
    }
    Ok(status)
}

/// Runs Compose for what containers have written; its exit status. On a terminal colours stay, and nothing else that a terminal
/// obeys. Other programs get the bytes as they are. Errors: it can't be started.
pub fn logs(engine: &Engine, arguments: Vec<String>, context: &Context) -> Result<u8, Failure> {
    if !context.terminal.is_screen() {
        return engine.pass_on(&arguments, |line| show(&line, &plain_line(&line), context));
    }
    let color = context.terminal.color_out;
    // Compose sees a pipe, and would leave out its own colours.
    let ansi = ["--ansi", "always"].map(ToString::to_string);
    let ansi = ansi.into_iter().filter(|_| color == Color::On);
    let arguments: Vec<String> = ansi.chain(arguments).collect();
    engine.run(&arguments, |line| {
        let text = match color {
            // A colour that a program did not end stays in its line.
            Color::On => format!("{}\u{1b}[0m\n", line.text),
            Color::Off => plain_line(&line),
        };
        show(&line, &text, context);
    })
}

/// A line of Compose between ours, which no line of ours looks like.
pub fn set_off(line: &str) -> String {
    format!("  | {}\n", foreign(line))
}

fn plain_line(line: &Line) -> String {
    format!("{}\n", foreign(&line.text))
}

/// Shows a text where its line was printed. Nobody may read stdout any more: the run goes on.
fn show(line: &Line, text: &str, context: &Context) {
    match line.stream {
        Stream::Out => {
            let _ = context.terminal.out(text);
        }
        Stream::Err => context.terminal.err(text),
    }
}
