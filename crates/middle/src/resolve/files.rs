//! Files that are mounted: contents, files of the project, secrets, what targets generate.

use super::{
    Inputs, Scene,
    contents::dashboard::{Adapted, Source, adapted},
    kind_template, main_files,
    project_files::{
        OUTSIDE_SOURCE, leaves_project, path_leaves_project, private, project, read_project,
    },
    provisioned,
    reference::{Scope, text},
    settings::is_file_read,
    templates::is_comment,
};
use crate::{
    catalog::FileForm,
    diag::{Code, Diagnostic, Severity, Sink, Subject},
    expand::{WorkloadDraft, read},
    files::GENERATED,
    model::{Endpoint, FileContent, FileMount, Generated, Piece, ProjectText, Text},
    source::Span,
    syntax::{FILE_CONTENTS, Key, Node, Table, Value},
    text::all_of,
    value::{one_spelling, why_not_read},
};

pub(super) fn files(
    scene: &Scene<'_>,
    index: usize,
    shape: &WorkloadDraft,
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
        let (contents, asks) = match file.template_of_kind(table) {
            Some(node) => file.of_template(node, sink),
            None => (file.contents(table, sink), Vec::new()),
        };
        for (path, content) in contents {
            // If one component fills two roles, its files are added only once.
            let same = |known: &FileMount| known.path == path && known.content == content;
            if out.iter().any(same) {
                continue;
            }
            let template = file.template_of(table);
            out.push(FileMount {
                path,
                content,
                template,
                asks: asks.clone(),
                setting: read::owned(table, "setting").filter(|_| table.get("of").is_none()),
                mode: mode(table),
                span: key.span,
            });
        }
    }
    main_files::check(scene, index, &out, sink);
    out
}

/// A kind may put the platform's name into a path.
fn path(scene: &Scene<'_>, index: usize, key: &Key, sink: &mut Sink) -> String {
    let node = Node {
        span: key.span,
        value: Value::String(key.name.clone()),
    };
    if !scene.names.is_kind_text(&node) {
        return key.name.clone();
    }
    let scope = Scope::component(index, None).without_secrets("a path");
    scene.with_defaults(&text(scene, &node, &scope, sink))
}

fn mode(table: &Table) -> u32 {
    table
        .string("mode")
        .and_then(|mode| u32::from_str_radix(mode, 8).ok())
        .unwrap_or(0o644)
}

struct File<'a> {
    scene: &'a Scene<'a>,
    index: usize,
    shape: &'a WorkloadDraft,
    inputs: &'a Inputs<'a>,
    key: &'a Key,
    path: String,
}

impl File<'_> {
    /// The template of a kind that writes the file, where that is all that is said of it.
    fn template_of_kind<'t>(&self, table: &'t Table) -> Option<&'t Node> {
        let mut others = FILE_CONTENTS.iter().filter(|way| **way != "template");
        let node = table.get("template")?;
        let is_alone = others.all(|way| table.get(way).is_none());
        (is_alone && self.scene.names.is_kind_text(node)).then_some(node)
    }

    /// What the template makes, and the addresses that it reads.
    fn of_template(
        &self,
        node: &Node,
        sink: &mut Sink,
    ) -> (Vec<(String, FileContent)>, Vec<Endpoint>) {
        let written = kind_template::run(self.scene, self.index, self.inputs, node, sink);
        let (texts, asks): (Vec<_>, Vec<_>) =
            written.into_iter().map(|it| (it.text, it.asks)).unzip();
        let contents = texts
            .into_iter()
            .map(|text| (self.path.clone(), self.content(&self.path, text)));
        (contents.collect(), asks.into_iter().flatten().collect())
    }

    fn contents(&self, table: &Table, sink: &mut Sink) -> Vec<(String, FileContent)> {
        let ways = FILE_CONTENTS.iter();
        let named: Vec<_> = ways.filter_map(|way| table.entry(way)).collect();
        let [entry] = named.as_slice() else {
            sink.push(self.not_one_content(named.len()));
            return Vec::new();
        };
        let content = match entry.key.name.as_str() {
            "source" => self.source(&entry.value, sink),
            "secret" => self.secret(&entry.value, sink),
            "generated" => {
                let scope = Scope::component(self.index, None).without_secrets("a path");
                let path = text(self.scene, &entry.value, &scope, sink);
                let path = self.scene.with_defaults(&path);
                Some(FileContent::Generated(Generated::of(path)))
            }
            "stubs" => Some(FileContent::Stubs),
            "setting" => return self.of_setting(&entry.value, table.string("of"), sink),
            "template" => self.project_template(&self.path, &entry.value, sink),
            _ => {
                let scope = Scope::workload(self.index, self.shape.part.as_deref())
                    .without_secrets("a file's content");
                let text = text(self.scene, &entry.value, &scope, sink);
                let text = match self.scene.names.is_kind_text(&entry.value) {
                    true => self.with_commands(text),
                    false => text,
                };
                Some(self.content(&self.path, text))
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
            let subject = Subject::Component(self.scene.components[self.index].name.clone());
            let leaves = path_leaves_project(written, Some(subject), node.span, OUTSIDE_SOURCE);
            return match sink.receive(leaves) {
                Some(Severity::Error) => None,
                Some(Severity::Warning) | None => read_project(self.inputs.world, node, sink),
            };
        }
        project(self.inputs.world, node, sink)
    }

    fn not_one_content(&self, ways: usize) -> Diagnostic {
        let message = match ways {
            0 => format!("file `{}` has no content", self.key.name),
            _ => format!("file `{}` has several contents", self.key.name),
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
        .help("write one of `source`, `content`, `template` and `secret`")
    }

    /// What a kind tells people to type is about this environment, as in templates.
    fn with_commands(&self, text: Text) -> Text {
        let commands = self.inputs.engine.commands();
        let pieces = text.pieces.into_iter().map(|piece| match piece {
            Piece::Literal(literal) => Piece::Literal(commands.in_text(&literal).into_owned()),
            other => other,
        });
        Text {
            pieces: pieces.collect(),
        }
    }

    fn content(&self, path: &str, text: Text) -> FileContent {
        let name = path.trim_start_matches('/').to_string();
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
    fn of_setting(
        &self,
        node: &Node,
        role: Option<&str>,
        sink: &mut Sink,
    ) -> Vec<(String, FileContent)> {
        let own = &self.scene.components[self.index];
        let roles = role.into_iter().flat_map(|roles| roles.split('.'));
        let filled = roles.into_iter().try_fold(own, |draft, role| {
            let bound = draft.bound(role).next()?;
            Some(&self.scene.components[bound.target])
        });
        let Some(draft) = filled else {
            return Vec::new();
        };
        let name = node.as_str().unwrap_or_default();
        let Some(setting) = draft.setting(name) else {
            return Vec::new();
        };
        let specs = &mut draft.kind.settings.iter();
        let spec = specs.find(|spec| spec.name == name);
        if spec.is_some_and(|spec| !is_file_read(draft, spec, setting)) {
            return Vec::new();
        }
        let holds = spec.and_then(|spec| spec.holds);
        match &setting.value {
            Value::String(_) => self
                .file_of_setting(&self.path, setting, sink)
                .map(|content| (self.path.clone(), content))
                .into_iter()
                .collect(),
            Value::Array(items) => {
                report_equal_names(items, sink);
                items
                    .iter()
                    .filter_map(|item| {
                        let path = format!("{}/{}", self.path, base_name(item)?);
                        let content = self.file_of_setting(&path, item, sink)?;
                        let content = match holds {
                            Some(FileForm::Dashboard) => self.dashboard(&path, item, content, sink),
                            _ => content,
                        };
                        Some((path, content))
                    })
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// A file that a setting names, to lie at `path`; with its references resolved where it holds some.
    fn file_of_setting(&self, path: &str, node: &Node, sink: &mut Sink) -> Option<FileContent> {
        let name = node.as_str()?;
        match self.scene.templates.contains_key(name) {
            true => self.project_template(path, node, sink),
            false => project(self.inputs.world, node, sink),
        }
    }

    /// A file of the project with its references resolved. The rest of it is another program's language.
    fn project_template(&self, at: &str, node: &Node, sink: &mut Sink) -> Option<FileContent> {
        let path = node.as_str()?;
        if let Some(why) = why_not_read(path, GENERATED) {
            sink.push(private(path, why, node.span));
            return None;
        }
        let reader = Scope::workload(self.index, self.shape.part.as_deref());
        let resolved = resolved(self.scene, reader, self.inputs, path, sink)?;
        Some(self.content(at, resolved))
    }

    /// The file of the project whose references are resolved in the content.
    fn template_of(&self, table: &Table) -> Option<ProjectText> {
        let node = table.get("template")?;
        let path = node.as_str()?;
        let source = self.scene.templates.get(path)?.source;
        (!self.scene.names.is_kind_text(node)).then(|| ProjectText {
            path: path.to_string(),
            text: self.inputs.sources.file(source).text.clone(),
        })
    }

    /// A dashboard with the platform's data sources in the place of those that it was exported with.
    fn dashboard(
        &self,
        path: &str,
        node: &Node,
        content: FileContent,
        sink: &mut Sink,
    ) -> FileContent {
        let FileContent::Project { bytes, .. } = &content else {
            return content;
        };
        let own = &self.scene.components[self.index];
        let fillers = own.uses.iter();
        let fillers = fillers.map(|bound| &self.scene.components[bound.target]);
        let of_platform = fillers.map(|filler| Source {
            uid: &filler.name,
            plugin: &filler.kind.program,
        });
        // A dashboard names one without a uid by its name.
        let provisioned = provisioned::data_sources(&self.shape.table, self.inputs.world);
        let of_user = provisioned.iter().flat_map(|it| {
            let names = it.uid.iter().chain([&it.name]);
            names.map(|uid| Source {
                uid,
                plugin: &it.plugin,
            })
        });
        let sources: Vec<Source<'_>> = of_platform.chain(of_user).collect();
        match adapted(&String::from_utf8_lossy(bytes), &sources) {
            Adapted::AsItIs => content,
            Adapted::Rewritten(text) => FileContent::Text {
                name: path.trim_start_matches('/').to_string(),
                text: Text::literal(text),
            },
            Adapted::Unframed => {
                sink.push(
                    Diagnostic::new(
                        Code::BadValue,
                        "this dashboard has the second schema without the resource around it: Grafana would show no panels",
                    )
                    .label(node.span, "`elements` and `layout` without `apiVersion`")
                    .help("export it as a resource, or put it into `{\"apiVersion\": \"dashboard.grafana.app/v2\", \"kind\": \"Dashboard\", \"metadata\": {\"name\": \"NAME\"}, \"spec\": ...}`"),
                );
                content
            }
            Adapted::Foreign(asked) => {
                let asked: Vec<String> = asked.into_iter().collect();
                sink.push(
                    Diagnostic::new(
                        Code::BadValue,
                        format!(
                            "this dashboard asks for data sources that `{}` does not have",
                            own.name
                        ),
                    )
                    .label(node.span, all_of(&asked))
                    .help(format!(
                        "it has {}: change the dashboard's `datasource`",
                        all_of(&sources.iter().map(|it| it.uid).collect::<Vec<_>>())
                    )),
                );
                content
            }
        }
    }
}

/// The text of a file of the project with its references resolved, as its reader may use them; nothing where it was not read
/// for that.
pub(super) fn resolved(
    scene: &Scene<'_>,
    reader: Scope<'_>,
    inputs: &Inputs<'_>,
    path: &str,
    sink: &mut Sink,
) -> Option<Text> {
    let file = scene.templates.get(path)?;
    let written = &inputs.sources.file(file.source).text;
    let scope = reader.without_secrets("a file's content").shell();
    let mut read = |start: usize, end: usize| {
        let piece = Node {
            span: Span::new(file.source, start..end),
            value: Value::String(written[start..end].to_string()),
        };
        text(scene, &piece, &scope, sink)
    };
    if !file.is_configuration {
        return Some(read(0, written.len()));
    }
    let mut out = Text::default();
    let (mut start, mut at) = (0, 0);
    for line in written.split_inclusive('\n') {
        if is_comment(line) {
            out.append(&read(start, at));
            out.append(&Text::literal(line));
            start = at + line.len();
        }
        at += line.len();
    }
    out.append(&read(start, at));
    Some(out)
}

fn base_name(item: &Node) -> Option<&str> {
    item.as_str()?.trim_end_matches('/').rsplit('/').next()
}

/// Files that a setting lists lie side by side in the container.
fn report_equal_names(items: &[Node], sink: &mut Sink) {
    for (index, item) in items.iter().enumerate() {
        let name = base_name(item).map(one_spelling);
        let first = items[..index]
            .iter()
            .find(|other| base_name(other).map(one_spelling) == name);
        if let (Some(first), Some(name)) = (first, name) {
            let twice = Diagnostic::new(
                Code::OutputClash,
                format!("two files would be called `{name}`"),
            );
            let path = |node: &Node| node.as_str().unwrap_or_default().to_string();
            let twice = match first.span == item.span {
                // A folder stands for its files.
                true => twice.label(item.span, format!("`{}` and `{}`", path(first), path(item))),
                false => twice
                    .label(first.span, "first here")
                    .label(item.span, "and again here"),
            };
            sink.push(twice.help("rename one of the two; letter case makes no difference"));
        }
    }
}
