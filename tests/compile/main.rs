//! The results of the library for a platform.toml: files, diagnostics, pages. And the rules of its own code.

#[path = "../support/mod.rs"]
mod support;

mod architecture;
mod bad_input;
mod chart_values;
mod compose;
mod connections;
mod contract;
mod dashboards;
mod data;
mod deep;
mod defects;
mod errors;
mod example_platforms;
mod examples;
mod escaping;
mod facts;
mod from_compose;
mod golden;
mod holds;
mod guarantees;
mod images;
mod kind_files;
mod kinds;
mod large;
mod losses;
mod manual;
mod merging;
mod panels;
mod pipelines;
mod probes;
mod promql;
mod properties;
mod reference;
mod runs;
mod several;
mod stack;
mod targets;
mod templates;
mod told;
mod views;
mod waves;
mod whose;
mod workloads;
mod written_out;
