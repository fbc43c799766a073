//! Files and folders of the project that an engine itself reads: bind mounts, and what raw keys of Compose's name. Each is looked at
//! where the engine is going to find it: raw keys start in the folder of the Compose files, and links are followed.

use super::{Inputs, Scene, project_files::plain_path};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::{WorkloadDraft, read},
    files::GENERATED,
    model::{EnvFile, HostPath},
    source::Span,
    syntax::{Node, Table, Value, quoted},
    value::{Dotenv, climbs_out, is_git_folder, why_private},
    world::{ReadError, World},
};

/// What an engine reads of one component, or of the platform.
pub(super) struct EngineFiles<'a> {
    world: &'a dyn World,
    /// The names of the folder in which raw paths start.
    base: Vec<&'a str>,
    component: Option<&'a str>,
}

/// What lies where a raw key looks for a file.
enum Found {
    Text(String),
    /// Nothing, or what was reported.
    Nothing,
    Missing,
}

/// The files of variables of a workload.
pub(super) fn env_files(
    scene: &Scene<'_>,
    (index, shape): (usize, &WorkloadDraft),
    inputs: &Inputs<'_>,
    sink: &mut Sink,
) -> Vec<EnvFile> {
    let draft = &scene.components[index];
    let name = draft.workload_name(shape.part.as_deref());
    let services = scene.draft.tree.get_path(&["raw", "compose", "services"]);
    let above = services
        .and_then(Node::as_table)
        .and_then(|it| it.table(&name));
    // What stands at the top replaces what the component has.
    let tables = [above, shape.table.table("compose")];
    let key = |path: &[&str]| tables.iter().flatten().find_map(|it| it.get_path(path));
    let files = EngineFiles::new(inputs, Some(&draft.name));
    let others = [key(&["label_file"]), key(&["extends", "file"])];
    for (node, _) in others.into_iter().flat_map(entries) {
        files.find(node, sink);
    }
    let volumes = key(&["volumes"]).and_then(Node::as_array);
    for volume in volumes.unwrap_or_default() {
        files.raw_volume(volume, sink);
    }
    entries(key(&["env_file"]))
        .into_iter()
        .filter_map(|(node, need)| files.env_file(node, need, sink))
        .collect()
}

/// What the tasks of pipelines mount, and what the top of Compose's files names.
pub(super) fn check_platform(scene: &Scene<'_>, inputs: &Inputs<'_>, sink: &mut Sink) {
    let tree = &scene.draft.tree;
    let files = EngineFiles::new(inputs, None);
    let volumes = read::tables(tree, "pipelines").flat_map(|(_, it)| read::tables(it, "volumes"));
    for node in volumes.filter_map(|(_, volume)| volume.get("source")) {
        if let Some(HostPath::Project(path)) = node.as_str().map(HostPath::parse) {
            files.check_links(&path, node.span, sink);
        }
    }
    let raw = tree.get_path(&["raw", "compose"]).and_then(Node::as_table);
    let contents = ["configs", "secrets"]
        .into_iter()
        .filter_map(|key| raw?.table(key));
    let contents = contents
        .flat_map(Table::iter)
        .filter_map(|(_, it)| it.as_table()?.get("file"));
    let included = entries(raw.and_then(|it| it.get("include"))).into_iter();
    for node in contents.chain(included.map(|(node, _)| node)) {
        files.find(node, sink);
    }
}

/// Whether the engine insists on a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}

/// `"a"`, `["a"]` or `[{ path = "a", required = false }]`: each path.
fn entries(node: Option<&Node>) -> Vec<(&Node, Need)> {
    let items = node.map_or(&[][..], |node| {
        node.as_array().unwrap_or(std::slice::from_ref(node))
    });
    items.iter().filter_map(entry).collect()
}

fn entry(item: &Node) -> Option<(&Node, Need)> {
    let Value::Table(table) = &item.value else {
        return Some((item, Need::Required));
    };
    let need = match table.boolean("required") {
        Some(false) => Need::Optional,
        _ => Need::Required,
    };
    table.get("path").map(|path| (path, need))
}

impl<'a> EngineFiles<'a> {
    pub(super) fn new(inputs: &'a Inputs<'_>, component: Option<&'a str>) -> Self {
        let environment = inputs.environment.iter().map(String::as_str);
        let base = [GENERATED].into_iter().chain(environment);
        Self {
            world: inputs.world,
            base: base.chain(["compose"]).collect(),
            component,
        }
    }

    fn env_file(&self, node: &Node, need: Need, sink: &mut Sink) -> Option<EnvFile> {
        let (path, found) = self.find(node, sink)?;
        let variables = match found {
            Found::Text(text) => Some(Dotenv::new(text).variables()),
            Found::Missing if need == Need::Required => None,
            Found::Missing | Found::Nothing => return None,
        };
        Some(EnvFile {
            path,
            variables,
            span: node.span,
        })
    }

    /// The file that a raw path of the project names. What leaves the project, or holds secrets, the lint `outside-source` reports.
    fn find(&self, node: &Node, sink: &mut Sink) -> Option<(String, Found)> {
        let written = node.as_str()?;
        let joined = format!("{}/{written}", self.base.join("/"));
        // A variable says it at the start.
        let is_elsewhere = written.starts_with(['/', '~']) || written.contains(['$', '\0']);
        if is_elsewhere || climbs_out(&joined, 0) {
            return None;
        }
        let path = plain_path(&joined);
        if why_private(&path, GENERATED).is_some() {
            return None;
        }
        let real = self.check_links(&path, node.span, sink)?;
        let found = match self.world.read(&real) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Found::Text(text),
                Err(_) => self.unread(written, "is not UTF-8 text", node.span, sink),
            },
            Err(ReadError::Missing) => self.missing(written, node.span, sink),
            Err(error) => self.unread(written, &error.to_string(), node.span, sink),
        };
        Some((path, found))
    }

    /// A path that is meant from platform.toml, as all others are.
    fn missing(&self, written: &str, span: Span, sink: &mut Sink) -> Found {
        let meant = plain_path(written);
        let is_there = !meant.starts_with("..") && self.world.read(&meant).is_ok();
        if !is_there {
            return Found::Missing;
        }
        let right = quoted(&format!("{}{meant}", "../".repeat(self.base.len())));
        sink.push(
            Diagnostic::new(Code::FileMissing, format!("`{written}` does not exist"))
                .label(
                    span,
                    format!("looked for in `{}`, as raw keys are", self.base.join("/")),
                )
                .help(format!(
                    "write `{right}`, which is `{meant}` of the project"
                ))
                .replacing(span, right),
        );
        Found::Nothing
    }

    fn unread(&self, written: &str, why: &str, span: Span, sink: &mut Sink) -> Found {
        sink.push(
            Diagnostic::new(Code::Unreadable, format!("`{written}` {why}"))
                .label(span, "the engine reads it when it starts the container")
                .help("put a text file there that you may read"),
        );
        Found::Nothing
    }

    /// One of raw `volumes`, in its short or its long form.
    fn raw_volume(&self, volume: &Node, sink: &mut Sink) {
        let source = volume.as_table().and_then(|it| it.get("source"));
        let written = source.unwrap_or(volume).as_str().unwrap_or_default();
        let written = written.split(':').next().unwrap_or_default();
        let joined = format!("{}/{written}", self.base.join("/"));
        if written.starts_with('.') && !climbs_out(&joined, 0) {
            self.check_links(&plain_path(&joined), volume.span, sink);
        }
    }

    /// Where a path of the project really is. One that a link leads out of the project, or to what is git's or a run's, is reported.
    pub(super) fn check_links(&self, path: &str, span: Span, sink: &mut Sink) -> Option<String> {
        let Some(target) = self.world.leads_to(path) else {
            return Some(path.to_string());
        };
        let is_generated = target.split('/').next() == Some(GENERATED);
        let is_outside = target.is_empty() || target.starts_with(['/', '.']);
        if !is_outside && !is_generated && !target.split('/').any(is_git_folder) {
            return Some(target);
        }
        let accept = match self.component {
            Some(_) => "`allow = [\"outside-source\"]`",
            None => "`[lints]` `outside-source = \"allow\"`",
        };
        let mut diagnostic = Diagnostic::new(
            Code::OutsideSource,
            format!("`{path}` leads through a symbolic link to `{target}`"),
        )
        .denied()
        .label(span, "the engine follows it")
        .help(format!(
            "put the file or folder itself there, write the path that is meant, or accept it with {accept}"
        ));
        diagnostic.component = self.component.map(ToString::to_string);
        sink.push(diagnostic);
        None
    }
}
