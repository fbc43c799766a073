//! The program: it starts the command line, which is the only code that prints. Everything else is the library.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use mimalloc::MiMalloc;

mod cli;

/// Views and texts are many small pieces: with the system's allocator they took a third of the time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
