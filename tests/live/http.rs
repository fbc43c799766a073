//! A minimal HTTP client for published ports.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

/// Status and body of an answer; the status is 0 where there is none.
pub fn get(port: u16, path: &str) -> (u16, String) {
    exchange(
        port,
        &format!("GET {path} HTTP/1.0\r\nHost: localhost:{port}\r\n\r\n"),
    )
}

pub fn post(port: u16, path: &str, kind: &str, body: &str) -> (u16, String) {
    let length = body.len();
    let head = format!("POST {path} HTTP/1.0\r\nHost: localhost:{port}\r\nContent-Type: {kind}");
    exchange(
        port,
        &format!("{head}\r\nContent-Length: {length}\r\n\r\n{body}"),
    )
}

/// A value in a form or a query string.
pub fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn exchange(port: u16, request: &str) -> (u16, String) {
    let answer = (|| {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        std::io::Result::Ok(String::from_utf8_lossy(&answer).into_owned())
    })();
    let answer = answer.unwrap_or_default();
    let status = answer.split(' ').nth(1).and_then(|text| text.parse().ok());
    let body = answer
        .split_once("\r\n\r\n")
        .map_or("", |(_, body)| body)
        .to_string();
    (status.unwrap_or(0), body)
}
