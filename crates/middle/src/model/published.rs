//! Where a browser on the host finds what Compose publishes, and texts for readers that can complete nothing later.

use super::{
    Component, HostPort, Named, NetworkMode, Piece, Platform, Port, Route, Variable, network_name,
};
use crate::{
    files::Site,
    value::{WebAddress, usual_port},
};

/// What texts are completed from, where nothing completes them later.
#[derive(Clone, Copy, Debug)]
pub struct Published<'a> {
    pub project: &'a str,
    pub variables: &'a Named<Variable>,
    pub components: &'a Named<Component>,
    pub routes: &'a [Route],
    /// Where the workloads run that the text is for.
    pub site: Site,
}

impl Platform {
    fn published(&self, site: Site) -> Published<'_> {
        Published {
            project: &self.project,
            variables: &self.variables,
            components: &self.components,
            routes: &self.routes,
            site,
        }
    }

    /// As [`Published::public_url`].
    pub fn public_url(&self, site: Site, component: &str, port: &str) -> Option<String> {
        self.published(site).public_url(component, port)
    }

    /// As [`Published::constant`], on an engine.
    pub fn constant(&self, piece: &Piece) -> Option<String> {
        self.constant_at(Site::Engine, piece)
    }

    /// As [`Published::constant`].
    pub fn constant_at(&self, site: Site, piece: &Piece) -> Option<String> {
        self.published(site).constant(piece)
    }
}

impl Published<'_> {
    /// The URL of a published port as a browser on the host opens it. Where nothing is published on a known port, the
    /// address inside of the platform; `None` where there is no such port.
    pub fn public_url(&self, component: &str, port: &str) -> Option<String> {
        let component = self.components.find(component)?;
        if let Some(address) = component.declared_public_url(port) {
            return Some(address.at(self.site).as_str().to_string());
        }
        let port = component.port(port)?;
        Some(format!("{}{}", origin(component, port), port.prefix()))
    }

    fn route_origin(&self, route: &str) -> Option<&WebAddress> {
        let route = self.routes.iter().find(|it| it.name == route);
        route.map(|route| route.origin.at(self.site))
    }

    /// Scheme, host and port of it.
    fn public_origin(&self, component: &str, port: &str) -> Option<String> {
        let component = self.components.find(component)?;
        if let Some(address) = component.declared_public_url(port) {
            return Some(address.at(self.site).origin().to_string());
        }
        Some(origin(component, component.port(port)?))
    }

    /// What a client calls it by: the host, with a port only where a public URL names one.
    fn public_host(&self, component: &str, port: &str) -> Option<String> {
        let component = self.components.find(component)?;
        if let Some(address) = component.declared_public_url(port) {
            return Some(address.at(self.site).authority().to_string());
        }
        let port = component.port(port)?;
        Some(public_address(component, port).0)
    }

    /// What a piece stands for where no environment can change it: a variable is its default, an address is the one
    /// inside. `None`: a secret, which only the target can speak.
    pub fn constant(&self, piece: &Piece) -> Option<String> {
        match piece {
            Piece::Literal(text) => Some(text.clone()),
            Piece::Secret(_) => None,
            Piece::Variable(name) => {
                let variable = self.variables.find(name);
                variable.map(|variable| variable.default.clone())
            }
            Piece::Endpoint(endpoint) => Some(endpoint.value()),
            Piece::PublicUrl { component, port } => self.public_url(component, port),
            Piece::PublicOrigin { component, port } => self.public_origin(component, port),
            Piece::PublicHost { component, port } => self.public_host(component, port),
            Piece::RouteOrigin(route) => {
                let origin = self.route_origin(route);
                origin.map(|origin| origin.as_str().to_string())
            }
            Piece::RoutePort(route) => {
                let origin = self.route_origin(route);
                origin.map(|origin| origin.host_and_port().1.to_string())
            }
            Piece::Network(group) => Some(network_name(self.project, group)),
        }
    }
}

/// Where a port is found that names no public URL, as browsers write it: without the port that its scheme means.
fn origin(component: &Component, port: &Port) -> String {
    let (host, number) = public_address(component, port);
    let scheme = port.scheme.name();
    match usual_port(scheme) == Some(number) {
        true => format!("{scheme}://{host}"),
        false => format!("{scheme}://{host}:{number}"),
    }
}

fn public_address(component: &Component, port: &Port) -> (String, u16) {
    if let Some(address) = component.external_address(&port.name) {
        return (address.host.to_string(), address.number);
    }
    let on_host = component
        .main()
        .and_then(|workload| workload.network_mode.as_ref())
        .is_some_and(|mode| mode.value == NetworkMode::Host);
    match port.host {
        _ if on_host => ("localhost".to_string(), port.container.first),
        Some(HostPort::Fixed(range)) => (port.bind.browser_host(), range.first),
        Some(HostPort::Auto) | None => (component.name.clone(), port.container.first),
    }
}
