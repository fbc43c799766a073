//! What a check knows of the table that it is in.

use std::fmt;

use super::{key::KeyShape, shape::Shape};
use crate::{reference::Constants, source::Span};

/// What messages call a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner<'a> {
    /// In words, as in `a component`.
    Words(&'a str),
    /// The table of a key.
    Key(&'a str),
    /// One of the tables that a key holds.
    EntryOf(&'a str),
}

impl Owner<'_> {
    /// The default name of the tables that a key holds; `None` if it holds no tables.
    fn of(key: &KeyShape) -> Option<Self> {
        fn entries(shape: &Shape) -> Option<bool> {
            match shape {
                Shape::Table(_) => Some(false),
                Shape::Map(..) => Some(true),
                Shape::List(item) => entries(item).map(|_| true),
                Shape::Either(shapes) => shapes.iter().find_map(entries),
                _ => None,
            }
        }
        entries(&key.shape).map(|is_one_of| match is_one_of {
            true => Owner::EntryOf(key.name),
            false => Owner::Key(key.name),
        })
    }
}

impl fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Owner::Words(words) => f.write_str(words),
            Owner::Key(key) => write!(f, "`{key}`"),
            Owner::EntryOf(key) => write!(f, "an entry of `{key}`"),
        }
    }
}

/// Where a table stands and what passes in it.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// What messages call the table.
    pub owner: Owner<'a>,
    /// The name of the table where it is one of several; else nothing.
    pub entry: &'a str,
    /// Where the table begins, for keys that are missing.
    pub place: Span,
    /// Whether `false` removes entries here.
    pub removable: bool,
    /// Whether it merges with other tables: then its required keys are checked after merging.
    pub partial: bool,
    /// What references stand for that can be written out; `None` where they are resolved otherwise, as in a kind.
    pub constants: Option<&'a Constants>,
    /// Whether they are written out where references are not resolved later: in pipelines and CI entries.
    pub writes_out: bool,
    /// The example of the key that the value belongs to; nothing at the top of a file.
    pub example: &'static str,
}

impl<'a> Context<'a> {
    /// The same for what a key holds.
    pub(super) fn below(&self, key: &KeyShape) -> Context<'a> {
        let words = match key.name {
            "components" if self.owner == Owner::Words("`helm`") => "a workload of the chart",
            "components" => "a component",
            "parts" => "a part",
            "presets" => "a preset",
            "pipelines" => "a pipeline",
            "tasks" => "a task",
            "ci" => "a CI entry",
            "stages" | "parallel" => "a stage",
            "flows" => "a flow",
            "platform" => "`[platform]`",
            "deploy" => "`[deploy]`",
            "actors" => "an actor",
            "lints" => "`[lints]`",
            "moved" => "an entry of `[[moved]]`",
            "notify" => "`[notify]`",
            "receivers" => "a receiver",
            "routes" => "a route",
            "paths" => "a path",
            "secrets" => "a secret",
            "vars" => "a variable",
            "groups" => "a group",
            "ports" => "a port",
            "volumes" => "a volume",
            "files" => "a file",
            "helm" => "`helm`",
            "health" => "`health`",
            "metrics" => "`metrics`",
            "resources" => "`resources`",
            "alerts" => "an alert",
            "build" => "`build`",
            "networks" => "a network",
            "agent" => "`agent`",
            "env" => "an environment variable",
            "depends_on" => "a dependency",
            "workload" => "`[workload]`",
            "when" => "a case of `[[when]]`",
            "settings" => "a setting",
            "roles" => "a role",
            "outputs" => "an output",
            "records" => "a recording rule",
            "panels" => "a panel",
            "slo" => "`slo`",
            "latency" => "`latency`",
            "relabel" | "metric_relabel" => "a step of relabeling",
            "basic" => "`basic`",
            "queries" => "a query",
            "thresholds" => "a threshold",
            "binding" => "`[binding]`",
            _ => "",
        };
        let owner = match words {
            "" => Owner::of(key).unwrap_or(self.owner),
            words => Owner::Words(words),
        };
        Context {
            owner,
            entry: "",
            place: self.place,
            removable: match key.name {
                "components" | "presets" | "when" | "helm" | "resources" => true,
                "env" => false,
                _ => self.removable,
            },
            partial: self.partial || matches!(key.name, "components" | "presets"),
            constants: self.constants,
            writes_out: self.writes_out || matches!(key.name, "pipelines" | "ci"),
            example: key.example,
        }
    }

    pub(super) fn at(&self, place: Span) -> Context<'a> {
        Context { place, ..*self }
    }
}
