//! A real nginx takes the routes of the example with an entry point, and requests go through it with a certificate that was
//! made for the test.

use std::{path::Path, process::Command};

use crate::{
    consumer,
    support::{
        cases,
        compiled::{compiled, texts},
    },
    tree::write,
};

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

const HOST: &str = "an-entry-point-with-a-long-name.department-of-machine-learning.example.com";

/// Configuration that people keep beside ours, with directives that nginx takes once.
const OWN: &str = "server_names_hash_bucket_size 128;\nresolver 127.0.0.11;\nclient_max_body_size 10m;\nproxy_http_version 1.1;\n\
                   map $http_upgrade $connection_upgrade { default upgrade; '' close; }\n";

#[test]
fn an_upstream_elsewhere_is_asked_by_its_name_beside_configuration_of_ones_own() {
    let files = texts(compiled(format!(
        "[platform]\nname = \"p\"\n[groups]\none = \"1\"\n[components.gateway]\nkind = \"nginx\"\ngroup = \"one\"\n\
         files.\"/etc/nginx/conf.d/own.conf\" = {{ content = \"\"\"\n{OWN}\"\"\" }}\n\
         [components.far]\nexternal = {{ http = \"far.example.net:18444\" }}\nports.http = {{ container = 443, scheme = \"https\" }}\n\
         [routes.far]\nthrough = \"gateway\"\nhost = \"{HOST}\"\npaths = {{ \"/far\" = \"far\" }}\n"
    )));
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in &files.expect("no errors") {
        write(&folder.path().join(path), text);
    }
    let output = Command::new("bash")
        .arg(consumer::script("upstream.sh"))
        .arg(folder.path().join("config/gateway"))
        .arg(consumer::installed("bin/nginx"))
        .args([HOST, "/far"])
        .output()
        .expect("bash");
    let words = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}{errors}");
}
