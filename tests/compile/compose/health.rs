//! The health scripts, run by a real shell with one program at a time on its `PATH`.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use super::project::Project;

/// Answers each request with the status that its path names, `/500` with 500.
fn serve() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || listener.incoming().flatten().for_each(answer));
    port
}

fn answer(mut stream: TcpStream) {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        request.extend(byte);
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let path = request.split(' ').nth(1).unwrap_or_default();
    let status = if path.starts_with("/500") {
        "500 Broken"
    } else {
        "200 OK"
    };
    let known = path.ends_with(
        "%20it%27s?q=$HOME&r=%E2%98%83;{}"
            .replace("{}", "%7B%7D")
            .as_str(),
    );
    let status = if known { status } else { "404 Missing" };
    let _ = write!(
        stream,
        "HTTP/1.0 {status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
    );
}

fn script(health: &str, port: u16) -> String {
    let project = Project::new(&format!(
        "[platform]\nname = \"p\"\n[groups]\ng = \"G\"\n[components.c]\nimage = \"x:1\"\ngroup = \"g\"\n\
         ports.http = {port}\nhealth = {health}\n"
    ))
    .emit();
    let Some(read) = project.read_back(&["g.yaml"]) else {
        return String::new();
    };
    read["services"]["c"]["healthcheck"]["test"][1]
        .as_str()
        .unwrap_or_default()
        .to_string()
}

fn find(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file() && !path.to_string_lossy().contains("shims"))
}

/// Whether the script ends well with only these programs.
fn healthy(script: &str, bin: &Path) -> bool {
    Command::new("/bin/sh")
        .args(["-c", script])
        .env_clear()
        .env("PATH", bin)
        .env("http_proxy", "http://127.0.0.1:1")
        .output()
        .expect("a shell")
        .status
        .success()
}

#[test]
fn every_health_check_separates_healthy_from_broken() {
    let port = serve();
    let closed = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port")
        .port();
    let path =
        |status: &str| format!("{{ http = \"/{status} it's?q=$HOME&r=☃;{{}}\", port = \"http\" }}");
    let good = script(&path("200"), port);
    if good.is_empty() {
        return;
    }
    let bad = script(&path("500"), port);
    let refused = script(&path("200"), closed);
    let listening = script("{ tcp = \"http\" }", port);
    let unreachable = script("{ tcp = \"http\" }", closed);
    for program in ["curl", "wget", "python3", "python", "bash", "nc"] {
        let Some(real) = find(if program == "python" {
            "python3"
        } else {
            program
        }) else {
            continue;
        };
        let bin = tempfile::tempdir().expect("a folder");
        symlink(real, bin.path().join(program)).expect("a link");
        if program != "nc" {
            assert!(healthy(&good, bin.path()), "{program}: {good}");
            assert!(!healthy(&bad, bin.path()), "{program}: {bad}");
            assert!(!healthy(&refused, bin.path()), "{program}: {refused}");
        }
        assert!(healthy(&listening, bin.path()), "{program}: {listening}");
        assert!(
            !healthy(&unreachable, bin.path()),
            "{program}: {unreachable}"
        );
    }
    let nothing = tempfile::tempdir().expect("a folder");
    assert!(!healthy(&good, nothing.path()));
    assert!(!healthy(&listening, nothing.path()));
    drop(fs::remove_dir(nothing.path()));
}
