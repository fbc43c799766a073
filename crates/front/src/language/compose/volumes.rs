//! Volumes of a service of Compose's: `NAME:/path`, `./folder:/path:ro`, tables.

use super::{
    EnclosingTable, Rewritten, line,
    lists::nothing_stands_for,
    rewrite::{allowed, host_path},
    variables::{self, filled, has_variable},
};
use crate::{
    language::form::NameRule,
    syntax::{Node, Table, Value, quoted},
    value::is_configuration,
};

/// `NAME:/path`, `./folder:/path:ro`, `/path`, or a table.
pub(super) struct ComposeVolume {
    source: Option<String>,
    target: String,
    read_only: bool,
    in_memory: bool,
    /// The volume of the platform that it is.
    shared: Option<String>,
    /// What nothing here stands for.
    left_out: Vec<String>,
}

impl ComposeVolume {
    pub(super) fn read(node: &Node, enclosing: EnclosingTable<'_>) -> Option<Self> {
        let mut read = match &node.value {
            Value::String(text) => Self::of_short(text),
            Value::Table(table) => Self::of_long(table)?,
            _ => return None,
        };
        let name = read.source.as_deref().filter(|_| read.path().is_none());
        let declared = enclosing.volumes.unwrap_or_default();
        read.shared = name
            .filter(|name| declared.iter().any(|known| known == name))
            .map(shared_name);
        Some(read)
    }

    fn of_long(table: &Table) -> Option<Self> {
        let kind = table.string("type");
        let source = table.string("source").map(|source| {
            let source = of_linux(source).unwrap_or_else(|| source.to_string());
            let is_path = source.starts_with(['.', '/', '~', '$']);
            match kind == Some("bind") && !is_path {
                true => format!("./{source}"),
                false => source,
            }
        });
        let target = table.string("target").or_else(|| table.string("mount"))?;
        let is_told = |key: &&str| ["bind", "volume", "tmpfs", "consistency"].contains(key);
        Some(Self {
            source,
            target: target.to_string(),
            read_only: table.boolean("read_only") == Some(true),
            in_memory: kind == Some("tmpfs"),
            shared: None,
            left_out: table
                .keys()
                .filter(is_told)
                .map(ToString::to_string)
                .collect(),
        })
    }

    fn of_short(text: &str) -> Self {
        // The colon of a drive of Windows separates nothing.
        let drive = windows_drive(text).map_or(0, |_| 2);
        let parts = variables::parts(&text[drive..]);
        let (source, target, options) = match parts.as_slice() {
            [target] => (None, *target, ""),
            [source, target] => (Some(*source), *target, ""),
            [source, target, options, ..] => (Some(*source), *target, *options),
            [] => (None, text, ""),
        };
        let source = source.map(|source| format!("{}{source}", &text[..drive]));
        Self {
            source: source.map(|source| of_linux(&source).unwrap_or(source)),
            target: target.to_string(),
            read_only: options.split(',').any(|option| option == "ro"),
            in_memory: false,
            shared: None,
            left_out: options
                .split(',')
                .filter(|option| !matches!(*option, "" | "ro" | "rw"))
                .map(ToString::to_string)
                .collect(),
        }
    }

    /// A path of the host, as the project has it. What a variable without a default holds is one, too: nobody names a volume so.
    fn path(&self) -> Option<String> {
        let source = self.source.as_deref()?;
        let is_path = |text: &str| text.starts_with(['.', '/', '~']) || text.contains('/');
        match filled(source) {
            Ok(text) => is_path(&text).then(|| host_path(source)),
            Err(_) => Some(host_path(source)),
        }
    }

    /// A configuration file of the project: it is read when compiling.
    fn is_file(&self) -> bool {
        let name = self.target.rsplit('/').next().unwrap_or_default();
        self.path().is_some_and(|path| {
            let is_read = self.read_only && name.contains('.');
            let is_only_read = [path.as_str(), name].into_iter().all(is_only_read);
            !path.starts_with(['/', '.']) && (is_read || is_only_read)
        })
    }

    pub(super) fn line(&self, used: &mut Vec<String>) -> String {
        let target = quoted(&self.target);
        if let Some(path) = self.path().filter(|_| self.is_file()) {
            return line(
                &format!("files.{target}"),
                format!("{{ source = {} }}", quoted(&path)),
            );
        }
        let named = self.source.as_deref().and_then(|name| filled(name).ok());
        let wanted = match (self.path(), &named) {
            (None, Some(name)) => name,
            _ => self
                .target
                .trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or_default(),
        };
        self.named_line(&unused_name(wanted, used))
    }

    /// Its line as a volume of that name; one in memory has none.
    pub(super) fn named_line(&self, name: &str) -> String {
        let target = quoted(&self.target);
        if self.in_memory {
            return line("tmpfs", format!("[{target}]"));
        }
        let mut entries = vec![line("mount", target)];
        entries.extend(self.path().map(|path| line("source", quoted(&path))));
        let shared = self.shared.as_deref();
        entries.extend(shared.map(|name| line("shared", quoted(name))));
        if self.read_only {
            entries.push("read_only = true".to_string());
        }
        line(
            &format!("volumes.{name}"),
            format!("{{ {} }}", entries.join(", ")),
        )
    }

    /// A word on what the lines do not say.
    pub(super) fn why(&self) -> Vec<String> {
        let mut why = Vec::new();
        let source = self.source.as_deref().unwrap_or_default();
        if source.starts_with("/mnt/") {
            why.push("a path is one of Linux, as WSL has it".to_string());
        }
        if source.starts_with('~') || has_variable(source) {
            why.push("a path is written out here; another one for another machine stands in the file of an environment, `platform.NAME.toml`".to_string());
        }
        let is_named = !source.is_empty() && self.path().is_none() && !self.in_memory;
        if is_named && self.shared.is_none() && !has_variable(source) {
            why.push(format!("a volume that several components mount stands in `[volumes]`, and has `shared = {}` in each; one that a single component mounts has no entry there", quoted(&shared_name(source))));
            why.push(format!("`name = \"PROJECT_{source}\"` in it, as `docker volume ls` lists it, keeps the data of Compose's volume"));
        }
        let left_out: Vec<&String> = self.left_out.iter().collect();
        why.extend(nothing_stands_for(&left_out));
        why
    }
}

/// Whether a file of that name is one that programs read and do not write: a configuration, or what one runs or shows.
fn is_only_read(path: &str) -> bool {
    const ENDINGS: [&str; 10] = [
        "alloy", "crt", "hcl", "lua", "py", "river", "rules", "sh", "tmpl", "tpl",
    ];
    let ending = path.rsplit_once('.').map(|(_, ending)| ending);
    is_configuration(path) || ending.is_some_and(|ending| ENDINGS.contains(&ending))
}

/// The name of a volume of Compose's as `[volumes]` takes it.
fn shared_name(name: &str) -> String {
    unused_name(name, &mut Vec::new())
}

/// The drive that a path of Windows begins with.
fn windows_drive(path: &str) -> Option<char> {
    let mut chars = path.chars();
    let drive = chars.next().filter(char::is_ascii_alphabetic)?;
    let is_drive = chars.next() == Some(':') && matches!(chars.next(), Some('\\' | '/'));
    is_drive.then_some(drive)
}

/// A path of Windows as Linux has it beside it, under WSL.
fn of_linux(path: &str) -> Option<String> {
    let drive = windows_drive(path)?.to_ascii_lowercase();
    Some(format!("/mnt/{drive}{}", path[2..].replace('\\', "/")))
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

/// A list, or one volume of it; nothing where names stand.
pub(super) fn volumes(value: &Node, enclosing: EnclosingTable<'_>) -> Option<Rewritten> {
    if matches!(value.value, Value::Table(_)) {
        return None;
    }
    let volumes: Vec<ComposeVolume> = value
        .items()
        .iter()
        .map(|item| ComposeVolume::read(item, enclosing))
        .collect::<Option<_>>()?;
    let mut used = Vec::new();
    let (in_memory, others): (Vec<_>, Vec<_>) = volumes.iter().partition(|volume| volume.in_memory);
    let mut lines: Vec<String> = others
        .into_iter()
        .map(|volume| volume.line(&mut used))
        .collect();
    if !in_memory.is_empty() {
        let paths = in_memory.into_iter().map(|volume| quoted(&volume.target));
        let paths: Vec<String> = paths.collect();
        lines.push(line("tmpfs", format!("[{}]", paths.join(", "))));
    }
    lines.extend(lines.iter().find_map(|line| allowed(line)));
    let mut why: Vec<String> = Vec::new();
    for word in volumes.iter().flat_map(ComposeVolume::why) {
        if !why.contains(&word) {
            why.push(word);
        }
    }
    Rewritten::lines(lines).map(|rewritten| rewritten.with_reason(&why.join("; ")))
}
