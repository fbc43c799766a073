//! Where a browser on the host finds what Compose publishes.

use std::net::IpAddr;

use crate::model::{Component, HostPort, NetworkMode, Platform, Port};

/// The URL of a published port as a browser on the host opens it. Where nothing is published on a known port, the
/// address inside of the platform; `None` where there is no such port.
pub(super) fn public_url(platform: &Platform, component: &str, port: &str) -> Option<String> {
    let component = platform.component(component)?;
    let port = component.port(port)?;
    let (host, number) = public_address(component, port);
    Some(format!("{}://{host}:{number}{}", port.scheme, port.path))
}

/// The host alone, by the same rules.
pub(super) fn public_host(platform: &Platform, component: &str, port: &str) -> Option<String> {
    let component = platform.component(component)?;
    let port = component.port(port)?;
    Some(public_address(component, port).0)
}

fn public_address(component: &Component, port: &Port) -> (String, u16) {
    if let Some(external) = &component.external
        && let Some((_, host, number)) = external
            .addresses
            .iter()
            .find(|(name, _, _)| *name == port.name)
    {
        return (host.clone(), *number);
    }
    let on_host = component
        .main()
        .and_then(|workload| workload.network_mode.as_ref())
        .is_some_and(|mode| mode.value == NetworkMode::Host);
    match port.host {
        _ if on_host => ("localhost".to_string(), port.container.first),
        Some(HostPort::Fixed(range)) => (browser_host(&port.bind), range.first),
        Some(HostPort::Auto) | None => (component.name.clone(), port.container.first),
    }
}

/// What a browser on the host calls the address that a port is bound to.
fn browser_host(bind: &str) -> String {
    match bind.parse::<IpAddr>() {
        Ok(address) if address.is_loopback() || address.is_unspecified() => "localhost".to_string(),
        Ok(IpAddr::V6(address)) => format!("[{address}]"),
        Ok(IpAddr::V4(address)) => address.to_string(),
        Err(_) => "localhost".to_string(),
    }
}
