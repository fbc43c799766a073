//! Who can connect to whom by name: a workload that joins no network has no name in one, and resolves none.

use super::{Scene, network::mode, reference::WorkloadOf};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::ComponentDraft,
    model::{At, NetworkMode, RouteEnd},
    source::Span,
};

/// Why a reader gets no connection to a workload's address.
pub(super) struct NetworkBarrier {
    pub why: String,
    /// The `network_mode` that keeps them apart.
    pub mode: Span,
    /// Whether both are in one network all the same, where each port is on `localhost`.
    pub together: bool,
    /// Whether one of them is in no network at all.
    pub is_alone: bool,
}

/// The network that a workload is in: its own modes, or those of the one whose network it shares.
struct Network {
    owner: String,
    mode: Option<At<NetworkMode>>,
}

impl Network {
    fn of(scene: &Scene<'_>, draft: &ComponentDraft, workload: &str) -> Self {
        let owner = scene.network_owners.owner_of(workload).to_string();
        let host = scene.find(&owner).filter(|_| owner != workload);
        let draft = host.map_or(draft, |index| &scene.components[index]);
        let mut shapes = draft.workloads.iter();
        let shape = shapes.find(|shape| draft.workload_name(shape.part.as_deref()) == owner);
        Self {
            mode: shape.and_then(|shape| mode(&shape.table)),
            owner,
        }
    }

    /// `host` or `none`, and where that stands.
    fn isolating_mode(&self) -> Option<(&'static str, Span)> {
        let mode = self.mode.as_ref()?;
        match mode.value {
            NetworkMode::Host => Some(("host", mode.span)),
            NetworkMode::None => Some(("none", mode.span)),
            NetworkMode::Service(_) => None,
        }
    }
}

/// A mode by which a container resolves no name, who has it, and where it is written.
type IsolatedReader = (&'static str, String, Span);

/// Why a reader of this name finds no other container, where it does not.
fn isolated_reader(network: &Network, name: &str) -> Option<IsolatedReader> {
    let (mode, span) = network.isolating_mode()?;
    let who = match network.owner == name {
        true => "the reader has".to_string(),
        false => format!(
            "the reader shares the network of `{}`, which has",
            network.owner
        ),
    };
    Some((mode, who, span))
}

/// What keeps a reader from a network, in words, and where that is written.
fn reason_of_barrier(network: &Network, reader: Option<IsolatedReader>) -> Option<(String, Span)> {
    match (network.isolating_mode(), reader) {
        (Some((name, span)), _) => {
            let lacks = match name {
                "host" => "it has no name in any network",
                _ => "it joins no network",
            };
            let owner = &network.owner;
            let why = format!("`{owner}` has `network_mode = \"{name}\"`: {lacks}");
            Some((why, span))
        }
        (None, Some((name, who, span))) => Some((
            format!("{who} `network_mode = \"{name}\"`: it resolves no component's name"),
            span,
        )),
        (None, None) => None,
    }
}

/// What is between a reader and an address; without a reader, what keeps everybody from it.
pub(super) fn network_barrier(
    scene: &Scene<'_>,
    reader: Option<WorkloadOf<'_>>,
    target: &ComponentDraft,
    workload: &str,
) -> Option<NetworkBarrier> {
    let reader = reader.map(|it| {
        let draft = &scene.components[it.component];
        let name = draft.workload_name(it.part);
        (Network::of(scene, draft, &name), name)
    });
    let resolves_nothing = reader
        .as_ref()
        .and_then(|(network, name)| isolated_reader(network, name));
    if target.external.is_some() {
        let (_, who, mode) = resolves_nothing.filter(|(mode, ..)| *mode == "none")?;
        return Some(NetworkBarrier {
            why: format!("{who} `network_mode = \"none\"`: it reaches nothing outside of itself"),
            mode,
            together: false,
            is_alone: true,
        });
    }
    let network = Network::of(scene, target, workload);
    let together = reader.as_ref().is_some_and(|(other, _)| {
        other.owner == network.owner
            || [other, &network]
                .iter()
                .all(|it| it.isolating_mode().map(|it| it.0) == Some("host"))
    });
    let ends = [
        network.isolating_mode().map(|it| it.0),
        resolves_nothing.as_ref().map(|it| it.0),
    ];
    let is_alone = !together && ends.contains(&Some("none"));
    let (why, mode) = reason_of_barrier(&network, resolves_nothing)?;
    Some(NetworkBarrier {
        why,
        mode,
        together,
        is_alone,
    })
}

/// Roles and entry points are addresses too, whatever a kind makes of them: configuration, variables, a list of targets.
pub(super) fn check(scene: &Scene<'_>, sink: &mut Sink) {
    for (index, draft) in scene.components.iter().enumerate() {
        if draft.external.is_some() {
            continue;
        }
        for bound in &draft.uses {
            let target = &scene.components[bound.target];
            report(scene, index, target, &target.name, bound.span, sink);
        }
    }
    for route in &scene.draft.routes {
        let Some(door) = scene.find(&route.door) else {
            continue;
        };
        let ends = route.paths.iter().map(|path| &path.to).chain(&route.login);
        for RouteEnd { component, port } in ends {
            let Some(index) = scene.find(component) else {
                continue;
            };
            let target = &scene.components[index];
            let shape = target
                .workloads
                .iter()
                .find(|shape| shape.ports.iter().any(|it| it.name == *port));
            let workload = target.workload_name(shape.and_then(|shape| shape.part.as_deref()));
            report(scene, door, target, &workload, route.span, sink);
        }
    }
}

/// A `reaches` of what joins no network opens nothing. On the host's network an address of the machine does.
pub(super) fn reached(
    scene: &Scene<'_>,
    reader: Option<WorkloadOf<'_>>,
    (target, workload): (&ComponentDraft, &str),
    place: Span,
    sink: &mut Sink,
) {
    // Of a route the ends were reported.
    let of_route = reader.is_some_and(|reader| {
        let door = &scene.components[reader.component].name;
        let mut routes = scene.draft.routes.iter().filter(|it| it.door == *door);
        routes.any(|route| {
            let mut ends = route.paths.iter().map(|path| &path.to).chain(&route.login);
            ends.any(|end| end.component == target.name)
        })
    });
    let found = network_barrier(scene, reader, target, workload).filter(|_| !of_route);
    if let Some(barrier) = found.filter(|it| it.is_alone) {
        let what = format!("`{}` can't be reached from here", target.name);
        sink.push(
            Diagnostic::new(Code::Unreachable, what)
                .label(place, &barrier.why)
                .label(barrier.mode, "here")
                .help("take the entry away, or remove `network_mode`"),
        );
    }
}

fn report(
    scene: &Scene<'_>,
    reader: usize,
    target: &ComponentDraft,
    workload: &str,
    place: Span,
    sink: &mut Sink,
) {
    let reader = WorkloadOf {
        component: reader,
        part: None,
    };
    if let Some(barrier) = network_barrier(scene, Some(reader), target, workload) {
        sink.push(unreachable(target, place, &barrier));
    }
}

/// The error for an address at `place`.
pub(super) fn unreachable(
    target: &ComponentDraft,
    place: Span,
    barrier: &NetworkBarrier,
) -> Diagnostic {
    Diagnostic::new(
        Code::Unreachable,
        format!("`{}` can't be reached from here", target.name),
    )
    .label(place, &barrier.why)
    .label(target.span, "this component")
    .help("remove `network_mode`, or write the address that the reader really uses")
}
