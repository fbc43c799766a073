//! What tests of several suites need.

#![allow(dead_code, reason = "no suite needs all of it")]

pub mod aliases;
pub mod cases;
pub mod compiled;
pub mod cost;
pub mod difference;
pub mod folder;
pub mod machine;
pub mod messages;
pub mod page;
pub mod planning;
