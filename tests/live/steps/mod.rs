//! The steps of the suite: each takes the platform as the one before has left it.

use std::time::Duration;

pub mod airflow;
pub mod data;
pub mod features;
pub mod files;
pub mod kafka;
pub mod metrics;
pub mod reach;
pub mod reports;
pub mod tracking;

/// For what takes a moment on two cores that do everything at once.
const PATIENCE: Duration = Duration::from_secs(180);
