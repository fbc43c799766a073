//! Components that run elsewhere and are reached through a workload of the platform, such as a proxy: `external` names it.

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    text::all_of,
};

/// The port that `external` names is one of the workload: only those have an address.
pub(super) fn ports(facts: Facts<'_>, sink: &mut Sink) {
    for component in &facts.platform.components {
        let external = component.external.iter();
        for address in external.flat_map(|external| &external.addresses) {
            let Some((front, None)) = facts.platform.front_of(address) else {
                continue;
            };
            let ports = front.ports.iter();
            let numbers: Vec<String> = ports.map(|it| it.container.first.to_string()).collect();
            let number = address.number;
            sink.push(
                Diagnostic::new(
                    Code::UnknownPort,
                    format!(
                        "`{}` is at port {number} of `{}`, which is not declared",
                        component.name, front.name
                    ),
                )
                .label(address.span, "leads to that component of the platform")
                .label(front.span, "declared here")
                .help(match numbers.as_slice() {
                    [] => format!(
                        "declare the port in `components.{}`: `ports.main = {number}`",
                        front.component
                    ),
                    numbers => format!("it has {}: write one of them", all_of(numbers)),
                }),
            );
        }
    }
}
