//! Raw values of what the chart writes itself: its objects would have a key twice, and one of the two is lost.

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::Workload,
    syntax::Key,
};

/// A key of a table in a workload's values, and what to write in its place.
struct Own {
    table: &'static str,
    key: &'static str,
    instead: &'static str,
}

const SERVICE: &str = "service";
const BUDGET: &str = "pdb";
const LABELS: &str = "podLabels";
const ANNOTATIONS: &str = "podAnnotations";

/// What Services, budgets and workloads of the chart select pods by.
const OF_SELECTORS: &str = "the chart's objects find its pods by it: choose another name";
const NOTED: &str = "the chart notes there what it has found out: choose another name";

const OWN: &[Own] = &[
    own_key(
        SERVICE,
        "ports",
        "write `ports` of the component; `helm.service` says `nodePorts` for them",
    ),
    own_key(
        SERVICE,
        "selector",
        "it selects the component's own pods; a Service of others is an object of its own, below `[[raw.helm.extraObjects]]`",
    ),
    own_key(
        BUDGET,
        "selector",
        "it selects the component's own pods; a budget of others is an object of its own, below `[[raw.helm.extraObjects]]`",
    ),
    own_key(LABELS, "app.kubernetes.io/name", OF_SELECTORS),
    own_key(LABELS, "app.kubernetes.io/instance", OF_SELECTORS),
    own_key(LABELS, "app.kubernetes.io/component", OF_SELECTORS),
    own_key(LABELS, "app.kubernetes.io/part-of", OF_SELECTORS),
    own_key(LABELS, "app.kubernetes.io/managed-by", OF_SELECTORS),
    own_key(ANNOTATIONS, "mlopsgen.io/files", NOTED),
    own_key(ANNOTATIONS, "mlopsgen.io/unrestricted", NOTED),
];

const fn own_key(table: &'static str, key: &'static str, instead: &'static str) -> Own {
    Own {
        table,
        key,
        instead,
    }
}

pub(super) fn keys(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    for workload in platform.workloads().filter(|it| !it.in_chart) {
        for own in OWN {
            let table = workload.values.table(own.table);
            let entry = table.and_then(|it| it.entry(own.key));
            if let Some(entry) = entry {
                sink.push(written_by_user_too(workload, own, &entry.key));
            }
        }
    }
}

fn written_by_user_too(workload: &Workload, own: &Own, key: &Key) -> Diagnostic {
    let Own {
        table,
        key: name,
        instead,
    } = own;
    Diagnostic::new(
        Code::ConflictingKeys,
        format!("the chart writes `{name}` of `{table}` itself"),
    )
    .label(key.span, "it would be there twice")
    .help(*instead)
    .about(&workload.component)
}
