//! The whole compiler as one pure function: a project's files in, generated files or diagnostics out.

mod own_files;
mod repository;
mod unkept;

pub use own_files::own_catalog;

use std::collections::BTreeSet;

use crate::{
    check,
    commands::CommandFlags,
    data::Data,
    diag::{Code, Diagnostic, Severity, Sink},
    expand::{self, Draft},
    files::{PLATFORM_FILE, Site, Target},
    fileset::FileSet,
    graph::{self, Graph},
    model::Platform,
    project, resolve,
    shared_data::{self, Environment, Shareable},
    source::Sources,
    target::{Emission, emit},
    template::{Engine, TemplateError},
    threads,
    world::{Bounded, World},
};

/// What to compile.
#[derive(Clone, Debug)]
pub struct Request {
    /// The platform file, relative to the project's folder.
    pub file: String,
    /// `--env E`: lay `platform.E.toml` over the file and write below `generated/E/`.
    pub environment: Option<String>,
    /// The names of all environments of the project, with which this one may share data.
    pub environments: Vec<String>,
    /// `--target`: only these, of those that the platform has.
    pub targets: Option<BTreeSet<Target>>,
    /// Every lint that warns is an error.
    pub deny_warnings: bool,
    /// The data that earlier runs have written down: names that `[[moved]]` once gave hold on.
    pub recorded: Vec<Data>,
    /// On how many threads. What comes out is the same.
    pub threads: usize,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            file: PLATFORM_FILE.to_string(),
            environment: None,
            environments: Vec::new(),
            targets: None,
            deny_warnings: false,
            recorded: Vec::new(),
            threads: 1,
        }
    }
}

/// What a run had to say, and what it made where it came to its end.
#[derive(Debug)]
#[non_exhaustive]
pub struct Compilation {
    /// Every file that was read: spans point into these.
    pub sources: Sources,
    /// Errors and lints, in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
    /// Everything that the platform compiles to, or nothing at all.
    pub output: Result<Output, Failed>,
}

/// The run did not come to its end: there are errors among its diagnostics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failed;

impl Compilation {
    /// Whether one of the diagnostics is an error.
    pub fn has_errors(&self) -> bool {
        self.output.is_err()
    }

    /// How many of the diagnostics have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        let diagnostics = self.diagnostics.iter();
        diagnostics.filter(|it| it.severity == severity).count()
    }
}

/// What a platform compiles to. Only a run that came to its end without an error has one.
#[derive(Debug)]
#[non_exhaustive]
pub struct Output {
    /// The platform as meant.
    pub platform: Platform,
    /// Who needs, reaches and shares a network with whom.
    pub graph: Graph,
    /// The templates, the user's own over ours.
    pub engine: Engine,
    /// What the targets made, and the data that the platform keeps.
    pub files: FileSet,
}

/// A part of a compilation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The files are read, and the engine of templates is made.
    Project,
    /// Kinds, presets and layers are merged.
    Expand,
    /// References are resolved.
    Resolve,
    /// Edges, networks and the order of starting are found.
    Graph,
    /// The rules are held against it.
    Check,
    /// The targets make their files.
    Emit,
}

impl Stage {
    /// All of them in their order, with the names of their modules.
    pub const ALL: [(Stage, &'static str); 6] = [
        (Stage::Project, "project"),
        (Stage::Expand, "expand"),
        (Stage::Resolve, "resolve"),
        (Stage::Graph, "graph"),
        (Stage::Check, "check"),
        (Stage::Emit, "emit"),
    ];
}

/// Is told of each stage that has ended.
type OnStage<'a> = &'a mut (dyn FnMut(Stage) + Send);

/// Compiles a project.
pub fn compile(world: &dyn World, request: &Request) -> Compilation {
    compile_watched(world, request, &mut |_| {})
}

/// The same for who wants to know how long each stage takes: `watch` is called at the end of each.
pub fn compile_watched(world: &dyn World, request: &Request, watch: OnStage<'_>) -> Compilation {
    threads::on(request.threads, || {
        let bounded = Bounded::new(world);
        let compilation = compile_here(&bounded, request, watch);
        if !bounded.is_exceeded() {
            return compilation;
        }
        // Which files are too many must not depend on how quick each thread is.
        let again = bounded.for_next_compilation();
        threads::in_turn(|| compile_here(&again, request, watch))
    })
}

fn compile_here(world: &Bounded<'_>, request: &Request, watch: OnStage<'_>) -> Compilation {
    let mut sources = Sources::default();
    let mut sink = Sink::default();
    if request.deny_warnings {
        sink.deny_warnings();
    }
    let output = run(world, request, watch, &mut sources, &mut sink);
    let output = match output {
        Some(output) if !sink.has_errors() => Ok(output),
        _ => Err(Failed),
    };
    Compilation {
        sources,
        diagnostics: sink.finish(),
        output,
    }
}

/// The stages, one after the other; `None` where one of them could not begin.
fn run(
    world: &Bounded<'_>,
    request: &Request,
    watch: OnStage<'_>,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Option<Output> {
    let read = project::read(
        world,
        &request.file,
        request.environment.as_deref(),
        sources,
        sink,
    )?;
    let engine = own_files::engine(world, sources, sink);
    let in_templates = sink.sources_of(Code::BadTemplate).len();
    let commands = CommandFlags::of_files(&request.file, request.environment.as_deref());
    let engine = engine?.with_input(sources.bytes()).with_commands(commands);
    watch(Stage::Project);
    let stages = Stages {
        world,
        request,
        engine: &engine,
        recorded: &request.recorded,
    };
    let draft = stages.expand(&read, sources, sink);
    watch(Stage::Expand);
    let environment = request.environment.as_deref();
    let platform = stages.resolve(environment, &draft, sources, sink);
    drop(draft);
    watch(Stage::Resolve);
    let graph = graph::build(&platform);
    watch(Stage::Graph);
    let written = check::Written {
        tree: &read.tree,
        sources,
        templates: engine.own_templates(),
    };
    check::check(&platform, &graph, written, sink);
    // The trees of a large platform are as large as what it compiles to, and the targets need the room. That of an environment
    // says where names stand that others have, too.
    let tree = environment.map(|_| read.tree);
    watch(Stage::Check);
    // A broken template of the user's leaves nothing out of the platform, so the targets still run.
    if sink.mistakes() > in_templates {
        return None;
    }
    let emission = stages.emit(&platform, &graph, sources, sink);
    if let (Some(emission), Some(tree)) = (&emission, tree) {
        let files = &emission.files;
        let found = shared_data::shareable(&tree, &platform, files, &request.file, sources);
        stages.report_shared(&found, sink);
    }
    watch(Stage::Emit);
    let emission = emission?;
    let files = report_losses(emission, &platform, sink);
    repository::report(&files, &platform, &engine, sources, sink);
    Some(Output {
        platform,
        graph,
        engine,
        files,
    })
}

/// The files of the targets, after what these could not express, and what keeps no data, was reported.
fn report_losses(emission: Emission, platform: &Platform, sink: &mut Sink) -> FileSet {
    for loss in emission.losses {
        sink.push(of_component(loss, platform));
    }
    for unkept in &emission.files.unkept {
        sink.push(unkept::lint(unkept));
    }
    emission.files
}

/// Reports a template that can't be run, and all others of the user's: `again` runs them without those that are known.
fn report_all(
    first: TemplateError,
    engine: &Engine,
    for_next_compilation: impl Fn(&Engine) -> Option<TemplateError>,
    sources: &mut Sources,
    sink: &mut Sink,
) {
    let mut gone: Vec<String> = Vec::new();
    let mut rest: Option<Engine> = None;
    let mut next = Some(first);
    while let Some(error) = next {
        let here = rest.as_ref().unwrap_or(engine);
        // What includes a part that is gone fails for that alone.
        if !gone.iter().any(|name| error.message.contains(name)) {
            sink.push(here.report(&error, sources));
        }
        let without = here.without(&error.template);
        let is_own = here.is_own(&error.template);
        let Some(without) = without.filter(|_| is_own) else {
            return;
        };
        gone.push(error.template);
        next = for_next_compilation(&without);
        rest = Some(without);
    }
}

/// What the stages read beside what the one before made.
struct Stages<'a> {
    world: &'a Bounded<'a>,
    request: &'a Request,
    engine: &'a Engine,
    /// What the manifest of the environment that is compiled remembers.
    recorded: &'a [Data],
}

impl Stages<'_> {
    fn expand(&self, read: &project::Read, sources: &mut Sources, sink: &mut Sink) -> Draft {
        let mut catalog = own_catalog(self.world, sources, sink);
        catalog.load_own(sources, sink);
        let inputs = expand::Inputs {
            world: self.world,
            engine: self.engine,
            catalog: &mut catalog,
            sources,
            suffix: &read.suffix,
            over: read.over,
            written_out: &read.written_out,
            recorded: self.recorded,
        };
        expand::expand(&read.tree, inputs, sink)
    }

    /// What the targets make; `None` where a template can't be run, which is reported.
    fn emit(
        &self,
        platform: &Platform,
        graph: &Graph,
        sources: &mut Sources,
        sink: &mut Sink,
    ) -> Option<Emission> {
        let targets = self.request.targets.as_ref();
        let emit = |engine: &Engine| emit::emit(self.world, platform, graph, engine, targets);
        match emit(self.engine) {
            Ok(emission) => Some(emission),
            Err(error) => {
                let again = |engine: &Engine| emit(engine).err();
                report_all(error, self.engine, again, sources, sink);
                None
            }
        }
    }

    fn resolve(
        &self,
        environment: Option<&str>,
        draft: &Draft,
        sources: &mut Sources,
        sink: &mut Sink,
    ) -> Platform {
        let inputs = resolve::Inputs {
            world: self.world,
            engine: self.engine,
            sources,
            file: &self.request.file,
            environment: environment.map(str::to_string),
            environments: &self.request.environments,
        };
        resolve::resolve(draft, inputs, sink)
    }

    /// Reports what an environment shares with others.
    fn report_shared(&self, shareable: &[Shareable], sink: &mut Sink) {
        let Some(own) = self.request.environment.as_deref() else {
            return;
        };
        if !shareable.is_empty() {
            let sites: Vec<Site> = shareable.iter().filter_map(Shareable::site).collect();
            let named = self.request.environments.iter().map(String::as_str);
            let named = named.filter(|name| *name != own).map(Some);
            let others = std::iter::once(None).chain(named);
            let others: Vec<_> = others
                .filter_map(|other| self.environment(other, &sites))
                .collect();
            shared_data::report(shareable, &others, (&self.request.file, own), sink);
        }
    }

    /// What the base or another environment has. What is wrong in it its own run reports.
    fn environment(&self, name: Option<&str>, sites: &[Site]) -> Option<Environment> {
        let world = self.world.for_next_compilation();
        let (mut sources, mut sink) = (Sources::default(), Sink::default());
        let (sources, sink) = (&mut sources, &mut sink);
        let file = &self.request.file;
        let read = project::read(&world, file, name, sources, sink)?;
        // Each keeps the names that it was applied with.
        let recorded = world.recorded(name);
        let stages = Stages {
            world: &world,
            recorded: &recorded,
            ..*self
        };
        let draft = stages.expand(&read, sources, sink);
        let platform = stages.resolve(name, &draft, sources, sink);
        drop((read, draft));
        let graph = graph::build(&platform);
        let files = emit::without_files(&platform, &graph, self.engine, sites);
        let files = files.unwrap_or_default();
        Some(Environment::of(&platform, &files, file, name))
    }
}

/// What a kind says can't be changed where it says it: the place is the component's.
fn of_component(mut loss: Diagnostic, platform: &Platform) -> Diagnostic {
    let component = loss.component().and_then(|name| platform.component(name));
    if let (Some(component), Some(label)) = (component, loss.labels.first_mut())
        && platform.kind_sources.contains(&label.span.source)
    {
        label.span = component.span;
    }
    loss
}

#[cfg(test)]
mod tests;
