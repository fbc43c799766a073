//! What did not come up, as people read it.

use mlopsgen::engine::Broken;

use super::{
    Context,
    terminal::{Paint, foreign, paint},
};

/// Prints why each of these is not well.
pub fn print(broken: &[Broken], context: &Context) {
    for broken in broken {
        context.terminal.err(&text(broken, context));
    }
}

fn text(broken: &Broken, context: &Context) -> String {
    let color = context.terminal.color_err;
    let mut text = format!(
        "\n{} `{}` does not work: {}\n",
        paint("error:", Paint::Alarm, color),
        broken.service,
        foreign(&broken.cause)
    );
    if !broken.waiting.is_empty() {
        text.push_str(&format!(
            "  waiting for it: {}\n",
            broken.waiting.join(", ")
        ));
    }
    if let Some(check) = &broken.check {
        text.push_str(&block("its health check says", check));
    }
    match broken.log.trim().is_empty() {
        true => text.push_str("  it has written nothing\n"),
        false => text.push_str(&block("its last lines", &broken.log)),
    }
    text
}

/// The last lines of a program's output, indented.
fn block(title: &str, text: &str) -> String {
    let mut lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let skip = lines.len().saturating_sub(10);
    lines.drain(..skip);
    let lines = lines
        .iter()
        .map(|line| format!("    | {}\n", foreign(line)));
    let lines: Vec<String> = lines.collect();
    format!("  {title}:\n{}", lines.concat())
}
