//! A path prefix that is set only in `args`: health checks, scrapes and links would not use it.
//!
//! The kind shows which flags of its program set a prefix: those with the value `${self.PORT.path}` or with its public URL.

use super::{Declarations, draft::Declared, flags};
use crate::{
    diag::{Code, Diagnostic, Sink},
    reference::{self, Mode, Piece, Words},
    syntax::{Node, Table, quoted},
};

pub(super) fn check(all: &Declarations, sink: &mut Sink) {
    for declared in &all.components {
        if let Some(diagnostic) = prefix_in_args(declared) {
            sink.push(diagnostic);
        }
    }
}

/// A flag that sets the path under which the program serves.
struct PrefixFlag {
    name: String,
    /// It takes a whole URL.
    is_url: bool,
}

fn prefix_in_args(declared: &Declared) -> Option<Diagnostic> {
    let user = &declared.user;
    let args = user.get("args")?;
    // A command of the user's own is no longer the kind's.
    if user.get("command").is_some() || user.get("public_url").is_some() {
        return None;
    }
    let port = declared.kind.port.as_deref().unwrap_or("http");
    let declared_path = user
        .get_path(&["ports", port, "path"])
        .and_then(Node::as_str);
    let known = prefix_flags(&declared.kind.table);
    let (flag, path) = flags::given(args).into_iter().find_map(|(name, value)| {
        let flag = known.iter().find(|flag| flag.name == name)?;
        let path = match flag.is_url {
            true => path_of_url(&value)?,
            false => value.as_str(),
        };
        let path = path.trim_end_matches('/');
        (path.starts_with('/') && Some(path) != declared_path).then(|| (name, path.to_string()))
    })?;
    let line = format!("path = {}", quoted(&path));
    let key = format!("ports.{port}");
    let diagnostic = Diagnostic::new(
        Code::ConflictingKeys,
        format!(
            "`{flag}` sets a path prefix of `{}` that only the program knows",
            declared.name
        ),
    )
    .label(args.span, format!("serves below `{path}`"));
    let why = format!("health check, scrape and links then use it, and `{flag}` is not needed");
    Some(
        match user.table("ports").and_then(|ports| ports.entry(port)) {
            Some(entry) if entry.value.as_table().is_some() => diagnostic
                .help(format!("write `{line}` in `{key}`: {why}"))
                .adding(entry.key.span, line),
            _ => {
                let line = format!("{key}.{line}");
                diagnostic
                    .help(format!("write `{line}`: {why}"))
                    .adding(declared.span, line)
            }
        },
    )
}

/// What follows the host in a URL.
fn path_of_url(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    rest.find('/').map(|at| &rest[at..])
}

fn prefix_flags(kind: &Table) -> Vec<PrefixFlag> {
    let cases = kind.array("when").unwrap_or_default();
    let workloads = cases
        .iter()
        .filter_map(|case| case.as_table()?.table("workload"))
        .chain(kind.table("workload"));
    let mut found = Vec::new();
    for workload in workloads {
        for key in ["command", "args"] {
            let words = workload.array(key).unwrap_or_default();
            for (index, word) in words.iter().enumerate() {
                let Some(is_url) = says_prefix(word) else {
                    continue;
                };
                let before = index.checked_sub(1).and_then(|before| words.get(before));
                let own = word.as_str().and_then(|word| word.split_once('='));
                let name = own.map(|(name, _)| name).or(before.and_then(Node::as_str));
                found.extend(name.map(|name| PrefixFlag {
                    name: name.to_string(),
                    is_url,
                }));
            }
        }
    }
    found
}

/// Whether a word of a kind's command holds its prefix, and if as a part of its URL.
fn says_prefix(word: &Node) -> Option<bool> {
    let phrase = reference::of_node(word, Words::Kind, Mode::Strict);
    phrase.pieces.iter().find_map(|piece| {
        let Piece::Reference(reference) = piece else {
            return None;
        };
        match reference.segments.as_slice() {
            ["self", _, "path"] => Some(false),
            ["self", "public_url"] | ["self", _, "public_url"] => Some(true),
            _ => None,
        }
    })
}
