//! Compose as a command runs it.

use mlopsgen::{engine::Engine, plan::Failure};

use super::Context;

/// Runs Compose; its exit status. What a quiet run prints is shown only if it fails.
pub fn run(engine: &Engine, arguments: &[String], context: &Context) -> Result<u8, Failure> {
    if !context.terminal.quiet {
        return engine.run(arguments);
    }
    let finished = engine.run_quietly(arguments)?;
    if finished.status != 0 {
        context.terminal.err(&finished.errors);
    }
    Ok(finished.status)
}
