//! Which dashboard shows a component: one of its own where platform.toml says what is on it, else that of its kind, which
//! has a variable for the component. A platform of a thousand components has no more dashboards than kinds.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::{
    model::{Component, HostPort, Platform, Purpose},
    target::Vantage,
};

/// The role of a Grafana that is filled by whom dashboards ask.
pub(in crate::target) const SOURCE: &str = "datasource";

/// The platform's Grafana, where it asks this Prometheus: dashboards of another one ask for what is scraped elsewhere.
pub(in crate::target) fn grafana_of<'a>(
    platform: &'a Platform,
    prometheus: &Component,
) -> Option<&'a Component> {
    let is_asked = |grafana: &&Component| {
        let mut uses = grafana.uses.iter();
        uses.any(|it| it.role == SOURCE && it.component == prometheus.name)
    };
    platform.first_for(Purpose::Dashboards).filter(is_asked)
}

/// The longest uid that Grafana takes.
const LONGEST_UID: usize = 40;

/// The overview's uid: the platform's name.
pub(in crate::target) fn overview_uid(platform: &Platform) -> String {
    platform.name.clone()
}

/// Whether a component has a dashboard of its own.
pub(in crate::target) fn has_own(component: &Component) -> bool {
    !component.own_panels.is_empty()
}

/// The uid of a component's own dashboard: `PLATFORM-COMPONENT`.
pub(in crate::target) fn own_uid(platform: &Platform, component: &Component) -> String {
    short(format!("{}-{}", platform.name, component.name))
}

/// The uid of a kind's dashboard: `PLATFORM_KIND`, which is that of no component.
pub(in crate::target) fn kind_uid(platform: &Platform, kind: &str) -> String {
    short(format!("{}_{kind}", platform.name))
}

/// Where Grafana shows a component, below its own address.
pub(in crate::target) fn path(platform: &Platform, component: &Component) -> String {
    if has_own(component) {
        return format!("/d/{}", own_uid(platform, component));
    }
    let uid = kind_uid(platform, &component.kind);
    format!("/d/{uid}?var-job={}", component.name)
}

/// Stands for scheme and host of a published port in a file of the chart, followed by `/WORKLOAD/PORT` and a path: its values say
/// them, and where they publish nothing the chart leaves the line out.
const PUBLISHED: &str = "mlopsgen-public-url";

/// The address of the platform's Grafana for a browser. `None` where it has no dashboards, or nobody from outside reaches it.
pub(in crate::target) fn address(platform: &Platform, vantage: Vantage) -> Option<String> {
    let grafana = platform.first_for(Purpose::Dashboards)?;
    if !grafana.uses.iter().any(|it| it.role == SOURCE) {
        return None;
    }
    let name = grafana.main_port.as_deref()?;
    if grafana.declared_public_url(name).is_none() {
        let port = grafana.port(name)?;
        if vantage.is_in_cluster() {
            let (workload, _) = grafana.listener(name)?;
            let path = port.prefix().trim_end_matches('/');
            return Some(format!("{PUBLISHED}/{}/{name}{path}", workload.name));
        }
        if !matches!(port.host, Some(HostPort::Fixed(_))) {
            return None;
        }
    }
    let url = platform.public_url(vantage.site(), &grafana.name, name)?;
    Some(url.trim_end_matches('/').to_string())
}

/// A uid; where it is too long, its start and a hash of it.
fn short(full: String) -> String {
    if full.len() <= LONGEST_UID {
        return full;
    }
    let hash = HEXLOWER.encode(&Sha256::digest(full.as_bytes())[..4]);
    let start: String = full.chars().take(LONGEST_UID - 1 - hash.len()).collect();
    format!("{start}-{hash}")
}
