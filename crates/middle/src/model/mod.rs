//! The platform as meant: complete and typed. No value that means "default", no string that means an enum.
//!
//! In: what [`crate::resolve`] made of the text and the catalog. The stages after it may assume that every name in it
//! exists, that references are resolved, and that lists stand in the user's order.

mod account;
mod ci;
mod component;
mod deploy;
mod flow;
mod image;
mod monitoring;
mod mount;
mod named;
mod notify;
mod pipeline;
mod platform;
mod program_version;
mod public_address;
mod published;
mod raw;
mod registry;
mod route;
mod scrape;
mod scrape_settings;
mod sharing;
mod text;
mod unused;
mod upstream;
mod workload;

pub use crate::syntax::Date;
pub use crate::value::{
    Account, Accounts, AlertSeverity, Bind, Capability, Condition, Cycle, Device, ExtraHost, Host,
    HostAddress, HostPath, HttpScheme, Icon, ImagePlatform, PanelKind, ProbeTool, Propagation,
    Protocol, Purpose, RelabelAction, Schedule, SchedulePreset, Scheme, Signal, Tmpfs, TmpfsOption,
    TriggerRule, is_dns_label, is_dns_subdomain,
};
pub use account::{SupplementalGroup, User};
pub use ci::{
    Agent, Ci, CiAnswer, CiParameter, CiStage, CiTriggers, Post, SET_BY_JENKINS, SecretVariable,
};
pub use component::{
    Component, DataFolder, DatabaseBinding, External, ExternalAddress, KeptIf, Lists, Output,
    OutsidePort, Setting, SettingFile, SettingValue, Store, Use,
};
pub use deploy::{Cluster, Deploy, DeployTool, Repository, Revision};
pub use flow::{Actor, Flow, FlowEnd};
pub use image::{Image, Version, is_tag};
pub use monitoring::{Alert, AlertText, AlertWhose, Expression, Panel, Query, Record, Threshold};
pub use mount::{
    EnvFile, FileContent, FileMount, Found, Generated, Mount, MountPoint, MountSource, MountedText,
    ProjectText,
};
pub use named::{HasName, Named};
pub use notify::{
    BUDGET_BURNS_FAST, BUDGET_BURNS_SLOWLY, CONTAINER_ABSENT, NO_REPLICAS, Notify, NotifyRoute,
    REPLICAS_MISSING, Receiver, Smtp, TARGET_DOWN, WATCHDOG, is_generated_alertmanager, is_pattern,
    matches, notify_file, notify_secret,
};
pub use pipeline::{Parameter, Pipeline, Task, TaskBody, TaskContainer, TaskId};
pub use platform::{
    Group, Network, OwnFile, Platform, PlatformVolume, Secret, SecretForm, SecretOrigin, Variable,
    aliases, network_name,
};
pub use program_version::{ImageMaker, KnownVersions, ProgramVersion, TagVersion};
pub use public_address::PublicAddress;
pub use published::Published;
pub use raw::Raw;
pub use registry::Registry;
pub use route::{Route, RouteEnd, RoutePath, RouteTls};
pub use scrape::{
    About, AboutStack, LONGEST_INTERVAL, Login, Metrics, MetricsPath, PROBER, Relabel, Requests,
    USUAL_INTERVAL, least_hold, probe_job, scrape_ca, scrape_secret,
};
pub use scrape_settings::{INTERVAL, ScrapeSettings, SettingFiles};
pub use sharing::NetworkOwners;
pub use text::{Endpoint, Field, Piece, Text};
pub use unused::used_nowhere;
pub use upstream::{ChartOperator, ChartSecret, UpstreamChart};
pub use workload::{
    Build, Dependency, EnvironmentVariable, Gpu, Health, HostPort, Lifecycle, NetworkMode, Port,
    PortRange, Probe, Reach, Resources, Restart, Runtime, Ulimit, Workload,
};

/// A value and its place in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct At<T> {
    /// What is meant.
    pub value: T,
    /// Where it is written.
    pub span: crate::source::Span,
}
