//! Files and folders of the project that an engine itself reads: bind mounts, and what raw keys of Compose's name. Each is looked at
//! where the engine is going to find it: raw keys start in the folder of the Compose files, and links are followed.

use super::{Inputs, Scene};
use crate::{
    diag::{Code, Diagnostic, Sink, Subject},
    expand::{WorkloadDraft, read},
    files::{GENERATED, compose_folder},
    model::{EnvFile, HostPath},
    source::Span,
    syntax::{Node, Table, Value, quoted},
    value::{Dotenv, climbs_out, is_fetched, is_git_folder, plain_path, why_private},
    world::{ReadError, World},
};

/// What an engine reads of one component, or of the platform.
pub(super) struct EngineFiles<'a> {
    world: &'a dyn World,
    /// The names of the folder in which raw paths start.
    base: Vec<&'a str>,
    subject: Option<Subject>,
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
    let files = EngineFiles::new(inputs, Some(Subject::Component(draft.name.clone())));
    files.build(shape.table.table("build"), sink);
    files.of_service(&tables, sink);
    files.raw_dockerfile(&tables, shape.table.table("build"), sink);
    entries(first(&tables, &["env_file"]))
        .into_iter()
        .filter_map(|(node, need)| files.env_file(node, need, sink))
        .collect()
}

/// What the first table that has the key says.
fn first<'a>(tables: &[Option<&'a Table>], path: &[&str]) -> Option<&'a Node> {
    tables.iter().flatten().find_map(|it| it.get_path(path))
}

/// What the tasks of pipelines mount, and what the top of Compose's files names.
pub(super) fn check_platform(scene: &Scene<'_>, inputs: &Inputs<'_>, sink: &mut Sink) {
    let tree = &scene.draft.tree;
    for (key, pipeline) in read::tables(tree, "pipelines") {
        let files = EngineFiles::new(inputs, Some(Subject::Pipeline(key.name.clone())));
        let volumes = read::tables(pipeline, "volumes");
        for node in volumes.filter_map(|(_, volume)| volume.get("source")) {
            if let Some(HostPath::Project(path)) = node.as_str().map(HostPath::parse) {
                files.check_links(&path, node.span, sink);
            }
        }
        files.build(pipeline.table("build"), sink);
    }
    let files = EngineFiles::new(inputs, None);
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
    let services = ["services", "jobs"].into_iter();
    let services = services.filter_map(|key| raw?.table(key));
    for (key, service) in services.flat_map(Table::iter) {
        // What it says of a workload is looked at with that.
        if !is_workload(scene, &key.name) {
            let tables = [service.as_table()];
            files.of_service(&tables, sink);
            files.raw_dockerfile(&tables, None, sink);
            for (node, _) in entries(first(&tables, &["env_file"])) {
                files.find(node, sink);
            }
        }
    }
}

fn is_workload(scene: &Scene<'_>, name: &str) -> bool {
    scene.components.iter().any(|draft| {
        let mut parts = draft.workloads.iter().map(|it| it.part.as_deref());
        parts.any(|part| draft.workload_name(part) == name)
    })
}

/// Whether the engine insists on a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}

/// `"a"`, `["a"]` or `[{ path = "a", required = false }]`: each path.
fn entries(node: Option<&Node>) -> Vec<(&Node, Need)> {
    let items = node.map_or(&[][..], |node| node.items());
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
    pub(super) fn new(inputs: &'a Inputs<'_>, subject: Option<Subject>) -> Self {
        Self {
            world: inputs.world,
            base: compose_folder(inputs.environment.as_deref()),
            subject,
        }
    }

    /// The context and the Dockerfile of a typed build.
    fn build(&self, build: Option<&Table>, sink: &mut Sink) {
        let Some((build, context)) = build.and_then(|it| Some((it, it.get("context")?))) else {
            return;
        };
        let written = context.as_str().unwrap_or_default();
        if is_fetched(written) || written.starts_with('/') || climbs_out(written, 0) {
            return;
        }
        let dockerfile = build.get("dockerfile");
        if self
            .check_links(&plain_path(written), context.span, sink)
            .is_some()
            && let Some(dockerfile) = dockerfile
        {
            let path = format!("{written}/{}", dockerfile.as_str().unwrap_or_default());
            if !climbs_out(&path, 0) {
                self.check_links(&plain_path(&path), dockerfile.span, sink);
            }
        }
    }

    /// What raw keys of a service name, but for its files of variables.
    fn of_service(&self, tables: &[Option<&Table>], sink: &mut Sink) {
        let key = |path: &[&str]| first(tables, path);
        let others = [key(&["label_file"]), key(&["extends", "file"])];
        for (node, _) in others.into_iter().flat_map(entries) {
            self.find(node, sink);
        }
        let listed = |path: &[&str]| key(path).and_then(Node::as_array).unwrap_or_default();
        for volume in listed(&["volumes"]) {
            let long = volume.as_table();
            let source = long.and_then(|it| it.get("source"));
            let written = source.unwrap_or(volume).as_str().unwrap_or_default();
            let written = written.split(':').next().unwrap_or_default();
            let is_bind = long.is_some_and(|it| it.string("type") == Some("bind"));
            if is_bind || written.starts_with('.') {
                self.raw_links(written, volume.span, sink);
            }
        }
        let contexts = key(&["build", "additional_contexts"]);
        let tables = contexts.and_then(Node::as_table).into_iter();
        let tables = tables.flat_map(Table::iter).map(|(_, node)| node);
        let context = key(&["build", "context"]).or(key(&["build"]));
        let watched = listed(&["develop", "watch"]).iter();
        let watched = watched.filter_map(|it| it.as_table()?.get("path"));
        for node in tables.chain(context).chain(watched) {
            self.raw_links(node.as_str().unwrap_or_default(), node.span, sink);
        }
        for node in listed(&["build", "additional_contexts"]) {
            let pair = node.as_str().and_then(|it| it.split_once('='));
            self.raw_links(pair.unwrap_or_default().1, node.span, sink);
        }
    }

    /// The Dockerfile of a raw build, which is read from the raw context, or else from the typed one.
    fn raw_dockerfile(&self, tables: &[Option<&Table>], typed: Option<&Table>, sink: &mut Sink) {
        let Some(dockerfile) = first(tables, &["build", "dockerfile"]) else {
            return;
        };
        let written = dockerfile.as_str().unwrap_or_default();
        let raw = first(tables, &["build", "context"]).and_then(Node::as_str);
        let typed = typed.and_then(|it| it.string("context"));
        let context = match (raw, typed) {
            (None, Some(typed)) => typed.to_string(),
            (Some(raw), _) if is_fetched(raw) || raw.starts_with('/') => return,
            (raw, _) => format!("{}/{}", self.base.join("/"), raw.unwrap_or(".")),
        };
        let path = format!("{context}/{written}");
        let is_known = !written.starts_with(['/', '~']) && !path.contains(['$', '\0']);
        // A context that a link leads away is reported itself.
        if is_known
            && !is_fetched(&context)
            && !context.starts_with('/')
            && !path.contains("://")
            && !climbs_out(&path, 0)
            && self.away(&plain_path(&context)).is_none()
        {
            self.check_links(&plain_path(&path), dockerfile.span, sink);
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

    /// A folder or file of the project that a raw key names.
    fn raw_links(&self, written: &str, span: Span, sink: &mut Sink) {
        let joined = format!("{}/{written}", self.base.join("/"));
        let is_elsewhere = written.is_empty()
            || written.starts_with(['/', '~', '$'])
            || written.contains("://")
            || is_fetched(written);
        if !is_elsewhere && !climbs_out(&joined, 0) {
            self.check_links(&plain_path(&joined), span, sink);
        }
    }

    /// Where a link on this path leads, if that is out of the project, or to what is git's or a run's.
    fn away(&self, path: &str) -> Option<String> {
        let target = self.world.leads_to(path)?;
        let is_generated = target.split('/').next() == Some(GENERATED);
        let is_outside = target.is_empty() || target.starts_with(['/', '.']);
        let is_away = is_outside || is_generated || target.split('/').any(is_git_folder);
        is_away.then_some(target)
    }

    /// Where a path of the project really is. One that a link leads out of the project, or to what is git's or a run's, is reported.
    pub(super) fn check_links(&self, path: &str, span: Span, sink: &mut Sink) -> Option<String> {
        let Some(target) = self.away(path) else {
            let real = self.world.leads_to(path);
            return Some(real.unwrap_or_else(|| path.to_string()));
        };
        let message = format!("`{path}` leads through a symbolic link to `{target}`");
        sink.push(
            Diagnostic::new(Code::OutsideSource, message)
                .denied()
                .of(self.subject.clone())
                .label(span, "the engine follows it")
                .or_accept("put the file or folder itself there, write the path that is meant"),
        );
        None
    }
}
