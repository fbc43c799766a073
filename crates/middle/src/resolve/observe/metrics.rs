//! What Prometheus scrapes of a workload, or of a component that runs elsewhere.

use std::collections::{BTreeMap, btree_map::Entry};

use super::{
    gives_metrics, kind_scrapes_main,
    label_names::{LabelNames, texts},
    measured, port, refuse_true, relabel, request_path,
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::{ComponentDraft, WorkloadDraft, read},
    model::{
        About, AboutStack, At, FileContent, HttpScheme, Login, Metrics, MetricsPath, Piece, Port,
        Text, probe_job,
    },
    names::Names,
    resolve::{
        Inputs, Scene,
        contents::is_certificate,
        project_files,
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
        has_component_job: has_component_job(&scene.components[index], shape),
    };
    let probe = probe_job(&scene.components[index].workload_name(shape.part.as_deref()));
    let mut jobs: Names = [probe].into_iter().collect();
    let mut places: BTreeMap<(u16, String), Span> = BTreeMap::new();
    let mut out: Vec<Metrics> = Vec::new();
    for (node, table) in entries(&entry.value) {
        // A list has no key of its own for each entry.
        let span = match entry.value.as_array() {
            Some(_) => node.span,
            None => entry.key.span,
        };
        let Some(endpoint) = reader.endpoint(table, span, &mut jobs, sink) else {
            continue;
        };
        match places.entry((endpoint.number, endpoint.path.to_string())) {
            Entry::Occupied(other) => sink.push(scraped_twice(&endpoint, *other.get())),
            Entry::Vacant(place) => {
                place.insert(endpoint.span);
                out.push(endpoint);
            }
        }
    }
    out
}

fn scraped_twice(endpoint: &Metrics, other: Span) -> Diagnostic {
    Diagnostic::new(
        Code::ConflictingKeys,
        format!(
            "`{}` of the port `{}` is scraped twice",
            endpoint.path, endpoint.port
        ),
    )
    .label(other, "here")
    .label(endpoint.span, "and here")
    .help("keep one of them, or say another `path`: each series would count twice")
}

fn entries(node: &Node) -> impl Iterator<Item = (&Node, &Table)> {
    let nodes = node.items();
    nodes
        .iter()
        .filter_map(|node| Some((node, node.as_table()?)))
}

/// The scrape jobs of a component that runs elsewhere: its own `metrics`, else those of its kind if `external` names their port.
pub(in crate::resolve) fn external_metrics(
    scene: &Scene<'_>,
    index: usize,
    inputs: &Inputs<'_>,
    sink: &mut Sink,
) -> Vec<Metrics> {
    let draft = &scene.components[index];
    let (Some(_), Some(shape)) = (&draft.external, draft.workload(None)) else {
        return Vec::new();
    };
    if let Some(written) = draft.user.get("metrics") {
        refuse_true(written, "metrics", sink);
    }
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
    /// Whether the component's name is that of its job.
    has_component_job: bool,
}

impl Reader<'_> {
    fn endpoint(
        &self,
        table: &Table,
        span: Span,
        jobs: &mut Names,
        sink: &mut Sink,
    ) -> Option<Metrics> {
        let port = self.port(table, span, sink)?;
        let names = LabelNames::of(self.scene);
        let ca = self.ca(table, sink);
        let written = table.get("path").map(|node| self.path(node, sink));
        let written = written.unwrap_or_default();
        let scheme = match table.string("scheme").and_then(HttpScheme::parse) {
            Some(written) => written,
            None if ca.is_some() => HttpScheme::Https,
            None => port.scheme.over_http(),
        };
        Some(Metrics {
            job: self.job(&port.name, jobs),
            port: port.name.clone(),
            number: port.container.first,
            scheme,
            path: match table.get("path") {
                Some(_) => MetricsPath::new(&self.scene.with_defaults(&written)),
                None => MetricsPath::new("/metrics"),
            },
            written,
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
            relabel: relabel::steps(table, "relabel", names, sink),
            metric_relabel: relabel::steps(table, "metric_relabel", names, sink),
            about: table.table("about").map(|table| about(table, names, sink)),
            span,
        })
    }

    /// The certificate of the authority that signs the server's certificate.
    fn ca(&self, table: &Table, sink: &mut Sink) -> Option<FileContent> {
        let entry = table.entry("ca")?;
        if let Some(scheme) = table
            .entry("scheme")
            .filter(|it| it.value.as_str() == Some("http"))
        {
            sink.push(
                Diagnostic::new(
                    Code::ConflictingKeys,
                    "a certificate is checked, but plain HTTP has none",
                )
                .label(entry.key.span, "checks a certificate")
                .label(scheme.value.span, "plain HTTP")
                .help("write `scheme = \"https\"`, or take `ca` away")
                .replacing(scheme.value.span, "\"https\""),
            );
        }
        let content = project_files::single(self.inputs.world, &entry.value, "`ca`", sink)?;
        if let FileContent::Project { path, bytes } = &content
            && !is_certificate(bytes)
        {
            sink.push(
                Diagnostic::new(Code::BadValue, format!("`{path}` holds no certificate"))
                    .label(entry.value.span, "not PEM")
                    .help("name a file with `-----BEGIN CERTIFICATE-----`; of another form `openssl x509 -inform der -in FILE` makes one"),
            );
        }
        Some(content)
    }

    /// Without `port`: the port `http`, or the only one.
    fn port(&self, table: &Table, span: Span, sink: &mut Sink) -> Option<&Port> {
        if let Some(node) = table.get("port") {
            let draft = &self.scene.components[self.index];
            return port(self.scene, draft, self.shape, node, "metrics entry", sink);
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

    /// The component's name is the job of what its kind asks for; of any other workload it is the workload's own, or, of the
    /// main one, that and its port. A further endpoint of a workload adds its port; no component has a name with a `/`.
    fn job(&self, port: &str, jobs: &mut Names) -> String {
        let draft = &self.scene.components[self.index];
        let part = self.shape.part.as_deref();
        let own = draft.workload_name(part);
        let first = match part {
            _ if self.has_component_job => draft.name.clone(),
            Some(_) => own.clone(),
            None => format!("{own}/{port}"),
        };
        match jobs.take(&first) {
            true => first,
            false => jobs.take_numbered(&format!("{own}/{port}")),
        }
    }

    /// Its references are resolved; Prometheus fills in nothing at start.
    fn path(&self, node: &Node, sink: &mut Sink) -> Text {
        let scope = self.scope().without_secrets("`metrics.path`");
        request_path(self.scene, node, &scope, sink)
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
        let password = match basic.get("password") {
            Some(node) => Some(self.secret(node, "password", sink)?),
            None => None,
        };
        Some(Login::Basic {
            // Prometheus fills in nothing at start.
            user: self
                .scene
                .with_defaults(&text(self.scene, user, &scope, sink)),
            password,
        })
    }

    /// A value that Prometheus reads from a file: it has to be a whole secret, not a plain text.
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

/// Names of jobs are those that the kind's rules and panels ask for, whichever of them is switched off.
fn has_component_job(draft: &ComponentDraft, shape: &WorkloadDraft) -> bool {
    let any = || match draft.kind_table.get("measured") {
        Some(_) => None,
        None if kind_scrapes_main(draft) => None,
        None => draft.workloads.iter().find(|it| gives_metrics(it)),
    };
    let named = measured(draft).or_else(any);
    named.is_some_and(|named| named.part == shape.part)
}

fn about(table: &Table, names: LabelNames, sink: &mut Sink) -> About {
    let stack = table.table("stack");
    let keys = [Some(table), stack].into_iter().flatten();
    for node in keys
        .flat_map(|table| &table.entries)
        .flat_map(|entry| texts(&entry.value))
    {
        names.check(node, sink);
    }
    if let Some(node) = table.get("workload")
        && node.as_array().is_some_and(<[Node]>::is_empty)
    {
        sink.push(
            Diagnostic::new(Code::BadValue, "`workload` of `about` names no label")
                .label(node.span, "an empty list")
                .help("name a label whose value is the name of a workload, as `workload = [\"pod\"]`, or leave `about` out"),
        );
    }
    About {
        workload: read::strings(table, "workload"),
        project: read::owned(table, "project"),
        namespace: read::owned(table, "namespace"),
        stack: stack.and_then(|stack| {
            Some(AboutStack {
                name: read::owned(stack, "name")?,
                service: read::owned(stack, "service")?,
            })
        }),
    }
}
