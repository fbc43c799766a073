//! The keys of `[deploy]`: which tool installs the chart from git.

use super::{
    form::{Form, NameRule},
    inner::{FREE, FREE_LIST},
    key::key,
    shape::Shape,
};

const WORD: Shape = Shape::Plain(Form::Word);
const REVISION: Shape = Shape::Plain(Form::Revision);
const RESOURCE: Shape = Shape::Plain(Form::Name(NameRule::Resource));

macro_rules! tool_keys {
    ($($more:expr,)*) => {
        &[
            key(
                "repository",
                WORD,
                "The git repository that holds platform.toml and `generated/`.",
                "repository = \"https://git.example.com/ml/platform.git\"",
            )
            .required(),
            key(
                "revision",
                REVISION,
                "A branch, or `refs/heads/BRANCH` where its name is a version; a tag that is a version (`v1.4.0`, `v1.0`), or `refs/tags/TAG`; versions of which the newest tag counts (`1.4.*`, `>=1.4.0, <2`); or a commit in full. `main` by default.",
                "revision = \"main\"",
            ),
            key(
                "path",
                FREE,
                "The chart's folder in the repository; `generated/helm/PLATFORM` by default. If it ends with that default, an environment uses its own chart.",
                "path = \"platform/generated/helm/mlops\"",
            ),
            key(
                "values",
                FREE_LIST,
                "Files of values that override the chart's own, by their paths in the repository.",
                "values = [\"clusters/production.yaml\"]",
            ),
            key(
                "namespace",
                RESOURCE,
                "The namespace of the release, created if it is missing; `PLATFORM` by default. If an environment's file does not set it, it is the base's namespace with `-E` appended, a dot of E as `-`.",
                "namespace = \"mlops\"",
            ),
            $($more,)*
        ]
    };
}

const ARGOCD: Shape = Shape::Table(tool_keys!(
    key(
        "destination",
        Shape::Plain(Form::ArgoCluster),
        "The cluster, by its URL or by its name in Argo CD; by default the cluster that Argo CD runs in.",
        "destination = \"https://kubernetes.default.svc\"",
    ),
    key(
        "project",
        WORD,
        "Argo CD's project; by default `default`.",
        "project = \"ml\"",
    ),
    key(
        "sync",
        Shape::Plain(Form::Choice(&["automatic", "manual"])),
        "Whether Argo CD applies new commits automatically; `automatic` by default.",
        "sync = \"manual\"",
    ),
    key(
        "home",
        RESOURCE,
        "The namespace of the Application itself; `argocd` by default.",
        "home = \"argocd\"",
    ),
));

const FLUX: Shape = Shape::Table(tool_keys!(
    key(
        "destination",
        WORD,
        "A Secret with the kubeconfig of another cluster; by default the chart goes to the cluster that Flux runs in.",
        "destination = \"production-kubeconfig\"",
    ),
    key(
        "credentials",
        RESOURCE,
        "A Secret with the credentials of a private repository.",
        "credentials = \"git-credentials\"",
    ),
    key(
        "home",
        RESOURCE,
        "The namespace of the GitRepository and the HelmRelease themselves; `flux-system` by default.",
        "home = \"flux-system\"",
    ),
));

/// One of the two. The target `gitops` writes it.
pub(super) const DEPLOY: Shape = Shape::Table(&[
    key(
        "argocd",
        ARGOCD,
        "Argo CD installs the chart: an Application.",
        "argocd = { repository = \"https://git.example.com/ml/platform.git\" }",
    ),
    key(
        "flux",
        FLUX,
        "Flux installs the chart: a GitRepository and a HelmRelease.",
        "flux = { repository = \"https://git.example.com/ml/platform.git\" }",
    ),
]);
