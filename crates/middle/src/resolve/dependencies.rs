//! Start order: `depends_on`, `uses` and the kinds' own order.

use super::{
    Scene,
    beforehand::{Beforehand, WorkloadFacts},
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::{ComponentDraft, WorkloadDraft, unknown},
    model::{Condition, Dependency, Host, Named, Reach},
    source::Span,
    syntax::{Key, Node, Table, Value},
};

/// What a workload waits for.
pub(super) fn of(
    scene: &Scene<'_>,
    beforehand: &Beforehand<'_>,
    index: usize,
    shape: &WorkloadDraft,
    sink: &mut Sink,
) -> Vec<Dependency> {
    let waits = WaitingWorkload {
        scene,
        workloads: &beforehand.workloads,
        draft: &scene.components[index],
        shape,
    };
    waits.all(sink)
}

/// What runs elsewhere and stands in `depends_on`: it is taken to be there, so what is left of the order is the edge.
pub(super) fn reaches_of_external_dependencies(
    scene: &Scene<'_>,
    shape: &WorkloadDraft,
) -> Vec<Reach> {
    let named: Vec<(&str, Span)> = match shape.table.get("depends_on").map(|node| &node.value) {
        Some(Value::Array(items)) => {
            let named = items.iter().map(|item| Some((item.as_str()?, item.span)));
            named.flatten().collect()
        }
        Some(Value::Table(table)) => {
            let named = table.iter().filter(|(_, node)| !node.is_false());
            named
                .map(|(key, _)| (key.name.as_str(), key.span))
                .collect()
        }
        _ => Vec::new(),
    };
    let runs_elsewhere = |name: &str| {
        let index = scene.find(name);
        index.is_some_and(|index| scene.components[index].external.is_some())
    };
    let outside = named.into_iter().filter(|(name, _)| runs_elsewhere(name));
    outside
        .map(|(name, span)| Reach {
            component: name.to_string(),
            port: None,
            span,
        })
        .collect()
}

/// One workload and what it waits for.
struct WaitingWorkload<'a> {
    scene: &'a Scene<'a>,
    workloads: &'a Named<WorkloadFacts<'a>>,
    draft: &'a ComponentDraft,
    shape: &'a WorkloadDraft,
}

impl WaitingWorkload<'_> {
    fn all(&self, sink: &mut Sink) -> Vec<Dependency> {
        let mut out: Vec<Dependency> = Vec::new();
        if let Some(node) = self.shape.table.get("depends_on") {
            self.list_or_table(node, &mut out, sink);
        }
        if let Some(inner) = self.shape.table.table("@depends_on") {
            self.table(inner, &mut out, sink);
        }
        if self.shape.own_image {
            for bound in self.draft.uses.iter().filter(|bound| bound.role.order) {
                let target = &self.scene.components[bound.target];
                if let Some(workload) = self.target(&target.name) {
                    let usual = usual(workload, bound.span);
                    push(&mut out, usual.clone());
                    self.wait_for_jobs(&target.name, &usual, &mut out);
                }
            }
        }
        out
    }

    fn list_or_table(&self, node: &Node, out: &mut Vec<Dependency>, sink: &mut Sink) {
        match &node.value {
            Value::Array(items) => {
                for item in items {
                    let Some(name) = item.as_str() else { continue };
                    if self.is_known(name, item.span, sink)
                        && let Some(workload) = self.target(name)
                    {
                        let opens_ports = true;
                        let usual = usual(workload, item.span);
                        push(
                            out,
                            Dependency {
                                opens_ports,
                                ..usual.clone()
                            },
                        );
                        self.wait_for_jobs(name, &usual, out);
                    }
                }
            }
            Value::Table(table) => self.table(table, out, sink),
            _ => {}
        }
    }

    fn table(&self, table: &Table, out: &mut Vec<Dependency>, sink: &mut Sink) {
        for (key, node) in table.iter() {
            if node.is_false() {
                continue;
            }
            if key.name.starts_with('@') {
                self.inner(&key.name, node, key.span, out);
            } else if self.is_known(&key.name, key.span, sink) {
                self.entry(key, node, out, sink);
            }
        }
    }

    /// `@main` and `@PART`: another workload of the same component, if it is there.
    fn inner(&self, name: &str, node: &Node, span: Span, out: &mut Vec<Dependency>) {
        let part = match name.trim_start_matches('@') {
            "main" => None,
            part => Some(part),
        };
        let target = self.draft.workload_name(part);
        let Some(workload) = self.workloads.find(&target) else {
            return;
        };
        let condition = match asked(node) {
            // A user may switch a kind's check off; then there is nothing to wait for but the start.
            Some(Condition::Healthy) if !is_checked(workload) => Condition::Started,
            Some(asked) => asked,
            None => usual_condition(workload),
        };
        push(out, dependency(workload, condition, span));
    }

    fn entry(&self, key: &Key, node: &Node, out: &mut Vec<Dependency>, sink: &mut Sink) {
        let (name, span) = (key.name.as_str(), key.span);
        if let Some(problem) = self.waits_elsewhere(name, node) {
            sink.push(problem);
            return;
        }
        let Some(workload) = self.target(name) else {
            return;
        };
        let optional = node
            .as_table()
            .and_then(|table| table.boolean("optional"))
            .unwrap_or(false);
        let asked = asked(node);
        if let Some(asked) = asked
            && let Some(problem) = impossible(workload, asked)
        {
            if workload.draft.lacks_presets {
                return;
            }
            let diagnostic = Diagnostic::new(Code::ConditionImpossible, problem)
                .label(node.span, format!("waits for `{}`", asked.name()))
                .label(workload.draft.span, "this component");
            let is_of_no_kind = workload.draft.user.get("kind").is_none();
            sink.push(match asked {
                Condition::Healthy => diagnostic
                    .help(format!("give `{name}` a `health`, or wait for `started`"))
                    .renaming("healthy", "started"),
                _ if is_of_no_kind && workload.shape.part.is_none() => diagnostic
                    .help(format!(
                        "write `kind = \"job\"` in `{name}`, or wait for `healthy` or `started`"
                    ))
                    .adding(workload.draft.span, "kind = \"job\""),
                _ => diagnostic.help("wait for `healthy` or `started`"),
            });
            return;
        }
        let condition = asked.unwrap_or_else(|| usual_condition(workload));
        let dependency = Dependency {
            optional,
            opens_ports: true,
            ..dependency(workload, condition, span)
        };
        push(out, dependency.clone());
        // What only has to be started may still be empty.
        if asked != Some(Condition::Started) {
            self.wait_for_jobs(name, &dependency, out);
        }
    }

    /// Nothing here sees how a component that runs elsewhere is. If an environment makes it run there, the platform's condition is
    /// for the other environments.
    fn waits_elsewhere(&self, name: &str, node: &Node) -> Option<Diagnostic> {
        let target = &self.scene.components[self.scene.find(name)?];
        let external = target.external.as_ref()?;
        let place = external.span.source;
        if place != target.span.source && place != node.span.source {
            return None;
        }
        let what = match asked(node)? {
            Condition::Healthy => "nothing here checks its health",
            Condition::Completed => "nothing here sees it complete",
            Condition::Started => return None,
        };
        Some(
            Diagnostic::new(
                Code::ConditionImpossible,
                format!("`{name}` runs elsewhere: {what}"),
            )
            .label(node.span, "waits for that")
            .label(external.span, "it runs there")
            .help("take the entry away: what runs elsewhere is taken to be there; `reaches` is an edge without order"),
        )
    }

    /// The completion of the jobs that make a component ready: optional where the component itself is.
    fn wait_for_jobs(&self, name: &str, of: &Dependency, out: &mut Vec<Dependency>) {
        let Some(target) = self.scene.find(name) else {
            return;
        };
        let draft = &self.scene.components[target];
        for shape in draft.workloads.iter().filter(|shape| shape.job) {
            // Whichever way a user writes the job's own `depends_on`, the kind's order stays here.
            let of_kind = shape.table.table("@depends_on");
            let prepares = of_kind.is_some_and(|table| table.get("@main").is_some());
            let job = draft.workload_name(shape.part.as_deref());
            if let (true, Some(job)) = (prepares, self.workloads.find(&job)) {
                let done = dependency(job, Condition::Completed, of.span);
                let optional = of.optional;
                push(out, Dependency { optional, ..done });
            }
        }
    }

    /// A workload by its own name or its component's. Components that run elsewhere are always there; what leads to one is waited for.
    fn target(&self, name: &str) -> Option<&WorkloadFacts<'_>> {
        self.workloads.find(name).or_else(|| {
            let target = &self.scene.components[self.scene.find(name)?];
            let mut addresses = target.external.iter().flat_map(|it| &it.addresses);
            let front = addresses.find_map(|address| match &address.host {
                Host::Name(host) => self.workloads.find(host),
                Host::Ip(_) => None,
            })?;
            (front.name != self.draft.workload_name(self.shape.part.as_deref())).then_some(front)
        })
    }

    fn is_known(&self, name: &str, span: Span, sink: &mut Sink) -> bool {
        let scene = self.scene;
        if scene.find(name).is_some()
            || scene.names.lost.contains(name)
            || self.workloads.find(name).is_some()
        {
            return true;
        }
        let known = sink.shown(scene.component_names());
        sink.push(unknown("component", name, span, &known));
        false
    }
}

/// The condition that an entry of `depends_on` names.
fn asked(node: &Node) -> Option<Condition> {
    let word = node.as_str().or_else(|| node.as_table()?.string("on"));
    word.and_then(Condition::parse)
}

/// What the list form waits for.
fn usual_condition(workload: &WorkloadFacts<'_>) -> Condition {
    if workload.shape.job {
        Condition::Completed
    } else if is_checked(workload) {
        Condition::Healthy
    } else {
        Condition::Started
    }
}

/// Whether its health is checked in every runtime.
fn is_checked(workload: &WorkloadFacts<'_>) -> bool {
    workload.health.as_ref().is_some_and(|health| health.inside)
}

fn impossible(workload: &WorkloadFacts<'_>, asked: Condition) -> Option<String> {
    match asked {
        Condition::Healthy
            if workload.health.is_none()
                && workload
                    .shape
                    .table
                    .get("health")
                    .is_none_or(Node::is_false) =>
        {
            Some(format!(
                "`{}` has no health check: it never becomes healthy",
                workload.name
            ))
        }
        Condition::Healthy
            if workload
                .health
                .as_ref()
                .is_some_and(|health| !health.inside) =>
        {
            Some(format!(
                "Compose runs no health check of `{}`: it never becomes healthy there",
                workload.name
            ))
        }
        Condition::Completed if !workload.shape.job => Some(format!(
            "`{}` runs all the time: it never completes",
            workload.name
        )),
        _ => None,
    }
}

/// To wait as the list form does.
fn usual(workload: &WorkloadFacts<'_>, span: Span) -> Dependency {
    dependency(workload, usual_condition(workload), span)
}

/// To wait for a condition: the workload must be there, and none of its ports is opened.
fn dependency(workload: &WorkloadFacts<'_>, condition: Condition, span: Span) -> Dependency {
    Dependency {
        workload: workload.name.clone(),
        component: workload.draft.name.clone(),
        condition,
        optional: false,
        opens_ports: false,
        span,
    }
}

/// One entry a workload: the first stays, and it opens ports if any of them does.
fn push(out: &mut Vec<Dependency>, dependency: Dependency) {
    match out
        .iter_mut()
        .find(|known| known.workload == dependency.workload)
    {
        Some(known) => known.opens_ports |= dependency.opens_ports,
        None => out.push(dependency),
    }
}
