//! Files that are mounted: contents, files of the project, secrets, what targets generate.

use serde_json::{Map, Value as Json, json};

use super::{
    Inputs, read,
    reference::{Scope, setting_text, text, value},
    scene::{Draft, Scene, Shape},
};
use crate::{
    diag::{Code, Diagnostic, Severity, Sink},
    files::GENERATED,
    model::{FileContent, FileMount, Piece, SettingValue, Text},
    reference::Reference,
    source::Span,
    syntax::{Key, Node, Table, Value},
    world::{ReadError, World},
};

/// The largest file that is mounted, in bytes: what fits a ConfigMap with room for its other keys.
const LARGEST: usize = 900 * 1024;

/// Marks a piece that is not known yet while a template of a kind runs: no text that people write holds these.
const MARK: (char, char) = ('\u{fdd0}', '\u{fdd1}');

pub(super) fn files(
    scene: &Scene,
    index: usize,
    shape: &Shape,
    inputs: &Inputs<'_>,
    sink: &mut Sink,
) -> Vec<FileMount> {
    let mut out = Vec::new();
    for (key, table) in read::tables(&shape.table, "files") {
        let file = File {
            scene,
            index,
            shape,
            inputs,
            key,
            path: path(scene, index, key, sink),
        };
        for (path, content) in file.contents(table, sink) {
            out.push(FileMount {
                path,
                content,
                mode: mode(table),
                span: key.span,
            });
        }
    }
    out
}

/// A kind may put the platform's name into a path.
fn path(scene: &Scene, index: usize, key: &Key, sink: &mut Sink) -> String {
    let node = Node {
        span: key.span,
        value: Value::String(key.name.clone()),
    };
    if !scene.is_kind_text(&node) {
        return key.name.clone();
    }
    let scope = Scope::component(index, None).without_secrets("a path");
    text(scene, &node, &scope, sink)
        .as_plain()
        .unwrap_or_default()
}

fn mode(table: &Table) -> u32 {
    table
        .string("mode")
        .and_then(|mode| u32::from_str_radix(mode, 8).ok())
        .unwrap_or(0o644)
}

struct File<'a> {
    scene: &'a Scene,
    index: usize,
    shape: &'a Shape,
    inputs: &'a Inputs<'a>,
    key: &'a Key,
    path: String,
}

impl File<'_> {
    fn contents(&self, table: &Table, sink: &mut Sink) -> Vec<(String, FileContent)> {
        let ways = [
            "source",
            "content",
            "secret",
            "template",
            "generated",
            "setting",
            "stubs",
        ];
        let named: Vec<_> = ways.iter().filter_map(|way| table.entry(way)).collect();
        let [entry] = named.as_slice() else {
            sink.push(self.one_way(named.len()));
            return Vec::new();
        };
        let content = match entry.key.name.as_str() {
            "source" => self.source(&entry.value, sink),
            "secret" => self.secret(&entry.value, sink),
            "generated" => entry
                .value
                .as_str()
                .map(|path| FileContent::Generated(path.to_string())),
            "stubs" => Some(FileContent::Stubs),
            "setting" => return self.of_setting(&entry.value, sink),
            "template" => self.template(&entry.value, sink),
            _ => {
                let scope = Scope::component(self.index, self.shape.part.as_deref())
                    .without_secrets("a file's content");
                let text = text(self.scene, &entry.value, &scope, sink);
                Some(self.content(text))
            }
        };
        content
            .map(|content| (self.path.clone(), content))
            .into_iter()
            .collect()
    }

    /// A source that leaves the project through `..` is read only where that is no error.
    fn source(&self, node: &Node, sink: &mut Sink) -> Option<FileContent> {
        let written = node.as_str()?;
        if leaves_project(written) && !written.starts_with('/') {
            let leaves = Diagnostic::new(
                Code::OutsideSource,
                format!("`{written}` leaves the project"),
            )
            .label(node.span, "a source outside of the project's folder")
            .help("copy it into the project, or accept it with `allow = [\"outside-source\"]`")
            .about(&self.scene.drafts[self.index].name)
            .denied();
            return match sink.receive(leaves) {
                Some(Severity::Error) => None,
                Some(Severity::Warning) | None => read_project(self.inputs.world, node, sink),
            };
        }
        project(self.inputs.world, node, sink)
    }

    fn one_way(&self, ways: usize) -> Diagnostic {
        let message = match ways {
            0 => format!("file `{}` says nothing of its content", self.key.name),
            _ => format!("file `{}` says its content in several ways", self.key.name),
        };
        Diagnostic::new(
            if ways == 0 {
                Code::MissingKey
            } else {
                Code::ConflictingKeys
            },
            message,
        )
        .label(self.key.span, "this file")
        .help("write one of `source`, `content` and `secret`")
    }

    fn content(&self, text: Text) -> FileContent {
        let name = self.path.trim_start_matches('/').to_string();
        let own = self.shape.part.as_ref().filter(|_| !self.shape.own_image);
        FileContent::Text {
            name: match own {
                Some(part) => format!("{part}/{name}"),
                None => name,
            },
            text,
        }
    }

    fn secret(&self, node: &Node, sink: &mut Sink) -> Option<FileContent> {
        let name = node.as_str()?;
        self.scene.secret(name, node.span, sink)?;
        Some(FileContent::Secret(name.to_string()))
    }

    /// The files that a setting names: one at the path itself, several below it.
    fn of_setting(&self, node: &Node, sink: &mut Sink) -> Vec<(String, FileContent)> {
        let draft = &self.scene.drafts[self.index];
        let Some(setting) = node.as_str().and_then(|name| draft.setting(name)) else {
            return Vec::new();
        };
        match &setting.value {
            Value::String(_) => project(self.inputs.world, setting, sink)
                .map(|content| (self.path.clone(), content))
                .into_iter()
                .collect(),
            Value::Array(items) => {
                base_names_once(items, sink);
                items
                    .iter()
                    .filter_map(|item| {
                        let content = project(self.inputs.world, item, sink)?;
                        Some((format!("{}/{}", self.path, base_name(item)?), content))
                    })
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// Runs a kind's template. What it sees is text; pieces that targets complete travel as marks.
    fn template(&self, node: &Node, sink: &mut Sink) -> Option<FileContent> {
        let path = node.as_str()?;
        let mut marks = Marks::default();
        let view = view(self.scene, self.index, &mut marks, sink);
        match self.inputs.engine.render(path, view) {
            Ok(rendered) => Some(self.content(marks.restore(&rendered))),
            Err(_) if self.scene.drafts[self.index].broken => None,
            Err(error) => {
                sink.push(
                    Diagnostic::new(
                        Code::BadTemplate,
                        format!("the template `{}` can't be run", error.template),
                    )
                    .label(node.span, self.inputs.engine.said(&error))
                    .help("docs/templates.md says what a template sees"),
                );
                None
            }
        }
    }
}

fn base_name(item: &Node) -> Option<&str> {
    item.as_str()?.trim_end_matches('/').rsplit('/').next()
}

/// Files that a setting lists lie side by side in the container.
fn base_names_once(items: &[Node], sink: &mut Sink) {
    for (index, item) in items.iter().enumerate() {
        let name = base_name(item).map(str::to_ascii_lowercase);
        let first = items[..index]
            .iter()
            .find(|other| base_name(other).map(str::to_ascii_lowercase) == name);
        if let (Some(first), Some(name)) = (first, name) {
            sink.push(
                Diagnostic::new(
                    Code::OutputClash,
                    format!("two files would be called `{name}`"),
                )
                .label(first.span, "first here")
                .label(item.span, "and again here")
                .help("rename one of the two; letter case makes no difference"),
            );
        }
    }
}

/// A file or a folder of the project.
pub(super) fn project(world: &dyn World, node: &Node, sink: &mut Sink) -> Option<FileContent> {
    let written = node.as_str()?;
    if leaves_project(written) {
        sink.push(
            Diagnostic::new(
                Code::OutsideProject,
                format!("`{written}` lies outside of the project"),
            )
            .label(node.span, "not below platform.toml")
            .help(
                "files are read when compiling, so they must be part of the project: copy it there",
            ),
        );
        return None;
    }
    read_project(world, node, sink)
}

/// Whether a path is absolute or climbs above the project's folder.
fn leaves_project(path: &str) -> bool {
    path.starts_with('/') || plain_path(path).starts_with("../") || plain_path(path) == ".."
}

/// The path without `.`, and without `..` where a folder stands before it.
fn plain_path(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn read_project(world: &dyn World, node: &Node, sink: &mut Sink) -> Option<FileContent> {
    let written = node.as_str()?;
    let path = &plain_path(written);
    if path.split('/').next() == Some(GENERATED) {
        sink.push(
            Diagnostic::new(
                Code::OutsideProject,
                format!("`{written}` lies in the folder that everything is generated into"),
            )
            .label(node.span, "no source of one's own")
            .help("secrets lie there, and it would grow at each `apply`: name the file that it comes from"),
        );
        return None;
    }
    match world.read(path) {
        Ok(bytes) => {
            if bytes.len() > LARGEST {
                sink.push(too_large(written, node.span));
                return None;
            }
            Some(FileContent::Project {
                path: path.to_string(),
                bytes,
            })
        }
        Err(ReadError::Directory) => folder(world, path, node.span, sink),
        Err(error) => {
            sink.push(unread(written, node.span, &error));
            None
        }
    }
}

fn unread(path: &str, span: Span, error: &ReadError) -> Diagnostic {
    let (code, label, help) = match error {
        ReadError::Missing => (
            Code::FileMissing,
            "no such file",
            "paths are relative to the folder of platform.toml",
        ),
        _ => (
            Code::Unreadable,
            "this source",
            "put a regular file or folder there that you may read",
        ),
    };
    Diagnostic::new(code, format!("`{path}` {error}"))
        .label(span, label)
        .help(help)
}

fn folder(world: &dyn World, path: &str, span: Span, sink: &mut Sink) -> Option<FileContent> {
    let mut files = Vec::new();
    let listing = world.list(path);
    let mut broken = listing.unread;
    for file in listing.files {
        let bytes = match world.read(&file) {
            Ok(bytes) => bytes,
            Err(error) => {
                broken.push((file, error));
                continue;
            }
        };
        let name = file.strip_prefix(path)?.trim_start_matches('/').to_string();
        files.push((name, bytes));
    }
    for (file, error) in &broken {
        sink.push(unread(file, span, error));
    }
    if !broken.is_empty() {
        return None;
    }
    if files.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > LARGEST {
        sink.push(too_large(path, span));
        return None;
    }
    Some(FileContent::Folder {
        path: path.to_string(),
        files,
    })
}

fn too_large(path: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::BadValue, format!("`{path}` has more than 900 KB"))
        .label(span, "too large to mount")
        .help("a ConfigMap holds no more: put it on a volume, or into the image")
}

/// What a kind's template sees.
fn view(scene: &Scene, index: usize, marks: &mut Marks, sink: &mut Sink) -> Json {
    let draft = &scene.drafts[index];
    let mut settings = Map::new();
    for spec in &draft.kind.settings {
        let Some(node) = draft.setting(&spec.name) else {
            continue;
        };
        let value = match setting_value(scene, index, &spec.name, node, sink) {
            SettingValue::Text(text) => Json::from(marks.show(&text)),
            SettingValue::Integer(number) => Json::from(number),
            SettingValue::Boolean(value) => Json::from(value),
            SettingValue::List(items) => items.iter().map(|item| marks.show(item)).collect(),
            SettingValue::Files(_) => Json::from(true),
        };
        settings.insert(spec.name.clone(), value);
    }
    let mut roles = Map::new();
    for bound in &draft.uses {
        let mut shown = role_view(scene, bound.target, bound.database.as_deref(), marks, sink);
        shown["kind"] = Json::from(bound.fitting_kind(&scene.drafts[bound.target]));
        roles.insert(bound.role.name.clone(), shown);
    }
    json!({
        "settings": settings,
        "roles": roles,
        "major": draft.major,
        "self": role_view(scene, index, None, marks, sink),
        "platform": { "name": scene.platform, "pipelines": scene.has_pipelines, "prometheus": scene.has_kind("prometheus") },
    })
}

/// The ports of the kind's main workload, those too that the user took away: the program listens on them all the same.
fn kind_ports(draft: &Draft) -> impl Iterator<Item = (&str, &Node)> {
    let ports = draft.kind.table.get_path(&["workload", "ports"]);
    ports
        .and_then(Node::as_table)
        .into_iter()
        .flat_map(Table::iter)
        .map(|(key, node)| (key.name.as_str(), node))
}

/// A component as a template sees it: its name, kind, outputs, and ports with `host`, `port`, `address` and `url`.
fn role_view(
    scene: &Scene,
    index: usize,
    database: Option<&str>,
    marks: &mut Marks,
    sink: &mut Sink,
) -> Json {
    let draft = &scene.drafts[index];
    let mut out = Map::new();
    out.insert("kind".to_string(), Json::from(draft.kind.name.as_str()));
    out.insert("name".to_string(), Json::from(draft.name.as_str()));
    out.insert("component".to_string(), Json::from(draft.name.as_str()));
    let scope = Scope {
        binding: database,
        ..Scope::component(index, None)
    };
    for port in draft.shapes.iter().flat_map(|shape| &shape.ports) {
        let mut fields = Map::new();
        fields.insert("port".to_string(), Json::from(port.container.first));
        for field in ["host", "address", "url"] {
            let value = own_address(scene, index, &port.name, field, &scope, sink);
            fields.insert(field.to_string(), Json::from(marks.show(&value)));
        }
        out.insert(port.name.clone(), Json::Object(fields));
    }
    for (port, node) in kind_ports(draft) {
        if let Some(number) = read::container_port(node).filter(|_| !out.contains_key(port)) {
            out.insert(port.to_string(), json!({ "port": number }));
        }
    }
    if let Some(main) = draft.main_port() {
        for field in ["url", "public_url"] {
            // A port that is published nowhere has no public URL: a template that wants one then says so.
            let quiet = &mut Sink::default();
            let value = own_address(scene, index, &main, field, &scope, quiet);
            if !value.is_empty() {
                out.insert(field.to_string(), Json::from(marks.show(&value)));
            }
        }
    }
    for (key, node) in draft
        .kind_table
        .table("outputs")
        .into_iter()
        .flat_map(Table::iter)
    {
        let value = text(scene, node, &scope, sink);
        out.insert(key.name.clone(), Json::from(marks.show(&value)));
    }
    Json::Object(out)
}

/// `${self.PORT.FIELD}`, as the component's kind reads it.
fn own_address(
    scene: &Scene,
    index: usize,
    port: &str,
    field: &str,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Text {
    let reference = Reference {
        segments: vec!["self", port, field],
        place: scene.drafts[index].kind.span,
    };
    value(scene, &reference, true, scope, sink).unwrap_or_default()
}

/// A setting as the model holds it.
pub(super) fn setting_value(
    scene: &Scene,
    index: usize,
    name: &str,
    node: &Node,
    sink: &mut Sink,
) -> SettingValue {
    match &node.value {
        Value::Integer(number) => SettingValue::Integer(*number),
        Value::Boolean(value) => SettingValue::Boolean(*value),
        Value::Array(items) => SettingValue::List(
            items
                .iter()
                .map(|item| text(scene, item, &Scope::component(index, None), sink))
                .collect(),
        ),
        _ => SettingValue::Text(
            setting_text(scene, index, name, &Scope::component(index, None), sink)
                .unwrap_or_default(),
        ),
    }
}

/// Pieces that a template passes through as marks.
#[derive(Default)]
struct Marks {
    pieces: Vec<Piece>,
}

impl Marks {
    fn show(&mut self, text: &Text) -> String {
        text.render(|piece| match piece {
            Piece::Literal(text) => text.clone(),
            // The same in every target, and `uses` holds the edge: a template may look at it.
            Piece::Endpoint(endpoint) => endpoint.value(),
            piece => {
                self.pieces.push(piece.clone());
                format!("{}{}{}", MARK.0, self.pieces.len() - 1, MARK.1)
            }
        })
    }

    fn restore(&self, rendered: &str) -> Text {
        let mut out = Text::default();
        let mut rest = rendered;
        while let Some(start) = rest.find(MARK.0) {
            let after = &rest[start + MARK.0.len_utf8()..];
            let Some(end) = after.find(MARK.1) else { break };
            out.push_literal(&rest[..start]);
            if let Some(piece) = after[..end]
                .parse::<usize>()
                .ok()
                .and_then(|number| self.pieces.get(number))
            {
                out.push(piece.clone());
            }
            rest = &after[end + MARK.1.len_utf8()..];
        }
        out.push_literal(rest);
        out
    }
}
