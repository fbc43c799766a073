//! The rules that a platform must keep, as a table. Each rule is a small file; all of them run, none stops another.
//!
//! In: the model and the graph. Out: diagnostics in the sink.

mod addresses;
mod adopted;
mod apart;
mod api;
mod authorities;
mod browsers;
mod capability;
mod chart_names;
mod chart_own;
mod chart_parts;
mod chart_refused;
mod ci;
mod ci_stages;
mod clashes;
mod connections;
mod contexts;
mod copied;
mod credentials;
mod cycles;
mod daemons;
mod dollars;
mod flags;
mod free_ports;
mod fronts;
mod guests;
mod headers;
mod host;
mod hosts;
mod images;
mod inherited;
mod limits;
mod lints;
mod literal;
mod loopback;
mod nested;
mod notify;
mod outside;
mod pod_forms;
mod ports;
mod power;
mod profiles;
mod promql;
mod raw;
mod raw_amounts;
mod raw_claims;
mod raw_cycles;
mod raw_logs;
mod raw_names;
mod raw_paths;
mod raw_services;
mod rights;
mod routes;
mod scrapes;
mod scripts;
mod secrets;
mod served_here;
mod sharing;
mod strings;
mod telling;
mod values;
mod variables;
mod waits;
mod written;

use raw::RawCompose;
use strings::UserString;

pub use raw_paths::raw_paths;
pub use written::Written;

use crate::{diag::Sink, graph::Graph, model::Platform};

/// What a rule reads.
#[derive(Clone, Copy, Debug)]
struct Facts<'a> {
    platform: &'a Platform,
    graph: &'a Graph,
    raw: &'a RawCompose<'a>,
    /// Those of the user and of kinds of the user's own.
    strings: &'a [UserString<'a>],
    written: Written<'a>,
}

/// A rule looks at the platform and says what is wrong with it.
type Rule = fn(Facts<'_>, &mut Sink);

const RULES: &[Rule] = &[
    cycles::start_order,
    cycles::tasks,
    ports::host_ports,
    ports::container_ports,
    raw_services::keys,
    raw_names::declared,
    raw_cycles::start_order,
    raw_amounts::distinct,
    raw_claims::folders,
    raw_logs::drivers,
    ports::public_addresses,
    fronts::ports,
    clashes::mount_paths,
    nested::mounts,
    clashes::names,
    limits::names,
    limits::amounts,
    limits::units,
    sharing::volumes,
    sharing::databases,
    sharing::replicas,
    daemons::daemons,
    guests::services_in_job_network,
    pod_forms::keys,
    pod_forms::services,
    waits::names,
    chart_names::names,
    chart_names::ports,
    chart_own::keys,
    chart_parts::parts,
    chart_refused::values,
    values::autoscalers,
    api::amounts,
    api::resource_names,
    api::budgets,
    api::containers,
    api::mounts,
    api::doubles,
    api::scaled_by_share,
    values::node_ports,
    values::accounts,
    profiles::dependencies,
    profiles::restarting_jobs,
    images::moving,
    scrapes::timeouts,
    secrets::plaintext,
    rights::rights,
    rights::public_binds,
    outside::sources,
    outside::charts,
    contexts::builds,
    outside::raw_sources,
    lints::basics,
    adopted::data,
    notify::route_names,
    notify::nobody_told,
    notify::watchdog,
    notify::unused,
    promql::kept,
    promql::experimental,
    addresses::bare_addresses,
    dollars::escaped_dollars_for_a_shell,
    literal::texts,
    literal::commands,
    literal::files,
    scripts::line_ends,
    loopback::components,
    authorities::known,
    ci::jobs,
    ci_stages::out_of_reach,
    routes::certificates,
    routes::closed_entry_points,
    routes::hosts,
    routes::logins,
    routes::addresses,
    routes::authorities,
    lints::unused,
];

/// Runs every rule.
pub fn check(platform: &Platform, graph: &Graph, written: Written<'_>, sink: &mut Sink) {
    let facts = Facts {
        platform,
        graph,
        raw: &RawCompose::of(platform),
        strings: &strings::with_own_kinds(platform),
        written,
    };
    let run = |rule: &Rule, sink: &mut Sink| rule(facts, sink);
    sink.each(RULES, run).for_each(drop);
}
