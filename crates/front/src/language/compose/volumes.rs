//! Volumes of Compose's as volumes and files with names.

use super::{
    Rewritten, line,
    lists::nothing_stands_for,
    rewrite::host_path,
    variables::{self, has_variable},
};
use crate::{
    language::form::NameRule,
    syntax::{Node, Value, quoted},
    value::is_configuration,
};

/// `NAME:/path`, `./folder:/path:ro`, `/path`, or a table.
struct ComposeVolume {
    source: Option<String>,
    target: String,
    read_only: bool,
    in_memory: bool,
    /// What nothing here stands for.
    left_out: Vec<String>,
}

impl ComposeVolume {
    fn read(node: &Node) -> Option<Self> {
        match &node.value {
            Value::String(text) => Some(Self::of_short(text)),
            Value::Table(table) => Some(Self {
                source: table.string("source").map(ToString::to_string),
                target: table.string("target")?.to_string(),
                read_only: table.boolean("read_only") == Some(true),
                in_memory: table.string("type") == Some("tmpfs"),
                left_out: table
                    .keys()
                    .filter(|key| !["source", "target", "read_only", "type"].contains(key))
                    .map(ToString::to_string)
                    .collect(),
            }),
            _ => None,
        }
    }

    fn of_short(text: &str) -> Self {
        let parts = variables::parts(text);
        let (source, target, options) = match parts.as_slice() {
            [target] => (None, *target, ""),
            [source, target] => (Some(*source), *target, ""),
            [source, target, options, ..] => (Some(*source), *target, *options),
            [] => (None, text, ""),
        };
        Self {
            source: source.map(ToString::to_string),
            target: target.to_string(),
            read_only: options.split(',').any(|option| option == "ro"),
            in_memory: false,
            left_out: options
                .split(',')
                .filter(|option| !matches!(*option, "" | "ro" | "rw"))
                .map(ToString::to_string)
                .collect(),
        }
    }

    /// A path of the host, as the project has it.
    fn path(&self) -> Option<String> {
        let source = self.source.as_deref()?;
        let is_path = source.starts_with(['.', '/', '~']) || source.contains('/');
        is_path.then(|| host_path(source))
    }

    /// A configuration file of the project: it is read when compiling.
    fn is_file(&self) -> bool {
        let name = self.target.rsplit('/').next().unwrap_or_default();
        self.path().is_some_and(|path| {
            let is_read = self.read_only && name.contains('.');
            let is_configuration = is_configuration(&path) && is_configuration(name);
            !path.starts_with(['/', '.']) && (is_read || is_configuration)
        })
    }

    fn line(&self, used: &mut Vec<String>) -> String {
        let target = quoted(&self.target);
        if self.in_memory {
            return line("tmpfs", format!("[{target}]"));
        }
        if let Some(path) = self.path().filter(|_| self.is_file()) {
            return line(
                &format!("files.{target}"),
                format!("{{ source = {} }}", quoted(&path)),
            );
        }
        let path = self.path();
        let wanted = match (&path, &self.source) {
            (None, Some(name)) => name,
            _ => self
                .target
                .trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or_default(),
        };
        let mut entries = vec![line("mount", target)];
        entries.extend(path.map(|path| line("source", quoted(&path))));
        if self.read_only {
            entries.push("read_only = true".to_string());
        }
        let name = unused_name(wanted, used);
        line(
            &format!("volumes.{name}"),
            format!("{{ {} }}", entries.join(", ")),
        )
    }
}

/// A name of that sort that no other volume here has.
fn unused_name(wanted: &str, used: &mut Vec<String>) -> String {
    let lower = wanted.to_ascii_lowercase();
    let cleaned: String = lower
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let start = cleaned.trim_matches(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit());
    let start = match NameRule::Resource.accepts(start) {
        true => start,
        false => "data",
    };
    let mut name = start.to_string();
    let mut number = 2;
    while used.contains(&name) {
        name = format!("{start}-{number}");
        number += 1;
    }
    used.push(name.clone());
    name
}

pub(super) fn volumes(value: &Node) -> Option<Rewritten> {
    let volumes: Vec<ComposeVolume> = value
        .as_array()?
        .iter()
        .map(ComposeVolume::read)
        .collect::<Option<_>>()?;
    let mut used = Vec::new();
    let lines = volumes
        .iter()
        .map(|volume| volume.line(&mut used))
        .collect();
    let mut rewritten = Rewritten::lines(lines)?;
    let mut why = Vec::new();
    let sources = || volumes.iter().filter_map(|volume| volume.source.as_deref());
    if sources().any(|source| source.starts_with('~') || has_variable(source)) {
        why.push("a path is written out here; another one for another machine stands in the file of an environment, `platform.NAME.toml`".to_string());
    }
    if let Some(name) = sources().find(|source| !source.contains('/') && !has_variable(source)) {
        why.push(format!("a volume that several components mount stands in `[volumes]`, and has `shared = {}` in each", quoted(name)));
    }
    let left_out: Vec<&String> = volumes.iter().flat_map(|volume| &volume.left_out).collect();
    why.extend(nothing_stands_for(&left_out));
    rewritten.why = why.join("; ");
    Some(rewritten)
}
