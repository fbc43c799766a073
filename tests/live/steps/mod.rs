//! The steps of the suite: each begins with the platform that the step before has left.

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

/// A timeout for steps that take a moment on a busy machine with two cores.
const PATIENCE: Duration = Duration::from_secs(180);
