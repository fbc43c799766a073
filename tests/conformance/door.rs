//! A real nginx takes the routes of the example with an entry point, and requests go through it with a certificate that was
//! made for the test.

use std::{path::Path, process::Command};

use crate::{consumer, support::cases, tree::write};

#[test]
fn requests_go_through_and_nobody_comes_in_without_a_log_in() {
    let example = Path::new("examples/entry-point");
    let compiled = cases::compiled(example);
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in &compiled[0].files {
        write(&folder.path().join(path), text);
    }
    let output = Command::new("bash")
        .arg(consumer::script("door.sh"))
        .arg(folder.path().join("config/gateway"))
        .arg(consumer::installed("bin/nginx"))
        .args(["ml.example.com", "/mlflow", "/recommend"])
        .output()
        .expect("bash");
    let words = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}{errors}");
}
