//! Addresses that people type: those behind entry points, and those that a component says of itself.

use super::view::PublicView;
use crate::{
    files::Site,
    model::{Component, Platform, Port, PublicAddress, Route, RoutePath},
};

/// In the order of the routes; then what no route has and no port on the host, which has a table of its own.
pub fn addresses(platform: &Platform) -> Vec<PublicView> {
    let routes = platform.routes.iter();
    let of_routes = routes.flat_map(|route| route.paths.iter().map(|path| routed(route, path)));
    let mut out: Vec<PublicView> = of_routes.collect();
    for component in &platform.components {
        let ports = component.workloads.iter().flat_map(|it| &it.ports);
        for port in ports.filter(|port| port.host.is_none()) {
            let is_routed =
                |row: &PublicView| row.component == component.name && row.port == port.name;
            if !out.iter().any(is_routed) {
                out.extend(declared(component, port));
            }
        }
    }
    out
}

fn routed(route: &Route, path: &RoutePath) -> PublicView {
    let below = |site| {
        let origin = route.origin.at(site).origin();
        match path.path.as_str() {
            "/" => origin.to_string(),
            path => format!("{origin}{path}"),
        }
    };
    PublicView {
        through: Some(route.door.clone()),
        login: route.login.as_ref().map(|it| it.component.clone()),
        ..view(&path.to.component, &path.to.port, below)
    }
}

fn declared(component: &Component, port: &Port) -> Option<PublicView> {
    let url: &PublicAddress = component.declared_public_url(&port.name)?;
    let at = |site| url.at(site).as_str().to_string();
    Some(view(&component.name, &port.name, at))
}

fn view(component: &str, port: &str, at: impl Fn(Site) -> String) -> PublicView {
    let address = at(Site::Engine);
    let in_cluster = at(Site::Cluster);
    PublicView {
        in_cluster: Some(in_cluster).filter(|it| *it != address),
        address,
        component: component.to_string(),
        port: port.to_string(),
        through: None,
        login: None,
    }
}
