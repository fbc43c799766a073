//! What a program's own configuration files say of its address, where platform.toml says something else: health checks,
//! scrapes, data sources and links would not follow. Flags and variables that do are read in `expand/hidden.rs`.

use super::Scene;
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::{ComponentDraft, read, unknown_public_address, with_line},
    model::{Component, FileContent, FileMount, Port, Workload},
    source::Span,
    syntax::{Node, Table, quoted},
    value::configured::{Statement, entries},
};

const WHY: &str = "health check, scrape and links then use it";

pub(super) fn check<'a>(
    scene: &Scene<'_>,
    components: impl Iterator<Item = &'a Component>,
    sink: &mut Sink,
) {
    for (draft, component) in scene.components.iter().zip(components) {
        let told = draft.kind_table.array("told_in_files").unwrap_or_default();
        let Some(main) = component.main().filter(|_| !told.is_empty()) else {
            continue;
        };
        for table in told.iter().filter_map(Node::as_table) {
            let files = read::strings(table, "files");
            for file in main.files.iter().filter(|it| files.contains(&it.path)) {
                if let Some(text) = text_of(scene, file) {
                    let reading = Reading {
                        draft,
                        main,
                        table,
                        name: name_of(file),
                        place: place_of(component, file),
                    };
                    reading.differences(&text).for_each(|it| sink.push(it));
                }
            }
        }
    }
}

fn text_of(scene: &Scene<'_>, file: &FileMount) -> Option<String> {
    match &file.content {
        FileContent::Text { text, .. } => scene.known_with_defaults(text),
        FileContent::Project { bytes, .. } => String::from_utf8(bytes.clone()).ok(),
        FileContent::Folder { .. }
        | FileContent::Secret(_)
        | FileContent::Stubs
        | FileContent::Generated(_) => None,
    }
}

fn name_of(file: &FileMount) -> &str {
    match &file.content {
        FileContent::Project { path, .. } => path,
        _ => &file.path,
    }
}

/// Where the user names the file: in a setting, or as a file.
fn place_of(component: &Component, file: &FileMount) -> Span {
    let mut settings = component.settings.iter();
    let setting = settings.find(|it| Some(&it.name) == file.setting.as_ref());
    setting.map_or(file.span, |it| it.span)
}

/// One file, and what the kind knows of it.
struct Reading<'a> {
    draft: &'a ComponentDraft,
    main: &'a Workload,
    table: &'a Table,
    name: &'a str,
    place: Span,
}

impl Reading<'_> {
    fn differences(&self, text: &str) -> impl Iterator<Item = Diagnostic> {
        let said = entries(text);
        let value = |name: &str| {
            let mut said = said.iter().rev();
            said.find_map(|(path, statement)| match statement {
                Statement::Value(value) if path == name => Some(value.trim()),
                Statement::Value(_) | Statement::Elsewhere | Statement::Include(_) => None,
            })
        };
        let mut found = Vec::new();
        for name in read::strings(self.table, "path") {
            found.extend(value(&name).and_then(|it| self.prefix(&name, it)));
        }
        for name in read::strings(self.table, "url") {
            found.extend(value(&name).and_then(|it| self.public_address(&name, it)));
        }
        let ports = self.table.entries_of("ports");
        for (port, node) in ports {
            let name = node.as_str().unwrap_or_default();
            found.extend(value(name).and_then(|it| self.port(name, &port.name, it)));
        }
        found.into_iter()
    }

    fn main_port(&self) -> &str {
        self.draft.kind.port.as_deref().unwrap_or("http")
    }

    fn declared(&self, port: &str) -> Option<&Port> {
        self.main.ports.iter().find(|it| it.name == port)
    }

    fn prefix(&self, name: &str, value: &str) -> Option<Diagnostic> {
        let path = value.trim_end_matches('/');
        let port = self.main_port();
        let declared = self.declared(port)?;
        let differs = path.starts_with('/') && declared.path != path;
        let line = format!("path = {}", quoted(path));
        let label = format!("serves below `{path}`");
        differs.then(|| {
            with_line(
                self.unknown(name, "a path prefix", &label),
                &self.draft.declared,
                (port, &line),
                WHY,
            )
        })
    }

    fn port(&self, name: &str, port: &str, value: &str) -> Option<Diagnostic> {
        let number: u16 = value.parse().ok()?;
        let differs = self.declared(port)?.container.first != number;
        let line = format!("container = {number}");
        let label = format!("says {number}");
        differs.then(|| {
            with_line(
                self.unknown(name, "a port", &label),
                &self.draft.declared,
                (port, &line),
                WHY,
            )
        })
    }

    fn public_address(&self, name: &str, value: &str) -> Option<Diagnostic> {
        let declared = self.declared(self.main_port())?;
        let is_known = self.draft.public_url().is_some() || declared.public_url.is_some();
        if is_known {
            return None;
        }
        let by = format!("`{name}` in `{}`", self.name);
        unknown_public_address(&self.draft.declared, &by, value, self.place)
    }

    fn unknown(&self, name: &str, what: &str, label: &str) -> Diagnostic {
        Diagnostic::new(
            Code::ConflictingKeys,
            format!(
                "`{name}` in `{}` sets {what} of `{}`, and platform.toml does not know it",
                self.name, self.draft.name
            ),
        )
        .label(self.place, label)
    }
}
