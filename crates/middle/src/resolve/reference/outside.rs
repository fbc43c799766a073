//! Addresses for a reader that runs elsewhere: where the platform is published, since a name inside leads nowhere there.

use super::{
    port::PortOf,
    reach::{declared_public_url, is_on_any_port, is_published, may_be_published},
    resolver::Resolver,
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    files::Site,
    model::{Field, HostPort, Piece, Port, Text},
    reference::written,
};

impl Resolver<'_> {
    /// Whether the address of a port means something only inside, where the reader is not.
    pub(super) fn is_elsewhere(&self, of: &PortOf<'_>) -> bool {
        self.scope.outside && of.draft.external.is_none()
    }

    /// What an address of a port is for who comes from outside.
    pub(super) fn as_seen_outside(
        &self,
        of: &PortOf<'_>,
        field: Field,
        sink: &mut Sink,
    ) -> Option<Text> {
        let PortOf {
            draft,
            workload,
            port,
        } = of;
        if !is_published(draft, workload, port) || is_on_any_port(draft, workload, port) {
            // The component that is not known may be the one that runs the CI entries.
            let is_known = self.scene.names.lost.is_empty();
            if is_known && !may_be_published(draft) {
                sink.push(self.not_from_outside(of));
            }
            return None;
        }
        let piece = |piece| Text {
            pieces: vec![piece],
        };
        let (component, name) = (draft.name.clone(), port.name.clone());
        if field == Field::Url {
            return Some(piece(Piece::PublicUrl {
                component,
                port: name,
            }));
        }
        let (mut host, number) = match declared_public_url(draft, port) {
            Some(address) => {
                let address = address.at(Site::Engine);
                let (host, number) = address.host_and_port();
                (Text::literal(host.to_string()), number)
            }
            None => {
                let number = match port.host {
                    Some(HostPort::Fixed(range)) => range.first,
                    _ => port.container.first,
                };
                let host = piece(Piece::PublicHost {
                    component,
                    port: name,
                });
                (host, number)
            }
        };
        match field {
            Field::Host => {}
            Field::Port => host = Text::literal(number.to_string()),
            Field::Address | Field::Url => host.push_literal(&format!(":{number}")),
        }
        Some(host)
    }

    /// An output with the addresses in it as they are from outside.
    pub(super) fn output_from_outside(
        &self,
        index: usize,
        text: Text,
        sink: &mut Sink,
    ) -> Option<Text> {
        let mut out = Text::default();
        for piece in text.pieces {
            let of = match &piece {
                Piece::Endpoint(endpoint) if !endpoint.external => {
                    let port = self.port(index, &endpoint.port);
                    port.map(|of| (of, endpoint.field))
                }
                _ => None,
            };
            match of {
                Some((of, field)) => out.append(&self.as_seen_outside(&of, field, sink)?),
                None => out.append(&Text {
                    pieces: vec![piece],
                }),
            }
        }
        Some(out)
    }

    fn not_from_outside(&self, of: &PortOf<'_>) -> Diagnostic {
        let (draft, port) = (of.draft, of.port);
        let number = port.container.first;
        let why = match port.host {
            Some(_) => "on any free one",
            None => "published nowhere",
        };
        let diagnostic = Diagnostic::new(
            Code::Unreachable,
            format!(
                "no component runs the CI entries, and from elsewhere port `{}` of `{}` can't be reached",
                port.name, draft.name
            ),
        )
        .label(self.place, "leads nowhere outside of the platform")
        .label(port.span, why);
        if let Some(outer) = outer_port(of) {
            let segments = [
                "components",
                draft.name.as_str(),
                outer.name.as_str(),
                "address",
            ];
            let reference = written(&segments);
            return diagnostic
                .help(format!(
                    "write `{reference}`: the port `{}` is for those who come from outside",
                    outer.name
                ))
                .replacing(self.place, reference);
        }
        diagnostic.help(format!(
            "publish it: write `ports.{} = {{ container = {number}, host = {number} }}`; or say where it is reached: `public_url`; or add a `jenkins` component",
            port.name
        ))
    }
}

/// The published port by which the program calls itself for those outside, where it has one of its own for those inside.
fn outer_port<'a>(of: &'a PortOf<'_>) -> Option<&'a Port> {
    let own_name = of.draft.kind.own_name.as_ref();
    let own_name = own_name.filter(|it| it.inside.is_some() && it.port != of.port.name)?;
    let mut ports = of.draft.workload(None)?.ports.iter();
    let outer = ports.find(|port| port.name == own_name.port)?;
    let is_reached = is_published(of.draft, &of.workload, outer)
        && !is_on_any_port(of.draft, &of.workload, outer);
    is_reached.then_some(outer)
}
