//! Limits of memory that a program does not follow.

use super::resolver::Resolver;
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::read,
    files::Site,
    language::compose_bytes,
};

/// Raw keys that limit the memory of a component's main workload.
const RAW_MEMORY: [(Site, &[&str]); 2] = [
    (Site::Cluster, &["helm", "resources", "limits", "memory"]),
    (
        Site::Engine,
        &["compose", "deploy", "resources", "limits", "memory"],
    ),
];

impl Resolver<'_> {
    /// A program that is told a share of its memory does not know of a raw limit.
    pub(super) fn report_other_memory(&self, sink: &mut Sink) {
        let Some(draft) = self.owner() else { return };
        let Some(table) = draft.workload(None).map(|shape| &shape.table) else {
            return;
        };
        let typed = table.get_path(&["resources", "memory"]);
        let typed = typed.and_then(read::amount);
        let targets = read::targets(self.scene.draft.tree.table("platform"));
        for (site, path) in RAW_MEMORY {
            let is_read = targets.iter().any(|it| it.runs_on() == Some(site));
            let Some(node) = table.get_path(path).filter(|_| is_read) else {
                continue;
            };
            // `M` is a power of two to Compose, and of ten to Kubernetes.
            let own = match (site, node.as_str()) {
                (Site::Engine, Some(text)) => compose_bytes(text),
                (Site::Engine | Site::Cluster, _) => read::amount(node),
            };
            if own.is_none() || own == typed {
                continue;
            }
            let key = path.join(".");
            sink.push(
                Diagnostic::new(
                    Code::TargetLoss,
                    format!(
                        "{}: `{key}` of `{}` is no limit that its program knows: it is told a share of `resources.memory`",
                        path[0], draft.name
                    ),
                )
                .about(&draft.name)
                .label(node.span, "the program does not follow")
                .help("write the amount as `resources.memory`, in the place of this key: it is the limit too"),
            );
        }
    }
}
