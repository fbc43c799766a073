//! What the runtimes of Docker's engine share: Compose and Swarm describe the same containers in nearly the same keys.

pub mod files;
pub mod health;
pub mod keys;
pub mod networks;
pub mod service;
pub mod started;
