//! Where people reach a port, where the platform says so: as a user wrote it, or behind an entry point.

use crate::{files::Site, value::WebAddress};

/// What a user wrote is the same everywhere. An entry point of an engine may publish another port than people come by without
/// naming one. In a cluster an Ingress or a Gateway stands for it, which never does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicAddress {
    address: WebAddress,
    /// In a box, because few have one.
    on_engine: Option<Box<WebAddress>>,
}

impl PublicAddress {
    /// The address without the port of an entry point, and this port.
    pub fn parse(text: &str, published: Option<u16>) -> Option<Self> {
        let address = WebAddress::parse(text)?;
        let on_engine = published.and_then(|number| {
            let (origin, path) = (address.origin(), address.path());
            WebAddress::parse(&format!("{origin}:{number}{path}")).map(Box::new)
        });
        Some(Self { address, on_engine })
    }

    /// What people type where the workloads run there.
    pub fn at(&self, site: Site) -> &WebAddress {
        match (site, &self.on_engine) {
            (Site::Engine, Some(address)) => address,
            _ => &self.address,
        }
    }
}
