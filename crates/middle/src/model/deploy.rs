//! Who installs the chart from git.

use std::fmt;

use crate::{
    data::{OWN_CLUSTER, cluster_key},
    source::Span,
    value::asks_for_versions,
};

/// `[deploy]`: a tool in a cluster that follows a repository.
#[derive(Clone, Debug, PartialEq)]
pub struct Deploy {
    pub tool: DeployTool,
    /// What the tool's own objects are called: the platform's name, in an environment with that of the environment.
    pub name: String,
    pub repository: Repository,
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

impl Deploy {
    /// The cluster that the release is in; `None`: the tool's own.
    pub fn cluster(&self) -> Option<&str> {
        let cluster = match &self.tool {
            DeployTool::ArgoCd { destination, .. } => match destination {
                Cluster::Url(cluster) | Cluster::Name(cluster) => Some(cluster.as_str()),
            },
            DeployTool::Flux { destination, .. } => destination.as_deref(),
        };
        cluster.filter(|it| cluster_key(it) != OWN_CLUSTER)
    }

    /// Where claims of the release lie: its namespace, and behind a space the cluster.
    pub fn place(&self) -> String {
        format!(
            "{} {}",
            self.namespace,
            self.cluster().unwrap_or(OWN_CLUSTER)
        )
    }
}

impl DeployTool {
    /// The key of its table in `[deploy]`.
    pub fn key(&self) -> &'static str {
        match self {
            DeployTool::ArgoCd { .. } => "argocd",
            DeployTool::Flux { .. } => "flux",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Cluster {
    Url(String),
    Name(String),
}

/// The address of a git repository.
#[derive(Clone, Debug, PartialEq)]
pub enum Repository {
    /// `https://HOST/PATH`, or the same over `http` or `ssh`.
    Url(String),
    /// `USER@HOST:PATH`, git's short form of an address over ssh.
    Ssh { host: String, path: String },
}

impl Repository {
    /// `None` where git would take the text for a folder.
    pub fn parse(text: &str) -> Option<Self> {
        let is_url = ["https://", "http://", "ssh://"]
            .iter()
            .any(|scheme| text.len() > scheme.len() && text.starts_with(scheme));
        if is_url {
            return Some(Repository::Url(text.to_string()));
        }
        let (host, path) = text.split_once(':')?;
        let is_ssh = host.contains('@') && !host.contains('/') && !path.is_empty();
        is_ssh.then(|| Repository::Ssh {
            host: host.to_string(),
            path: path.to_string(),
        })
    }

    /// For programs that take no short form.
    pub fn url(&self) -> String {
        match self {
            Repository::Url(url) => url.clone(),
            Repository::Ssh { host, path } => {
                format!("ssh://{host}/{}", path.trim_start_matches('/'))
            }
        }
    }
}

/// As it was written.
impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Repository::Url(url) => f.write_str(url),
            Repository::Ssh { host, path } => write!(f, "{host}:{path}"),
        }
    }
}

/// What of a repository is installed.
#[derive(Clone, Debug, PartialEq)]
pub enum Revision {
    Branch(String),
    /// What is written as a version, as in `v1.4.0` or `1.4`.
    Tag(String),
    /// The newest tag of these versions, as in `1.4.*` or `>=1.4.0`.
    Versions(String),
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
        } else if asks_for_versions(text) {
            Revision::Versions(text.to_string())
        } else if is_version(text) {
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
            | Revision::Versions(text)
            | Revision::Reference(text)
            | Revision::Commit(text) => text,
        }
    }
}

/// Numbers with points between them, a `v` before them or something behind: who names a branch so writes `refs/heads/` before it.
fn is_version(text: &str) -> bool {
    let (number, is_marked) = match text.strip_prefix(['v', 'V']) {
        Some(number) => (number, true),
        None => (text, false),
    };
    let (numbers, more) = match number.find(['-', '+']) {
        Some(at) => (&number[..at], Some(&number[at + 1..])),
        None => (number, None),
    };
    let all = numbers.split('.').collect::<Vec<_>>();
    let is_number = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    (is_marked || all.len() > 1)
        && all.iter().all(is_number)
        && more.is_none_or(|more| !more.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Repository, Revision};

    #[test]
    fn a_tag_is_told_from_a_branch_as_people_write_them() {
        let tags = [
            "v1.4.0",
            "v1.0",
            "1.4",
            "v2",
            "v1.4.0-rc.1",
            "V1.0",
            "2026.11.05",
            "1.0+a",
        ];
        for text in tags {
            assert_eq!(Revision::parse(text), Revision::Tag(text.to_string()));
        }
        for text in [
            "main",
            "release-1.0",
            "v1.x",
            "2",
            "1.",
            "v",
            "v1.0-",
            "20261129",
            "version1",
        ] {
            assert_eq!(Revision::parse(text), Revision::Branch(text.to_string()));
        }
        for text in ["1.4.*", ">=1.4.0", "~1.4", "^1", "!=1.2.3", "1 || 2"] {
            assert_eq!(Revision::parse(text), Revision::Versions(text.to_string()));
        }
        for text in ["refs/heads/v1.0", "refs/tags/nightly"] {
            assert_eq!(Revision::parse(text), Revision::Reference(text.to_string()));
        }
    }

    #[test]
    fn the_address_of_a_repository_has_a_short_form_and_a_url() {
        for (text, url) in [
            ("git@host:ml/p.git", "ssh://git@host/ml/p.git"),
            ("git@host:/ml/p.git", "ssh://git@host/ml/p.git"),
            ("https://host:8443/p.git", "https://host:8443/p.git"),
        ] {
            let repository = Repository::parse(text).expect(text);
            assert_eq!(repository.to_string(), text);
            assert_eq!(repository.url(), url);
        }
        for text in ["https://", "../platform", "host:p.git", "a/b@c:d"] {
            assert_eq!(Repository::parse(text), None, "{text}");
        }
    }
}
