//! The order of references, computed before any of them is resolved. It finds cycles, chains that are too long, and how much
//! text all references together expand to.
//!
//! A reference leads to a definition, as a setting or an output, whose strings may hold references again. A walk over
//! these, depth first, visits each definition once.

mod amount;
mod walk;

use std::collections::BTreeSet;

use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::Draft,
    reference::Words,
    syntax::{Node, Table},
};

/// Bytes that the references of one platform may bring, each reference counted as some: far beyond what people write, and
/// an end to references to texts of references.
const MOST_BROUGHT: usize = 64 << 20;

/// What a reference leads to, where strings stand there in their turn. Components are named by their index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Definition<'a> {
    Output {
        component: usize,
        name: &'a str,
        database: Database,
    },
    Setting {
        component: usize,
        name: &'a str,
    },
    Image(usize),
    Version(usize),
    /// The database that a component offers first.
    Binding(usize),
    /// Users and passwords of a component and of its databases.
    Logins(usize),
}

/// Which of a component's databases a reader asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Database {
    /// The one that it offers first.
    First,
    /// The one that the reader named.
    Named,
}

impl Database {
    /// `name`: what the reader named.
    pub(super) fn of(name: Option<&str>) -> Self {
        match name {
            Some(_) => Self::Named,
            None => Self::First,
        }
    }
}

/// Which references may be followed.
#[derive(Debug)]
pub(super) struct Order<'a> {
    /// Definitions that lead into a cycle or too deep.
    blocked: BTreeSet<Definition<'a>>,
    /// All references together bring more than a platform may hold.
    too_much: bool,
}

impl Order<'_> {
    /// Whether a reference may be followed. If not, the reason was reported.
    pub fn allows(&self, definition: Option<Definition<'_>>) -> bool {
        !self.too_much && definition.is_none_or(|definition| !self.blocked.contains(&definition))
    }
}

/// Who reads a string, as far as it decides what a reference leads to.
#[derive(Clone, Copy)]
pub(super) struct Reader {
    pub component: Option<usize>,
    pub database: Database,
    pub words: Words,
}

/// What a reference leads to; nothing where that holds no strings, or does not exist.
pub(super) fn leads_to<'a>(
    draft: &'a Draft,
    reader: Reader,
    segments: &[&str],
) -> Option<Definition<'a>> {
    let is_kind = reader.words == Words::Kind;
    match segments {
        ["components", name, rest @ ..] => part_of(draft, draft.find(name)?, rest, Database::First),
        ["self", rest @ ..] => part_of(draft, reader.component?, rest, reader.database),
        ["settings", name] if is_kind => {
            let component = reader.component?;
            let settings = &draft.components[component].kind.settings;
            let spec = settings.iter().find(|spec| spec.name == *name)?;
            Some(Definition::Setting {
                component,
                name: &spec.name,
            })
        }
        ["roles", role, rest @ ..] if is_kind => {
            let bound = draft.components[reader.component?].bound(role).next()?;
            let database = Database::of(bound.database.as_deref());
            part_of(draft, bound.target, rest, database)
        }
        ["binding"] if is_kind && reader.database == Database::First => {
            Some(Definition::Binding(reader.component?))
        }
        ["binding", _] if is_kind => Some(Definition::Logins(reader.component?)),
        _ => None,
    }
}

fn part_of<'a>(
    draft: &'a Draft,
    component: usize,
    rest: &[&str],
    database: Database,
) -> Option<Definition<'a>> {
    match rest {
        ["image"] => Some(Definition::Image(component)),
        ["version"] => Some(Definition::Version(component)),
        [output] => {
            let outputs = draft.components[component].kind_table.table("outputs")?;
            Some(Definition::Output {
                component,
                name: &outputs.entry(output)?.key.name,
                database,
            })
        }
        _ => None,
    }
}

/// The strings of a definition.
fn strings<'a>(draft: &'a Draft, definition: Definition<'a>) -> Vec<&'a Node> {
    let user = |component: usize, key: &str| draft.components[component].user.get(key);
    match definition {
        Definition::Output {
            component, name, ..
        } => {
            let outputs = draft.components[component].kind_table.table("outputs");
            outputs
                .and_then(|outputs| outputs.get(name))
                .into_iter()
                .collect()
        }
        Definition::Setting { component, name } => {
            let node = draft.components[component].setting(name);
            node.map_or(Vec::new(), |node| match node.as_array() {
                Some(items) => items.iter().collect(),
                None => vec![node],
            })
        }
        Definition::Image(component) => user(component, "image")
            .into_iter()
            .chain(user(component, "version"))
            .collect(),
        Definition::Version(component) => user(component, "version").into_iter().collect(),
        Definition::Binding(component) => first_binding(draft, component).into_iter().collect(),
        Definition::Logins(component) => {
            let component = &draft.components[component];
            let own = ["user", "password"].map(|name| component.setting(name));
            let logins = component.logins.iter();
            logins
                .flat_map(|login| [&login.user, &login.password])
                .chain(own.into_iter().flatten())
                .collect()
        }
    }
}

/// The string that names what a component offers where the reader names nothing.
pub(super) fn first_binding(draft: &Draft, component: usize) -> Option<&Node> {
    let component = &draft.components[component];
    let binding = component.kind.binding.as_ref()?;
    let setting = match &binding.default {
        Some(setting) => component.setting(setting)?,
        None => component
            .setting(binding.more.as_ref()?)
            .filter(|node| node.as_array().is_some())?,
    };
    match setting.as_array() {
        Some(items) => items.first(),
        None => Some(setting),
    }
}

fn reader_of(draft: &Draft, definition: Definition<'_>, node: &Node) -> Reader {
    let (component, database) = match definition {
        Definition::Output {
            component,
            database,
            ..
        } => (component, database),
        Definition::Setting { component, .. }
        | Definition::Image(component)
        | Definition::Version(component)
        | Definition::Binding(component)
        | Definition::Logins(component) => (component, Database::First),
    };
    Reader {
        component: Some(component),
        database,
        words: draft.names.words(node),
    }
}

/// Computes the order, and reports references that have none.
pub(super) fn order<'a>(draft: &'a Draft, sink: &mut Sink) -> Order<'a> {
    let walked = walk::walk(draft, &definitions(draft), sink);
    let blocked: BTreeSet<Definition<'_>> = walked
        .iter()
        .filter(|(_, found)| found.blocked)
        .map(|(definition, _)| *definition)
        .collect();
    let too_much = amount::first_beyond(draft, &walked, MOST_BROUGHT);
    // A cycle is the better reason.
    if let Some(place) = too_much.filter(|_| blocked.is_empty()) {
        let limit = MOST_BROUGHT >> 20;
        sink.push(
            Diagnostic::new(
                Code::BadReference,
                format!("the references of this platform add up to more than {limit} MiB"),
            )
            .label(place, "the limit is exceeded here")
            .help("shorten what is referred to so often, or mount it as a file"),
        );
    }
    Order {
        blocked,
        too_much: too_much.is_some(),
    }
}

/// All that references may lead to.
fn definitions<'a>(draft: &'a Draft) -> Vec<Definition<'a>> {
    let mut out = Vec::new();
    for (component, declared) in draft.components.iter().enumerate() {
        out.extend([
            Definition::Image(component),
            Definition::Version(component),
            Definition::Binding(component),
            Definition::Logins(component),
        ]);
        let settings = declared.kind.settings.iter();
        out.extend(settings.map(|spec| Definition::Setting {
            component,
            name: &spec.name,
        }));
        for name in outputs(draft, component) {
            out.extend(
                [Database::First, Database::Named].map(|database| Definition::Output {
                    component,
                    name,
                    database,
                }),
            );
        }
    }
    out
}

fn outputs(draft: &Draft, component: usize) -> impl Iterator<Item = &str> {
    let outputs = draft.components[component].kind_table.table("outputs");
    outputs.into_iter().flat_map(Table::keys)
}
