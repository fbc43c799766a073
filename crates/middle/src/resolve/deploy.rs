//! `[deploy]`: the tool that installs the chart from git.

use super::top::Top;
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::{Names, read},
    files::{Target, output_folder},
    model::{Cluster, Deploy, DeployTool, Repository, Revision},
    project::{environment_file, twins},
    source::{Sources, Span},
    syntax::{Node, Table, quoted},
    world::World,
};

/// The project: it shows which keys an environment sets itself, and which other environments exist.
pub(super) struct ProjectFiles<'a> {
    pub world: &'a dyn World,
    pub sources: &'a Sources,
    /// The platform file.
    pub file: &'a str,
}

/// The branch of a `[deploy]` that names no revision.
const BRANCH: &str = "main";

/// The cluster that Argo CD runs in.
const OWN_CLUSTER: &str = "https://kubernetes.default.svc";

/// Kubernetes' limit on the name of a namespace.
const NAMESPACE: usize = 63;

/// Kubernetes' limit on the value of a label.
const LABEL: usize = 63;

/// `[deploy]` of a platform with this top.
pub(super) fn deploy(
    tree: &Table,
    names: &Names,
    top: &Top,
    files: &ProjectFiles<'_>,
    sink: &mut Sink,
) -> Option<Deploy> {
    let written = tree.entry("deploy");
    let is_target = top.targets.contains(&Target::Gitops);
    let Some(entry) = written else {
        if is_target {
            sink.push(nothing_to_write(asked_for(tree).unwrap_or(top.span)));
        }
        return None;
    };
    let span = entry.key.span;
    let table = entry.value.as_table()?;
    let tool = |name: &str| {
        let entry = table.entry(name)?;
        Some((entry.key.span, entry.value.as_table()?))
    };
    let deploy = match (tool("argocd"), tool("flux")) {
        (Some((first, _)), Some((second, _))) => {
            sink.push(two_tools(first, second));
            return None;
        }
        (Some((at, argocd)), None) => Reader {
            names,
            top,
            files,
            at,
            table: argocd,
        }
        .argocd(sink),
        (None, Some((at, flux))) => Reader {
            names,
            top,
            files,
            at,
            table: flux,
        }
        .flux(sink),
        (None, None) => {
            if is_target {
                sink.push(nothing_to_write(span));
            }
            return None;
        }
    };
    if !is_target {
        sink.push(without_target(span));
    } else if !top.targets.contains(&Target::Helm) && !is_written(table, "path") {
        sink.push(without_chart(span));
    }
    deploy
}

fn two_tools(argocd: Span, flux: Span) -> Diagnostic {
    Diagnostic::new(Code::ConflictingKeys, "`[deploy]` names two tools for one release")
        .label(argocd, "Argo CD installs it")
        .label(flux, "and so does Flux")
        .help("keep one; an environment removes the other with `deploy.argocd = false` or `deploy.flux = false`")
}

fn without_target(deploy: Span) -> Diagnostic {
    Diagnostic::new(Code::Unused, "`[deploy]` is used nowhere")
        .label(deploy, "the target `gitops` would write it")
        .help("add \"gitops\" to `platform.targets`")
}

fn without_chart(deploy: Span) -> Diagnostic {
    Diagnostic::new(Code::MissingKey, "there is no chart to install from git")
        .label(deploy, "this leads to the chart")
        .help("add \"helm\" to `platform.targets`, or write in `path` where the chart is")
}

/// Where platform.toml asks for the target.
fn asked_for(tree: &Table) -> Option<Span> {
    let mut targets = tree.get_path(&["platform", "targets"])?.as_array()?.iter();
    let target = targets.find(|node| node.as_str() == Some(Target::Gitops.name()))?;
    Some(target.span)
}

fn nothing_to_write(span: Span) -> Diagnostic {
    Diagnostic::new(Code::MissingKey, "the target `gitops` needs the tool that installs the chart")
        .label(span, "`[deploy]` names no tool")
        .help("write `[deploy]` and below it `argocd = { repository = \"https://...\" }` or `flux = { ... }`")
}

fn is_written(deploy: &Table, key: &str) -> bool {
    let tools = ["argocd", "flux"];
    tools.iter().any(|tool| {
        let table = deploy.table(tool);
        table.is_some_and(|table| table.get(key).is_some())
    })
}

/// Reads the table of one tool.
struct Reader<'a> {
    names: &'a Names,
    top: &'a Top,
    files: &'a ProjectFiles<'a>,
    table: &'a Table,
    at: Span,
}

impl Reader<'_> {
    fn argocd(&self, sink: &mut Sink) -> Option<Deploy> {
        let destination = self.table.string("destination").unwrap_or(OWN_CLUSTER);
        let destination = match destination.contains("://") {
            true => Cluster::Url(destination.to_string()),
            false => Cluster::Name(destination.to_string()),
        };
        let tool = DeployTool::ArgoCd {
            destination,
            project: self
                .table
                .string("project")
                .unwrap_or("default")
                .to_string(),
            automatic: self.table.string("sync") != Some("manual"),
        };
        self.deploy(tool, "argocd", sink)
    }

    fn flux(&self, sink: &mut Sink) -> Option<Deploy> {
        self.whole_commit(sink);
        let tool = DeployTool::Flux {
            destination: self.kubeconfig(sink),
            credentials: read::owned(self.table, "credentials"),
        };
        let deploy = self.deploy(tool, "flux-system", sink)?;
        if deploy.name.len() <= LABEL {
            return Some(deploy);
        }
        let message = format!("`{}` is too long for the objects of Flux", deploy.name);
        sink.push(
            Diagnostic::new(Code::BadName, message)
                .label(self.at, "Flux writes this name into a label of all that it installs")
                .help(format!("shorten the platform's name, or the environment's: at most {LABEL} characters together, with `-` between them")),
        );
        None
    }

    /// The Secret with the kubeconfig of another cluster. For Flux's own cluster the URL that Argo CD uses is allowed too.
    fn kubeconfig(&self, sink: &mut Sink) -> Option<String> {
        let node = self.table.get("destination")?;
        let text = node.as_str()?;
        if [OWN_CLUSTER, "in-cluster"].contains(&text) {
            return None;
        }
        if text.contains("://") {
            sink.push(
                Diagnostic::new(Code::BadValue, format!("`{text}` can't be the name of a Secret"))
                    .label(node.span, "Flux reaches another cluster by a kubeconfig")
                    .help("name the Secret that holds it, or leave this out for the cluster that Flux runs in"),
            );
        }
        Some(text.to_string())
    }

    /// Flux looks for a branch of this name where a commit is not written in full.
    fn whole_commit(&self, sink: &mut Sink) {
        let Some(node) = self.table.get("revision") else {
            return;
        };
        let text = node.as_str().unwrap_or_default();
        let has = |is: fn(&char) -> bool| text.chars().any(|c| is(&c));
        let is_part = (7..40).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_hexdigit())
            && has(char::is_ascii_digit)
            && has(char::is_ascii_alphabetic);
        if is_part {
            let branch = quoted(&format!("refs/heads/{text}"));
            sink.push(
                Diagnostic::new(
                    Code::BadValue,
                    format!("`{text}` is a part of a commit's name"),
                )
                .label(node.span, "Flux takes a commit in full: 40 digits")
                .help(format!(
                    "write what `git rev-parse {text}` prints, or `{branch}` if it is a branch"
                ))
                .replacing(node.span, branch),
            );
        }
    }

    fn deploy(&self, tool: DeployTool, home: &str, sink: &mut Sink) -> Option<Deploy> {
        let revision = self.table.string("revision").unwrap_or(BRANCH);
        let repository = self.repository(sink);
        let path = self.path(sink);
        let values = self.values(sink);
        let namespace = self.namespace(sink);
        Some(Deploy {
            tool,
            name: self.with_environment(&self.names.platform),
            repository: repository?,
            revision: Revision::parse(revision),
            path: path?,
            values,
            namespace: namespace?,
            home: self.table.string("home").unwrap_or(home).to_string(),
            span: self.at,
        })
    }

    fn repository(&self, sink: &mut Sink) -> Option<Repository> {
        let node = self.table.get("repository")?;
        let text = node.as_str()?;
        let repository = Repository::parse(text);
        if repository.is_some() {
            return repository;
        }
        sink.push(
            Diagnostic::new(
                Code::BadValue,
                format!("`{text}` is not the address of a git repository"),
            )
            .label(node.span, "the cluster has to reach it")
            .help(
                "write `https://HOST/PATH.git`, `ssh://USER@HOST/PATH.git` or `USER@HOST:PATH.git`",
            ),
        );
        None
    }

    fn path(&self, sink: &mut Sink) -> Option<String> {
        let chart = format!("helm/{}", self.names.platform);
        let base = format!("{}/{chart}", output_folder(None));
        let own = format!("{}/{chart}", output_folder(self.top.environment.as_deref()));
        let Some(node) = self.table.get("path") else {
            return Some(own);
        };
        let text = in_repository(node, sink)?;
        // The base's chart is never an environment's.
        Some(match text.strip_suffix(&base) {
            Some(folder) if folder.is_empty() || folder.ends_with('/') => format!("{folder}{own}"),
            _ => {
                self.report_one_chart(node.span, &base, sink);
                text
            }
        })
    }

    /// A path that no environment's own chart follows from: all of them would install the base's.
    fn report_one_chart(&self, at: Span, base: &str, sink: &mut Sink) {
        let Some(environment) = &self.top.environment else {
            return;
        };
        if self.is_of_environment(at) {
            return;
        }
        sink.push(
            Diagnostic::new(
                Code::TargetLoss,
                format!("gitops: `path` leads `{environment}` to the chart of the base: what `{environment}` changes reaches no cluster"),
            )
            .label(at, "one chart for all environments")
            .help(format!("let it end with `{base}`, after which each environment has its own, or say `path` in the file of `{environment}` too")),
        );
    }

    fn values(&self, sink: &mut Sink) -> Vec<String> {
        let nodes = self.table.array("values").unwrap_or_default();
        nodes
            .iter()
            .filter_map(|node| in_repository(node, sink))
            .collect()
    }

    /// The name of an environment in a cluster where others run beside it: `PLATFORM-E`.
    fn with_environment(&self, name: &str) -> String {
        match &self.top.environment {
            Some(environment) if !name.ends_with(&format!("-{environment}")) => {
                format!("{name}-{environment}")
            }
            _ => name.to_string(),
        }
    }

    fn namespace(&self, sink: &mut Sink) -> Option<String> {
        let written = self.table.get("namespace");
        let (name, at) = match written.and_then(|node| Some((node.as_str()?, node.span))) {
            Some((name, at)) if self.is_of_environment(at) => return Some(name.to_string()),
            // The base's namespace is never an environment's.
            Some((name, at)) => (self.with_environment(name), at),
            None => (self.with_environment(&self.names.platform), self.at),
        };
        // Dots may stand in an environment's name, and not in a namespace's.
        let name = name.replace('.', "-");
        if let Some(twin) = self.twin() {
            sink.push(
                Diagnostic::new(
                    Code::BadName,
                    format!("the environment `{twin}` has the namespace `{name}`, too"),
                )
                .label(at, "no namespace has a dot in its name")
                .help("say another `namespace` in the environment's own file"),
            );
            return None;
        }
        if name.len() <= NAMESPACE {
            return Some(name);
        }
        sink.push(
            Diagnostic::new(
                Code::BadName,
                format!("`{name}` is too long for a namespace"),
            )
            .label(at, "the release has a namespace of this name")
            .help(format!(
                "set `namespace`, with at most {NAMESPACE} characters"
            )),
        );
        None
    }

    /// Whether it stands in the file of the environment, or there is no environment.
    fn is_of_environment(&self, at: Span) -> bool {
        let Some(environment) = &self.top.environment else {
            return true;
        };
        let file = environment_file(self.files.file, environment);
        self.files.sources.file(at.source).name == file
    }

    /// Another environment whose name differs from a dotted one in dots alone.
    fn twin(&self) -> Option<String> {
        let environment = self.top.environment.as_ref()?;
        let mut twins = twins(environment).into_iter();
        twins.find(|twin| {
            let file = environment_file(self.files.file, twin);
            self.files.world.read(&file).is_ok()
        })
    }
}

/// A path inside of the repository, without slashes at its ends.
fn in_repository(node: &Node, sink: &mut Sink) -> Option<String> {
    let text = node.as_str()?;
    let plain = text.trim_start_matches("./").trim_end_matches('/');
    let is_inside = !plain.is_empty()
        && !plain.starts_with('/')
        && plain
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..");
    if is_inside {
        return Some(plain.to_string());
    }
    sink.push(
        Diagnostic::new(
            Code::BadValue,
            format!("`{text}` is not a path in a repository"),
        )
        .label(node.span, "it is read from the top of the repository")
        .help("write it as git shows it, for example `platform/generated/helm/mlops`"),
    );
    None
}
