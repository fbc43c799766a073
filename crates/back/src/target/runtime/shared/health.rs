//! Health checks: a command of the user's or the kind's, or a script that tries what images have.

use percent_encoding::{AsciiSet, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Value, json};

use super::keys::Keys;
use crate::{
    files::Site,
    model::{Health, Piece, Probe, ProbeTool, Text, Workload},
    speak::{Constants, Speak, units::engine},
    syntax::Node,
    template::{Engine, NOT_IN_URLS, TemplateError},
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

/// The value of `healthcheck`, where there is one to write. `health = false` is one, too: the image may have a check of its
/// own, which the engine would run. A raw one says the whole. Errors: the template of the check can't be run.
pub fn healthcheck(
    speak: &dyn Speak,
    templates: &Engine,
    workload: &Workload,
) -> Result<Option<Value>, TemplateError> {
    let is_off = workload.written.get("health").is_some_and(Node::is_false);
    if is_off && workload.raw_compose.get("healthcheck").is_none() {
        return Ok(Some(json!({ "disable": true })));
    }
    let health = workload.health.as_ref().filter(|health| health.inside);
    health
        .map(|health| checked(speak, templates, health))
        .transpose()
}

fn checked(speak: &dyn Speak, templates: &Engine, health: &Health) -> Result<Value, TemplateError> {
    let mut keys = Keys::default();
    keys.put("test", test(speak, templates, health)?);
    keys.put("interval", engine::duration(health.interval));
    keys.put("timeout", engine::duration(health.timeout));
    keys.put("retries", health.retries);
    if health.start_period > 0 {
        keys.put("start_period", engine::duration(health.start_period));
    }
    Ok(Value::Object(keys.0))
}

fn test(speak: &dyn Speak, templates: &Engine, health: &Health) -> Result<Value, TemplateError> {
    let timeout = health.timeout.div_ceil(1000).max(1);
    match &health.probe {
        Probe::Http {
            path,
            number,
            scheme,
            ..
        } => {
            let (path, late) = url_path(speak, path);
            let scheme = scheme.name();
            let view = ProbeView {
                number: *number,
                scheme,
                url: format!("{scheme}://127.0.0.1:{number}{path}"),
                path,
                tool: health.tool.map(ProbeTool::name),
                timeout,
            };
            let script = templates.render("compose/probe-http.sh", view)?;
            Ok(json!(["CMD-SHELL", fill(speak, &script, &late)]))
        }
        Probe::Tcp { number, .. } => {
            let view = TcpProbeView {
                number: *number,
                tool: health.tool.map(ProbeTool::name),
                timeout,
            };
            let script = templates.render("compose/probe-tcp.sh", view)?;
            Ok(json!(["CMD-SHELL", fill(speak, &script, &[])]))
        }
        Probe::Command(words) => {
            let words = speak.texts(words);
            Ok(std::iter::once("CMD".to_string()).chain(words).collect())
        }
        Probe::Shell(line) => Ok(json!(["CMD-SHELL", speak.text(line)])),
    }
}

/// The first of the characters that stand for what the engine fills in. No path holds one itself: it would be encoded.
const LATE: u32 = 0xe000;

/// The path as it stands in a URL, with one character for each piece that the engine fills in, and these pieces.
fn url_path(speak: &dyn Speak, path: &Text) -> (String, Vec<String>) {
    let platform = speak.platform();
    let mut out = String::new();
    let mut late = Vec::new();
    for piece in &path.pieces {
        match piece {
            Piece::Variable(name) => {
                let Some(variable) = platform.variable(name) else {
                    continue;
                };
                let mut variable = variable.clone();
                variable.default = encode(&variable.default);
                out.extend(char::from_u32(LATE + late.len() as u32));
                late.push(speak.variable(&variable));
            }
            piece => out.push_str(&encode(&platform.constant(piece).unwrap_or_default())),
        }
    }
    // What it starts with unless somebody changes a variable.
    if !Constants(platform, Site::Engine)
        .text(path)
        .starts_with('/')
    {
        out.insert(0, '/');
    }
    (out, late)
}

/// The path as it stands in a URL, with the pieces that a runtime fills in as they are.
pub fn in_url(path: &Text) -> Text {
    let encoded = path.pieces.iter().map(|piece| match piece {
        Piece::Literal(text) => Piece::Literal(encode(text)),
        piece => piece.clone(),
    });
    Text {
        pieces: encoded.collect(),
    }
}

/// What may not stand in a request line between quotes of a shell.
const ENCODED: &AsciiSet = &NOT_IN_URLS.add(b'\'');

fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// A script as the engine must read it: its own `$` doubled, the late pieces in their places.
fn fill(speak: &dyn Speak, script: &str, late: &[String]) -> String {
    let mut out = speak.literal(script.trim());
    for (index, piece) in late.iter().enumerate() {
        if let Some(mark) = char::from_u32(LATE + index as u32) {
            out = out.replace(mark, piece);
        }
    }
    out
}
