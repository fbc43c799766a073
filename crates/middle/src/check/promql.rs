//! Expressions that Prometheus reads only with a switch of its own, or only in a newer version.

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    language::{
        promql::{Expr, promql},
        promql_newest, without_variables,
    },
    model::{Alert, Component, Purpose, ScrapeSettings, Version, Workload},
    resolve::rules_of,
    source::Span,
};

/// The switches of functions, and of what stands in for a side without a match.
const FUNCTIONS: &str = "promql-experimental-functions";
const FILL: &str = "promql-binop-fill-modifiers";

/// Alerts that go on firing by a key which the server does not know.
pub(super) fn kept(facts: Facts<'_>, sink: &mut Sink) {
    let Some(server) = facts.platform.first_for(Purpose::Metrics) else {
        return;
    };
    for component in &facts.platform.components {
        let alerts = component.alerts.iter();
        for diagnostic in alerts.filter_map(|alert| kept_too_early(server, alert)) {
            sink.push(diagnostic.about(&component.name));
        }
    }
}

/// Alerts, panels and rules whose expression has something that is an experiment: Prometheus refuses the file of rules, and the question
/// of a panel. Service levels name series, and no functions.
pub(super) fn experimental(facts: Facts<'_>, sink: &mut Sink) {
    let server = facts.platform.first_for(Purpose::Metrics);
    if server.is_some_and(|it| it.external.is_some()) {
        return;
    }
    for component in &facts.platform.components {
        for (text, (what, span)) in expressions(component) {
            let text = without_variables(&text);
            if let Some(diagnostic) = refused(server, &text, "") {
                let diagnostic = diagnostic.label(span, format!("Prometheus refuses this {what}"));
                sink.push(diagnostic.about(&component.name));
            }
        }
    }
    let Some(server) = server else { return };
    let Some((setting, files)) = ScrapeSettings::of(server).rules() else {
        return;
    };
    for file in files {
        for (name, expr) in rules_of(&String::from_utf8_lossy(&file.bytes)) {
            let place = format!(" in the rule `{name}` of {}", file.path);
            if let Some(diagnostic) = refused(Some(server), &expr, &place) {
                let diagnostic = diagnostic.label(setting.span, "Prometheus refuses this file");
                sink.push(diagnostic.about(&server.name));
            }
        }
    }
}

/// What is said of an expression that is newer than the server, or has an experiment that is off.
fn refused(server: Option<&Component>, expr: &str, place: &str) -> Option<Diagnostic> {
    let read = promql(expr)?;
    let newer = server.and_then(|it| too_new(it, expr, place));
    newer.or_else(|| experiment(server, &read, place))
}

fn too_new(server: &Component, expr: &str, place: &str) -> Option<Diagnostic> {
    let newest = promql_newest(expr)?;
    let runs = server.running_version()?;
    let (major, minor) = newest.since;
    let since = Version {
        major,
        rest: vec![minor],
    };
    if !runs.is_older(&since) {
        return None;
    }
    let message = format!(
        "`{}`{place} is newer than Prometheus {runs}, which `{}` runs",
        newest.text, server.name
    );
    let help = format!(
        "Prometheus takes it from {since} on; before that, {}",
        newest.before
    );
    Some(Diagnostic::new(Code::BadValue, message).help(help))
}

/// A server that does not know `keep_firing_for` reads none of the file's rules.
fn kept_too_early(server: &Component, alert: &Alert) -> Option<Diagnostic> {
    let runs = server.running_version()?;
    let is_asked = !alert.keep_from_kind && alert.keep_firing_for.is_some_and(|time| time > 0);
    if !is_asked || Alert::can_be_kept(&runs) {
        return None;
    }
    let message = format!(
        "`keep_firing_for` is newer than Prometheus {runs}, which `{}` runs",
        server.name
    );
    let help = format!(
        "remove it, or let `{}` run Prometheus {}",
        server.name,
        Alert::kept_since()
    );
    let diagnostic = Diagnostic::new(Code::BadValue, message).help(help);
    Some(diagnostic.label(alert.span, "Prometheus refuses this alert"))
}

fn experiment(server: Option<&Component>, expr: &Expr, place: &str) -> Option<Diagnostic> {
    let (name, feature) = first(expr)?;
    if server.is_some_and(|it| is_switched_on(it, feature)) {
        return None;
    }
    let message = format!("`{name}`{place} is an experiment of Prometheus, which is off");
    Some(Diagnostic::new(Code::BadValue, message).help(match server {
        Some(server) => format!(
            "do without it, or switch it on in `args` of `{}`: `--enable-feature={feature}`",
            server.name
        ),
        None => "do without it".to_string(),
    }))
}

/// The expressions of the user's on a component: what each is of, and its place.
fn expressions(component: &Component) -> impl Iterator<Item = (String, (&'static str, Span))> {
    let alerts = component.alerts.iter().filter(|alert| !alert.from_kind);
    let alerts = alerts.map(|alert| (alert.expr.clone(), ("alert", alert.span)));
    let panels = component.own_panels.iter();
    let queries = panels.flat_map(|panel| &panel.queries);
    alerts.chain(queries.map(|query| (query.expr.with(""), ("panel", query.span))))
}

fn is_switched_on(server: &Component, feature: &str) -> bool {
    let words = |workload: &Workload| {
        let mut words = workload.command.iter().flatten();
        words.any(|word| word.as_plain().is_some_and(|word| word.contains(feature)))
    };
    server.workloads.iter().any(words)
}

/// The first experiment in an expression, and its switch.
fn first(expr: &Expr) -> Option<(&'static str, &'static str)> {
    let mut found = None;
    expr.walk(&mut |part| {
        let experiment = match part {
            Expr::Call(call) if call.function.is_experiment => {
                Some((call.function.name, FUNCTIONS))
            }
            Expr::Aggregate(it) if it.op.is_experiment() => Some((it.op.name(), FUNCTIONS)),
            Expr::Binary(it) if it.matching.fills => Some(("fill", FILL)),
            _ => None,
        };
        found = found.or(experiment);
    });
    found
}
