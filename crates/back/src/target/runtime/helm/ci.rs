//! CI entries whose stages run in containers: in a cluster Jenkins has no engine that could start one.

use super::chart::Builder;
use crate::model::{Agent, Ci, Purpose};

/// Reports them, once an entry, where the chart runs the platform's Jenkins.
pub fn losses(builder: &mut Builder<'_>) {
    let platform = builder.context.platform;
    let jenkins = platform.first_for(Purpose::Ci);
    let Some(jenkins) = jenkins.filter(|component| component.external.is_none()) else {
        return;
    };
    for ci in platform.ci.iter().filter(|ci| runs_in_containers(ci)) {
        let span = ci
            .written
            .entry("agent")
            .map_or(ci.span, |entry| entry.value.span);
        let message = format!(
            "`ci.{}` runs in a container, which no agent of `{}` can start in a cluster: there is no engine",
            ci.name, jenkins.name,
        );
        let name = &jenkins.name;
        let losses = &mut builder.losses;
        losses.of_component(name, span, &message, |it| {
            it.help_to_accept(|accept| {
                format!(
                    "write `agent = {{ label = \"...\" }}` with the label of an agent of your own that has an engine; or accept it with {accept} `{name}`"
                )
            })
        });
    }
}

fn runs_in_containers(ci: &Ci) -> bool {
    let of_stages = ci.all_stages().filter_map(|stage| stage.agent.as_ref());
    std::iter::once(&ci.agent)
        .chain(of_stages)
        .any(|agent| matches!(agent, Agent::Docker(_)))
}
