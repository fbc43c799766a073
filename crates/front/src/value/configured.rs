//! The forms in which programs write their configuration, as one: what is set, under a path of names with dots between them.
//!
//! - YAML and JSON: `storage: { path: /x }` is `storage.path`, and so is `storage.path: /x`.
//! - XML: `<root><path>/x</path></root>` is `path`; the outermost element has another name in each program.
//! - Lines `name = value`, `name: value` or `name value`, in sections `[name]` and in blocks `name "label" { ... }`, with comments
//!   after `#`, `;` or `//`.
//!
//! Sources: PostgreSQL, "Setting Parameters" (`=` may be left out; `include`, `include_if_exists`, `include_dir`). MySQL, "Using
//! Option Files" (`!include`, `!includedir`). Redis, redis.conf (`name value`, `include`). ClickHouse, "Configuration files"
//! (`from_env`, `from_zk`, `incl`). HCL, "Syntax specification" (blocks with labels).

use super::yaml::{self, BY_HAND, Node, Value};

/// What lies deeper is no option that decides where data is.
const DEEPEST: usize = 16;

/// What a line of a configuration says.
#[derive(Debug, PartialEq, Eq)]
pub enum Statement {
    /// A value.
    Value(String),
    /// A value that is not in the file.
    Elsewhere,
    /// Another file, or a folder of files, is read here: the words that name it.
    Include(String),
}

/// What a file says, each with the path of its name.
pub fn entries(text: &str) -> Vec<(String, Statement)> {
    if text.trim_start().starts_with('<') {
        return of_elements(text);
    }
    match yaml::read(text, BY_HAND) {
        Ok(Some(node)) if node.table().is_some_and(|it| !it.is_empty()) => {
            let mut out = Vec::new();
            of_node("", &node, &mut out);
            out
        }
        _ => of_lines(text),
    }
}

fn of_node(path: &str, node: &Node, out: &mut Vec<(String, Statement)>) {
    match &node.value {
        Value::Scalar(text) => out.push((path.to_string(), Statement::Value(text.clone()))),
        // Several folders are one value in the other forms.
        Value::List(items) => {
            let texts: Option<Vec<&str>> = items.iter().map(Node::text).collect();
            if let Some(texts) = texts {
                out.push((path.to_string(), Statement::Value(texts.join(","))));
            }
        }
        Value::Table(entries) => {
            for (key, value) in entries {
                let Some(key) = key.text() else {
                    continue;
                };
                match path {
                    "" => of_node(key, value, out),
                    path => of_node(&format!("{path}.{key}"), value, out),
                }
            }
        }
    }
}

fn of_elements(text: &str) -> Vec<(String, Statement)> {
    let mut out = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let end = match rest.starts_with("!--") {
            true => "-->",
            false => ">",
        };
        let Some((tag, after)) = rest.split_once(end) else {
            break;
        };
        rest = after;
        if tag.starts_with(['!', '?']) {
            continue;
        }
        if tag.starts_with('/') {
            names.pop();
            continue;
        }
        let is_empty = tag.ends_with('/');
        let mut words = tag.trim_end_matches('/').split_whitespace();
        names.push(words.next().unwrap_or_default());
        let is_near = names.len() <= DEEPEST;
        let inner = names.iter().skip(1).filter(|_| is_near);
        let path = inner.copied().collect::<Vec<_>>().join(".");
        let elsewhere = ["from_env=", "from_zk=", "incl="];
        let is_elsewhere = words.any(|word| elsewhere.iter().any(|it| word.starts_with(it)));
        let value = rest.split_once('<').map_or("", |(value, _)| value.trim());
        let statement = match (is_elsewhere, value) {
            (true, _) => Some(Statement::Elsewhere),
            (false, "") => None,
            (false, value) => Some(Statement::Value(value.to_string())),
        };
        // The outermost element has no path, nor has one that is too deep.
        let statement = statement.filter(|_| !path.is_empty());
        out.extend(statement.map(|statement| (path, statement)));
        if is_empty {
            names.pop();
        }
    }
    out
}

fn of_lines(text: &str) -> Vec<(String, Statement)> {
    let mut out = Vec::new();
    let mut section = String::new();
    let mut blocks: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) || line.starts_with("//") {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.split(']').next()) {
            section = name.to_string();
            continue;
        }
        if line.starts_with('}') {
            blocks.pop();
            continue;
        }
        let Some((name, inside)) = block(line) else {
            out.extend(of_line(&section, &blocks, line));
            continue;
        };
        blocks.push(name);
        if let Some(only) = inside.strip_suffix('}') {
            out.extend(of_line(&section, &blocks, only.trim()));
            blocks.pop();
        }
    }
    out
}

/// The names of a block that begins on the line, and what follows its brace.
fn block(line: &str) -> Option<(String, &str)> {
    let (names, inside) = line.split_once('{')?;
    let names: Vec<String> = names.split_whitespace().map(unquoted).collect();
    let is_block = !names.is_empty() && !names.iter().any(|it| it.contains(['=', ':', '$']));
    is_block.then(|| (names.join("."), inside.trim()))
}

fn of_line(section: &str, blocks: &[String], line: &str) -> Option<(String, Statement)> {
    if blocks.len() > DEEPEST {
        return None;
    }
    let line = line.strip_prefix("export ").unwrap_or(line).trim();
    let end = line.find(|c: char| c.is_whitespace() || matches!(c, '=' | ':'))?;
    let (name, rest) = line.split_at(end);
    let value = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '=' | ':'));
    let value = value.split(" #").next().unwrap_or_default();
    let value = unquoted(value.trim());
    if name.trim_start_matches('!').starts_with("include") {
        return Some((name.to_string(), Statement::Include(value)));
    }
    let around = Some(section).filter(|it| !it.is_empty()).into_iter();
    let names = around.chain(blocks.iter().map(String::as_str));
    let path: Vec<&str> = names.chain([name]).collect();
    Some((path.join("."), Statement::Value(value)))
}

/// A value without the quotes around it.
pub fn unquoted(value: &str) -> String {
    value
        .trim_end_matches(';')
        .trim_matches(['"', '\''])
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::{Statement, entries};

    #[test]
    fn each_form_gives_the_paths_of_its_names() {
        for (text, path, value) in [
            (
                "storage:\n  trace:\n    local: {path: '/x'}\n",
                "storage.trace.local.path",
                "/x",
            ),
            (
                "{\"storage\": {\"file\": {\"path\": \"/x\"}}}",
                "storage.file.path",
                "/x",
            ),
            ("path.data: [/x, /y]\n", "path.data", "/x,/y"),
            ("[paths]\n;data = /y\ndata = /x\n", "paths.data", "/x"),
            (
                "[DEFAULT]\n[database]\nPATH=/x # here\n",
                "database.PATH",
                "/x",
            ),
            (
                "storage \"raft\" {\n  path = \"/x\"\n}\nlistener \"tcp\" {\n path = 1\n}\n",
                "storage.raft.path",
                "/x",
            ),
            (
                "// one\nstorage \"file\" { path = \"/x\" }\nother = 1\n",
                "storage.file.path",
                "/x",
            ),
            ("export MNESIA_BASE='/x'\n", "MNESIA_BASE", "/x"),
            (
                "<?xml version='1.0'?>\n<!-- <path>/y</path> -->\n<clickhouse>\n <path>/x</path><a/>\n</clickhouse>",
                "path",
                "/x",
            ),
            (
                "<y><disks><d><path>/x</path></d></disks></y>",
                "disks.d.path",
                "/x",
            ),
            ("dir /x\nsave 60 1\n", "dir", "/x"),
        ] {
            let found = entries(text);
            let found = found.iter().find(|(at, _)| at == path);
            assert_eq!(
                found.map(|(_, statement)| statement),
                Some(&Statement::Value(value.to_string())),
                "{text}"
            );
        }
        assert_eq!(
            entries("<y><path from_env=\"X\"/></y>"),
            [("path".to_string(), Statement::Elsewhere)]
        );
        assert_eq!(
            entries("!includedir /etc/x\n"),
            [(
                "!includedir".to_string(),
                Statement::Include("/etc/x".to_string())
            )]
        );
    }

    #[test]
    fn no_text_is_too_strange() {
        for text in [
            "",
            "<",
            "<a",
            "</a></a>",
            "{",
            "}",
            "}}\n{{",
            "a {",
            "[",
            "[\n]",
            "<!--",
            "=",
            ": :",
            "\u{feff}<",
            "a: &a [*a]",
        ] {
            entries(text);
        }
    }

    /// What a path takes grows with its depth: only near ones are made.
    #[test]
    fn a_deep_text_takes_no_more_than_its_length() {
        for text in ["<a>".repeat(50_000), "a {\nb = 1\n".repeat(50_000)] {
            assert!(entries(&text).len() < 50, "{}", &text[..10]);
        }
    }
}
