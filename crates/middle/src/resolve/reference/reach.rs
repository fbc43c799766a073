//! Whether a reader can use an address, and where a browser finds a port.

use super::{port::PortOf, resolver::Resolver};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::ComponentDraft,
    model::{Field, HostPort, NetworkMode, Piece, Port, PublicAddress, Text},
    reference::{self},
    resolve::connections::{NetworkBarrier, network_barrier, unreachable},
    syntax::Node,
    text::all_of,
};

impl Resolver<'_> {
    /// Refuses the address of a port that sends those inside on to a name that means something only outside.
    pub(super) fn refuse_outside_name(
        &self,
        draft: &ComponentDraft,
        port: &Port,
        field: Field,
        sink: &mut Sink,
    ) -> Option<()> {
        let own_name = draft.kind.own_name.as_ref();
        let inside = own_name
            .filter(|own_name| own_name.port == port.name)
            .and_then(|own_name| own_name.inside.as_ref());
        let Some(inside) =
            inside.filter(|_| !self.kind_text && draft.external.is_none() && field != Field::Port)
        else {
            return Some(());
        };
        sink.push(
            Diagnostic::new(
                Code::Unreachable,
                format!(
                    "port `{}` of `{}` is for programs outside of the platform",
                    port.name, draft.name
                ),
            )
            .label(
                self.place,
                "redirects to an address outside of the platform",
            )
            .label(draft.span, "this component")
            .help(format!(
                "write `{}`",
                reference::written(&["components", &draft.name, inside])
            )),
        );
        None
    }

    /// Says why the reader gets no connection to an address, where it gets none.
    pub(super) fn reachable(
        &self,
        draft: &ComponentDraft,
        workload: &str,
        field: Field,
        sink: &mut Sink,
    ) -> Option<()> {
        let Some(barrier) = self.barrier(draft, workload, field) else {
            return Some(());
        };
        sink.push(self.no_connection(draft, &barrier));
        None
    }

    /// The same for an address of a port; in one network with the reader the port is on `localhost`.
    pub(super) fn port_reachable(
        &self,
        of: &PortOf<'_>,
        field: Field,
        sink: &mut Sink,
    ) -> Option<()> {
        let Some(barrier) = self.barrier(of.draft, &of.workload, field) else {
            return Some(());
        };
        let mut diagnostic = self.no_connection(of.draft, &barrier);
        if barrier.together && !self.kind_text {
            let is_own = self.owner_is(of.draft);
            let number = match is_own {
                true => reference::written(&["self", &of.port.name, "port"]),
                false => reference::written(&["components", &of.draft.name, &of.port.name, "port"]),
            };
            let local = match field {
                Field::Host => "localhost".to_string(),
                Field::Url => {
                    let (scheme, path) = (&of.port.scheme, of.port.prefix());
                    format!("{scheme}://localhost:{number}{path}")
                }
                Field::Address | Field::Port => format!("localhost:{number}"),
            };
            diagnostic = diagnostic
                .help(format!(
                    "for the reader the port is on `localhost`: write `{local}`"
                ))
                .replacing(self.place, local);
        }
        sink.push(diagnostic);
        None
    }

    fn owner_is(&self, draft: &ComponentDraft) -> bool {
        self.scope
            .owner
            .is_some_and(|owner| self.scene.components[owner].name == draft.name)
    }

    fn barrier(
        &self,
        draft: &ComponentDraft,
        workload: &str,
        field: Field,
    ) -> Option<NetworkBarrier> {
        // What a component says of itself is asked for again by whoever reads it.
        let is_unread = self.owner_is(draft) && self.scope.reader.is_none();
        if field == Field::Port || is_unread {
            return None;
        }
        network_barrier(self.scene, self.scope.reader, draft, workload)
    }

    /// The error at the user's reference. In a kind's text the mistake is the binding, or the mode beside the kind's parts.
    fn no_connection(&self, draft: &ComponentDraft, barrier: &NetworkBarrier) -> Diagnostic {
        match (self.kind_text, self.through) {
            (true, Some(binding)) => unreachable(draft, binding, barrier),
            (true, None) => self.unreachable_self(draft, barrier),
            (false, _) => unreachable(draft, self.place, barrier),
        }
    }

    /// The error for a kind's own text that needs an address of the component itself.
    fn unreachable_self(&self, draft: &ComponentDraft, barrier: &NetworkBarrier) -> Diagnostic {
        let of_part = self
            .scope
            .reader
            .is_some_and(|reader| reader.part.is_some());
        let parts = draft.workloads.iter().filter_map(|it| it.part.as_ref());
        let lines: Vec<String> = parts.map(|part| format!("parts.{part} = false")).collect();
        let (who, instead) = match of_part {
            true => (
                format!("a part of `{}`", draft.name),
                format!(", or switch off what connects to it: {}", all_of(&lines)),
            ),
            false => (format!("`{}`", draft.name), String::new()),
        };
        Diagnostic::new(
            Code::Unreachable,
            format!("{who} needs an address of `{}`, and gets none", draft.name),
        )
        .label(barrier.mode, &barrier.why)
        .label(draft.span, "this component")
        .help(format!("remove `network_mode`{instead}"))
    }

    pub(super) fn public_url(
        &self,
        draft: &ComponentDraft,
        workload: &str,
        port: &Port,
        sink: &mut Sink,
    ) -> Option<Text> {
        // What a kind says of its own program is completed by the chart's values, which know the address.
        let is_any_port = !self.kind_text && is_on_any_port(draft, workload, port);
        if is_any_port || !is_published(draft, workload, port) {
            if may_be_published(draft) {
                return None;
            }
            let number = port.container.first;
            let (message, why) = match port.host {
                Some(_) => (
                    "is published on any free port: its address is not known before it starts",
                    "on any free one",
                ),
                None => (
                    "is not published: a browser can't reach it",
                    "published nowhere",
                ),
            };
            sink.push(
                Diagnostic::new(
                    Code::Unreachable,
                    format!("port `{}` of `{}` {message}", port.name, draft.name),
                )
                .label(self.place, "needs a published port")
                .label(port.span, why)
                .help(format!(
                    "publish it: write `ports.{} = {{ container = {number}, host = {number} }}`",
                    port.name
                )),
            );
            return None;
        }
        Some(Text {
            pieces: vec![Piece::PublicUrl {
                component: draft.name.clone(),
                port: port.name.clone(),
            }],
        })
    }
}

/// Whether a browser gets to a port.
pub(super) fn is_published(draft: &ComponentDraft, workload: &str, port: &Port) -> bool {
    port.host.is_some() || has_address_of_its_own(draft, workload, port)
}

/// Whether what the component says of its addresses could not be read, which was reported: it may be published all the same.
pub(super) fn may_be_published(draft: &ComponentDraft) -> bool {
    draft.broken || draft.user.get("public_url").is_some_and(Node::is_broken)
}

/// Whether only the engine knows the number on the host, once it has started.
pub(super) fn is_on_any_port(draft: &ComponentDraft, workload: &str, port: &Port) -> bool {
    matches!(port.host, Some(HostPort::Auto)) && !has_address_of_its_own(draft, workload, port)
}

/// Where people reach a port, where the platform says so.
pub(super) fn declared_public_url(draft: &ComponentDraft, port: &Port) -> Option<PublicAddress> {
    let is_main = draft.main_port().as_deref() == Some(port.name.as_str());
    let of_main = || draft.public_address().filter(|_| is_main);
    let of_port = port.public_url.clone();
    of_port.or_else(of_main)
}

/// Whether a browser gets to a port, whatever it is published on. On the host's network every port is the host's.
fn has_address_of_its_own(draft: &ComponentDraft, workload: &str, port: &Port) -> bool {
    let is_opened = draft.page_port().as_deref() == Some(port.name.as_str());
    port.public_url.is_some()
        || draft.external.is_some()
        || is_opened && draft.public_url().is_some()
        || crate::resolve::network::mode_of(draft, workload) == Some(NetworkMode::Host)
}
