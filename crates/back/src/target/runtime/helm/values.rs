//! The values of one workload: what `values.yaml` holds of it, in the order in which it is written.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    files::FileValues, health::HealthValues, image::ImageValues, pod::PodValues,
    security::Capabilities,
};

/// Texts are [`Value`]s: a string, or a list of parts.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadValues {
    pub component: String,
    pub enabled: bool,
    pub kind: Kind,
    /// The workload whose pod this one runs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod_of: Option<String>,
    /// Labels of its pods, where they are not those of the platform's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<Value>,
    /// Extra labels of the pods that its Service selects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serves: Option<Value>,
    /// Its pods ask the cluster's API.
    #[serde(skip_serializing_if = "is_false")]
    pub asks_api: bool,
    /// Its pods may connect to everything in the cluster.
    #[serde(skip_serializing_if = "is_false")]
    pub reaches_cluster: bool,
    /// Peers of a NetworkPolicy, each with its ports.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub admits: Vec<Value>,
    /// Its chart makes a Service of its name.
    #[serde(skip_serializing_if = "is_false")]
    pub own_service: bool,
    /// A Secret that its chart reads: `name` and `keys`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chart_secret: Option<Value>,
    /// `None`: another chart runs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageValues>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<u32>,
    /// `Recreate` where an old and a new pod can't run side by side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart_policy: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backoff_limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub env: Map<String, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub ports: Map<String, Value>,
    /// Further Services.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The headless Service: of a StatefulSet, and of any several pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health: Option<HealthValues>,
    /// When Argo CD applies it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync_wave: Option<u32>,
    /// Services and ports that must take connections before it starts.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub wait_for: Map<String, Value>,
    /// Jobs that must have succeeded before it starts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wait_for_jobs: Vec<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub volumes: Map<String, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileValues>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Value>,
    /// It runs as root, or nobody knows that it does not.
    #[serde(skip_serializing_if = "is_false")]
    pub may_be_root: bool,
    /// Why Pod Security's `restricted` does not admit it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unrestricted: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    pub privileged: bool,
    /// `false` where its processes may gain no further rights; left out, the cluster decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_privilege_escalation: Option<bool>,
    #[serde(skip_serializing_if = "is_false")]
    pub read_only_root_filesystem: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Capabilities>,
    /// Of its pod, if it has one of its own.
    #[serde(flatten)]
    pub pod: PodValues,
    #[serde(skip_serializing_if = "is_false")]
    pub tty: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub stdin: bool,
}

/// What a workload becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Kind {
    #[default]
    Deployment,
    DaemonSet,
    StatefulSet,
    Job,
    /// A container of another workload's pod.
    Container,
    /// What a chart of others runs.
    Chart,
}

fn is_false(value: &bool) -> bool {
    !value
}
