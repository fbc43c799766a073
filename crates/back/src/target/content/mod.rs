//! Contents: the files that runtimes mount or that people read.

pub mod airflow;
pub mod config;
pub mod docs;
pub mod gitops;
pub mod grafana;
pub mod jenkins;
pub mod own;
pub mod prometheus;
