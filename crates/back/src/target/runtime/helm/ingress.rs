//! What the chart publishes: the value `ingress`, whose hosts a Gateway publishes too.

use serde_json::{Map, Value, json};

use super::chart::Builder;
use crate::{
    model::{Platform, Raw, RouteTls},
    speak::local_port,
};

/// The entry points of the platform; where it has none, its published ports, which are off until somebody wants them.
pub fn values(platform: &Platform) -> Value {
    let hosts = match platform.routes.is_empty() {
        true => published(platform),
        false => routed(platform),
    };
    json!({
        "enabled": !platform.routes.is_empty(),
        "className": "",
        "domain": "example.com",
        "annotations": {},
        "tls": false,
        "tlsSecret": "",
        "issuer": "",
        "issuerKind": "ClusterIssuer",
        "redirect": true,
        "hosts": hosts,
    })
}

/// Classes of Ingresses whose controllers take a path away by what the chart writes.
const TAKING_AWAY: [&str; 3] = ["nginx", "traefik", "haproxy"];

/// Whether raw values leave it to something that surely takes paths away, or to nothing: a Gateway, for which the chart makes no
/// Ingress, a class that is known, no Ingress at all.
fn is_settled(platform: &Platform) -> bool {
    let value = |path: [&str; 2]| platform.raw_helm.at(&path);
    let class = match value(["ingress", "className"]) {
        Some(Raw::Text(class)) => class.as_plain().unwrap_or_default(),
        _ => String::new(),
    };
    value(["gateway", "enabled"]) == Some(&Raw::Boolean(true))
        || value(["ingress", "enabled"]) == Some(&Raw::Boolean(false))
        || TAKING_AWAY.iter().any(|known| class.contains(known))
}

/// Paths that an entry point takes away: an Ingress has no field for it.
pub fn stripped(builder: &mut Builder<'_>) {
    if is_settled(builder.context.platform) {
        return;
    }
    for route in &builder.context.platform.routes {
        let is_stripped = route.login.is_none() && route.paths.iter().any(|path| path.strip);
        if is_stripped {
            let message = format!(
                "`strip` of route `{}`: an Ingress takes a path away by annotations of ingress-nginx, with `traefik` in `className` by a Middleware of Traefik, with `haproxy` by annotations of HAProxy's controllers; others do not",
                route.name
            );
            let instead = "write the class that the cluster has, as `[raw.helm.ingress]` and `className = \"nginx\"`; with another controller `[raw.helm.gateway]` and `enabled = true`, which takes it away with any";
            let losses = &mut builder.losses;
            losses.of_platform(route.span, &message, |it| it.or_accept(instead));
        }
    }
}

/// Every path of the routes. With a log-in it leads to the entry point, which asks for it; else to the component.
fn routed(platform: &Platform) -> Map<String, Value> {
    let mut hosts = Map::new();
    for route in &platform.routes {
        let tls = match &route.tls {
            Some(RouteTls::Secret(secret)) => secret.clone(),
            Some(RouteTls::Acme(_)) => format!("{}-tls", route.name),
            None => String::new(),
        };
        let door = |path: &str| {
            (
                path.to_string(),
                route.door.clone(),
                "http".to_string(),
                false,
            )
        };
        let mut ends: Vec<(String, String, String, bool)> = Vec::new();
        for to in &route.paths {
            let listener = platform
                .component(&to.to.component)
                .and_then(|component| component.listener(&to.to.port));
            match listener {
                Some((workload, port)) if route.login.is_none() => {
                    let (workload, port) = (workload.name.clone(), port.name.clone());
                    ends.push((to.path.clone(), workload, port, to.strip));
                }
                // With a log-in, or to a component that runs elsewhere, the path leads to the entry point.
                _ => ends.push(door(&to.path)),
            }
        }
        if route.login.is_some() && !ends.iter().any(|(path, ..)| path == "/") {
            ends.push(door("/oauth2"));
        }
        for (index, (path, workload, port, strip)) in ends.into_iter().enumerate() {
            let mut host = json!({
                "workload": workload,
                "port": port,
                "host": route.host,
                "path": path,
                "tlsSecret": tls,
            });
            if strip {
                host["strip"] = json!(true);
            }
            if matches!(route.tls, Some(RouteTls::Acme(_))) {
                host["acme"] = json!(true);
            }
            hosts.insert(format!("{}-{}", route.name, index + 1), host);
        }
    }
    hosts
}

/// Every published port that speaks HTTP, under the workload's name; a second one of a workload with its own name.
fn published(platform: &Platform) -> Map<String, Value> {
    let mut hosts = Map::new();
    for workload in platform.workloads().filter(|it| !it.is_part_of_chart()) {
        let published = workload.ports.iter().filter(|port| {
            port.host.is_some() && port.is_web() && port.container.first == port.container.last
        });
        for port in published {
            let key = if hosts.contains_key(&workload.name) {
                format!("{}-{}", workload.name, port.name)
            } else {
                workload.name.clone()
            };
            let host = json!({
                "workload": workload.name,
                "port": port.name,
                "host": "",
                "localPort": local_port(port),
            });
            hosts.insert(key, host);
        }
    }
    hosts
}
