//! Runtimes: the targets that run workloads. Each reads the model; none reads what another wrote.

pub mod compose;
pub mod helm;
mod shared;
pub mod swarm;
