//! From tables to tables: presets, kinds, conditions, roles, layers and parts are laid over each other.
//!
//! In: one checked tree and the catalog. Out: one finished [`Draft`]. The next stage may assume that each workload is one
//! table that says all of it, that roles are bound and that the names of secrets, variables and ports are known. Strings
//! still hold their references.

mod authorities;
mod buckets;
mod conditions;
mod contradicted;
mod databases;
mod declare;
mod draft;
mod edits;
mod elsewhere;
mod end_of_life;
mod env_settings;
mod env_values;
mod external;
mod flag_settings;
mod flags;
mod given;
mod hidden;
mod ignored;
mod joined;
mod kindless;
mod layers;
mod levels;
mod logins;
mod major;
mod moved;
mod no_builder;
mod names;
mod older_filler;
mod other_image;
mod own_name;
mod partial;
mod ports;
mod presets;
mod probes;
pub mod read;
mod removed;
mod role_env;
mod role_or_setting;
mod roles;
mod route_edits;
mod route_ports;
mod route_prefixes;
mod routes;
mod schemas;
mod secret_forms;
mod secrets;
mod setting_folders;
mod settings;
mod stores;
mod tag_form;
mod unknown_role;
mod unread_keys;
mod unread_secrets;
mod variables;

pub use declare::taken_away;
pub use draft::{BoundRole, ComponentDraft, Declared, Draft, Names, WorkloadDraft};
pub use hidden::with_line;
pub use own_name::unknown_public_address;
pub use probes::can_be_probed;
pub use removed::check_alerts;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    catalog::Catalog,
    data::Data,
    diag::{Code, Diagnostic, Sink, nearest},
    model::{Named, Port, Purpose, Route, Secret},
    source::{SourceId, Sources, Span},
    syntax::Table,
    template::Engine,
    text::all_of,
    world::World,
};
use layers::Layered;

/// What the stage reads beside the tree.
pub struct Inputs<'a> {
    pub world: &'a dyn World,
    pub engine: &'a Engine,
    pub catalog: &'a mut Catalog,
    pub sources: &'a mut Sources,
    /// What the environment adds to the platform's name on a machine.
    pub suffix: &'a str,
    /// The environment's own file.
    pub over: Option<SourceId>,
    /// Variables whose values were written out when the file was read.
    pub written_out: &'a BTreeSet<String>,
    /// What the manifest remembers.
    pub recorded: &'a [Data],
}

/// The components as declared, and the names beside them.
struct Declarations {
    names: Names,
    routes: Vec<Route>,
    components: Named<Declared>,
    /// Of each kind, and of each that extends it.
    of_kind: BTreeMap<String, BTreeSet<usize>>,
    /// What some component is for.
    purposes: Vec<Purpose>,
}

impl Declarations {
    fn new(names: Names, components: Vec<Declared>, routes: Vec<Route>) -> Self {
        let mut of_kind: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        let mut purposes = Vec::new();
        for (index, declared) in components.iter().enumerate() {
            let purpose = declared.kind.purpose;
            purposes.extend(purpose.filter(|it| !purposes.contains(it)));
            for kind in std::iter::once(&declared.kind.name).chain(&declared.kind.lineage) {
                of_kind.entry(kind.clone()).or_default().insert(index);
            }
        }
        Self {
            names,
            routes,
            components: components.into(),
            of_kind,
            purposes,
        }
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.components.position(name)
    }

    fn component_names(&self) -> impl Iterator<Item = &str> {
        self.components
            .iter()
            .map(|declared| declared.name.as_str())
    }

    fn has(&self, purpose: Purpose) -> bool {
        self.purposes.contains(&purpose)
    }
}

/// Expands a checked tree.
pub fn expand(tree: &Table, mut inputs: Inputs<'_>, sink: &mut Sink) -> Draft {
    let names = read::entries(tree, "components").map(|(key, _)| key.name.clone());
    sink.know_components(names);
    let (mut components, lost) = declare::components(tree, &mut inputs, sink);
    setting_folders::list(&mut components, inputs.world);
    let routes = routes::routes(tree, &mut components, &lost, sink);
    authorities::mount(&mut components);
    let with_volumes = authorities::mount_in_tasks(tree, &components);
    let tree = with_volumes.as_ref().unwrap_or(tree);
    let levels = levels::levels(tree, &components, sink);
    sink.set_levels(levels);
    let mut names = names::names(tree, &inputs, &components, lost, sink);
    let certificates = secrets::of_routes(&routes, &names.secrets);
    names.secrets.extend(certificates);
    let mut all = Declarations::new(names, components, routes);
    let mut bound = roles::bind(&all, sink);
    let fits = settings::check(&all, sink);
    for (bound, fits) in bound.iter_mut().zip(fits) {
        bound.is_complete &= fits;
    }
    check_declared(&all, &bound, tree, sink);
    let layers = layers(&mut all, bound, inputs.engine, tree, sink);
    finished(all, layers, tree, sink)
}

/// Checks components as they are declared.
fn check_declared(all: &Declarations, bound: &[Bound], tree: &Table, sink: &mut Sink) {
    secrets::check_needed(all, tree, sink);
    secrets::check_names(all, tree, sink);
    end_of_life::check(all, sink);
    tag_form::check(all, sink);
    older_filler::check(all, bound, sink);
    no_builder::check(all, tree, sink);
}

/// What fills the roles of a component.
struct Bound {
    roles: Vec<BoundRole>,
    /// Whether all that its kind requires are filled, and its settings are right.
    is_complete: bool,
}

/// What the layers of one component come to.
struct Layers {
    bound: Bound,
    /// What holds of its kind.
    kind_table: Table,
    /// The secrets that it brings, by their keys in the kind.
    secrets: Vec<(String, Secret)>,
    /// Its main workload and its parts that run.
    workloads: Vec<Layered>,
}

/// The layers of every component, in their order, with what some of them set in others.
fn layers(
    all: &mut Declarations,
    bound: Vec<Bound>,
    engine: &Engine,
    tree: &Table,
    sink: &mut Sink,
) -> Vec<Layers> {
    let mut layers = lay_layers(all, bound, engine, tree, sink);
    hidden::check(all, &layers, sink);
    probes::drop_idle(all, &mut layers);
    unread_secrets::drop(all, &mut layers, tree);
    unread_keys::check(all, &layers, tree, sink);
    env_settings::check_parts(all, &layers, sink);
    role_env::set(all, &mut layers, sink);
    role_env::parts_elsewhere(all, &layers, sink);
    layers
}

/// Decides the conditions of kinds, and lays what users wrote over what holds.
fn lay_layers(
    all: &Declarations,
    bound: Vec<Bound>,
    engine: &Engine,
    tree: &Table,
    sink: &mut Sink,
) -> Vec<Layers> {
    // Conditions of one component read what fills the roles of another.
    let lay = |(index, declared): (usize, &Declared), sink: &mut Sink| {
        let facts = conditions::facts(all, &bound, index, tree);
        let kind_table = conditions::table_of_kind(declared, engine, &facts, sink);
        // A condition that can't be evaluated is reported already.
        let holds = |condition: &_| {
            conditions::condition_holds(condition, engine, &facts, &mut Sink::default())
        };
        ignored::check(declared, &kind_table, &all.names, &holds, sink);
        contradicted::check(declared, &kind_table, sink);
        let secrets = secrets::own_secrets(declared, engine, &facts, sink);
        let workloads = layers::workloads(declared, &kind_table, engine, &facts, sink);
        (kind_table, secrets, workloads)
    };
    let laid = sink.each(all.components.iter().enumerate(), lay);
    let laid: Vec<_> = laid.collect();
    let with_roles = laid.into_iter().zip(bound);
    let layers = with_roles.map(|((kind_table, secrets, workloads), bound)| Layers {
        bound,
        kind_table,
        secrets,
        workloads,
    });
    layers.collect()
}

/// The draft of these layers.
fn finished(all: Declarations, layers: Vec<Layers>, tree: &Table, sink: &mut Sink) -> Draft {
    let Declarations {
        mut names,
        components,
        routes,
        ..
    } = all;
    let mut drafts = Vec::new();
    for (declared, layers) in components.into_iter().zip(layers) {
        drafts.push(component(declared, layers, &mut names, tree, sink));
    }
    secret_forms::inherit(&mut names, &drafts, &routes, tree, sink);
    drafts.iter().for_each(|draft| own_name::check(draft, sink));
    moved::check_volumes(&names, &drafts, tree, sink);
    let by_name = drafts.iter().enumerate();
    let index = by_name.map(|(index, draft)| (draft.name.clone(), index));
    let index = index.collect();
    Draft {
        names,
        components: drafts,
        index,
        routes,
        tree: tree.clone(),
    }
}

/// One component with its ports read. Its secrets become secrets of the platform.
fn component(
    declared: Declared,
    layers: Layers,
    names: &mut Names,
    tree: &Table,
    sink: &mut Sink,
) -> ComponentDraft {
    let Layers {
        bound,
        mut kind_table,
        secrets,
        workloads,
    } = layers;
    let (ports, whole) = ports::ports(&declared, &workloads, names.bind, sink);
    if declared.external.is_some() {
        kind_table.remove("workload");
    }
    for (_, secret) in &secrets {
        let known = names.secrets.find(&secret.name);
        let refused =
            known.and_then(|known| secrets::may_be_left_out(&declared, known, None, tree));
        refused.into_iter().for_each(|it| sink.push(it));
    }
    ComponentDraft {
        uses: bound.roles,
        kind_table,
        workloads: with_ports(workloads, ports),
        own_secrets: declare_secrets(secrets, names),
        // Without its roles, its settings and its ports neither references nor templates of the kind can work out.
        broken: !(bound.is_complete && whole) || declared.lacks_presets,
        declared,
    }
}

/// Adds the secrets that a component brings to those of the platform. Returns the name of each by its key in the kind.
fn declare_secrets(secrets: Vec<(String, Secret)>, names: &mut Names) -> Vec<(String, String)> {
    let mut own_secrets = Vec::new();
    for (key, secret) in secrets {
        own_secrets.push((key, secret.name.clone()));
        if names.secrets.find(&secret.name).is_none() {
            names.secrets.push(secret);
        }
    }
    own_secrets
}

fn with_ports(workloads: Vec<Layered>, ports: Vec<Vec<Port>>) -> Vec<WorkloadDraft> {
    let pairs = workloads.into_iter().zip(ports);
    pairs
        .map(|(workload, ports)| WorkloadDraft {
            part: workload.part,
            table: workload.table,
            own_image: workload.own_image,
            job: workload.job,
            ports,
        })
        .collect()
}

/// A line that a component lacks.
pub struct MissingLine<'a> {
    /// Where the component is declared.
    pub component: Span,
    /// What is written of it.
    pub written: &'a Table,
    /// The table of the component that the line belongs into, such as `settings`.
    pub table: &'a str,
    pub line: &'a str,
    /// What the help says after the line.
    pub more: &'a str,
}

impl MissingLine<'_> {
    /// A help to write it: in the table that is there, else as a dotted key.
    pub fn help(&self, diagnostic: Diagnostic) -> Diagnostic {
        let Self {
            table, line, more, ..
        } = self;
        match edits::written(self.written, table) {
            Some(entry) => diagnostic
                .help(format!("write `{line}` in `{table}`{more}"))
                .adding(entry.key.span, *line),
            None => {
                let line = format!("{table}.{line}");
                diagnostic
                    .help(format!("write `{line}`{more}"))
                    .adding(self.component, line)
            }
        }
    }
}

/// What several owners may have under one name.
const OF_OWNERS: [&str; 4] = ["task", "port", "part", "choice"];

/// A name that nothing has, with the nearest that something has.
pub fn unknown(what: &str, name: &str, span: Span, known: &[&str]) -> Diagnostic {
    let unknown = Diagnostic {
        is_one_mistake: !OF_OWNERS.contains(&what),
        ..Diagnostic::new(Code::UnknownName, format!("there is no {what} `{name}`"))
    };
    unknown.label(span, format!("no such {what}")).misspelled(
        name,
        nearest(name, known.iter().copied()),
        || match known {
            [] => format!("there is no {what} yet: declare it first"),
            known => format!("there is {}", all_of(known)),
        },
    )
}
