//! The command line. Everything that reads a disk or talks to a terminal is in `cli`; the compiler is the library.

#![forbid(unsafe_code)]

use std::process::ExitCode;

mod cli;

fn main() -> ExitCode {
    cli::main()
}
