//! Scripts that Linux can't start: the first line says which program runs them, and the end of a Windows line belongs to its name.

use std::collections::BTreeSet;

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{FileContent, FileMount, Piece},
};

/// Files that are mounted as they are and begin with a `#!` line that ends in CRLF.
pub(super) fn line_ends(facts: Facts<'_>, sink: &mut Sink) {
    for component in &facts.platform.components {
        let files = component.workloads.iter().flat_map(|it| &it.files);
        // Each workload of the component mounts it.
        let mut seen = BTreeSet::new();
        for (file, (name, program)) in files.filter_map(|file| Some((file, started_by(file)?))) {
            if !seen.insert((file.path.as_str(), name)) {
                continue;
            }
            let message = format!("the first line of the script `{name}` ends in CRLF");
            sink.push(
                Diagnostic::new(Code::ScriptLineEnd, message)
                    .about(&component.name)
                    .label(file.span, "mounted as it is")
                    .help(format!(
                        "save it with LF at the ends of its lines (`sed -i 's/\\r$//' FILE`, and `*.sh eol=lf` in .gitattributes): Linux looks for a program \
                         `{program}\\r`, and the container stops with \"not found\""
                    )),
            );
        }
    }
}

/// The script that can't be started, and the program that its first line means.
fn started_by(file: &FileMount) -> Option<(&str, String)> {
    match &file.content {
        FileContent::Text { text, .. } => match text.pieces.first()? {
            Piece::Literal(text) => Some((file.path.as_str(), program(text.as_bytes())?)),
            _ => None,
        },
        FileContent::Project { path, bytes } => Some((path.as_str(), program(bytes)?)),
        FileContent::Folder { files, .. } => files
            .iter()
            .find_map(|(path, bytes)| Some((path.as_str(), program(bytes)?))),
        FileContent::Secret(_) | FileContent::Stubs | FileContent::Generated(_) => None,
    }
}

/// The program of a `#!` line that ends in CRLF.
fn program(bytes: &[u8]) -> Option<String> {
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    let line = line.strip_prefix(b"#!")?.strip_suffix(b"\r")?;
    Some(String::from_utf8_lossy(line).trim().to_string())
}
