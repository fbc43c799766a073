//! What more than one target needs, written once.

pub mod asked;
pub mod boards;
pub mod containers;
pub mod down_alerts;
pub mod exposed;
pub mod expr;
pub mod go_template;
pub mod kept;
pub mod losses;
pub mod machine;
pub mod metric_names;
pub mod mounted;
pub mod plain;
pub mod probes;
pub mod public_address;
pub mod replicas;
pub mod scrape;
pub mod started_with;
pub mod tenants;
