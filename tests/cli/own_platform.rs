//! The platform of this repository, by the binary that the tests were built with.

use std::process::{Command, Stdio};

use crate::binary::finish;

#[test]
fn generated_is_what_platform_toml_says() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mlopsgen"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["check", "--no-cache"])
        .env("XDG_CACHE_HOME", crate::CACHE)
        .stdin(Stdio::null());
    finish(command).succeeded();
}
