//! Programs that must know their own public name. If they are published to other machines without it, they send clients to a
//! wrong address or refuse them.

use super::draft::ComponentDraft;
use crate::diag::{Code, Diagnostic, Sink};

pub(super) fn check(draft: &ComponentDraft, sink: &mut Sink) {
    let Some(own_name) = &draft.kind.own_name else {
        return;
    };
    let is_set = draft
        .user
        .get_path(&["settings", &own_name.setting])
        .is_some()
        || draft.public_url().is_some();
    if is_set || draft.external.is_some() {
        return;
    }
    let ports = draft.workload(None).map_or(&[][..], |main| &main.ports);
    let Some(port) = ports.iter().find(|port| port.name == own_name.port) else {
        return;
    };
    // The address of one of the machine's networks is a name that the kind passes on.
    if port.host.is_none() || !port.bind.is_everywhere() {
        return;
    }
    sink.push(
        Diagnostic::new(
            Code::OwnName,
            format!(
                "port `{}` of `{}` is open to other machines, but {}",
                port.name, draft.name, own_name.otherwise
            ),
        )
        .about(&draft.name)
        .label(port.host_span, format!("published on `{}`", port.bind))
        .help(format!(
            "set the name by which they call it: `settings.{} = {}`",
            own_name.setting, own_name.example
        )),
    );
}
