//! Who installs the chart from git.

use crate::source::Span;

/// `[deploy]`: a tool in a cluster that follows a repository.
#[derive(Clone, Debug, PartialEq)]
pub struct Deploy {
    pub tool: DeployTool,
    /// What the tool's own objects are called: the platform's name, in an environment with that of the environment.
    pub name: String,
    /// A URL, or `USER@HOST:PATH`.
    pub repository: String,
    pub revision: Revision,
    /// The chart's folder in the repository, without a slash at either end.
    pub path: String,
    /// Files of values by their paths in the repository.
    pub values: Vec<String>,
    pub namespace: String,
    /// The namespace of the tool's own objects.
    pub home: String,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum DeployTool {
    ArgoCd {
        /// The cluster's URL, or the name that Argo CD knows it under.
        destination: Cluster,
        project: String,
        /// The tool applies new commits automatically.
        automatic: bool,
    },
    Flux {
        /// The Secret with the kubeconfig of another cluster.
        destination: Option<String>,
        /// The Secret with what opens the repository.
        credentials: Option<String>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Cluster {
    Url(String),
    Name(String),
}

/// What of a repository is installed.
#[derive(Clone, Debug, PartialEq)]
pub enum Revision {
    Branch(String),
    /// What looks like a version, as in `v1.4.0`.
    Tag(String),
    /// A full name, as in `refs/tags/v1.4.0`.
    Reference(String),
    Commit(String),
}

impl Revision {
    pub fn parse(text: &str) -> Self {
        let is_hash = text.len() == 40 && text.chars().all(|c| c.is_ascii_hexdigit());
        if is_hash {
            Revision::Commit(text.to_string())
        } else if text.starts_with("refs/") {
            Revision::Reference(text.to_string())
        } else if semver::Version::parse(text.trim_start_matches('v')).is_ok() {
            Revision::Tag(text.to_string())
        } else {
            Revision::Branch(text.to_string())
        }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        match self {
            Revision::Branch(text)
            | Revision::Tag(text)
            | Revision::Reference(text)
            | Revision::Commit(text) => text,
        }
    }
}
