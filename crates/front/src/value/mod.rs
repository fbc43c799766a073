//! Values that have a grammar of their own: each is parsed here and nowhere else.
//!
//! In: a string without references. Out: a type, or `None` where the string does not follow the grammar. `language`
//! checks by the same parser with which `resolve` reads, so what was accepted can be read.

mod account;
mod address;
mod alert_text;
mod capability;
mod build_trigger;
mod choice;
mod compose_port;
pub mod configured;
mod cron;
mod device;
mod dns;
mod dotenv;
mod jinja;
mod path;
mod path_fault;
mod pattern;
mod private;
mod repository;
mod schedule;
mod signal;
mod tmpfs;
mod web;
mod versions;
pub mod yaml;

pub use account::{Account, Accounts};
pub use address::{Bind, ExtraHost, Host, HostAddress, HostAndPort, MACHINE, Scheme, is_alias};
pub use alert_text::{AlertPiece, alert_pieces};
pub use build_trigger::{is_build_trigger, trigger_fault};
pub use capability::Capability;
pub use choice::choice;
pub use choice::{
    AlertSeverity, Condition, HttpScheme, Icon, PanelKind, PostCondition, ProbeTool, Propagation,
    Protocol, Purpose, RelabelAction, SchedulePreset, TriggerRule, VolumeOnly, WrittenForm,
};
pub use compose_port::ComposePort;
pub use device::{Device, ImagePlatform};
pub use dns::{is_dns_label, is_dns_subdomain, is_domain};
pub use dotenv::{Dotenv, DotenvVariable};
pub use jinja::unclosed_jinja;
pub use path::{
    ContainerPath, HostPath, TreePath, climbs_out, is_configuration, is_device, is_fetched,
    one_spelling, plain_path,
};
pub use path_fault::{fault_in_container, fault_of_file, fault_on_host};
pub use pattern::{pattern_fault, respelled_pattern};
pub use private::{is_git_folder, why_not_read, why_private};
pub use repository::{is_head, repositories};
pub use schedule::{Cycle, Schedule};
pub use signal::Signal;
pub use tmpfs::{Tmpfs, TmpfsOption};
pub use versions::{asks_for_versions, is_revision, revision_fault};
pub use web::{
    UrlParts, WebAddress, is_email, is_mailbox, is_page, is_request_path, is_url, is_url_path,
    is_word, usual_port,
};
