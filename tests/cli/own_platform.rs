//! The platform of this repository, by the binary that the tests were built with.

use std::process::{Command, Stdio};

use crate::binary::{Ran, finish};

fn ran(arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mlopsgen"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .env("XDG_CACHE_HOME", crate::CACHE)
        .stdin(Stdio::null());
    finish(command)
}

#[test]
fn generated_is_what_platform_toml_says() {
    ran(&["check", "--no-cache"]).succeeded();
}

/// The engine shows the name of a part; its page is that of its component.
#[test]
fn the_name_of_a_part_shows_its_component() {
    let ran = ran(&["show", "mlflow-db-exporter"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(
        ran.out.starts_with("mlflow-db (kind postgres"),
        "{}",
        ran.out
    );
}
