//! What a reference asks of a port.

use super::{
    messages::unknown_field,
    reach::{declared_public_url, is_published},
    resolver::Resolver,
};
use crate::{
    diag::Sink,
    expand::ComponentDraft,
    files::Site,
    model::{Endpoint, Field, Host, HostPort, Piece, Port, Route, Text},
    reference::{PortField, Words},
};

impl Resolver<'_> {
    /// What a field of a port is, as in `${components.C.PORT.url}`.
    pub(super) fn field(&self, of: &PortOf<'_>, field: &str, sink: &mut Sink) -> Option<Text> {
        let words = match self.kind_text {
            true => Words::Kind,
            false => Words::Platform,
        };
        let Some(asked) = PortField::parse(field).filter(|field| field.is_in(words)) else {
            sink.push(unknown_field(field, words, self.place));
            return None;
        };
        let field = match self.part_of_port(of, asked, sink) {
            PartOfPort::Text(text) => return text,
            PartOfPort::Address(field) => field,
        };
        if self.is_elsewhere(of) {
            return self.as_seen_outside(of, field, sink);
        }
        self.port_reachable(of, field, sink)?;
        self.refuse_outside_name(of.draft, of.port, field, sink)?;
        Some(self.endpoint(of, field))
    }

    /// What a field of a port is: most are parts of its address, the others are texts.
    fn part_of_port(&self, of: &PortOf<'_>, asked: PortField, sink: &mut Sink) -> PartOfPort {
        let PortOf {
            draft,
            workload,
            port,
        } = of;
        // A kind can't know whether its port is published; if not, whoever asks comes from inside.
        let is_inside = self.kind_text && !is_published(draft, workload, port);
        let literal = |text: String| PartOfPort::Text(Some(Text::literal(text)));
        let piece = |piece: Piece| {
            PartOfPort::Text(Some(Text {
                pieces: vec![piece],
            }))
        };
        let (component, name) = (draft.name.clone(), port.name.clone());
        match asked {
            PortField::Host => PartOfPort::Address(Field::Host),
            PortField::Port => PartOfPort::Address(Field::Port),
            PortField::Address => PartOfPort::Address(Field::Address),
            PortField::Url => PartOfPort::Address(Field::Url),
            PortField::Scheme => literal(port.scheme.name().to_string()),
            PortField::Path => literal(port.prefix().to_string()),
            PortField::PublicPath => literal(public_path(draft, port)),
            PortField::PublicUrl if is_inside => PartOfPort::Address(Field::Url),
            PortField::PublicHost | PortField::PublicHosts if is_inside => {
                PartOfPort::Address(Field::Host)
            }
            PortField::PublicOrigin | PortField::PublicOrigins if is_inside => literal(format!(
                "{}://{workload}:{}",
                port.scheme, port.container.first
            )),
            PortField::PublicOrigin => piece(Piece::PublicOrigin {
                component,
                port: name,
            }),
            PortField::PublicHost => piece(Piece::PublicHost {
                component,
                port: name,
            }),
            PortField::PublicHosts => {
                let first = Piece::PublicHost {
                    component,
                    port: name,
                };
                // By whichever port people come there.
                let others = self.further_routes(of).map(|route| {
                    let host = &route.host;
                    Piece::Literal(format!(",{host},{host}:*"))
                });
                let pieces = std::iter::once(first).chain(others).collect();
                PartOfPort::Text(Some(Text { pieces }))
            }
            PortField::PublicOrigins => {
                let first = Piece::PublicOrigin {
                    component,
                    port: name,
                };
                let others = self.further_routes(of).flat_map(|route| {
                    let comma = Piece::Literal(",".to_string());
                    [comma, Piece::RouteOrigin(route.name.clone())]
                });
                let pieces = std::iter::once(first).chain(others).collect();
                PartOfPort::Text(Some(Text { pieces }))
            }
            PortField::PublicUrl => PartOfPort::Text(self.public_url(draft, workload, port, sink)),
            PortField::PublicPort => {
                let number = match port.host {
                    Some(HostPort::Fixed(range)) => range.first,
                    _ => port.container.first,
                };
                literal(number.to_string())
            }
        }
    }

    /// The routes that lead to a port by another address than its public one: each is one more name by which browsers call it.
    fn further_routes(&self, of: &PortOf<'_>) -> impl Iterator<Item = &Route> {
        let public = declared_public_url(of.draft, of.port);
        let (component, port) = (of.draft.name.clone(), of.port.name.clone());
        self.scene.draft.routes.iter().filter(move |route| {
            let mut paths = route.paths.iter();
            let is_public = public.as_ref().is_some_and(|public| {
                let origin = public.at(Site::Cluster).origin();
                origin == route.origin.at(Site::Cluster).origin()
            });
            !is_public && paths.any(|it| it.to.component == component && it.to.port == port)
        })
    }

    /// The address of a port, or a part of it.
    fn endpoint(&self, of: &PortOf<'_>, field: Field) -> Text {
        let PortOf {
            draft,
            workload,
            port,
        } = of;
        let outside = draft.external.as_ref().and_then(|external| {
            let mut addresses = external.addresses.iter();
            addresses.find(|address| address.port == port.name)
        });
        let (host, number) = match outside {
            Some(address) => (address.host.clone(), address.number),
            None => (
                Host::Name(self.scene.network_owners.owner_of(workload).to_string()),
                port.container.first,
            ),
        };
        Text {
            pieces: vec![Piece::Endpoint(Box::new(Endpoint {
                component: draft.name.clone(),
                port: port.name.clone(),
                host,
                number,
                scheme: port.scheme.clone(),
                path: port.path.clone(),
                field,
                external: outside.is_some(),
            }))],
        }
    }
}

/// A port and the workload that listens on it.
pub(super) struct PortOf<'a> {
    pub draft: &'a ComponentDraft,
    pub workload: String,
    pub port: &'a Port,
}

/// The path under which browsers find a port: an entry point may take it away.
fn public_path(draft: &ComponentDraft, port: &Port) -> String {
    match declared_public_url(draft, port) {
        Some(address) => address.at(Site::Engine).path().to_string(),
        None => port.prefix().to_string(),
    }
}

/// What a field of a port is.
enum PartOfPort {
    /// A part of its address.
    Address(Field),
    /// A text that names no address; `None`: it is wrong, and reported.
    Text(Option<Text>),
}
