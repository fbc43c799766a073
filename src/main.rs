//! The command line. Everything that reads a disk or talks to a terminal is in `cli`; the compiler is the library.

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
