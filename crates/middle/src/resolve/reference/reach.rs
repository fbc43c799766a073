//! Whether a reader can use an address, and where a browser finds a port.

use super::resolver::Resolver;
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::ComponentDraft,
    model::{Field, HostPort, NetworkMode, Piece, Port, Text},
    reference::{self},
};

impl Resolver<'_> {
    /// Refuses the address of a port that sends those inside on to a name that means something only outside.
    pub(super) fn for_insiders(
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

    /// Says why the reader gets no connection, where it gets none.
    pub(super) fn reachable(
        &self,
        draft: &ComponentDraft,
        workload: &str,
        field: Field,
        sink: &mut Sink,
    ) -> Option<()> {
        let to_itself = self
            .scope
            .owner
            .is_some_and(|owner| self.scene.components[owner].name == draft.name);
        if to_itself || draft.external.is_some() || field == Field::Port {
            return Some(());
        }
        let mode = crate::resolve::network::mode_of(draft, workload);
        let why = match (mode, self.scope.cut_off) {
            (Some(NetworkMode::Host), _) => format!(
                "`{}` has `network_mode = \"host\"`: it has no name in any network",
                draft.name
            ),
            (Some(NetworkMode::None), _) => format!(
                "`{}` has `network_mode = \"none\"`: it joins no network",
                draft.name
            ),
            (_, Some(reader)) => format!("the reader {reader}: it resolves no component's name"),
            _ => return Some(()),
        };
        sink.push(
            Diagnostic::new(
                Code::Unreachable,
                format!("`{}` can't be reached from here", draft.name),
            )
            .label(self.place, why)
            .label(draft.span, "this component")
            .help("remove `network_mode`, or write the address that the reader really uses"),
        );
        None
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

/// Whether only the engine knows the number on the host, once it has started.
fn is_on_any_port(draft: &ComponentDraft, workload: &str, port: &Port) -> bool {
    matches!(port.host, Some(HostPort::Auto)) && !has_address_of_its_own(draft, workload, port)
}

/// Whether a browser gets to a port, whatever it is published on. On the host's network every port is the host's.
fn has_address_of_its_own(draft: &ComponentDraft, workload: &str, port: &Port) -> bool {
    let is_main = draft.main_port().as_deref() == Some(port.name.as_str());
    port.public_url.is_some()
        || draft.external.is_some()
        || is_main && draft.public_url().is_some()
        || crate::resolve::network::mode_of(draft, workload) == Some(NetworkMode::Host)
}
