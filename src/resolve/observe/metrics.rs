//! What Prometheus scrapes of a workload, or of a component that runs elsewhere.

use super::{port, refuse_true};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::{ComponentDraft, WorkloadDraft, read},
    model::{At, HttpScheme, Login, Metrics, MetricsPath, Piece, Port, Relabel},
    resolve::{
        Inputs, Scene, files,
        reference::{Scope, text},
    },
    source::Span,
    syntax::{Node, Table},
};

/// One job an entry.
pub(in crate::resolve) fn metrics(
    scene: &Scene<'_>,
    index: usize,
    shape: &WorkloadDraft,
    inputs: &Inputs<'_>,
    sink: &mut Sink,
) -> Vec<Metrics> {
    let Some(entry) = shape.table.entry("metrics") else {
        return Vec::new();
    };
    refuse_true(&entry.value, "metrics", sink);
    let reader = Reader {
        scene,
        index,
        shape,
        inputs,
    };
    let mut out: Vec<Metrics> = Vec::new();
    for (node, table) in entries(&entry.value) {
        // A list has no key of its own for each entry.
        let span = match entry.value.as_array() {
            Some(_) => node.span,
            None => entry.key.span,
        };
        out.extend(reader.endpoint(table, span, &out, sink));
    }
    out
}

fn entries(node: &Node) -> impl Iterator<Item = (&Node, &Table)> {
    let nodes = node.as_array().unwrap_or(std::slice::from_ref(node));
    nodes
        .iter()
        .filter_map(|node| Some((node, node.as_table()?)))
}

/// What is scraped of a component that runs elsewhere: what its own `metrics` say, else those of its kind where
/// `external` names their port.
pub(in crate::resolve) fn external_metrics(
    scene: &Scene<'_>,
    index: usize,
    inputs: &Inputs<'_>,
    sink: &mut Sink,
) -> Vec<Metrics> {
    let draft = &scene.components[index];
    let Some(shape) = draft.workload(None) else {
        return Vec::new();
    };
    let is_known = |table: &&Table| {
        let port = table.string("port").unwrap_or("http");
        shape.ports.iter().any(|known| known.name == port)
    };
    let of_kind = shape.table.one_or_many_tables("metrics");
    let own = !draft.user.one_or_many_tables("metrics").is_empty();
    if own || (!of_kind.is_empty() && of_kind.iter().all(is_known)) {
        metrics(scene, index, shape, inputs, sink)
    } else {
        Vec::new()
    }
}

/// Whose metrics are read.
struct Reader<'a> {
    scene: &'a Scene<'a>,
    index: usize,
    shape: &'a WorkloadDraft,
    inputs: &'a Inputs<'a>,
}

impl Reader<'_> {
    fn endpoint(
        &self,
        table: &Table,
        span: Span,
        others: &[Metrics],
        sink: &mut Sink,
    ) -> Option<Metrics> {
        let port = self.port(table, span, sink)?;
        let ca = table
            .get("ca")
            .and_then(|node| files::project(self.inputs.world, node, sink));
        let scheme = match table.string("scheme") {
            Some("https") => HttpScheme::Https,
            Some(_) => HttpScheme::Http,
            None if ca.is_some() => HttpScheme::Https,
            None => port.scheme.over_http(),
        };
        Some(Metrics {
            job: self.job(&port.name, others),
            port: port.name.clone(),
            number: port.container.first,
            scheme,
            path: match table.get("path") {
                Some(node) => self.path(node, sink),
                None => MetricsPath::new("/metrics"),
            },
            interval: read::duration(table, "interval"),
            timeout: table.get("timeout").and_then(|node| {
                Some(At {
                    value: read::duration(table, "timeout")?,
                    span: node.span,
                })
            }),
            honor_labels: table.boolean("honor_labels").unwrap_or(false),
            login: self.login(table, sink),
            ca,
            insecure: table.boolean("insecure").unwrap_or(false),
            relabel: relabel(table, "relabel"),
            metric_relabel: relabel(table, "metric_relabel"),
            span,
        })
    }

    /// Without `port`: the port `http`, or the only one.
    fn port(&self, table: &Table, span: Span, sink: &mut Sink) -> Option<&Port> {
        if let Some(node) = table.get("port") {
            let draft = &self.scene.components[self.index];
            return port(draft, self.shape, node, "metrics entry", sink);
        }
        let http = self.shape.ports.iter().find(|port| port.name == "http");
        let found = http.or(match self.shape.ports.as_slice() {
            [only] => Some(only),
            _ => None,
        });
        if found.is_none() {
            sink.push(
                Diagnostic::new(Code::MissingKey, "`metrics` needs the key `port`")
                    .label(span, "which port?")
                    .help("write `metrics = { port = \"http\" }`"),
            );
        }
        found
    }

    /// The first job of a component's first workload with metrics has the component's name, that of any other workload
    /// its own. A further endpoint of a workload adds its port; no component has a name with a `/`.
    fn job(&self, port: &str, others: &[Metrics]) -> String {
        let base = base_job(&self.scene.components[self.index], self.shape);
        let taken = |name: &String| others.iter().any(|other| other.job == *name);
        let further = (2..).map(|number| format!("{base}/{port}-{number}"));
        [base.clone(), format!("{base}/{port}")]
            .into_iter()
            .chain(further)
            .find(|name| !taken(name))
            .unwrap_or(base)
    }

    /// Its references are resolved; Prometheus fills in nothing at start.
    fn path(&self, node: &Node, sink: &mut Sink) -> MetricsPath {
        let scope = self.scope().without_secrets("`metrics.path`");
        let text = text(self.scene, node, &scope, sink);
        MetricsPath::new(&self.scene.with_defaults(&text))
    }

    fn login(&self, table: &Table, sink: &mut Sink) -> Option<Login> {
        if let (Some(bearer), Some(basic)) = (table.entry("bearer"), table.entry("basic")) {
            sink.push(
                Diagnostic::new(Code::ConflictingKeys, "`metrics` has two ways to log in")
                    .label(bearer.key.span, "a token")
                    .label(basic.key.span, "a user and a password")
                    .help("write one of `bearer` and `basic`"),
            );
        }
        if let Some(node) = table.get("bearer") {
            return self.secret(node, "bearer", sink).map(Login::Bearer);
        }
        let basic = table.table("basic")?;
        let user = basic.get("user")?;
        let scope = self.scope().without_secrets("`metrics.basic.user`");
        Some(Login::Basic {
            user: text(self.scene, user, &scope, sink)
                .as_plain()
                .unwrap_or_default(),
            password: self.secret(basic.get("password")?, "password", sink)?,
        })
    }

    /// Prometheus reads it from a file: a secret as a whole, and nothing that is written out.
    fn secret(&self, node: &Node, key: &str, sink: &mut Sink) -> Option<String> {
        let value = text(self.scene, node, &self.scope(), sink);
        if let [Piece::Secret(name)] = value.pieces.as_slice() {
            return Some(name.clone());
        }
        // What could not be resolved was reported.
        if !value.is_empty() {
            sink.push(
                Diagnostic::new(Code::SecretRequired, format!("`{key}` must be a secret"))
                    .label(node.span, "written out")
                    .help(format!(
                        "declare a secret and write `{key} = \"${{secrets.NAME}}\"`"
                    )),
            );
        }
        None
    }

    fn scope(&self) -> Scope<'_> {
        Scope::component(self.index, self.shape.part.as_deref())
    }
}

fn base_job(draft: &ComponentDraft, shape: &WorkloadDraft) -> String {
    let first = draft
        .workloads
        .iter()
        .find(|shape| !shape.table.one_or_many_tables("metrics").is_empty());
    match first {
        Some(first) if first.part == shape.part => draft.name.clone(),
        _ => draft.workload_name(shape.part.as_deref()),
    }
}

fn relabel(table: &Table, key: &str) -> Vec<Relabel> {
    let steps = table.one_or_many_tables(key).into_iter();
    steps
        .map(|step| Relabel {
            source_labels: read::strings(step, "source_labels"),
            separator: read::owned(step, "separator"),
            regex: read::owned(step, "regex"),
            modulus: read::unsigned(step, "modulus"),
            target_label: read::owned(step, "target_label"),
            replacement: read::owned(step, "replacement"),
            action: read::owned(step, "action"),
        })
        .collect()
}
