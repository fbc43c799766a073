//! What is known while references are resolved: the components as drafts, and the names at the top of the file.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    rc::Rc,
};

use crate::{
    catalog::{Kind, Role},
    model::{External, Group, Port, Secret, Variable},
    reference::Words,
    source::{SourceId, Span},
    syntax::{Node, Table},
};

/// A component on its way from text to model.
#[derive(Debug)]
pub(super) struct Draft {
    pub name: String,
    /// The name where it is declared.
    pub span: Span,
    pub kind: Rc<Kind>,
    pub group: Option<String>,
    /// What the user wrote: presets of the group, presets of the component, the component.
    pub user: Table,
    pub external: Option<External>,
    /// The major version by which the kind adapts.
    pub major: Option<u64>,
    pub uses: Vec<BoundRole>,
    /// The kind's tables with its conditions decided.
    pub kind_table: Table,
    /// The main workload and the parts, merged, the main one first. Empty parts are gone.
    pub shapes: Vec<Shape>,
    /// Secrets of the kind: key and the platform's name of the secret.
    pub own_secrets: Vec<(String, String)>,
    /// Something about it was wrong: what refers to it is not reported.
    pub broken: bool,
}

/// One workload of a draft.
#[derive(Debug)]
pub(super) struct Shape {
    /// `None` for the main one.
    pub part: Option<String>,
    pub table: Table,
    pub own_image: bool,
    pub job: bool,
    pub ports: Vec<Port>,
}

#[derive(Clone, Debug)]
pub(super) struct BoundRole {
    pub role: Role,
    /// Index of the component that fills it.
    pub target: usize,
    pub database: Option<String>,
    pub span: Span,
}

impl BoundRole {
    /// The kind of the role's list that the filler fits: a user's kind that extends `postgres` is a `postgres` here.
    pub fn fitting_kind<'a>(&'a self, filler: &'a Draft) -> &'a str {
        self.role
            .kinds
            .iter()
            .find(|kind| filler.is_a(kind))
            .unwrap_or(&filler.kind.name)
    }
}

#[derive(Debug)]
pub(super) struct Scene {
    /// What references brought so far.
    pub brought: Cell<usize>,
    /// How many references were found to lead back to themselves.
    pub circles: Cell<usize>,
    /// Places that lead into one of them, each with the component that reads there: what they come to was said.
    pub circular: RefCell<BTreeSet<(Span, Option<usize>)>>,
    pub platform: String,
    pub registry: Option<String>,
    pub bind: String,
    pub drafts: Vec<Draft>,
    /// Components that were declared but are not there (of an unknown kind): referring to them is no second mistake.
    pub lost: BTreeSet<String>,
    pub groups: Vec<Group>,
    pub secrets: Vec<Secret>,
    pub variables: Vec<Variable>,
    /// Names in `[volumes]` and `[networks]`.
    pub shared_volumes: Vec<String>,
    pub networks: Vec<String>,
    pub has_pipelines: bool,
    /// Some task of a pipeline is a stub.
    pub has_stubs: bool,
    /// Files of the catalog: their strings may hold a kind's references.
    pub kind_sources: BTreeSet<SourceId>,
}

impl Scene {
    pub fn find(&self, name: &str) -> Option<usize> {
        self.drafts.iter().position(|draft| draft.name == name)
    }

    pub fn component_names(&self) -> impl Iterator<Item = &str> {
        self.drafts.iter().map(|draft| draft.name.as_str())
    }

    pub fn has_kind(&self, kind: &str) -> bool {
        self.drafts.iter().any(|draft| draft.is_a(kind))
    }

    /// Which words start a reference in a node's string.
    pub fn words(&self, node: &Node) -> Words {
        if self.is_kind_text(node) {
            Words::Kind
        } else {
            Words::Platform
        }
    }

    pub fn is_kind_text(&self, node: &Node) -> bool {
        self.kind_sources.contains(&node.span.source)
    }
}

impl Draft {
    pub fn is_a(&self, kind: &str) -> bool {
        self.kind.name == kind || self.kind.lineage.iter().any(|name| name == kind)
    }

    pub fn shape(&self, part: Option<&str>) -> Option<&Shape> {
        self.shapes
            .iter()
            .find(|shape| shape.part.as_deref() == part)
    }

    /// The DNS name of a workload of it.
    pub fn workload_name(&self, part: Option<&str>) -> String {
        match part {
            Some(part) => format!("{}-{part}", self.name),
            None => self.name.clone(),
        }
    }

    /// The setting as the user wrote it, else the kind's default.
    pub fn setting(&self, name: &str) -> Option<&Node> {
        self.user
            .get_path(&["settings", name])
            .filter(|node| !node.is_false() || self.is_boolean_setting(name))
            .or_else(|| {
                self.kind
                    .settings
                    .iter()
                    .find(|setting| setting.name == name)?
                    .default
                    .as_ref()
            })
    }

    fn is_boolean_setting(&self, name: &str) -> bool {
        self.kind.settings.iter().any(|setting| {
            setting.name == name && setting.kind == crate::catalog::SettingType::Boolean
        })
    }

    pub fn bound(&self, role: &str) -> impl Iterator<Item = &BoundRole> {
        self.uses
            .iter()
            .filter(move |bound| bound.role.name == role)
    }

    /// The name of the main port: the kind's, else `http`, else the first.
    pub fn main_port(&self) -> Option<String> {
        if let Some(port) = &self.kind.port {
            return Some(port.clone());
        }
        let ports = self
            .shape(None)
            .map(|shape| shape.ports.as_slice())
            .unwrap_or_default();
        ports
            .iter()
            .find(|port| port.name == "http")
            .or(ports.first())
            .map(|port| port.name.clone())
    }
}
