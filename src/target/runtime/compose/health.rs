//! Health checks: a command of the user's or the kind's, or a script that tries what images have.

use serde::Serialize;
use serde_json::{Value, json};

use super::{speak, tree::Keys, units};
use crate::{
    model::{Health, Piece, Platform, Probe, ProbeTool, Text},
    template::{Engine, TemplateError},
};

/// What `templates/compose/probe-http.sh` sees.
#[derive(Debug, Serialize)]
struct ProbeView {
    /// The port.
    number: u16,
    /// `http` or `https`.
    scheme: &'static str,
    /// Starts with `/`. Characters that a URL can't hold are percent-encoded.
    path: String,
    /// The whole URL, on 127.0.0.1.
    url: String,
    /// The one program to use, where the kind knows it.
    tool: Option<&'static str>,
    /// Seconds, at least one.
    timeout: u64,
}

/// What `templates/compose/probe-tcp.sh` sees.
#[derive(Debug, Serialize)]
struct TcpProbeView {
    /// The port.
    number: u16,
    /// The one program to use, where the kind knows it.
    tool: Option<&'static str>,
    /// Seconds, at least one.
    timeout: u64,
}

/// The value of `healthcheck`.
pub(super) fn healthcheck(
    platform: &Platform,
    engine: &Engine,
    health: &Health,
) -> Result<Value, TemplateError> {
    let mut keys = Keys::default();
    keys.put("test", test(platform, engine, health)?);
    keys.put("interval", units::duration(health.interval));
    keys.put("timeout", units::duration(health.timeout));
    keys.put("retries", health.retries);
    if health.start_period > 0 {
        keys.put("start_period", units::duration(health.start_period));
    }
    Ok(Value::Object(keys.0))
}

fn test(platform: &Platform, engine: &Engine, health: &Health) -> Result<Value, TemplateError> {
    let timeout = health.timeout.div_ceil(1000).max(1);
    match &health.probe {
        Probe::Http {
            path,
            number,
            scheme,
            ..
        } => {
            let (path, late) = url_path(platform, path);
            let scheme = scheme.name();
            let view = ProbeView {
                number: *number,
                scheme,
                url: format!("{scheme}://127.0.0.1:{number}{path}"),
                path,
                tool: health.tool.map(ProbeTool::name),
                timeout,
            };
            let script = engine.render("compose/probe-http.sh", view)?;
            Ok(json!(["CMD-SHELL", fill(&script, &late)]))
        }
        Probe::Tcp { number, .. } => {
            let view = TcpProbeView {
                number: *number,
                tool: health.tool.map(ProbeTool::name),
                timeout,
            };
            let script = engine.render("compose/probe-tcp.sh", view)?;
            Ok(json!(["CMD-SHELL", fill(&script, &[])]))
        }
        Probe::Command(words) => {
            let words = words.iter().map(|word| speak::text(platform, word));
            Ok(std::iter::once("CMD".to_string()).chain(words).collect())
        }
        Probe::Shell(line) => Ok(json!(["CMD-SHELL", speak::text(platform, line)])),
    }
}

/// The first of the characters that stand for what Compose fills in. No path holds one itself: it would be encoded.
const LATE: u32 = 0xe000;

/// The path as it stands in a URL, with one character for each piece that Compose fills in, and these pieces.
fn url_path(platform: &Platform, path: &Text) -> (String, Vec<String>) {
    let mut out = String::new();
    let mut late = Vec::new();
    for piece in &path.pieces {
        match piece {
            Piece::Literal(text) => out.push_str(&encode(text)),
            Piece::Variable(name) => {
                let Some(variable) = platform.variable(name) else {
                    continue;
                };
                let mut variable = variable.clone();
                variable.default = encode(&variable.default);
                out.extend(char::from_u32(LATE + late.len() as u32));
                late.push(speak::variable(&variable));
            }
            piece => {
                let piece = Text {
                    pieces: vec![piece.clone()],
                };
                out.push_str(&encode(&piece.as_plain().unwrap_or_default()));
            }
        }
    }
    let plain = with_defaults(platform, path);
    if !plain.starts_with('/') {
        out.insert(0, '/');
    }
    (out, late)
}

/// The path with the variables' defaults: what it starts with unless somebody changes it.
fn with_defaults(platform: &Platform, path: &Text) -> String {
    path.render(|piece| match piece {
        Piece::Literal(text) => text.clone(),
        Piece::Variable(name) => platform
            .variable(name)
            .map_or(String::new(), |variable| variable.default.clone()),
        _ => String::new(),
    })
}

/// Percent-encodes what may not stand in a request line; `%` itself is taken for an encoding of the user's.
fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'!'
            | b'#'..=b'&'
            | b'('..=b';'
            | b'='
            | b'?'..=b'['
            | b']'
            | b'_'
            | b'a'..=b'z'
            | b'~' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// A script as Compose must read it: its own `$` doubled, the late pieces in their places.
fn fill(script: &str, late: &[String]) -> String {
    let mut out = speak::literal(script.trim());
    for (index, piece) in late.iter().enumerate() {
        if let Some(mark) = char::from_u32(LATE + index as u32) {
            out = out.replace(mark, piece);
        }
    }
    out
}
