//! Entry points that clients can't reach at their address.

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{Platform, Route},
};

/// Entry points with a certificate that publish only the plain port: requests are redirected to a port where nothing listens.
pub(super) fn certificates(facts: Facts<'_>, sink: &mut Sink) {
    for route in &facts.platform.routes {
        if route.tls.is_some() && publishes_plain_alone(facts.platform, route) {
            let message = format!(
                "`{}` publishes `http` alone, and sends everybody on to {}",
                route.door, route.origin
            );
            let span = facts
                .platform
                .component(&route.door)
                .map_or(route.span, |it| it.span);
            sink.push(
                Diagnostic::new(Code::Unused, message)
                    .label(route.span, "has a certificate, so people come by `https`")
                    .label(span, "`https` is published nowhere")
                    .help(format!(
                        "publish it: `ports.https = {{ host = 443 }}` on `{}`; where somebody in front has the certificate, leave `tls` out",
                        route.door
                    )),
            );
        }
    }
}

fn publishes_plain_alone(platform: &Platform, route: &Route) -> bool {
    let door = platform.component(&route.door);
    let workloads = door.into_iter().flat_map(|door| &door.workloads);
    let ports: Vec<_> = workloads.flat_map(|it| &it.ports).collect();
    let published = |name: &str| {
        let mut named = ports.iter().filter(|port| port.name == name);
        named.any(|port| port.host.is_some())
    };
    published("http") && !published("https")
}
