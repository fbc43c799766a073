//! The view of the page's template.

use serde::Serialize;

#[derive(Serialize)]
pub struct Page {
    /// The platform's name.
    pub name: String,
    /// The environment, if there is one.
    pub environment: Option<String>,
    /// The platform's description.
    pub description: Option<String>,
    /// The picture shows groups, and each has a picture of its own.
    pub has_group_pictures: bool,
    /// The groups with what is in them.
    pub groups: Vec<GroupView>,
    /// The external components.
    pub elsewhere: Vec<ExternalView>,
    /// Ports that the host publishes.
    pub published: Vec<PublishedView>,
    /// Addresses that people type, behind entry points and elsewhere.
    pub public: Vec<PublicView>,
    /// Addresses inside of the platform.
    pub inside: Vec<InsideView>,
    /// The needs between components.
    pub needs: Vec<NeedView>,
    /// The flows, in their order.
    pub flows: Vec<FlowView>,
    /// The component that runs the pipelines.
    pub pipeline_runner: Option<String>,
    /// The component that runs the CI entries.
    pub ci_runner: Option<String>,
    /// The pipelines.
    pub pipelines: Vec<PipelineView>,
    /// The CI entries.
    pub ci: Vec<CiView>,
    /// The secrets, without values.
    pub secrets: Vec<SecretView>,
    /// The data that the platform keeps.
    pub volumes: Vec<VolumeView>,
    /// Workloads in the order of their start; those of a list start together.
    pub waves: Vec<Vec<String>>,
}

#[derive(Serialize)]
pub struct GroupView {
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
    /// Its own picture, relative to the page; none if the platform fits into one picture.
    pub picture: Option<String>,
    /// Its components.
    pub components: Vec<ComponentView>,
}

#[derive(Serialize)]
pub struct ComponentView {
    /// Its name.
    pub name: String,
    /// The kind's title.
    pub title: String,
    /// Its kind.
    pub kind: String,
    /// The main image.
    pub image: String,
    /// Its description.
    pub description: Option<String>,
    /// Its other workloads.
    pub parts: Vec<PartView>,
}

#[derive(Serialize)]
pub struct PartView {
    /// The workload.
    pub name: String,
    /// Its image.
    pub image: String,
    /// Whether it runs to completion.
    pub job: bool,
}

#[derive(Serialize)]
pub struct ExternalView {
    /// Its name.
    pub name: String,
    /// The kind's title.
    pub title: String,
    /// Where it is.
    pub addresses: Vec<AddressView>,
    /// The databases and buckets that components are led to.
    pub holds: Vec<HeldView>,
    /// Its description.
    pub description: Option<String>,
}

/// A database or a bucket, and the components that use it.
#[derive(Serialize)]
pub struct HeldView {
    pub name: String,
    pub users: Vec<String>,
}

#[derive(Serialize)]
pub struct AddressView {
    /// The port's name.
    pub port: String,
    /// HOST:PORT.
    pub address: String,
}

#[derive(Serialize)]
pub struct PublishedView {
    /// Whose port it is.
    pub component: String,
    /// The port's name.
    pub port: String,
    /// Its URL or address on the host.
    pub address: String,
    /// Whether it is a link for a browser.
    pub link: bool,
    /// The address of the host that it is bound to.
    pub bind: String,
    /// The number on the host.
    pub host: String,
    /// The number inside.
    pub container: String,
}

#[derive(Serialize)]
pub struct PublicView {
    /// The URL where an engine runs the platform.
    pub address: String,
    /// The URL where a cluster does, if that is another one.
    pub in_cluster: Option<String>,
    /// The component that answers.
    pub component: String,
    /// The name of its port.
    pub port: String,
    /// The entry point, if one takes the requests.
    pub through: Option<String>,
    /// The component that asks people to log in, if one does.
    pub login: Option<String>,
}

#[derive(Serialize)]
pub struct InsideView {
    /// Who listens.
    pub workload: String,
    /// The port's name.
    pub port: String,
    /// HOST:PORT.
    pub address: String,
    /// `tcp` or `udp`.
    pub protocol: &'static str,
    /// Whether Prometheus scrapes it.
    pub scraped: bool,
}

#[derive(Serialize)]
pub struct NeedView {
    /// The component that needs another.
    pub from: String,
    /// The component that it needs.
    pub to: Vec<String>,
}

#[derive(Serialize)]
pub struct FlowView {
    /// Its step.
    pub mark: String,
    /// Its label.
    pub label: Option<String>,
    /// Where it starts.
    pub from: String,
    /// Where it ends.
    pub to: String,
}

#[derive(Serialize)]
pub struct PipelineView {
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
    /// When it runs.
    pub schedule: Option<String>,
    /// The image of its tasks.
    pub image: Option<String>,
    /// Its tasks.
    pub tasks: Vec<TaskView>,
    /// Lines of a Mermaid flowchart.
    pub chart: Vec<String>,
}

#[derive(Serialize)]
pub struct TaskView {
    /// Its name.
    pub name: String,
    /// The tasks before it.
    pub after: Vec<String>,
    /// The command, or the file that a stub's function is in.
    pub runs: String,
    /// Whether its body is the user's.
    pub stub: bool,
}

#[derive(Serialize)]
pub struct CiView {
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
    /// Where it runs, in words.
    pub agent: String,
    /// Globs of what has changed.
    pub paths: Vec<String>,
    /// Globs of branches.
    pub branches: Vec<String>,
    /// Its stages.
    pub stages: Vec<StageView>,
}

#[derive(Serialize)]
pub struct StageView {
    /// Its name.
    pub name: String,
    /// The names of the stages inside of it.
    pub parallel: Vec<String>,
}

#[derive(Serialize)]
pub struct SecretView {
    /// Its name.
    pub name: String,
    /// The environment variable.
    pub env: String,
    /// Its purpose.
    pub description: Option<String>,
    /// Whether it is optional.
    pub optional: bool,
    /// The component whose program needs it for itself.
    pub component: Option<String>,
}

#[derive(Serialize)]
pub struct VolumeView {
    /// Its real name.
    pub name: String,
    /// Its place in platform.toml.
    pub path: String,
    /// Its owner, if it is not shared.
    pub component: Option<String>,
    /// Whether nothing creates or removes it.
    pub external: bool,
}
