//! Objects for the tool that installs the chart from git: an Application of Argo CD's, or a GitRepository and a
//! HelmRelease of Flux'.

use serde::Serialize;

use crate::{
    files::Target,
    model::{Cluster, Deploy, DeployTool, Platform, Revision},
    target::{Context, Emission},
    template::TemplateError,
};

/// Helm's limit on the name of a release.
const RELEASE: usize = 53;

/// What both templates see.
#[derive(Debug, Serialize)]
pub struct DeployView {
    /// The name of the objects: the platform's, in an environment with that of the environment.
    name: String,
    /// The platform's name, which its chart and its release have.
    platform: String,
    /// The name of the release.
    release: String,
    /// The address of the repository as the tool takes it.
    repository: String,
    /// What of the repository is installed.
    revision: RevisionView,
    /// The chart's folder in the repository.
    path: String,
    /// Files of values by their paths in the repository.
    values: Vec<String>,
    /// The namespace of the release.
    namespace: String,
    /// The namespace of the objects themselves.
    home: String,
    /// What only Argo CD asks for.
    argocd: Option<ArgoCdView>,
    /// What only Flux asks for.
    flux: Option<FluxView>,
}

#[derive(Debug, Serialize)]
struct RevisionView {
    /// `branch`, `tag`, `name` or `commit`.
    kind: &'static str,
    /// The branch, the tag, the full name or the hash.
    text: String,
}

#[derive(Debug, Serialize)]
struct ArgoCdView {
    /// `server` or `name`.
    destination: &'static str,
    /// The cluster's URL or name.
    cluster: String,
    /// Argo CD's project.
    project: String,
    /// Whether it applies new commits automatically.
    automatic: bool,
}

#[derive(Debug, Serialize)]
struct FluxView {
    /// The Secret with the kubeconfig of another cluster.
    destination: Option<String>,
    /// The Secret with what opens the repository.
    credentials: Option<String>,
}

/// Writes `gitops/argocd.yaml` or `gitops/flux.yaml`.
pub fn emit(context: &Context<'_>) -> Result<Emission, TemplateError> {
    let mut emission = Emission::default();
    let Some(deploy) = &context.platform.deploy else {
        return Ok(emission);
    };
    let path = match deploy.tool {
        DeployTool::ArgoCd { .. } => "gitops/argocd.yaml",
        DeployTool::Flux { .. } => "gitops/flux.yaml",
    };
    let text = context
        .engine
        .render(path, view(context.platform, deploy))?;
    emission.files.add(Target::Gitops, path, text);
    Ok(emission)
}

fn view(platform: &Platform, deploy: &Deploy) -> DeployView {
    let (argocd, flux) = match &deploy.tool {
        DeployTool::ArgoCd {
            destination,
            project,
            automatic,
        } => {
            let (key, cluster) = match destination {
                Cluster::Url(url) => ("server", url),
                Cluster::Name(name) => ("name", name),
            };
            let view = ArgoCdView {
                destination: key,
                cluster: cluster.clone(),
                project: project.clone(),
                automatic: *automatic,
            };
            (Some(view), None)
        }
        DeployTool::Flux {
            destination,
            credentials,
        } => {
            let view = FluxView {
                destination: destination.clone(),
                credentials: credentials.clone(),
            };
            (None, Some(view))
        }
    };
    DeployView {
        name: deploy.name.clone(),
        platform: platform.name.clone(),
        release: platform.name.chars().take(RELEASE).collect(),
        // Flux takes no `USER@HOST:PATH`.
        repository: match flux {
            Some(_) => deploy.repository.url(),
            None => deploy.repository.to_string(),
        },
        revision: RevisionView {
            kind: match deploy.revision {
                Revision::Branch(_) => "branch",
                Revision::Tag(_) => "tag",
                Revision::Versions(_) => "semver",
                Revision::Reference(_) => "name",
                Revision::Commit(_) => "commit",
            },
            text: deploy.revision.text().to_string(),
        },
        path: deploy.path.clone(),
        values: deploy.values.clone(),
        namespace: deploy.namespace.clone(),
        home: deploy.home.clone(),
        argocd,
        flux,
    }
}
